"""What the Python programs share: a call for every line that comes in."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(r"(Atz[ar]\||amzn1\.oa2-cs\.)\S+")
_LONGEST = 160


def serve(call: Callable[[], list[str]]) -> None:
    """Call for every line; a failure is told in the client's own words, without what could be a secret."""
    for _ in sys.stdin:
        try:
            answer: dict[str, object] = {"marketplaces": sorted(call())}
        except Exception as error:  # noqa: BLE001  whatever the client raises is its answer
            said = " ".join(f"{type(error).__name__}: {error}".split())
            answer = {"failed": _TOKEN.sub("***", said)[:_LONGEST]}
        print(json.dumps(answer), flush=True)  # noqa: T201  its output
