"""All stacks of a fleet brought to the roster: which ones, in which order, and what became of each."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from provisioning import naming
from provisioning.errors import BadInput, SecretBeingDeleted, SecretNotDeclared, SellerkeysError
from provisioning.sharding import in_shard, misplaced, shards
from scripts import fingerprints
from scripts.engine import Contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from provisioning.roster import Row
    from provisioning.store import Secret
    from scripts.engine import Engine, Held
    from scripts.watching import Lines

    Act = Callable[["_Task", "_Seen"], "Ended"]

#: What the message of an update begins with, before the word for what it was brought up to date with.
_MESSAGE: Final = "sellerkeys up "
_LISTED: Final = 5
#: What Pulumi counts and what changes nothing.
_NOTHING: Final = frozenset({"same", "read", "refresh"})
_WOULD_MAKE: Final = "would make"
_DONE: Final = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "import": "imported",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one stack: `changes` are resources by what was done, `made` and `gone` sellers."""

    stack: str
    result: str
    detail: str
    exit_code: int = 0
    seconds: float = 0.0
    changes: Mapping[str, int] = field(default_factory=dict)
    made: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    error: SellerkeysError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fleet as its files tell it: the base stack's name, the whole roster, configuration, the program's digest."""

    base: str
    rows: Sequence[Row]
    configuration: Mapping[str, Any]
    program: str


class Bringing:
    """Brings each stack of a fleet to the roster, the base stack first, then `at_once` shards at a time.

    `describe` looks at a secret by its name, `has_role` for a role by its own. With `everything`, stacks that seem up
    to date are updated, too.
    """

    def __init__(  # noqa: PLR0913  what it works with, and one switch
        self,
        told: Told,
        pulumi: Engine,
        describe: Callable[[str], Secret],
        has_role: Callable[[str], bool],
        watching: Lines,
        *,
        everything: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._told = told
        self._pulumi = pulumi
        self._describe = describe
        self._has_role = has_role
        self._watching = watching
        self._everything = everything
        self._clock = clock

    def run(self, at_once: int, *, preview: bool) -> Iterator[Ended]:
        """Give each stack's end as it comes; on Ctrl-C those that run end gracefully, none begins, and it is raised."""
        try:
            yield from self._run(at_once, self._foretell if preview else self._bring)
        except BaseException:
            self._pulumi.interrupt()
            raise

    def _run(self, at_once: int, act: Act) -> Iterator[Ended]:
        known = self._pulumi.stacks()
        wanted = self._shards(known)
        # The base stack in a thread, too: Ctrl-C comes to this one, and must not tear it away from a Pulumi that runs.
        with ThreadPoolExecutor(at_once) as threads:
            try:
                base = threads.submit(self._ended, "", act, _Seen(known, {})).result()
                yield base
                if base.exit_code:
                    yield from (_held_back(naming.stack_name(self._told.base, shard), base) for shard in wanted)
                elif wanted:
                    outputs = {} if base.result == _WOULD_MAKE else self._pulumi.outputs(self._told.base)
                    todo = [threads.submit(self._ended, shard, act, _Seen(known, outputs)) for shard in wanted]
                    for done in as_completed(todo):
                        yield done.result()
            except BaseException:
                # Before the pool waits for its threads, which wait for Pulumi.
                self._pulumi.interrupt()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def _shards(self, known: Iterable[str]) -> list[str]:
        """List the shards that hold somebody, or did."""
        of_base = {shard for stack in known for base, shard in [naming.split_stack(stack)] if base == self._told.base}
        return sorted({*of_base, *shards(self._told.rows)} - {""}, key=lambda shard: (len(shard), shard))

    def _ended(self, shard: str, act: Act, seen: _Seen) -> Ended:
        stack = naming.stack_name(self._told.base, shard)
        began = self._clock()
        try:
            ended = act(_Task(stack, shard, in_shard(self._told.rows, shard)), seen)
        except SellerkeysError as error:
            ended = Ended(stack, "failed", "; ".join(str(error).splitlines()), error.exit_code, error=error)
        ended = replace(ended, seconds=round(self._clock() - began, 1))
        self._watching.end(ended)
        return ended

    def _bring(self, task: _Task, seen: _Seen) -> Ended:
        stack, is_new = task.stack, task.stack not in seen.known
        if self._is_over(task):
            return self._remove(task)
        word = self._word(task, seen)
        if self._is_done(task, seen, word):
            return Ended(stack, "unchanged", "nothing it is made of has changed since its last update")
        if is_new:
            self._pulumi.make(stack)
        contents = Contents() if is_new else self._pulumi.contents(stack)
        change = self._change(task, contents.held)
        if change.protected:
            self._pulumi.unprotect(stack, list(change.protected))
        if not is_new:
            self._take_up(task, change.made, contents)
        count = self._watching.begin(stack, len(task.rows), is_base=not task.shard)
        done = self._pulumi.up(stack, word, count)
        return _told_of(Ended(stack, "made" if is_new else "updated", "", 0, 0, done, change.made, change.gone))

    def _foretell(self, task: _Task, seen: _Seen) -> Ended:
        stack = task.stack
        if self._is_over(task):
            self._change(task, self._pulumi.contents(stack).held)
            return Ended(stack, "would remove", "no seller of the roster belongs to it any more")
        if stack not in seen.known:
            made = tuple(row.seller for row in task.rows)
            return _told_of(Ended(stack, _WOULD_MAKE, "", made=made))
        if self._is_done(task, seen, self._word(task, seen)):
            return Ended(stack, "unchanged", "nothing it is made of has changed since its last update")
        change = self._change(task, self._pulumi.contents(stack).held)
        done: Mapping[str, int] = {}
        # Pulumi's own preview stops at what is protected, and only an update may change that.
        if not change.protected:
            done = self._pulumi.preview(stack, lambda line: self._watching.say(stack, line))
        return _told_of(Ended(stack, "would update", "", 0, 0, done, change.made, change.gone))

    def _word(self, task: _Task, seen: _Seen) -> str:
        told = self._told
        return _MESSAGE + fingerprints.stack_of(told.program, told.configuration, task.rows, seen.outputs)

    def _is_done(self, task: _Task, seen: _Seen, word: str) -> bool:
        if self._everything or task.stack not in seen.known:
            return False
        return self._pulumi.last_message(task.stack, seen.known[task.stack]) == word

    def _is_over(self, task: _Task) -> bool:
        """Say whether no row of the roster, not even of somebody offboarded, belongs to the shard any more."""
        return bool(task.shard) and not any(row.shard == task.shard for row in self._told.rows)

    def _remove(self, task: _Task) -> Ended:
        self._change(task, self._pulumi.contents(task.stack).held)
        self._pulumi.remove(task.stack)
        return Ended(task.stack, "removed", "no seller of the roster belongs to it any more")

    def _change(self, task: _Task, held: Mapping[str, Held]) -> _Change:
        """Compare a stack's state with its rows; raises BadInput about whoever would go away unmarked."""
        if faults := misplaced(held, self._told.rows, self._told.base, task.shard):
            raise BadInput("\n".join(faults))
        wanted = [row.seller for row in task.rows]
        gone = tuple(sorted(held.keys() - set(wanted)))
        protected = tuple(held[seller].urn for seller in gone if held[seller].is_protected)
        return _Change(tuple(seller for seller in wanted if seller not in held), gone, protected)

    def _take_up(self, task: _Task, made: Iterable[str], contents: Contents) -> None:
        """Take into the state what exists already: by `offboard --undo`, or because a run died before it wrote."""
        if contents.was_cut_off:
            self._pulumi.settle(task.stack)
        names = {row.seller: naming.reader_role_name(self._told.base, row.seller) for row in task.rows}
        secrets = self._restored(made)
        roles = {seller: name for seller, name in names.items() if seller in contents.begun and self._has_role(name)}
        if secrets or roles:
            self._pulumi.adopt(task.stack, secrets, roles)

    def _restored(self, sellers: Iterable[str]) -> dict[str, str]:
        """Find secrets that exist already, because `offboard --undo` brought them back, each with its ARN."""
        found = {}
        for seller in sellers:
            name = naming.seller_secret_name(self._told.base, seller)
            try:
                secret = self._describe(name)
            except SecretNotDeclared:
                continue
            if secret.deleted_on:
                raise SecretBeingDeleted(name, secret.deleted_on)
            found[seller] = secret.arn
        return found


