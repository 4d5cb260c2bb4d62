"""Changes that people make by hand on a deployed fleet: one of each kind of document, each undone again."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Row = dict[str, Any]

GUEST: Row = {
    "Sid": "Guest",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/guest"},
    "Action": "*",
    "Resource": "*",
}
#: The same for an identity, which names no principal.
MORE: Row = {key: value for key, value in GUEST.items() if key != "Principal"} | {"Sid": "More"}


@dataclass(frozen=True)
class Change:
    """A change by hand: how the report's line about it begins, how to make and how to undo it."""

    said: str
    make: Callable[[], object]
    undo: Callable[[], object]

    @contextmanager
    def made(self) -> Iterator[None]:
        """Make it for a while."""
        self.make()
        try:
            yield
        finally:
            self.undo()


class Hands:
    """Somebody who may do anything, with the bench's own keys, on the fleet `dev` of `seller`."""

    def __init__(self, variables: Mapping[str, str], seller: str) -> None:
        self._seller = seller
        keys = boto3.Session(
            variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=variables["AWS_REGION"]
        )
        self._client = lambda name: keys.client(name, endpoint_url=variables["AWS_ENDPOINT_URL"])
        self._functions = self._client("lambda")

    def changes(self) -> list[Change]:
        """List a change of each kind of document, and of each setting that says who may."""
        return [
            *self._of_roles(),
            self._of_secret(naming.app_secret_name("dev")),
            self._of_secret(naming.seller_secret_name("dev", self._seller)),
            self._of_key("the key", naming.key_alias("dev")),
            self._of_key("the key of the queues", naming.queues_key_alias("dev")),
            self._of_key("the key of what waits", naming.held_key_alias("dev")),
            self._of_topic(),
            *(self._of_queue(name) for name in (naming.NEW_SECRET, naming.dead(naming.EXPIRY))),
            self._of_table(),
            *self._of_functions(),
        ]

    def _of_roles(self) -> Iterator[Change]:
        iam, reader = self._client("iam"), naming.reader_role_name("dev", self._seller)
        function = naming.function_role_name("dev", naming.CALENDAR)
        trust = iam.get_role(RoleName=reader)["Role"]["AssumeRolePolicyDocument"]
        yield self._changed(
            f"role {reader}, who may become it: statement Guest was added",
            trust,
            lambda text: iam.update_assume_role_policy(RoleName=reader, PolicyDocument=text),
            {key: value for key, value in GUEST.items() if key != "Resource"} | {"Action": "sts:AssumeRole"},
        )
        (name,) = iam.list_role_policies(RoleName=function)["PolicyNames"]
        yield self._changed(
            f"role {function}, policy {name}: statement More was added",
            iam.get_role_policy(RoleName=function, PolicyName=name)["PolicyDocument"],
            lambda text: iam.put_role_policy(RoleName=function, PolicyName=name, PolicyDocument=text),
            MORE,
        )

    def _of_secret(self, name: str) -> Change:
        secrets = self._client("secretsmanager")
        return self._changed(
            f"secret {name}: statement Guest was added",
            json.loads(secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]),
            lambda text: secrets.put_resource_policy(SecretId=name, ResourcePolicy=text),
        )

    def _of_key(self, called: str, alias: str) -> Change:
        kms = self._client("kms")
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
        return self._changed(
            f"{called}: statement Guest was added",
            json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]),
            lambda text: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text),
        )

    def _of_topic(self) -> Change:
        sns, topic = self._client("sns"), f"arn:aws:sns:eu-west-1:123456789012:{naming.topic_name('dev')}"
        return self._changed(
            f"topic {naming.topic_name('dev')}: statement Guest was added",
            json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]),
            lambda text: sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text),
        )

    def _of_queue(self, what: str) -> Change:
        sqs, name = self._client("sqs"), naming.queue_name("dev", what)
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        return self._changed(
            f"queue {name}: statement Guest was added",
            json.loads(policy),
            lambda text: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text}),
        )

    def _of_table(self) -> Change:
        dynamodb, name = self._client("dynamodb"), naming.table_name("dev")
        table = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**GUEST, "Action": "dynamodb:*"}]})
        return Change(
            f"table {name}: was added by hand",
            lambda: dynamodb.put_resource_policy(ResourceArn=table, Policy=policy),
            lambda: dynamodb.delete_resource_policy(ResourceArn=table),
        )

    def _of_functions(self) -> Iterator[Change]:
        rotation = naming.function_name("dev", naming.ROTATION)
        yield Change(
            f"function {rotation}: statement Guest was added",
            lambda: self._functions.add_permission(
                FunctionName=rotation,
                StatementId="Guest",
                Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com",
            ),
            lambda: self._functions.remove_permission(FunctionName=rotation, StatementId="Guest"),
        )
        calendar = naming.function_name("dev", naming.CALENDAR)
        yield Change(
            f"function {calendar}: how its address asks who calls is NONE",
            lambda: self._functions.create_function_url_config(FunctionName=calendar, AuthType="NONE"),
            lambda: self._functions.delete_function_url_config(FunctionName=calendar),
        )
        role = naming.function_role_arn("123456789012", "dev", naming.CONSENT)
        other = naming.function_role_arn("123456789012", "dev", naming.ROTATION)
        consent = naming.function_name("dev", naming.CONSENT)
        yield Change(
            f"function {consent}: the role it runs under is {other}",
            lambda: self._functions.update_function_configuration(FunctionName=consent, Role=other),
            lambda: self._functions.update_function_configuration(FunctionName=consent, Role=role),
        )

    @staticmethod
    def _changed(said: str, document: Row, put: Callable[[str], object], row: Row = GUEST) -> Change:
        """Add a statement to a document."""
        more = {**document, "Statement": [*document["Statement"], row]}
        return Change(said, lambda: put(json.dumps(more)), lambda: put(json.dumps(document)))
