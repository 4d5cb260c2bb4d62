"""What is attached to people's roles: as docs/policies/ shows it, each statement with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.configuration import PROJECT
from infra.policies.attach import DEV, actors, files, main
from infra.policies.document import ROLE_POLICY_LIMIT, text
from infra.policies.reasoned import policy

if TYPE_CHECKING:
    from pathlib import Path

    from infra.place import Place


def statements(place: Place, actor: str) -> dict[str, dict[str, Any]]:
    """Give an actor's statements by their names."""
    return {reasoned.sid: reasoned.statement for reasoned in actors(place)[actor]}


def test_the_files_are_what_is_written_now() -> None:
    """Run `python -m infra.policies.attach docs/policies` where this fails."""
    folder = PROJECT / "docs/policies"
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    assert found == files(DEV)


def test_each_fits_with_the_longest_names(longest: Place) -> None:
    """As an inline policy of a role (aws.md 5.2)."""
    sizes = {name: len(text(policy(rows))) for name, rows in actors(longest).items()}

    assert {name for name, size in sizes.items() if size > ROLE_POLICY_LIMIT} == set()


def test_each_statement_has_a_name_of_its_own_and_a_reason(place: Place) -> None:
    """A reason says more than the name."""
    for name, rows in actors(place).items():
        sids = [reasoned.sid for reasoned in rows]
        assert (name, len(set(sids))) == (name, len(sids))
        assert [sid for sid, reasoned in zip(sids, rows, strict=True) if len(reasoned.why.split()) < 4] == []


