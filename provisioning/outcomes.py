"""What became of each item of a command, and the exit code they add up to (design.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.errors import SellerkeysError

_BAD_INPUT: Final = 2
_MIXED: Final = 1
_WORDS: Final = {1: "failed", 2: "unusable", 3: "waiting", 4: "refused", 5: "unreachable"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item's end: `result` is one word, `detail` a sentence, `exit_code` 0 where all is well.

    `row` is the line of the file the item came from; None where there was no file.
    """

    seller: str
    result: str
    detail: str
    exit_code: int = 0
    row: int | None = None


def failure(seller: str, error: SellerkeysError, row: int | None = None) -> Outcome:
    """Make the outcome of an item that failed."""
    return Outcome(seller, _WORDS[error.exit_code], str(error), error.exit_code, row)


def exit_code(outcomes: Collection[Outcome]) -> int:
    """Add outcomes up: 0, the one code that all failures share, or 1; bad rows beside good ones are 1."""
    codes = {outcome.exit_code for outcome in outcomes if outcome.exit_code}
    if not codes:
        return 0
    only_bad_rows_beside_good_ones = codes == {_BAD_INPUT} and any(not outcome.exit_code for outcome in outcomes)
    return codes.pop() if len(codes) == 1 and not only_bad_rows_beside_good_ones else _MIXED
