"""What condition a seller is in, and what a person has to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning import causes
from provisioning.condition import Need, app_condition, by_urgency, condition
from provisioning.state import ACTIVE, ASSUMED, ASSUMED_TOLD, OFFER_REFUSED, REAUTHORIZE, REFUSED, State
from provisioning.store import Secret

if TYPE_CHECKING:
    from provisioning.fleet import Fleet

TODAY = date(2026, 11, 24)
PROVEN = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
WELL = State(
    status=ACTIVE, proven_at=PROVEN, app_version="app-1", fingerprint="f.shared", consented_on=date(2026, 9, 1)
)


def secret(state: State = WELL, **changes: object) -> Secret:
    """A seller's secret that holds a value and rotates, with this state."""
    held = Secret(
        arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf",
        name="s",
        tags=state.to_tags(),
        versions={"v1": frozenset({"AWSCURRENT"})},
        rotation_enabled=True,
    )
    return replace(held, **changes)


def test_a_seller_that_is_well_needs_nobody(fleet: Fleet) -> None:
    """Proven, rotating, composed from the newest application, consent far from its end."""
    found = condition(fleet, fleet.sellers[0], secret(), "app-1", TODAY)

    assert (found.need, found.advice) == (None, None)
    assert (found.has_value, found.rotating, found.on_newest_app, found.proven_at) == (True, True, True, PROVEN)
    assert (found.consented_on, found.consent_ends_on) == (date(2026, 9, 1), date(2027, 9, 1))


