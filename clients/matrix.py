"""The run: every row reads, lives through a rotation and a new client secret, and starts anew after the old one."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from clients.fleet import PROJECT
from clients.rows import ROWS
from clients.running import Answer, Program, is_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clients.fleet import Fleet
    from clients.rows import Row

#: The stages, in order; a row that only follows a rule has no SP-API calls to lose.
STAGES: Final = ("reads", "rotated", "renewed", "hour", "outlived", "after")


@dataclass
class Result:
    """How a row fared at each stage; `stale` is what it says with a copy from before, None where it keeps none."""

    row: Row
    answers: dict[str, Answer] = field(default_factory=dict)
    stale: Answer | None = None

    @property
    def is_green(self) -> bool:
        """Whether every stage worked that was tried; a copy has ended with the old client secret, and need not."""
        ends = self.row.way != "secret"
        wanted = [stage for stage in STAGES if stage in self.answers and not (ends and stage == "outlived")]
        return all(self.answers[stage].worked for stage in wanted)


class Matrix:
    """Takes rows through the stages on one fleet; `say` tells what is going on."""

    def __init__(self, fleet: Fleet, say: Callable[[str], None], rows: Iterable[Row] = ROWS) -> None:
        self._fleet = fleet
        self._say = say
        self._results = [Result(row) for row in rows if is_here(row)]

    def run(self) -> list[Result]:
        """Run all stages."""
        with ExitStack() as stack:
            alive = {id(result): stack.enter_context(self._program(result)) for result in self._results}
            self._stage("reads", lambda result: alive[id(result)].call())
            self._fleet.rest()
            self._fleet.rotate()
            self._stage("rotated", lambda result: alive[id(result)].call())
            self._fleet.rest()
            self._fleet.renew()
            self._stage("renewed", lambda result: alive[id(result)].call())
            if self._fleet.clock.moves:
                self._fleet.pass_an_hour()
                self._stage("hour", lambda result: alive[id(result)].call())
            self._fleet.outlive()
            if self._fleet.clock.moves:
                self._stage("outlived", lambda result: alive[id(result)].call())
                self._fleet.rest()
        for result in self._results:
            if result.row.way == "file":
                result.stale = self._anew(result, copy=False)
        self._fleet.rest()
        self._stage("after", self._anew)
        return self._results

    def read(self) -> list[Result]:
        """Run the first stage only."""
        self._stage("reads", self._anew)
        return self._results

    def _stage(self, stage: str, call: Callable[[Result], Answer]) -> None:
        for result in self._results:
            answer = result.answers[stage] = call(result)
            self._say(f"{stage}: {result.row.name}: {'works' if answer.worked else answer.said}")

    def _anew(self, result: Result, *, copy: bool = True) -> Answer:
        with self._program(result, copy=copy) as program:
            return program.call()

    def _program(self, result: Result, *, copy: bool = True) -> Program:
        place = self._fleet.folder / "places" / str(ROWS.index(result.row))
        return Program(result.row, self._fleet, place, copy=copy)


def version_of(row: Row) -> str:
    """Tell the version of a row's package, as it is pinned; empty for a rule."""
    if row.registry == "PyPI":
        return version(row.package)
    if row.registry == "npm":
        pinned = json.loads((PROJECT / "clients/node/package.json").read_text(encoding="utf-8"))
        return str(pinned["dependencies"][row.package])
    if row.registry == "Maven Central":
        text = (PROJECT / "clients/java/pom.xml").read_text(encoding="utf-8")
        return text.partition(f"<artifactId>{row.package}</artifactId>")[2].partition("<version>")[2].partition("<")[0]
    return ""
