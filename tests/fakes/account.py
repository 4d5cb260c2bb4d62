"""An account in memory in which `pulumi up` has run: IAM, KMS, Logs, CloudWatch and SNS as an auditor asks them.

It holds what the program itself declares, so what is tested is what would be deployed.
"""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.configuration import PROJECT
from tests.fakes.analyzer import FakeAnalyzer
from tests.fakes.attached import FakeThings
from tests.fakes.engine import ACCOUNT, declare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.fakes.engine import Declaration
    from tests.fakes.secrets_manager import FakeSecretsManager

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000"
#: What the small engine calls a key.
_MADE = re.compile(r"arn:aws:kms/key:Key:([\w-]+)")
CONTACT = "keys@example.com"


def declared(folder: Path, **settings: object) -> Declaration:
    """Run the program for the stack dev of the tests, whose roster lies in `folder`."""
    told = {
        "region": "eu-west-1",
        "roster": str(folder / "rosters" / "dev.csv"),
        "readers": [f"arn:aws:iam::{ACCOUNT}:role/erp"],
        "onboarders": [f"arn:aws:iam::{ACCOUNT}:role/onboarder"],
        "on_call": [f"arn:aws:iam::{ACCOUNT}:role/on-call"],
        "deployers": [f"arn:aws:iam::{ACCOUNT}:role/deployer"],
        "application": {"kind": "public-listed", "name": "Example", "contact": CONTACT},
        "consent": {"pages": True, "application_id": "amzn1.sp.solution.PLACEHOLDER"},
        **settings,
    }
    config = {
        f"sellerkeys:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in told.items()
    }
    return declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=config)


@dataclass
class OtherKey:
    """A key beside that of the secrets."""

    arn: str
    policy: dict[str, Any]
    grants: list[dict[str, Any]] = field(default_factory=list)
    rotates: bool = True


