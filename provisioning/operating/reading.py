"""Read a seller's value as whoever is on call may: by becoming that seller's reader role, one seller at a time.

The onboarder's own role cannot read a seller's value (design.md 6). AssumeRole leaves a line in CloudTrail that names
the person, the seller's role and, as the session's name, the command; `roles` lists the same for the command's output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning import naming
from provisioning.store import Store, aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sts import STSClient

    from provisioning.store import Secret


@dataclass(frozen=True, slots=True)
class Keys:
    """An hour's keys of one role."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


class Reading:
    """Becomes readers of one fleet through `sts`; `connect` makes a Secrets Manager client of keys.

    `purpose` is the command, such as `check`; raises AccessDenied where the caller may not become a reader.
    """

    def __init__(
        self, base: str, sts: STSClient, connect: Callable[[Keys], SecretsManagerClient], purpose: str
    ) -> None:
        self._base = base
        self._sts = sts
        self._connect = connect
        self._purpose = purpose
        self.roles: dict[str, str] = {}

    def of(self, seller: str, secret: Secret) -> Store:
        """Give a store that reads this seller's secret, and no other."""
        role = naming.reader_role_arn(secret.account, self._base, seller)
        with aws_errors("AssumeRole", role):
            answer = self._sts.assume_role(RoleArn=role, RoleSessionName=f"sellerkeys-{self._purpose}")
        self.roles[seller] = role
        given = answer["Credentials"]
        return Store(self._connect(Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])))
