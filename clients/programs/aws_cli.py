"""The `aws` command, which picks keys by JMESPath, as the Secrets Store CSI driver does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from clients.programs.loop import serve
from clients.programs.plain import marketplaces

_AWS = str(Path(sys.executable).with_name("aws"))


def call() -> list[str]:
    """Let the command read the secret."""
    asked = [_AWS, "secretsmanager", "get-secret-value", "--secret-id", os.environ["SP_API_AWS_SECRET_ID"]]
    done = subprocess.run(  # noqa: S603  our own command
        [*asked, "--query", "SecretString", "--output", "text"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return marketplaces(json.loads(done.stdout))


if __name__ == "__main__":
    serve(call)
