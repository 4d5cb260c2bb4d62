"""Where a rotation stands, row by row of aws.md 2.2 and 2.7, which offer a version holds."""

from __future__ import annotations

from datetime import date

import pytest

from provisioning.consented import Consent
from provisioning.rotation.versions import (
    NotRotating,
    Standing,
    left_behind,
    named,
    offer_behind,
    refusal,
    standing,
    taken_up,
)
from provisioning.store import Secret

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
OLD, NEW, OFFER, LATER = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))
DAY = Consent(date(2026, 11, 20)).label(OFFER)


def secret(*, enabled: bool = True, **labels: set[str]) -> Secret:
    """A secret whose versions, by their names here, hold these labels."""
    names = {"old": OLD, "new": NEW, "offer": OFFER, "later": LATER}
    versions = {names[name]: frozenset(found) for name, found in labels.items()}
    return Secret(arn="arn", name=NAME, tags={}, versions=versions, rotation_enabled=enabled)


@pytest.mark.parametrize(
    ("labels", "enabled", "found"),
    [
        pytest.param({}, True, Standing.EMPTY, id="nobody put a value in"),
        pytest.param({"new": {"AWSPENDING"}}, True, Standing.NEVER_FILLED, id="turned on before there was a value"),
        pytest.param({"old": {"AWSCURRENT"}}, False, Standing.OFF, id="off"),
        pytest.param({"old": {"AWSCURRENT"}, "new": {"AWSPENDING"}}, False, Standing.CANCELLED, id="off midway"),
        pytest.param({"old": {"AWSCURRENT"}}, True, Standing.AT_REST, id="nothing pending"),
        pytest.param({"old": {"AWSCURRENT", "AWSPENDING"}}, True, Standing.AT_REST, id="pending stayed on current"),
        pytest.param({"old": {"AWSCURRENT"}, "new": {"AWSPENDING"}}, True, Standing.UNDER_WAY, id="pending"),
    ],
)
def test_where_a_secret_stands(labels: dict[str, set[str]], *, enabled: bool, found: Standing) -> None:
    """DescribeSecret alone tells the rows of aws.md 2.7 apart, but for whether AWSPENDING has a value."""
    assert standing(secret(enabled=enabled, **labels)) is found


@pytest.mark.parametrize(
    ("labels", "enabled", "found"),
    [
        pytest.param({"old": {"AWSCURRENT"}, "new": {"AWSPENDING"}}, True, Standing.UNDER_WAY, id="pending"),
        pytest.param({"old": {"AWSPREVIOUS"}, "new": {"AWSCURRENT"}}, True, Standing.FINISHED, id="current"),
        pytest.param({"new": {"AWSCURRENT"}, "later": {"AWSPENDING"}}, True, Standing.FINISHED, id="next one begun"),
        pytest.param({"old": {"AWSCURRENT"}}, True, Standing.ABANDONED, id="no such version"),
        pytest.param({"old": {"AWSCURRENT"}, "new": {"AWSPREVIOUS"}}, True, Standing.ABANDONED, id="pending no more"),
        pytest.param({"old": {"AWSCURRENT"}, "later": {"AWSPENDING"}}, True, Standing.ABANDONED, id="another began"),
        pytest.param({"new": {"AWSCURRENT"}}, False, Standing.OFF, id="turned off"),
        pytest.param({"new": {"AWSPENDING"}}, True, Standing.NEVER_FILLED, id="nothing to rotate"),
    ],
)
def test_where_one_rotation_stands(labels: dict[str, set[str]], *, enabled: bool, found: Standing) -> None:
    """A step may run for the pending version, has nothing to do for the current one, and must not run for another."""
    assert standing(secret(enabled=enabled, **labels), NEW) is found


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Standing.OFF, f"rotation is not enabled for {NAME}"),
        (Standing.CANCELLED, f"rotation is not enabled for {NAME}"),
        (Standing.EMPTY, f"{NAME} holds no value, so it cannot be rotated: onboard the seller first"),
        (Standing.NEVER_FILLED, f"{NAME} never held a value, so it cannot be rotated: onboard the seller first"),
        (Standing.ABANDONED, f"version {NEW} of {NAME} is not pending: the rotation was abandoned"),
    ],
)
def test_why_no_step_may_run(found: Standing, why: str) -> None:
    """A stray or late call is refused in one sentence."""
    error = refusal(secret(), found, NEW)

    assert (type(error), str(error), error.exit_code) == (NotRotating, why, 1)


