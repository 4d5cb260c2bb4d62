"""`sellerkeys up`: every stack of the fleet brought to the roster."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from provisioning import roster
from provisioning.outcomes import added_up
from scripts import report
from scripts.session import Session, pass_session
from scripts.watching import at_once as carried
from scripts.watching import watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from scripts.bringing import Ended


@click.command()
@click.option("--preview", "--dry-run", "preview", is_flag=True, help="Say what would be changed, and change nothing.")
@click.option("--all", "everything", is_flag=True, help="Update every stack, those that seem up to date, too.")
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many shards are under way at the same time.  [default: what processors and memory carry]",
)
@pass_session
def up(session: Session, /, *, preview: bool, everything: bool, at_once: int | None) -> int:
    """Bring every stack of the fleet to the roster, by Pulumi.

    The base stack comes first, then the shards, several at a time; one that fails stops no other. A stack is left alone
    if its rows, the program, the configuration and the base stack's outputs are what they were at its last update.
    Sellers marked by `sellerkeys offboard` are deleted. After Ctrl-C, updates that run come to a clean end; the same
    command again completes them.
    """
    ended: list[Ended] = []
    try:
        with _terminable(), watching() as watched:
            bringing = session.bringing(roster.read(session.roster_path), watched, everything=everything)
            for each in bringing.run(at_once or carried(), preview=preview):
                ended.append(each)  # noqa: PERF402  what has ended is told after Ctrl-C, too
    finally:
        if ended:
            _tell(ended, as_json=session.as_json)
    return added_up({each.exit_code for each in ended})


def _tell(ended: Sequence[Ended], *, as_json: bool) -> None:
    found = sorted(ended, key=lambda each: (len(each.stack), each.stack))
    counts = Counter(each.result for each in found)
    if as_json:
        stacks = [
            {
                "stack": each.stack,
                "result": each.result,
                "detail": each.detail,
                "seconds": each.seconds,
                "changes": dict(each.changes),
                "made": list(each.made),
                "gone": list(each.gone),
                "exit_code": each.exit_code,
            }
            for each in found
        ]
        report.document({"stacks": stacks, "summary": dict(counts)})
        return
    rows = [(each.stack, each.result, f"{each.seconds:.0f} s", each.detail) for each in found]
    report.table(("stack", "result", "took", "detail"), rows)
    click.echo()
    listed = ", ".join(f"{number} {result}" for result, number in counts.items())
    click.echo(f"{report.counted(len(found), 'stack')}: {listed}")


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end like Ctrl-C: a lock that nobody gives back holds everybody up.

    What is ignored stays so: whoever starts this under nohup closes the terminal on purpose.
    """

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    heeded = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
