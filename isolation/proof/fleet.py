"""What a fleet's documents say and whom they are attached to: all that the claims look at.

A seller may be any seller: then its documents are written for `texts.ANY_SELLER`. On a live account it is one of the
roster's, with the documents as they are deployed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isolation.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A role or user, its policies, and who may become it; `arn` may hold `texts.ANY_SELLER`."""

    name: str
    arn: str
    identity: tuple[Document, ...]
    trust: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret: its ARN up to AWS's six characters, its policy, and its seller's slug (empty: the app secret)."""

    name: str
    arn: str
    policy: Document
    seller: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """Actions that may be used only where one of these condition keys is there and matches, in each of its values."""

    what: str
    actions: tuple[str, ...]
    any_of: tuple[tuple[str, tuple[str, ...]], ...]
    #: Only where a seller's secret is the resource.
    on_sellers: bool = False
    #: Only where one of these patterns is.
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """What somebody may not, whatever else is attached to his role, where these condition keys are there and match."""

    actor: str
    what: str
    actions: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service of AWS that may, where each of these condition keys matches its pattern."""

    name: str
    provided: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What only some may do to a resource, whatever their own policies allow them.

    `only` are principals of the account, and may where each of the condition keys of `provided` is there and matches;
    `accounts` are other accounts as a whole. `insiders` says that the account's other principals are kept out as well.
    Where the condition keys of `opened` are all there and match, anybody may.
    """

    what: str
    resource: str
    policy: Document
    actions: tuple[str, ...]
    only: tuple[str, ...] = ()
    provided: tuple[tuple[str, tuple[str, ...]], ...] = ()
    services: tuple[Service, ...] = ()
    accounts: tuple[str, ...] = ()
    opened: tuple[tuple[str, tuple[str, ...]], ...] = ()
    insiders: bool = True
    is_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A call that somebody makes and has to be allowed, whatever the request holds beside.

    `by` is an ARN, a service, or a star for anybody on the internet. It, the resource and the values of the condition
    keys may hold `texts.ANY_SELLER`, and wildcards for what may be anything. Of a key's values any one may be there; a
    key without values is not there.
    """

    by: str
    action: str
    resource: str
    identity: tuple[Document, ...] = ()
    policy: Document | None = None
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its policy."""

    name: str
    arn: str
    policy: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A seller: secret and reader."""

    secret: Secret
    reader: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A fleet. `by_tag` says that a session's tag `seller_tag` names the seller (one role for all)."""

    account: str
    region: str
    by_tag: bool
    seller_tag: str
    state_tags: str
    key_arn: str
    key_policy: Document
    app: Secret
    sellers: tuple[Seller, ...]
    #: The ARN, up to the six characters, of the secret of whichever seller `texts.ANY_SELLER` stands for.
    seller_secret: str
    rotation_function: str
    actors: tuple[Actor, ...]
    #: Those of the actors that may change policies and tags of identity.
    deployers: tuple[str, ...]
    #: Those that may read sellers' values, by their own policies.
    read_sellers: tuple[str, ...]
    #: Those that may write them; Secrets Manager asks the key for Decrypt as well, as whoever writes (aws.md 6.2).
    write_sellers: tuple[str, ...]
    guards: tuple[Guard, ...]
    #: Those that read no seller's value, whatever else is attached to their roles.
    never_read: tuple[str, ...] = ()
    #: Those that read no value at all, the app secret's included; deployers are.
    read_nothing: tuple[str, ...] = ()
    never: tuple[Never, ...] = ()
    #: Secrets that differ in their policy from those of `sellers`.
    other_secrets: tuple[Secret, ...] = ()
    #: Every key whose policy leaves it to the account's own policies who may.
    keys: tuple[Key, ...] = ()
    #: Keys beside that of the secrets, each with its policy and the service through which alone it is used.
    other_keys: tuple[tuple[str, Document, str], ...] = ()
