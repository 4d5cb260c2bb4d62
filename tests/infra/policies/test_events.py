"""What the rotation function may say on the fleet's bus."""

from infra.place import Place
from infra.policies.events import telling_policy


def test_it_tells_of_changes_on_the_fleets_own_bus_alone(place: Place) -> None:
    """Not as somebody else, and of nothing else: a consumer can believe who speaks there."""
    assert telling_policy(place) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TellConsumers",
                "Effect": "Allow",
                "Action": "events:PutEvents",
                "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/sellerkeys-prod",
                "Condition": {
                    "StringEquals": {
                        "events:source": "sellerkeys",
                        "events:detail-type": "Seller Credential Changed",
                    }
                },
            }
        ],
    }
