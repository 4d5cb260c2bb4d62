"""Stuck rotations, named and mended: row by row of aws.md 2.7, and no refresh token lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AmazonRefused, SecretBeingDeleted, Unreachable
from provisioning.operating.diagnosis import WORDS, Ailment, Findings
from provisioning.operating.repairing import LONGEST_STEP, Doctor, Mender, words
from provisioning.payload import Offer
from provisioning.store import KEPT, OFFERED, PENDING
from tests.fakes.desk import BERLIN, RENEWED, SHARED
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.desk import FakeDesk

WELL = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}


class Ward:
    """A doctor and a mender for berlin."""

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        self.doctor = Doctor(desk.fleet, desk.store, desk.reading, desk.asking)
        sleep = desk.rotation.sleep
        self.mender = Mender(desk.fleet, desk.store, desk.reading, desk.asking, desk.offering, sleep)

    def examine(self) -> Findings:
        return self.doctor.examine(self.desk.row)

    def repair(self) -> tuple[Ailment, ...]:
        """Examine, mend and let AWS play; gives what was found."""
        (told,) = self.mender.settle([self.examine()], self.doctor.examine)
        self.mender.mend(told)
        self.desk.rotation.play()
        return told.ailments


@pytest.fixture
def ward(on_call: FakeDesk) -> Ward:
    """Berlin is well, as far as anybody knows."""
    return Ward(on_call)


def pend(desk: FakeDesk, **changes: str) -> str:
    """Leave a pending version of berlin's credential with these changes; gives its version."""
    token = desk.aws.begin_rotation(desk.held.name)
    desk.held.values[token] = replace(desk.current, **changes).to_json()
    return token


def test_well(ward: Ward) -> None:
    """A secret at rest ails nothing; nothing is read or changed."""
    assert ward.repair() == ()
    assert ward.desk.aws.calls == ["DescribeSecret"]
    assert ward.desk.roles.lent == []


def test_an_empty_pending_version(ward: Ward) -> None:
    """Where createSecret failed, AWSPENDING is taken off after the longest step, and a rotation proves."""
    ward.desk.rotation.broken = True
    stuck = ward.desk.aws.begin_rotation(ward.desk.held.name)

    assert ward.repair() == (Ailment.PENDING_EMPTY,)
    assert ward.desk.rotation.seconds == LONGEST_STEP
    assert set(ward.desk.labels) == WELL
    assert ward.desk.labels["AWSCURRENT"] != stuck


def test_an_empty_version_of_a_cancelled_rotation(ward: Ward) -> None:
    """With rotation off nothing can run, so nobody waits."""
    ward.desk.aws.begin_rotation(ward.desk.held.name)
    ward.desk.held.rotation["RotationEnabled"] = False

    assert ward.repair() == (Ailment.PENDING_EMPTY, Ailment.ROTATION_OFF)
    assert ward.desk.rotation.seconds == 0
    assert set(ward.desk.labels) == WELL


def test_a_rotation_that_runs_is_left_alone(ward: Ward) -> None:
    """A version that was empty at the first look and is current at the second ailed nothing."""
    running = ward.desk.aws.begin_rotation(ward.desk.held.name)

    assert ward.repair() == ()
    assert ward.desk.labels["AWSCURRENT"] == running


def test_a_pending_credential_that_works_goes_forward(ward: Ward) -> None:
    """Where testSecret or finishSecret failed, the value works at Amazon, and AWS is made to try that version again."""
    ward.desk.know(RENEWED)
    token = pend(ward.desk, refresh_token=RENEWED)

    assert ward.repair() == (Ailment.PENDING_WORKS,)
    assert (ward.desk.labels["AWSCURRENT"], ward.desk.current.refresh_token) == (token, RENEWED)


def test_a_pending_token_with_a_dead_client_secret_goes_forward(ward: Ward) -> None:
    """A version composed with a client secret that died cannot go on; its token, the only good one, goes on offer."""
    ward.desk.know(RENEWED)
    pend(ward.desk, refresh_token=RENEWED, client_secret="PLACEHOLDER-DEAD")
    del ward.desk.fake_amazon.tokens[BERLIN]

    assert ward.repair() == (Ailment.PENDING_OUTDATED,)
    assert (ward.desk.current.refresh_token, ward.desk.current.app) == (RENEWED, SHARED)
    assert set(ward.desk.labels) == WELL


