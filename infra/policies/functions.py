"""Who may call the fleet's functions, whatever his own policies say: what their resource policies let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from infra.policies.document import document
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: Every function there may be; the last one only where there are pages.
FUNCTIONS: Final = (naming.ROTATION, naming.CALENDAR, naming.CLIENT_SECRET, naming.CONSENT)

#: How a function's address asks who calls: not at all, because sellers have no AWS account.
OPEN: Final = "NONE"

_INVOKE: Final = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One statement of a function's policy, as AddPermission takes it; what is empty is not said.

    `url_auth` holds it to addresses of that type, `by_url` to calls that come by an address.
    """

    sid: str
    principal: str
    action: str = _INVOKE
    source_account: str = ""
    source_arn: str = ""
    url_auth: str = ""
    by_url: bool = False

    def statement(self, function_arn: str) -> Document:
        """Write the statement that Lambda makes of it (botocore AddPermission, and what GetPolicy gives back)."""
        tests: Document = {}
        for operator, key, value in (
            ("StringEquals", "AWS:SourceAccount", self.source_account),
            ("StringEquals", "lambda:FunctionUrlAuthType", self.url_auth),
            ("ArnLike", "AWS:SourceArn", self.source_arn),
            ("Bool", "lambda:InvokedViaFunctionUrl", "true" if self.by_url else ""),
        ):
            if value:
                tests.setdefault(operator, {})[key] = value
        principal: Any = self.principal if self.principal == "*" else {"Service": self.principal}
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": principal,
            "Action": self.action,
            "Resource": function_arn,
            "Condition": tests,
        }


def permissions(place: Place, function: str) -> tuple[Permission, ...]:
    """List what a function's policy says; raises KeyError for a function that nobody knows."""
    rule = Permission(sid="ItsRule", principal="events.amazonaws.com", source_arn=place.rule(function))
    # One for all sellers: a permission each overflows the function's 20 KB at about 60 (aws.md 5.3).
    sellers = Permission(
        sid="SecretsManagerForSellers",
        principal="secretsmanager.amazonaws.com",
        source_account=place.account,
        source_arn=place.seller_secrets,
    )
    # Since October 2025 an address takes two permissions (Lambda's guide, function URLs).
    anybody = Permission(sid="AnybodysAddress", principal="*", action="lambda:InvokeFunctionUrl", url_auth=OPEN)
    return {
        naming.ROTATION: (sellers,),
        naming.CALENDAR: (rule,),
        naming.CLIENT_SECRET: (rule,),
        naming.CONSENT: (anybody, Permission(sid="AnybodyByTheAddress", principal="*", by_url=True)),
    }[function]


def function_policy(place: Place, function: str) -> Document:
    """Write a function's policy."""
    return document(*(each.statement(place.function(function)) for each in permissions(place, function)))
