"""Who may publish to the fleet's topic."""

from infra.place import Place
from infra.policies.topic import topic_policy

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sellerkeys-prod-alarms"


def test_the_fleets_alarms_and_its_rules_may_publish_and_no_other_service(place: Place) -> None:
    """Another account's alarm, or another fleet's, would cry wolf in our name."""
    assert topic_policy(place) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AlarmsOfThisFleet",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": TOPIC,
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": "123456789012"},
                    "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:sellerkeys-prod-*"},
                },
            },
            {
                "Sid": "RulesThatMail",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": TOPIC,
                "Condition": {
                    "ArnEquals": {
                        "aws:SourceArn": [
                            f"arn:aws:events:eu-west-1:123456789012:rule/sellerkeys-prod-{name}"
                            for name in (
                                "abandoned",
                                "changed-roles",
                                "changed-keys",
                                "changed-secrets",
                                "changed-functions",
                                "changed-queues",
                            )
                        ]
                    }
                },
            },
        ],
    }
