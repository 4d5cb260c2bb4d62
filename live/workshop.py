"""What the questions are asked with: a function that looks, roles, secrets, queues, a rule, a key.

All named by the base, and taken away by these names, so a run that was cut off can be cleaned up by another.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.account import Account

_FUNCTIONS: Final = Path(__file__).with_name("functions")
#: A role that Lambda does not know yet (Lambda's error of CreateFunction).
_NEW_ROLE: Final = ("InvalidParameterValue", "AccessDenied")
#: Secrets that are asked with.
PROBED: Final = ("trial", "retries", "token", "key", "stage")
ROLES: Final = ("function", "writer", "key", "stage", "amazon")
FUNCTIONS: Final = ("looks", "amazon")
QUEUES: Final = ("failures", "events")


class Workshop:
    """Makes things in an account, tagged with `base`; what it makes says so in its name."""

    def __init__(self, account: Account, base: str) -> None:
        self.account, self.base = account, base
        self._roles: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        #: What one question leaves for another.
        self.told: dict[str, str] = {}

    def tags(self) -> list[dict[str, str]]:
        """List the tags of everything: whose it is, and that it may go."""
        return [{"Key": "sellerkeys:base", "Value": self.base}, {"Key": "sellerkeys:live", "Value": "disposable"}]

    def name(self, what: str) -> str:
        """Name a function, queue or rule."""
        return f"sellerkeys-{self.base}-probe-{what}"

    def role_name(self, what: str) -> str:
        """Name a role."""
        return f"sellerkeys-probe.{self.base}.{what}"

    def secret_name(self, what: str) -> str:
        """Name a secret."""
        return f"sellerkeys/{self.base}/probe/{what}"

    def secret_arn(self, what: str) -> str:
        """Write the ARNs a secret can have."""
        where = f"{self.account.region}:{self.account.number}"
        return f"arn:aws:secretsmanager:{where}:secret:{self.secret_name(what)}-??????"

    def role(self, what: str, trusts: Mapping[str, str], *statements: Mapping[str, Any]) -> str:
        """Make a role that may do what the statements say; returns its ARN."""
        if what not in self._roles:
            iam, name = self.account.client("iam"), self.role_name(what)
            trust = _document({"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole"})
            # The one trusted may be as new as this one, and IAM then does not know it yet.
            made = self.account.until_allowed(
                lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=self.tags()),
                ("MalformedPolicyDocument",),
            )
            iam.put_role_policy(RoleName=name, PolicyName="probe", PolicyDocument=_document(*statements))
            self._roles[what] = made["Role"]["Arn"]
        return self._roles[what]

    def secret(self, what: str) -> str:
        """Make a secret that holds a placeholder; returns its ARN."""
        if what not in self._secrets:
            secrets = self.account.client("secretsmanager")
            made = secrets.create_secret(Name=self.secret_name(what), SecretString="PLACEHOLDER-LIVE", Tags=self.tags())
            self._secrets[what] = made["ARN"]
        return self._secrets[what]

    def function(self, what: str, source: str, role: str, variables: Mapping[str, str] | None = None) -> str:
        """Make a function of a file in live/functions; returns its ARN once it can be invoked."""
        functions, name = self.account.client("lambda"), self.name(what)
        made = self.account.until_allowed(
            lambda: functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler=f"{source}.handle",
                Code={"ZipFile": _zipped(source)},
                Timeout=60,
                Environment={"Variables": dict(variables or {})},
                Tags={tag["Key"]: tag["Value"] for tag in self.tags()},
            ),
            _NEW_ROLE,
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return str(made["FunctionArn"])

    @cached_property
    def probe(self) -> str:
        """The function that looks, which Secrets Manager may invoke."""
        own = self.role(
            "function",
            {"Service": "lambda.amazonaws.com"},
            {
                "Effect": "Allow",
                "Action": [
                    f"secretsmanager:{action}"
                    for action in ("DescribeSecret", "GetSecretValue", "PutSecretValue", "TagResource")
                ]
                + ["secretsmanager:UpdateSecretVersionStage"],
                "Resource": self.secret_arn("*"),
            },
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self._queue_arn("failures")},
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": f"arn:aws:iam::{self.account.number}:role/{self.role_name('writer')}",
            },
            self.log("looks"),
        )
        writer = self.role(
            "writer",
            {"AWS": own},
            {"Effect": "Allow", "Action": "secretsmanager:PutSecretValue", "Resource": self.secret_arn("token")},
        )
        arn = self.function("looks", "probe", own, {"WRITER": writer})
        self.account.client("lambda").add_permission(
            FunctionName=arn,
            StatementId="secrets",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=self.account.number,
        )
        return arn

    def queue(self, what: str, service: str | None = None) -> str:
        """Make a queue, into which a service may send where one is named; returns its address."""
        sqs, arn = self.account.client("sqs"), self._queue_arn(what)
        policy = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": self.account.number}},
        }
        attributes = {"Policy": _document(policy)} if service else {}
        tags = {tag["Key"]: tag["Value"] for tag in self.tags()}
        return str(sqs.create_queue(QueueName=self.name(what), Attributes=attributes, tags=tags)["QueueUrl"])

    def listen(self) -> str:
        """Have a queue told whatever Secrets Manager says on the account's bus; returns its address."""
        url, events = self.queue("events", "events.amazonaws.com"), self.account.client("events")
        pattern = json.dumps({"source": ["aws.secretsmanager"]})
        events.put_rule(Name=self.name("rule"), EventPattern=pattern, Tags=self.tags())
        events.put_targets(Rule=self.name("rule"), Targets=[{"Id": "queue", "Arn": self._queue_arn("events")}])
        return url

    def fails_to(self, what: str) -> str:
        """Give the function that looks a destination for failures, which only asynchronous invocations have."""
        url = self.queue(what)
        self.account.client("lambda").put_function_event_invoke_config(
            FunctionName=self.probe,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": self._queue_arn(what)}},
        )
        return url

    def key(self) -> str:
        """Make a key that the account's own policies govern; returns its ARN."""
        kms = self.account.client("kms")
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in self.tags()]
        arn = str(kms.create_key(Description="sellerkeys: a probe of make live", Tags=tags)["KeyMetadata"]["Arn"])
        kms.create_alias(AliasName=f"alias/{self.name('key')}", TargetKeyId=arn)
        return arn

    def rotate(self, what: str, *, now: bool) -> None:
        """Turn a secret's rotation on, with the function that looks; without `now` AWS only tests it."""
        self.account.client("secretsmanager").rotate_secret(
            SecretId=self.secret(what),
            RotationLambdaARN=self.probe,
            RotationRules={"ScheduleExpression": "rate(30 days)"},
            RotateImmediately=now,
        )

    def notes(self, what: str) -> dict[str, str]:
        """Read what the function that looks wrote into a secret's tags."""
        tags = self.account.client("secretsmanager").describe_secret(SecretId=self.secret(what)).get("Tags", [])
        found = {tag["Key"]: tag["Value"] for tag in tags}
        return {key.removeprefix("probe:"): text for key, text in found.items() if key.startswith("probe:")}

    def log(self, what: str) -> dict[str, Any]:
        """Let a function write its log."""
        where = f"arn:aws:logs:{self.account.region}:{self.account.number}:log-group:/aws/lambda/{self.name(what)}"
        return {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [where, f"{where}:*"],
        }

    def _queue_arn(self, what: str) -> str:
        return f"arn:aws:sqs:{self.account.region}:{self.account.number}:{self.name(what)}"


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo(f"{source}.py", (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, (_FUNCTIONS / f"{source}.py").read_bytes())
    return content.getvalue()
