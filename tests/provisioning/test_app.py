"""The shared application: proven, put once, and the same again is no change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.app import AppSetter
from provisioning.application.keeping import Keeper
from provisioning.application.lives import Life, Source, known, life_of
from provisioning.errors import (
    AmazonRefused,
    BadInput,
    LabelMoved,
    SecretBeingDeleted,
    SecretNotDeclared,
    Unreachable,
    Waiting,
)
from provisioning.outcomes import Outcome
from provisioning.payload import App, MalformedPayload
from provisioning.state import State
from provisioning.store import Store
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from tests.fakes.amazon import FakeAmazon

SECRET = "sellerkeys/dev/app"
APP = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
OTHER = App("amzn1.application-oa2-client.PLACEHOLDER-KYOTO", "PLACEHOLDER-KYOTO-SECRET")
MAY = date(2027, 5, 1)
NEWER = replace(APP, client_secret="PLACEHOLDER-NEWER")
SET = Outcome("app", "set", "proven and stored in sellerkeys/dev/app")
UNCHANGED = Outcome("app", "unchanged", "this application is in place already")
WOULD_NOTE = Outcome("app", "would note", "in place already; would note its state")
NOTED = Outcome("app", "noted", "in place already; proven again and noted")


@pytest.fixture
def set_app(aws: FakeSecretsManager, client: Amazon, fleet: Fleet, now: datetime) -> Callable[..., Outcome]:
    """Set the application as the command does."""

    def run(app: App = APP, expires_on: date | None = None, *, dry_run: bool = False) -> Outcome:
        return AppSetter(fleet, Store(aws), client, lambda: now).set(app, expires_on, dry_run=dry_run)

    return run


def without_version(found: dict[str, str]) -> dict[str, str]:
    """The tags without the version that they describe, which is the current one."""
    return {key: value for key, value in found.items() if key != "app"}


def life(aws: FakeSecretsManager) -> Life | None:
    """How long the current one lives."""
    return known(Store(aws).describe(SECRET))


def tags(aws: FakeSecretsManager) -> dict[str, str]:
    """The app secret's state tags, without their prefix."""
    return {key.removeprefix("sellerkeys-state:"): value for key, value in aws.secrets[SECRET].tags.items()}


def test_the_first_time(aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome]) -> None:
    """The application is proven in two stages, becomes current as exactly two keys, and its dates are tags."""
    assert set_app(expires_on=MAY) == SET
    assert json.loads(aws.secrets[SECRET].current() or "") == {
        "AppClientId": APP.client_id,
        "AppClientSecret": APP.client_secret,
    }
    assert tags(aws) == {
        "status": "active",
        "proven": "2026-11-24T12:00:00Z",
        "client-secret-expires": "2027-05-01",
        "app": aws.secrets[SECRET].holder("AWSCURRENT"),
    }
    assert life(aws) == Life(datetime(2027, 5, 1, tzinfo=UTC), Source.TYPED)
    assert amazon.calls == ["/auth/o2/token", "/notifications/v1/destinations"]


def test_a_dry_run(aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome]) -> None:
    """A dry run proves and changes nothing."""
    assert set_app(dry_run=True) == Outcome("app", "would set", "proven; would store it")
    assert (aws.secrets[SECRET].values, aws.secrets[SECRET].tags) == ({}, {})
    assert len(amazon.calls) == 2


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_same_again(
    aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome], *, dry_run: bool
) -> None:
    """The same application again changes nothing and asks Amazon nothing."""
    set_app(expires_on=MAY)
    aws.calls.clear()
    amazon.calls.clear()

    assert set_app(dry_run=dry_run) == UNCHANGED
    assert set_app(expires_on=MAY, dry_run=dry_run) == UNCHANGED
    assert set(aws.calls) == {"DescribeSecret", "GetSecretValue"}
    assert amazon.calls == []


