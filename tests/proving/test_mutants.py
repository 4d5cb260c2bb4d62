"""A reduced hunt: `make mutants` breaks every document in every way."""

from __future__ import annotations

import pytest

from proving.fleet import MODES, fleet
from proving.hunting import explained, hunt
from proving.mutants import documents, mutants


def test_there_are_enough_of_them() -> None:
    """In each mode, over all documents."""
    assert all(sum(len(list(mutants(*one))) for one in documents(fleet(mode))) > 500 for mode in MODES)


@pytest.mark.parametrize("name", ["the reader of a seller", "the queue new-secret"])
def test_each_is_caught_or_allows_nothing_more(name: str) -> None:
    """A star for an ARN, a dropped condition or denial, `-*` for `-??????`, another operator, another principal."""
    said = [(mutant, by) for mutant, by in hunt(MODES[0], [name])]

    assert sum(bool(by) for _, by in said) >= 6
    assert [mutant.why for mutant, by in said if not by and not explained(mutant)] == []
