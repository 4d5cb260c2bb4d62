"""What the alarm on changes of policy or code asks of AWS, and which calls it tells of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from moto.events.models import EventPattern

from infra.change_alarm import ChangeAlarm, ChangeAlarmArgs
from infra.configuration import check_rules
from infra.people import People
from infra.policies.changes import IAM_REGION, PATTERN_LIMIT, changes, forwarding_policy, forwarding_trust
from infra.policies.document import text
from provisioning import naming
from tests.fakes.engine import Declaration, declare

if TYPE_CHECKING:
    from infra.place import Place

KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-4333-8444-555555555555"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/berlin/sp-api-AbCdEf"
LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function"
FUNCTION = "sellerkeys-prod-rotation"
GUEST = "arn:aws:iam::123456789012:role/guest"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/sellerkeys-prod-new-secret"
#: One change of each kind, as CloudTrail tells it: what is watched, service, call, parameters.
CHANGES: list[tuple[str, str, str, dict[str, str]]] = [
    ("roles", "iam", "PutRolePolicy", {"roleName": "sellerkeys.prod.berlin"}),
    ("roles", "iam", "UpdateAssumeRolePolicy", {"roleName": "sellerkeys-fn.prod.rotation"}),
    ("roles", "iam", "TagRole", {"roleName": "sellerkeys-reader.prod"}),
    ("keys", "kms", "PutKeyPolicy", {"keyId": KEY}),
    ("keys", "kms", "CreateGrant", {"keyId": KEY.rpartition("/")[2]}),
    ("keys", "kms", "UpdateAlias", {"aliasName": "alias/sellerkeys-prod-held", "targetKeyId": "another"}),
    ("secrets", "secretsmanager", "PutResourcePolicy", {"secretId": "sellerkeys/prod/app"}),
    ("secrets", "secretsmanager", "UpdateSecret", {"secretId": SECRET}),
    ("functions", "lambda", "UpdateFunctionCode20150331v2", {"functionName": FUNCTION}),
    ("functions", "lambda", "AddPermission20150331v2", {"functionName": f"{LAMBDA}:{FUNCTION}"}),
    ("functions", "lambda", "CreateFunctionUrlConfig", {"functionName": FUNCTION}),
    ("queues", "sqs", "SetQueueAttributes", {"queueUrl": QUEUE}),
]  # fmt: skip
#: What is nobody's alarm: another fleet's, another thing's, a daily call.
OTHERS: list[tuple[str, str, dict[str, str]]] = [
    ("iam", "PutRolePolicy", {"roleName": "sellerkeys.prod-eu.berlin"}),
    ("iam", "PutRolePolicy", {"roleName": "erp"}),
    ("kms", "PutKeyPolicy", {"keyId": KEY.replace("1111", "9999")}),
    ("secretsmanager", "PutResourcePolicy", {"secretId": "sellerkeys/prod-eu/app"}),
    ("secretsmanager", "PutSecretValue", {"secretId": SECRET}),
    ("secretsmanager", "TagResource", {"secretId": SECRET}),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "sellerkeys-prod-eu-rotation"}),
    ("sqs", "SetQueueAttributes", {"queueUrl": f"{QUEUE}-x"}),
]


def told(service: str, call: str, given: dict[str, str], who: dict[str, Any], **more: str) -> dict[str, Any]:
    """Write an event as CloudTrail has EventBridge tell it."""
    detail = {"eventName": call, "requestParameters": given, "userIdentity": who, **more}
    return {"source": f"aws.{service}", "detail-type": "AWS API Call via CloudTrail", "detail": detail}


def session(role: str) -> dict[str, Any]:
    """Write who asks in a role's session."""
    arn = f"arn:aws:sts::123456789012:assumed-role/{role.rpartition('/')[2]}/somebody"
    return {"type": "AssumedRole", "arn": arn, "sessionContext": {"sessionIssuer": {"arn": role}}}


