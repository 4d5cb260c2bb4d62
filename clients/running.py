"""Runs one row's program: its command, its variables, its file; and asks it for a call, line by line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from clients.fleet import MARKETPLACES, PROJECT, SELLER, STACK, Fleet
from local.demo.recording import tool

if TYPE_CHECKING:
    from pathlib import Path

    from clients.rows import Row

NODE: Final = PROJECT / "clients" / "node"
#: Where `make clients-here` puts the class path and the compiled program.
JAVA: Final = PROJECT / "clients" / "java" / "target"
_PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: the right marketplaces, or what the client said instead."""

    worked: bool
    said: str = ""


def is_here(row: Row) -> bool:
    """Whether this machine can run a row: Python's packages are locked with ours, others are `make clients-here`'s."""
    if row.is_java:
        return shutil.which("java") is not None and (JAVA / "classpath").is_file()
    return not row.is_node or (shutil.which("node") is not None and (NODE / "node_modules").is_dir())


class Program:
    """One row's program, alive until `stop`; `place` is its home folder, where its file is unless `copy` is False."""

    def __init__(self, row: Row, fleet: Fleet, place: Path, *, copy: bool = True) -> None:
        self._row, self._fleet, self._place = row, fleet, place
        place.mkdir(parents=True, exist_ok=True)
        file = place / row.at
        if row.way == "file" and copy:
            self._export(file)
        environment = {**self._variables(), "HOME": str(place), "CREDENTIAL_FILE": str(file) if row.at else ""}
        with (place / "stderr.txt").open("w", encoding="utf-8") as complaints:
            self._process = subprocess.Popen(  # noqa: S603  our own programs
                self._command(),
                env=environment,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )

    def call(self) -> Answer:
        """Have it make one call."""
        assert self._process.stdin is not None  # noqa: S101  it was asked for
        assert self._process.stdout is not None  # noqa: S101  it was asked for
        try:
            self._process.stdin.write("call\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return Answer(worked=False, said="the program ended: its stderr.txt tells why")
        answer = json.loads(line)
        if "failed" in answer:
            return Answer(worked=False, said=answer["failed"])
        wanted = MARKETPLACES if self._row.calls else []
        return Answer(worked=answer["marketplaces"] == wanted, said=str(answer["marketplaces"]))

    def stop(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        row = self._row
        if row.is_node:
            bootstrap = NODE / "node_modules" / "global-agent" / "bootstrap.js"
            program = ["node", "--require", str(bootstrap), str(NODE / row.program)]
        elif row.is_java:
            classes = (JAVA / "classpath").read_text(encoding="utf-8").strip()
            program = ["java", "-cp", f"{JAVA}:{classes}", row.program]
        else:
            program = [sys.executable, "-m", f"clients.programs.{row.program}"]
        if row.way != "exec":
            return program
        return [tool("sellerkeys"), "--stack", STACK, "exec", SELLER, "--format", row.form, "--", *program]

    def _variables(self) -> dict[str, str]:
        row = self._row
        found = self._fleet.environment("erp") if row.way == "exec" else self._fleet.reader()
        if row.way != "secret":
            found.pop("SP_API_AWS_SECRET_ID", None)
        asked = dict(row.more)
        if names := asked.pop("from", "").split():
            # What this client takes by its constructor, its user hands over.
            held = self._fleet.credential()
            found |= {name: held[name] for name in names}
        if row.is_node:
            proxy = self._fleet.disguise
            found |= {
                "GLOBAL_AGENT_HTTPS_PROXY": proxy.url,
                "GLOBAL_AGENT_NO_PROXY": "127.0.0.1",
                "NODE_EXTRA_CA_CERTS": str(proxy.authority),
            }
        # Only Python's own caches count by the clock that only counts.
        moved = self._fleet.clock.variables(monotonic=not (row.is_node or row.is_java))
        return found | asked | dict(moved)

    def _export(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        asked = ["export", SELLER, "--format", self._row.form, "--to", str(file), "--force"]
        subprocess.run(  # noqa: S603  our own command
            [tool("sellerkeys"), "--stack", STACK, *asked],
            env=self._fleet.environment("erp"),
            cwd=PROJECT,
            check=True,
            capture_output=True,
        )
