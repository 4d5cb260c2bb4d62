"""`sellerkeys prove --live`, as the operator sees it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from proving.deployed import NOT_LOOKED_AT
from tests.fakes.account import KEY

if TYPE_CHECKING:
    import pytest

    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk


def test_after_pulumi_up(onboarded_desk: Desk, deployed: FakeAccount, aws: FakeSecretsManager) -> None:
    """Every claim is proven, nothing was changed, AWS agrees; no value is read."""
    aws.calls.clear()

    result = onboarded_desk.run("prove", "--live")

    claims, *rest = result.stdout.split("\n\n")
    lines = claims.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0].split() == ["CLAIM", "RESULT"]
    assert "the reader of a seller reads no other secret, by its own policy" in claims
    assert all(line.endswith("  proven") for line in lines[1:])
    assert rest == [
        "Nothing was changed by hand since `pulumi up`.",
        (
            f"Nobody reads what he should not, decided for {len(deployed.roles)} roles and users of the account, and"
            " its root user."
        ),
        f"IAM Access Analyzer, asked {len(deployed.analyzer.asked)} times, has nothing against it.",
        "\n  ".join(["Not looked at:", *NOT_LOOKED_AT]),
        f"{len(lines) - 1} claims, {len(lines) - 1} proven for dev as it is deployed\n",
    ]
    assert set(aws.calls) == {"DescribeSecret", "GetResourcePolicy"}


def test_what_was_changed_by_hand_is_named(onboarded_desk: Desk, deployed: FakeAccount) -> None:
    """By role, policy and statement; the claim that it breaks is refuted by a request; the analyzer may be absent."""
    reader = deployed.roles["sellerkeys.dev.berlin"]
    trust = json.loads(json.dumps(reader["AssumeRolePolicyDocument"]))
    trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::123456789012:role/guest"
    reader["AssumeRolePolicyDocument"] = trust
    deployed.analyzer.absent = True

    result = onboarded_desk.run("prove", "--live")

    table, *parts = result.stdout.split("\n\n")
    failed = [line for line in table.splitlines() if line.endswith("NOT PROVEN")]
    assert result.exit_code == 1
    assert [line.partition("  ")[0] for line in failed] == [
        "berlin: the reader of a seller: nobody becomes it but who is named"
    ]
    assert parts[0].startswith(
        "berlin: the reader of a seller: nobody becomes it but who is named: broken by sts:AssumeRole on"
        f" {reader['Arn']} by arn:aws:iam::123456789012:role/guest"
    )
    assert parts[1:4] == [
        (
            "Changed by hand since `pulumi up`:\n"
            "  role sellerkeys.dev.berlin, who may become it: statement ConfiguredReadersOnly was changed: Principal is"
            ' {"AWS": ["arn:aws:iam::123456789012:role/guest"]}'
        ),
        (
            f"Nobody reads what he should not, decided for {len(deployed.roles)} roles and users of the account, and"
            " its root user."
        ),
        (
            "IAM Access Analyzer was not asked to the end: AWS refused ValidatePolicy on the key:"
            " UnknownOperationException: the bench has no accessanalyzer"
        ),
    ]


def test_as_json(onboarded_desk: Desk, deployed: FakeAccount) -> None:
    """Every list has a name; a claim that is not proven says what speaks against it."""
    guest = "arn:aws:iam::123456789012:role/guest"
    deployed.key_policy["Statement"].append(
        {"Sid": "Guest", "Effect": "Allow", "Principal": {"AWS": guest}, "Action": "kms:Decrypt", "Resource": "*"}
    )
    odd = {"Sid": "Odd", "Effect": "Allow", "Action": "*", "Resource": "*"}
    unknown = {**odd, "Condition": {"BinaryEquals": {"aws:PrincipalArn": "x"}}}
    deployed.inline("sellerkeys.dev.berlin", "odd", {"Version": "2012-10-17", "Statement": [unknown]})

    result = onboarded_desk.run("--output", "json", "prove", "--live")

    found = json.loads(result.stdout)
    said = "statement Odd: condition operator BinaryEquals is not known to the evaluator"
    reader = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
    broken = [claim for claim in found.pop("claims") if not claim["proven"]]
    assert result.exit_code == 1
    assert found == {
        "base": "dev",
        "account": "123456789012",
        "changed_by_hand": [
            (
                'the key: statement Guest was added: {"Action": ["kms:Decrypt"], "Effect": ["Allow"], "Principal":'
                f' {{"AWS": ["{guest}"]}}, "Resource": ["*"]}}'
            ),
            "role sellerkeys.dev.berlin: policy odd was added by hand",
        ],
        "against_the_design": [
            f"the key's policy lets {guest} decrypt",
            f"{reader} cannot be judged: {said}",
        ],
        "access_analyzer": {"questions": len(deployed.analyzer.asked), "against": [], "not_asked_because": None},
        "not_looked_at": list(NOT_LOOKED_AT),
    }
    told = {claim["claim"]: claim["against"] for claim in broken}
    alone = told.pop(
        "nobody uses the key without Secrets Manager and a secret of the fleet in the encryption context, by its grants"
        " alone"
    )
    granted = told.pop("the key: without a policy of his own, nobody may use or administer it")
    assert granted.startswith(f"broken by kms:Decrypt on {KEY} by {guest}")
    # Of which seller is the solver's choice.
    assert alone.partition(" for ")[0] == f"broken by kms:Decrypt on {KEY} by {guest}"
    assert told == {
        "the reader of berlin reads no other secret, by its own policy": f"nobody knows, {said}",
        "the reader of berlin decrypts for no other secret, by its own policy": f"nobody knows, {said}",
        "the reader of berlin reads and does nothing else": f"nobody knows, {said}",
    }


def test_without_live(desk: Desk) -> None:
    """What the program declares has a proof of its own."""
    result = desk.run("prove")

    assert (result.exit_code, result.output) == (
        2,
        ("sellerkeys: what the program declares is proven by `make prove`; add --live to prove what is deployed\n"),
    )


def test_without_the_solver(desk: Desk, deployed: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of a plain installation; AWS is not asked in vain."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {"z3", "proving"} or ".proof" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)

    result = desk.run("prove", "--live")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: the solver is not installed: `pip install 'sellerkeys[prove]'`, then run this again\n",
    )
    assert deployed.asked == []
