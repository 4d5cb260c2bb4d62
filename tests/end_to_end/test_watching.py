"""Each alarm and each notice of a declared fleet, made to come and seen to end, on the bench.

One fleet for all tests, which follow each other in time; each leaves it well.
"""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import control
from provisioning import naming, roster
from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import PATIENCE, PROJECT, onboard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.actors import Actors
    from local.bench import Bench

PARTNERS = {row.seller: row.selling_partner_id for row in roster.read(PROJECT / "rosters/dev.csv")}
DAY = timedelta(days=1)
#: The alarms of the functions that these tests disturb; whatever else is declared has to be quiet as well.
WATCHED = {"calendar-errors", "calendar-overdue", "calendar-silent", "rotation-errors"}


class Fleet:
    """The demo's fleet, and somebody who gets its mails."""

    def __init__(self, bench: Bench, actors: Actors) -> None:
        self.bench = bench
        self._actors = actors
        self.lambdas = self.client("lambda")
        self.secrets = self.client("secretsmanager")
        self._sqs = self.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="mailbox", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]

    def client(self, service: str, who: str = "") -> Any:
        """Make a boto3 client of an actor, or of the account's administrator."""
        variables = self.bench.environment() | (self._actors.keys(who) if who else {})
        return boto3.client(
            service,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=variables.get("AWS_SESSION_TOKEN"),
        )

    def subscribe(self) -> None:
        """Get the fleet's mails."""
        topic = f"arn:aws:sns:eu-west-1:123456789012:{naming.topic_name('dev')}"
        queue = "arn:aws:sqs:eu-west-1:123456789012:mailbox"
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def mails(self) -> list[tuple[str | None, str]]:
        """Take the mails that came: subject and text."""
        mails = []
        while found := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                mail = json.loads(message["Body"])
                mails.append((mail.get("Subject"), mail["Message"]))
        return mails

    def subjects(self) -> list[str | None]:
        """Take the mails that came: their subjects."""
        return [subject for subject, _ in self.mails()]

    def alarms(self) -> dict[str, str]:
        """Tell the state of each alarm, by its name without the fleet's."""
        found = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix("sellerkeys-dev-"): alarm["StateValue"] for alarm in found}

    def ringing(self) -> list[str]:
        """Tell which alarms are on; one of a metric that nobody has ever written is not."""
        return [name for name, state in self.alarms().items() if state == "ALARM"]

    def wait(self, by: timedelta) -> None:
        """Move the clock, and let happen what that makes due."""
        self.bench.clock.advance(by)
        assert self.bench.aws.wait_idle(PATIENCE)

    def wait_until(self, hour: int, minute: int = 10) -> None:
        """Wait until it is that time of day again."""
        now = self.bench.clock.now()
        then = now.replace(hour=hour, minute=minute, second=0)
        self.wait(then - now if then > now else then + DAY - now)

    def rotate(self, *sellers: str) -> None:
        """Begin rotations, or begin again those that did not end (aws.md 2.7)."""
        for seller in sellers:
            with contextlib.suppress(self.secrets.exceptions.InvalidRequestException):
                self.secrets.rotate_secret(SecretId=naming.seller_secret_name("dev", seller))
        assert self.bench.aws.wait_idle(PATIENCE)

    def state(self, seller: str) -> dict[str, str]:
        """Read a seller's state tags."""
        tags = self.secrets.describe_secret(SecretId=naming.seller_secret_name("dev", seller))["Tags"]
        return {tag["Key"].partition(":")[2]: tag["Value"] for tag in tags if "-state:" in tag["Key"]}

    @contextlib.contextmanager
    def broken(self, function: str) -> Iterator[None]:
        """Let a function fail at once: it finds nothing in its environment. A deployer does it, so no mail tells."""
        name, lambdas = naming.function_name("dev", function), self.client("lambda", "deployer")
        variables = lambdas.get_function_configuration(FunctionName=name)["Environment"]
        lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": {}})
        yield
        lambdas.update_function_configuration(FunctionName=name, Environment=variables)

    @contextlib.contextmanager
    def revoked(self, seller: str | None = None) -> Iterator[None]:
        """Let Amazon refuse a seller's token, or everybody's."""
        who = {"selling_partner_id": PARTNERS[seller]} if seller else {}
        control.call(self.bench.amazon.url, "PUT", "/_bench/faults", {"kind": "revoked", **who})
        yield
        control.call(self.bench.amazon.url, "DELETE", "/_bench/faults")


