"""What each actor's recorded calls need: `needed.json`, made of what the bench decided in demo and end-to-end tests.

Each row tells which of them showed the need. `python -m proving.needs FILE…` makes it anew; each line of a file is a
decision, as SELLERKEYS_DECISIONS=FILE has the bench write them. A thing is told by the pattern it belongs to, so that
one seller stands for all.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.policies.changes import IAM_REGION
from infra.policies.document import ANY
from isolation import template
from isolation.proof.claims.limits import allowed_on
from isolation.proof.fleet import Limit
from proving.fleet import FORWARDER, HELD_KEY, KEY, QUEUES_KEY, fleet, place
from provisioning import naming, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from infra.place import Place

_FUNCTIONS: Final = (naming.ROTATION, naming.CALENDAR, naming.CLIENT_SECRET, naming.CONSENT)
_TABLE: Final = Path(__file__).with_name("needed.json")
#: The roles of people on the bench, by what the table calls them.
_PEOPLE: Final = {
    "sellerkeys-onboarder": "an onboarder", "sellerkeys-on-call": "whoever is on call",
    "sellerkeys-deployer": "the deployer", "sellerkeys-auditor": "an auditor",
}  # fmt: skip
_ON_ENROLLED: Final = tuple(
    f"secretsmanager:{name}"
    for name in ("DescribeSecret", "GetSecretValue", "PutSecretValue", "TagResource", "UpdateSecretVersionStage")
)
_DYNAMODB: Final = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")


def needed() -> Mapping[str, Mapping[str, list[str]]]:
    """Read the table: for each actor, his actions and the patterns of what they are needed on."""
    others = json.loads(_TABLE.read_text(encoding="utf-8"))["no recording shows the need"]
    shown = recorded()
    return {actor: _joined(shown.get(actor, {}), others.get(actor, {})) for actor in {**shown, **others}}


def recorded() -> dict[str, dict[str, list[str]]]:
    """Read of the table what recordings show the need of."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))["recorded"]
    return {actor: {action: list(things_) for action, things_ in rows.items()} for actor, rows in table.items()}


