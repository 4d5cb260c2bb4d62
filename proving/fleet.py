"""The documents of a fleet as the program would declare them, for every seller there may ever be.

The one place that says which document is attached where: a new actor or resource is entered here, and a test holds the
list to what the program declares.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from infra.people import People
from infra.place import Place
from infra.policies.application import app_secret_policy
from infra.policies.auditor import auditor
from infra.policies.calendar import calendar_policy
from infra.policies.changes import forwarding_policy, forwarding_trust, forwards_iam
from infra.policies.client_secret import client_secret_policy
from infra.policies.consent import consent_policy
from infra.policies.deployer import deployer
from infra.policies.document import lambda_only
from infra.policies.events import telling_policy
from infra.policies.functions import FUNCTIONS
from infra.policies.key import held_key_policy, key_policy
from infra.policies.people import on_call, onboarder
from infra.policies.queues import queues_key_policy
from infra.policies.reasoned import policy
from infra.policies.rotation import rotation_policy
from infra.policies.sellers import (
    one_reader_policy,
    one_reader_trust,
    reader_policy,
    reader_trust,
    seller_secret_policy,
)
from isolation.proof.fleet import Actor, Fleet, Guard, Key, Never, Secret, Seller, Service
from isolation.proof.texts import ANY_SELLER
from proving.guarding import of_functions, of_held_key, of_queues, of_topic
from provisioning import naming, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.document import Document as Policy
    from provisioning.settings import Isolation

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
_OTHER: Final = "999999999999"
_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role"
PEOPLE: Final = People(
    readers=(f"{_ROLE}/erp-worker",),
    onboarders=(f"{_ROLE}/onboarder",),
    on_call=(f"{_ROLE}/on-call",),
    deployers=(f"{_ROLE}/deployer",),
)
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"
QUEUES_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/66666666-7777-4888-8999-000000000000"
HELD_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/22222222-3333-4444-8555-666666666666"
#: Who writes sellers' versions beside the rotation.
_WRITERS: Final = ("the consent function", "the client-secret function", "an onboarder", "whoever is on call")
#: What forwards to the fleet's region what CloudTrail tells of roles.
FORWARDER: Final = "EventBridge's forwarder"
_READ: Final = ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue")
_FORCED: Final = (("secretsmanager:forcedeletewithoutrecovery", ("true",)),)
_NEVER: Final = (
    Never("the deployer", "reads and writes no value", (*_READ, "secretsmanager:PutSecretValue")),
    Never("the deployer", "deletes no secret without a way back", ("secretsmanager:DeleteSecret",), _FORCED),
    Never("an auditor", "reads no value", _READ),
)
MODES: Final[tuple[Isolation, ...]] = ("role-per-seller", "one-role")


def place(mode: Isolation) -> Place:
    """Give the place of the fleet that is looked at."""
    return Place(base="dev", region=REGION, account=ACCOUNT, isolation=mode, people=PEOPLE)


@cache
def fleet(mode: Isolation) -> Fleet:
    """Collect every document of a fleet, for any seller, of his own application as well."""
    at = place(mode)
    made = fleet_at(at)
    own = _own(at)
    more = tuple(_of_seller(at, own, (at.function_role(naming.CLIENT_SECRET),)))
    keys = (
        Key("the key", KEY, key_policy(at)),
        Key("the sqs key", QUEUES_KEY, queues_key_policy(at)),
        Key("the key of what waits", HELD_KEY, held_key_policy(at)),
    )
    # No configuration names him: whoever is given the policy of docs/policies/ is one.
    audits = Actor(name="an auditor", arn=f"{_ROLE}/auditor", identity=(policy(auditor(at)),))
    return replace(
        made,
        other_secrets=(own,),
        guards=(*made.guards, *more),
        keys=keys,
        actors=(*made.actors, audits),
        read_nothing=(audits.name,),
        never=_NEVER,
    )


def fleet_at(at: Place) -> Fleet:
    """Collect every document of the fleet at a place, for any seller; its keys are KEY, QUEUES_KEY and HELD_KEY."""
    return Fleet(
        account=at.account,
        region=at.region,
        by_tag=at.isolation == "one-role",
        seller_tag=naming.TAG_SELLER,
        state_tags=state.PREFIX,
        key_arn=KEY,
        key_policy=key_policy(at),
        app=Secret(name="the app secret", arn=_bare(at.app_secret), policy=app_secret_policy(at)),
        sellers=(_any_seller(at),),
        seller_secret=_bare(at.seller_secret(ANY_SELLER)),
        rotation_function=at.rotation_function,
        actors=(*_functions(at), *_forwarder(at), *_people(at)),
        deployers=at.people.deployers,
        read_sellers=("the rotation function",),
        never_read=("an onboarder", "whoever is on call"),
        write_sellers=("the rotation function", *_WRITERS),
        guards=(
            *_of_seller(at, _any_seller(at).secret),
            *_of_app(at),
            *_of_trust(at),
            *of_topic(at),
            *of_queues(at),
            *of_functions(at),
            *of_held_key(at, HELD_KEY),
        ),
        other_keys=((QUEUES_KEY, queues_key_policy(at), "sqs"),),
    )


def words(mode: Isolation) -> tuple[str, ...]:
    """List texts of such a fleet that are worth trying where a policy has a hole: names of everybody and everything."""
    at = place(mode)
    named = [at.seller_secret(seller) for seller in ("a", "a-b", "b")]
    named += [at.app_secret, f"{_bare(at.seller_secret('a'))}-x-??????"]
    named += [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:elsewhere-??????"]
    # And of a fleet whose name begins alike.
    named += [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:sellerkeys/dev-x/sellers/a/sp-api-??????"]
    named += [name.replace("sellerkeys/dev/", "sellerkeys/prod/") for name in named]
    arns = [name.replace("??????", "AbCdEf") for name in named]
    roles = [at.reader("a"), at.reader("b"), at.rotation_role, at.function_role(naming.CALENDAR), f"{_ROLE}/other"]
    everybody = [*at.people.readers, *at.people.operators, *at.people.deployers, f"arn:aws:iam::{_OTHER}:role/other"]
    roles += [at.function_role(name) for name in (naming.CONSENT, naming.CLIENT_SECRET, naming.FORWARDS)]
    roles += [f"{_ROLE}/auditor"]
    things = [
        KEY,
        QUEUES_KEY,
        HELD_KEY,
        at.topic,
        at.queue(naming.NEW_SECRET),
        at.queue(naming.EXPIRY),
        at.queue(naming.dead(naming.NEW_SECRET)),
        at.queue(naming.dead(naming.EXPIRY)),
        at.bus,
        *(at.function(name) for name in FUNCTIONS),
        f"{at.rotation_function}-x",
    ]
    services = [f"{name}.{at.region}.amazonaws.com" for name in ("secretsmanager", "sqs", "ssm")]
    services += ["lambda.amazonaws.com", "events.amazonaws.com", "ec2.amazonaws.com", "cloudwatch.amazonaws.com"]
    tags = [f"{state.PREFIX}status", naming.TAG_SELLER, "sellerkeys", "a", "b", "a-b", "true", "false"]
    return (*arns, *roles, *everybody, *things, *services, *tags, at.account, _OTHER, naming.AMAZON_ACCOUNT)


def _any_seller(at: Place) -> Seller:
    policy = seller_secret_policy(at, ANY_SELLER)
    secret = Secret(name="a seller's secret", arn=_bare(at.seller_secret(ANY_SELLER)), policy=policy, seller=ANY_SELLER)
    return Seller(secret=secret, reader=_reader(at))


def _reader(at: Place) -> Actor:
    if at.isolation == "one-role":
        name, identity, trust = "a session of the one reader", one_reader_policy(at, KEY), one_reader_trust
    else:
        name, identity, trust = "the reader of a seller", reader_policy(at, ANY_SELLER, KEY), reader_trust
    return Actor(name=name, arn=at.reader(ANY_SELLER), identity=(identity,), trust=trust(at.people.become_readers))


def _functions(at: Place) -> Iterator[Actor]:
    documents = {
        naming.ROTATION: rotation_policy(at, KEY),
        naming.CALENDAR: calendar_policy(at, KEY, QUEUES_KEY),
        naming.CLIENT_SECRET: client_secret_policy(at, KEY, QUEUES_KEY),
        naming.CONSENT: consent_policy(at, KEY, HELD_KEY),
    }
    for name, document in documents.items():
        # What it may where consumers are told, looked at in every fleet: nothing may follow from it.
        more = (telling_policy(at),) if name == naming.ROTATION else ()
        identity = (document, *more)
        yield Actor(name=f"the {name} function", arn=at.function_role(name), identity=identity, trust=lambda_only())


def _forwarder(at: Place) -> Iterator[Actor]:
    if forwards_iam(at):
        arn, identity = at.function_role(naming.FORWARDS), (forwarding_policy(at),)
        yield Actor(name=FORWARDER, arn=arn, identity=identity, trust=forwarding_trust())


def _people(at: Place) -> Iterator[Actor]:
    kinds = (
        ("an onboarder", at.people.onboarders, onboarder(at)),
        ("whoever is on call", at.people.on_call, on_call(at)),
        ("the deployer", at.people.deployers, deployer(at)),
    )
    for name, arns, rows in kinds:
        yield Actor(name=name, arn=arns[0], identity=(policy(rows),))


def _own(at: Place) -> Secret:
    """Make the secret of any seller who brings his own application."""
    usual, policy = _any_seller(at).secret, seller_secret_policy(at, ANY_SELLER, "own")
    return replace(usual, name=f"{usual.name} with an application of his own", policy=policy)


def _of_seller(at: Place, secret: Secret, offers: tuple[str, ...] = ()) -> Iterator[Guard]:
    writers = (*at.people.operators, at.function_role(naming.CONSENT), at.rotation_role, *offers)
    read = (at.reader(ANY_SELLER), at.rotation_role)
    yield from _of_values(secret.name, secret.arn, secret.policy, read, writers, at)


def _of_app(at: Place) -> Iterator[Guard]:
    arn, policy = _bare(at.app_secret), app_secret_policy(at)
    writers = (*at.people.operators, at.function_role(naming.CLIENT_SECRET))
    functions = (naming.ROTATION, naming.CONSENT, naming.CALENDAR)
    read = (*writers, *(at.function_role(name) for name in functions))
    yield from _of_values("the app secret", arn, policy, read, writers, at)
    yield _secret("the app secret: nobody enrolls it in a rotation", arn, policy, ("RotateSecret",), ())


def _of_values(  # noqa: PLR0917, PLR0913
    name: str, arn: str, policy: Policy, read: tuple[str, ...], writers: tuple[str, ...], at: Place
) -> Iterator[Guard]:
    put = ("PutSecretValue", "UpdateSecretVersionStage")
    yield _secret(
        f"{name}: nobody but who is named reads it, by its own policy", arn, policy, ("GetSecretValue",), read
    )
    yield _secret(f"{name}: nobody but who is named writes versions and labels", arn, policy, put, writers)
    yield _secret(f"{name}: nobody but a deployer updates it", arn, policy, ("UpdateSecret",), at.people.deployers)


def _secret(what: str, arn: str, policy: Policy, actions: tuple[str, ...], only: tuple[str, ...]) -> Guard:
    named = tuple(f"secretsmanager:{action}" for action in actions)
    return Guard(what=what, resource=arn, policy=policy, actions=named, only=only, is_secret=True)


def _of_trust(at: Place) -> Iterator[Guard]:
    reader = _reader(at)
    become, assume = at.people.become_readers, ("sts:AssumeRole",)
    # A session of the one role is for a seller, whom its tag names, and bears no other tag.
    seller = (f"aws:requesttag/{naming.TAG_SELLER}".lower(), ("?*",)), ("aws:tagkeys", (naming.TAG_SELLER,))
    provided = seller if at.isolation == "one-role" else ()
    for_seller = ", for a seller" if provided else ""
    others = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity")
    assert reader.trust is not None  # noqa: S101
    yield Guard(
        what=f"{reader.name}: nobody becomes it but who is named{for_seller}",
        resource=reader.arn, policy=reader.trust, actions=assume, only=become, provided=provided,
    )  # fmt: skip
    tag = become if at.isolation == "one-role" else ()
    yield Guard(
        what=f"{reader.name}: " + ("nobody else tags a session" if tag else "nobody tags a session"),
        resource=reader.arn, policy=reader.trust, actions=("sts:TagSession",), only=tag, provided=provided,
    )  # fmt: skip
    for actor in (reader, *_functions(at), *_forwarder(at)):
        assert actor.trust is not None  # noqa: S101
        if actor is not reader:
            called, service = ("EventBridge", "events") if actor.name == FORWARDER else ("Lambda", "lambda")
            yield Guard(
                what=f"{actor.name}: nobody becomes it but {called}",
                resource=actor.arn, policy=actor.trust, actions=assume, services=(Service(f"{service}.amazonaws.com"),),
            )  # fmt: skip
        yield Guard(
            what=f"{actor.name}: nobody becomes it in any other way",
            resource=actor.arn, policy=actor.trust,
            actions=others if actor is reader else ("sts:TagSession", *others),
        )  # fmt: skip


def _bare(pattern: str) -> str:
    """Take AWS's six characters off a secret's ARN pattern."""
    return pattern.removesuffix("-??????")