def test_a_cancelled_rotation(ward: Ward) -> None:
    """Labels after CancelRotateSecret: the pending token goes on offer, rotation goes on."""
    ward.desk.know(RENEWED)
    pend(ward.desk, refresh_token=RENEWED)
    ward.desk.held.rotation["RotationEnabled"] = False

    assert ward.repair() == (Ailment.PENDING_OUTDATED, Ailment.ROTATION_OFF)
    assert ward.desk.held.rotation["RotationEnabled"]
    assert ward.desk.current.refresh_token == RENEWED


def test_a_spare_pending_version_goes_away(ward: Ward) -> None:
    """A refused version whose token current has too is no loss."""
    pend(ward.desk, client_secret="PLACEHOLDER-DEAD")

    assert ward.repair() == (Ailment.PENDING_SPARE,)
    assert set(ward.desk.labels) == WELL


def test_a_dead_pending_token_goes_away(ward: Ward) -> None:
    """A token that Amazon refuses for good blocks every later rotation and offer for nothing."""
    pend(ward.desk, refresh_token=RENEWED)

    assert ward.repair() == (Ailment.PENDING_DEAD,)
    assert (set(ward.desk.labels), ward.desk.current.refresh_token) == (WELL, BERLIN)


def test_an_undecided_pending_token_stays(ward: Ward) -> None:
    """While the application is refused nobody can tell which token is good, so nothing is taken away."""
    ward.desk.know(RENEWED)
    token = pend(ward.desk, refresh_token=RENEWED)
    ward.desk.fake_amazon.expired.add(SHARED.client_id)
    calls = len(ward.desk.aws.calls)

    told = ward.examine()
    ward.mender.mend(told)

    assert told.ailments == (Ailment.PENDING_UNDECIDED,)
    assert words(told).startswith("Amazon refuses the pending token, which may be the only good one; it stays; the app")
    assert ward.desk.labels[PENDING] == token
    assert set(ward.desk.aws.calls[calls:]) == {"DescribeSecret", "GetSecretValue"}


@pytest.mark.parametrize(
    ("text", "ailment"),
    [
        pytest.param(None, Ailment.PENDING_FOREIGN, id="another seller's"),
        pytest.param("{}", Ailment.PENDING_UNREADABLE, id="not ours"),
    ],
)
def test_a_pending_version_that_is_not_ours(ward: Ward, text: str | None, ailment: Ailment) -> None:
    """What was put there by hand for somebody else, or by something else, never goes forward."""
    token = pend(ward.desk, seller="maple")
    if text:
        ward.desk.held.values[token] = text

    assert ward.repair() == (ailment,)
    assert (set(ward.desk.labels), ward.desk.current.seller) == (WELL, "berlin")


def test_rotation_that_was_turned_on_too_early(ward: Ward) -> None:
    """AWSPENDING without AWSCURRENT: it is taken off, so that onboarding can put the first value."""
    ward.desk.held.values.clear()
    ward.desk.held.labels.clear()
    ward.desk.aws.begin_rotation(ward.desk.held.name)

    assert ward.repair() == (Ailment.PENDING_ALONE,)
    assert ward.desk.labels == {}
    assert ward.desk.roles.lent == []


@pytest.mark.parametrize(
    ("rotation", "ailment"),
    [
        pytest.param({"RotationEnabled": False}, Ailment.ROTATION_OFF, id="off"),
        pytest.param(
            {"RotationRules": {"ScheduleExpression": "rate(4 hours)"}}, Ailment.ROTATION_DIFFERS, id="schedule"
        ),
        pytest.param({"RotationRules": {"AutomaticallyAfterDays": 7}}, Ailment.ROTATION_DIFFERS, id="days"),
        pytest.param({"RotationLambdaARN": "arn:aws:lambda:other"}, Ailment.ROTATION_DIFFERS, id="function"),
    ],
)
def test_another_rotation_than_the_configured_one(ward: Ward, rotation: dict[str, object], ailment: Ailment) -> None:
    """It is set without rotating at once: a thousand sellers must not be rotated for a change of schedule."""
    ward.desk.held.rotation.update(rotation)
    ward.desk.aws.rotated.clear()

    assert ward.repair() == (ailment,)
    assert ward.desk.aws.rotated == [
        {"secret": ward.desk.held.name, "immediately": False, "ScheduleExpression": "rate(30 days)"}
    ]