def _joined(shown: Mapping[str, list[str]], more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    made = {action: [*shown.get(action, ()), *more.get(action, ())] for action in {**shown, **more}}
    # The bench's keys have ARNs of their own; those of the fleet that is looked at are named as well.
    keys, every = [KEY, QUEUES_KEY, HELD_KEY], place("role-per-seller").keys
    return {action: [*keys, *things_] if every in things_ else things_ for action, things_ in made.items()}


def gathered(decisions: Iterable[tuple[str, str, str, bool, str]]) -> dict[str, dict[str, dict[str, str]]]:
    """Make the table of decisions: who, action, resource, allowed, and the recording that shows it.

    What was denied was not needed. Where several recordings show a need, the first by name is told.
    """
    at = place("role-per-seller")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for who, action, resource, allowed, recording in decisions:
        actor = _actor(at, who)
        if allowed and actor:
            thing = _thing(at, resource)
            # What is none of these is another fleet's, whose deployer a test made of the same role.
            if thing in (ANY, *things(at)):
                shown = found.setdefault(actor, {}).setdefault(action, {})
                shown[thing] = min(shown.get(thing, recording), recording)
    return {
        actor: {action: dict(sorted(things.items())) for action, things in sorted(rows.items())}
        for actor, rows in sorted(found.items())
    }


def things(at: Place) -> tuple[str, ...]:
    """List the patterns of a fleet's things, narrow ones first."""
    functions = _FUNCTIONS
    secrets = [at.app_secret, at.seller_secrets]
    return (
        *secrets,
        *(secret.removesuffix("-??????") for secret in secrets),
        at.keys,
        at.topic,
        at.bus,
        at.default_bus,
        at.table,
        *(at.queue(name) for name in (naming.NEW_SECRET, naming.EXPIRY)),
        *(at.queue(naming.dead(name)) for name in (naming.NEW_SECRET, naming.EXPIRY)),
        *(at.function(name) for name in functions),
        *(f"{at.log(name)}:log-stream:*" for name in functions),
        at.readers,
        at.bus,
        *(made for name in functions for made in (at.function_role(name), at.log(name), f"{at.log(name)}:*")),
        at.function_role(naming.FORWARDS),
        *(at.rule(name) for name in (*functions, naming.ABANDONED, *map(naming.changed, naming.CHANGES))),
        replace(at, region=IAM_REGION).rule(naming.changed("roles")),
        *(at.alarm(name, "*") for name in functions),
        *(at.key_alias(name(at.base)) for name in (naming.key_alias, naming.queues_key_alias, naming.held_key_alias)),
        at.mappings,
    )


def limits(actor: str) -> tuple[Limit, ...]:
    """Say in which circumstances alone an actor's actions may be used."""
    at = place("role-per-seller")
    if actor == "the deployer":
        return _of_deployer(at)
    services = (f"secretsmanager.{at.region}.amazonaws.com", f"sqs.{at.region}.amazonaws.com")
    use = (("kms:viaservice", services), ("kms:encryptioncontext:base", (at.base,)))
    fleets = ("kms:encryptioncontext:secretarn", (at.app_secret, at.seller_secrets))
    for_what = (fleets, ("kms:viaservice", services[1:]), use[1])
    tags = (("aws:tagkeys", (f"{state.PREFIX}*",)),)
    made = [
        Limit("it uses keys through a service, or for what waits", ("kms:Decrypt", "kms:GenerateDataKey"), use),
        Limit("it uses the key for the fleet's secrets alone", ("kms:Decrypt", "kms:GenerateDataKey"), for_what),
        Limit("it changes state tags only", ("secretsmanager:TagResource",), tags),
        Limit(
            "it counts in the fleet's namespace",
            ("cloudwatch:PutMetricData",),
            (("cloudwatch:namespace", ("sellerkeys",)),),
        ),
        *(
            Limit(f"it touches its own items by {action}", (action,), (("dynamodb:leadingkeys", keys),))
            for action, keys in ITEMS.get(actor, {}).items()
        ),
        Limit("it seals for this fleet", ("kms:Encrypt",), (("kms:encryptioncontext:base", (at.base,)),)),
    ]
    if actor == "the rotation function":
        enrolled = (("secretsmanager:resource/allowrotationlambdaarn", (at.rotation_function,)),)
        made.append(Limit("it touches enrolled sellers only", _ON_ENROLLED, enrolled, on_sellers=True))
        for key, said in SAID.items():
            made.append(Limit(f"it tells as itself, by {key}", ("events:PutEvents",), ((key, (said,)),)))
    ours = (("secretsmanager:rotationlambdaarn", (at.rotation_function,)),)
    made.append(Limit("it starts rotations of the fleet's own function", ("secretsmanager:RotateSecret",), ours))
    if actor == "the client-secret function":
        put = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
        own = ((f"aws:resourcetag/{naming.TAG_APPLICATION}", ("own",)),)
        made.append(Limit("it writes to sellers with an application of their own", put, own, on_sellers=True))
    if actor in {"an onboarder", "whoever is on call", "an auditor"}:
        ours = ((f"aws:resourcetag/{naming.TAG_BASE}", (at.base,)),)
        looks = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags")
        keys = ("kms:Decrypt", "kms:GenerateDataKey", *(f"kms:{name}" for name in looks))
        made.append(Limit("it knows keys by the fleet's tag", keys, ours))
    return tuple(made)


#: What the events say of themselves.
SAID: Final = {"events:source": naming.EVENT_SOURCE, "events:detail-type": naming.CHANGED_EVENT}


def _of_deployer(at: Place) -> tuple[Limit, ...]:
    tried, service = "RequestToValidateKeyAccess", f"secretsmanager.{at.region}.amazonaws.com"
    use, tag = ("kms:Decrypt", "kms:GenerateDataKey"), ("kms:TagResource",)
    ours = (f"aws:resourcetag/{naming.TAG_BASE}", (at.base,))
    wanted = (f"aws:requesttag/{naming.TAG_BASE}", (at.base,))
    of_keys = [name for name in needed()["the deployer"] if name.startswith("kms:")]
    administer = tuple(name for name in of_keys if name not in {*use, *tag, "kms:CreateKey", "kms:ListAliases"})
    mappings = tuple(f"lambda:{name}EventSourceMapping" for name in ("Create", "Delete", "Get", "Update"))
    return (
        Limit("it uses a key as Secrets Manager tries it", use, (("kms:encryptioncontext:secretversionid", (tried,)),)),
        Limit("it uses a key through Secrets Manager", use, (("kms:viaservice", (service,)),)),
        Limit("it uses the fleet's keys", use, (ours,)),
        Limit("it makes keys that bear the fleet's tag", ("kms:CreateKey",), (wanted,)),
        Limit("it tags keys that bear the fleet's tag, or get it", tag, (ours, wanted)),
        Limit("it administers keys that bear the fleet's tag", administer, (ours,), on=(at.keys,)),
        _hands(at, "it hands functions' roles to Lambda", _FUNCTIONS, "lambda"),
        # To Lambda as well, by the pattern of functions' roles; its own trust lets EventBridge in alone.
        _hands(at, "it hands the role that forwards to EventBridge or Lambda", (naming.FORWARDS,), "events", "lambda"),
        Limit(
            "it maps queues to the client-secret function",
            mappings,
            (("lambda:functionarn", (at.function(naming.CLIENT_SECRET),)),),
        ),
    )


def _hands(at: Place, what: str, roles: tuple[str, ...], *services: str) -> Limit:
    to = (("iam:passedtoservice", tuple(f"{service}.amazonaws.com" for service in services)),)
    return Limit(what, ("iam:PassRole",), to, on=tuple(at.function_role(role) for role in roles))


_REQUESTS: Final = ("request#*", "following")
_CONSENT: Final = ("invitation#*", "state#*", "held#*")
#: Which items of the table an actor needs, by the beginnings of their keys, and for which action.
ITEMS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "the consent function": dict.fromkeys(_DYNAMODB, _CONSENT),
    "the calendar function": dict.fromkeys(_DYNAMODB[:2], _REQUESTS[:1]),
    "the client-secret function": dict.fromkeys(_DYNAMODB[:2], _REQUESTS),
    "an onboarder": {"dynamodb:GetItem": _REQUESTS, "dynamodb:PutItem": (*_REQUESTS, "invitation#*")},
    "whoever is on call": {
        "dynamodb:GetItem": (*_REQUESTS, "held#*"),
        "dynamodb:PutItem": (*_REQUESTS, "invitation#*", "held#*"),
        "dynamodb:DeleteItem": ("held#*",),
    },
}


