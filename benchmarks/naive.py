"""The peer of `sellerkeys up`: one stack for the whole fleet, with what a tutorial declares for each seller.

`Secret`, `SecretVersion`, `Role`, `RolePolicy`, `SecretRotation` and `Permission`: six resources a seller, declared by
the same engine, SDK and provider, at the same AWS. What AWS would refuse or do is left out in its favour: the 20 KB
that a function's policy may have (about 60 permissions), the trial run of the function at each `SecretRotation`.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, ClassVar, Final, cast

from local.engine.provider.catalogue import resource_types
from local.engine.provider.resource import Argument, ResourceType

if TYPE_CHECKING:
    from pathlib import Path

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.values import Values

_PROGRAM: Final = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

here = Path(__file__).parent
trust = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]})
runs = aws.iam.Role("rotation", name="naive-rotation", assume_role_policy=trust)
function = aws.lambda_.Function("rotation", name="naive-rotation", role=runs.arn, runtime="python3.11",
    handler="handler.handle", code=pulumi.FileArchive(str(here / "function.zip")))


def policy(arn):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}]})


for seller in (here / "sellers.txt").read_text().split():
    secret = aws.secretsmanager.Secret(seller, name=f"naive/{seller}", recovery_window_in_days=7)
    aws.secretsmanager.SecretVersion(seller, secret_id=secret.id, secret_string="placeholder")
    reader = aws.iam.Role(seller, name=f"naive.{seller}", assume_role_policy=trust)
    aws.iam.RolePolicy(seller, name="read", role=reader.name, policy=secret.arn.apply(policy))
    permission = aws.lambda_.Permission(seller, action="lambda:InvokeFunction", function=function.name,
        principal="secretsmanager.amazonaws.com", source_arn=secret.arn)
    aws.secretsmanager.SecretRotation(seller, secret_id=secret.id, rotation_lambda_arn=function.arn,
        rotation_rules={"automatically_after_days": 30}, rotate_immediately=False,
        opts=pulumi.ResourceOptions(depends_on=[permission]))
"""


class SecretVersion(ResourceType):
    """A value that a program puts: just what ours never does."""

    pulumi_type = "aws:secretsmanager/secretVersion:SecretVersion"
    autoname = None
    outputs = ("arn",)
    arguments: ClassVar[Arguments] = {
        "secretId": Argument(required=True, replaces=True),
        "secretString": Argument(replaces=True),
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """PutSecretValue."""
        put = aws.client("secretsmanager").put_secret_value
        answer = put(SecretId=inputs["secretId"], SecretString=inputs["secretString"])
        return f"{answer['ARN']}|{answer['VersionId']}", {"arn": answer["ARN"]}

    def read(self, existing: Existing) -> Values | None:
        """Keep what was put."""
        return dict(existing.state)

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Change nothing: every change makes a new one."""
        del existing, inputs, changed
        return {}

    def delete(self, existing: Existing) -> None:
        """Leave it to the secret."""


class SecretRotation(ResourceType):
    """A schedule; one call that looks stands for RotateSecret, so that no function runs."""

    pulumi_type = "aws:secretsmanager/secretRotation:SecretRotation"
    autoname = None
    outputs = ("rotationEnabled",)
    arguments: ClassVar[Arguments] = {
        "secretId": Argument(required=True, replaces=True),
        "rotationLambdaArn": Argument(),
        "rotationRules": Argument(fields=frozenset({"automaticallyAfterDays"})),
        "rotateImmediately": Argument(),
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """DescribeSecret."""
        aws.client("secretsmanager").describe_secret(SecretId=inputs["secretId"])
        return str(inputs["secretId"]), {"rotationEnabled": True}

    def read(self, existing: Existing) -> Values | None:
        """Keep what was set."""
        return dict(existing.state)

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Change nothing."""
        del existing, inputs, changed
        return {}

    def delete(self, existing: Existing) -> None:
        """Leave it to the secret."""


def teach() -> None:
    """Let the bench's provider know the two types that our program never declares, in this process only."""
    known = cast("dict[str, ResourceType]", resource_types())
    known |= {kind.pulumi_type: kind() for kind in (SecretVersion, SecretRotation)}


def write(folder: Path, sellers: int) -> None:
    """Write the project for so many sellers."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: naive\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(_PROGRAM, encoding="utf-8")
    (folder / "sellers.txt").write_text("\n".join(f"seller-{number}" for number in range(sellers)), encoding="utf-8")
    with zipfile.ZipFile(folder / "function.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), "def handle(event, context): ...")


def write_nothing(folder: Path) -> None:
    """Write a project whose program declares nothing."""
    (folder / "Pulumi.yaml").write_text("name: nothing\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text('"""Nothing."""\n', encoding="utf-8")
