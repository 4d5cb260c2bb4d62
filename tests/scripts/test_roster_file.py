"""The roster as a file that several people append to."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from provisioning import roster
from provisioning.errors import BadInput
from provisioning.sharding import ROOM
from scripts.roster_file import RosterFile

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ",".join(roster.COLUMNS)


def record(seller: str, marketplaces: str = "DE", **cells: str) -> roster.Record:
    """A row in the EU."""
    return roster.Record(
        None, roster.row_from({"seller": seller, "region": "EU", "marketplaces": marketplaces, **cells})
    )


def test_a_roster_is_made_where_there_is_none(tmp_path: Path) -> None:
    """The first row makes the file, its folder and its header."""
    path = tmp_path / "rosters" / "dev.csv"

    added = RosterFile(path).add([record("berlin", "DE;FR")], dry_run=False)

    assert path.read_text() == f"{HEADER}\nberlin,,,EU,,DE;FR,,,,,,\n"
    assert [(outcome.seller, outcome.result, outcome.detail) for outcome in added.outcomes] == [
        ("berlin", "added", "berlin: EU, DE, FR")
    ]
    assert [file.name for file in path.parent.iterdir()] == ["dev.csv"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"seller,region,marketplaces\na,EU, DE \n", b"b,EU,DE\n"),
        (b"seller,region,marketplaces\na,EU,DE", b"\nb,EU,DE\n"),
        (b"\xef\xbb\xbfseller,region,marketplaces\r\n\r\n'a',EU,DE\r\n".replace(b"'", b'"'), b"b,EU,DE\r\n"),
        (b"region,marketplaces,seller\nEU,DE,a\n", b"EU,DE,b\n"),
    ],
    ids=["spaces", "no last line end", "bom, crlf, quotes", "own order of columns"],
)
def test_other_rows_stay_byte_for_byte(tmp_path: Path, before: bytes, after: bytes) -> None:
    """A new row is appended in the file's own columns and line ends; a review shows one new line."""
    path = tmp_path / "dev.csv"
    path.write_bytes(before)

    RosterFile(path).add([record("b")], dry_run=False)

    assert path.read_bytes() == before + after


def test_the_same_row_again_is_unchanged_and_another_is_refused(tmp_path: Path) -> None:
    """A row is compared by what it means; one that contradicts the roster changes nothing and stops no other."""
    path = tmp_path / "dev.csv"
    path.write_text("seller,region,marketplaces\na,eu,A1PA6795UKMFR9\n")

    added = RosterFile(path).add(
        [record("a"), record("a", "FR"), record("b", store_url="https://b.example")], dry_run=False
    )

    assert path.read_text() == "seller,region,marketplaces\na,eu,A1PA6795UKMFR9\n"
    assert [(each.seller, each.result, each.detail, each.exit_code) for each in added.outcomes] == [
        ("a", "unchanged", "stands in the roster already", 0),
        (
            "a",
            "unusable",
            "stands in the roster already, with other values: change that row by hand and have it reviewed",
            2,
        ),
        ("b", "unusable", "the roster has no column store_url: add it to the header first", 2),
    ]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """Neither the file nor its folder is made."""
    path = tmp_path / "rosters" / "dev.csv"

    added = RosterFile(path).add([record("a")], dry_run=True)

    assert ([each.result for each in added.outcomes], path.parent.exists()) == (["would add"], False)


def test_the_file_keeps_its_mode(tmp_path: Path) -> None:
    """A roster that the group may write is one afterwards, too."""
    path = tmp_path / "dev.csv"
    path.write_text("seller,region,marketplaces\n")
    path.chmod(0o664)

    RosterFile(path).add([record("a")], dry_run=False)

    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_a_broken_roster_is_not_added_to(tmp_path: Path) -> None:
    """A roster that cannot be read is mended first."""
    path = tmp_path / "dev.csv"
    path.write_text("seller,region,marketplaces\na,EU,US\n")

    with pytest.raises(BadInput, match="row 2, column marketplaces: US belongs to NA, but region is EU"):
        RosterFile(path).add([record("b")], dry_run=False)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Where the roster's folder should be, a file is in the way."""
    (tmp_path / "rosters").write_text("")

    with pytest.raises(BadInput, match=r"dev.csv: cannot be written \(\w+Error\); nothing was changed"):
        RosterFile(tmp_path / "rosters" / "dev.csv").add([record("b")], dry_run=False)


