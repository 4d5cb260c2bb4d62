"""docs/clients.md, written by the run: which client reads what, how it is configured, how it fared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clients.matrix import STAGES, version_of
from clients.rows import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clients.matrix import Result

_TOP: Final = """\
# Clients

Real SP-API clients against the bench, each as its users run it: `make clients` writes this page. Amazon's host names
are built into the Node clients, so the bench serves those names through an HTTPS proxy under a certificate authority of
its own. `works` is a token and a call that named the seller's marketplaces; for a row that follows a rule, a token.

- *reads*: the first call.
- *rotated*: the same process, after a rotation of the seller's secret.
- *renewed*: the same process, after a new client secret, while the old one still works (7 days).
- *hour*: the same process, 61 minutes later, when caches of an hour and access tokens have ended.
- *outlived*: the same process, a week later, when the old client secret is dead. Who has a copy says here what it says
  then; who reads the secret works.
- *after*: started anew, and with a file exported anew, when the old client secret is dead.
"""
_AGED: Final = """
The clients' own clocks moved with the bench's (libfaketime), so their caches ended when they say they do.
"""
_NOT_AGED: Final = """
The clients' own clocks could not be moved on the machine of this run (no libfaketime): caches of an hour were not
passed, and what comes after was tried with processes started anew.
"""
_REMEMBER: Final = """\
## To remember

- A client that keeps a credential longer than 7 days stops working after a new client secret: a file or an environment
  is a copy. The last column is what the client says then; what it means is "export anew".
- Unset `LWA_*` variables where a client reads the secret itself: python-amazon-sp-api takes them over the secret,
  silently.
- npm's amazon-sp-api takes its file over the environment.
- python-amazon-sp-api forgets tokens when one process serves more than `SP_API_AUTH_CACHE_SIZE` (10) sellers: set it to
  at least their number.
"""


def page(results: Iterable[Result], day: str, machine: str) -> str:
    """Write the whole page; `day` is the run's date."""
    found = list(results)
    green = sum(result.is_green for result in found)
    packages = len({result.row.package for result in found if result.is_green and result.row.calls})
    aged = _AGED if any("outlived" in result.answers for result in found) else _NOT_AGED
    head = f"{_TOP}{aged}\n{green} of {len(found)} rows green, {packages} packages; {day}, {machine}.\n"
    return "\n".join([head, *_table(found), "", *_recipes(found), _REMEMBER, *_elsewhere()]) + "\n"


def _table(found: list[Result]) -> list[str]:
    lines = [
        f"| client | package | {' | '.join(STAGES)} | with a copy that is too old it says |",
        f"|---|---|{'---|' * len(STAGES)}---|",
    ]
    for result in found:
        row = result.row
        marks = [_mark(result, stage) for stage in STAGES]
        where = row.registry if row.registry != "rule" else "documented rule"
        package = f"{row.package} {version_of(row)} ({where})" if row.registry != "rule" else where
        lines.append(f"| {_cell(row.name)} | {package} | {' | '.join(marks)} | {_stale(result)} |")
    return lines


def _mark(result: Result, stage: str) -> str:
    if stage not in result.answers:
        return "not tried"
    answer = result.answers[stage]
    return "works" if answer.worked else _cell(answer.said)


def _stale(result: Result) -> str:
    if result.stale is None:
        return "it keeps none" if result.row.way == "secret" else "not tried"
    return "it still works" if result.stale.worked else f"`{_cell(result.stale.said)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")


def _recipes(found: list[Result]) -> list[str]:
    lines = ["## Copy and paste", ""]
    for result in found:
        row = result.row
        lines += [f"**{row.name}**. Reads it again: {row.rereads}.", "", "```", row.paste, "```", ""]
    return lines


def _elsewhere() -> list[str]:
    return ["## Not run here", "", *(f"- {name}: {why}." for name, why in ELSEWHERE.items())]
