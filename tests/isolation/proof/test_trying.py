"""Known texts find a model where there is one among them, and say nothing where there is none."""

from __future__ import annotations

import z3

from isolation.proof.trying import symbols, tried

ONE, OTHER = z3.Strings("one other")
THERE = z3.Bool("there")


def test_a_model_is_made_of_words() -> None:
    """What is not fixed by words, such as whether a key is there, the solver adds."""
    formulas = [z3.PrefixOf("arn:", ONE), ONE != OTHER, z3.And(THERE, z3.Not(z3.PrefixOf("arn:", OTHER)))]

    model = tried(formulas, ["arn:a", "b"])

    assert model is not None
    assert all(z3.is_true(model.eval(formula, model_completion=True)) for formula in formulas)


def test_without_a_word_that_fits_nothing_is_said() -> None:
    """Nobody concludes from it that there is no model."""
    assert tried([z3.Length(ONE) > 10], ["b", "c"]) is None
    assert tried([ONE == OTHER, THERE, z3.Not(THERE)], ["b", "c"]) is None


def test_symbols_are_listed_once() -> None:
    """By name; what is no text is left out."""
    assert [str(symbol) for symbol in symbols([ONE == OTHER, z3.Or(THERE, OTHER == "x")])] == ["one", "other"]
