"""The bench's rules of AWS, each a test: `python -m benchmarks.rules` measures them and writes docs/bench.md.

The same tests run against the bench and against moto as it comes, so the page says what the bench adds.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

PROJECT: Final = Path(__file__).parents[1]
PAGE: Final = PROJECT / "docs/bench.md"
TESTS: Final = "tests/local/aws"
#: How many rules aws.md 10.1 lists, which are those that moto was seen to break.
LISTED: Final = 28
_DOCSTRING = re.compile(r"(?P<sentence>.+) \((?P<source>[^()]+)\)\.")
Side = Literal["moto", "bench"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its test tells it; `number` in aws.md 10.1, None for one beyond that list."""

    test: str
    number: int | None
    sentence: str
    source: str


class NoRule(Exception):
    """A test is marked as a rule and does not say which, or by what source."""


def rules() -> list[Rule]:
    """Read the rules out of the tests, the listed ones by number, then the others as they stand; raises NoRule."""
    found = [rule for path in sorted((PROJECT / TESTS).rglob("test_*.py")) for rule in _rules_in(path)]
    return sorted(found, key=lambda rule: rule.number or LISTED + 1)


def measured(side: Side) -> dict[str, list[bool]]:
    """Run every rule's test against one side; by test, whether each of its examples passed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outcomes.json"
        plugins = ["-p", "no:cacheprovider", "-p", "benchmarks.against", "--against", side, "--outcomes", str(file)]
        command = [sys.executable, "-m", "pytest", "-q", "-m", "rule", *plugins, TESTS]
        # A failed test is an outcome here, so the exit code says nothing.
        subprocess.run(command, cwd=PROJECT, check=False, capture_output=True)  # noqa: S603 - our own tests
        return dict(json.loads(file.read_text(encoding="utf-8")))


def page(moto: dict[str, list[bool]], bench: dict[str, list[bool]]) -> str:
    """Write docs/bench.md."""
    found = rules()
    listed = [rule for rule in found if rule.number]
    beyond = [rule for rule in found if not rule.number]
    return "\n".join(
        [
            "# The bench's rules of AWS",
            "",
            f"The bench holds {len(found)} rules of AWS, each a test over HTTP; plain moto keeps {_kept(found, moto)}.",
            "",
            "Written by `python -m benchmarks.rules`, which runs the same tests against the bench and against moto's",
            "own server. moto's Lambda is the one that needs no Docker; it never runs a handler, so what rests on a",
            "handler is wrong there too. *One of two*: AWS's behaviour is not known, the bench can do either",
            "(`local/aws/unsettled.py`), moto does one. As sources, botocore is AWS's API text in that package, aws.md",
            "the collection of documented and measured behaviour that the project was given.",
            "",
            "What goes wrong on request is another matter: `python -m local fault set aws --help`.",
            "",
            "## What moto was known to do otherwise",
            "",
            "| no. | rule | source | plain moto | bench |",
            "|---|---|---|---|---|",
            *(f"| {rule.number} {row(rule)} {_verdicts(rule, moto, bench)}" for rule in listed),
            "",
            "## Beyond that list",
            "",
            "| rule | source | plain moto | bench |",
            "|---|---|---|---|",
            *(f"{row(rule)} {_verdicts(rule, moto, bench)}" for rule in beyond),
            "",
        ]
    )


def row(rule: Rule) -> str:
    """Write what a row of the page says of a rule whatever was measured."""
    return f"| {rule.sentence} | {rule.source} |"


def _kept(found: list[Rule], moto: dict[str, list[bool]]) -> int:
    return sum(all(moto[rule.test]) for rule in found)


def _verdicts(rule: Rule, moto: dict[str, list[bool]], bench: dict[str, list[bool]]) -> str:
    return f"{_verdict(rule, moto)} | {_verdict(rule, bench)} |"


def _verdict(rule: Rule, outcomes: dict[str, list[bool]]) -> str:
    passed = outcomes[rule.test]
    if all(passed):
        return "right"
    return "one of two" if "not known" in rule.sentence and any(passed) else "wrong"


def _rules_in(path: Path) -> list[Rule]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(PROJECT).as_posix()
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [_rule(f"{name}::{test.name}", test, mark) for test in tests for mark in _marks(test)]


def _marks(test: ast.FunctionDef) -> list[ast.expr]:
    return [mark for mark in test.decorator_list if ast.unparse(mark).startswith("pytest.mark.rule")]


def _rule(name: str, test: ast.FunctionDef, mark: ast.expr) -> Rule:
    number = ast.literal_eval(mark.args[0]) if isinstance(mark, ast.Call) else None
    text = _DOCSTRING.fullmatch(" ".join((ast.get_docstring(test) or "").split()))
    if text is None or (number is not None and f"aws.md 10.1 no. {number};" not in f"{text['source']};"):
        raise NoRule(f"{name}: its docstring must be the rule and, in brackets, its source with the rule's number")
    return Rule(name, number, text["sentence"], text["source"])


if __name__ == "__main__":
    PAGE.write_text(page(measured("moto"), measured("bench")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(PROJECT)} is written\n")
