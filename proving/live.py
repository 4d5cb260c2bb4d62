"""A deployed fleet put to the same proof: the documents as they should be, and the claims on those that are there.

Where all that keeps a seller apart is as declared, the proof for any seller is the proof for him. Where something was
changed by hand, the claims are asked of his own documents.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from infra.people import People
from infra.place import Place
from infra.policies.events import telling_policy
from infra.policies.key import held_key_policy
from infra.policies.queues import queues_key_policy
from infra.policies.sellers import seller_secret_policy
from isolation.document import Alone
from isolation.proof import claims
from isolation.proof.fleet import Actor, Key, Seller
from isolation.proof.proving import Result, prove
from isolation.proof.telling import sentence
from isolation.proof.texts import ANY_SELLER
from proving.deployed import NOT_LOOKED_AT, Unread, things
from proving.fleet import ACCOUNT, HELD_KEY, KEY, QUEUES_KEY, REGION, fleet_at, words
from provisioning import naming
from provisioning.auditing.drift import Declared, Role, as_declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isolation.document import Document
    from isolation.proof.fleet import Fleet, Guard
    from provisioning.auditing.account import Account
    from provisioning.auditing.identities import Identity

#: How many sellers' names the solver is given to try.
_TRIED: Final = 10
#: What an offer takes.
_OFFER: Final = "secretsmanager:PutSecretValue"
#: What a resource without a policy says.
_NOTHING: Final[dict[str, Any]] = {"Version": "2012-10-17", "Statement": []}


class Live:
    """A fleet as it is deployed, `account`, beside what the program would declare there."""

    #: What is no part of this, in sentences for people.
    not_looked_at: Final = NOT_LOOKED_AT

    def __init__(self, account: Account) -> None:
        self._account = account
        settings = account.fleet.settings
        self._at = Place(
            base=account.fleet.base,
            region=settings.region,
            account=account.number,
            isolation=settings.isolation,
            people=People.of(settings),
        )
        self._written = fleet_at(self._at)
        keys = {KEY: account.key, QUEUES_KEY: account.other_keys.queues, HELD_KEY: account.other_keys.held}
        self._keys = {ours: key.arn if key else ours for ours, key in keys.items()}

    def declared(self) -> Declared:
        """Give every document as the program declares it."""
        (any_seller,) = self._written.sellers
        app, rows = self._account.fleet.app_secret, self._account.fleet.sellers
        # People's roles are not the program's, and the consent function is there only where pages are.
        ours = self._at.function_role("")
        consent = self._at.function_role(naming.CONSENT)
        pages, events = self._account.fleet.settings.consent.pages, self._account.fleet.settings.events
        roles = {
            actor.arn: self._role(actor)
            for actor in self._written.actors
            if actor.arn.startswith(ours) and (pages or actor.arn != consent)
        }
        secrets: dict[str, Mapping[str, Any]] = {app: self._plain(self._written.app.policy)}
        for row in rows:
            reader = any_seller.reader
            roles[reader.arn.replace(ANY_SELLER, row.seller)] = self._role(reader, row.seller)
            secrets[self._account.fleet.secret_of(row.seller)] = seller_secret_policy(
                self._at, row.seller, row.application
            )
        return Declared(
            roles=roles,
            secrets=secrets,
            key=self._plain(self._written.key_policy),
            queues_key=queues_key_policy(self._at),
            held_key=held_key_policy(self._at) if pages else None,
            attached=dict(things(self._at, self._keys[QUEUES_KEY], pages=pages, events=events)),
        )

    def claims(self) -> Iterator[tuple[str, bool, str]]:
        """Ask every claim whose documents were read; gives its name, whether it is proven, and what speaks against."""
        tried = self.words()
        for claim in claims.of(self.looked_at()):
            verdict = prove(claim, words=tried)
            proven = verdict.result is Result.PROVEN
            yield claim.name, proven, "" if proven else sentence(verdict).removeprefix(f"{claim.name}: ")

    def words(self) -> tuple[str, ...]:
        """List texts of this fleet that are worth trying where a policy has a hole; the changed sellers' first."""
        moved = {ACCOUNT: self._at.account, REGION: self._at.region, **self._keys}
        tried = [*self._odd, *self._account.sellers][:_TRIED]
        arns = [arn for slug in tried for arn in (self._account.sellers[slug].secret.arn, self._reader_arn(slug))]
        return (*tried, *arns, *(_replaced(word, moved) for word in words(self._at.isolation)))

    def looked_at(self) -> Fleet:
        """Put the deployed documents in the place of the declared ones."""
        written, account = self._written, self._account
        sellers = [self._usual(application) for application in self._applications]
        sellers += [self._seller(slug) for slug in self._odd]
        app = replace(written.app, policy=account.app.policy or _NOTHING)
        return replace(
            written,
            key_arn=account.key.arn,
            key_policy=account.key.policy,
            app=app,
            sellers=tuple(sellers),
            actors=tuple(self._actor(actor) for actor in written.actors if actor.arn in self._identities),
            guards=tuple(guard for each in written.guards for guard in self._guards(each)),
            keys=tuple(key for key in self._all_keys if key),
            other_keys=tuple((key.arn, key.policy, "sqs") for key in self._all_keys[1:2] if key),
        )

    def _guards(self, guard: Guard) -> Iterator[Guard]:
        """Give a guard with the deployed document: once for each kind of seller, once for each that was changed.

        Nothing where the resource is not there, which `drift` tells. Raises Unread for one that nobody reads here: what
        guards it would go unproven.
        """
        (any_seller,) = self._written.sellers
        if guard.resource == any_seller.secret.arn:
            for application in self._applications:
                usual = self._usual(application).secret
                what = guard.what.replace(any_seller.secret.name, usual.name)
                yield replace(guard, what=what, policy=usual.policy, only=self._only(guard, application))
            for slug in self._odd:
                yield self._of_seller(guard, slug, self._account.sellers[slug].policy)
        elif guard.resource == any_seller.reader.arn:
            yield from (guard,) if self._applications else ()
            for slug in self._odd:
                found = self._identities.get(self._reader_arn(slug))
                yield self._of_seller(guard, slug, found.trust if found else None)
        elif guard.resource in self._deployed:
            live = self._deployed[guard.resource]
            if live is not None:
                resource = self._keys.get(guard.resource, guard.resource)
                yield replace(guard, resource=resource, policy=_in_place_of(guard.policy, live))
        else:
            raise Unread(guard.what, guard.resource)

    def _of_seller(self, guard: Guard, slug: str, live: Mapping[str, Any] | None) -> Guard:
        only = self._only(guard, self._application(slug))
        return replace(
            guard,
            what=f"{slug}: {guard.what}",
            resource=guard.resource.replace(ANY_SELLER, slug),
            policy=live or _NOTHING,
            only=tuple(arn.replace(ANY_SELLER, slug) for arn in only),
        )

    def _only(self, guard: Guard, application: str) -> tuple[str, ...]:
        """Name who may: where the seller has his own application, the client-secret function offers as well."""
        offers = application == "own" and _OFFER in guard.actions
        return (*guard.only, self._at.function_role(naming.CLIENT_SECRET)) if offers else guard.only

    @cached_property
    def _applications(self) -> tuple[str, ...]:
        """The kinds of application among the sellers of whom nothing was changed."""
        usual = {self._application(slug) for slug in self._account.sellers if slug not in self._odd}
        return tuple(kind for kind in ("shared", "own") if kind in usual)

    def _application(self, slug: str) -> str:
        return next(row.application for row in self._account.fleet.sellers if row.seller == slug)

    def _usual(self, application: str) -> Seller:
        """Make any seller of a kind, with the documents as declared."""
        (any_seller,) = self._written.sellers
        identity = tuple(self._text(document) for document in any_seller.reader.identity)
        more = "" if application == "shared" else " with an application of his own"
        policy = seller_secret_policy(self._at, ANY_SELLER, application)
        return Seller(
            secret=replace(any_seller.secret, name=f"{any_seller.secret.name}{more}", policy=policy),
            reader=replace(any_seller.reader, name=f"{any_seller.reader.name}{more}", identity=identity),
        )

    def _seller(self, slug: str) -> Seller:
        """Make a seller of whom something was changed, with the documents as deployed."""
        (written,) = self._written.sellers
        role = self._reader_arn(slug)
        found = self._identities.get(role)
        return Seller(
            secret=replace(
                written.secret,
                name=f"{slug}'s secret",
                arn=written.secret.arn.replace(ANY_SELLER, slug),
                policy=self._account.sellers[slug].policy or _NOTHING,
                seller=slug,
            ),
            reader=Actor(
                name=f"the reader of {slug}",
                arn=role,
                identity=tuple(found.policies.values()) if found else (),
                trust=found.trust if found else written.reader.trust,
            ),
        )

    def _actor(self, written: Actor) -> Actor:
        found = self._identities[written.arn]
        return replace(written, identity=tuple(found.policies.values()), trust=found.trust)

    @cached_property
    def _odd(self) -> list[str]:
        """The sellers of whom something was changed by hand."""
        declared = self.declared()
        return [slug for slug in self._account.sellers if not as_declared(self._account, declared, slug)]

    @cached_property
    def _deployed(self) -> Mapping[str, Mapping[str, Any] | None]:
        """The document of each resource that is looked at, by ARN; None where the resource is not there."""
        account, held = self._account, self._account.other_keys.held
        functions = [actor.arn for actor in self._written.actors if actor.trust is not None]
        roles = {arn: self._identities.get(arn) for arn in functions}
        others = {arn: account.attached.get(arn) for arn, _ in things(self._at, "", pages=True, events=True)}
        return {
            self._written.app.arn: account.app.policy or _NOTHING,
            HELD_KEY: held.policy if held else None,
            **{arn: (found.trust or _NOTHING) if found else None for arn, found in roles.items()},
            **{arn: (found.policy or _NOTHING) if found else None for arn, found in others.items()},
        }

    @cached_property
    def _all_keys(self) -> tuple[Key | None, ...]:
        """The deployed keys, for the claims; the fleet's, the queues' and that of what waits."""
        others = self._account.other_keys
        found = (self._account.key, others.queues, others.held)
        names = ("the key", "the sqs key", "the key of what waits")
        return tuple(Key(name, key.arn, key.policy) if key else None for name, key in zip(names, found, strict=True))

    @cached_property
    def _identities(self) -> dict[str, Identity]:
        return {identity.arn: identity for identity in self._account.identities}

    def _reader_arn(self, slug: str) -> str:
        return self._account.fleet.reader_of(slug, self._account.number).role

    def _role(self, actor: Actor, seller: str = "") -> Role:
        tells = self._account.fleet.settings.events
        written = [document for document in actor.identity if tells or document != telling_policy(self._at)]
        return Role(
            policies=tuple(self._plain(document, seller) for document in written),
            trust=self._plain(actor.trust or _NOTHING, seller),
        )

    def _plain(self, document: Document, seller: str = "") -> Mapping[str, Any]:
        """Write a document for one seller and this account's keys."""
        found: Mapping[str, Any] = json.loads(self._text(document).replace(ANY_SELLER, seller or ANY_SELLER))
        return found

    def _text(self, document: Document) -> str:
        return _replaced(json.dumps(document), self._keys)


def _in_place_of(written: Document, live: Mapping[str, Any]) -> Document:
    """Give the deployed document to be looked at in the way in which the written one is: whole, or half of it."""
    return replace(written, document=live) if isinstance(written, Alone) else live


def _replaced(text: str, others: Mapping[str, str]) -> str:
    for ours, theirs in others.items():
        text = text.replace(ours, theirs)
    return text
