"""Pulumi in memory: stacks that hold the sellers their roster names, each update told in a history."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from provisioning import naming, roster
from provisioning.sharding import in_shard
from scripts.engine import Contents, EngineFailed, Held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from provisioning.errors import SellerkeysError

_A_MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class FakePulumi:
    """Answers like `scripts.engine.Engine`; `roster` is the file its program reads.

    `calls` lists what was changed or foretold, `fails` whom an update fails for; `deploy` runs in every update. `begun`
    are sellers, by stack, in whose midst a run died.
    """

    roster: Path
    is_protecting: bool = True
    calls: list[str] = field(default_factory=list)
    fails: dict[str, SellerkeysError] = field(default_factory=dict)
    held: dict[str, dict[str, Held]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=lambda: {"key_arn": "arn:placeholder", "sellers": []})
    adopted: dict[str, str] = field(default_factory=dict)
    begun: dict[str, frozenset[str]] = field(default_factory=dict)
    deploy: Callable[[], None] = lambda: None
    interrupted: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def stacks(self) -> dict[str, datetime | None]:
        return dict.fromkeys(self.held, _A_MOMENT)

    def last_message(self, stack: str, written: datetime | None) -> str | None:
        assert written == _A_MOMENT
        return self.messages.get(stack)

    def outputs(self, stack: str) -> dict[str, Any]:
        return {**self.given, "sellers": sorted(self.held[stack])}

    def contents(self, stack: str) -> Contents:
        begun = self.begun.get(stack, frozenset())
        return Contents(dict(self.held[stack]), begun, was_cut_off=bool(begun))

    def make(self, stack: str) -> None:
        self._note("make", stack)
        self.held[stack] = {}

    def unprotect(self, stack: str, urns: list[str]) -> None:
        self._note("unprotect", stack)
        for seller, held in self.held[stack].items():
            if held.urn in urns:
                self.held[stack][seller] = Held(held.urn, is_protected=False)

    def settle(self, stack: str) -> None:
        self._note("settle", stack)

    def adopt(self, stack: str, secrets: Mapping[str, str], roles: Mapping[str, str]) -> None:
        self._note("adopt", stack)
        self.adopted.update({**secrets, **{f"the role of {seller}": name for seller, name in roles.items()}})
        self.held[stack].update({seller: Held(f"urn:{seller}", is_protected=True) for seller in secrets})

    def preview(self, stack: str, say: Callable[[str], None]) -> dict[str, int]:
        self._note("preview", stack)
        say("+ 1 to create")
        return self._changes(stack)

    def up(self, stack: str, message: str, count: Callable[[], None] | None = None) -> dict[str, int]:
        self._note("up", stack)
        if stack in self.fails:
            raise self.fails[stack]
        changes = self._changes(stack)
        wanted = self._wanted(stack)
        self.deploy()
        if count:
            count()
        self.held[stack] = {seller: Held(f"urn:{seller}", self.is_protecting) for seller in wanted}
        self.messages[stack] = message
        self.begun.pop(stack, None)
        return changes

    def remove(self, stack: str) -> None:
        self._note("remove", stack)
        del self.held[stack]

    def interrupt(self) -> None:
        self.interrupted += 1

    def _note(self, what: str, stack: str) -> None:
        with self._guard:
            self.calls.append(f"{what} {stack}")

    def _wanted(self, stack: str) -> list[str]:
        _, shard = naming.split_stack(stack)
        return [row.seller for row in in_shard(roster.read(self.roster), shard)]

    def _changes(self, stack: str) -> dict[str, int]:
        wanted, held = self._wanted(stack), self.held[stack]
        gone = held.keys() - set(wanted)
        if any(held[seller].is_protected for seller in gone):
            raise EngineFailed("`pulumi up` failed: error: a protected resource cannot be deleted")
        new = [seller for seller in wanted if seller not in held]
        counts = {"create": 4 * len(new), "delete": 4 * len(gone), "same": 4 * (len(wanted) - len(new))}
        return {what: number for what, number in counts.items() if number}