@dataclass(frozen=True, slots=True)
class _Task:
    stack: str
    shard: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The stacks there are, each with when its state was written, and what the base stack gives."""

    known: Mapping[str, datetime | None]
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Change:
    made: tuple[str, ...]
    gone: tuple[str, ...]
    protected: tuple[str, ...]


def _held_back(stack: str, base: Ended) -> Ended:
    return Ended(
        stack, "not begun", f"it needs the base stack, and {base.stack} failed", base.exit_code, error=base.error
    )


def _told_of(ended: Ended) -> Ended:
    """Put into words what was done, or would be; an update that changed nothing is unchanged."""
    changed = {what: number for what, number in ended.changes.items() if what not in _NOTHING and number}
    parts = [f"{number} {_DONE.get(what, what)}" for what, number in changed.items()]
    parts += [f"{sign} {_listed(sellers)}" for sign, sellers in (("+", ended.made), ("-", ended.gone)) if sellers]
    if not parts:
        return replace(ended, result="unchanged", detail=f"{ended.changes.get('same', 0)} resources as they should be")
    return replace(ended, detail="; ".join(parts))


def _listed(sellers: Sequence[str]) -> str:
    more = len(sellers) - _LISTED
    return ", ".join(sellers[:_LISTED]) + (f" and {more} more" if more > 0 else "")
