"""Who reads which seller in the account that the program makes, and after somebody changed it by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioning.auditing.access import access
from tests.fakes.engine import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
BERLIN = "sellerkeys/dev/sellers/berlin/sp-api"
ROTATION = f"{ROLE}/sellerkeys-fn.dev.rotation"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ERP_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def reader(seller: str) -> str:
    """A seller's reader."""
    return f"{ROLE}/sellerkeys/dev/sellers/sellerkeys.dev.{seller}"


def reading(look: Callable[[], Account], seller: str) -> list[str]:
    """Who reads a seller."""
    return [each.arn for each in access(look()).sellers[seller].reads]


def test_each_seller_has_its_reader_and_the_rotation_once_it_is_enrolled(look: Callable[[], Account]) -> None:
    """Berlin was onboarded; maple's and kyoto's secrets are still empty and not enrolled."""
    found = access(look())

    assert {seller: [each.arn for each in held.reads] for seller, held in found.sellers.items()} == {
        "berlin": [ROTATION, reader("berlin")],
        "kyoto": [reader("kyoto")],
        "maple": [reader("maple")],
    }
    assert [held.unexpected for held in found.sellers.values()] == [(), (), ()]
    assert [held.is_shut_out for held in found.sellers.values()] == [False, False, False]
    assert (found.key_opened, dict(found.undecided)) == ((), {})


def test_why_is_said_by_statement(look: Callable[[], Account]) -> None:
    """Both locks are named, so that a reviewer finds the sentence."""
    (own,) = (each for each in access(look()).sellers["berlin"].reads if each.arn == reader("berlin"))

    assert own.why == "allowed by ReadItsSecret; allowed by DecryptItsSecret and FleetsSecretsThroughSecretsManager"


def test_who_may_become_a_reader(look: Callable[[], Account]) -> None:
    """The ERP's role and whoever is on call; of a function's role, Lambda."""
    found = access(look()).become

    assert found[reader("berlin")] == (f"{ROLE}/erp", f"{ROLE}/on-call")
    assert found[ROTATION] == ("lambda.amazonaws.com",)


def test_an_administrator_reads_no_seller_but_could_change_that(
    look: Callable[[], Account], deployed: FakeAccount
) -> None:
    """The secret's own policy keeps out even who may do anything."""
    deployed.add_role("admin", ERP_TRUST)
    deployed.inline("admin", "all", EVERYTHING)

    assert f"{ROLE}/admin" not in reading(look, "berlin")


def test_a_secret_without_its_policy_is_open_to_an_administrator(
    look: Callable[[], Account], deployed: FakeAccount, aws: FakeSecretsManager
) -> None:
    """Taken off by hand, one lock is gone and the account's root, too, reads."""
    deployed.add_role("admin", ERP_TRUST)
    deployed.inline("admin", "all", EVERYTHING)
    aws.secrets[BERLIN].policy = None

    found = access(look()).sellers["berlin"]

    assert [each.arn for each in found.unexpected] == [f"arn:aws:iam::{ACCOUNT}:root", f"{ROLE}/admin"]


def test_a_widened_reader_is_seen(look: Callable[[], Account], deployed: FakeAccount, aws: FakeSecretsManager) -> None:
    """Maple's reader with a star, and berlin's secret naming it: maple's reader reads berlin."""
    policy = json.dumps(deployed.policy("sellerkeys.dev.maple", "read-its-secret")).replace("maple", "*")
    deployed.inline("sellerkeys.dev.maple", "read-its-secret", json.loads(policy))
    held = aws.secrets[BERLIN]
    held.policy = (held.policy or "").replace(reader("berlin"), reader("maple"))

    found = access(look()).sellers["berlin"]

    assert [each.arn for each in found.unexpected] == [reader("maple")]
    assert found.is_shut_out


def test_a_secret_that_lets_somebody_in_by_itself(look: Callable[[], Account], aws: FakeSecretsManager) -> None:
    """Another account, say: no identity of this account has to allow it."""
    held = aws.secrets[BERLIN]
    document: dict[str, Any] = json.loads(held.policy or "")
    guest = {"AWS": "arn:aws:iam::210987654321:root"}
    document["Statement"].append(
        {"Effect": "Allow", "Principal": guest, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    )
    held.policy = json.dumps(document)

    assert access(look()).sellers["berlin"].opened == ("arn:aws:iam::210987654321:root",)


def test_a_key_that_lets_somebody_in_by_itself(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A statement added to the key's policy by hand."""
    guest = {"AWS": f"{ROLE}/guest"}
    deployed.key_policy["Statement"].append({"Effect": "Allow", "Principal": guest, "Action": "kms:*", "Resource": "*"})

    assert access(look()).key_opened == (f"{ROLE}/guest",)


def test_who_cannot_be_judged_is_named(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """An operator that the evaluator does not know, on a key that decides."""
    deployed.add_role("odd", ERP_TRUST)
    odd = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"BinaryEquals": {"aws:PrincipalArn": "x"}}}
    deployed.inline("odd", "odd", {"Version": "2012-10-17", "Statement": [odd]})

    assert dict(access(look()).undecided) == {
        f"{ROLE}/odd": "statement #1: condition operator BinaryEquals is not known to the evaluator"
    }


def test_who_reads_the_functions_logs(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Root always may; beside it those whose policies say so, and those who cannot be judged."""
    deployed.add_role("ops", ERP_TRUST)
    deployed.inline(
        "ops",
        "logs",
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]},
    )

    assert access(look()).of_logs == (f"{ROLE}/ops", f"arn:aws:iam::{ACCOUNT}:root")


def test_the_app_secret_is_read_by_functions_and_operators(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """An operator's role reads it by design, anybody else's does not."""
    reads = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "kms:Decrypt"], "Resource": "*"},
    ]}  # fmt: skip
    for name in ("onboarder", "crm"):
        deployed.add_role(name, ERP_TRUST)
        deployed.inline(name, "reads", reads)

    found = access(look()).app

    assert f"{ROLE}/onboarder" in [each.arn for each in found.reads]
    assert ROTATION in [each.arn for each in found.reads]
    assert found.unexpected == ()


@pytest.mark.parametrize("seller", ["berlin", "maple"])
def test_one_role_reads_each_seller_in_a_session_for_it(seller: str, look_at_one_role: Callable[[], Account]) -> None:
    """The other isolation mode: the reader is one role, and says by its session's tag for whom."""
    found = access(look_at_one_role()).sellers[seller]

    one = f"{ROLE}/sellerkeys/dev/sellers/sellerkeys-reader.dev"
    assert [(each.arn, dict(each.tags)) for each in found.reads if each.arn == one] == [
        (one, {"sellerkeys:seller": seller})
    ]
    assert found.unexpected == ()
