"""AWS's Security Token Service in memory: lends any role, and remembers which and for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class FakeRoles:
    """`lent` lists each role with its session's name, `tags` the session's tags; `denied` refuses them all."""

    lent: list[tuple[str, str]] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    denied: bool = False

    @staticmethod
    def get_caller_identity() -> dict[str, str]:
        return {"Account": "123456789012"}

    def assume_role(self, *, RoleArn: str, RoleSessionName: str, Tags: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
        self.lent.append((RoleArn, RoleSessionName))
        self.tags.append({tag["Key"]: tag["Value"] for tag in Tags})
        keys = {"AccessKeyId": "PLACEHOLDER-ID", "SecretAccessKey": "PLACEHOLDER-KEY", "SessionToken": "PLACEHOLDER"}
        return {"Credentials": keys}
