"""The program in a shard's stack, and the guard on whom a stack leaves."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

import pulumi
import pytest

from infra import configuration
from infra.configuration import PROJECT
from provisioning import roster
from tests.fakes.engine import Declaration, declare

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = {"dev": {"key_arn": "arn:aws:kms:eu-west-1:123456789012:key/placeholder"}}
ROWS = {"maple-outdoor": "s00", "berlin-books": "s00", "kyoto-tea": ""}


def run() -> None:
    """Run the program as Pulumi's language host does."""
    runpy.run_path(str(PROJECT / "infra"), run_name="__main__")


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give the demo's sellers shards, or a status."""
    rows = roster.read(PROJECT / "rosters/dev.csv")

    def place(shards: dict[str, str], **status: str) -> None:
        found = [
            row.model_copy(
                update={"shard": shards[row.seller], "status": status.get(row.seller.partition("-")[0], "active")}
            )
            for row in rows
            if row.seller in shards
        ]
        monkeypatch.setattr(configuration.roster, "read", lambda _: found)

    place(ROWS)
    return place


def sellers(declared: Declaration) -> list[str]:
    """Name those whose secret is declared."""
    return sorted(item.name for item in declared.all("sellerkeys:index:SellerSecret"))


@pytest.mark.usefixtures("placed")
def test_a_shard_is_its_sellers_and_nothing_else() -> None:
    """Three resources and a component each, named after the base stack; its configuration is the base stack's file."""
    shard = declare(run, stack="dev-s00", left=BASE)
    secrets = shard.all("aws:secretsmanager/secret:Secret")

    assert len(shard.resources) == 1 + 2 * 4
    assert [secret.inputs["name"] for secret in secrets] == [
        "sellerkeys/dev/sellers/maple-outdoor/sp-api",
        "sellerkeys/dev/sellers/berlin-books/sp-api",
    ]
    assert {secret.inputs["kmsKeyId"] for secret in secrets} == {BASE["dev"]["key_arn"]}
    assert {secret.inputs["tags"]["sellerkeys:base"] for secret in secrets} == {"dev"}
    assert shard.outputs == {"base": "dev", "region": "eu-west-1", "sellers": ["berlin-books", "maple-outdoor"]}


@pytest.mark.usefixtures("placed")
def test_the_base_stack_declares_the_sellers_without_a_shard(dev_config: dict[str, str]) -> None:
    """Nobody is declared twice, and nobody is left out."""
    assert sellers(declare(run, config=dev_config)) == ["kyoto-tea"]


@pytest.mark.usefixtures("placed")
def test_a_shard_without_its_base_stack_says_so() -> None:
    """The key is the base stack's."""
    with pytest.raises(pulumi.RunError, match="stack dev holds what all shards need and has not been made"):
        declare(run, stack="dev-s00")


@pytest.mark.usefixtures("placed")
def test_a_shard_has_no_configuration_of_its_own() -> None:
    """A second place would be one that somebody forgets to change."""
    with pytest.raises(pulumi.RunError, match=r"^Pulumi\.dev-s00\.yaml, sellerkeys:region: a shard takes its config"):
        declare(run, stack="dev-s00", config={"sellerkeys:region": "us-east-1"}, left=BASE)


@pytest.mark.parametrize("stack", ["dev", "dev-s00"])
def test_a_changed_shard_is_refused_by_name(
    stack: str, placed: Callable[..., None], dev_config: dict[str, str]
) -> None:
    """In another stack the seller would be a new secret under a name that is taken."""
    placed(ROWS | {"maple-outdoor": "s01", "kyoto-tea": "s01"})
    left = {"dev": {**BASE["dev"], "sellers": ["kyoto-tea"]}, "dev-s00": {"sellers": ["berlin-books", "maple-outdoor"]}}
    moved = "kyoto-tea" if stack == "dev" else "maple-outdoor"

    with pytest.raises(
        pulumi.RunError, match=f"{moved}: stack {stack} holds this seller, but the roster's shard is s01"
    ):
        declare(run, stack=stack, config=dev_config if stack == "dev" else {}, left=left, preview=True)


def test_a_stale_checkout_cannot_plan_a_colleagues_seller_away(placed: Callable[..., None]) -> None:
    """Only who was offboarded may go; his secret is then no longer declared (design.md 4)."""
    left = {**BASE, "dev-s00": {"sellers": ["berlin-books", "maple-outdoor"]}}
    placed({"maple-outdoor": "s00"})
    with pytest.raises(pulumi.RunError, match="berlin-books: stack dev-s00 holds this seller and the roster does not"):
        declare(run, stack="dev-s00", left=left, preview=True)

    placed(ROWS, berlin="offboarded")

    assert sellers(declare(run, stack="dev-s00", left=left, preview=True)) == ["maple-outdoor"]
