"""Rotations that are started and waited for, and what their labels and tags say of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from provisioning.operating.rotating import STARTS_A_SECOND, Rotator
from provisioning.outcomes import Outcome
from provisioning.payload import Offer
from provisioning.store import OFFERED
from tests.fakes.desk import BERLIN, RENEWED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.desk import FakeDesk

PROVEN = Outcome("berlin", "proven", "the new version is current")


@pytest.fixture
def rotator(on_call: FakeDesk) -> Rotator:
    """It waits a minute for each rotation."""
    rotation = on_call.rotation
    return Rotator(on_call.fleet, on_call.store, on_call.offering, rotation.clock, rotation.sleep, 60)


@pytest.fixture
def rotate(on_call: FakeDesk, rotator: Rotator) -> Callable[[], Outcome]:
    """Rotate berlin."""

    def run() -> Outcome:
        (outcome,) = rotator.rotate([on_call.row])
        return outcome

    return run


def test_proven(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """The rotation is started as the configuration wants it, and its version is current in the end."""
    assert rotate() == PROVEN
    assert on_call.aws.rotated[-1] == {
        "secret": on_call.held.name,
        "immediately": True,
        "ScheduleExpression": "rate(30 days)",
    }


def test_refused(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """Where Amazon refuses for good, the cause of the state tags is told."""
    del on_call.fake_amazon.tokens[BERLIN]

    outcome = rotate()

    assert (outcome.result, outcome.exit_code) == ("refused", 4)
    assert outcome.detail.startswith("Amazon does not accept the refresh token (revoked, lapsed,")


def test_a_refused_offer(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """A refused replacement is told as one: the credential before it is in use."""
    on_call.lay_out(OFFERED, Offer("berlin", RENEWED))

    outcome = rotate()

    assert (outcome.result, outcome.exit_code) == ("refused", 4)
    assert outcome.detail.startswith("the replacement was refused, the credential before it is in use; Amazon does")


def test_a_waiting_credential(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """One that a person has to approve is told of, with the command (exit 3)."""
    on_call.know(RENEWED)
    on_call.lay_out(OFFERED, Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))

    assert rotate() == Outcome(
        "berlin",
        "proven",
        "the new version is current; another credential waits: `sellerkeys approve berlin` shows it",
        3,
    )


def test_still_running(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """A rotation that does not end is left to AWS after a minute (exit 5)."""
    on_call.fake_amazon.down = True

    assert rotate() == Outcome(
        "berlin",
        "still running",
        "not finished after 60 s, and AWS goes on trying: `sellerkeys check berlin` tells why, "
        "`sellerkeys repair berlin` mends it",
        5,
    )
    assert on_call.held.holder("AWSPENDING") != on_call.held.holder("AWSCURRENT")


def test_one_that_is_under_way_is_joined(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """A rotation of the schedule's, or of another operator, is waited for instead of started anew."""
    on_call.aws.begin_rotation(on_call.held.name)
    on_call.aws.rotated.clear()

    assert rotate() == replace(PROVEN, detail="the version of a rotation that was under way already is current")
    assert on_call.aws.rotated == []


def test_one_that_began_in_between_is_joined(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """So is one that somebody started between our look and our start."""

    def interfere(name: str, _number: int) -> None:
        if name == "RotateSecret":
            on_call.aws.live()
            on_call.aws.begin_rotation(on_call.held.name)

    on_call.aws.before = interfere

    assert rotate() == replace(PROVEN, detail="the version of a rotation that was under way already is current")


def test_one_that_was_taken_back(on_call: FakeDesk, rotate: Callable[[], Outcome]) -> None:
    """A rotation whose version is nowhere any more, with nothing noted against it, was somebody's doing (exit 5)."""
    on_call.rotation.broken = True

    def interfere(name: str, _number: int) -> None:
        if name == "RotateSecret":
            on_call.aws.live()
            token = str(on_call.held.holder("AWSPENDING"))
            on_call.held.labels[token].clear()

    on_call.aws.after = interfere

    assert rotate() == Outcome("berlin", "abandoned", "somebody took this rotation back: run this again", 5)


@pytest.mark.parametrize(
    ("arrange", "why"),
    [
        pytest.param(lambda held: held.labels.clear(), "holds no value yet", id="empty"),
        pytest.param(
            lambda held: held.rotation.update(RotationEnabled=False) or held.attach("AWSPENDING", "x" * 32),
            "`sellerkeys repair berlin` mends it",
            id="cancelled midway",
        ),
    ],
)
def test_not_to_be_started(
    on_call: FakeDesk, rotate: Callable[[], Outcome], arrange: Callable[[object], None], why: str
) -> None:
    """RotateSecret would get these stuck, so it is not asked (aws.md 2.7)."""
    arrange(on_call.held)
    on_call.aws.rotated.clear()

    outcome = rotate()

    assert (outcome.exit_code, on_call.aws.rotated) == (3, [])
    assert why in outcome.detail


def test_paused(on_call: FakeDesk, rotator: Rotator) -> None:
    """A paused seller is not rotated."""
    paused = on_call.row.model_copy(update={"status": "paused"})

    assert [outcome.exit_code for outcome in rotator.rotate([paused])] == [3]


def test_the_write_budget(on_call: FakeDesk, rotator: Rotator) -> None:
    """Two writes a rotation, 90 % of 50 writes a second: starts are that far apart (design.md 10)."""
    on_call.rotation.broken = True
    starts: list[float] = []
    on_call.aws.before = lambda name, _: starts.append(on_call.rotation.seconds) if name == "RotateSecret" else None
    rows = [on_call.row.model_copy(update={"seller": f"s{number}"}) for number in range(3)]
    for row in rows:
        name = on_call.fleet.secret_of(row.seller)
        on_call.aws.declare(name).attach("AWSCURRENT", "00000000-0000-4000-8000-000000000001")

    assert {outcome.result for outcome in rotator.rotate(rows)} == {"still running"}
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert all(gap >= 1 / STARTS_A_SECOND - 1e-9 for gap in gaps)
    assert STARTS_A_SECOND * 2 <= 0.9 * 50


def test_foretold(on_call: FakeDesk, rotator: Rotator) -> None:
    """A dry run says what it would do and asks AWS nothing but how things are."""
    assert list(rotator.foretell([on_call.row])) == [
        Outcome("berlin", "would rotate", "would start a rotation and wait for its end")
    ]
    assert on_call.aws.calls == ["DescribeSecret"]
