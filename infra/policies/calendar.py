"""What the calendar function may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.asking import asking
from infra.policies.document import ANY, document, state_tags_only, write_log
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: The namespace of the fleet's own metrics.
METRICS: Final = "sellerkeys"


def calendar_policy(place: Place, key_arn: str, queues_key_arn: str) -> Document:
    """Say what the calendar function may do: look at sellers without their values, note their state, tell people, ask.

    It reads the application, to ask Amazon with it, and writes no value.
    """
    return document(
        {
            "Sid": "ListSecrets",
            "Effect": "Allow",
            "Action": "secretsmanager:ListSecrets",
            "Resource": ANY,
        },
        {
            "Sid": "DescribeSellers",
            "Effect": "Allow",
            "Action": "secretsmanager:DescribeSecret",
            "Resource": place.seller_secrets,
        },
        {
            "Sid": "TagStateOnly",
            "Effect": "Allow",
            "Action": "secretsmanager:TagResource",
            "Resource": place.seller_secrets,
            "Condition": state_tags_only(),
        },
        {
            "Sid": "PublishNotices",
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": place.topic,
        },
        {
            "Sid": "CountInItsNamespace",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": ANY,
            "Condition": {"StringEquals": {"cloudwatch:namespace": METRICS}},
        },
        *asking(place, key_arn, queues_key_arn),
        write_log(place, naming.CALENDAR),
    )