def ringing(place: Place, event: dict[str, Any]) -> list[str]:
    """Say which rules an event sets off."""
    return [
        what
        for what, pattern in changes(place, [KEY]).items()
        if EventPattern.load(json.dumps(pattern)).matches_event(event)  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(("what", "service", "call", "given"), CHANGES)
def test_a_change_is_told_unless_a_deployer_made_it(
    what: str, service: str, call: str, given: dict[str, str], place: Place
) -> None:
    """By its own rule alone; the account's root and a user count as anybody; what AWS refused changed nothing."""
    user = "arn:aws:iam::123456789012:user/ops"
    also = replace(place, people=People(deployers=(*place.people.deployers, user)))
    guest = told(service, call, given, session(GUEST))
    root = told(service, call, given, {"type": "Root", "arn": "arn:aws:iam::123456789012:root"})
    refused = told(service, call, given, session(GUEST), errorCode="AccessDenied")
    by_role = told(service, call, given, session(place.people.deployers[0]))
    by_user = told(service, call, given, {"type": "IAMUser", "arn": user})

    assert [ringing(also, event) for event in (guest, root)] == [[what]] * 2
    assert [ringing(also, event) for event in (refused, by_role, by_user)] == [[]] * 3
    assert ringing(place, by_user) == [what]


@pytest.mark.parametrize(("service", "call", "given"), OTHERS)
def test_what_is_no_change_of_the_fleets_is_not_told(
    service: str, call: str, given: dict[str, str], place: Place
) -> None:
    """A mail a day that means nothing is a mail that nobody reads."""
    assert ringing(place, told(service, call, given, session(GUEST))) == []


def made(place: Place) -> Declaration:
    """Declare the alarm."""
    args = ChangeAlarmArgs(place=place, key_arns=[KEY], alarm_topic_arn=place.topic)
    return declare(lambda: ChangeAlarm("changed", args))


def test_every_rule_mails(place: Place) -> None:
    """With what happened, to what, by whom, and the page that says what to do."""
    declaration = made(place)
    rules = declaration.all("aws:cloudwatch/eventRule:EventRule")
    targets = {each.name: each.inputs for each in declaration.all("aws:cloudwatch/eventTarget:EventTarget")}

    for what in naming.CHANGES:
        (rule,) = (each for each in rules if each.name == f"changed-{what}")
        assert rule.inputs["name"] == f"sellerkeys-prod-changed-{what}"
        assert json.loads(rule.inputs["eventPattern"]) == changes(place, [KEY])[what]
        target = targets[f"changed-{what}"]
        assert (target["rule"], target["arn"]) == (f"sellerkeys-prod-changed-{what}", place.topic)
        asked = set(dict(target["inputTransformer"]["inputPaths"]))
        assert all(f"<{name}>" in target["inputTransformer"]["inputTemplate"] for name in asked)
        assert "docs/runbooks/changed-by-hand.md" in target["inputTransformer"]["inputTemplate"]


def test_changes_of_roles_are_brought_into_the_fleets_region(place: Place) -> None:
    """CloudTrail tells of IAM in one region only; a role that can do nothing else brings it to the fleet's."""
    declaration = made(place)
    (there,) = (
        each for each in declaration.all("aws:cloudwatch/eventRule:EventRule") if each.name == "changed-roles-iam"
    )
    (home,) = (each for each in declaration.all("aws:cloudwatch/eventTarget:EventTarget") if each.name == "iam-changes")
    role = declaration.one("aws:iam/role:Role")

    assert (there.inputs["region"], home.inputs["region"]) == (IAM_REGION, IAM_REGION)
    assert json.loads(there.inputs["eventPattern"]) == changes(place, [KEY])["roles"]
    assert home.inputs["arn"] == "arn:aws:events:eu-west-1:123456789012:event-bus/default"
    assert role.document("assumeRolePolicy") == forwarding_trust()
    assert declaration.one("aws:iam/rolePolicy:RolePolicy").document("policy") == forwarding_policy(place)


def test_in_the_region_that_has_them_nothing_is_brought(place: Place) -> None:
    """The rule there sees them itself."""
    declaration = made(replace(place, region=IAM_REGION))

    assert declaration.all("aws:iam/role:Role") == []
    assert len(declaration.all("aws:cloudwatch/eventRule:EventRule")) == len(naming.CHANGES)


def test_deployers_that_no_rule_can_name_are_refused(place: Place, longest: Place) -> None:
    """At the preview, with the way out; AWS would refuse the rule in the middle of `pulumi up`."""
    check_rules(place)
    few = replace(longest, people=People(deployers=longest.people.deployers[:3]))
    check_rules(few)

    with pytest.raises(pulumi.RunError, match=r"sellerkeys:deployers: 5 principals .* let them share a role"):
        check_rules(longest)

    assert all(len(text(pattern)) <= PATTERN_LIMIT for pattern in changes(few, [KEY] * 3).values())
