"""State tags: what is written is read back, and what others wrote never breaks a reader."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.state import ACTIVE, OFFER_REFUSED, PREFIX, REAUTHORIZE, REFUSED, State, refusal_noted

WORDS = st.none() | st.text(min_size=1, max_size=256)
DATES = st.none() | st.dates(min_value=date(2020, 1, 1))
MOMENTS = st.none() | st.builds(datetime.fromtimestamp, st.integers(0, 2**32), st.timezones())
STATES = st.builds(
    State,
    status=WORDS,
    cause=WORDS,
    consented_on=DATES,
    proven_at=MOMENTS,
    refused_since=MOMENTS,
    refused_at=MOMENTS,
    told=WORDS,
    app_version=WORDS,
    fingerprint=WORDS,
    client_secret_expires_on=DATES,
)


@given(STATES)
def test_what_is_written_is_read(state: State) -> None:
    """Reading the tags of a state gives that state; a moment is the same moment, whatever its time zone."""
    # In UTC: Python calls no moment of an hour that a zone has twice equal to one of another zone (PEP 495).
    moments = {name: value.astimezone(UTC) for name, value in asdict(state).items() if isinstance(value, datetime)}
    assert State.from_tags(state.to_tags()) == replace(state, **moments)


@given(STATES)
def test_every_tag_has_the_prefix(state: State) -> None:
    """The Pulumi provider ignores tags by their prefix, so no other tag may be written (design.md 4)."""
    assert all(tag.startswith("sellerkeys-state:") for tag in state.to_tags())


@given(st.dictionaries(st.sampled_from([*State(ACTIVE).to_tags(), f"{PREFIX}proven", f"{PREFIX}consented"]), st.text()))
def test_whatever_stands_in_a_tag(tags: dict[str, str]) -> None:
    """No tag, whoever wrote it, keeps a state from being read."""
    assert isinstance(State.from_tags(tags), State)


def test_as_it_stands_at_aws() -> None:
    """The tags of a seller, written out; a moment is in UTC, to the second."""
    berlin = timezone(timedelta(hours=1))
    state = State(
        status="active",
        cause="",
        consented_on=date(2026, 9, 1),
        proven_at=datetime(2026, 11, 24, 13, 0, 59, 999999, tzinfo=berlin),
        refused_since=datetime(2026, 10, 1, tzinfo=berlin),
        refused_at=datetime(2026, 10, 2, tzinfo=berlin),
        told="reauthorize",
        app_version="own",
        fingerprint="0123.shared",
        client_secret_expires_on=date(2027, 5, 1),
    )

    assert state.to_tags() == {
        "sellerkeys-state:status": "active",
        "sellerkeys-state:cause": "",
        "sellerkeys-state:consented": "2026-09-01",
        "sellerkeys-state:proven": "2026-11-24T12:00:59Z",
        "sellerkeys-state:refused-since": "2026-09-30T23:00:00Z",
        "sellerkeys-state:refused": "2026-10-01T23:00:00Z",
        "sellerkeys-state:told": "reauthorize",
        "sellerkeys-state:app": "own",
        "sellerkeys-state:fingerprint": "0123.shared",
        "sellerkeys-state:client-secret-expires": "2027-05-01",
    }


def test_what_is_not_set_is_left_alone() -> None:
    """Only what is set is written: a rotation does not wipe out what onboarding noted."""
    assert State(status="refused").to_tags() == {"sellerkeys-state:status": "refused"}


def test_an_emptied_tag_is_not_there() -> None:
    """A tag that was emptied, as a cause is after a success, reads as not there."""
    assert State.from_tags({"sellerkeys-state:cause": "", "sellerkeys-state:status": "active"}) == State("active")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "1790000000", "2026-11-24 12", "24.11.2026"])
def test_a_date_nobody_can_read(text: str) -> None:
    """A date that cannot be read counts as not there."""
    state = State.from_tags({f"{PREFIX}consented": text, f"{PREFIX}client-secret-expires": text})

    assert state == State()


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T12:00:00", "2026-11-24"])
def test_a_moment_without_time_zone(text: str) -> None:
    """A moment without a time zone could be any of 24 hours, so it counts as not there."""
    assert State.from_tags({f"{PREFIX}proven": text}) == State()


def test_foreign_tags_say_nothing() -> None:
    """Only our prefix counts: a tag called `status` alone is somebody else's."""
    assert State.from_tags({"status": "refused", "sellerkeys:status": "refused"}) == State()


def test_a_state_can_be_laid_over_another() -> None:
    """Tags of two writes add up; the later one wins."""
    first, second = State("active", proven_at=datetime(2026, 1, 1, tzinfo=UTC)), State("refused", cause="invalid_grant")

    assert State.from_tags(first.to_tags() | second.to_tags()) == replace(
        first, status="refused", cause="invalid_grant"
    )


NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_first_refusal_begins_to_count() -> None:
    """From its moment on."""
    noted = refusal_noted(State(ACTIVE, proven_at=NOON - DAY), REFUSED, "invalid_grant", NOON)

    assert noted == State(REFUSED, "invalid_grant", refused_since=NOON, refused_at=NOON)


def test_refusals_for_one_cause_add_up() -> None:
    """The first moment stays, the last one moves."""
    before = State(REFUSED, "invalid_grant", refused_since=NOON - 3 * DAY, refused_at=NOON - DAY)

    assert refusal_noted(before, REFUSED, "invalid_grant", NOON) == replace(before, refused_at=NOON)


@pytest.mark.parametrize(
    "before",
    [
        State(REFUSED, "invalid_client", refused_since=NOON - 3 * DAY, refused_at=NOON - 2 * DAY),
        State(REFUSED, "invalid_grant", proven_at=NOON - DAY, refused_since=NOON - 3 * DAY, refused_at=NOON - 2 * DAY),
    ],
    ids=["another cause", "a proof between"],
)
def test_what_ends_a_row_of_refusals(before: State) -> None:
    """The next refusal is the first of a new one."""
    assert refusal_noted(before, REFUSED, "invalid_grant", NOON).refused_since == NOON


def test_a_refused_offer_does_not_count() -> None:
    """It says nothing about the credential in use."""
    before = State(ACTIVE, refused_since=NOON - 3 * DAY, refused_at=NOON - 2 * DAY)

    assert refusal_noted(before, OFFER_REFUSED, "invalid_grant", NOON) == State(OFFER_REFUSED, "invalid_grant")


@pytest.mark.parametrize("status", [REFUSED, OFFER_REFUSED])
def test_who_has_to_authorize_again_goes_on_having_to(status: str) -> None:
    """Another refusal does not take the mark off; a proof does."""
    before = State(REAUTHORIZE, "invalid_grant", refused_since=NOON - 3 * DAY, refused_at=NOON - 2 * DAY)

    assert refusal_noted(before, status, "invalid_grant", NOON).status == REAUTHORIZE


@pytest.mark.parametrize(
    ("proven_at", "is_refused"), [(None, True), (NOON - DAY, True), (NOON, True), (NOON + DAY, False)]
)
def test_refused_is_who_was_not_proven_since(proven_at: datetime | None, is_refused: bool) -> None:  # noqa: FBT001
    """A refusal in the second of a proof counts: a needless look is better than a missed one."""
    assert State(proven_at=proven_at, refused_since=NOON - DAY, refused_at=NOON).is_refused is is_refused


def test_who_was_never_refused_is_not_refused() -> None:
    """A secret without the tags."""
    assert not State(ACTIVE).is_refused
