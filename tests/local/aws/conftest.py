"""One AWS on loopback per test, its boto3 clients, and functions deployed from `handlers/`.

`benchmarks.rules` runs the tests marked `rule` a second time, against moto as it comes (`--against moto`).
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.aws.rotation import Retries
from local.aws.server import CREDENTIALS, AWSServer
from local.aws.unsettled import Unsettled
from local.clock import Clock
from tests.local.aws.plain_moto import PlainMoto, plain_moto

REGION = "eu-west-1"
HANDLERS = Path(__file__).with_name("handlers")


@dataclass(frozen=True)
class Account:
    """What a test works with."""

    clock: Clock | PlainMoto
    server: AWSServer | PlainMoto
    folder: Path

    def client(self, service: str) -> Any:
        """Make a boto3 client that does not retry."""
        return boto3.client(
            service,
            endpoint_url=self.server.url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
        )

    def settle(self) -> None:
        """Wait until nothing rotates."""
        assert self.server.rotations.wait_idle(60)

    def events(self, arn: str | None = None) -> list[str]:
        """Name the rotation events so far."""
        return [event.name for event in self.server.trail.events(arn)]


def zipped(files: Mapping[str, str]) -> bytes:
    """Zip source files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that puts a test into docs/bench.md; its docstring is the rule and, in brackets, the source."""
    config.addinivalue_line("markers", "rule(number): one of AWS's rules; the number it has in aws.md 10.1, if any")


@pytest.fixture
def unsettled() -> Unsettled:
    """Give the answers to AWS's open questions; a test file may override it."""
    return Unsettled()


@pytest.fixture(scope="session")
def moto(request: pytest.FixtureRequest) -> Iterator[PlainMoto | None]:
    """Run moto as it comes, if the tests are to be held against that."""
    if request.config.getoption("against", default="bench") == "moto":
        with plain_moto() as server:
            yield server
    else:
        yield None


@pytest.fixture
def aws(tmp_path: Path, unsettled: Unsettled, moto: PlainMoto | None) -> Iterator[Account]:
    """Run an empty account on a clock of its own; a failed rotation is tried three times, a minute apart."""
    if moto:
        moto.reset()
        yield Account(moto, moto, tmp_path)
        return
    clock = Clock()
    server = AWSServer(
        clock,
        tmp_path / "functions",
        tmp_path / "logs",
        environment={"SP_API_BASE_URL": "http://127.0.0.1:9/{region}"},
        unsettled=unsettled,
        retries=Retries(attempts=3, interval=timedelta(minutes=1)),
    )
    server.start()
    yield Account(clock, server, tmp_path)
    server.stop()
    clock.stop()


@pytest.fixture
def secrets(aws: Account) -> Any:
    """Make a Secrets Manager client."""
    return aws.client("secretsmanager")


@pytest.fixture
def secret(secrets: Any) -> str:
    """Make a secret that has a value and return its ARN."""
    return str(secrets.create_secret(Name="sellers/one", SecretString="PLACEHOLDER first")["ARN"])


@pytest.fixture
def pack() -> Callable[[str], bytes]:
    """Zip one of the handlers of this folder as `main.py`."""
    return lambda name: zipped({"main.py": (HANDLERS / f"{name}.py").read_text()})


@pytest.fixture
def deploy(aws: Account) -> Callable[..., str]:
    """Deploy a handler of this folder, or `files`, let Secrets Manager invoke it, and return its ARN."""

    def deploy(
        handler: str = "", *, files: Mapping[str, str] | None = None, permit: bool = True, **settings: Any
    ) -> str:
        client = aws.client("lambda")
        name = settings.pop("FunctionName", handler or "function")
        variables = settings.pop("variables", {})
        arn = client.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=role(aws, settings.pop("role", "functions")),
            Handler="main.handler",
            Code={"ZipFile": zipped(files or {"main.py": (HANDLERS / f"{handler}.py").read_text()})},
            Environment={"Variables": variables},
            **{"Timeout": 30, **settings},
        )["FunctionArn"]
        if permit:
            client.add_permission(
                FunctionName=name,
                StatementId="rotation",
                Action="lambda:InvokeFunction",
                Principal="secretsmanager.amazonaws.com",
                SourceAccount="123456789012",
            )
        return str(arn)

    return deploy


def role(aws: Account, name: str = "functions") -> str:
    """Make a role that functions run under, once; it may do anything."""
    iam = aws.client("iam")
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    )
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anything]})
    try:
        made = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])
        iam.put_role_policy(RoleName=name, PolicyName="anything", PolicyDocument=policy)
        return made  # noqa: TRY300 - moto refuses the first call, not the second
    except iam.exceptions.EntityAlreadyExistsException:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])


class Mailbox:
    """A topic, and what it was told since one last looked."""

    def __init__(self, aws: Account) -> None:
        sns, self._sqs = aws.client("sns"), aws.client("sqs")
        self.arn = sns.create_topic(Name="alarms")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:mailbox")

    def read(self) -> list[str]:
        """Take what is there."""
        found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"])["Message"] for message in found]


@pytest.fixture
def mailbox(aws: Account) -> Mailbox:
    """Make a topic to which somebody listens."""
    return Mailbox(aws)


@pytest.fixture
def pass_time(aws: Account) -> Callable[[timedelta], None]:
    """Move the clock, and wait for what that makes due."""

    def pass_time(by: timedelta) -> None:
        aws.clock.advance(by)
        assert aws.server.wait_idle(60)

    return pass_time


@pytest.fixture
def failing(deploy, tmp_path):
    """Deploy a rotation that fails at a step until `mend` is called, and record its events."""

    def failing(step: str) -> str:
        variables = {"FAILS_AT": step, "MENDED": str(tmp_path / "mended"), "RECORD": str(tmp_path / "record")}
        return deploy("rotates", variables=variables)

    return failing


@pytest.fixture
def mend(tmp_path):
    """Let a failing rotation succeed from now on."""
    return (tmp_path / "mended").touch


@pytest.fixture
def recorded(tmp_path):
    """Read the events that a recording rotation got."""
    return lambda: [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
