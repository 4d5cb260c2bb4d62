"""Which stack holds which seller: pure functions over a roster's rows.

An update of a stack costs more than its size (design.md 10), so sellers are spread over stacks of `ROOM`. A seller's
shard is given once: in another stack he would be a new secret under a name that is taken.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from provisioning import naming
from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provisioning.roster import Row

#: As many sellers as a stack is given.
ROOM: Final = 50
_MOST_SHARDS: Final = 1000


class Rooms:
    """Gives new sellers their shard: the first stack with room, the base stack before all others."""

    def __init__(self, rows: Iterable[Row], room: int = ROOM) -> None:
        self._taken = Counter(row.shard for row in rows if row.is_declared)
        self._room = room

    def give(self, row: Row) -> Row:
        """Give a row its shard, unless it names one; raises BadInput where every stack is full."""
        shard = row.shard or next((shard for shard in _shards() if self._taken[shard] < self._room), None)
        if shard is None:
            raise BadInput(f"{row.seller}: {_MOST_SHARDS:,} shards are full: begin another fleet")
        self._taken[shard] += 1
        return row.model_copy(update={"shard": shard}) if shard != row.shard else row


def shards(rows: Iterable[Row]) -> tuple[str, ...]:
    """List the shards that hold somebody, in order, the base stack's empty one always and first."""
    return tuple(sorted({"", *(row.shard for row in rows if row.is_declared)}, key=lambda shard: (len(shard), shard)))


def in_shard(rows: Iterable[Row], shard: str) -> tuple[Row, ...]:
    """Pick the sellers that a shard's stack declares."""
    return tuple(row for row in rows if row.shard == shard and row.is_declared)


def misplaced(held: Iterable[str], rows: Sequence[Row], base: str, shard: str) -> list[str]:
    """Say about each seller whom the shard's stack holds and the roster places elsewhere, or no longer knows.

    Going on would delete a seller's secret: only one who is marked as offboarded may go (design.md 4).
    """
    known: Mapping[str, Row] = {row.seller: row for row in rows}
    return [fault for seller in sorted(held) if (fault := _misplaced(seller, known.get(seller), base, shard))]


def _misplaced(seller: str, row: Row | None, base: str, shard: str) -> str:
    stack = naming.stack_name(base, shard)
    if row is None:
        return (
            f"{seller}: stack {stack} holds this seller and the roster does not: fetch the row that others added, or "
            f"put yours back and run `sellerkeys offboard {seller}`"
        )
    if row.is_declared and row.shard != shard:
        return (
            f"{seller}: stack {stack} holds this seller, but the roster's shard is {row.shard or 'empty'}: a shard is "
            f"given once, so write {shard or 'nothing'} again"
        )
    return ""


def _shards() -> Iterable[str]:
    return ("", *(naming.shard_name(number) for number in range(_MOST_SHARDS)))