@pytest.mark.parametrize(
    ("held", "need", "advice"),
    [
        (None, Need.UNDECLARED, "run `pulumi up`"),
        (secret(State(), versions={}), Need.EMPTY, "hand its credential in: `sellerkeys onboard`"),
        (
            secret(deleted_on=PROVEN),
            Need.DELETED,
            "bring it back: `aws secretsmanager restore-secret --secret-id s`",
        ),
        (
            secret(replace(WELL, status=REAUTHORIZE, cause="invalid_grant")),
            Need.REAUTHORIZE,
            "have the seller authorize the application again, then `sellerkeys onboard`",
        ),
        (secret(replace(WELL, status=REFUSED, cause="invalid_grant")), Need.REFUSED, causes.REVOKED.sentence),
        (
            secret(replace(WELL, status=OFFER_REFUSED, cause="unauthorized_client")),
            Need.OFFER_REFUSED,
            f"the replacement handed in was refused, the one before is in use; {causes.WRONG_CLIENT.sentence}",
        ),
        (
            secret(versions={"a": frozenset({"AWSCURRENT"}), "b": frozenset({"SELLERKEYS_WAITING"})}),
            Need.APPROVAL,
            "a credential waits for a person to look at it: `sellerkeys approve maple`",
        ),
        (
            secret(replace(WELL, fingerprint=None)),
            Need.INTERRUPTED,
            "its onboarding was interrupted: run the same `sellerkeys onboard` again",
        ),
        (
            secret(rotation_enabled=False),
            Need.NOT_ROTATING,
            "rotation is off: `sellerkeys repair maple`",
        ),
        (
            secret(schedule="rate(30 days)", last_rotated=datetime(2026, 10, 22, tzinfo=UTC)),
            Need.OVERDUE,
            "no rotation has succeeded in time: `sellerkeys rotate maple`, and see what it says",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Need) else "",
)
def test_each_need_says_what_to_do(fleet: Fleet, held: Secret | None, need: Need, advice: str) -> None:
    """One need and one sentence of advice for everything that waits for a person."""
    found = condition(fleet, fleet.sellers[0], held, "app-1", TODAY)

    assert (found.need, found.advice) == (need, advice)


@pytest.mark.parametrize(
    ("days", "need"),
    [(31, None), (30, Need.ENDING), (0, Need.ENDING), (-1, Need.LAPSED)],
    ids=["a month and a day", "a month", "the last day", "the day after"],
)
def test_consent_ends_after_a_year(fleet: Fleet, days: int, need: Need | None) -> None:
    """A public application's consent holds 365 days; the seller has to renew it within the last 30."""
    consented = TODAY + timedelta(days=days - 365)
    seller = fleet.sellers[0].model_copy(update={"consented_on": None})

    found = condition(fleet, seller, secret(replace(WELL, consented_on=consented)), "app-1", TODAY)

    assert (found.need, found.consent_ends_on) == (need, TODAY + timedelta(days=days))


@pytest.mark.parametrize("said", [date(2026, 10, 1), date(2026, 8, 1)], ids=["newer", "older"])
def test_the_consent_in_use_counts(fleet: Fleet, said: date) -> None:
    """The roster may know of a consent that Amazon has not taken yet, or be behind: its day is not that in use."""
    seller = fleet.sellers[0].model_copy(update={"consented_on": said})

    assert condition(fleet, seller, secret(), None, TODAY).consented_on == date(2026, 9, 1)


def test_a_newer_consent_does_not_make_an_assumed_day_sure(fleet: Fleet) -> None:
    """An assumed day is the latest possible, so what the roster says of a later one is of another consent."""
    seller = fleet.sellers[0].model_copy(update={"consented_on": date(2026, 10, 1)})

    found = condition(fleet, seller, secret(replace(WELL, consent_day=ASSUMED)), None, TODAY)

    assert (found.consented_on, found.consent_day_assumed) == (date(2026, 9, 1), True)


def test_an_own_or_private_application_needs_no_renewal(fleet: Fleet) -> None:
    """Only the shared, public application's consents end."""
    own = fleet.sellers[2]
    settings = fleet.settings.model_copy(
        update={"application": fleet.settings.application.model_copy(update={"kind": "private"})}
    )

    assert condition(fleet, own, secret(), "app-1", TODAY).consent_ends_on is None
    assert (
        condition(replace(fleet, settings=settings), fleet.sellers[0], secret(), "app-1", TODAY).consent_ends_on is None
    )


@pytest.mark.parametrize(
    ("composed_from", "newest", "is_newest"),
    [
        ("app-1", "app-1", True),
        ("app-1", "app-2", False),
        ("own", "app-2", None),
        (None, "app-2", None),
        ("app-1", None, None),
    ],
)
def test_who_is_behind(fleet: Fleet, composed_from: str | None, newest: str | None, is_newest: bool | None) -> None:  # noqa: FBT001
    """A seller is behind while it was composed from another version of the app secret than the newest."""
    found = condition(fleet, fleet.sellers[0], secret(replace(WELL, app_version=composed_from)), newest, TODAY)

    assert found.on_newest_app is is_newest


def test_what_is_under_way_is_told_and_needs_nobody(fleet: Fleet) -> None:
    """A running rotation and an offer for it end by themselves."""
    held = secret(
        versions={
            "v1": frozenset({"AWSCURRENT"}),
            "v2": frozenset({"AWSPENDING"}),
            "v3": frozenset({"SELLERKEYS_OFFERED"}),
        }
    )

    found = condition(fleet, fleet.sellers[0], held, "app-1", TODAY)

    assert (found.need, found.rotation_pending, found.offer_outstanding) == (None, True, True)


def test_a_paused_seller_needs_nobody(fleet: Fleet) -> None:
    """Whoever paused it knows."""
    paused = fleet.sellers[0].model_copy(update={"status": "paused"})

    found = condition(fleet, paused, None, None, TODAY)

    assert (found.paused, found.need, found.advice) == (True, None, None)


def test_the_most_urgent_comes_first(fleet: Fleet) -> None:
    """Sorted by need, then by name; who needs nobody comes last."""
    held = [secret(), None, secret(replace(WELL, status=REFUSED, cause="invalid_grant"))]
    found = [condition(fleet, seller, each, None, TODAY) for seller, each in zip(fleet.sellers, held, strict=True)]

    assert [each.seller for each in sorted(found, key=by_urgency)] == ["kyoto", "berlin", "maple"]


@pytest.mark.parametrize(
    ("held", "advice"),
    [
        (None, "run `pulumi up`"),
        (secret(State(), versions={}), "put the application in: `sellerkeys app set`"),
        (secret(State(client_secret_expires_on=date(2027, 5, 1))), None),
        (
            secret(State(client_secret_expires_on=date(2026, 12, 24))),
            "ask Amazon for a new client secret before this one stops the whole fleet: `sellerkeys app rotate`",
        ),
    ],
    ids=["undeclared", "empty", "well", "expiring"],
)
def test_the_shared_application_has_a_condition_too(fleet: Fleet, held: Secret | None, advice: str | None) -> None:
    """Every seller that shares it depends on it."""
    assert app_condition(fleet, held, TODAY).advice == advice


def test_an_application_that_nobody_shares_may_stay_empty(fleet: Fleet) -> None:
    """A fleet in which every seller has an application of its own needs no shared one."""
    owners = replace(fleet, sellers=fleet.sellers[2:])

    assert app_condition(owners, secret(State(), versions={}), TODAY).advice is None


@pytest.mark.parametrize(
    "cause", [value for value in vars(causes).values() if isinstance(value, causes.Cause)], ids=lambda cause: cause.code
)
def test_every_cause_is_found_by_its_code(cause: causes.Cause) -> None:
    """A state tag keeps the code; the words come from here."""
    assert causes.find_cause(cause.code) is cause


def test_a_cause_of_another_version_is_unknown() -> None:
    """A tag that a newer sellerkeys wrote is no failure of an older one."""
    assert causes.find_cause("invented_later") is causes.UNKNOWN


@pytest.mark.parametrize(
    ("said", "day", "is_assumed"), [(None, date(2026, 9, 1), True), (date(2026, 3, 1), date(2026, 3, 1), False)]
)
def test_an_assumed_day_gives_way_to_the_rosters(
    fleet: Fleet, said: date | None, day: date, *, is_assumed: bool
) -> None:
    """The day of onboarding is the latest that a consent can be of; what a person says is better, though earlier."""
    seller = fleet.sellers[0].model_copy(update={"consented_on": said})

    found = condition(fleet, seller, secret(replace(WELL, consent_day=ASSUMED_TOLD)), "app-1", TODAY)

    assert (found.consented_on, found.consent_ends_on) == (day, day + timedelta(days=365))
    assert found.consent_day_assumed is is_assumed


def test_an_assumed_end_says_so(fleet: Fleet) -> None:
    """Whoever reads the advice must not take the latest day for the day."""
    seller = fleet.sellers[0].model_copy(update={"consented_on": None})
    state = replace(WELL, consented_on=TODAY - timedelta(days=360), consent_day=ASSUMED)

    found = condition(fleet, seller, secret(state), "app-1", TODAY)

    assert found.need is Need.ENDING
    assert "ends on 2026-11-29 at the latest: have" in (found.advice or "")


@pytest.mark.parametrize(("ends", "is_told"), [("2026-11-29", True), ("2025-11-29", False)])
def test_what_became_of_the_reminder(fleet: Fleet, ends: str, *, is_told: bool) -> None:
    """That the application may not remind sellers is shown, of this end and not of last year's."""
    seller = fleet.sellers[0].model_copy(update={"consented_on": None})
    state = replace(WELL, consented_on=TODAY - timedelta(days=360), reminded=f"{ends} denied 2026-10-10")
    said = (
        "not reminded on 2026-10-10: the application, or this consent, lacks the role Notifications in Seller Central"
    )

    found = condition(fleet, seller, secret(state), "app-1", TODAY)

    assert found.reminder == (said if is_told else None)
    assert (said in (found.advice or "")) is is_told
