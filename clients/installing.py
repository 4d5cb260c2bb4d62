"""Installs the clients that are not Python's, each pinned, where their language is: npm's, and Maven Central's."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from clients.fleet import PROJECT

_NODE = PROJECT / "clients" / "node"
_JAVA = PROJECT / "clients" / "java"


def main() -> int:
    """Install what can be, once for each state of the lock files; a missing language is told, not an error."""
    for name, programs, sources, folder, commands in (
        ("Node", ("node", "npm"), ("package-lock.json",), _NODE, [["npm", "ci", "--ignore-scripts", "--silent"]]),
        ("Java", ("java", "javac", "mvn"), ("pom.xml", "Caching.java"), _JAVA, _java()),
    ):
        if not all(shutil.which(program) for program in programs):
            print(f"{name} is not here: its clients are left out", file=sys.stderr)  # noqa: T201  its output
            continue
        _once(folder, sources, commands)
    return 0


def _java() -> list[list[str]]:
    target = _JAVA / "target"
    path = target / "classpath"
    resolve = ["mvn", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={path}"]
    return [resolve, ["javac", "-cp", f"@{path}", "-d", str(target), "Caching.java"]]


def _once(folder: Path, sources: tuple[str, ...], commands: list[list[str]]) -> None:
    state = hashlib.sha256(b"".join((folder / source).read_bytes() for source in sources)).hexdigest()
    stamp = folder / ("node_modules" if folder == _NODE else "target") / f".{state}"
    if stamp.exists():
        return
    for command in commands:
        subprocess.run([_filled(part) for part in command], cwd=folder, check=True)  # noqa: S603  our own commands
    stamp.touch()


def _filled(part: str) -> str:
    """Give a file's text for `@file`, as the class path is one."""
    return Path(part[1:]).read_text(encoding="utf-8").strip() if part.startswith("@") else part


if __name__ == "__main__":
    sys.exit(main())
