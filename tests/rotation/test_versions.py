"""Where a rotation stands: the gate in front of every step (aws.md 2.2), and which offer a version holds."""

from __future__ import annotations

import pytest

from provisioning.rotation.versions import NotRotating, Standing, offer_behind, standing, taken_up, taking_up
from provisioning.store import Secret

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
OLD, NEW, OFFER, LATER = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))


def secret(*, enabled: bool = True, **labels: set[str]) -> Secret:
    """A secret whose versions, by their names here, hold these labels."""
    names = {"old": OLD, "new": NEW, "offer": OFFER, "later": LATER}
    versions = {names[name]: frozenset(found) for name, found in labels.items()}
    return Secret(arn="arn", name=NAME, tags={}, versions=versions, rotation_enabled=enabled)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"old": {"AWSCURRENT"}, "new": {"AWSPENDING"}}, Standing.UNDER_WAY),
        ({"old": {"AWSCURRENT"}, "new": {"AWSPENDING", "SELLERKEYS_OFFER_x"}}, Standing.UNDER_WAY),
        ({"new": {"AWSPENDING"}}, Standing.UNDER_WAY),
        ({"old": {"AWSPREVIOUS"}, "new": {"AWSCURRENT", "AWSPENDING"}}, Standing.FINISHED),
        ({"old": {"AWSPREVIOUS"}, "new": {"AWSCURRENT"}}, Standing.FINISHED),
        ({"new": {"AWSCURRENT"}, "later": {"AWSPENDING"}}, Standing.FINISHED),
    ],
    ids=[
        "pending",
        "pending with an offer",
        "pending without a current",
        "current",
        "current alone",
        "another pending",
    ],
)
def test_where_it_stands(labels: dict[str, set[str]], found: Standing) -> None:
    """A pending version may be worked on; a current one is finished, whatever else is pending."""
    assert standing(secret(**labels), NEW) is found


@pytest.mark.parametrize(
    ("state", "why"),
    [
        pytest.param(
            secret(enabled=False, old={"AWSCURRENT"}, new={"AWSPENDING"}),
            f"rotation is not enabled for {NAME}",
            id="not enabled",
        ),
        pytest.param(
            secret(enabled=False, new={"AWSCURRENT"}), f"rotation is not enabled for {NAME}", id="not enabled any more"
        ),
        pytest.param(secret(old={"AWSCURRENT"}), f"{NAME} has no version {NEW}", id="no such version"),
        pytest.param(
            secret(old={"AWSCURRENT"}, new={"AWSPREVIOUS"}),
            f"version {NEW} of {NAME} is not pending: the rotation was abandoned",
            id="abandoned",
        ),
        pytest.param(
            secret(old={"AWSCURRENT"}, new=set(), later={"AWSPENDING"}),
            f"version {NEW} of {NAME} is not pending: the rotation was abandoned",
            id="another rotation has begun",
        ),
    ],
)
def test_where_no_step_may_run(state: Secret, why: str) -> None:
    """A step for anything else fails, so that a stray or late call changes nothing."""
    with pytest.raises(NotRotating) as refusal:
        standing(state, NEW)

    assert (str(refusal.value), refusal.value.exit_code) == (why, 1)


def test_a_label_fits() -> None:
    """A staging label has at most 256 characters (botocore, SecretVersionStageType), with the longest version id."""
    assert taking_up("0" * 64) == "SELLERKEYS_OFFER_" + "0" * 64
    assert len(taking_up("0" * 64)) <= 256


@pytest.mark.parametrize(
    ("labels", "held", "behind"),
    [
        pytest.param({"new": {"AWSPENDING"}}, None, None, id="no offer"),
        pytest.param({"new": {"AWSPENDING"}, "offer": {"SELLERKEYS_OFFERED"}}, None, None, id="offered since"),
        pytest.param(
            {"new": {"AWSPENDING", taking_up(OFFER)}, "offer": {"SELLERKEYS_OFFERED"}},
            taking_up(OFFER),
            OFFER,
            id="taken up",
        ),
        pytest.param(
            {"new": {"AWSPENDING", taking_up(OFFER)}, "later": {"SELLERKEYS_OFFERED"}},
            taking_up(OFFER),
            None,
            id="taken up, and another offered since",
        ),
        pytest.param(
            {"new": {"AWSPENDING", taking_up(OFFER)}, "offer": set()},
            taking_up(OFFER),
            None,
            id="taken up, and no longer on offer",
        ),
    ],
)
def test_which_offer_a_version_holds(labels: dict[str, set[str]], held: str | None, behind: str | None) -> None:
    """A version says by a label which offer it was composed from; only while that one is still offered is it behind."""
    state = secret(**labels)

    assert (taken_up(state, NEW), offer_behind(state, NEW)) == (held, behind)