@dataclass
class FakeAccount:
    """Everything as it was declared; a test changes it by hand, as people do. `asked` lists the calls."""

    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    managed: dict[str, dict[str, Any]] = field(default_factory=dict)
    aws_managed: dict[str, dict[str, Any]] = field(default_factory=dict)
    key_policy: dict[str, Any] = field(default_factory=dict)
    key: dict[str, Any] = field(default_factory=dict)
    grants: list[dict[str, Any]] = field(default_factory=list)
    other_keys: dict[str, OtherKey] = field(default_factory=dict)
    things: FakeThings = field(default_factory=FakeThings)
    rotation: dict[str, Any] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, int] = field(default_factory=lambda: {"Users": 0, "AccountMFAEnabled": 1})
    passwords: dict[str, Any] | None = None
    analyzer: FakeAnalyzer = field(default_factory=FakeAnalyzer)
    denied: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    @classmethod
    def deployed(cls, declaration: Declaration, aws: FakeSecretsManager) -> FakeAccount:
        """Make the account that a declaration leads to; secrets get their policies and key."""
        account = cls()
        for role in declaration.all("aws:iam/role:Role"):
            account.add_role(role.inputs["name"], role.document("assumeRolePolicy"), path=role.inputs.get("path", "/"))
        for policy in declaration.all("aws:iam/rolePolicy:RolePolicy"):
            account.inline(policy.inputs["role"], policy.inputs["name"], _document(policy.inputs["policy"]))
        for secret in declaration.all("aws:secretsmanager/secret:Secret"):
            held = aws.secrets[secret.inputs["name"]]
            held.policy, held.key = secret.inputs["policy"], KEY
        for alias in declaration.all("aws:kms/alias:Alias"):
            if alias.inputs["name"] != "alias/sellerkeys-dev":
                (key,) = (item for item in declaration.all("aws:kms/key:Key") if item.name == alias.name)
                account.other_keys[alias.inputs["name"]] = OtherKey(_key(alias.name), key.document("policy"))
        account.things = FakeThings.deployed(declaration, _key)
        account.things.see = account.see
        (key,) = (item for item in declaration.all("aws:kms/key:Key") if item.name == "key")
        account.key_policy = key.document("policy")
        account.key = _described(KEY)
        account.rotation = {"KeyRotationEnabled": key.inputs["enableKeyRotation"], "RotationPeriodInDays": 365}
        for log in declaration.all("aws:cloudwatch/logGroup:LogGroup"):
            name, days = log.inputs["name"], int(log.inputs["retentionInDays"])
            arn = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{name}:*"
            account.logs.append({"logGroupName": name, "arn": arn, "retentionInDays": days})
        for alarm in declaration.all("aws:cloudwatch/metricAlarm:MetricAlarm"):
            account.alarms.append(
                {"AlarmName": alarm.inputs["name"], "ActionsEnabled": True, "AlarmActions": ["arn:topic"]}
            )
        account.subscriptions = [
            {"Protocol": "email", "Endpoint": CONTACT, "SubscriptionArn": "arn:aws:sns:eu-west-1:1:topic:1"}
        ]
        return account

    def add_role(self, name: str, trust: Mapping[str, Any], *, path: str = "/") -> dict[str, Any]:
        """Add a role without a policy."""
        self.roles[name] = {
            "RoleName": name,
            "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
            "AssumeRolePolicyDocument": trust,
            "RolePolicyList": [],
            "AttachedManagedPolicies": [],
            "Tags": [],
        }
        return self.roles[name]

    def inline(self, role: str, name: str, document: Mapping[str, Any]) -> None:
        """Put an inline policy on a role, over the one of its name."""
        rest = [policy for policy in self.roles[role]["RolePolicyList"] if policy["PolicyName"] != name]
        self.roles[role]["RolePolicyList"] = [*rest, {"PolicyName": name, "PolicyDocument": document}]

    def policy(self, role: str, name: str) -> dict[str, Any]:
        """Give an inline policy's document, to be changed by hand."""
        (found,) = (item for item in self.roles[role]["RolePolicyList"] if item["PolicyName"] == name)
        found["PolicyDocument"] = json.loads(json.dumps(found["PolicyDocument"]))
        document: dict[str, Any] = found["PolicyDocument"]
        return document

    def service(self, name: str, _profile: str | None, region: str) -> Any:
        """Give a client, as boto3 would."""
        assert region == "eu-west-1"
        if name == "accessanalyzer":
            return self.analyzer
        if name in {"sqs", "dynamodb", "lambda", "events"}:
            return self.things.client(name)
        return {"iam": _Iam, "kms": _Kms, "logs": _Logs, "cloudwatch": _Cloudwatch, "sns": _Sns}[name](self)

    def see(self, call: str) -> None:
        """Note a call; refuse it where it is denied."""
        self.asked.append(call)
        if call in self.denied:
            raise refused("AccessDenied", call)


@dataclass
class _Client:
    account: FakeAccount

    def get_paginator(self, name: str) -> _Pages:
        return _Pages(self, name)


@dataclass
class _Pages:
    """Two pages wherever there are two things, so that nobody reads the first one only."""

    client: _Client
    name: str

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        found: dict[str, list[Any]] = getattr(self.client, self.name)(**asked)
        longest = max((len(items) for items in found.values()), default=0)
        yield {key: items[:1] for key, items in found.items()}
        if longest > 1:
            yield {key: items[1:] for key, items in found.items()}


class _Iam(_Client):
    def get_account_authorization_details(self, *, Filter: list[str]) -> dict[str, list[Any]]:
        assert Filter == ["User", "Role", "Group", "LocalManagedPolicy"]
        self.account.see("GetAccountAuthorizationDetails")
        return {
            "UserDetailList": self.account.users,
            "RoleDetailList": list(self.account.roles.values()),
            "GroupDetailList": self.account.groups,
            "Policies": [
                {
                    "Arn": arn,
                    "PolicyVersionList": [
                        {"Document": {"Version": "2012-10-17", "Statement": []}, "IsDefaultVersion": False},
                        {"Document": document, "IsDefaultVersion": True},
                    ],
                }
                for arn, document in self.account.managed.items()
            ],
        }

    def get_role(self, *, RoleName: str) -> dict[str, Any]:
        self.account.see(f"GetRole {RoleName}")
        if RoleName not in self.account.roles:
            raise refused("NoSuchEntity", "GetRole")
        return {"Role": self.account.roles[RoleName]}

    def get_policy(self, *, PolicyArn: str) -> dict[str, Any]:
        self.account.see("GetPolicy")
        assert PolicyArn in self.account.aws_managed
        return {"Policy": {"DefaultVersionId": "v7"}}

    def get_policy_version(self, *, PolicyArn: str, VersionId: str) -> dict[str, Any]:
        assert VersionId == "v7"
        self.account.see("GetPolicyVersion")
        return {"PolicyVersion": {"Document": self.account.aws_managed[PolicyArn]}}

    def get_account_summary(self) -> dict[str, Any]:
        self.account.see("GetAccountSummary")
        return {"SummaryMap": self.account.summary}

    def get_account_password_policy(self) -> dict[str, Any]:
        self.account.see("GetAccountPasswordPolicy")
        if self.account.passwords is None:
            raise refused("NoSuchEntity", "GetAccountPasswordPolicy")
        return {"PasswordPolicy": self.account.passwords}


