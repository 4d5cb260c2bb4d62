"""What can go wrong on a new client secret's way, made to happen to the deployed functions: its alarm rings and ends.

One declared fleet for all tests, which follow each other in time, under the deployed schedule; each leaves it well.
`unanswered` rings in test_renewal.py.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.sqs.models import sqs_backends

from local import control
from provisioning import naming
from tests.end_to_end.conftest import lacking
from tests.end_to_end.renewed import QUEUES, Fleet, onboarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.actors import Actors
    from local.bench import Bench

DAY = timedelta(days=1)
BOTH = (naming.NEW_SECRET, naming.EXPIRY)


@pytest.fixture(scope="module")
def fleet(bench: Bench, actors: Actors) -> Fleet:
    """The demo's fleet after its first morning, by which every alarm has seen that all is well."""
    fleet = onboarded(bench, actors)
    fleet.mails()
    fleet.wait_until(7)
    return fleet


@pytest.fixture(autouse=True)
def well(fleet: Fleet) -> Iterator[None]:
    """Every test finds the alarms quiet, and leaves them so."""
    assert fleet.ringing() == []
    fleet.mails()
    yield
    assert fleet.ringing() == []


def told(fleet: Fleet, *alarms: str) -> list[list[str]]:
    """What was mailed since the test began about each of these, in order: that it rings, that it has ended."""
    subjects = [mail.partition("\n")[0] for mail in fleet.mails()]
    return [[line.partition(":")[0] for line in subjects if line.endswith(f'-{alarm}"')] for alarm in alarms]


def test_the_schedule_is_dead(fleet: Fleet) -> None:
    """Nothing has invoked the function for two hours."""
    events, rule = fleet.administrator("events"), naming.rule_name("dev", naming.CLIENT_SECRET)
    events.disable_rule(Name=rule)
    fleet.wait(hours=3)
    rings = fleet.alarm("silent")
    events.enable_rule(Name=rule)
    fleet.wait(hours=1, minutes=10)

    assert (rings, told(fleet, "client-secret-silent")) == ("ALARM", [["ALARM", "OK"]])


def test_it_is_time_and_amazon_cannot_be_asked(fleet: Fleet) -> None:
    """Nobody has subscribed the queues; the day after somebody has, Amazon is asked, and everybody follows."""
    ends = fleet.bench.clock.now().date() + timedelta(days=40)
    assert fleet.hand_in(fleet.newest, "--expires-on", ends.isoformat())["result"] == "noted"
    fleet.wait_until(6)
    rings = fleet.alarm("not-asked", naming.CALENDAR)
    fleet.console("PUT", "subscriptions", **QUEUES)
    fleet.wait_until(6)
    fleet.turns(4)

    assert (rings, told(fleet, "calendar-not-asked")) == ("ALARM", [["ALARM", "OK"]])
    found = fleet.status()
    assert (found["application"]["asked_by"], found["application"]["request"]) == ("calendar", "answered")
    assert found["counts"]["done"] == 2


def test_it_was_put_in_beside_the_command(fleet: Fleet) -> None:
    """Nobody has said when it ends; the calendar asks for it every day, until somebody does."""
    fleet.wait(days=8)
    made = fleet.console("POST", "client-secrets", message=False)["client_secret"]
    text = json.dumps({"AppClientId": fleet.client_id, "AppClientSecret": made})
    name = naming.app_secret_name("dev")
    secrets = fleet.administrator("secretsmanager")
    secrets.put_secret_value(SecretId=name, SecretString=text, VersionStages=["SELLERKEYS_OFFERED"])
    fleet.wait_until(6)
    rings, found = fleet.alarm("not-asked", naming.CALENDAR), fleet.status()
    ends = fleet.bench.clock.now().date() + timedelta(days=179)
    assert fleet.hand_in(made, "--expires-on", ends.isoformat())["result"] == "noted"
    fleet.wait_until(6)

    assert (rings, told(fleet, "calendar-not-asked")) == ("ALARM", [["ALARM", "OK"]])
    assert (found["application"]["expiry_source"], found["counts"]["done"]) == ("untold", 2)


