"""The secret of the vendor's own application, which the sellers' credentials are composed with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.application import app_secret_policy
from infra.policies.document import text
from infra.protection import protected, recovery_days
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSecretArgs:
    """The fleet and the ARN of its key."""

    place: Place
    key_arn: pulumi.Input[str]


class AppSecret(pulumi.ComponentResource):
    """An empty secret with its policy; `sellerkeys app set` fills it."""

    def __init__(self, name: str, args: AppSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:AppSecret", name, None, opts)
        base = args.place.base
        secret = aws.secretsmanager.Secret(
            name,
            name=naming.app_secret_name(base),
            description=f"LWA client id and client secret of the application shared by the fleet {base}.",
            kms_key_id=args.key_arn,
            policy=text(app_secret_policy(args.place)),
            recovery_window_in_days=recovery_days(args.place),
            tags={naming.TAG_BASE: base},
            opts=protected(self, args.place),
        )
        self.arn: pulumi.Output[str] = secret.arn
        self.register_outputs({"arn": self.arn})
