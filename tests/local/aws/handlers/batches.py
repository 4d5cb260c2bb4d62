"""A function behind a queue or a schedule: it records each event, and fails as the bodies of a batch tell it to.

RECORD: a file that gets each event. A body `fails` is reported as failed; `raises` makes the whole batch fail.
"""

import json
import os
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record, and report what failed."""
    with Path(os.environ["RECORD"]).open("a", encoding="utf-8") as record:
        record.write(json.dumps(event) + "\n")
    records = event.get("Records", [])
    if any(record["body"] == "raises" for record in records) or event.get("detail") == {"raises": True}:
        raise RuntimeError("as told")
    failed = [record["messageId"] for record in records if record["body"] == "fails"]
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
