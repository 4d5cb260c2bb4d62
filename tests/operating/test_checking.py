"""The check of what consumers use: three stages, the cause in words, what mends it, and the permission areas."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.marking import look, mark
from provisioning.operating.checking import Checked, Checker
from provisioning.operating.probing import PROBES
from provisioning.payload import Offer
from provisioning.roster import Permission
from provisioning.state import State
from provisioning.store import WAITING
from tests.fakes.desk import BERLIN, RENEWED, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.roster import Row
    from tests.fakes.desk import FakeDesk

ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
WORKS = Checked(seller="berlin", passed=("token", "call", "marketplaces"), read_as=ROLE)
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


@pytest.fixture
def check(on_call: FakeDesk) -> Callable[..., Checked]:
    """Check berlin, or a row of the test's own."""
    at = on_call
    checker = Checker(at.fleet, at.store, at.amazon, at.reading, at.offering, lambda: at.now)

    def run(row: Row | None = None, *, permissions: bool = False) -> Checked:
        return checker.check(row or at.row, permissions=permissions)

    return run


def test_works(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """AWSCURRENT is read as the seller's reader and taken through the three stages; nothing is written."""
    assert check() == WORKS
    assert on_call.aws.calls == ["DescribeSecret", "GetSecretValue"]
    assert on_call.fake_amazon.calls == ["/auth/o2/token", PARTICIPATIONS]


def revoke(desk: FakeDesk) -> None:
    """The seller took his consent back."""
    del desk.fake_amazon.tokens[BERLIN]


def expire(desk: FakeDesk) -> None:
    """The client secret is older than 180 days."""
    desk.fake_amazon.expired.add(SHARED.client_id)


def move_away(desk: FakeDesk) -> None:
    """The seller takes part elsewhere."""
    desk.fake_amazon.tokens[BERLIN] = (SHARED.client_id, ("A1VC38T7YXB528",))


def take_the_role(desk: FakeDesk) -> None:
    """No role opens the Sellers API."""
    desk.fake_amazon.closed.add(PARTICIPATIONS)


@pytest.mark.parametrize(
    ("go_wrong", "passed", "cause", "mend"),
    [
        (
            revoke,
            (),
            "Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client)",
            "have the seller authorize the application again, then `sellerkeys onboard --seller berlin`",
        ),
        (
            expire,
            ("token",),
            "the application's client secret is older than 180 days and has expired",
            (
                "`sellerkeys rotate berlin` brings the newest client secret; if that is dead too, make a new one in "
                "the developer console"
            ),
        ),
        (
            move_away,
            ("token", "call"),
            "the token works, but the seller does not take part in an expected marketplace",
            (
                "correct `marketplaces` in the roster and `pulumi up`, or `sellerkeys onboard --seller berlin` with "
                "the right token"
            ),
        ),
        (
            take_the_role,
            ("token",),
            "SP-API denied the call without a reason: a role is missing, or another region's or a vendor's account",
            (
                "add the role in the developer console, have the seller authorize again, then `sellerkeys onboard "
                "--seller berlin`"
            ),
        ),
    ],
)
def test_refused(
    on_call: FakeDesk,
    check: Callable[..., Checked],
    go_wrong: Callable[[FakeDesk], None],
    passed: tuple[str, ...],
    cause: str,
    mend: str,
) -> None:
    """The stage that failed shows in what passed; the cause is in words, with the command that mends it (exit 4)."""
    go_wrong(on_call)

    assert check() == Checked(seller="berlin", passed=passed, cause=cause, mend=mend, read_as=ROLE, exit_code=4)


def test_down(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """An outage is no refusal, and nothing is to be mended (exit 5)."""
    on_call.fake_amazon.down = True

    found = check()

    assert (found.result, found.exit_code, found.mend) == ("unreachable", 5, None)


def test_not_readable(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """Whoever may not become the reader learns which role he would need (exit 5)."""
    on_call.roles.denied = True

    assert check() == Checked(
        seller="berlin",
        cause=f"AWS denied AssumeRole on {ROLE}: use a role that may do this, then run it again",
        exit_code=5,
    )


def test_a_token_that_comes_unexpectedly(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """Should Amazon answer with another refresh token, it waits in the secret instead of being lost."""
    on_call.know(RENEWED)
    on_call.fake_amazon.replaces[BERLIN] = RENEWED

    assert check() == WORKS
    waiting = Offer.from_json(on_call.held.values[on_call.labels[WAITING]] or "")
    assert waiting.refresh_token == RENEWED


def test_permissions(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """Each of the seller's areas is tried by one read; those that are closed are named with their role (exit 4)."""
    on_call.fake_amazon.closed |= {"/finances/2024-06-19/transactions", "/orders/2026-01-01/orders"}

    found = check(permissions=True)

    assert {area for area, is_open in found.permissions.items() if not is_open} == {
        Permission.TRANSACTIONS,
        Permission.CUSTOMER_DETAILS,
    }
    assert (found.exit_code, found.cause) == (
        4,
        (
            "Amazon does not let the credential into customer-details (searchOrders needs Inventory and Order "
            "Tracking); transactions-and-fulfillments (listTransactions needs Finance and Accounting)"
        ),
    )


def test_only_the_sellers_areas(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """What the roster does not list is not tried."""
    row = on_call.row.model_copy(update={"permissions": (Permission.REPORTS,)})

    assert check(row, permissions=True) == replace(WORKS, permissions={Permission.REPORTS: True})
    assert on_call.fake_amazon.calls[2:] == ["/reports/2021-06-30/reports"]


def test_every_area_has_a_probe(on_call: FakeDesk) -> None:
    """A probe asks for the seller's own marketplace, and about orders and money for the last day only."""
    paths = {area: probe.at("A1PA6795UKMFR9", on_call.now) for area, probe in PROBES.items()}

    assert set(paths) == set(Permission)
    assert all("A1PA6795UKMFR9" in path for path in paths.values())
    assert paths[Permission.CUSTOMER_DETAILS] == (
        "/orders/2026-01-01/orders?marketplaceIds=A1PA6795UKMFR9&createdAfter=2026-11-23T12%3A00%3A00Z&maxResultsPerPage=1"
    )


def noted(desk: FakeDesk) -> tuple[str | None, ...]:
    """What berlin's state tags say of status, cause, first and last refusal."""
    state = State.from_tags(desk.held.tags)
    return (
        state.status,
        state.cause,
        *(str(moment) if moment else None for moment in (state.refused_since, state.refused_at)),
    )


def test_what_amazon_said_is_noted(on_call: FakeDesk, check: Callable[..., Checked]) -> None:
    """A refusal is noted with its cause and time, and a later proof ends it."""
    revoke(on_call)
    check()
    refused = noted(on_call)
    on_call.know(BERLIN, like="Atzr|PLACEHOLDER-MAPLE")
    on_call.fake_amazon.tokens[BERLIN] = (SHARED.client_id, ("A1PA6795UKMFR9",))
    on_call.now += timedelta(hours=1)
    check()

    assert refused == ("refused", "invalid_grant", "2026-11-24 12:00:00+00:00", "2026-11-24 12:00:00+00:00")
    assert noted(on_call)[:2] == ("active", None)
    assert not State.from_tags(on_call.held.tags).is_refused


def test_nothing_is_noted_in_a_dry_run(on_call: FakeDesk) -> None:
    """A dry run asks Amazon and writes nothing."""
    at = on_call
    revoke(at)
    checker = Checker(at.fleet, at.store, at.amazon, at.reading, at.offering, lambda: at.now)
    before = dict(at.held.tags)

    assert checker.check(at.row, permissions=False, noting=False).result == "refused"
    assert at.held.tags == before


@pytest.mark.parametrize(("apart", "marked"), [(timedelta(hours=23), False), (timedelta(hours=24), True)])
def test_two_refusals_a_day_apart(
    on_call: FakeDesk, check: Callable[..., Checked], apart: timedelta, *, marked: bool
) -> None:
    """Only a seller refused twice, at least 24 hours apart, is marked to authorize again."""
    revoke(on_call)
    check()
    on_call.now += apart
    check()
    mark(on_call.store, look(on_call.store, "dev", on_call.now))

    assert noted(on_call)[0] == ("reauthorize" if marked else "refused")
