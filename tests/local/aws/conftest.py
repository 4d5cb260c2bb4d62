"""One AWS on loopback per test, its boto3 clients, and functions deployed from `handlers/`."""

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

REGION = "eu-west-1"
HANDLERS = Path(__file__).with_name("handlers")


@dataclass(frozen=True)
class Account:
    """What a test works with."""

    clock: Clock
    server: AWSServer
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


@pytest.fixture
def unsettled() -> Unsettled:
    """Give the answers to AWS's open questions; a test file may override it."""
    return Unsettled()


@pytest.fixture
def aws(tmp_path: Path, unsettled: Unsettled) -> Iterator[Account]:
    """Run an empty account on a clock of its own; a failed rotation is tried three times, a minute apart."""
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
            Role=role(aws),
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


def role(aws: Account) -> str:
    """Make the role that functions run under, once."""
    iam = aws.client("iam")
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    )
    try:
        return str(iam.create_role(RoleName="functions", AssumeRolePolicyDocument=trust)["Role"]["Arn"])
    except iam.exceptions.EntityAlreadyExistsException:
        return str(iam.get_role(RoleName="functions")["Role"]["Arn"])