def test_whoever_is_on_call_may_what_an_onboarder_may_and_become_a_reader(place: Place) -> None:
    """And take what waits; nothing else (design.md 6)."""
    onboarder, on_call = statements(place, "onboarder"), statements(place, "on-call")

    assert {sid: on_call.pop(sid) for sid in onboarder} == onboarder
    assert list(on_call) == ["BecomeASellersReader", "TakeWhatWaitsInTheTable", "OpenWhatWaits"]
    assert on_call["BecomeASellersReader"] == {
        "Sid": "BecomeASellersReader",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Resource": ["arn:aws:iam::123456789012:role/sellerkeys/prod/sellers/*"],
    }


def test_under_one_role_the_session_is_tagged(place: Place) -> None:
    """The tag needs its own permission."""
    on_call = statements(replace(place, isolation="one-role"), "on-call")

    assert on_call["BecomeASellersReader"]["Action"] == ["sts:AssumeRole", "sts:TagSession"]


@pytest.mark.parametrize("actor", ["onboarder", "on-call"])
def test_operators_read_the_application_and_no_seller(place: Place, actor: str) -> None:
    """One statement allows GetSecretValue, for one secret; another denies it for sellers whatever else is attached."""
    rows = statements(place, actor).values()
    reading = [row for row in rows if "secretsmanager:GetSecretValue" in row["Action"]]

    assert [(row["Effect"], row["Resource"]) for row in reading] == [
        ("Allow", ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????"]),
        ("Deny", ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????"]),
    ]


@pytest.mark.parametrize("actor", ["onboarder", "on-call"])
def test_operators_change_state_tags_only(place: Place, actor: str) -> None:
    """For all keys of a call, and for one at least: without the guard a call without keys would pass."""
    rows = [
        row
        for row in statements(place, actor).values()
        if "Tag" in "".join(row["Action"]) and "sts:" not in "".join(row["Action"])
    ]

    assert [(row["Action"], row["Condition"]) for row in rows] == [
        (
            ["secretsmanager:TagResource"],
            {"ForAllValues:StringLike": {"aws:TagKeys": "sellerkeys-state:*"}, "Null": {"aws:TagKeys": "false"}},
        )
    ]


def test_the_deployer_reads_and_writes_no_value(place: Place) -> None:
    """And the key opens to him only for the word that Secrets Manager gives when a key is set (aws.md 6.2)."""
    found = statements(place, "deployer")
    using = [row for row in found.values() if {"kms:Decrypt", "kms:GenerateDataKey"} & set(row["Action"])]

    assert found["NoValues"] == {
        "Sid": "NoValues",
        "Effect": "Deny",
        "Action": [
            "secretsmanager:BatchGetSecretValue",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
        ],
        "Resource": ["*"],
    }
    assert [row["Condition"]["StringEquals"]["kms:EncryptionContext:SecretVersionId"] for row in using] == [
        "RequestToValidateKeyAccess"
    ]


def test_the_deployer_makes_no_role_but_the_fleets(place: Place) -> None:
    """Not his own, nor the onboarders', nor another fleet's."""
    found = statements(place, "deployer")
    about_roles = [row["Resource"] for row in found.values() if any(name.startswith("iam:") for name in row["Action"])]

    fns = "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.*"
    forwards = "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.iam-changes"
    assert about_roles == [["arn:aws:iam::123456789012:role/sellerkeys/prod/sellers/*", fns], [fns], [forwards]]


def test_a_deployer_of_one_fleet_is_none_of_another_whose_name_begins_alike(place: Place) -> None:
    """`sellerkeys-eu-*` would be `eu-prod`'s, too: functions, queues and rules are written out."""
    eu = replace(place, base="eu")
    named = [name for row in actors(eu)["deployer"] for name in row.statement["Resource"] if "sellerkeys-eu-" in name]

    assert [
        name for name in named if "*" in name.partition("sellerkeys-eu-")[2].partition(":")[0] and ":alarm:" not in name
    ] == []


def test_it_writes_them_for_another_fleet(tmp_path: Path) -> None:
    """With its stack, region and account in place of the demo's."""
    given = ["--stack", "prod", "--region", "eu-central-1", "--account", "210987654321", "--one-role"]

    assert main([str(tmp_path / "policies"), *given]) == 0

    on_call = (tmp_path / "policies" / "on-call.json").read_text(encoding="utf-8")
    assert "arn:aws:iam::210987654321:role/sellerkeys/prod/sellers/*" in on_call
    assert "sts:TagSession" in on_call
    assert "123456789012" not in on_call
    assert json.loads(on_call)["Version"] == "2012-10-17"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--stack", "Prod_1", "--stack has to be 1 to 20"), ("--account", "12345", "--account has to be twelve digits")],
)
def test_wrong_arguments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    """Nothing is written; exit 2."""
    with pytest.raises(SystemExit) as refused:
        main([str(tmp_path / "policies"), option, value])

    assert refused.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "policies").exists()


def test_a_star_stands_where_aws_knows_no_resource(place: Place) -> None:
    """Or where something is denied everywhere; each is listed here (design.md 6)."""
    found = [
        (name, row["Effect"], sid)
        for name in actors(place)
        for sid, row in statements(place, name).items()
        if "*" in row["Resource"]
    ]

    operators = [("Allow", "ListSecrets"), ("Allow", "ListMappings"), ("Allow", "LookUpReads")]
    assert found == [
        *(("onboarder", *row) for row in operators),
        *(("on-call", *row) for row in operators),
        ("deployer", "Deny", "NoValues"),
        ("deployer", "Deny", "NoForcedDeletion"),
        ("deployer", "Allow", "MakeTheKey"),
        ("deployer", "Allow", "ListAliases"),
        ("deployer", "Allow", "MapTheQueues"),
        ("deployer", "Allow", "FindLogGroups"),
        ("deployer", "Allow", "FindAlarms"),
        ("deployer", "Allow", "KeepItsSubscription"),
        ("auditor", "Allow", "ListSecrets"),
        ("auditor", "Allow", "LookAtIdentities"),
        ("auditor", "Allow", "LookAtWhatWatches"),
        ("auditor", "Deny", "NoValues"),
    ]


def test_no_action_is_a_pattern(place: Place) -> None:
    """An allowed `Get*` would grow with AWS's list of actions."""
    actions = [action for rows in actors(place).values() for row in rows for action in row.statement["Action"]]

    assert [action for action in actions if "*" in action] == []
