"""The demo's fleet on the bench while its client secret is renewed, and whoever is on call for it."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3

from local import control
from local.aws.server import CREDENTIALS
from local.demo.recording import tool
from provisioning import naming
from tests.end_to_end.projects import PATIENCE, PROJECT, onboard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.actors import Actors
    from local.bench import Bench

QUEUES = {
    f"{key}_queue_arn": naming.queue_arn("eu-west-1", "123456789012", "dev", what)
    for key, what in (("new_secret", naming.NEW_SECRET), ("expiry", naming.EXPIRY))
}


class Fleet:
    """The demo's fleet, and whoever is on call."""

    def __init__(self, bench: Bench, environment: dict[str, str], erp: Mapping[str, str], client_id: str) -> None:
        self.bench = bench
        self.client_id = client_id
        self._environment = environment
        self._erp = erp

    def sellerkeys(self, *arguments: str) -> tuple[int, Any, str]:
        """Run a command as whoever is on call: its code, what it says as JSON, and what went wrong."""
        done = self._run("app", *arguments)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    def check(self, seller: str) -> None:
        """Prove what a seller's consumers use, by becoming his reader."""
        assert self._run("check", seller).returncode == 0

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [tool("sellerkeys"), "--output", "json", *arguments]
        return subprocess.run(
            command, env=self._environment, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def status(self) -> Any:
        """What `app status` says."""
        return self.sellerkeys("status")[1]

    def read(self, seller: str) -> dict[str, str]:
        """Read a seller's secret as a worker of the ERP does: as the seller's reader."""
        role = naming.reader_role_arn("123456789012", "dev", seller)
        given = self._client("sts", self._erp).assume_role(RoleArn=role, RoleSessionName="erp-worker")["Credentials"]
        keys = {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }
        secrets = self._client("secretsmanager", keys)
        found = secrets.get_secret_value(SecretId=naming.seller_secret_name("dev", seller))["SecretString"]
        return dict(json.loads(found))

    def mails(self) -> list[str]:
        """Take the texts of what was mailed since somebody last looked, each behind its subject."""
        sqs, sns = self.administrator("sqs"), self.administrator("sns")
        url = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        topic = f"arn:aws:sns:eu-west-1:123456789012:{naming.topic_name('dev')}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:mailbox")
        texts = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                mail = json.loads(message["Body"])
                texts.append(f"{mail.get('Subject')}\n{mail['Message']}")
        return texts

    def _client(self, service: str, keys: Mapping[str, str | None]) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.bench.aws.url,
            region_name="eu-west-1",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
        )

    def wait(self, **by: float) -> None:
        """Move the clock, and let happen what that makes due."""
        self.bench.clock.advance(timedelta(**by))
        assert self.bench.aws.wait_idle(PATIENCE)

    def wait_until(self, hour: int, minute: int = 10) -> None:
        """Wait until it is that time of day again."""
        now = self.bench.clock.now()
        then = now.replace(hour=hour, minute=minute, second=0)
        self.wait(days=int(then <= now), seconds=(then - now).total_seconds())

    def turns(self, number: int) -> None:
        """Let the schedule have so many turns, with time for what they start."""
        for _ in range(number):
            self.wait(minutes=6)

    def ringing(self) -> list[str]:
        """Name the alarms that are on."""
        found = self.administrator("cloudwatch").describe_alarms()["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]

    def alarm(self, what: str, function: str = naming.CLIENT_SECRET) -> str:
        """Tell the state of an alarm on a function."""
        named = naming.alarm_name("dev", function, what)
        found = self.administrator("cloudwatch").describe_alarms(AlarmNames=[named])["MetricAlarms"]
        return str(found[0]["StateValue"])

    @property
    def newest(self) -> str:
        """The client secret that Amazon's console shows."""
        return self.bench.amazon.registry.application(self.client_id).secrets[0].value

    def hand_in(self, secret: str, *options: str) -> Any:
        """Run `app set` with a client secret: what it says of the application."""
        file = self.bench.home.folder / "handed-in"
        file.write_text(secret, encoding="utf-8")
        code, said, wrong = self.sellerkeys(
            "set", "--client-id", self.client_id, "--client-secret-file", str(file), *options
        )
        assert (code, wrong) == (0, "")
        return said["application"]

    def queue_url(self, what: str) -> str:
        """Tell a queue's address."""
        return str(self.administrator("sqs").get_queue_url(QueueName=naming.queue_name("dev", what))["QueueUrl"])

    def give_up_after(self, tries: int, what: str = naming.NEW_SECRET) -> None:
        """Have a queue give a message up after so many tries; declared are 48."""
        dead = naming.queue_arn("eu-west-1", "123456789012", "dev", naming.dead(what))
        policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": tries})
        url = self.queue_url(what)
        self.administrator("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})

    def administrator(self, service: str) -> Any:
        """Make a client of the bench's own keys, which may do everything."""
        return self._client(service, {**CREDENTIALS, "AWS_SESSION_TOKEN": None})

    def console(self, method: str, path: str, **wanted: Any) -> Any:
        """Do something in Amazon's developer console."""
        return control.call(self.bench.amazon.url, method, f"/_bench/{path}", {"client_id": self.client_id, **wanted})


def onboarded(bench: Bench, actors: Actors) -> Fleet:
    """Declare and onboard the demo's fleet."""
    found = onboard(bench, actors)
    return Fleet(bench, found.environment | actors.keys("on-call"), actors.keys("erp"), found.client_id)
