"""A bench in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.bench import Bench
from local.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Choose a folder."""
    return Home(tmp_path / "bench")


@pytest.fixture
def bench(home: Home) -> Iterator[Bench]:
    """Run a bench in this process."""
    with Bench(home) as bench:
        yield bench