def _actor(at: Place, arn: str) -> str | None:
    name = arn.rpartition("/")[2]
    begin = naming.function_role_name(at.base, "")
    if name == f"{begin}{naming.FORWARDS}":
        return FORWARDER
    return f"the {name.removeprefix(begin)} function" if name.startswith(begin) else _PEOPLE.get(name)


def _thing(at: Place, resource: str) -> str:
    if resource == ANY:
        return ANY
    patterns = (template.arn(pattern, variables=False) for pattern in things(at))
    return next((pattern.text for pattern in patterns if pattern.matches(resource, {})), resource)


def main(files: list[str]) -> int:
    """Write the table of the decisions in `files`."""
    lines = [line for name in files for line in Path(name).read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    shown = gathered((row[0], row[1], row[2], row[3], row[4]) for row in rows)
    others = {name: rows for name, rows in _unrecorded(shown).items() if rows}
    table = {"recorded": shown, "no recording shows the need": others}
    _TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    return 0


def _unrecorded(shown: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, dict[str, list[str]]]:
    """List what the policies allow and no recorded call needed, for somebody to look at."""
    at, made = fleet("role-per-seller"), {}
    for actor in at.actors:
        seen, rows = shown.get(actor.name, {}), {}
        for action, things_ in allowed_on(actor).items():
            missing = sorted({_thing(place("role-per-seller"), one) for one in things_} - set(seen.get(action, ())))
            rows.update({action: missing} if missing else {})
        made[actor.name] = rows
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
