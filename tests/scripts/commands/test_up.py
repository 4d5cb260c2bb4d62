"""`sellerkeys up`: all stacks brought to the roster."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from provisioning import naming
from provisioning.errors import Waiting
from scripts.engine import EngineFailed, Held

if TYPE_CHECKING:
    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

HEADER = "seller,region,marketplaces,status,shard"


def write(desk: Desk, *rows: str) -> None:
    """Write a roster of `seller`, `seller/shard` or `seller/shard/status`."""
    lines = [
        f"{seller},EU,DE,{status},{shard}" for seller, shard, status in ((*row.split("/"), "", "")[:3] for row in rows)
    ]
    desk.roster.write_text("\n".join([HEADER, *lines]) + "\n")


@pytest.fixture
def fleet(desk: Desk) -> Desk:
    """A fleet of a base stack and two shards, nothing of which has been made."""
    desk.engine.held = {}
    write(desk, "a", "b/s00", "c/s01", "d/s01")
    return desk


def results(desk: Desk, *options: str) -> dict[str, str]:
    """Run `up`, and give what became of each stack."""
    told = json.loads(desk.run("--output", "json", "up", *options).stdout)
    return {each["stack"]: each["result"] for each in told["stacks"]}


@pytest.mark.parametrize(
    ("before", "heeded"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)], ids=["a terminal", "nohup"]
)
def test_a_closed_terminal_ends_it_unless_it_was_to_outlive_it(
    fleet: Desk, monkeypatch: pytest.MonkeyPatch, before: signal.Handlers, *, heeded: bool
) -> None:
    """SIGHUP ends like Ctrl-C, once Pulumi has come to its end; under nohup it is nothing, and `up` goes on."""
    stacks = fleet.engine.stacks

    def closed() -> dict[str, datetime | None]:
        os.kill(os.getpid(), signal.SIGHUP)
        return stacks()

    monkeypatch.setattr(fleet.engine, "stacks", closed)
    kept = signal.signal(signal.SIGHUP, before)
    try:
        assert fleet.run("up").exit_code == (130 if heeded else 0)
        assert signal.getsignal(signal.SIGHUP) is before
    finally:
        signal.signal(signal.SIGHUP, kept)


def test_from_nothing(fleet: Desk) -> None:
    """The base stack first, then every shard; one table tells of all."""
    result = fleet.run("up", "--at-once", "1")

    assert (result.exit_code, result.stdout) == (
        0,
        (
            "STACK    RESULT  TOOK  DETAIL\n"
            "dev      made    0 s   4 created; + a\n"
            "dev-s00  made    0 s   4 created; + b\n"
            "dev-s01  made    0 s   8 created; + c, d\n"
            "\n"
            "3 stacks: 3 made\n"
        ),
    )
    assert fleet.engine.calls == [
        f"{what} {stack}" for stack in ("dev", "dev-s00", "dev-s01") for what in ("make", "up")
    ]


def test_what_is_up_to_date_is_left_alone(fleet: Desk) -> None:
    """Nothing is asked of Pulumi but when each stack was updated, and with what."""
    fleet.run("up")
    fleet.engine.calls.clear()

    assert set(results(fleet).values()) == {"unchanged"}
    assert fleet.engine.calls == []
    assert set(results(fleet, "--all").values()) == {"unchanged"}
    assert sorted(fleet.engine.calls) == ["up dev", "up dev-s00", "up dev-s01"]


@pytest.mark.parametrize(
    ("change", "updated"),
    [
        (lambda desk: write(desk, "a", "b/s00", "c/s01", "d/s01", "e/s01"), {"dev-s01"}),
        (lambda desk: write(desk, "a", "b/s00/paused", "c/s01", "d/s01"), {"dev-s00"}),
        (lambda desk: (desk.folder / "Pulumi.yaml").write_text("name: other\n"), {"dev", "dev-s00", "dev-s01"}),
        (
            lambda desk: desk.write("Pulumi.dev.yaml", (desk.folder / "Pulumi.dev.yaml").read_text() + "  a:b: c\n"),
            {"dev", "dev-s00", "dev-s01"},
        ),
        (lambda desk: desk.engine.given.update(key_arn="arn:other"), {"dev-s00", "dev-s01"}),
        (lambda desk: desk.engine.messages.update({"dev-s00": "somebody's pulumi up"}), {"dev-s00"}),
        (lambda desk: desk.engine.messages.pop("dev-s01"), {"dev-s01"}),
    ],
    ids=["a row", "a cell", "program", "configuration", "base stack's outputs", "by hand", "failed or died"],
)
def test_a_stack_is_updated_where_anything_it_is_made_of_changed(fleet: Desk, change, updated: set[str]) -> None:
    """Its rows, the program, the configuration, what the base stack gives; or somebody else updated it since."""
    fleet.run("up")
    fleet.engine.calls.clear()
    change(fleet)

    assert fleet.run("up").exit_code == 0
    assert set(fleet.engine.calls) == {f"up {stack}" for stack in updated}
    fleet.engine.calls.clear()
    fleet.run("up")
    assert fleet.engine.calls == []


def test_a_failing_shard_stops_no_other(fleet: Desk) -> None:
    """The others are brought up to date, and the same command again does what is missing."""
    fleet.engine.fails["dev-s00"] = EngineFailed("`pulumi up` failed: error: no such thing")

    result = fleet.run("up")

    assert result.exit_code == 1
    assert "dev-s00  failed  0 s   `pulumi up` failed: error: no such thing\n" in result.stdout
    assert result.stdout.endswith("3 stacks: 2 made, 1 failed\n")
    fleet.engine.fails.clear()
    assert results(fleet) == {"dev": "unchanged", "dev-s00": "updated", "dev-s01": "unchanged"}


def test_without_the_base_stack_no_shard_is_begun(fleet: Desk) -> None:
    """Shards need what it gives; the exit code is that of its failure."""
    fleet.engine.fails["dev"] = Waiting("stack dev is being updated by somebody else: wait, then run this again")

    result = fleet.run("up")

    assert (result.exit_code, fleet.engine.calls) == (3, ["make dev", "up dev"])
    assert "dev-s01  not begun  0 s   it needs the base stack, and dev failed\n" in result.stdout


def test_a_preview_changes_nothing(fleet: Desk) -> None:
    """What would be made, updated and left alone is told; Pulumi's own preview runs where there is a stack."""
    assert results(fleet, "--preview") == {"dev": "would make", "dev-s00": "would make", "dev-s01": "would make"}
    assert fleet.engine.calls == []
    fleet.run("up")
    fleet.engine.calls.clear()
    write(fleet, "a", "b/s00", "c/s01", "d/s01/offboarded", "e/s00", "f/s02")

    told = json.loads(fleet.run("--output", "json", "up", "--dry-run").stdout)["stacks"]

    assert [(each["stack"], each["result"], each["made"], each["gone"]) for each in told] == [
        ("dev", "unchanged", [], []),
        ("dev-s00", "would update", ["e"], []),
        ("dev-s01", "would update", [], ["d"]),
        ("dev-s02", "would make", ["f"], []),
    ]
    assert fleet.engine.calls == ["preview dev-s00"]