def test_a_message_that_nobody_understands(fleet: Fleet) -> None:
    """It is set aside as it came, whatever came with it is done, and a redrive brings it here once more."""
    fleet.wait(days=8)
    for what in BOTH:
        fleet.give_up_after(2, what)
    sqs, url = fleet.administrator("sqs"), fleet.queue_url
    with held_up(fleet):
        control.call(fleet.bench.amazon.url, "PUT", "/_bench/faults", {"kind": "message-malformed", "answers": 1})
        for _ in range(2):
            fleet.console("POST", "client-secrets", message=True)
        sqs.send_message(QueueUrl=url(naming.EXPIRY), MessageBody="PLACEHOLDER")
        first, second = bodies(naming.NEW_SECRET)
    assert fleet.newest in second
    fleet.turns(2)

    assert fleet.status()["counts"]["done"] == 2
    assert "ALARM" not in [fleet.alarm(naming.dead(what)) for what in BOTH]

    for again in (False, True):
        for _ in range(3):
            fleet.wait(minutes=16)
        assert [bodies(naming.dead(what)) for what in BOTH] == [[first], ["PLACEHOLDER"]]
        assert [fleet.alarm(naming.dead(what)) for what in BOTH] == ["ALARM", "ALARM"]
        if not again:
            assert fleet.sellerkeys("redrive")[1]["messages"] == {"new-secret": 1, "secret-expiry": 1}
            fleet.wait(minutes=6)
            assert [fleet.alarm(naming.dead(what)) for what in BOTH] == ["OK", "OK"]
    for what in BOTH:
        sqs.purge_queue(QueueUrl=url(naming.dead(what)))
    fleet.wait(minutes=6)
    for what in BOTH:
        fleet.give_up_after(48, what)
    assert told(fleet, *(f"client-secret-{naming.dead(what)}" for what in BOTH)) == [["ALARM", "OK"] * 2] * 2


def test_amazon_refuses_what_it_sent(fleet: Fleet) -> None:
    """For an hour that is its lag; then it is told, and what the console shows ends it. Nobody's calls fail."""
    fleet.wait(days=8)
    with held_up(fleet):
        fleet.console("POST", "client-secrets", message=True)
        (body,) = bodies(naming.NEW_SECRET)
        spoil(naming.NEW_SECRET, body.replace(fleet.newest, "amzn1.oa2-cs.v1.PLACEHOLDER-WRONG"))
    fleet.wait(minutes=40)
    fleet.turns(2)
    lags = fleet.alarm("refused")
    fleet.wait(minutes=30)
    fleet.turns(2)
    rings = fleet.alarm("refused")
    fleet.check("maple-outdoor")
    assert fleet.hand_in(fleet.newest)["result"] == "replaced"
    fleet.turns(4)
    # Now older than what a person put in, it would be set aside for him within twelve hours.
    fleet.administrator("sqs").purge_queue(QueueUrl=fleet.queue_url(naming.NEW_SECRET))

    assert (lags, rings, told(fleet, "client-secret-refused")) == ("OK", "ALARM", [["ALARM", "OK"]])
    assert fleet.status()["counts"]["done"] == 2


def test_sellers_are_late(fleet: Fleet) -> None:
    """At day 5 of 7 nobody has followed; once the rotation function works again everybody does."""
    fleet.wait(days=8)
    lambdas, rotation = fleet.administrator("lambda"), naming.function_name("dev", naming.ROTATION)
    variables = lambdas.get_function_configuration(FunctionName=rotation)["Environment"]
    lambdas.update_function_configuration(FunctionName=rotation, Environment={"Variables": {}})
    assert fleet.sellerkeys("rotate")[0] == 0
    fleet.wait(days=4, hours=23)
    fleet.turns(2)
    early = fleet.alarm("late")
    fleet.wait(hours=1)
    fleet.turns(2)
    rings, red = fleet.alarm("late"), fleet.sellerkeys("status")
    lambdas.update_function_configuration(FunctionName=rotation, Environment=variables)
    fleet.wait(hours=1, minutes=5)
    fleet.turns(2)

    assert (early, rings, told(fleet, "client-secret-late")) == ("OK", "ALARM", [["ALARM", "OK"]])
    assert (red[0], red[1]["application"]["red"]) == (3, True)
    assert fleet.status()["counts"]["done"] == 2


def test_nobody_lacked_a_permission(fleet: Fleet) -> None:
    """In all of the above, the functions' own calls included; the last test, so that it has seen them."""
    assert lacking(fleet.bench) == []


@contextmanager
def held_up(fleet: Fleet) -> Iterator[None]:
    """Let messages lie in the queues, so that they are handed over together, or changed before that."""
    lambdas = fleet.administrator("lambda")
    found = lambdas.list_event_source_mappings(FunctionName=naming.function_name("dev", naming.CLIENT_SECRET))
    for mapping in found["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    for mapping in found["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def queue(what: str) -> Any:
    """A queue as the bench keeps it, for nobody but the function may receive from it."""
    return sqs_backends["123456789012"]["eu-west-1"].queues[naming.queue_name("dev", what)]


def bodies(what: str) -> list[str]:
    """What can be received from a queue."""
    return [message.body for message in queue(what).movable()]


def spoil(what: str, body: str) -> None:
    """Change the only message in a queue."""
    (message,) = queue(what).movable()
    message.body = body
