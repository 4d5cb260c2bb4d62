"""Outcomes: what an item's failure is called, and what all of them add up to (design.md 8)."""

from __future__ import annotations

import pytest

from provisioning.causes import REVOKED
from provisioning.errors import AmazonRefused, BadInput, SellerkeysError, Unreachable, Waiting
from provisioning.outcomes import Outcome, exit_code, failure


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        pytest.param(SellerkeysError("no"), Outcome("maple", "failed", "no", 1, 7, "sellerkeys-error"), id="failed"),
        pytest.param(BadInput("no"), Outcome("maple", "unusable", "no", 2, 7, "bad-input"), id="unusable"),
        pytest.param(Waiting("no"), Outcome("maple", "waiting", "no", 3, 7, "waiting"), id="waiting"),
        pytest.param(
            AmazonRefused(REVOKED), Outcome("maple", "refused", REVOKED.sentence, 4, 7, REVOKED.code), id="refused"
        ),
        pytest.param(Unreachable("no"), Outcome("maple", "unreachable", "no", 5, 7, "unreachable"), id="unreachable"),
    ],
)
def test_a_failure(error: SellerkeysError, outcome: Outcome) -> None:
    """An error becomes one word, its own sentence and its exit code, with the seller and the row."""
    assert failure("maple", error, 7) == outcome


@pytest.mark.parametrize(
    ("codes", "total"),
    [
        pytest.param([], 0, id="nothing to do"),
        pytest.param([0, 0], 0, id="all done"),
        pytest.param([3, 3], 3, id="all waiting"),
        pytest.param([0, 4], 4, id="one cause beside a success"),
        pytest.param([5], 5, id="unreachable"),
        pytest.param([4, 5], 1, id="different causes"),
        pytest.param([0, 3, 4], 1, id="different causes beside a success"),
        pytest.param([2, 2], 2, id="nothing but bad rows"),
        pytest.param([0, 2], 1, id="a bad row beside a good one"),
        pytest.param([2, 3], 1, id="a bad row beside a waiting one"),
        pytest.param([1, 1], 1, id="failed"),
    ],
)
def test_the_exit_code(codes: list[int], total: int) -> None:
    """One cause gives its code, several give 1; bad rows beside good ones are failures of items (design.md 8)."""
    assert exit_code([Outcome("maple", "", "", code) for code in codes]) == total


@pytest.mark.parametrize(
    ("result", "code", "came_to"),
    [
        ("onboarded", 0, "created"),
        ("offered", 0, "changed"),
        ("completed", 0, "changed"),
        ("unchanged", 0, "unchanged"),
        ("would fill", 0, "planned"),
        ("unusable", 2, "refused"),
        ("refused", 4, "refused"),
        ("waiting", 3, "waiting"),
        ("unreachable", 5, "failed"),
        ("failed", 1, "failed"),
    ],
)
def test_what_it_came_to(result: str, code: int, came_to: str) -> None:
    """A report sorts results into seven kinds, whatever the word of the command."""
    assert Outcome("maple", result, "", code).outcome == came_to