def test_two_processes_at_once_lose_no_row(tmp_path: Path) -> None:
    """Each of two processes adds 40 rows, one at a time, while the other does: all 80 are there."""
    path = tmp_path / "dev.csv"
    program = (
        "import sys; from pathlib import Path\n"
        "from provisioning import roster; from scripts.roster_file import RosterFile\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for number in range(40):\n"
        "    row = roster.row_from({'seller': f'{sys.argv[2]}{number}', 'region': 'EU', 'marketplaces': 'DE'})\n"
        "    RosterFile(Path(sys.argv[1])).add([roster.Record(None, row)], dry_run=False)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    racers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    for racer in racers:
        racer.stdout.readline()
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate(timeout=60)

    assert sorted(row.seller for row in roster.read(path)) == sorted(f"{name}{n}" for name in "ab" for n in range(40))
    assert path.read_text().startswith(f"{HEADER}\n")


def test_a_new_row_is_given_the_first_stack_with_room(tmp_path: Path) -> None:
    """As many as there is room for fill the base stack; the next one begins a shard, and says so."""
    path = tmp_path / "dev.csv"
    path.write_text(f"{HEADER}\n" + "".join(f"s{number},,,EU,,DE,,,,,,\n" for number in range(ROOM - 1)))

    added = RosterFile(path).add([record("last"), record("next"), record("told", shard="s09")], dry_run=False)

    assert [row.shard for row in roster.read(path)[ROOM - 1 :]] == ["", "s00", "s09"]
    assert [outcome.detail for outcome in added.outcomes] == [
        "last: EU, DE",
        "next: EU, DE, shard s00",
        "told: EU, DE, shard s09",
    ]


def test_the_same_row_without_a_shard_is_unchanged_and_another_shard_is_refused(tmp_path: Path) -> None:
    """Who hands a row in leaves the shard to us; one that was given never changes."""
    path = tmp_path / "dev.csv"
    path.write_text("seller,region,marketplaces,shard\na,EU,DE,s03\n")

    added = RosterFile(path).add([record("a"), record("a", shard="s03"), record("a", shard="s04")], dry_run=False)

    assert [outcome.result for outcome in added.outcomes] == ["unchanged", "unchanged", "unusable"]
    assert added.outcomes[2].detail == "stands in shard s03 already: a shard is given once and never changed"
    assert path.read_text() == "seller,region,marketplaces,shard\na,EU,DE,s03\n"


def test_a_shard_needs_its_column(tmp_path: Path) -> None:
    """A roster without the column would lose what was given, and the next one would be given anew."""
    path = tmp_path / "dev.csv"
    path.write_text("seller,region,marketplaces\n" + "".join(f"s{number},EU,DE\n" for number in range(100)))

    added = RosterFile(path).add([record("next")], dry_run=False)

    assert added.outcomes[0].detail == "the roster has no column shard: add it to the header first"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b"\xef\xbb\xbfseller,region,marketplaces,status\r\n\r\n'a',EU, DE ,\r\nb,EU,DE,paused\r\n".replace(
                b"'", b'"'
            ),
            b"\xef\xbb\xbfseller,region,marketplaces,status\r\n\r\n'a',EU, DE ,\r\nb,EU,DE,offboarded\r\n".replace(
                b"'", b'"'
            ),
        ),
        (
            b"status,seller,region,marketplaces\n,b,EU,DE\n,a,EU,DE",
            b"status,seller,region,marketplaces\noffboarded,b,EU,DE\n,a,EU,DE",
        ),
        (b"seller,status,region,marketplaces\nb,,EU,DE", b"seller,status,region,marketplaces\nb,offboarded,EU,DE"),
        (
            'seller,account_name,status,region,marketplaces\nb,"B, Bücher",active,EU,DE\n'.encode(),
            'seller,account_name,status,region,marketplaces\nb,"B, Bücher",offboarded,EU,DE\n'.encode(),
        ),
    ],
    ids=["bom, crlf, empty line", "own order", "no last line end", "quotes and umlauts"],
)
def test_a_mark_changes_one_cell(tmp_path: Path, before: bytes, after: bytes) -> None:
    """A review shows one changed line; the same again changes nothing."""
    path = tmp_path / "dev.csv"
    path.write_bytes(before)

    assert RosterFile(path).mark("b", "offboarded") is True
    assert path.read_bytes() == after
    assert RosterFile(path).mark("b", "offboarded") is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seller,region,marketplaces\nb,EU,DE\n", "no column status: add it to the header first; nothing was changed"),
        ("seller,region,marketplaces,status\na,EU,DE,\n", "b does not stand in it any more; nothing was changed"),
    ],
    ids=["no column", "no row"],
)
def test_a_mark_that_has_no_place(tmp_path: Path, text: str, said: str) -> None:
    """Where there is nothing to mark, nothing is changed."""
    path = tmp_path / "dev.csv"
    path.write_text(text)

    with pytest.raises(BadInput, match=said):
        RosterFile(path).mark("b", "offboarded")
    assert path.read_text() == text
