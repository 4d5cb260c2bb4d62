"""The bench's people and programs under roles of their own, with the policies of docs/policies/ attached.

What an administrator does once in a new account. Nobody then acts with the bench's own keys, which may do everything.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Each actor's role, as Pulumi.dev.yaml names them.
ROLES: Final = {
    "deployer": "sellerkeys-deployer",
    "onboarder": "sellerkeys-onboarder",
    "on-call": "sellerkeys-on-call",
    "auditor": "sellerkeys-auditor",
    "erp": "erp-worker",
}
_POLICIES: Final = Path("docs/policies")
_TWELVE_HOURS: Final = 43_200


class Actors:
    """The roles of one bench, whose `environment` holds its own keys; `project` is where docs/policies/ lies."""

    def __init__(self, environment: Mapping[str, str], project: Path) -> None:
        self._project = project
        session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )
        self._iam = session.client("iam", endpoint_url=environment["AWS_ENDPOINT_URL"])
        self._sts = session.client("sts", endpoint_url=environment["AWS_ENDPOINT_URL"])

    def attach(self) -> None:
        """Make the roles that are not there, each with its policy; the ERP's workers need none, readers trust them."""
        account = self._sts.get_caller_identity()["Account"]
        root = {"AWS": f"arn:aws:iam::{account}:root"}
        trust = [{"Sid": "Account", "Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}]
        for actor, role in ROLES.items():
            try:
                self._iam.create_role(
                    RoleName=role,
                    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
                    MaxSessionDuration=_TWELVE_HOURS,
                )
            except self._iam.exceptions.EntityAlreadyExistsException:
                continue
            if (policy := self._project / _POLICIES / f"{actor}.json").exists():
                self.attach_to(actor, policy.read_text(encoding="utf-8"))

    def attach_to(self, actor: str, policy: str) -> None:
        """Give an actor a policy in place of the one he has."""
        self._iam.put_role_policy(RoleName=ROLES[actor], PolicyName="sellerkeys", PolicyDocument=policy)

    def keys(self, actor: str) -> dict[str, str]:
        """Become an actor; returns the variables that hold his keys."""
        role = self._iam.get_role(RoleName=ROLES[actor])["Role"]["Arn"]
        lent = self._sts.assume_role(RoleArn=role, RoleSessionName=actor, DurationSeconds=_TWELVE_HOURS)
        return variables(lent["Credentials"])


def variables(keys: Mapping[str, Any]) -> dict[str, str]:
    """Write a session's keys as AWS's own variables."""
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
