"""A function that does what its event says."""

import os
import signal
import sys
import time
from typing import Any


def handler(event: dict[str, Any], _context: object) -> Any:
    """Answer, raise, exit, sleep, be killed, or name its own process and what it sees."""
    match event["do"]:
        case "answer":
            return event["with"]
        case "raise":
            raise ValueError("as told")
        case "exit":
            sys.exit(3)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(event["seconds"])
            return os.getpid()
        case "environment":
            return dict(os.environ)
        case "path":
            return sys.path
        case "set":
            return {1, 2}
    sys.stdout.write(f"{event['do']}\n")
    return os.getpid()