def test_a_date_learnt_later(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """An end date that was not known the first time is noted, and the application proven again."""
    set_app()

    assert set_app(expires_on=MAY, dry_run=True) == Outcome(
        "app", "would note", "in place already; would note its state"
    )
    assert "client-secret-expires" not in tags(aws)
    assert set_app(expires_on=MAY) == NOTED
    assert without_version(tags(aws)) == {
        "status": "active",
        "proven": "2026-11-24T12:00:00Z",
        "client-secret-expires": "2027-05-01",
    }
    assert life(aws) == Life(datetime(2027, 5, 1, tzinfo=UTC), Source.TYPED)


def test_without_a_date_it_lives_as_long_as_one_can(
    aws: FakeSecretsManager, set_app: Callable[..., Outcome], now: datetime
) -> None:
    """So the calendar asks in time for one that was made on the day it was set; Amazon's notice corrects it."""
    set_app()
    assert life(aws) == Life(now + timedelta(days=180), Source.ASSUMED)


def test_a_person_may_say_the_very_day_that_was_assumed(
    aws: FakeSecretsManager, set_app: Callable[..., Outcome], now: datetime
) -> None:
    """From then on it is somebody's word; the same once more changes nothing."""
    set_app()
    held = aws.secrets[SECRET]
    day = (now + timedelta(days=180)).date()
    held.tags |= State(client_secret_expires_on=day).to_tags()
    assert set_app(expires_on=day) == NOTED
    assert [label for labels in held.labels.values() for label in labels if label.endswith("_ASSUMED")] == []
    assert set_app(expires_on=day) == UNCHANGED


def test_what_amazon_said_is_not_overruled(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """A person who types another day is told."""
    set_app()
    said = Life(datetime(2027, 3, 1, tzinfo=UTC), Source.AMAZON)
    aws.secrets[SECRET].attach(said.label, aws.secrets[SECRET].holder("AWSCURRENT") or "")
    assert set_app(expires_on=MAY).detail == f"{UNCHANGED.detail}; Amazon itself says that it ends on 2027-03-01"
    assert life(aws) == said


@pytest.mark.parametrize("dry_run", [True, False])
def test_another_application(
    aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome], *, dry_run: bool
) -> None:
    """Every seller's refresh token is bound to the client id: this would be another fleet."""
    set_app()
    amazon.calls.clear()

    with pytest.raises(BadInput, match="to which every seller's refresh token is bound"):
        set_app(OTHER, dry_run=dry_run)

    assert App.from_json(aws.secrets[SECRET].current() or "") == APP
    assert amazon.calls == []


def offered(aws: FakeSecretsManager) -> str | None:
    """What is on offer."""
    return aws.secrets[SECRET].values.get(aws.secrets[SECRET].holder("SELLERKEYS_OFFERED") or "")


def test_a_new_client_secret_is_offered(
    aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome], now: datetime
) -> None:
    """Proven, then left to the one writer of later values (design.md 4); without him it waits for his schedule."""
    set_app()
    amazon.apps[APP.client_id] = NEWER.client_secret

    assert set_app(NEWER, dry_run=True).result == "would offer"
    assert offered(aws) is None
    outcome = set_app(NEWER)
    assert (outcome.result, outcome.exit_code) == ("offered", 0)
    assert offered(aws) == NEWER.to_json()
    assert App.from_json(aws.secrets[SECRET].current() or "") == APP
    assert life_of(Store(aws).describe(SECRET), aws.secrets[SECRET].holder("SELLERKEYS_OFFERED")) == Life(
        now + timedelta(days=180), Source.ASSUMED
    )


def test_the_function_takes_an_offer_up(
    aws: FakeSecretsManager, amazon: FakeAmazon, client: Amazon, fleet: Fleet, now: datetime
) -> None:
    """At once, where it can be invoked."""
    store = Store(aws)
    keeper = Keeper(store, client, SECRET, lambda: now)
    setter = AppSetter(
        fleet, store, client, lambda: now, lambda: {"outcome": "made current", "version": keeper.take_up()}
    )
    setter.set(APP, None, dry_run=False)
    amazon.apps[APP.client_id] = NEWER.client_secret
    assert setter.set(NEWER, MAY, dry_run=False).result == "replaced"
    assert App.from_json(aws.secrets[SECRET].current() or "") == NEWER
    assert offered(aws) is None
    assert setter.set(NEWER, MAY, dry_run=False) == UNCHANGED


def test_a_refusal_by_the_function_is_told(
    aws: FakeSecretsManager, amazon: FakeAmazon, client: Amazon, fleet: Fleet, now: datetime
) -> None:
    """Amazon changed its mind between the two proofs."""
    refused = {"outcome": "refused", "cause": "invalid_client"}
    setter = AppSetter(fleet, Store(aws), client, lambda: now, lambda: refused)
    setter.set(APP, None, dry_run=False)
    amazon.apps[APP.client_id] = NEWER.client_secret
    with pytest.raises(AmazonRefused):
        setter.set(NEWER, None, dry_run=False)


