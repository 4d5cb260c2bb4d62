"""What the fleet's work takes: every call of the table of what is needed, with what a request of AWS's then holds.

Beside the fleet's own actors: the principals that the configuration names, AWS's services, Amazon's account, and
whoever administers the account. What a policy forbids one of them would be found out in production.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.policies.functions import FUNCTIONS, permissions
from infra.policies.key import ADMINISTRATION
from infra.policies.topic import mailing_rules
from isolation.document import identity
from isolation.proof.askers import EVERYTHING
from isolation.proof.fleet import Use
from isolation.proof.texts import ANY_SELLER
from proving.fleet import ACCOUNT, FORWARDER, HELD_KEY, KEY, QUEUES_KEY, REGION, fleet, place
from proving.needs import ITEMS, SAID, needed
from provisioning import naming, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.place import Place
    from isolation.document import Document
    from isolation.proof.fleet import Actor, Fleet, Secret
    from provisioning.settings import Isolation

    Context = tuple[tuple[str, tuple[str, ...]], ...]

_SM: Final = "secretsmanager"
_READ: Final = f"{_SM}:GetSecretValue"
_PUT: Final = f"{_SM}:PutSecretValue"
_ROTATE: Final = f"{_SM}:RotateSecret"
_APPLICATION: Final = f"aws:resourcetag/{naming.TAG_APPLICATION}"
_BASE: Final = f"aws:resourcetag/{naming.TAG_BASE}"
_OURS: Final = (_BASE, ("dev",))
_NAMED: Final = "kms:encryptioncontext:secretarn"
_VERSION: Final = "kms:encryptioncontext:secretversionid"
_CHECK: Final = "RequestToValidateKeyAccess"
_AMAZON: Final = f"arn:aws:iam::{naming.AMAZON_ACCOUNT}:role/subscriptions"
_ADMINISTRATOR: Final = f"arn:aws:iam::{ACCOUNT}:role/administrator"


def uses(mode: Isolation) -> dict[str, list[Use]]:
    """List the calls that have to be allowed, by who makes them."""
    return _Uses(place(mode), fleet(mode)).listed()


@dataclass(frozen=True, slots=True)
class _Uses:
    """What is needed in a fleet at a place."""

    at: Place
    fleet: Fleet

    def listed(self) -> dict[str, list[Use]]:
        made = {actor.name: [*self._of_actor(actor)] for actor in self.fleet.actors if self._is_hunted(actor)}
        made["the deployer"] = [*self._of_deployer()]
        (seller,) = self.fleet.sellers
        made[seller.reader.name] = [*self._of_reader(seller.reader)]
        made["an ERP's worker"] = [*self._becoming(self.at.people.readers[0], (EVERYTHING,))]
        made["Lambda"] = [
            Use(by="lambda.amazonaws.com", action="sts:AssumeRole", resource=actor.arn, policy=actor.trust)
            for actor in self.fleet.actors
            if actor.trust is not None and actor.name != FORWARDER
        ]
        made["EventBridge, to forward"] = [
            Use(by="events.amazonaws.com", action="sts:AssumeRole", resource=actor.arn, policy=actor.trust)
            for actor in self.fleet.actors
            if actor.name == FORWARDER
        ]
        made["CloudWatch's alarms and EventBridge's rule"] = [*self._of_topic()]
        made["whoever calls the functions"] = [*self._of_callers()]
        made["Amazon's account"] = [*self._of_amazon()]
        made["whoever administers the account"] = [*self._of_administrator()]
        return made

    def _is_hunted(self, actor: Actor) -> bool:
        return actor.arn not in self.fleet.deployers

    def _of_actor(self, actor: Actor) -> Iterator[Use]:
        for action, things in needed()[actor.name].items():
            if action.startswith("kms:") or action == "sts:GetCallerIdentity":
                continue
            for thing in things:
                if thing == self.at.readers or action.startswith("sts:"):
                    yield from self._becoming(actor.arn, actor.identity)
                else:
                    yield from self._call(actor, action, thing)
        yield from self._with_keys(actor)

    def _call(self, actor: Actor, action: str, thing: str) -> Iterator[Use]:
        """Make the call on a thing; on each kind of seller's secret where it is one."""
        by, identity_ = actor.arn, actor.identity
        seller = thing.replace("/sellers/*/", f"/sellers/{ANY_SELLER}/")
        context = self._context(actor, action)
        if thing == self.at.seller_secrets:
            for kind, secret in self._kinds():
                if not (action in _OFFERS and actor.name == "the client-secret function" and kind != "own"):
                    more = (_APPLICATION, (kind,))
                    yield Use(
                        by=by, action=action, resource=seller, identity=identity_, policy=secret.policy,
                        context=(*context, more),
                    )  # fmt: skip
            return
        policy = self._policy(thing)
        yield Use(by=by, action=action, resource=seller, identity=identity_, policy=policy, context=context)

    def _context(self, actor: Actor, action: str) -> Context:
        """Say what a request for an action holds beside who, what and on what (Service Authorization Reference)."""
        made: dict[str, tuple[str, ...]] = {}
        if action == f"{_SM}:TagResource":
            made["aws:tagkeys"] = (f"{state.PREFIX}*",)
        if action == _ROTATE:
            made["secretsmanager:rotationlambdaarn"] = (self.at.rotation_function,)
        if action.startswith(f"{_SM}:") and actor.name == "the rotation function":
            made["secretsmanager:resource/allowrotationlambdaarn"] = (self.at.rotation_function,)
        if action in ITEMS.get(actor.name, {}):
            made["dynamodb:leadingkeys"] = ITEMS[actor.name][action]
        if action == "events:PutEvents":
            made |= {key: (said,) for key, said in SAID.items()}
        if action == "cloudwatch:PutMetricData":
            made["cloudwatch:namespace"] = ("sellerkeys",)
        return tuple(made.items())

    def _with_keys(self, actor: Actor) -> Iterator[Use]:
        """Make the uses of keys that Secrets Manager asks for as whoever reads or writes (aws.md 6.2), and others."""
        calls = needed()[actor.name]
        for secret in (self.at.app_secret, self.at.seller_secrets):
            writes, reads = (secret in calls.get(action, ()) for action in (_PUT, _READ))
            arn = secret.replace("/sellers/*/", f"/sellers/{ANY_SELLER}/")
            context = (_through(_SM), (_NAMED, (arn,)), _OURS)
            wanted = ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",) if reads else ()
            for action in wanted:
                yield self._key(actor, action, KEY, context)
        if actor.name == "the client-secret function":
            yield self._key(actor, "kms:Decrypt", QUEUES_KEY, (_through("sqs"),))
        for action in ("kms:DescribeKey", "kms:GetKeyPolicy"):
            if action in calls:
                yield self._key(actor, action, QUEUES_KEY, (_OURS,))
        base = ("kms:encryptioncontext:base", (self.at.base,))
        if actor.name == "the consent function":
            yield self._key(actor, "kms:Encrypt", HELD_KEY, (base,))
        if actor.name == "whoever is on call":
            yield self._key(actor, "kms:Decrypt", HELD_KEY, (base, _OURS))

    def _key(self, actor: Actor, action: str, key: str, context: Context) -> Use:
        policy = next(one.policy for one in self.fleet.keys if one.arn == key)
        return Use(
            by=actor.arn, action=action, resource=key, identity=actor.identity, policy=policy, context=context
        )  # fmt: skip

    def _of_reader(self, reader: Actor) -> Iterator[Use]:
        tag = ((f"aws:principaltag/{naming.TAG_SELLER}", (ANY_SELLER,)),) if self.fleet.by_tag else ()
        for kind, secret in self._kinds():
            for action in (_READ, f"{_SM}:DescribeSecret"):
                yield Use(
                    by=reader.arn, action=action, resource=self.at.seller_secret(ANY_SELLER), identity=reader.identity,
                    policy=secret.policy, context=(*tag, (_APPLICATION, (kind,))),
                )  # fmt: skip
        context = (*tag, _through(_SM), (_NAMED, (self.at.seller_secret(ANY_SELLER),)))
        yield self._key(reader, "kms:Decrypt", KEY, context)

    def _becoming(self, by: str, policies: tuple[Document, ...]) -> Iterator[Use]:
        """Make the calls by which somebody becomes a seller's reader."""
        (seller,) = self.fleet.sellers
        tagged = (f"aws:requesttag/{naming.TAG_SELLER}", (ANY_SELLER,)), ("aws:tagkeys", (naming.TAG_SELLER,))
        for action in ("sts:AssumeRole", *(("sts:TagSession",) if self.fleet.by_tag else ())):
            yield Use(
                by=by, action=action, resource=seller.reader.arn, identity=policies, policy=seller.reader.trust,
                context=tagged if self.fleet.by_tag else (),
            )  # fmt: skip

    def _of_topic(self) -> Iterator[Use]:
        topic, policy = self.at.topic, self._policy(self.at.topic)
        alarm = (("aws:sourceaccount", (self.at.account,)), ("aws:sourcearn", (self.at.alarms,)))
        rule = (("aws:sourcearn", tuple(mailing_rules(self.at))),)
        for service, context in (("cloudwatch", alarm), ("events", rule)):
            by = f"{service}.amazonaws.com"
            yield Use(by=by, action="sns:Publish", resource=topic, policy=policy, context=context)

    def _of_callers(self) -> Iterator[Use]:
        for name in FUNCTIONS:
            function = self.at.function(name)
            for each in permissions(self.at, name):
                tests = each.statement(function)["Condition"].values()
                context = tuple((key.lower(), (value,)) for test in tests for key, value in test.items())
                yield Use(
                    by=each.principal, action=each.action, resource=function, policy=self._policy(function),
                    context=context,
                )  # fmt: skip

    def _of_amazon(self) -> Iterator[Use]:
        for name in (naming.NEW_SECRET, naming.EXPIRY):
            queue = self.at.queue(name)
            for action in ("sqs:GetQueueAttributes", "sqs:SendMessage"):
                yield Use(
                    by=_AMAZON, action=action, resource=queue, identity=(EVERYTHING,), policy=self._policy(queue)
                )  # fmt: skip
        policy = next(one.policy for one in self.fleet.keys if one.arn == QUEUES_KEY)
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            yield Use(
                by=_AMAZON, action=action, resource=QUEUES_KEY, identity=(EVERYTHING,), policy=policy,
                context=(_through("sqs"),),
            )  # fmt: skip

    def _of_deployer(self) -> Iterator[Use]:
        """Make those of the deployer's calls about which a secret's or key's policy has a word."""
        (deployer,) = (actor for actor in self.fleet.actors if actor.arn in self.fleet.deployers)
        identity_tags: Context = (("aws:tagkeys", ("sellerkeys:*",)),)
        forced = "secretsmanager:forcedeletewithoutrecovery"
        calls: tuple[tuple[str, Context], ...] = (
            ("UpdateSecret", ()), ("PutResourcePolicy", ()), ("DeleteResourcePolicy", ()), ("DescribeSecret", ()),
            ("TagResource", identity_tags), ("UntagResource", identity_tags),
            ("DeleteSecret", ((forced, ()),)), ("DeleteSecret", ((forced, ("false",)),)),
        )  # fmt: skip
        for secret in (self.fleet.app, *(secret for _, secret in self._kinds())):
            for action, context in calls:
                yield Use(
                    by=deployer.arn, action=f"{_SM}:{action}", resource=f"{secret.arn}-??????",
                    identity=deployer.identity, policy=secret.policy, context=context,
                )  # fmt: skip
        for key in self.fleet.keys:
            for action in ("DescribeKey", "EnableKeyRotation", "GetKeyPolicy", "PutKeyPolicy", "ScheduleKeyDeletion"):
                yield self._key(deployer, f"kms:{action}", key.arn, (_OURS,))
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            context = (_through(_SM), _OURS, (_NAMED, (_CHECK,)), (_VERSION, (_CHECK,)))
            yield self._key(deployer, action, KEY, context)

    def _of_administrator(self) -> Iterator[Use]:
        """Make the calls of somebody who may do anything, which no policy of the fleet is meant to stop."""
        administrator = (identity(EVERYTHING),)
        for secret in (self.fleet.app, *(secret for _, secret in self._kinds())):
            spared = (("secretsmanager:forcedeletewithoutrecovery", ("false",)),)
            # Without a function, RotateSecret keeps the one that is set.
            turned = (("secretsmanager:rotationlambdaarn", ()),) if secret.seller else None
            states = (("aws:tagkeys", (f"{state.PREFIX}*",)),)
            wanted = {"DeleteSecret": spared, "RotateSecret": turned, "TagResource": states, "UntagResource": states}
            for action, context in wanted.items():
                if context is not None:
                    yield Use(
                        by=_ADMINISTRATOR, action=f"{_SM}:{action}", resource=f"{secret.arn}-??????",
                        identity=administrator, policy=secret.policy, context=context,
                    )  # fmt: skip
        for key in self.fleet.keys:
            for action in ADMINISTRATION:
                yield Use(
                    by=_ADMINISTRATOR, action=action, resource=key.arn, identity=administrator, policy=key.policy
                )  # fmt: skip

    def _kinds(self) -> tuple[tuple[str, Secret], ...]:
        """Give any seller's secret, by whose application he uses."""
        (seller,) = self.fleet.sellers
        (own,) = self.fleet.other_secrets
        return ("shared", seller.secret), ("own", own)

    def _policy(self, thing: str) -> Document | None:
        """Give the policy that is attached to a thing."""
        if thing == self.at.app_secret:
            return self.fleet.app.policy
        return next((guard.policy for guard in self.fleet.guards if guard.resource == thing), None)


_OFFERS: Final = (_PUT, f"{_SM}:UpdateSecretVersionStage")


def _through(service: str) -> tuple[str, tuple[str, ...]]:
    return "kms:viaservice", (f"{service}.{REGION}.amazonaws.com",)
