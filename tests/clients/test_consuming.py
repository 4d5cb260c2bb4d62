"""What docs/consuming.md shows works as it stands: from a role's ARN to the first call, in each language."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from clients.fleet import MARKETPLACES
from clients.running import JAVA, NODE
from clients.snippets import PAGE, run, snippets
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
