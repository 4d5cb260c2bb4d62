"""The options that say how fast a command that works on many sellers may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import click

from provisioning.crowd import HANDS

if TYPE_CHECKING:
    from collections.abc import Callable

#: How many tokens a second Login with Amazon is asked for; its limit is not public (sp-api.md 14), it says "too many".
TOKENS_A_SECOND = 50
_MOST_AT_ONCE = 64

tokens_option = click.option(
    "--lwa-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=TOKENS_A_SECOND,
    show_default=True,
    metavar="N",
    help="Ask Login with Amazon for at most N tokens a second; fewer while it says that they are too many.",
)
at_once_option = click.option(
    "--at-once",
    type=click.IntRange(1, _MOST_AT_ONCE),
    default=HANDS,
    show_default=True,
    metavar="N",
    help="How many sellers are under way at the same time.",
)


@dataclass(frozen=True, slots=True)
class Rates:
    """`tokens` a second from Login with Amazon, `writes` a second to Secrets Manager (None: AWS's own number)."""

    tokens: float
    writes: float | None
    at_once: int

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Take them out of Click's options."""
        return cls(options.pop("lwa_rate"), options.pop("write_rate"), options.pop("at_once"))


def rate_options(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command that writes be told how fast."""
    writes = click.option(
        "--write-rate",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="Write to Secrets Manager at most N times a second, instead of AWS's 50; fewer while AWS throttles.",
    )
    return writes(tokens_option(at_once_option(command)))
