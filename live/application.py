"""What the seller of a run authorized: placeholders at a stand-in that the run makes, or a real draft application."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from live.account import CannotRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.workshop import Workshop

_PREFIX: Final = "SELLERKEYS_LIVE_"
_NEEDED: Final = ("CLIENT_ID", "CLIENT_SECRET_FILE", "REFRESH_TOKEN_FILE", "REGION", "MARKETPLACE")


@dataclass
class Application:
    """An application and one authorization of it, in an SP-API region and marketplace; `real`: at Amazon itself."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    region: str
    market: str
    real: bool
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def told(cls, environment: Mapping[str, str]) -> Self:
        """Take a real one of the variables, all of them or none; raises CannotRun."""
        found = {name: environment.get(_PREFIX + name, "") for name in _NEEDED}
        if not any(found.values()):
            return cls("amzn1.application-oa2-client.PLACEHOLDER-LIVE", "PLACEHOLDER-LIVE-SECRET",
                       "Atzr|PLACEHOLDER-LIVE", "EU", "DE", real=False)  # fmt: skip
        if missing := [_PREFIX + name for name, text in found.items() if not text]:
            raise CannotRun(f"for a real application set {', '.join(missing)} too")
        try:
            secret, token = (
                Path(found[name]).read_text(encoding="utf-8").strip()
                for name in ("CLIENT_SECRET_FILE", "REFRESH_TOKEN_FILE")
            )
        except OSError as error:
            raise CannotRun(f"{error.filename} cannot be read") from None
        return cls(found["CLIENT_ID"], secret, token, found["REGION"], found["MARKETPLACE"], real=True)

    @property
    def words(self) -> str:
        """Say where tokens come from."""
        return (
            "Amazon itself, for a real application" if self.real else "a stand-in for Amazon, behind a function's URL"
        )

    def begin(self, workshop: Workshop) -> Mapping[str, str]:
        """Make the stand-in where there is one; returns the variables by which it is found."""
        if self.real:
            return {}
        role = workshop.role("amazon", {"Service": "lambda.amazonaws.com"}, workshop.log("amazon"))
        arn = workshop.function("amazon", "amazon", role)
        functions = workshop.account.client("lambda")
        # Since October 2025 an address takes two permissions (Lambda's guide, function URLs).
        functions.add_permission(
            FunctionName=arn,
            StatementId="url",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        functions.add_permission(
            FunctionName=arn,
            StatementId="invoke",
            Action="lambda:InvokeFunction",
            Principal="*",
            InvokedViaFunctionUrl=True,
        )
        made = functions.create_function_url_config(FunctionName=arn, AuthType="NONE")
        address = made["FunctionUrl"].rstrip("/")
        self.variables = {"SP_API_OAUTH_URL": f"{address}/auth/o2/token", "SP_API_BASE_URL": f"{address}/{{region}}"}
        return self.variables