def test_an_idle_offer(ward: Ward) -> None:
    """An offer with no rotation under way, as an interrupted command leaves it, is taken up."""
    ward.desk.know(RENEWED)
    ward.desk.lay_out(OFFERED, Offer("berlin", RENEWED))

    assert ward.repair() == (Ailment.OFFER_IDLE,)
    assert (set(ward.desk.labels), ward.desk.current.refresh_token) == (WELL, RENEWED)


@pytest.mark.parametrize(("works", "token"), [(True, BERLIN), (False, RENEWED)])
def test_a_kept_token(ward: Ward, *, works: bool, token: str) -> None:
    """A token that was kept aside is let go while current works, and made current where it no longer does."""
    ward.desk.know(RENEWED)
    ward.desk.lay_out(KEPT, Offer("berlin", RENEWED))
    if not works:
        del ward.desk.fake_amazon.tokens[BERLIN]

    assert ward.repair() == (Ailment.TOKEN_KEPT,)
    assert (set(ward.desk.labels), ward.desk.current.refresh_token) == (WELL, token)


def test_a_kept_token_stays_while_nobody_can_tell(ward: Ward) -> None:
    """While the application is refused, a kept token stays."""
    ward.desk.lay_out(KEPT, Offer("berlin", RENEWED))
    ward.desk.fake_amazon.expired.add(SHARED.client_id)

    with pytest.raises(AmazonRefused):
        ward.repair()
    assert KEPT in ward.desk.labels


def test_labels_left_behind(ward: Ward) -> None:
    """Names of offers that ended are taken off, so that AWS may deprecate the versions."""
    ward.desk.put("{}", 16, "SELLERKEYS_OFFER_x")

    assert ward.repair() == (Ailment.LABEL_LEFT,)
    assert set(ward.desk.labels) == WELL


def test_being_deleted(ward: Ward, now: datetime) -> None:
    """A secret in its recovery window is not touched."""
    ward.desk.held.deleted_on = now

    with pytest.raises(SecretBeingDeleted):
        ward.examine()


def test_an_outage_decides_nothing(ward: Ward) -> None:
    """While Amazon is down a pending version is neither sent forward nor taken away."""
    token = pend(ward.desk, refresh_token=RENEWED)
    ward.desk.fake_amazon.down = True

    with pytest.raises(Unreachable):
        ward.examine()
    assert ward.desk.labels[PENDING] == token


def test_every_ailment_has_words() -> None:
    """What is found is named to a person."""
    assert set(WORDS) == set(Ailment)


@pytest.mark.parametrize("kind", ["empty", "outdated", "cancelled", "idle", "kept"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call(ward: Ward, when: str, kind: str) -> None:
    """Killed at any call, the same command again ends well, with the good token current."""
    for number in range(1, 30):
        _make_stuck(ward.desk, kind)
        ward.desk.aws.calls.clear()
        ward.desk.aws.die(when, number)
        try:
            ward.repair()
        except Crash:
            died = True
        else:
            died = False
        ward.desk.aws.live()
        ward.repair()
        ward.repair()

        # Dead between clearing and starting, there is no rotation that would have left AWSPENDING on current.
        assert set(ward.desk.labels) | {PENDING} == WELL, f"{when} call {number}"
        assert ward.desk.current.refresh_token == (BERLIN if kind == "empty" else RENEWED), f"{when} call {number}"
        if not died:
            return
        _reset(ward.desk)
    pytest.fail("the repair never ran to its end")


def _make_stuck(desk: FakeDesk, kind: str) -> None:
    desk.know(RENEWED, like=desk.current.refresh_token)
    if kind == "empty":
        desk.aws.begin_rotation(desk.held.name)
        desk.rotation.broken = True
    if kind == "outdated":
        pend(desk, refresh_token=RENEWED, client_secret="PLACEHOLDER-DEAD")
    if kind == "cancelled":
        pend(desk, refresh_token=RENEWED)
        desk.held.rotation["RotationEnabled"] = False
    if kind == "idle":
        desk.lay_out(OFFERED, Offer("berlin", RENEWED))
    if kind == "kept":
        desk.lay_out(KEPT, Offer("berlin", RENEWED))
        del desk.fake_amazon.tokens[BERLIN]


def _reset(desk: FakeDesk) -> None:
    """Make berlin as it was: its first token current, and known at Amazon."""
    desk.know(BERLIN, like=desk.current.refresh_token)
    token = pend(desk, refresh_token=BERLIN, client_secret=SHARED.client_secret)
    desk.held.attach("AWSCURRENT", token)
    desk.held.values.pop("00000000-0000-4000-8000-000000000015", None)
