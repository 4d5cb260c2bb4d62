"""A file with every ugliness mixed in, by the real command on the bench: each bad row named, each good one done.

100 sellers in `make test`, 10,000 in `make matrix`.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from benchmarks.onboarding import FREE
from benchmarks.stage import Stage, stage
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CREATED, UNCHANGED, REFUSED, WAITING = "created", "unchanged", "refused", "waiting"
#: A record as it stands in the file, and what becomes of it.
Record = tuple[bytes, str]


def one(text: str) -> list[Record]:
    """A row with which nothing can be done."""
    return [(text.encode("utf-8", "surrogateescape"), REFUSED)]


#: What may be wrong with a seller's row, by his name, his token and that of somebody else who has a bad row, too.
BAD: dict[str, Callable[[str, str, str], list[Record]]] = {
    "an open quote": lambda seller, token, _: one(f'{seller},"{token}'),
    "text behind a quote": lambda seller, token, _: one(f'{seller},"{token}"x'),
    "a line end in a cell": lambda seller, token, _: one(f'{seller},"{token}\r\n{seller}"'),
    "a formula for a name": lambda _, token, __: one(f"=cmd|' /C calc'!A0,{token}"),
    "a formula for a token": lambda seller, *_: one(f"{seller},=HYPERLINK(0)"),
    "NUL": lambda seller, token, _: one(f"{seller},{token[:20]}\0{token[20:]}"),
    "no UTF-8": lambda seller, token, _: one(f"{seller},{token[:20]}\udce9{token[20:]}"),
    "a token that is too long": lambda seller, token, _: one(f"{seller},{token}{'C' * (2049 - len(token))}"),
    "an endless token": lambda seller, token, _: one(f"{seller},{token * 2000}"),
    "a cell too many": lambda seller, token, _: one(f"{seller},{token},,,"),
    "two tokens": lambda seller, token, other: one(f"{seller},{token}") + one(f"{seller},{other}"),
    "a cell too few": lambda seller, *_: one(seller),
    "nobody's name": lambda _, token, __: [(f"nobody,{token}".encode(), WAITING)],
    # Three behind the seller of two tokens, as which it is of the same region: only the file tells that it is wrong.
    "a token of somebody else": lambda seller, _, other: one(f"{seller},{other}"),
}
GOOD: dict[str, Callable[[str, str], list[Record]]] = {
    "plain": lambda seller, token: [(f"{seller},{token}".encode(), CREATED)],
    "quoted": lambda seller, token: [(f'"{seller}","{token}"'.encode(), CREATED)],
    "with spaces": lambda seller, token: [(f" {seller} ,  {token} ".encode(), CREATED)],
    "given twice": lambda seller, token: [
        (f"{seller},{token}".encode(), CREATED),
        (f"{seller},{token}".encode(), REFUSED),
    ],
}


@pytest.fixture
def fleet(size: str) -> Iterator[Stage]:
    """A fleet that is declared, whose application is set, and whose sellers have consented."""
    with stage(10_000 if size == "full" else 100) as made:
        made.set_app()
        yield made


def mixed(fleet: Stage, chance: random.Random) -> tuple[dict[int, str], set[str]]:
    """Write `ugly.csv`; gives what is to become of each row, by the line it begins in, and the sellers who are done."""
    with (fleet.folder / "sellers.csv").open(newline="", encoding="utf-8") as file:
        given = [(row["seller"], row["refresh_token"]) for row in csv.DictReader(file)]
    bad, good = given[: len(given) // 3], given[len(given) // 3 :]
    groups = [make(*seller) for seller, make in zip(good, _turns(GOOD, len(good)), strict=True)]
    for number, (seller, make) in enumerate(zip(bad, _turns(BAD, len(bad)), strict=True)):
        groups.append(make(*seller, bad[number - 3][1]))
    chance.shuffle(groups)
    line, expected = 2, dict[int, str]()
    content = [b"\xef\xbb\xbfseller,refresh_token"]
    for group in groups:
        for record, becomes in group:
            content.append(record)
            expected[line] = becomes
            line += 1 + record.count(b"\r\n")
    (fleet.folder / "ugly.csv").write_bytes(b"\r\n".join(content))
    return expected, {seller for seller, _ in good}


def _turns(kinds: dict[str, Callable[..., list[Record]]], number: int) -> Iterator[Callable[..., list[Record]]]:
    makers = list(kinds.values())
    return (makers[turn % len(makers)] for turn in range(number))


def reported(fleet: Stage) -> tuple[dict[int, str], str]:
    """Onboard it; gives what the report says of each row, and all that was told."""
    ran = fleet.sellerkeys("onboard", "ugly.csv", "--report", "report.csv", *FREE, expect=(1,))
    text = (fleet.folder / "report.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.reader(text.splitlines()) if row[0].isdigit()]
    assert all(row[3] and row[5] for row in rows if row[2] == REFUSED), "a refused row without cause and words"
    return {int(row[0]): row[2] for row in rows}, ran.output + text


def test_each_bad_row_is_named_and_each_good_one_done(fleet: Stage) -> None:
    """Fourteen kinds of bad rows among good ones: no neighbour suffers, no value is told, and again changes nothing."""
    expected, done = mixed(fleet, random.Random(len(fleet.slugs)))  # noqa: S311 - to be repeated

    found, told = reported(fleet)
    fleet.settle()
    again, _ = reported(fleet)

    assert Counter(expected.values())[REFUSED] > len(fleet.slugs) // 3
    assert found == expected
    assert again == {row: UNCHANGED if what == CREATED else what for row, what in expected.items()}
    assert fleet.onboarded() == len(done)
    # A piece of any token, whole or cut.
    assert "PLACEHOLDER" not in told
    secrets = fleet.client("secretsmanager")
    for seller in sorted(set(fleet.slugs) - done)[:20]:
        assert "VersionIdsToStages" not in secrets.describe_secret(SecretId=naming.seller_secret_name("bench", seller))
