"""What the rotation function may say on the fleet's event bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import document
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def telling_policy(place: Place) -> Document:
    """Say what the rotation function may do beside rotating, where there is a bus: tell of changes, on it alone."""
    said = {"events:source": naming.EVENT_SOURCE, "events:detail-type": naming.CHANGED_EVENT}
    return document(
        {
            "Sid": "TellConsumers",
            "Effect": "Allow",
            "Action": "events:PutEvents",
            "Resource": place.bus,
            "Condition": {"StringEquals": said},
        }
    )
