"""JSON objects that people and tests send to the bench, read into its dataclasses."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def read(kind: type[T], given: Mapping[str, Any]) -> T:
    """Read an object into a dataclass; raises ValueError with a sentence that never repeats what was sent."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return TypeAdapter(kind).validate_python(dict(given))
    except ValidationError as error:
        raise ValueError(_complaint(error)) from None


def _complaint(error: ValidationError) -> str:
    return "; ".join(
        ": ".join([*(str(part) for part in item["loc"]), item["msg"].removeprefix("Value error, ")])
        for item in error.errors(include_input=False)
    )
