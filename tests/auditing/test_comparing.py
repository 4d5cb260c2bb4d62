"""What was changed in a document, in words."""

from __future__ import annotations

import pytest

from provisioning.auditing.comparing import differences, same

READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
    "Resource": "arn:a-??????",
    "Condition": {"StringEquals": {"aws:PrincipalArn": "x"}},
}
DECLARED = {"Version": "2012-10-17", "Statement": [READ]}


def changed(**more: object) -> dict[str, object]:
    """The document with something changed in its statement."""
    return {"Version": "2012-10-17", "Statement": [{**READ, **more}]}


def test_awss_way_of_writing_is_no_change() -> None:
    """Lists of one, other orders, a statement that stands alone."""
    live = {
        "Version": "2012-10-17",
        "Statement": {
            **READ,
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": ["arn:a-??????"],
            "Condition": {"StringEquals": {"aws:PrincipalArn": ["x"]}},
        },
    }

    assert same(DECLARED, live)


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (None, "it: was taken away by hand"),
        (changed(Resource="arn:*"), 'it: statement Read was changed: Resource is "arn:*"'),
        (changed(Effect="Deny"), 'it: statement Read was changed: Effect is "Deny"'),
        (
            changed(Action="secretsmanager:*"),
            'it: statement Read was changed: Action is "secretsmanager:*"',
        ),
        (
            changed(Condition={"StringLike": {"aws:PrincipalArn": "x"}}),
            'it: statement Read was changed: Condition is {"StringLike": {"aws:PrincipalArn": ["x"]}}',
        ),
        (
            {"Version": "2012-10-17", "Statement": [{k: v for k, v in READ.items() if k != "Condition"}]},
            "it: statement Read was changed: no Condition",
        ),
        ({"Version": "2012-10-17", "Statement": []}, "it: statement Read was taken away"),
        (
            {"Version": "2012-10-17", "Statement": [READ, {"Effect": "Allow", "Action": "*", "Resource": "*"}]},
            'it: statement #2 was added: {"Action": ["*"], "Effect": ["Allow"], "Resource": ["*"]}',
        ),
        ({**DECLARED, "Version": "2008-10-17"}, "it: its version is 2008-10-17, not 2012-10-17"),
    ],
)
def test_each_change_is_one_sentence(live: dict[str, object] | None, said: str) -> None:
    """With the statement's name and what it says now."""
    assert list(differences("it", DECLARED, live)) == [said]


def test_what_was_never_declared() -> None:
    """A policy on something that should have none."""
    assert list(differences("it", None, DECLARED)) == ["it: was added by hand"]
    assert list(differences("it", None, None)) == []


def test_two_statements_of_one_name() -> None:
    """A second one hides behind no first one."""
    live = {"Version": "2012-10-17", "Statement": [READ, {**READ, "Resource": "*"}]}

    assert [line.partition(": {")[0] for line in differences("it", DECLARED, live)] == [
        "it: statement Read (#2) was added"
    ]
