"""A fleet that real clients read; and what is done where a language is not on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from clients.fleet import Fleet
from local.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Three sellers, declared and onboarded on a bench of their own."""
    with Fleet(Home(tmp_path_factory.mktemp("clients") / "home")) as fleet:
        yield fleet


def need(what: str, *, is_here: bool) -> None:
    """Skip a test whose language is not on this machine; in CI, whose machine has it, fail."""
    if not is_here:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{what}: `make clients-here` installs it")
