"""One API call as CloudTrail writes it (CloudTrail, "CloudTrail record contents", "CloudTrail userIdentity element").

A record never holds a value: of what was given, the parameters that may hold one are left out.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from isolation.principal import Principal

#: moto's, of whoever has no account of his own.
ACCOUNT: Final = "123456789012"
_VALUES: Final = frozenset({"SecretString", "SecretBinary", "RotationToken", "ZipFile"})
#: CloudTrail puts the API's date behind some of Lambda's names (Lambda, "Logging API calls with CloudTrail").
_DATED: Final = {
    "AddPermission": "20150331v2",
    "CreateFunction": "20150331",
    "DeleteFunction": "20150331",
    "RemovePermission": "20150331v2",
    "UpdateFunctionCode": "20150331v2",
    "UpdateFunctionConfiguration": "20150331v2",
}
_READS: Final = ("Get", "List", "Describe", "BatchGet", "Validate")


@dataclass(frozen=True, slots=True)
class Called:
    """One call: what was asked of which service, by whom, and the code with which it was refused, if it was.

    `principal` is None for the account's administrator.
    """

    service: str
    operation: str
    region: str
    at: datetime
    access_key: str
    principal: Principal | None = None
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    refused: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def account(self) -> str:
        """The account whose history it is part of."""
        return (self.principal.account if self.principal else "") or ACCOUNT

    @property
    def user(self) -> str:
        """The name by which it can be looked up: of a role's session, the session's."""
        if self.principal is None:
            return "root"
        return self.principal.session or self.principal.arn.rpartition("/")[2]

    @property
    def reads(self) -> bool:
        """Whether it changed nothing."""
        return self.operation.startswith(_READS)

    def record(self) -> dict[str, Any]:
        """Write it as CloudTrail does."""
        given = {
            name[:1].lower() + name[1:]: value
            for name, value in self.given.items()
            if name not in _VALUES and isinstance(value, str | int | float | bool)
        }
        return {
            "eventVersion": "1.08",
            "userIdentity": _identity(self.principal, self.access_key, self.account),
            "eventTime": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{self.service}.amazonaws.com",
            "eventName": self.operation + (_DATED.get(self.operation, "") if self.service == "lambda" else ""),
            # IAM is of no region (CloudTrail, "About global service events").
            "awsRegion": "us-east-1" if self.service == "iam" else self.region,
            "sourceIPAddress": "127.0.0.1",
            "requestParameters": given or None,
            "responseElements": None,
            **({"errorCode": self.refused} if self.refused else {}),
            "eventID": self.id,
            "readOnly": self.reads,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        }


def _identity(principal: Principal | None, access_key: str, account: str) -> dict[str, Any]:
    if principal is None:
        root = f"arn:aws:iam::{account}:root"
        return {"type": "Root", "principalId": account, "arn": root, "accountId": account, "accessKeyId": access_key}
    name = principal.arn.rpartition("/")[2]
    if not principal.session:
        return {
            "type": "IAMUser",
            "arn": principal.arn,
            "accountId": account,
            "accessKeyId": access_key,
            "userName": name,
        }
    number = next((role.id for role in iam_backends[account]["aws"].roles.values() if role.arn == principal.arn), "")
    issuer = {
        "type": "Role",
        "principalId": number,
        "arn": principal.arn,
        "accountId": account,
        "userName": name,
    }
    return {
        "type": "AssumedRole",
        "principalId": f"{number}:{principal.session}",
        "arn": principal.session_arn,
        "accountId": account,
        "accessKeyId": access_key,
        "sessionContext": {"sessionIssuer": issuer},
    }
