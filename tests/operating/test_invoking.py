"""An invocation's answer, and what is no answer."""

from __future__ import annotations

import io
from typing import Any

import pytest

from provisioning.errors import SellerkeysError, Unreachable
from provisioning.operating.invoking import invoke
from tests.fakes.services import FUNCTION, FakeFunction


def test_the_answer_is_the_functions() -> None:
    """As JSON."""
    function = FakeFunction(answer=lambda: {"outcome": "x"})
    assert invoke(function, FUNCTION, {"action": "take-up"}) == {"outcome": "x"}
    assert function.payloads == [{"action": "take-up"}]


def test_a_failure_is_its_sentence() -> None:
    """Which the function took care to make harmless."""
    with pytest.raises(SellerkeysError, match="failed: AWS denied it"):
        invoke(FakeFunction(error="AWS denied it"), FUNCTION, {})


def test_a_function_that_is_not_there_is_named() -> None:
    """`pulumi up` of the new version has not run yet."""
    with pytest.raises(Unreachable, match="does not exist: run `pulumi up`"):
        invoke(FakeFunction(works=False), FUNCTION, {})


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]"])
def test_no_answer_is_said_to_be_none(content: bytes) -> None:
    """Its log says why."""

    class Silent(FakeFunction):
        def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
            return {"Payload": io.BytesIO(content + FunctionName[:0].encode() + Payload[:0])}

    with pytest.raises(Unreachable, match="no usable answer"):
        invoke(Silent(), FUNCTION, {})
