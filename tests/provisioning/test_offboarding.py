"""A seller leaves, and comes back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from infra import protection
from infra.place import Place
from provisioning import naming, roster, settings
from provisioning.fleet import Fleet
from provisioning.offboarding import RECOVERY_DAYS, Offboarding
from provisioning.store import Store
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from provisioning.outcomes import Outcome

NAME = naming.seller_secret_name("dev", "berlin")
GOES = datetime(2026, 12, 24, tzinfo=UTC)


class World:
    """One seller with a rotating secret, and the status that the roster gives him."""

    def __init__(self, **row: str) -> None:
        self.aws = FakeSecretsManager()
        self.status = row.pop("status", "active")
        self.cells = {"seller": "berlin", "region": "EU", "marketplaces": "DE", **row}
        self.kind = "public-listed"
        self.held = self.aws.declare(NAME)
        self.held.values["v1"] = "placeholder"
        self.held.labels["v1"] = {"AWSCURRENT"}
        self.held.rotation = {"RotationEnabled": True}

    def mark(self, seller: str, status: str) -> bool:
        """What the roster's file does."""
        assert seller == "berlin"
        before, self.status = self.status, status
        return before != status

    def offboarding(self) -> Offboarding:
        """Take sellers out of this world."""
        told = settings.Settings(
            region="eu-west-1",
            roster="rosters/dev.csv",
            **dict.fromkeys(("readers", "onboarders", "on_call", "deployers"), ("arn:aws:iam::123456789012:role/a",)),
            application=settings.Application(kind=self.kind, name="Example", contact="keys@example.com"),
        )
        return Offboarding(Fleet("dev", told, ()), Store(self.aws), self.mark)

    @property
    def row(self) -> roster.Row:
        """The row as it stands now."""
        return roster.row_from({**self.cells, "status": self.status})

    def out(self, **options: bool) -> Outcome:
        """Take him out."""
        return self.offboarding().take_out(self.row, **options)

    def back(self, **options: bool) -> Outcome:
        """Take him back."""
        return self.offboarding().take_back(self.row, **options)

    def writes(self) -> list[str]:
        """List the calls that change something."""
        return [call for call in self.aws.calls if call != "DescribeSecret"]


def test_who_leaves_is_marked_and_rotates_no_more() -> None:
    """And it is said what deletes his secret, how long it can be brought back, and who revokes what at Amazon."""
    world = World()

    outcome = world.out()

    assert (outcome.result, outcome.exit_code, world.status) == ("offboarded", 0, "offboarded")
    assert world.held.rotation["RotationEnabled"] is False
    assert outcome.detail == (
        "the next `sellerkeys up` deletes his secret; `--undo` brings it back for 30 days from then; his token "
        "lives on at Amazon until the seller revokes it, nobody else can: Seller Central, Manage Your Apps, Disable"
    )
    assert world.out().result == "unchanged"
    assert world.writes() == ["CancelRotateSecret"]


@pytest.mark.parametrize(
    ("kind", "application", "said"),
    [
        (
            "public-unlisted",
            "own",
            "the seller revokes it: Develop Apps, his application, Edit, Authorize, Revoke",
        ),
        ("private", "shared", "until you revoke it: Develop Apps, your application, Edit, Revoke"),
    ],
)
def test_who_revokes_depends_on_whose_application_it_is(kind: str, application: str, said: str) -> None:
    """A consent only its seller takes back; a self-authorization, whoever owns the application (sp-api.md 4.5)."""
    world = World(application=application)
    world.kind = kind

    assert world.out().detail.endswith(said)


def test_a_secret_that_is_not_there_or_going_needs_no_call() -> None:
    """He is marked all the same; of one that is being deleted it is said until when."""
    gone, going = World(), World()
    gone.aws.secrets.clear()
    going.held.deleted_on = GOES

    assert "there is no secret of his" in gone.out().detail
    assert "his secret goes on 2026-12-24; until then `--undo` brings it back" in going.out().detail
    assert (gone.writes(), going.writes(), gone.status, going.status) == ([], [], "offboarded", "offboarded")


def test_a_dry_run_changes_nothing() -> None:
    """Either way, it is said what would be done."""
    world = World()

    assert (world.out(dry_run=True).detail, world.status) == ("would end rotation, mark the row", "active")
    world.out()
    assert world.out(dry_run=True).result == "unchanged"
    world.held.deleted_on = GOES
    assert world.back(dry_run=True).detail == "would bring the secret back, take the mark off, turn rotation on"
    assert (world.writes(), world.status) == (["CancelRotateSecret"], "offboarded")


def test_who_comes_back_rotates_again() -> None:
    """Secret, mark and rotation are as they were; paused who was paused, as the secret's tag says."""
    world = World()
    world.held.tags[naming.TAG_PAUSED] = "yes"
    world.out()
    world.held.deleted_on = GOES

    outcome = world.back()

    assert (outcome.result, world.status, world.held.deleted_on) == ("brought back", "paused", None)
    assert world.aws.rotated[0]["immediately"] is False
    assert outcome.detail == "run `sellerkeys up` next, which declares the seller again"
    assert World().back().result == "unchanged"


def test_who_comes_back_to_an_empty_secret_or_none() -> None:
    """There is nothing to rotate; what is to be done next is said."""
    empty, gone = World(status="offboarded"), World(status="offboarded")
    empty.held.labels.clear()
    gone.aws.secrets.clear()

    assert (empty.back().detail, empty.status) == ("his secret is empty: `sellerkeys up`, then onboard", "active")
    assert gone.back().detail == "his secret is gone: `sellerkeys up` makes an empty one, then onboard anew"
    assert empty.aws.rotated == gone.aws.rotated == []


def test_a_rotation_that_was_cut_off_is_for_repair() -> None:
    """AWS refuses to rotate over a version that a cancelled rotation left; the mark is off, so only that is left."""
    world = World()
    world.aws.begin_rotation(NAME)
    world.out()

    outcome = world.back()

    assert (outcome.exit_code, world.status) == (3, "active")
    assert "`sellerkeys repair berlin` mends it" in outcome.detail


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("way", ["out", "back"])
def test_a_run_that_dies_at_any_call_is_simply_repeated(way: str, when: str, number: int) -> None:
    """The same command again ends where an undisturbed one does, and turns rotation on once."""
    world = World()
    if way == "back":
        world.out()
        world.held.deleted_on = GOES
        world.aws.calls.clear()
    act = world.out if way == "out" else world.back
    world.aws.die(when, number)
    with suppress(Crash):
        act()
    world.aws.live()
    act()

    assert world.status == ("offboarded" if way == "out" else "active")
    assert world.held.rotation["RotationEnabled"] is (way == "back")
    assert world.held.deleted_on is None
    assert len(world.aws.rotated) == (1 if way == "back" else 0)


def test_no_row_is_marked_before_its_rotation_is_off() -> None:
    """A marked row may be deleted by the next `up`."""
    world = World()
    world.aws.die("before", 2)

    with pytest.raises(Crash):
        world.out()
    assert world.status == "active"


@pytest.mark.parametrize("disposable", [True, False])
def test_the_recovery_window_is_the_programs(*, disposable: bool) -> None:
    """What is promised is what the program declares."""
    place = Place(base="dev", region="eu-west-1", account="123456789012", disposable=disposable)

    assert RECOVERY_DAYS[disposable] == protection.recovery_days(place)