@pytest.mark.parametrize(
    ("labels", "token", "left"),
    [
        pytest.param({"new": {"AWSPENDING", named(OFFER)}, "offer": {"SELLERKEYS_OFFERED"}}, None, [], id="in use"),
        pytest.param({"offer": {"SELLERKEYS_WAITING", named(OFFER)}}, None, [], id="waiting"),
        pytest.param({"later": {named(OFFER)}}, None, [(named(OFFER), LATER)], id="of a refused version"),
        pytest.param({"new": {"AWSPENDING", named(OFFER)}}, NEW, [(named(OFFER), NEW)], id="of the one that finished"),
        pytest.param({"offer": {"SELLERKEYS_APPROVED"}}, None, [("SELLERKEYS_APPROVED", OFFER)], id="approved, ended"),
        pytest.param({"old": {"AWSCURRENT", "SELLERKEYS_FIRST"}}, None, [], id="first, not yet rotated"),
        pytest.param(
            {"old": {"AWSCURRENT", "SELLERKEYS_FIRST"}, "new": {"AWSPENDING"}},
            NEW,
            [("SELLERKEYS_FIRST", OLD)],
            id="first, of whose successor the rotation finishes",
        ),
        pytest.param({"new": {"AWSCURRENT", DAY}}, None, [], id="a consent's day, not yet noted"),
        pytest.param({"new": {"AWSPENDING", DAY}}, NEW, [(DAY, NEW)], id="a consent's day, noted"),
        pytest.param(
            {"offer": {"SELLERKEYS_OFFERED"}, "later": {DAY}}, None, [], id="a consent's day, its offer stays"
        ),
        pytest.param({"offer": {DAY}}, None, [(DAY, OFFER)], id="a consent's day, its offer refused"),
        pytest.param(
            {"old": {"AWSPREVIOUS", "SELLERKEYS_FIRST"}}, None, [("SELLERKEYS_FIRST", OLD)], id="first, rotated"
        ),
    ],
)
def test_labels_left_behind(labels: dict[str, set[str]], token: str | None, left: list[tuple[str, str]]) -> None:
    """A label of ours that says nothing any more is found, so that old versions can be deprecated."""
    assert left_behind(secret(**labels), token) == left


def test_a_label_fits() -> None:
    """A staging label has at most 256 characters (botocore, SecretVersionStageType), with the longest version id."""
    assert named("0" * 64) == "SELLERKEYS_OFFER_" + "0" * 64
    assert len(named("0" * 64)) <= 256


@pytest.mark.parametrize(
    ("labels", "held", "behind"),
    [
        pytest.param({"new": {"AWSPENDING"}}, None, None, id="no offer"),
        pytest.param({"new": {"AWSPENDING"}, "offer": {"SELLERKEYS_OFFERED"}}, None, None, id="offered since"),
        pytest.param(
            {"new": {"AWSPENDING", named(OFFER)}, "offer": {"SELLERKEYS_OFFERED"}},
            named(OFFER),
            OFFER,
            id="taken up",
        ),
        pytest.param(
            {"new": {"AWSPENDING", named(OFFER)}, "later": {"SELLERKEYS_OFFERED"}},
            named(OFFER),
            None,
            id="taken up, and another offered since",
        ),
        pytest.param(
            {"new": {"AWSPENDING", named(OFFER)}, "offer": set()},
            named(OFFER),
            None,
            id="taken up, and no longer on offer",
        ),
    ],
)
def test_which_offer_a_version_holds(labels: dict[str, set[str]], held: str | None, behind: str | None) -> None:
    """A version says by a label which offer it was composed from; only while that one is still offered is it behind."""
    state = secret(**labels)

    assert (taken_up(state, NEW), offer_behind(state, NEW)) == (held, behind)