class _Kms(_Client):
    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        self.account.see("DescribeKey")
        if KeyId in self.account.other_keys:
            return {"KeyMetadata": _described(self.account.other_keys[KeyId].arn)}
        if KeyId != "alias/sellerkeys-dev" or not self.account.key:
            raise refused("NotFoundException", "DescribeKey")
        return {"KeyMetadata": self.account.key}

    def get_key_rotation_status(self, *, KeyId: str) -> dict[str, Any]:
        self.account.see("GetKeyRotationStatus")
        return self.account.rotation if KeyId == KEY else {"KeyRotationEnabled": self._other(KeyId).rotates}

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> dict[str, Any]:
        assert PolicyName == "default"
        self.account.see("GetKeyPolicy")
        return {"Policy": json.dumps(self.account.key_policy if KeyId == KEY else self._other(KeyId).policy)}

    def list_grants(self, *, KeyId: str) -> dict[str, list[Any]]:
        self.account.see("ListGrants")
        return {"Grants": self.account.grants if KeyId == KEY else self._other(KeyId).grants}

    def list_resource_tags(self, *, KeyId: str) -> dict[str, list[Any]]:
        assert KeyId == KEY or self._other(KeyId)
        self.account.see("ListResourceTags")
        return {"Tags": [{"TagKey": "sellerkeys:base", "TagValue": "dev"}]}

    def _other(self, arn: str) -> OtherKey:
        (found,) = (key for key in self.account.other_keys.values() if key.arn == arn)
        return found


class _Logs(_Client):
    def describe_log_groups(self, *, logGroupNamePrefix: str) -> dict[str, list[Any]]:
        self.account.see("DescribeLogGroups")
        found = [log for log in self.account.logs if log["logGroupName"].startswith(logGroupNamePrefix)]
        return {"logGroups": found}


class _Cloudwatch(_Client):
    def describe_alarms(self, *, AlarmNamePrefix: str) -> dict[str, list[Any]]:
        self.account.see("DescribeAlarms")
        return {"MetricAlarms": [a for a in self.account.alarms if a["AlarmName"].startswith(AlarmNamePrefix)]}


class _Sns(_Client):
    def get_topic_attributes(self, *, TopicArn: str) -> Any:
        return self.account.things.client("sns").get_topic_attributes(TopicArn=TopicArn)

    def list_subscriptions_by_topic(self, *, TopicArn: str) -> dict[str, list[Any]]:
        assert TopicArn == f"arn:aws:sns:eu-west-1:{ACCOUNT}:sellerkeys-dev-alarms"
        self.account.see("ListSubscriptionsByTopic")
        return {"Subscriptions": self.account.subscriptions}


def refused(code: str, call: str) -> ClientError:
    """Make a refusal of AWS's."""
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, call)


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_MADE.sub(lambda found: _key(found[1]), text))
    return document


def _key(name: str) -> str:
    """Give a key its ARN."""
    return KEY if name == "key" else f"{KEY.rpartition('/')[0]}/{name}"


def _described(arn: str) -> dict[str, Any]:
    return {
        "Arn": arn,
        "KeyId": arn.rpartition("/")[2],
        "KeyState": "Enabled",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER",
        "Origin": "AWS_KMS",
    }
