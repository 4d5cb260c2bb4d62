"""What the README shows is what the programs say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_help() -> None:
    """The block under "The command" is what `sellerkeys --help` prints on a terminal of 80 columns."""
    shown = re.search(r"```\n\$ sellerkeys --help\n(.*?)\n```", README, re.DOTALL)
    program = Path(sys.executable).with_name("sellerkeys")
    said = subprocess.run([program, "--help"], env={"COLUMNS": "80"}, capture_output=True, text=True, check=True)

    assert shown is not None
    assert shown[1] == said.stdout.rstrip()


def test_make_targets() -> None:
    """Every `make` target that the README names is there, with a line in `make help`."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z]+)", README)) - {"help"}

    assert named
    assert named <= set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))


def test_links() -> None:
    """Every file that the README links to is there."""
    linked = re.findall(r"\]\(([^)#:]+)\)", README)

    assert linked
    assert [name for name in linked if not (PROJECT / name).exists()] == []
