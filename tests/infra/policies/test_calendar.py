"""What the calendar function may do."""

from infra.place import Place
from infra.policies.asking import asking
from infra.policies.calendar import METRICS, calendar_policy
from provisioning.calendar.handler import NAMESPACE

SELLERS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????"


def test_the_function_looks_notes_and_tells(place: Place) -> None:
    """No value, no key, no identity tag, no other topic; a star only where the action knows no resource."""
    assert calendar_policy(place, "arn:key", "arn:queues-key") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ListSecrets",
                "Effect": "Allow",
                "Action": "secretsmanager:ListSecrets",
                "Resource": "*",
            },
            {
                "Sid": "DescribeSellers",
                "Effect": "Allow",
                "Action": "secretsmanager:DescribeSecret",
                "Resource": SELLERS,
            },
            {
                "Sid": "TagStateOnly",
                "Effect": "Allow",
                "Action": "secretsmanager:TagResource",
                "Resource": SELLERS,
                "Condition": {
                    "ForAllValues:StringLike": {"aws:TagKeys": "sellerkeys-state:*"},
                    "Null": {"aws:TagKeys": "false"},
                },
            },
            {
                "Sid": "PublishNotices",
                "Effect": "Allow",
                "Action": "sns:Publish",
                "Resource": "arn:aws:sns:eu-west-1:123456789012:sellerkeys-prod-alarms",
            },
            {
                "Sid": "CountInItsNamespace",
                "Effect": "Allow",
                "Action": "cloudwatch:PutMetricData",
                "Resource": "*",
                "Condition": {"StringEquals": {"cloudwatch:namespace": "sellerkeys"}},
            },
            *asking(place, "arn:key", "arn:queues-key"),
            {
                "Sid": "WriteItsLog",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": (
                    "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/sellerkeys-prod-calendar:log-stream:*"
                ),
            },
        ],
    }


def test_the_namespace_is_the_one_the_function_counts_in() -> None:
    """The program and the zip do not import each other."""
    assert METRICS == NAMESPACE
