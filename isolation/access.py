"""Who of an account may read a secret's value, past both of its locks: the secret's policy and the key's.

Statements that cannot concern an action are left out before a document is judged: they decide nothing, and what they
say may be unknown to the evaluator. A document that stays unknown is a doubt, told by name, never a guess.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from isolation import principal as principals
from isolation.evaluator import Policies, Request, decide
from isolation.loosening import beginnings, concerning, loosened, rows, texts
from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from isolation.evaluator import Decision
    from isolation.loosening import Raw
    from isolation.principal import Principal

READ: Final = "secretsmanager:GetSecretValue"
DECRYPT: Final = "kms:Decrypt"
_BECOME: Final = "sts:AssumeRole"
_TAG: Final = "sts:TagSession"


@dataclass(frozen=True, slots=True)
class Actor:
    """A role or user with the documents that are attached to it; `trust` is None of a user."""

    principal: Principal
    policies: Sequence[Raw] = ()
    boundary: Raw | None = None
    trust: Raw | None = None

    @property
    def takes_tags(self) -> bool:
        """Say whether its trust policy may let a session bear tags."""
        return self.trust is not None and bool(rows(concerning(self.trust, _TAG)))

    @property
    def takes_any_tags(self) -> bool:
        """Say whether whoever becomes it may choose tags of any name."""
        tagging = rows(concerning(self.trust, _TAG)) if self.trust is not None else []
        return any("aws:tagkeys" not in str(row.get("Condition")).lower() for row in tagging)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A secret and its two locks; contexts are the condition keys of a read and of the decryption it needs."""

    arn: str
    key: str
    policy: Raw | None
    key_policy: Raw
    context: Mapping[str, str] = field(default_factory=dict)
    key_context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reads:
    """One who may read a secret: `tags` are those its session has to bear, `why` the statements that let it.

    `sometimes`: only where conditions hold that cannot be seen from here, such as an address or a second factor.
    """

    arn: str
    why: str
    tags: Mapping[str, str] = field(default_factory=dict)
    sometimes: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """One of whom it cannot be said, because a policy says what the evaluator does not know."""

    arn: str
    why: str


class Readers:
    """Finds, among `actors`, who reads a secret; `tag` is the session tag that stands for the seller."""

    def __init__(self, actors: Iterable[Actor], tag: str) -> None:
        self._tag = tag
        self._able = [_Able(actor) for actor in actors]

    def of(self, secret: Guarded, seller: str) -> tuple[tuple[Reads, ...], tuple[Doubt, ...]]:
        """List who reads the secret, and of whom it cannot be said; each in the actors' order."""
        # What the secret's own policy grants needs no policy of the one who asks.
        opened = bool(secret.policy and granted_to(secret.policy, READ))
        strict = replace(
            secret,
            policy=concerning(secret.policy, READ) if secret.policy else None,
            key_policy=concerning(secret.key_policy, DECRYPT),
        )
        loose = replace(
            strict,
            policy=loosened(strict.policy) if strict.policy else None,
            key_policy=loosened(strict.key_policy),
        )
        reads: list[Reads] = []
        doubts: list[Doubt] = []
        for able in self._able:
            if not opened and not able.might_read(secret.arn):
                continue
            found = _way(able, strict, loose, [{}, *([{self._tag: seller}] if able.actor.takes_tags else [])])
            if isinstance(found, Reads):
                reads.append(found)
            elif found:
                doubts.append(found)
        return tuple(reads), tuple(doubts)


def may(actor: Actor, action: str, resource: str) -> bool:
    """Say whether an actor's own policies could let it, whatever they ask of circumstances; raises Refused."""
    policies = Policies(
        identity=[loosened(concerning(policy, action)) for policy in actor.policies],
        boundary=loosened(concerning(actor.boundary, action)) if actor.boundary is not None else None,
    )
    return decide(Request(actor.principal, action, resource), policies).allowed


def become(trust: Raw) -> tuple[str, ...]:
    """List whom a trust policy lets become the role: ARNs, accounts, services, or `*`; raises Refused."""
    found: set[str] = set()
    for row in rows(concerning(trust, _BECOME)):
        if row.get("Effect") == "Allow":
            named = principals.parse(row.get("Principal"))
            found |= {*named.accounts, *named.identities, *named.services, *(("*",) if named.everybody else ())}
    return tuple(sorted(found))


def granted_to(policy: Raw, action: str) -> tuple[str, ...]:
    """List whom a resource's policy allows an action by itself, as its statements write them."""
    found: set[str] = set()
    for row in rows(concerning(policy, action)):
        if row.get("Effect") == "Allow":
            named = row.get("Principal", row.get("NotPrincipal"))
            listed = [text for each in named.values() for text in texts(each)] if isinstance(named, dict) else [named]
            found |= {f"all but {text}" if "NotPrincipal" in row else str(text) for text in listed}
    return tuple(sorted(found))


class _Able:
    """An actor with what of its documents concerns a read and a decryption, as it stands and loosened."""

    __slots__ = ("_beginnings", "_loose", "_strict", "actor")

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        concerned = {action: [concerning(policy, action) for policy in actor.policies] for action in (READ, DECRYPT)}
        self._strict = {action: _written(found) for action, found in concerned.items()}
        self._loose = {
            action: _written([loosened(each, any_tags=actor.takes_any_tags) for each in found])
            for action, found in concerned.items()
        }
        starts = {start for policy in concerned[READ] for start in beginnings(policy)}
        self._beginnings = ("",) if actor.principal.is_root else tuple(sorted(starts))

    def might_read(self, arn: str) -> bool:
        """Say whether a statement of its own could allow it."""
        return arn.startswith(self._beginnings)

    def asks(self, tags: Mapping[str, str], secret: Guarded, action: str, *, loose: bool) -> Decision:
        """Decide one of the two calls that a read needs."""
        boundary = concerning(self.actor.boundary, action) if self.actor.boundary is not None else None
        policies = Policies(
            identity=(self._loose if loose else self._strict)[action],
            resource=secret.policy,
            key=secret.key_policy,
            boundary=loosened(boundary) if boundary is not None and loose else boundary,
        )
        principal = replace(self.actor.principal, session_tags=tags)
        resource, context = (secret.arn, secret.context) if action == READ else (secret.key, secret.key_context)
        return decide(Request(principal, action, resource, context), policies)


def _way(able: _Able, strict: Guarded, loose: Guarded, tried: Sequence[Mapping[str, str]]) -> Reads | Doubt | None:
    """Find how an actor reads: as it is, with the tag on its session, or at least in some circumstances."""
    arn = able.actor.principal.arn
    with suppress(Refused):
        for tags in tried:
            if why := _both(able, tags, strict, loose=False):
                return Reads(arn, why, tags)
    # What was not known may be a circumstance: without those, the rest can be judged.
    try:
        for tags in tried:
            if why := _both(able, tags, loose, loose=True):
                return Reads(arn, why, tags, sometimes=True)
    except Refused as refusal:
        return Doubt(arn, str(refusal))
    return None


def _both(able: _Able, tags: Mapping[str, str], secret: Guarded, *, loose: bool) -> str | None:
    """Name the statements that open both locks; None where one stays shut."""
    first = able.asks(tags, secret, READ, loose=loose)
    second = able.asks(tags, secret, DECRYPT, loose=loose) if first.allowed else first
    return f"{first.why}; {second.why}" if second.allowed else None


def _written(documents: Iterable[Raw]) -> tuple[str, ...]:
    """Write documents as text, which the evaluator reads once however often it is asked."""
    return tuple(json.dumps(document) for document in documents)
