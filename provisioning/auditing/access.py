"""Who reads which seller: the account's identities and documents, put before the evaluator."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from isolation.access import DECRYPT, READ, Actor, Doubt, Guarded, Readers, Reads, become, granted_to, may
from isolation.principal import Principal
from isolation.refusal import Refused
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.auditing.account import Account, Held
    from provisioning.auditing.identities import Identity

_LOOK = "logs:GetLogEvents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """Who reads one secret. `expected` may, `needed` has to; `opened` are those whom the secret's policy lets in."""

    expected: frozenset[str]
    needed: str | None = None
    reads: tuple[Reads, ...]
    doubts: tuple[Doubt, ...] = ()
    opened: tuple[str, ...] = ()

    @property
    def unexpected(self) -> tuple[Reads, ...]:
        """Those who read it and should not."""
        return tuple(each for each in self.reads if each.arn not in self.expected)

    @property
    def is_shut_out(self) -> bool:
        """Whether the one who has to read it surely cannot."""
        able = {each.arn for each in self.reads} | {each.arn for each in self.doubts}
        return self.needed is not None and self.needed not in able


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who reads what in the fleet, and who may become whom.

    `become` says of each reader's role whom its trust lets become it, or why that cannot be said.
    """

    app: Readership
    sellers: Mapping[str, Readership]
    become: Mapping[str, tuple[str, ...]]
    of_logs: tuple[str, ...]
    key_opened: tuple[str, ...] = ()
    undecided: Mapping[str, str] = field(default_factory=dict)


def access(account: Account) -> Access:
    """Decide for every secret of the fleet and every identity of the account."""
    actors = list(_actors(account))
    readers = Readers(actors, naming.TAG_SELLER)
    roles = {identity.arn: identity for identity in account.identities if identity.is_role}
    sellers = {seller: _of_seller(account, readers, held, seller) for seller, held in account.sellers.items()}
    app = _readership(account, readers, account.app, "", _composers(account))
    arns = {each.arn for found in (app, *sellers.values()) for each in found.reads}
    root = f"arn:aws:iam::{account.number}:root"
    return Access(
        app=app,
        sellers=sellers,
        become={arn: _become(roles[arn]) for arn in sorted(arns & set(roles))},
        of_logs=tuple(sorted({arn for log in account.logs for arn in _look_at(actors, log.arn)})),
        key_opened=tuple(name for name in granted_to(account.key.policy, DECRYPT) if name != root),
        undecided=dict(
            sorted({doubt.arn: doubt.why for found in (app, *sellers.values()) for doubt in found.doubts}.items())
        ),
    )


def _actors(account: Account) -> Iterator[Actor]:
    """Make everybody who could ask: the account's root user, roles (in a session) and users."""
    yield Actor(Principal(f"arn:aws:iam::{account.number}:root", account.number))
    for identity in account.identities:
        session = "evidence" if identity.is_role else ""
        principal = Principal(identity.arn, account.number, tags=dict(identity.tags), session=session)
        yield Actor(principal, list(identity.policies.values()), identity.boundary, identity.trust)


def _of_seller(account: Account, readers: Readers, held: Held, seller: str) -> Readership:
    """Tell who reads a seller; by design its reader and the rotation function's role do (design.md 6)."""
    number, fleet = account.number, account.fleet
    reader = fleet.reader_of(seller, number).role
    rotation = naming.function_role_arn(number, fleet.base, naming.ROTATION)
    found = _readership(account, readers, held, seller, frozenset({reader, rotation}))
    return replace(found, needed=reader)


def _composers(account: Account) -> frozenset[str]:
    """Name those who read the app secret by design: operators, and the fleet's own functions."""
    settings = account.fleet.settings
    prefix = naming.function_role_arn(account.number, account.fleet.base, "")
    functions = {identity.arn for identity in account.identities if identity.arn.startswith(prefix)}
    return frozenset({*settings.onboarders, *settings.on_call, *functions})


def _readership(account: Account, readers: Readers, held: Held, seller: str, expected: frozenset[str]) -> Readership:
    reads, doubts = readers.of(_guarded(account, held), seller)
    opened = granted_to(held.policy, READ) if held.policy else ()
    return Readership(expected=expected, reads=reads, doubts=doubts, opened=opened)


def _guarded(account: Account, held: Held) -> Guarded:
    secret, region = held.secret, account.fleet.settings.region
    common = {"aws:ResourceAccount": account.number, "aws:RequestedRegion": region}
    context = {"secretsmanager:SecretId": secret.arn, **common}
    context |= {f"secretsmanager:ResourceTag/{key}": value for key, value in secret.tags.items()}
    context |= {f"aws:ResourceTag/{key}": value for key, value in secret.tags.items()}
    if secret.rotation_function:
        context["secretsmanager:resource/AllowRotationLambdaArn"] = secret.rotation_function
    key_context = {
        "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
        "kms:CallerAccount": account.number,
        "kms:EncryptionContext:SecretARN": secret.arn,
        **{f"aws:ResourceTag/{key}": value for key, value in account.key.tags.items()},
        **common,
    }
    return Guarded(secret.arn, account.key.arn, held.policy, account.key.policy, context, key_context)


def _become(role: Identity) -> tuple[str, ...]:
    try:
        return become(role.trust or {})
    except Refused as refusal:
        return (f"cannot be said: {refusal}",)


def _look_at(actors: list[Actor], log: str) -> Iterator[str]:
    """List who may read a log; of whom that cannot be said counts as one who may."""
    for actor in actors:
        try:
            if may(actor, _LOOK, f"{log}:log-stream:any"):
                yield actor.principal.arn
        except Refused:
            yield actor.principal.arn
