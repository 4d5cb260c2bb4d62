"""What became of each item of a command, and the exit code they add up to (design.md 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning.errors import AmazonRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from provisioning.errors import SellerkeysError

_BAD_INPUT: Final = 2
_MIXED: Final = 1
_SUCCESSES: Final = {"onboarded": "created", "unchanged": "unchanged"}
_FAILURES: Final = {2: "refused", 3: "waiting", 4: "refused"}
_WORDS: Final = {1: "failed", 2: "unusable", 3: "waiting", 4: "refused", 5: "unreachable"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item's end: `result` is one word, `detail` a sentence, `exit_code` 0 where all is well.

    `row` is the line of the file the item came from; None where there was no file. `cause` is one word for why an item
    failed: Amazon's cause (causes.py), else the kind of failure (errors.py).
    """

    seller: str
    result: str
    detail: str
    exit_code: int = 0
    row: int | None = None
    cause: str = ""

    @property
    def outcome(self) -> str:
        """What it came to for the seller: created, changed, unchanged, planned, refused, waiting or failed."""
        if self.exit_code:
            return _FAILURES.get(self.exit_code, "failed")
        if self.result.startswith("would "):
            return "planned"
        return _SUCCESSES.get(self.result, "changed")


def failure(seller: str, error: SellerkeysError, row: int | None = None) -> Outcome:
    """Make the outcome of an item that failed."""
    cause = error.cause.code if isinstance(error, AmazonRefused) else _kebab(type(error).__name__)
    return Outcome(seller, _WORDS[error.exit_code], str(error), error.exit_code, row, cause)


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Add outcomes up: 0, the one code that all failures share, or 1; bad rows beside good ones are 1."""
    return added_up({outcome.exit_code for outcome in outcomes})


def added_up(found: Collection[int]) -> int:
    """Add up exit codes of items as `exit_code` does; 0 among them says that there was a good one."""
    codes = set(found) - {0}
    if not codes:
        return 0
    only_bad_rows_beside_good_ones = codes == {_BAD_INPUT} and 0 in found
    return codes.pop() if len(codes) == 1 and not only_bad_rows_beside_good_ones else _MIXED
