"""The account a run is in: who runs it, clients of services, and patience with what AWS makes true only later."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
#: Which service is not known before it is asked for, so the types of boto3's stubs do not fit.
_client: Any = boto3.client


class CannotRun(Exception):
    """Nothing can be done in this account, by this person; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Twelve digits, a region, and the role or user who runs this, by its ARN.

    `patience` is for how long AWS may take to make something true, `pause` between two looks; both in seconds.
    """

    number: str
    region: str
    principal: str
    patience: float
    pause: float

    @classmethod
    def found(cls, patience: float, pause: float) -> Account:
        """Look who runs this; raises CannotRun."""
        session = boto3.Session()
        if not session.region_name:
            raise CannotRun("no region: set AWS_REGION to the one in which to run this")
        try:
            who = session.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise CannotRun(
                f"AWS did not say who this is ({type(error).__name__}): sign in, then run it again"
            ) from None
        return cls(
            number=who["Account"],
            region=session.region_name,
            principal=principal(who["Arn"], lambda name: session.client("iam").get_role(RoleName=name)["Role"]["Arn"]),
            patience=patience,
            pause=pause,
        )

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - a client of the service
        """Make a client for whoever runs this."""
        config = Config(retries={"mode": "standard", "total_max_attempts": 4})
        return _client(service, region_name=region or self.region, config=config)

    def as_role(self, arn: str, service: str) -> Any:  # noqa: ANN401 - a client of the service
        """Make a client for a role, which has to trust whoever runs this."""
        sts = self.client("sts")
        keys = self.until_allowed(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="make-live"))["Credentials"]
        return _client(
            service,
            region_name=self.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def until_allowed(self, call: Callable[[], T], codes: tuple[str, ...] = ("AccessDenied",)) -> T:
        """Call until it is allowed, for a new role or policy is not known everywhere at once; then let it fail."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return call()
            except ClientError as error:
                is_lag = error.response["Error"]["Code"].startswith(codes)
                if not is_lag or time.monotonic() > deadline:
                    raise
            time.sleep(self.pause)

    def until(self, look: Callable[[], T | None], seconds: float | None = None) -> T | None:
        """Look until there is something to see; None when patience, or so many seconds, ran out."""
        deadline = time.monotonic() + (self.patience if seconds is None else seconds)
        while (seen := look()) is None and time.monotonic() < deadline:
            time.sleep(self.pause)
        return seen


def principal(arn: str, role: Callable[[str], str]) -> str:
    """Name the user, or the role behind a session, whose ARN `role` finds by its name.

    Raises CannotRun for the account's root, who can become nobody.
    """
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    if kind == "user":
        return arn
    if kind != "assumed-role":
        raise CannotRun("run this as a role or a user who may administer the account, not as its root")
    return role(rest.partition("/")[0])
