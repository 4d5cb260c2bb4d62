"""Who reads a secret past both locks, for identities that nobody foresaw."""

from __future__ import annotations

from typing import Any

import pytest

from isolation.access import Actor, Doubt, Guarded, Readers, become, granted_to, may
from isolation.principal import Principal

ACCOUNT = "123456789012"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:sellers/a-AbCdEf"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object, resource: object = "*", **more: object) -> dict[str, Any]:
    """An allowing statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def actor(*statements: dict[str, Any], name: str = "x", **more: Any) -> Actor:
    """A role with one policy."""
    return Actor(
        Principal(f"arn:aws:iam::{ACCOUNT}:role/{name}", ACCOUNT, session="s"), [document(*statements)], **more
    )


GUARDED = Guarded(
    SECRET,
    KEY,
    None,
    document(allow("kms:*", Principal=ROOT)),
    {"secretsmanager:ResourceTag/team": "erp"},
    {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
)
EVERYTHING = allow("*")


def found(actor: Actor, secret: Guarded = GUARDED) -> tuple[bool, bool, str | None]:
    """Whether one actor reads, only sometimes, and why that cannot be said."""
    reads, doubts = Readers([actor], "seller").of(secret, "a")
    return bool(reads), any(each.sometimes for each in reads), doubts[0].why if doubts else None


@pytest.mark.parametrize(
    ("statements", "reads"),
    [
        ([EVERYTHING], True),
        ([allow("secretsmanager:Get*", "arn:aws:secretsmanager:*:*:secret:sellers/*"), allow("kms:Decrypt")], True),
        ([allow("secretsmanager:GetSecretValue", SECRET)], False),
        ([allow("kms:Decrypt", KEY)], False),
        ([allow("SECRETSMANAGER:getsecretvalue", SECRET), allow("kms:Decrypt", KEY)], True),
        ([allow("secretsmanager:GetSecretValue", SECRET.replace("/a-", "/b-")), allow("kms:*")], False),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": SECRET.replace("/a-", "/b-")}], True),
        ([EVERYTHING, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}], False),
        ([EVERYTHING, {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": SECRET}], False),
    ],
)
def test_both_locks_have_to_open(statements: list[dict[str, Any]], reads: bool) -> None:  # noqa: FBT001
    """A read needs GetSecretValue on the secret and Decrypt on the key."""
    assert found(actor(*statements)) == (reads, False, None)


def test_what_cannot_concern_a_read_need_not_be_understood() -> None:
    """An account is full of policies that say what the evaluator does not know; most of them decide nothing here."""
    odd = allow("s3:GetObject", Condition={"NumericLessThan": {"s3:max-keys": "10"}})

    assert found(actor(EVERYTHING, odd)) == (True, False, None)
    assert found(actor(odd)) == (False, False, None)


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    ],
)
def test_circumstances_do_not_hide_a_reader(condition: dict[str, Any]) -> None:
    """Who reads from one address, or with a second factor, reads; that it takes these is said."""
    assert found(actor(allow("*", Condition=condition))) == (True, True, None)


def test_a_denial_in_some_circumstances_leaves_the_others() -> None:
    """Denied from outside the office is allowed inside."""
    denial = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "false"}}}

    assert found(actor(EVERYTHING, denial)) == (True, False, None)


def test_a_denial_outside_some_circumstances_hides_nobody() -> None:
    """Denied wherever the office's network is not said, he reads from it; that it takes this is said."""
    outside = {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}
    denial = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": outside}

    assert found(actor(EVERYTHING, denial)) == (True, True, None)


def test_what_is_certain_counts_however_it_is_asked() -> None:
    """Tags and principals are no circumstances: they are what they are."""
    tagged = {"StringEquals": {"secretsmanager:ResourceTag/team": "erp"}}
    foreign = {"StringEquals": {"secretsmanager:ResourceTag/team": "crm"}}

    assert found(actor(allow("*", Condition=tagged), allow("kms:*"))) == (True, False, None)
    assert found(actor(allow("*", Condition=foreign), allow("kms:*"))) == (False, False, None)


def test_an_unknown_operator_on_a_known_key_is_a_doubt() -> None:
    """Of such a one it cannot be said, and is not guessed."""
    odd = allow("*", Condition={"BinaryEquals": {"aws:PrincipalArn": "x"}})

    assert found(actor(odd)) == (
        False,
        False,
        "statement #1: condition operator BinaryEquals is not known to the evaluator",
    )


