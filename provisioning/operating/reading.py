"""Read a seller's value as whoever is on call may: by becoming that seller's reader role, one seller at a time.

The onboarder's own role cannot read a seller's value (design.md 6). AssumeRole leaves a line in CloudTrail that names
the person, the seller's role (or the one role and, as its session's tag, the seller) and, as the session's name, the
command; `roles` lists the same for the command's output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioning.store import Store, aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sts import STSClient
    from types_boto3_sts.type_defs import AssumeRoleRequestTypeDef

    from provisioning.fleet import Fleet
    from provisioning.store import Secret

#: How the names of our own sessions begin.
SESSION: Final = "sellerkeys-"


@dataclass(frozen=True, slots=True)
class Keys:
    """An hour's keys of one role."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


class Reading:
    """Becomes readers of `fleet` through `sts`; `connect` makes a Secrets Manager client of keys.

    `purpose` is the command, such as `check`; raises AccessDenied where the caller may not become a reader.
    """

    def __init__(
        self, fleet: Fleet, sts: STSClient, connect: Callable[[Keys], SecretsManagerClient], purpose: str
    ) -> None:
        self._fleet = fleet
        self._sts = sts
        self._connect = connect
        self._purpose = purpose
        self.roles: dict[str, str] = {}

    def of(self, seller: str, secret: Secret) -> Store:
        """Give a store that reads this seller's secret, and no other."""
        return self.become(seller, secret.account)

    def account(self) -> str:
        """Tell the caller's own AWS account, for which no permission is needed (GetCallerIdentity)."""
        with aws_errors("GetCallerIdentity", "the caller's own keys"):
            return self._sts.get_caller_identity()["Account"]

    def become(self, seller: str, account: str) -> Store:
        """Give a store that reads this seller's secret in that AWS account, and no other."""
        reader = self._fleet.reader_of(seller, account)
        asked: AssumeRoleRequestTypeDef = {"RoleArn": reader.role, "RoleSessionName": f"{SESSION}{self._purpose}"}
        if reader.tags:
            asked["Tags"] = [{"Key": key, "Value": value} for key, value in reader.tags.items()]
        with aws_errors("AssumeRole", reader.role):
            answer = self._sts.assume_role(**asked)
        self.roles[seller] = reader.role
        given = answer["Credentials"]
        return Store(self._connect(Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])))
