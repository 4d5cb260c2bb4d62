"""docs/bench.md says what the tests say; `python -m benchmarks.rules` writes it."""

import re

import pytest

from benchmarks.rules import LISTED, PAGE, PROJECT, Rule, row, rules


@pytest.fixture(scope="module")
def page() -> list[str]:
    """The page's rows."""
    return [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.endswith("| right |")]


def test_each_listed_rule_is_one_test() -> None:
    """Every number of aws.md 10.1 has a test of its own."""
    assert [rule.number for rule in rules() if rule.number] == list(range(1, LISTED + 1))


def test_the_page_holds_every_rule_as_its_test_tells_it(page) -> None:
    """Number, rule and source, in order; and the bench was right on each when it was last measured."""
    expected = [f"| {rule.number} {row(rule)}" if rule.number else row(rule) for rule in rules()]

    assert [line.rsplit(" | ", 2)[0] + " |" for line in page] == expected


def test_the_page_tells_how_many() -> None:
    """A count that is told somewhere is the count there is."""
    told = [(PROJECT / name).read_text(encoding="utf-8") for name in ("docs/bench.md", "README.md")]

    assert {int(count) for text in told for count in re.findall(r"(\d+) rules of AWS", text)} == {len(rules())}


def test_a_row_of_the_page() -> None:
    """A rule is its sentence and where it comes from."""
    assert row(Rule("tests/test_x.py::test_x", 3, "It holds", "botocore")) == "| It holds | botocore |"
