"""`sellerkeys offboard`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from provisioning import naming

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk


@pytest.fixture
def leaving(onboarded_desk: Desk) -> Desk:
    """A desk whose roster has a column for the status."""
    lines = onboarded_desk.roster.read_text().splitlines()
    onboarded_desk.roster.write_text("\n".join([f"{lines[0]},status", *(f"{line}," for line in lines[1:])]) + "\n")
    return onboarded_desk


def test_out_and_back(leaving: Desk, aws: FakeSecretsManager) -> None:
    """One changed cell each way; meanwhile the seller is none whom other commands know."""
    before = leaving.roster.read_text()
    berlin = aws.secrets[naming.seller_secret_name("dev", "berlin")]

    result = leaving.run("--output", "json", "offboard", "berlin")

    assert (result.exit_code, json.loads(result.stdout)["summary"]) == (0, {"offboarded": 1})
    assert leaving.roster.read_text() == before.replace("APLACEHOLDER2,DE,,", "APLACEHOLDER2,DE,,offboarded")
    assert berlin.rotation["RotationEnabled"] is False
    assert "berlin" not in leaving.run("status").stdout
    assert "berlin" in leaving.run("roster", "list").stdout
    assert leaving.run("rotate", "berlin").exit_code == 3
    assert leaving.run("offboard", "berlin", "--undo").exit_code == 0
    assert leaving.roster.read_text() == before.replace("APLACEHOLDER2,DE,,", "APLACEHOLDER2,DE,,active")
    assert berlin.rotation["RotationEnabled"] is True


def test_up_then_deletes_and_after_undo_takes_up_again(leaving: Desk) -> None:
    """Protection is taken off whom `offboard` marked, and off no other; what came back is adopted."""
    leaving.run("offboard", "berlin")

    assert leaving.run("up").exit_code == 0
    assert leaving.engine.calls == ["unprotect dev", "up dev"]
    assert set(leaving.engine.held["dev"]) == {"maple", "kyoto"}
    leaving.run("offboard", "berlin", "--undo")
    leaving.run("up")
    assert set(leaving.engine.adopted) == {"berlin"}
    assert set(leaving.engine.held["dev"]) == {"maple", "berlin", "kyoto"}


def test_a_dry_run_touches_nothing(leaving: Desk, aws: FakeSecretsManager) -> None:
    """Neither roster nor AWS."""
    before, calls = leaving.roster.read_text(), len(aws.calls)

    result = leaving.run("offboard", "berlin", "maple", "--dry-run")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "2 sellers: 2 would offboard")
    assert (leaving.roster.read_text(), set(aws.calls[calls:])) == (before, {"DescribeSecret"})


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        ([], 2, "sellerkeys: name one or more sellers; nothing was changed\n"),
        (["roma"], 3, "sellerkeys: roma: not in the roster; `sellerkeys roster list` shows who is\n"),
    ],
)
def test_whom_it_does_not_know(leaving: Desk, argv: list[str], code: int, said: str) -> None:
    """Nobody is offboarded by a slip."""
    result = leaving.run("offboard", *argv)

    assert (result.exit_code, result.output) == (code, said)


def test_a_roster_without_the_column(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """The mark would have no place, so nothing is begun."""
    result = onboarded_desk.run("offboard", "berlin")

    assert (result.exit_code, "no column status: add it to the header first" in result.output) == (2, True)
    assert aws.secrets[naming.seller_secret_name("dev", "berlin")].rotation["RotationEnabled"] is True
