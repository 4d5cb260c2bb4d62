"""Made-up values have the documented shape, and nobody can mistake them for real ones."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from local.amazon.placeholders import Placeholders

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (Placeholders.client_id, r"amzn1\.application-oa2-client\.PLACEHOLDER[0-9a-f]{32}"),
        (Placeholders.client_secret, r"amzn1\.oa2-cs\.v1\.PLACEHOLDER[0-9a-f]{64}"),
        (Placeholders.application_id, r"amzn1\.sp\.solution\.PLACEHOLDER-[0-9a-f-]{36}"),
        (Placeholders.selling_partner_id, r"APLACEHOLDER[A-Z0-9]{6}"),
        (Placeholders.access_token, r"Atza\|PLACEHOLDER-[0-9a-f]{336}"),
        (Placeholders.refresh_token, r"Atzr\|PLACEHOLDER-[0-9a-f]{362}"),
    ],
    ids=["client id", "client secret", "application id", "selling partner id", "access token", "refresh token"],
)
def test_shapes(make: Callable[[Placeholders], str], shape: str) -> None:
    """Prefixes and lengths are those of sp-api.md 1.3, with PLACEHOLDER after the prefix."""
    values = {make(Placeholders(random.Random(seed))) for seed in range(50)}  # noqa: S311 - placeholders

    assert len(values) == 50
    assert all(re.fullmatch(shape, value) for value in values)


def test_the_same_randomness_makes_the_same_values() -> None:
    """A seed replays a run."""
    first, second = (Placeholders(random.Random(4)) for _ in range(2))  # noqa: S311 - placeholders

    assert [first.client_id(), first.refresh_token()] == [second.client_id(), second.refresh_token()]
