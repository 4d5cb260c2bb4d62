"""One stack of its own on a shared bench, with a wire for its command and one for its function."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import yaml
from botocore.config import Config

from infra import archive
from infra.people import People
from infra.place import Place
from infra.policies.application import app_secret_policy
from infra.policies.document import text
from infra.policies.key import key_policy
from infra.policies.people import on_call, onboarder
from infra.policies.reasoned import policy
from infra.policies.rotation import rotation_policy
from infra.policies.sellers import reader_policy, reader_trust, seller_secret_policy
from infra.rotation_function import APP_VARIABLE, HANDLER
from local.actors import variables
from local.amazon.records import ApplicationKind
from local.bench import REGION
from provisioning import naming, reminder
from provisioning.amazon import Amazon, Endpoints
from provisioning.credentials import read_csv
from provisioning.fleet import Fleet
from provisioning.onboarding import Executor, Prover, apply
from provisioning.payload import App, Offer
from provisioning.planning import Planner
from provisioning.reminder import Template
from provisioning.roster import Row, parse, render
from provisioning.settings import from_config
from provisioning.store import OFFERED, Store
from tests.proof.crash.wire import Strike, Wire

if TYPE_CHECKING:
    from infra.policies.document import Document
    from local.bench import Bench

PROJECT = Path(__file__).resolve().parents[3]
ACCOUNT = "123456789012"
SCHEDULE = "rate(30 days)"
MARKETPLACE = "DE"
_SETTLED_WITHIN = 60.0
_TWELVE_HOURS = 43_200


class Lane:
    """A base stack: its files in `folder`, its app secret set, its function deployed from the product's own zip."""

    def __init__(self, bench: Bench, base: str, folder: Path) -> None:
        self.bench = bench
        self.base = base
        self.said: list[bytes] = []
        self._folder = folder
        self.secrets = client_of(bench, "secretsmanager")
        self.command_wire = Wire(bench.aws.url, bench.amazon.url)
        self.function_wire = Wire(bench.aws.url, bench.amazon.url)
        self.registry = bench.amazon.registry
        application = self.registry.add_application(ApplicationKind.PUBLIC_LISTED)
        self.app = App(application.client_id, application.secrets[0].value)
        # People of its own, whose policies name this lane's secrets alone.
        role = f"arn:aws:iam::{ACCOUNT}:role/{base}"
        people = People(
            readers=(f"{role}-erp",),
            onboarders=(f"{role}-onboarder",),
            on_call=(f"{role}-on-call",),
            deployers=(f"{role}-deployer",),
        )
        self._place = Place(base=base, region=REGION, account=ACCOUNT, people=people)
        self._keys: dict[str, dict[str, str]] = {}
        self._key = ""
        self.app_version = ""
        self.function_arn = ""

    def start(self) -> None:
        """Open the wires, write the stack's files, put the app secret's value, deploy the function."""
        self.command_wire.start()
        self.function_wire.start()
        people = self._place.people
        config = {
            "sellerkeys:region": "eu-west-1",
            "sellerkeys:roster": "roster.csv",
            "sellerkeys:readers": list(people.readers),
            "sellerkeys:onboarders": list(people.onboarders),
            "sellerkeys:on_call": list(people.on_call),
            "sellerkeys:deployers": list(people.deployers),
            "sellerkeys:rotation": SCHEDULE,
            "sellerkeys:application": {"kind": "public-listed", "name": "Example", "contact": "keys@example.com"},
        }
        self._folder.mkdir()
        (self._folder / f"Pulumi.{self.base}.yaml").write_text(yaml.safe_dump({"config": config}))
        self._settings = from_config({key.partition(":")[2]: value for key, value in config.items()}, self.base)
        made = client_of(self.bench, "kms").create_key(
            Policy=text(key_policy(self._place)), Tags=[{"TagKey": naming.TAG_BASE, "TagValue": self.base}]
        )
        self._key = str(made["KeyMetadata"]["Arn"])
        name = naming.app_secret_name(self.base)
        app = self.secrets.create_secret(Name=name, SecretString=self.app.to_json(), KmsKeyId=self._key)
        self.secrets.put_resource_policy(SecretId=name, ResourcePolicy=text(app_secret_policy(self._place)))
        self.app_version = app["VersionId"]
        for actor, allowed in (("onboarder", onboarder(self._place)), ("on-call", on_call(self._place))):
            self._keys[actor] = self._become(actor, policy(allowed))
        self.function_arn = self._deploy(app["ARN"])

    def stop(self) -> None:
        """Hang up."""
        self.command_wire.stop()
        self.function_wire.stop()

    def declare(self, row: Row) -> str:
        """Declare a seller, as `pulumi up` does, as the only one of the roster; returns its secret's ARN."""
        (self._folder / "roster.csv").write_text(render([row]))
        tags = naming.identity_tags(self.base, row.seller, row.region, row.application)
        self._make_reader(row.seller)
        made = self.secrets.create_secret(
            Name=naming.seller_secret_name(self.base, row.seller),
            KmsKeyId=self._key,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        allowed = text(seller_secret_policy(self._place, row.seller, row.application))
        self.secrets.put_resource_policy(SecretId=made["ARN"], ResourcePolicy=allowed)
        return str(made["ARN"])

    def remove(self, arn: str) -> None:
        """Take a seller's secret away, so that the next one is alone again."""
        self.secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    def command(self, arguments: list[str], given: str, strike: Strike | None) -> int:
        """Run `sellerkeys` as a process of its own, through the wire; returns its exit code, or minus the signal.

        Whoever onboards is an onboarder, everything else is done by whoever is on call, each with the keys of his role.
        """
        keys = self._keys["onboarder" if arguments[0] == "onboard" else "on-call"]

        def kill() -> None:
            process.kill()

        self.command_wire.arm(strike, kill)
        process = subprocess.Popen(
            [Path(sys.executable).with_name("sellerkeys"), "--stack", self.base, *arguments],
            cwd=self._folder,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
                **self.bench.environment(),
                **self.command_wire.environment(),
                **keys,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = process.communicate(given.encode(), timeout=60)
        self.said.append(output)
        return process.returncode

    def onboard(self, given: str) -> None:
        """Onboard in process, straight at the bench: what a flow begins with, not what it strikes."""
        fleet = Fleet(self.base, self._settings, tuple(parse((self._folder / "roster.csv").read_text(), "roster")))
        store, amazon = Store(self.secrets), Amazon(Endpoints.from_environment(self.bench.environment()))
        carrier = Executor(fleet, store, Prover(fleet, store, amazon), self.bench.clock.now)
        outcomes = list(apply(Planner(fleet, store).plan(read_csv(given, "the flow").rows), carrier))
        assert [outcome.result for outcome in outcomes] == ["onboarded"]

    def rotate(self, arn: str, strike: Strike | None) -> None:
        """Start a rotation, as its schedule would, whose function is struck."""
        self.function_wire.arm(strike, lambda: self.bench.aws.kill_function(self.function_arn))
        self.secrets.rotate_secret(
            SecretId=arn, RotationLambdaARN=self.function_arn, RotationRules={"ScheduleExpression": SCHEDULE}
        )
        self.settle()

    def offer(self, arn: str, offer: Offer, label: str = OFFERED) -> None:
        """Put an offer under a label, without the rotation that usually follows."""
        self.secrets.put_secret_value(SecretId=arn, SecretString=offer.to_json(), VersionStages=[label])

    def settle(self) -> None:
        """Wait until nothing rotates."""
        assert self.bench.aws.rotations.wait_idle(_SETTLED_WITHIN)

    def _deploy(self, app_secret_arn: str) -> str:
        role = self.make_role(naming.ROTATION, rotation_policy(self._place, self._place.keys))
        function = client_of(self.bench, "lambda")
        name = naming.function_name(self.base, naming.ROTATION)
        made = function.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=HANDLER,
            Timeout=60,
            Code={"ZipFile": archive.build(PROJECT, naming.ROTATION, HANDLER).read_bytes()},
            Environment={
                "Variables": {
                    APP_VARIABLE: app_secret_arn,
                    reminder.VARIABLE: Template("REVOCATION_REMINDER").to_json(),
                    **self.function_wire.environment(),
                }
            },
        )
        function.add_permission(
            FunctionName=name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        return str(made["FunctionArn"])

    def _become(self, actor: str, allowed: Document) -> dict[str, str]:
        """Make a person's role with the policy of docs/policies/, and lend it; returns the variables of its keys."""
        iam, name = client_of(self.bench, "iam"), f"{self.base}-{actor}"
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, MaxSessionDuration=_TWELVE_HOURS)
        iam.put_role_policy(RoleName=name, PolicyName="sellerkeys", PolicyDocument=text(allowed))
        lent = client_of(self.bench, "sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName=actor, DurationSeconds=_TWELVE_HOURS
        )
        return variables(lent["Credentials"])

    def _make_reader(self, seller: str) -> None:
        iam, name = client_of(self.bench, "iam"), naming.reader_role_name(self.base, seller)
        trust = text(reader_trust(self._place.people.become_readers))
        iam.create_role(RoleName=name, Path=naming.reader_role_path(self.base), AssumeRolePolicyDocument=trust)
        policy = text(reader_policy(self._place, seller, self._place.keys))
        iam.put_role_policy(RoleName=name, PolicyName="read-its-secret", PolicyDocument=policy)

    def make_role(self, function: str, policy: Document) -> str:
        """Make a function's role with the policy that the Pulumi program gives it."""
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = naming.function_role_name(self.base, function)
        iam = client_of(self.bench, "iam")
        made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.put_role_policy(RoleName=role, PolicyName="of-the-program", PolicyDocument=text(policy))
        return str(made)


def client_of(bench: Bench, service: str) -> Any:
    """Make a boto3 client of a bench, which tries once."""
    environment = bench.environment()
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )
