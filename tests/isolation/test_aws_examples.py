"""AWS's documented examples, each under the page of the IAM or KMS guide that has it."""

from __future__ import annotations

from typing import Any

import pytest

from isolation.evaluator import Policies, Request, decide
from isolation.principal import Principal
from tests.isolation.asking import ACCOUNT, OTHER, allow, ask, deny, document, own, role, user

CARLOS = user("carlossalazar")
BUCKET = ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]
CARLOS_OWN = document(
    {**allow(["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "arn:aws:s3:::*"), "Sid": "AllowS3ListRead"},
    {**allow("s3:*", BUCKET), "Sid": "AllowS3Self"},
    {**deny("s3:*", "arn:aws:s3:::*log*"), "Sid": "DenyS3Logs"},
)
OF_BUCKET = document(allow("s3:*", BUCKET, Principal={"AWS": CARLOS.arn}))


def test_an_explicit_deny_wins_and_either_side_allows() -> None:
    """reference_policies_evaluation-logic, "Example identity-based and resource-based policy evaluation"."""
    both, only_bucket = Policies([CARLOS_OWN], OF_BUCKET), Policies([document(deny("iam:*"))], OF_BUCKET)

    assert [
        ask(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar-logs/x", both).why,
        ask(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/x", both).allowed,
        ask(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/x", Policies([CARLOS_OWN])).why,
        ask(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/x", only_bucket).why,
        ask(user("other"), "s3:PutObject", "arn:aws:s3:::carlossalazar/x", only_bucket).allowed,
    ] == ["denied by DenyS3Logs", True, "allowed by AllowS3Self", "allowed by Allows", False]


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("iam:GetUser", "allowed by Allows"),
        ("iam:CreatePolicy", "no statement of any policy allows iam:CreatePolicy on *"),
        ("iam:GetOrganizationsAccessReport", "denied by Denies"),
    ],
)
def test_explicit_and_implicit_denies(action: str, why: str) -> None:
    """reference_policies_evaluation-logic, "The difference between explicit and implicit denies"."""
    assert ask(CARLOS, action, "*", own(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report"))).why == why


@pytest.mark.parametrize(
    ("asked", "all_values", "any_value"),
    [
        (("PostDateTime", "Message"), True, True),
        (("PostDateTime", "UserName"), False, True),
        (("UserName",), False, False),
        ((), True, False),
    ],
)
def test_set_operators(asked: tuple[str, ...], *, all_values: bool, any_value: bool) -> None:
    """reference_policies_multi-value-conditions: the evaluation tables, and the note on empty sets."""
    listed = {"dynamodb:Attributes": ["PostDateTime", "Message", "Tags"]}
    table = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/Thread"

    assert [
        ask(
            CARLOS,
            "dynamodb:GetItem",
            table,
            own(allow("dynamodb:GetItem", table, Condition={f"{over}:StringLike": listed})),
            dynamodb__Attributes=asked,
        ).allowed
        for over in ("ForAllValues", "ForAnyValue")
    ] == [all_values, any_value]


@pytest.mark.parametrize(("operator", "matches"), [("StringLike", True), ("ArnLike", False), ("ArnEquals", False)])
def test_an_arns_parts_are_matched_one_by_one(operator: str, *, matches: bool) -> None:
    """reference_policies_elements_condition_operators, ARN: the "finance" example."""
    pattern = "arn:aws:someservice:*:111122223333:finance/*"
    source = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
    policies = own(allow("sqs:SendMessage", Condition={operator: {"aws:SourceArn": pattern}}))

    assert ask(CARLOS, "sqs:SendMessage", "*", policies, aws__SourceArn=source).allowed is matches


@pytest.mark.parametrize(
    ("operator", "given", "allowed"),
    [
        ("StringLike", {}, False),
        ("StringLikeIfExists", {}, True),
        ("StringLikeIfExists", {"ec2:InstanceType": "t2.micro"}, True),
        ("StringLikeIfExists", {"ec2:InstanceType": "x1.huge"}, False),
        ("StringNotLike", {}, True),
        ("StringNotLike", {"ec2:InstanceType": "t2.micro"}, False),
    ],
)
def test_if_exists(operator: str, given: dict[str, str], *, allowed: bool) -> None:
    """…_condition_operators, IfExists: RunInstances; and the note at the top on what a missing key says."""
    policies = own(allow("ec2:RunInstances", Condition={operator: {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}))

    assert decide(Request(CARLOS, "ec2:RunInstances", "*", given), policies).allowed is allowed


def test_a_negated_if_exists_still_denies_where_the_key_is_missing() -> None:
    """…_condition_operators, IfExists: "the request is still denied even if the tag is missing"."""
    condition = {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "a"}}
    policies = own(allow("s3:*"), deny("s3:*", Condition=condition))

    assert [ask(user("u", **tags), "s3:GetObject", "*", policies).allowed for tags in ({}, {"team": "a"})] == [
        False,
        True,
    ]


def test_null_asks_for_absence() -> None:
    """…_condition_operators, Null: only without temporary credentials."""
    policies = own(allow("ec2:*", Condition={"Null": {"aws:TokenIssueTime": "true"}}))

    assert [
        ask(CARLOS, "ec2:StartInstances", "*", policies).allowed,
        ask(CARLOS, "ec2:StartInstances", "*", policies, aws__TokenIssueTime="2026-01-01T00:00:00Z").allowed,
    ] == [True, False]


def test_bool() -> None:
    """…_condition_operators, Boolean: nothing without TLS."""
    policies = own(allow("s3:*"), deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))

    assert [
        ask(CARLOS, "s3:GetObject", "*", policies, aws__SecureTransport=way).allowed for way in ("true", "false")
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("action", "resource", "prefix", "allowed"),
    [
        ("s3:ListBucket", "arn:aws:s3:::mybucket", "carlossalazar/a", True),
        ("s3:ListBucket", "arn:aws:s3:::mybucket", "David/a", False),
        ("s3:GetObject", "arn:aws:s3:::mybucket/carlossalazar/a", "", True),
        ("s3:GetObject", "arn:aws:s3:::mybucket/David/a", "", False),
    ],
)
def test_variables(action: str, resource: str, prefix: str, *, allowed: bool) -> None:
    """reference_policies_variables, introduction: a home directory per user."""
    policies = own(
        allow("s3:ListBucket", "arn:aws:s3:::mybucket", Condition={"StringLike": {"s3:prefix": ["${aws:username}/*"]}}),
        allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::mybucket/${aws:username}/*"),
    )

    assert ask(CARLOS, action, resource, policies, s3__prefix=prefix).allowed is allowed


def test_a_variable_without_value_matches_nothing_and_a_default_does() -> None:
    """reference_policies_variables: the note on unresolved variables; "Specifying default values"."""
    of_nobody = role("r")
    bare = own(allow("s3:GetObject", "arn:aws:s3:::bucket/${aws:username}"))
    default = own(allow("s3:GetObject", "arn:aws:s3:::bucket/${aws:username, 'anonymous'}"))

    assert [
        ask(of_nobody, "s3:GetObject", "arn:aws:s3:::bucket/", bare).allowed,
        ask(of_nobody, "s3:GetObject", "arn:aws:s3:::bucket/${aws:username}", bare).allowed,
        ask(of_nobody, "s3:GetObject", "arn:aws:s3:::bucket/anonymous", default).allowed,
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::bucket/anonymous", default).allowed,
    ] == [False, False, True, False]


def test_special_characters_and_old_versions() -> None:
    """reference_policies_variables, "Special characters"; and the note on versions before 2012-10-17."""
    escaped = own(allow("s3:GetObject", "arn:aws:s3:::bucket/${*}${?}${$}"))
    old = Policies([{"Version": "2008-10-17", "Statement": [allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}")]}])

    assert [
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::bucket/*?$", escaped).allowed,
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::bucket/abc", escaped).allowed,
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::b/${aws:username}", old).allowed,
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::b/carlossalazar", old).allowed,
    ] == [True, False, True, False]


def test_tags_of_the_principal_as_variables() -> None:
    """reference_policies_variables, "Tags as policy variables"; id_session-tags: a session's overrides the role's."""
    policies = own(allow("s3:*", "arn:aws:s3:::bucket/${aws:PrincipalTag/department}"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/r"
    session = Principal(arn, ACCOUNT, {"department": "hr"}, session="s", session_tags={"Department": "it"})

    assert [
        ask(role("r", department="hr"), "s3:GetObject", "arn:aws:s3:::bucket/hr", policies).allowed,
        ask(session, "s3:GetObject", "arn:aws:s3:::bucket/hr", policies).allowed,
        ask(session, "s3:GetObject", "arn:aws:s3:::bucket/it", policies).allowed,
    ] == [True, False, True]


def test_not_action() -> None:
    """reference_policies_elements_notaction: all of S3 but DeleteBucket; and nothing that needs `*` as its resource."""
    policies = own({"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"})

    assert [
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::a/b", policies).allowed,
        ask(CARLOS, "s3:DeleteBucket", "arn:aws:s3:::a", policies).allowed,
        ask(CARLOS, "s3:ListAllMyBuckets", "*", policies).allowed,
    ] == [True, False, False]


def test_not_resource() -> None:
    """reference_policies_elements_notresource: HRPayroll sees its folder and nothing else."""
    folder = ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]
    policies = own(allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": folder})

    assert [
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/may", policies).allowed,
        ask(CARLOS, "s3:GetObject", "arn:aws:s3:::HRBucket/Other", policies).allowed,
    ] == [True, False]


def test_a_boundary_limits_and_grants_nothing() -> None:
    """access_policies_boundaries: ShirleyRodriguez may not create users."""
    boundary = document(allow(["s3:*", "cloudwatch:*", "ec2:*"]))
    shirley = user("ShirleyRodriguez")

    assert [
        ask(shirley, "iam:CreateUser", "*", Policies([document(allow("iam:CreateUser"))], boundary=boundary)).allowed,
        ask(shirley, "s3:GetObject", "*", Policies([document(allow("s3:*"))], boundary=boundary)).allowed,
        ask(shirley, "s3:GetObject", "*", Policies(boundary=boundary)).allowed,
    ] == [False, True, False]


@pytest.mark.parametrize("limit", ["boundary", "session"])
@pytest.mark.parametrize(
    ("principal", "named", "allowed"),
    [
        (role("examplerole"), f"arn:aws:iam::{ACCOUNT}:role/examplerole", False),
        (role("examplerole"), f"arn:aws:sts::{ACCOUNT}:assumed-role/examplerole/s", True),
        (user("exampleuser"), f"arn:aws:iam::{ACCOUNT}:user/exampleuser", True),
        (user("exampleuser"), f"arn:aws:iam::{ACCOUNT}:root", False),
    ],
)
def test_how_closely_a_resource_names_the_principal(
    principal: Principal, named: str, limit: str, *, allowed: bool
) -> None:
    """reference_policies_evaluation-logic, resource-based policies: role, session, user, account."""
    of_resource = document(allow("s3:*", Principal={"AWS": named}))
    nothing = document(allow("iam:ListUsers"))
    policies = (
        Policies(resource=of_resource, boundary=nothing)
        if limit == "boundary"
        else Policies(resource=of_resource, session=[nothing])
    )

    assert ask(principal, "s3:GetObject", "arn:aws:s3:::b/o", policies).allowed is allowed


def key(*statements: dict[str, Any]) -> Policies:
    """A key's policy beside an identity that may use every key."""
    return Policies(identity=[document(allow("kms:*"))], key=document(*statements))


def test_identity_policies_need_the_keys_word() -> None:
    """KMS key-policies: without the key policy's permission, IAM policies have no effect; key-policy-default: root."""
    arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}

    assert [
        ask(role("r"), "kms:Decrypt", arn, key(allow("kms:*", Principal=root))).allowed,
        ask(role("r"), "kms:Decrypt", arn, key(allow("kms:DescribeKey", Principal=root))).allowed,
        ask(role("r"), "kms:Decrypt", arn, key(allow("kms:*", Principal={"AWS": role("q").arn}))).allowed,
        ask(
            role("r"), "kms:Decrypt", arn, Policies(key=document(allow("kms:*", Principal={"AWS": role("r").arn})))
        ).allowed,
        ask(role("r"), "kms:Decrypt", arn, Policies(key=document(allow("kms:*", Principal=root)))).allowed,
        ask(role("r"), "kms:Decrypt", arn, Policies(identity=[document(allow("kms:*"))])).allowed,
    ] == [True, False, False, True, False, False]


def test_a_trust_policy_has_to_speak() -> None:
    """id_roles_compare-resource-policies: an identity's permission to assume a role is not enough."""
    target = f"arn:aws:iam::{ACCOUNT}:role/target"
    may = [document(allow("sts:AssumeRole", target))]

    def trust(principal: str) -> dict[str, Any]:
        return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}})

    assert [
        ask(role("erp"), "sts:AssumeRole", target, Policies(may, trust(role("erp").arn))).allowed,
        ask(role("erp"), "sts:AssumeRole", target, Policies((), trust(role("erp").arn))).allowed,
        ask(role("erp"), "sts:AssumeRole", target, Policies(may, trust(role("other").arn))).allowed,
        ask(role("erp"), "sts:AssumeRole", target, Policies(may, trust(ACCOUNT))).allowed,
        ask(role("erp"), "sts:AssumeRole", target, Policies((), trust(ACCOUNT))).allowed,
    ] == [True, True, False, True, False]


def test_across_accounts_both_sides_have_to_allow() -> None:
    """reference_policies_evaluation-logic-cross-account: the trusting and the trusted account."""
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:queue"
    sender = role("sender", account=OTHER)
    may, lets_in = (
        [document(allow("sqs:SendMessage", queue))],
        document(allow("sqs:*", queue, Principal={"AWS": OTHER})),
    )

    assert [
        ask(sender, "sqs:SendMessage", queue, Policies(may, lets_in)).allowed,
        ask(sender, "sqs:SendMessage", queue, Policies(may)).allowed,
        ask(sender, "sqs:SendMessage", queue, Policies((), lets_in)).allowed,
    ] == [True, False, False]


def test_services_and_the_root_user() -> None:
    """reference_policies_elements_principal, services; …_evaluation-logic: the root user has full access."""
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic"
    lets_in = document(allow("sns:Publish", topic, Principal={"Service": "events.amazonaws.com"}))
    events, logs = Principal(service="events.amazonaws.com"), Principal(service="logs.amazonaws.com")
    root = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)

    assert [
        ask(events, "sns:Publish", topic, Policies(resource=lets_in)).allowed,
        ask(logs, "sns:Publish", topic, Policies(resource=lets_in)).allowed,
        ask(Principal(), "sns:Publish", topic, Policies(resource=lets_in)).allowed,
        ask(root, "sns:Publish", topic, Policies()).allowed,
        ask(root, "sns:Publish", topic, Policies(resource=document(deny("sns:*", topic, Principal="*")))).allowed,
        ask(root, "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", Policies()).allowed,
    ] == [True, False, False, True, False, False]


def test_a_session_may_what_role_and_session_policies_allow_both() -> None:
    """STS API, AssumeRole: the intersection; of several session policies one is enough, a denial in any counts."""
    own, of_one, of_two = (document(allow("s3:GetObject", f"arn:aws:s3:::{what}/*")) for what in ("*", "one", "two"))
    silent = document(allow("s3:PutObject"))
    denying = document(allow("s3:GetObject"), deny("s3:GetObject", "arn:aws:s3:::one/*"))

    def may(*session: Any, bucket: str = "one") -> bool:
        policies = Policies([own], session=session)
        return ask(role("r"), "s3:GetObject", f"arn:aws:s3:::{bucket}/o", policies).allowed

    assert [may(), may(of_one), may(of_two), may(of_one, of_two), may(silent)] == [True, True, False, True, False]
    assert [may(of_one, denying), may(denying, bucket="two")] == [False, True]
    assert not ask(role("r"), "s3:PutObject", "arn:aws:s3:::one/o", Policies([own], session=[silent])).allowed
