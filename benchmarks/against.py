"""A pytest plugin: run the bench's rules against plain moto, and write down which tests passed.

`pytest -p benchmarks.against --against moto --outcomes FILE -m rule tests/local/aws`
"""

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say against what to run, and where to write."""
    parser.addoption("--against", choices=["bench", "moto"], default="bench")
    parser.addoption("--outcomes", type=Path, required=True)


class Outcomes:
    """Collects by test function, without its parameters, whether each of its examples passed."""

    def __init__(self) -> None:
        self.passed: dict[str, list[bool]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the test itself, or a set-up that failed."""
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.passed.setdefault(report.nodeid.partition("[")[0], []).append(report.passed)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to collect."""
    config.pluginmanager.register(Outcomes(), "outcomes")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what was collected."""
    found = config.pluginmanager.get_plugin("outcomes")
    if isinstance(found, Outcomes):
        config.getoption("outcomes").write_text(json.dumps(found.passed), encoding="utf-8")
