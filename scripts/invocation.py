"""What stands before the command's name on the command line. Imports nothing, so that `--help` stays quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.session import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The options that hold for every command; `outside` is None except in a test."""

    stack: str
    region: str | None = None
    profile: str | None = None
    as_json: bool = False
    outside: Outside | None = None
