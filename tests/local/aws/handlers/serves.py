"""A function behind a URL: answers what its query tells it to, or shows the event it got."""

import json
import os
import time
from typing import Any
from urllib.parse import parse_qs


def handler(event: dict[str, Any], _context: object) -> Any:
    """Do what `do` says; without it, answer with the event."""
    asked = {name: values[0] for name, values in parse_qs(event["rawQueryString"]).items()}
    match asked.get("do"):
        case "raise":
            raise ValueError("as told")
        case "sleep":
            time.sleep(float(asked["seconds"]))
            return {"statusCode": 200}
        case "large":
            return {"statusCode": 200, "body": "x" * int(asked["bytes"])}
        case "answer":
            return json.loads(asked["with"])
        case "die":
            os._exit(1)
    return {"statusCode": 200, "body": json.dumps(event)}
