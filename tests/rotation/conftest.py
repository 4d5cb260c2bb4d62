"""A rotation to test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rotation.berlin import (
    Bench,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.amazon import FakeAmazon


@pytest.fixture
def bench(amazon: FakeAmazon, now: datetime) -> Bench:
    """A seller whose secret still has the old client secret, while the app secret has the new one."""
    return Bench(amazon, now)
