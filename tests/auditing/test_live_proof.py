"""The claims, asked of what is deployed: proven after `pulumi up`, refuted by name after a change by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from isolation.proof import claims
from isolation.proof.proving import Result, prove
from proving.live import Live

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager

BERLIN = "sellerkeys/dev/sellers/berlin/sp-api"
#: How long the solver may take for a case on a busy machine, in seconds.
PATIENCE = 60
ALL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/*"


def unproven(account: Account) -> dict[str, str]:
    """The claims that are not proven, with what speaks against each."""
    return {claim: against for claim, proven, against in Live(account).claims() if not proven}


@pytest.mark.parametrize("mode", ["role-per-seller", "one-role"])
def test_every_claim_is_proven_after_pulumi_up(
    mode: str, look: Callable[[], Account], request: pytest.FixtureRequest
) -> None:
    """For any seller, present or future, on the documents as they are deployed."""
    if mode == "one-role":
        look = request.getfixturevalue("look_at_one_role")

    found = list(Live(look()).claims())

    assert len(found) > 25
    assert [claim for claim, proven, _ in found if not proven] == []


def test_a_widened_reader_is_refuted_by_a_request(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """The counter-example names another seller's secret; the others' proof stands."""
    deployed.policy("sellerkeys.dev.berlin", "read-its-secret")["Statement"][0]["Resource"] = ALL

    reading = "reads no other secret, by its own policy"
    live = Live(look())
    asked = {claim.name: claim for claim in claims.of(live.looked_at())}

    mine = prove(asked[f"the reader of berlin {reading}"], PATIENCE, live.words())

    (request,) = mine.broken_by
    assert mine.result is Result.REFUTED
    assert request.resource.startswith("arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/")
    assert prove(asked[f"the reader of a seller {reading}"], PATIENCE).result is Result.PROVEN


def test_a_secret_without_its_policy_is_refuted(look: Callable[[], Account], aws: FakeSecretsManager) -> None:
    """Then anybody whose own policies allow it reads; the claim of the other sellers stands."""
    aws.secrets[BERLIN].policy = None
    reading = "a seller's secret: nobody but who is named reads it, by its own policy"
    live = Live(look())
    asked = {claim.name: claim for claim in claims.of(live.looked_at())}

    verdicts = [prove(asked[name], PATIENCE, live.words()) for name in (f"berlin: {reading}", reading)]

    assert [verdict.result for verdict in verdicts] == [Result.REFUTED, Result.PROVEN]


def test_a_key_without_its_denial_is_refuted(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A statement that lets somebody use the key directly."""
    rows = [row for row in deployed.key_policy["Statement"] if row["Sid"] != "NoDirectUse"]
    guest = {"AWS": "arn:aws:iam::123456789012:role/guest"}
    rows.append({"Sid": "Guest", "Effect": "Allow", "Principal": guest, "Action": "kms:Decrypt", "Resource": "*"})
    deployed.key_policy["Statement"] = rows
    name = "nobody uses the key without Secrets Manager and a secret of the fleet in the encryption context"
    live = Live(look())
    (claim,) = (claim for claim in claims.of(live.looked_at()) if claim.name == name)

    verdict = prove(claim, PATIENCE, (*live.words(), guest["AWS"]))

    assert verdict.result is Result.REFUTED


def test_an_unknown_operator_is_refused_by_name(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A policy written by hand with what the evaluator does not know proves nothing."""
    odd = {"Effect": "Allow", "Sid": "Odd", "Action": "*", "Resource": "*"}
    odd["Condition"] = {"BinaryEquals": {"aws:PrincipalArn": "x"}}  # type: ignore[assignment]
    deployed.inline("sellerkeys.dev.berlin", "odd", {"Version": "2012-10-17", "Statement": [odd]})

    found = unproven(look())

    assert found["the reader of berlin reads no other secret, by its own policy"] == (
        "nobody knows, statement Odd: condition operator BinaryEquals is not known to the evaluator"
    )
