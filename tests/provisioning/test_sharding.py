"""Which stack holds which seller."""

from __future__ import annotations

import pytest

from provisioning import naming, roster, sharding
from provisioning.errors import BadInput


def row(seller: str, shard: str = "", status: str = "active") -> roster.Row:
    """A row in the EU."""
    return roster.row_from({"seller": seller, "region": "EU", "marketplaces": "DE", "shard": shard, "status": status})


def test_the_first_stack_with_room_is_given() -> None:
    """The base stack first, then the shards in order; a place that somebody left is given again."""
    rows = [row("a"), row("b"), row("c", "s00"), row("d", "s01"), row("e", "s01")]
    rooms = sharding.Rooms(rows, room=2)

    assert [rooms.give(row(f"new-{number}")).shard for number in range(4)] == ["s00", "s02", "s02", "s03"]
    assert sharding.Rooms([row("a", status="offboarded"), row("b")], room=2).give(row("c")).shard == ""


def test_a_shard_that_was_named_is_kept() -> None:
    """Who says where a seller belongs is believed, and the place is taken."""
    rooms = sharding.Rooms([], room=1)

    assert [rooms.give(each).shard for each in (row("a", "s07"), row("b"), row("c"))] == ["s07", "", "s00"]


def test_a_full_fleet_takes_nobody() -> None:
    """A thousand shards and the base stack: more is another fleet."""
    rows = [row("base"), *(row(f"x{number}", naming.shard_name(number)) for number in range(1000))]

    with pytest.raises(BadInput, match=r"^new: 1,000 shards are full: begin another fleet$"):
        sharding.Rooms(rows, room=1).give(row("new"))


def test_shards_are_those_that_hold_somebody() -> None:
    """The base stack is always there; who is offboarded is declared nowhere."""
    rows = [row("a", "s100"), row("b", "s02"), row("c", "s03", "offboarded"), row("d", "s02", "paused")]

    assert sharding.shards(rows) == ("", "s02", "s100")
    assert [each.seller for each in sharding.in_shard(rows, "s02")] == ["b", "d"]
    assert sharding.in_shard(rows, "s03") == ()


def test_who_would_go_away_unmarked_is_named() -> None:
    """A stale checkout, or a changed shard, would delete a seller's secret (design.md 4 and 10)."""
    rows = [row("stays", "s01"), row("moved", "s02"), row("to-base"), row("marked", "s01", "offboarded")]

    assert sharding.misplaced(["stays", "marked"], rows, "dev", "s01") == []
    assert sharding.misplaced(["colleague", "moved", "to-base"], rows, "dev", "s01") == [
        (
            "colleague: stack dev-s01 holds this seller and the roster does not: fetch the row that others added, or "
            "put yours back and run `sellerkeys offboard colleague`"
        ),
        (
            "moved: stack dev-s01 holds this seller, but the roster's shard is s02: a shard is given once, so "
            "write s01 again"
        ),
        (
            "to-base: stack dev-s01 holds this seller, but the roster's shard is empty: a shard is given once, so "
            "write s01 again"
        ),
    ]
    assert sharding.misplaced(["moved"], rows, "dev", "")[0].endswith("so write nothing again")


@pytest.mark.parametrize(
    ("stack", "parts"), [("dev", ("dev", "")), ("a-b-s07", ("a-b", "s07")), ("p-s123", ("p", "s123"))]
)
def test_a_stacks_name_says_base_and_shard(stack: str, parts: tuple[str, str]) -> None:
    """Whatever is put together comes apart again."""
    assert naming.split_stack(stack) == parts
    assert naming.stack_name(*parts) == stack
