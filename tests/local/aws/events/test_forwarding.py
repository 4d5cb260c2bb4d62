"""What CloudTrail tells of calls, on rules; and an event that is forwarded from one region to another by a role."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.aws.server import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.aws.conftest import Account

HOME = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
ROLE = "arn:aws:iam::123456789012:role/forwards"
PATTERN = json.dumps({"source": ["aws.iam"], "detail": {"eventName": ["CreateRole"]}})


def client(aws: Account, service: str, region: str) -> Any:
    """Make a client in a region, with the bench's own keys."""
    keys = (CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    session = boto3.Session(*keys, region_name=region)
    return session.client(service, endpoint_url=aws.server.url)  # type: ignore[call-overload]


@pytest.fixture
def heard(aws: Account, pass_time: Callable[[timedelta], None]) -> Callable[[], list[dict[str, Any]]]:
    """Hear on a queue at home of roles that are made, each forwarded from us-east-1; take what came."""
    sqs, home, there = aws.client("sqs"), aws.client("events"), client(aws, "events", "us-east-1")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    home.put_rule(Name="hears", EventPattern=PATTERN)
    queue = {"Id": "queue", "Arn": "arn:aws:sqs:eu-west-1:123456789012:heard"}
    home.put_targets(Rule="hears", Targets=[queue])
    there.put_rule(Name="forwards", EventPattern=PATTERN)
    there.put_targets(Rule="forwards", Targets=[{"Id": "home", "Arn": HOME, "RoleArn": ROLE}])

    def take() -> list[dict[str, Any]]:
        pass_time(timedelta(seconds=1))
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    return take


@pytest.mark.parametrize("resource", [HOME, f"{HOME}-x"])
def test_iam_is_heard_of_at_home_where_a_role_may_forward(
    resource: str, aws: Account, heard: Callable[[], list[dict[str, Any]]]
) -> None:
    """CloudTrail tells of IAM in us-east-1 alone, whatever region the caller names; without the permission, nothing."""
    iam = client(aws, "iam", "eu-west-1")
    row = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": resource}
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(RoleName="forwards", AssumeRolePolicyDocument=json.dumps(document))
    iam.put_role_policy(
        RoleName="forwards", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [row]})
    )
    before = heard()
    iam.create_role(RoleName="another", AssumeRolePolicyDocument=json.dumps(document))
    after = heard()

    # The role is looked at when the event is on its way, so its own making may be forwarded already.
    assert [event["detail"]["requestParameters"]["roleName"] for event in before] in ([], ["forwards"])
    if resource != HOME:
        assert (before, after) == ([], [])
        return
    (event,) = after
    assert (event["region"], event["source"]) == ("us-east-1", "aws.iam")
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert event["detail"]["userIdentity"]["arn"] == "arn:aws:iam::123456789012:root"
    assert event["detail"]["requestParameters"]["roleName"] == "another"


def test_calls_that_read_are_not_told(aws: Account, heard: Callable[[], list[dict[str, Any]]]) -> None:
    """EventBridge gets management events that write."""
    client(aws, "iam", "eu-west-1").list_roles()

    assert heard() == []