def test_one_that_ends_earlier_than_amazons_is_older(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """The last one from the console's history, perhaps."""
    set_app()
    said = Life(datetime(2027, 6, 1, tzinfo=UTC), Source.AMAZON)
    aws.secrets[SECRET].attach(said.label, aws.secrets[SECRET].holder("AWSCURRENT") or "")
    with pytest.raises(BadInput, match="is older: nothing was changed"):
        set_app(NEWER, expires_on=MAY)


def test_of_two_offers_at_once_one_is_told(
    aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome]
) -> None:
    """The label moves by a compare-and-swap."""
    set_app()
    amazon.apps[APP.client_id] = NEWER.client_secret

    def overtake(name: str, _number: int) -> None:
        if name == "UpdateSecretVersionStage":
            aws.live()
            other = replace(APP, client_secret="PLACEHOLDER-OTHER").to_json()
            aws.put_secret_value(
                SecretId=SECRET, SecretString=other, ClientRequestToken="1" * 32, VersionStages=["SELLERKEYS_OFFERED"]
            )

    aws.before = overtake
    with pytest.raises(LabelMoved):
        set_app(NEWER)


def test_refused(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """What Amazon refuses is not stored."""
    with pytest.raises(AmazonRefused):
        set_app(replace(APP, client_secret="PLACEHOLDER-WRONG"))

    assert aws.secrets[SECRET].values == {}


def test_amazon_down(aws: FakeSecretsManager, amazon: FakeAmazon, set_app: Callable[..., Outcome]) -> None:
    """Nothing unproven is stored."""
    amazon.down = True

    with pytest.raises(Unreachable):
        set_app()

    assert aws.secrets[SECRET].values == {}


def test_before_pulumi_up(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """Without the secret there is nothing to set; Amazon is not asked."""
    del aws.secrets[SECRET]

    with pytest.raises(SecretNotDeclared):
        set_app()


def test_being_deleted(aws: FakeSecretsManager, set_app: Callable[..., Outcome], now: datetime) -> None:
    """A secret in its recovery window takes no value."""
    aws.secrets[SECRET].deleted_on = now

    with pytest.raises(SecretBeingDeleted):
        set_app()


def test_something_else_in_the_secret(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """A value that sellerkeys did not write is never overwritten."""
    aws.put_secret_value(SecretId=SECRET, SecretString="{}", ClientRequestToken="0" * 32, VersionStages=["AWSCURRENT"])

    with pytest.raises(MalformedPayload):
        set_app()

    assert aws.secrets[SECRET].current() == "{}"


def test_two_operators_at_once(aws: FakeSecretsManager, set_app: Callable[..., Outcome]) -> None:
    """Of two applications put at once the first stays current, and the second operator is told."""

    def first(name: str, _number: int) -> None:
        if name == "PutSecretValue":
            aws.live()
            set_app(OTHER)

    aws.before = first

    with pytest.raises(Waiting) as waiting:
        set_app()

    assert str(waiting.value) == (
        "somebody else has just set another application in sellerkeys/dev/app: nothing was changed"
    )
    assert App.from_json(aws.secrets[SECRET].current() or "") == OTHER
    assert [labels for labels in aws.secrets[SECRET].labels.values() if labels] == [{"AWSCURRENT"}]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize(("expires_on", "noted"), [(None, {}), (MAY, {"client-secret-expires": "2027-05-01"})])
def test_killed_at_every_call(
    aws: FakeSecretsManager,
    set_app: Callable[..., Outcome],
    expires_on: date | None,
    noted: dict[str, str],
    when: str,
    number: int,
) -> None:
    """Killed before or after any of its five calls to AWS, the same command again ends where it would have."""
    aws.die(when, number)
    with pytest.raises(Crash):
        set_app(expires_on=expires_on)
    aws.live()

    assert set_app(expires_on=expires_on) in (SET, NOTED, UNCHANGED)
    assert App.from_json(aws.secrets[SECRET].current() or "") == APP
    assert len(aws.secrets[SECRET].values) == 1
    assert without_version(tags(aws)) | {"proven": ""} == {"status": "active", "proven": "", **noted}
    assert tags(aws)["app"] == aws.secrets[SECRET].holder("AWSCURRENT")
