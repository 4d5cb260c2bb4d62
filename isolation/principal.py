"""Who asks, and whom a policy's Principal means (IAM: reference_policies_elements_principal)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCOUNT: Final = re.compile(r"[0-9]{12}|arn:aws:iam::(?P<account>[0-9]{12}):root")
_IDENTITY: Final = re.compile(
    r"arn:aws:iam::[0-9]{12}:(role|user)/[^*?$]+|arn:aws:sts::[0-9]{12}:(assumed-role|federated-user)/[^*?$]+"
)


class Grant(IntEnum):
    """How closely a resource's policy means somebody (IAM: …_evaluation-logic_policy-eval-basics, principal types)."""

    NONE = 0
    #: Names the account: its identity policies then decide.
    ACCOUNT = 1
    #: Names the role, or everybody: a boundary or session policy may still hold it back.
    ROLE = 2
    #: Names the session, the user or the service that asks: nothing implicit holds it back.
    SELF = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """A role (with a `session`, if it is used), a user, or a `service`; with none of these, anybody.

    `arn` is the role's or the user's own, also for a session, as in `aws:PrincipalArn`.
    """

    arn: str = ""
    account: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    session: str = ""
    session_tags: Mapping[str, str] = field(default_factory=dict)
    service: str = ""

    @property
    def session_arn(self) -> str:
        """The ARN of the session, which leaves out the role's path."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.arn.rsplit('/', 1)[-1]}/{self.session}"

    @property
    def is_root(self) -> bool:
        """Say whether it is the account's root user."""
        return self.arn == f"arn:aws:iam::{self.account}:root"

    @property
    def has_policies(self) -> bool:
        """Say whether it is one that identity policies can be attached to."""
        return bool(self.arn)

    def context(self) -> dict[str, tuple[str, ...]]:
        """List the condition keys that follow from it (IAM: reference_policies_condition-keys)."""
        if self.service:
            return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (self.service,)}
        if not self.arn:
            return {"aws:principaltype": ("Anonymous",), "aws:principalisawsservice": ("false",)}
        made: dict[str, tuple[str, ...]] = {
            "aws:principalarn": (self.arn,),
            "aws:principalaccount": (self.account,),
            "aws:principalisawsservice": ("false",),
            "aws:principaltype": (self._type,),
        }
        if ":user/" in self.arn:
            made["aws:username"] = (self.arn.rsplit("/", 1)[-1],)
        # A session's tag overrides the role's of the same key, ignoring case (aws.md 6.1).
        for tags in (self.tags, self.session_tags):
            made |= {f"aws:principaltag/{key.lower()}": (value,) for key, value in tags.items()}
        return made

    @property
    def _type(self) -> str:
        return "Account" if self.is_root else "User" if ":user/" in self.arn else "AssumedRole"


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a statement's Principal names: everybody, or accounts, identities and services."""

    everybody: bool = False
    accounts: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()

    def grant(self, principal: Principal) -> Grant:
        """Say how closely it means `principal`."""
        if principal.service:
            return Grant.SELF if self.everybody or principal.service in self.services else Grant.NONE
        is_user = ":user/" in principal.arn
        if (principal.session and principal.session_arn in self.identities) or (
            is_user and principal.arn in self.identities
        ):
            return Grant.SELF
        if self.everybody or principal.arn in self.identities:
            return Grant.ROLE
        return Grant.ACCOUNT if principal.account in self.accounts else Grant.NONE


def parse(value: object) -> Named:
    """Read a Principal element."""
    if value == "*":
        return Named(everybody=True)
    if not isinstance(value, dict) or not value:
        raise Refused("Principal is neither * nor an object")
    unknown = sorted(set(value) - {"AWS", "Service"})
    if unknown:
        raise Refused(f"a principal of the kind {unknown[0]} is not known to the evaluator")
    aws, services = _texts(value.get("AWS", [])), _texts(value.get("Service", []))
    accounts = {text: found["account"] or text for text in aws if (found := _ACCOUNT.fullmatch(text))}
    identities = frozenset(text for text in aws if text != "*" and text not in accounts)
    odd = sorted(text for text in identities if not _IDENTITY.fullmatch(text))
    odd += sorted(text for text in services if "*" in text)
    if odd:
        raise Refused(f"principal {odd[0]} is no account, role, user, session or service")
    return Named("*" in aws, frozenset(accounts.values()), identities, frozenset(services))


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) < len(items):
        raise Refused("Principal names something that is no text")
    return texts
