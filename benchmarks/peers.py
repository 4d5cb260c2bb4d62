"""The programs that ours is measured beside: AWS's own command, of a pinned version, in a virtual environment apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local.engine.bootstrap import engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOCK: Final = Path(__file__).resolve().parent.parent / "tools" / "awscli.lock"


def aws() -> Path:
    """Find the `aws` command of tools/awscli.lock, installed first if need be; it never shares our environment."""
    found = re.search(r"^awscli==(\S+)", _LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    version = found[1] if found else "unknown"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "sellerkeys" / f"awscli-{version}-py{sys.version_info.major}{sys.version_info.minor}"
    command = folder / "bin" / "aws"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603 - our own interpreter
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(_LOCK),
        ]
        subprocess.run([str(folder / "bin" / "python"), *install], check=True)  # noqa: S603 - as above
    return command


def pulumi() -> Path:
    """Find Pulumi's engine."""
    return engine()


def loop(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> float:
    """Run commands one after the other, as a shell script does; gives the seconds that one takes."""
    began = time.perf_counter()
    for command in commands:
        subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - AWS's own
    return (time.perf_counter() - began) / len(commands)