def test_who_was_offboarded_is_deleted(fleet: Desk) -> None:
    """Only then is his secret's protection taken off; once no row names a shard, its stack is removed."""
    fleet.run("up")
    fleet.engine.calls.clear()
    write(fleet, "a", "b/s00/offboarded", "c/s01", "d/s01")

    assert results(fleet) == {"dev": "unchanged", "dev-s00": "updated", "dev-s01": "unchanged"}
    assert fleet.engine.calls == ["unprotect dev-s00", "up dev-s00"]
    assert fleet.engine.held["dev-s00"] == {}
    write(fleet, "a", "c/s01", "d/s01")
    assert results(fleet)["dev-s00"] == "removed"
    assert "dev-s00" not in fleet.engine.held


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("a", "b/s00", "c/s01"), "d: stack dev-s01 holds this seller and the roster does not: fetch the row"),
        (
            ("a", "b/s00", "c/s01", "d/s00"),
            "d: stack dev-s01 holds this seller, but the roster's shard is s00: a shard",
        ),
        (("a", "c/s01", "d/s01"), "b: stack dev-s00 holds this seller and the roster does not: fetch the row"),
    ],
    ids=["row gone", "shard changed", "last row gone"],
)
def test_nobody_goes_away_unmarked(fleet: Desk, rows: tuple[str, ...], said: str) -> None:
    """A stale checkout, or a changed shard, is refused by name, and nothing is unprotected."""
    fleet.run("up")
    fleet.engine.calls.clear()
    write(fleet, *rows)
    if "d/s00" in rows:
        fleet.engine.messages.clear()

    previewed, result = fleet.run("up", "--preview"), fleet.run("up")

    assert said in result.stdout
    assert said in previewed.stdout
    assert result.exit_code == 1
    assert not [call for call in fleet.engine.calls if "unprotect" in call or "remove" in call]


