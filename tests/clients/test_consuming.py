"""What docs/consuming.md shows works as it stands: from a role's ARN to the first call, in each language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from clients.fleet import MARKETPLACES, PROJECT, SELLER, STACK
from clients.running import JAVA, NODE
from clients.snippets import PAGE, run, snippets
from local.demo.recording import tool
from provisioning.exporting.formats import find_format
from tests.clients.conftest import need

if TYPE_CHECKING:
    from pathlib import Path

    from clients.fleet import Fleet

HERE = {
    "python": True,
    "node": shutil.which("node") is not None and (NODE / "node_modules/@aws-sdk/credential-providers").is_dir(),
    "java": shutil.which("java") is not None and (JAVA / "classpath").is_file(),
}
BLOCKS = [(language, number) for language in HERE for number in range(len(snippets(language)))]


def test_the_page_has_a_block_for_each_language() -> None:
    """Two for Python's two clients, one for Node; Java's two parts make one program."""
    assert BLOCKS == [("python", 0), ("python", 1), ("node", 0), ("java", 0)]


@pytest.mark.parametrize(("language", "number"), BLOCKS)
def test_a_block_ends_in_a_call(fleet: Fleet, tmp_path: Path, language: str, number: int) -> None:
    """Run as the ERP's worker, it assumes the reader's role, reads, and names the seller's marketplaces."""
    need(f"the page's {language}", is_here=HERE[language])

    done = run(language, snippets(language)[number], fleet, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [market for market in MARKETPLACES if market not in done.stdout] == []


@pytest.mark.parametrize("language", ["python", "node"])
def test_a_block_is_five_lines(language: str) -> None:
    """Beside its imports."""
    for code in snippets(language):
        lines = [line for line in code.splitlines() if line and not line.startswith(("import ", "from "))]
        assert len(lines) <= 5, lines


def test_the_commands_name_formats_that_are_there() -> None:
    """What the page says of clients that are not run: `exec` with a format of an environment, `export` with any."""
    found = re.findall(r"^sellerkeys (exec|export) \S+ --format (\S+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(found) == 4
    assert [name for command, name in found if command == "exec" and not find_format(name).is_environment] == []


def sellerkeys(fleet: Fleet, actor: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody of the fleet, every call of his decided by the policies that are there."""
    return subprocess.run(
        [tool("sellerkeys"), "--stack", STACK, *arguments],
        cwd=PROJECT,
        env=fleet.environment(actor),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


EXPORT = ("export", SELLER, "--format", "bizon")
EXEC = ("exec", SELLER, "--", sys.executable, "-c", "import os; print(os.environ['LWA_CLIENT_ID'])")


@pytest.mark.parametrize("arguments", [EXPORT, EXEC], ids=["export", "exec"])
@pytest.mark.parametrize("actor", ["erp", "on-call"])
def test_who_may_become_the_reader_is_handed_the_credential(
    fleet: Fleet, actor: str, arguments: tuple[str, ...]
) -> None:
    """The ERP's worker and whoever is on call; the read is the reader's, which is said."""
    done = sellerkeys(fleet, actor, *arguments)

    assert (done.returncode, fleet.credential()["clientId"] in done.stdout) == (0, True), done.stderr
    assert f"{SELLER}: value read as arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/" in done.stderr


@pytest.mark.parametrize("arguments", [EXPORT, EXEC], ids=["export", "exec"])
@pytest.mark.parametrize("actor", ["onboarder", "deployer", "auditor"])
def test_everybody_else_is_denied(fleet: Fleet, actor: str, arguments: tuple[str, ...]) -> None:
    """Exit 5, the role and the missing permission by name, and nothing of the credential (design.md 6 and 8)."""
    done = sellerkeys(fleet, actor, *arguments)

    role = f"arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.{SELLER}"
    sentence = f"sellerkeys: AWS denied AssumeRole on {role}: use a role that may do this, then run it again\n"
    assert (done.returncode, done.stdout, done.stderr) == (5, "", sentence)


@pytest.mark.parametrize("arguments", [EXPORT, EXEC], ids=["export", "exec"])
def test_a_reader_who_may_not_read(fleet: Fleet, arguments: tuple[str, ...]) -> None:
    """A reader whose policy went by hand: exit 5, which role was denied what on which secret."""
    with fleet.reader_without_policy() as role:
        done = sellerkeys(fleet, "erp", *arguments)

    assert (done.returncode, done.stdout) == (5, "")
    asked = "secretsmanager:GetSecretValue on sellerkeys/dev/sellers/berlin-books/sp-api"
    assert done.stderr == f"sellerkeys: AWS denied {asked} for {role}: use a role that may do this, then run it again\n"
