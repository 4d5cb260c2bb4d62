"""The languages that claims range over are the roster's own."""

from __future__ import annotations

import re

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from isolation.proof.texts import SLUG, literal
from provisioning import naming


def _is_in(text: str, language: z3.ReRef) -> bool:
    return z3.is_true(z3.simplify(z3.InRe(literal(text), language)))


@settings(max_examples=300, deadline=None)
@given(st.from_regex(naming.SELLER_PATTERN, fullmatch=True) | st.text("ab-0.Z*", max_size=36))
def test_a_slug_is_what_the_roster_takes(text: str) -> None:
    """Else the proof would be about other sellers than those there can be."""
    assert _is_in(text, SLUG) == (re.fullmatch(naming.SELLER_PATTERN, text) is not None)