def test_a_boundary_holds_back() -> None:
    """What the boundary does not allow, no policy gives."""
    assert found(actor(EVERYTHING, boundary=document(allow("s3:*")))) == (False, False, None)
    assert found(actor(EVERYTHING, boundary=document(EVERYTHING))) == (True, False, None)


def test_a_secrets_own_policy_lets_in_whom_it_names() -> None:
    """Then nothing of the reader's own has to allow the first lock; the key still asks for a word."""
    opened = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    )
    secret = Guarded(SECRET, KEY, opened, GUARDED.key_policy, GUARDED.context, GUARDED.key_context)

    assert found(actor(allow("kms:Decrypt")), secret) == (True, False, None)
    assert found(actor(allow("kms:Decrypt"), name="y"), secret) == (False, False, None)
    assert granted_to(opened, "secretsmanager:GetSecretValue") == (f"arn:aws:iam::{ACCOUNT}:role/x",)


def test_the_root_user_reads_unless_the_secret_denies_it() -> None:
    """Root needs no policy; the secret's own word stops it."""
    root = Actor(Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT))
    shut = document({"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"})
    closed = Guarded(SECRET, KEY, shut, GUARDED.key_policy, GUARDED.context, GUARDED.key_context)

    assert found(root) == (True, False, None)
    assert found(root, closed) == (False, False, None)


def by_tag(*conditions: dict[str, Any]) -> Actor:
    """A role that reads what its session's tag names."""
    pattern = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:sellers/${{aws:PrincipalTag/seller}}-??????"
    tagging = {"Effect": "Allow", "Principal": ROOT, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    trust = document(*({**tagging, "Condition": condition} for condition in conditions or ({},)))
    return actor(allow("secretsmanager:GetSecretValue", pattern), allow("kms:Decrypt"), trust=trust)


def test_a_sessions_tag_reads_its_seller_and_no_other() -> None:
    """One role for all reads each seller in a session for that seller (design.md 10)."""
    limited = by_tag({"ForAllValues:StringEquals": {"aws:TagKeys": "seller"}})

    (mine,), doubts = Readers([limited], "seller").of(GUARDED, "a")
    others, _ = Readers([limited], "seller").of(GUARDED, "b")

    assert (dict(mine.tags), mine.sometimes, doubts, others) == ({"seller": "a"}, False, (), ())


def test_tags_that_anybody_may_choose_open_whatever_they_name() -> None:
    """Where the trust does not limit tags, a condition on another tag keeps nobody out."""
    team = {"StringEquals": {"aws:PrincipalTag/team": "erp"}}
    tagging = {"Effect": "Allow", "Principal": ROOT, "Action": "sts:TagSession"}

    assert found(actor(allow("*", Condition=team), trust=document(tagging))) == (True, True, None)
    assert found(actor(allow("*", Condition=team), trust=document())) == (False, False, None)


def test_whom_a_trust_lets_in() -> None:
    """Accounts, roles, services and everybody, each as it is named; a denial adds nobody."""
    trust = document(
        {"Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/erp"]}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": "*", "Action": "sts:TagSession"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
    )

    assert become(trust) == (f"arn:aws:iam::{ACCOUNT}:role/erp", "lambda.amazonaws.com")
    assert become(document({"Effect": "Allow", "Principal": "*", "Action": "sts:*"})) == ("*",)


def test_own_policies_alone() -> None:
    """For a resource without a policy, in whatever circumstances."""
    office = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    log = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:x:log-stream:y"

    assert may(actor(allow("logs:Get*", Condition=office)), "logs:GetLogEvents", log)
    assert not may(actor(allow("logs:Put*")), "logs:GetLogEvents", log)


def test_everybody_but_somebody_is_said_so() -> None:
    """NotPrincipal grants to the whole world but one; the list says it in words."""
    odd = document(
        {
            "Effect": "Allow",
            "NotPrincipal": {"AWS": "x"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    )
    secret = Guarded(SECRET, KEY, odd, GUARDED.key_policy)

    reads, doubts = Readers([actor(EVERYTHING)], "seller").of(secret, "a")

    assert granted_to(odd, "secretsmanager:GetSecretValue") == ("all but x",)
    assert (reads, doubts) == (
        (),
        (Doubt(f"arn:aws:iam::{ACCOUNT}:role/x", "statement #1: element NotPrincipal is not known to the evaluator"),),
    )