def test_a_secret_that_was_brought_back_is_taken_up(fleet: Desk, aws: FakeSecretsManager) -> None:
    """After `offboard --undo` it exists already, so Pulumi could not make it; one that is being deleted is told."""
    fleet.run("up")
    aws.declare(naming.seller_secret_name("dev", "e"))
    write(fleet, "a", "b/s00", "c/s01", "d/s01", "e/s00")

    assert results(fleet)["dev-s00"] == "updated"
    assert set(fleet.engine.adopted) == {"e"}
    fleet.engine.held["dev-s00"].pop("e")
    fleet.engine.messages.pop("dev-s00")
    aws.secrets[naming.seller_secret_name("dev", "e")].deleted_on = datetime(2026, 11, 25, tzinfo=UTC)
    assert "is scheduled for deletion" in fleet.run("up").stdout


def test_a_role_that_a_dead_run_made_is_taken_up(fleet: Desk, deployed: FakeAccount) -> None:
    """AWS is asked about those in whose midst a run died, and nobody else; what it has not, Pulumi makes."""
    fleet.run("up")
    fleet.engine.calls.clear()
    fleet.engine.begun["dev-s01"] = frozenset({"c", "d"})
    fleet.engine.messages.pop("dev-s01")
    deployed.add_role(naming.reader_role_name("dev", "c"), {})

    assert results(fleet)["dev-s01"] == "unchanged"

    assert fleet.engine.calls == ["settle dev-s01", "adopt dev-s01", "up dev-s01"]
    assert fleet.engine.adopted == {"the role of c": "sellerkeys.dev.c"}
    assert [call for call in deployed.asked if "GetRole " in call] == [
        "GetRole sellerkeys.dev.c",
        "GetRole sellerkeys.dev.d",
    ]


def test_one_reader_for_all_is_no_sellers_role(fleet: Desk, deployed: FakeAccount) -> None:
    """In one-role isolation no seller has a role in any state, and nobody asks about one."""
    told = (fleet.folder / "Pulumi.dev.yaml").read_text()
    fleet.write("Pulumi.dev.yaml", told + "  sellerkeys:isolation: one-role\n")
    fleet.run("up")
    fleet.engine.begun["dev-s01"] = frozenset({"c", "d"})
    fleet.engine.messages.pop("dev-s01")

    assert fleet.run("up").exit_code == 0
    assert "adopt dev-s01" not in fleet.engine.calls
    assert not [call for call in deployed.asked if "GetRole " in call]


def test_a_denied_look_at_a_role_means_that_there_is_none(fleet: Desk, deployed: FakeAccount) -> None:
    """A deployer may look below a path, and a role that is not there has none: so Pulumi makes it, or is refused."""
    fleet.run("up")
    fleet.engine.calls.clear()
    fleet.engine.begun["dev-s01"] = frozenset({"c"})
    fleet.engine.messages.pop("dev-s01")
    deployed.denied = frozenset({"GetRole sellerkeys.dev.c"})

    assert fleet.run("up").exit_code == 0
    assert fleet.engine.calls == ["settle dev-s01", "up dev-s01"]


def test_ctrl_c_lets_updates_end_and_tells_what_was_done(fleet: Desk) -> None:
    """Pulumi is asked to end gracefully, no other stack begins, and the same command again completes."""

    def interrupt() -> None:
        if "up dev-s00" in fleet.engine.calls:
            fleet.engine.deploy = lambda: None
            raise KeyboardInterrupt

    fleet.engine.deploy = interrupt

    result = fleet.run("up", "--at-once", "1")

    assert (result.exit_code, fleet.engine.interrupted > 0) == (130, True)
    assert "dev    made    0 s   4 created; + a\n" in result.stdout
    assert result.stderr.endswith("sellerkeys: interrupted: run the same command again to continue\n")
    assert fleet.run("up").exit_code == 0
    assert {stack: sorted(held) for stack, held in fleet.engine.held.items()} == {
        "dev": ["a"],
        "dev-s00": ["b"],
        "dev-s01": ["c", "d"],
    }


def test_other_fleets_stacks_are_left_alone(fleet: Desk) -> None:
    """A project may hold several fleets; each has its own base stack and shards."""
    fleet.engine.held = {"prod": {"x": Held("urn:x", is_protected=True)}, "prod-s00": {}}

    fleet.run("up")

    assert fleet.engine.held["prod-s00"] == {}
    assert not [call for call in fleet.engine.calls if "prod" in call]


def test_without_a_project_here(fleet: Desk) -> None:
    """The program is found by its Pulumi.yaml."""
    (fleet.folder / "Pulumi.yaml").unlink()

    result = fleet.run("up")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: Pulumi.yaml: there is none here: go to the project's folder\n",
    )
