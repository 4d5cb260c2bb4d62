"""`sellerkeys evidence`, as the operator sees it, and the two files it writes, byte for byte.

The files in the folder `evidence` beside this one are what is expected; a change of theirs is to be read in review.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioning.auditing.requirements import CAVEAT, REQUIREMENTS

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

EXPECTED = Path(__file__).with_name("evidence")
BERLIN = "sellerkeys/dev/sellers/berlin/sp-api"


@pytest.fixture
def small(deployed: FakeAccount) -> FakeAccount:
    """The account with the rotation as its only function, so that another one changes nothing here."""
    roles = deployed.roles
    deployed.roles = {name: roles[name] for name in roles if "-fn." not in name or name.endswith(".rotation")}
    deployed.logs = [log for log in deployed.logs if log["logGroupName"].endswith("-rotation")]
    deployed.alarms = [alarm for alarm in deployed.alarms if alarm["AlarmName"].endswith("-rotation-errors")]
    return deployed


def test_text_and_files(onboarded_desk: Desk, small: FakeAccount, aws: FakeSecretsManager) -> None:
    """The rows as a table, the caveat, the files' names; no value is read."""
    aws.calls.clear()

    result = onboarded_desk.run("evidence", str(onboarded_desk.folder / "out"))

    assert small.asked
    assert result.exit_code == 0
    assert result.stdout == (EXPECTED / "evidence.txt").read_text(encoding="utf-8")
    assert result.stderr == "".join(
        f"wrote {onboarded_desk.folder / 'out' / name}\n" for name in ("evidence.json", "evidence.html")
    )
    for name in ("evidence.json", "evidence.html"):
        assert (onboarded_desk.folder / "out" / name).read_bytes() == (EXPECTED / name).read_bytes(), name
    assert set(aws.calls) == {"DescribeSecret", "GetResourcePolicy"}


def test_the_same_state_gives_the_same_bytes(
    onboarded_desk: Desk, small: FakeAccount, now: datetime, aws: FakeSecretsManager
) -> None:
    """A year later, by another clock, in another order of AWS's answers, into another folder."""
    onboarded_desk.run("evidence", str(onboarded_desk.folder / "a"))
    later = replace(onboarded_desk.outside, now=lambda: now + timedelta(days=365))
    small.roles = dict(reversed(small.roles.items()))
    aws.secrets = dict(reversed(aws.secrets.items()))
    replace(onboarded_desk, outside=later).run("evidence", str(onboarded_desk.folder / "b"))

    for name in ("evidence.json", "evidence.html"):
        first, second = ((onboarded_desk.folder / each / name).read_bytes() for each in "ab")
        assert first == second


def test_json_is_the_file(onboarded_desk: Desk, small: FakeAccount) -> None:
    """`--output json` prints what the file holds, and --dry-run writes none."""
    result = onboarded_desk.run("--output", "json", "evidence", str(onboarded_desk.folder / "out"), "--dry-run")

    assert small.asked
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads((EXPECTED / "evidence.json").read_text(encoding="utf-8"))
    assert not (onboarded_desk.folder / "out").exists()


def test_a_row_that_is_not_met_is_an_exit_code(onboarded_desk: Desk, small: FakeAccount) -> None:
    """A pipeline can stop on it."""
    small.logs[0]["retentionInDays"] = 90

    result = onboarded_desk.run("evidence", str(onboarded_desk.folder / "out"))

    assert result.exit_code == 1
    assert "\n27 rows: 3 shown, 7 shown in part, 1 not met, 16 ask a person\n" in result.stdout
    assert "✗ not met" in (onboarded_desk.folder / "out" / "evidence.html").read_text(encoding="utf-8")


def test_before_pulumi_up(desk: Desk, small: FakeAccount) -> None:
    """Without a key there is nothing to look at."""
    small.key = {}

    result = desk.run("evidence", str(desk.folder / "out"))

    assert (result.exit_code, result.output) == (
        3,
        "sellerkeys: key alias/sellerkeys-dev is not declared: run `pulumi up`\n",
    )


def test_a_seller_that_is_not_declared_is_named(desk: Desk, small: FakeAccount, aws: FakeSecretsManager) -> None:
    """What was not looked at must not look as if it were fine."""
    del aws.secrets[BERLIN]

    desk.run("evidence", str(desk.folder / "out"))

    assert small.asked
    assert "Not declared yet, so not looked at: berlin" in (desk.folder / "out" / "evidence.html").read_text("utf-8")


def test_a_folder_that_cannot_be_written(desk: Desk, small: FakeAccount) -> None:
    """One sentence, no traceback."""
    (desk.folder / "out").write_text("a file")
    assert small.key

    result = desk.run("evidence", str(desk.folder / "out" / "deeper"))

    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"sellerkeys: {desk.folder}/out/deeper: cannot be written to (NotADirectoryError): name a folder of your"
            " own\n"
        ),
    )


class Page(HTMLParser):
    """Reads a page: its elements, whether each is closed, its words, every address in it."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "srcset"}]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_stands_alone(onboarded_desk: Desk, small: FakeAccount) -> None:
    """No script, nothing from anywhere else, and a policy that would stop both; every element is closed."""
    onboarded_desk.run("evidence", str(onboarded_desk.folder / "out"))
    text = (onboarded_desk.folder / "out" / "evidence.html").read_text(encoding="utf-8")

    page = Page(text)

    assert small.asked
    assert page.open == []
    assert page.addresses == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.seen)
    assert "default-src &#x27;none&#x27;" in text
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_says_everything_that_is_asked(onboarded_desk: Desk, small: FakeAccount) -> None:
    """Every row with what is asked, the caveat, every seller by name."""
    onboarded_desk.run("evidence", str(onboarded_desk.folder / "out"))

    words = "".join(Page((onboarded_desk.folder / "out" / "evidence.html").read_text(encoding="utf-8")).words)

    assert small.asked
    assert [each.id for each in REQUIREMENTS if each.asks not in words] == []
    assert CAVEAT in words
    assert all(name in words for name in ("Maple Outdoor", "Berlin Books", "Kyoto Tea"))


def test_a_name_is_no_markup(desk: Desk, small: FakeAccount) -> None:
    """Whatever a roster calls a store, the page shows it as text."""
    desk.roster.write_text(desk.roster.read_text().replace("Berlin Books", "<script>alert(1)</script>"))
    assert small.key

    desk.run("evidence", str(desk.folder / "out"))

    text = (desk.folder / "out" / "evidence.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