@pytest.fixture(scope="module")
def fleet(bench: Bench, actors: Actors) -> Fleet:
    """The demo's fleet on its first morning."""
    onboard(bench, actors)
    fleet = Fleet(bench, actors)
    fleet.subscribe()
    fleet.wait_until(7)
    fleet.rotate(*PARTNERS)
    # A day in which every alarm gets its first data and says that all is well.
    fleet.wait_until(7)
    fleet.mails()
    return fleet


@pytest.fixture(autouse=True)
def well(fleet: Fleet) -> Iterator[None]:
    """Every test finds the fleet well, and leaves it so."""
    assert {fleet.alarms()[name] for name in WATCHED} == {"OK"}
    assert fleet.ringing() == []
    yield
    assert fleet.ringing() == []
    fleet.mails()


def test_somebody_who_is_no_deployer_changes_policy_and_code(fleet: Fleet) -> None:
    """Each change is mailed at once, of IAM by way of another region; what a deployer changes, or puts back, is not."""
    role, rotation = naming.reader_role_name("dev", "berlin-books"), naming.function_name("dev", naming.ROTATION)
    root, deployer = fleet.client("iam"), fleet.client("iam", "deployer")
    key = fleet.client("kms").describe_key(KeyId=naming.held_key_alias("dev"))["KeyMetadata"]["Arn"]
    name, secret = root.list_role_policies(RoleName=role)["PolicyNames"][0], naming.app_secret_name("dev")
    document = json.dumps(root.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    key_policy = fleet.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    secret_policy = fleet.secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"]

    root.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    fleet.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy)
    fleet.secrets.put_resource_policy(SecretId=secret, ResourcePolicy=secret_policy)
    fleet.lambdas.add_permission(
        FunctionName=rotation, StatementId="guest", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    assert fleet.bench.aws.wait_idle(PATIENCE)
    mails = fleet.mails()
    deployer.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    fleet.client("lambda", "deployer").remove_permission(FunctionName=rotation, StatementId="guest")
    assert fleet.bench.aws.wait_idle(PATIENCE)
    others = fleet.mails()

    begins = "somebody who is no deployer changed the"
    said = sorted(text.partition(begins)[2] for _, text in mails)
    root_user, page = "by arn:aws:iam::123456789012:root. See docs/runbooks/changed-by-hand.md.", "of the fleet dev:"
    assert [line.removesuffix('"') for line in said] == [
        f" functions {page} AddPermission20150331v2 on {rotation} {root_user}",
        f" keys {page} PutKeyPolicy on {key} {root_user}",
        f" roles {page} PutRolePolicy on {role} {root_user}",
        f" secrets {page} PutResourcePolicy on {secret} {root_user}",
    ]
    assert others == []


def test_a_dead_schedule(fleet: Fleet) -> None:
    """Nothing invokes the calendar function for 26 hours; the first morning after ends it."""
    rule = naming.rule_name("dev", naming.CALENDAR)
    fleet.client("events").disable_rule(Name=rule)
    fleet.wait(28 * DAY / 24)
    off = fleet.alarms()["calendar-silent"]
    fleet.client("events").enable_rule(Name=rule)
    fleet.wait_until(7)

    assert off == "ALARM"
    assert fleet.subjects() == [
        'ALARM: "sellerkeys-dev-calendar-silent"',
        'OK: "sellerkeys-dev-calendar-silent"',
    ]


def test_a_day_that_failed(fleet: Fleet) -> None:
    """The calendar function fails, and Lambda's two further tries do too."""
    with fleet.broken(naming.CALENDAR):
        fleet.wait_until(6, 6)
        off = fleet.alarms()["calendar-errors"]
    fleet.wait_until(7)

    assert off == "ALARM"
    assert fleet.subjects() == [
        'ALARM: "sellerkeys-dev-calendar-errors"',
        'OK: "sellerkeys-dev-calendar-errors"',
    ]


def test_a_failed_rotation_and_a_seller_that_has_to_authorize_again(fleet: Fleet) -> None:
    """Refused twice, a day apart, a seller is announced; once proven again, that is told too."""
    with fleet.revoked("berlin-books"):
        fleet.rotate("berlin-books")
        fleet.wait(timedelta(minutes=5))
        failed = fleet.alarms()["rotation-errors"]
        fleet.wait(DAY)
        once = (fleet.state("berlin-books")["status"], fleet.subjects())
        fleet.wait(DAY)
        fleet.rotate("berlin-books")
        fleet.wait_until(7)
    twice = (fleet.state("berlin-books")["status"], fleet.mails())
    fleet.rotate("berlin-books")
    fleet.wait_until(7)

    alarmed = ['ALARM: "sellerkeys-dev-rotation-errors"', 'OK: "sellerkeys-dev-rotation-errors"']
    assert (failed, once) == ("ALARM", ("refused", alarmed))
    assert twice[0] == "reauthorize"
    assert [subject for subject, _ in twice[1]] == [*alarmed, "sellerkeys dev: 1 to reauthorize"]
    assert "- berlin-books: Amazon does not accept the refresh token" in twice[1][2][1]
    assert (fleet.state("berlin-books")["status"], fleet.subjects()) == ("active", ["sellerkeys dev: 1 recovered"])


def test_an_outage_marks_nobody(fleet: Fleet) -> None:
    """Amazon refuses everybody, two days in a row: one notice a day, no marks."""
    with fleet.revoked():
        for _ in range(2):
            fleet.rotate(*PARTNERS)
            fleet.wait_until(7)
    told = [subject for subject in fleet.subjects() if subject and subject.startswith("sellerkeys")]
    states = [fleet.state(seller)["status"] for seller in PARTNERS]
    fleet.rotate(*PARTNERS)
    fleet.wait_until(7)

    assert told == ["sellerkeys dev: Amazon refused most sellers"] * 2
    assert states == ["refused"] * 3
    assert [fleet.state(seller)["status"] for seller in PARTNERS] == ["active"] * 3


def test_an_overdue_rotation(fleet: Fleet) -> None:
    """No success in thirty days and two more; the morning after all are mended ends it."""
    with fleet.broken(naming.ROTATION):
        fleet.wait(34 * DAY)
        off = fleet.alarms()["calendar-overdue"]
    fleet.wait(timedelta(hours=1))
    fleet.rotate(*PARTNERS)
    fleet.wait_until(7)

    assert off == "ALARM"
    assert [subject for subject in fleet.subjects() if subject and "overdue" in subject] == [
        'ALARM: "sellerkeys-dev-calendar-overdue"',
        'OK: "sellerkeys-dev-calendar-overdue"',
    ]


def test_an_abandoned_rotation(fleet: Fleet) -> None:
    """Somebody puts a value by hand while a rotation is under way; the mail names the secret."""
    name = naming.seller_secret_name("dev", "maple-outdoor")
    with fleet.broken(naming.ROTATION):
        fleet.rotate("maple-outdoor")
        value = fleet.secrets.get_secret_value(SecretId=name)
        fleet.secrets.put_secret_value(SecretId=name, SecretString=value["SecretString"])
        assert fleet.bench.aws.wait_idle(PATIENCE)
    texts = [text for subject, text in fleet.mails() if subject is None]
    fleet.rotate("maple-outdoor")
    fleet.wait_until(7)

    assert len(texts) == 1
    assert "AWS abandoned a rotation. See docs/runbooks/rotation-abandoned.md." in texts[0]
    assert value["ARN"] in texts[0]
    assert fleet.state("maple-outdoor")["status"] == "active"


def test_nobody_lacked_a_permission(fleet: Fleet) -> None:
    """In all of the above, the functions' own calls included; the last test, so that it has seen them."""
    assert lacking(fleet.bench) == []
