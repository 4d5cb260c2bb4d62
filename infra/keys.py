"""What every key of the fleet consists of: a customer-managed KMS key with yearly rotation, and its alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.protection import protected, recovery_days
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def declare_key(  # noqa: PLR0913, PLR0917  what a key is
    name: str, alias: str, description: str, policy: Document, place: Place, parent: pulumi.Resource
) -> aws.kms.Key:
    """Declare a key and its alias as children of `parent`; it is known by the fleet's tag (infra/policies/)."""
    key = aws.kms.Key(
        name,
        description=description,
        policy=text(policy),
        enable_key_rotation=True,
        deletion_window_in_days=recovery_days(place),
        tags={naming.TAG_BASE: place.base},
        opts=protected(parent, place),
    )
    aws.kms.Alias(name, name=alias, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=parent))
    return key
