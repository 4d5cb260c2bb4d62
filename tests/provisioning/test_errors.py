"""Errors: each is one sentence that says what failed, where, and what to do, with the exit code of design.md 8."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime

import pytest

from provisioning import errors
from provisioning.causes import REVOKED
from provisioning.errors import (
    AccessDenied,
    AmazonRefused,
    RotationPending,
    SecretBeingDeleted,
    SecretEmpty,
    SecretNotDeclared,
    SellerkeysError,
)

SECRET = "sellerkeys/dev/sellers/berlin/sp-api"


@pytest.mark.parametrize(
    ("error", "exit_code", "sentence"),
    [
        pytest.param(
            SecretNotDeclared(SECRET),
            3,
            f"secret {SECRET} does not exist: run `pulumi up` first, then this again",
            id="not declared",
        ),
        pytest.param(
            SecretBeingDeleted(SECRET),
            3,
            f"secret {SECRET} is scheduled for deletion: bring it back with "
            f"`aws secretsmanager restore-secret --secret-id {SECRET}`, or wait until its recovery window ends",
            id="being deleted",
        ),
        pytest.param(
            SecretBeingDeleted(SECRET, datetime(2026, 11, 24, 23, 59, tzinfo=UTC)),
            3,
            f"secret {SECRET} is scheduled for deletion on 2026-11-24: bring it back with "
            f"`aws secretsmanager restore-secret --secret-id {SECRET}`, or wait until its recovery window ends",
            id="being deleted since",
        ),
        pytest.param(
            SecretEmpty(SECRET),
            3,
            f"secret {SECRET} holds no value yet: it has to be filled first (`sellerkeys onboard`, "
            "`sellerkeys app set`)",
            id="empty",
        ),
        pytest.param(
            RotationPending(SECRET),
            3,
            f"secret {SECRET} is being rotated: wait until that has ended, then run this again",
            id="rotation pending",
        ),
        pytest.param(AmazonRefused(REVOKED), 4, REVOKED.sentence, id="refused by Amazon"),
        pytest.param(
            AccessDenied("RotateSecret", SECRET),
            5,
            f"AWS denied RotateSecret on {SECRET}: use a role that may do this, then run it again",
            id="denied",
        ),
    ],
)
def test_what_an_operator_reads(error: SellerkeysError, exit_code: int, sentence: str) -> None:
    """Callers pass facts, the class holds the words."""
    assert (str(error), error.exit_code) == (sentence, exit_code)


def test_a_refusal_keeps_its_cause() -> None:
    """Whoever catches a refusal can ask for its cause, not only for its words."""
    assert AmazonRefused(REVOKED).cause is REVOKED


def test_the_drawing_is_the_tree() -> None:
    """The tree that opens the module names every class in it, under its parent, with its exit code."""
    classes = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}
    drawn: dict[str, str] = {}
    above: list[str] = []
    for bars, name, code in re.findall(r"^([│├└─ ]*)([A-Z]\w+)(?: +(\d))?", errors.__doc__ or "", re.MULTILINE):
        if name in classes:
            depth = len(bars) // 4
            above[depth:] = [name]
            drawn[name] = above[depth - 1] if depth else "Exception"
            assert not code or classes[name].exit_code == int(code), name

    assert drawn == {name: kind.__base__.__name__ for name, kind in classes.items()}
