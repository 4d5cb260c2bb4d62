"""The one role that reads for every seller, where isolation is by one role: for fleets past IAM's quota of roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.policies.sellers import one_reader_policy, one_reader_trust
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class OneReaderArgs:
    """The fleet, and the ARN of its key."""

    place: Place
    key_arn: pulumi.Input[str]


class OneReader(pulumi.ComponentResource):
    """One role and its policy, which names the seller by the session's tag."""

    def __init__(self, name: str, args: OneReaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:OneReader", name, None, opts)
        place = args.place
        role = aws.iam.Role(
            name,
            name=naming.one_reader_role_name(place.base),
            # The readers' path, by which everything knows a reader.
            path=naming.reader_role_path(place.base),
            description="Reads the SP-API credential of the seller that its session names, and nothing else.",
            assume_role_policy=text(one_reader_trust(place.people.become_readers)),
            # Never the seller's tag: a session without one would inherit it.
            tags={naming.TAG_BASE: place.base},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            name,
            name="read-the-sessions-secret",
            role=role.name,
            policy=pulumi.Output.from_input(args.key_arn).apply(
                lambda key_arn: text(one_reader_policy(place, key_arn))
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
