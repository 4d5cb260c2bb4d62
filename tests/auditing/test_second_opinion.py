"""What IAM Access Analyzer is asked about a fleet, and what becomes of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.auditing.analyzer import Analyzer
from provisioning.auditing.second_opinion import Opinion, opinion
from tests.fakes.analyzer import FakeAnalyzer

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount


def small(deployed: FakeAccount) -> None:
    """Leave the rotation as the only function."""
    roles = deployed.roles
    deployed.roles = {name: roles[name] for name in roles if "-fn." not in name or name.endswith(".rotation")}


def test_each_document_is_asked_about_once(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Sellers' documents differ in the seller's name alone, so a thousand sellers cost no more than one."""
    small(deployed)
    fake = FakeAnalyzer()

    found = opinion(Analyzer(fake), look())

    # Three keys, the topic, four queues, four functions, the app secret, a seller's secret of each kind, a reader's
    # policy, the rotation's; then what the two policies may not grant.
    assert fake.asked == ["ValidatePolicy"] * 17 + ["CheckAccessNotGranted"] * 3
    assert found == Opinion(questions=20)


def test_a_seller_that_was_changed_is_asked_about_by_itself(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Its document is no longer like the others'."""
    small(deployed)
    deployed.policy("sellerkeys.dev.maple", "read-its-secret")["Statement"][0]["Resource"] = "arn:wide"
    fake = FakeAnalyzer(
        findings={"arn:wide": [("SECURITY_WARNING", "WIDE", "Too wide.")]}, failing=frozenset({"arn:wide"})
    )

    found = opinion(Analyzer(fake), look())

    where = "role sellerkeys.dev.maple, policy read-its-secret"
    more = "iam:PutRolePolicy or kms:PutKeyPolicy or secretsmanager:PutResourcePolicy"
    assert found.against == (
        f"{where}: WIDE: Too wide.",
        f"{where}: may grant {more} by statement Wide",
        f"{where}: may grant secretsmanager:GetSecretValue by statement Wide",
    )


def test_where_it_is_not_there(look: Callable[[], Account]) -> None:
    """That is said in a sentence, and speaks against nothing."""
    found = opinion(Analyzer(FakeAnalyzer(absent=True)), look())

    assert (found.against, found.questions) == ((), 0)
    assert found.silent == (
        "AWS refused ValidatePolicy on the key: UnknownOperationException: the bench has no accessanalyzer"
    )
