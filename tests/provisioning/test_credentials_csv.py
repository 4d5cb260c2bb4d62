"""Credentials in a CSV: both formats, what spreadsheets do to them, and that no message quotes a cell."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.credentials import (
    AMAZON_COLUMNS,
    OUR_COLUMNS,
    Batch,
    HandedIn,
    Unreadable,
    read_csv,
    read_rows,
)
from provisioning.errors import BadInput
from provisioning.sheet import readable
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "Atzr|PLACEHOLDER"
CLIENT_ID = "amzn1.application-oa2-client.PLACEHOLDER"
CLIENT_SECRET = "amzn1.oa2-cs.v1.PLACEHOLDER"
CANARY = "PLACEHOLDER-CANARY"
HEADER = "seller,refresh_token"
OWN_HEADER = "seller,refresh_token,client_id,client_secret"
AMAZON_HEADER = "SellerId,RefreshToken,MarketplaceId,Mail"

NO_HEADER = (
    "row 1: the header has to be seller,refresh_token[,client_id,client_secret] or "
    "SellerId,RefreshToken,MarketplaceId,Mail"
)


def test_our_format() -> None:
    """Our CSV names sellers by slug; the last two columns are for applications of their own."""
    batch = read_csv(f"{OWN_HEADER}\nmaple,{TOKEN},,\nkyoto,{TOKEN},{CLIENT_ID},{CLIENT_SECRET}\n", "creds.csv")

    assert batch == Batch(
        (HandedIn("maple", TOKEN, row=2), HandedIn("kyoto", TOKEN, CLIENT_ID, CLIENT_SECRET, row=3)),
    )


def test_amazons_format() -> None:
    """Amazon's sample CSV has a BOM and names sellers by partner id; the mail is dropped, and named (clients.md 1)."""
    batch = read_csv(
        f"\ufeff{AMAZON_HEADER}\r\naplaceholder1,{TOKEN},atvpdkikx0der,someone@example.com\r\n", "amazon.csv"
    )

    assert batch == Batch(
        (HandedIn("APLACEHOLDER1", TOKEN, by_partner_id=True, marketplace="ATVPDKIKX0DER", row=2),),
        dropped=("Mail",),
    )


@pytest.mark.parametrize("marketplace", ["US", "us", " ATVPDKIKX0DER "])
def test_amazons_marketplace_by_code_or_id(marketplace: str) -> None:
    """A marketplace may be written as in the roster, by code or id."""
    (row,) = read_csv(f"{AMAZON_HEADER}\nAPLACEHOLDER1,{TOKEN},{marketplace},\n", "amazon.csv").rows

    assert isinstance(row, HandedIn)
    assert row.marketplace == "ATVPDKIKX0DER"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("H\nmaple,T\n", 2, id="plain"),
        pytest.param("\ufeffH\nmaple,T\n", 2, id="BOM"),
        pytest.param('\ufeff"seller","refresh_token"\nmaple,T\n', 2, id="BOM and quotes"),
        pytest.param("H\r\nmaple,T\r\n", 2, id="CRLF"),
        pytest.param("H\rmaple,T\r", 2, id="CR"),
        pytest.param('H\n"maple","T"\n', 2, id="quotes"),
        pytest.param('H\n maple ,"""T"""\n', 2, id="quotes inside quotes"),
        pytest.param('H\nmaple,"T\n"\n', 2, id="a line end at a cell's end"),
        pytest.param("H\n\n , \n\r\nmaple,T", 5, id="empty lines"),
        pytest.param(" seller , refresh_token \nmaple,T\n", 2, id="spaces in the header"),
        pytest.param("refresh_token,seller\nT,maple\n", 2, id="columns the other way round"),
    ],
)
def test_how_a_csv_may_be_written(text: str, rows: int) -> None:
    """What Excel, Windows and editors do to a CSV changes nothing; the row is the line of the file."""
    batch = read_csv(text.replace("H", HEADER, 1).replace("T", TOKEN), "creds.csv")

    assert batch.rows == (HandedIn("maple", TOKEN, row=rows),)


def test_a_row_is_where_it_begins() -> None:
    """Where a quoted cell spans lines, its row is the line it begins in, and so are the rows behind it."""
    batch = read_csv(f'{HEADER}\nmaple,"Atzr|x\n\ny"\nberlin,{TOKEN}\n', "creds.csv")

    assert [row.row for row in batch.rows] == [2, 5]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", NO_HEADER, id="empty"),
        pytest.param(f"maple,Atzr|{CANARY}\n", NO_HEADER, id="no header"),
        pytest.param(f"Atzr|{CANARY},Atzr|{CANARY}\n", NO_HEADER, id="no header, the same cell twice"),
        pytest.param(f"seller\n{CANARY}\n", NO_HEADER, id="a column missing"),
        pytest.param(f"{HEADER},{CANARY}\n", NO_HEADER, id="a column of somebody else's"),
        pytest.param(f"seller,RefreshToken\nmaple,Atzr|{CANARY}\n", NO_HEADER, id="two formats"),
        pytest.param(f"seller;refresh_token\nmaple;Atzr|{CANARY}\n", NO_HEADER, id="semicolons"),
        pytest.param(f"{HEADER},,\nmaple,Atzr|{CANARY},,\n", NO_HEADER, id="columns without a name"),
        pytest.param(
            f"{HEADER},refresh_token\nmaple,x,Atzr|{CANARY}\n",
            "row 1: column refresh_token stands twice",
            id="a column twice",
        ),
    ],
)
def test_a_file_that_cannot_be_read(text: str, why: str) -> None:
    """A file that is none of the two formats changes nothing, and says where it goes wrong."""
    with pytest.raises(BadInput) as refusal:
        read_csv(text, "creds.csv")

    assert str(refusal.value) == f"creds.csv, {why}; nothing was changed"
    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize(
    ("row", "unreadable"),
    [
        pytest.param("maple", Unreadable(2, "maple", "the row has too few fields for its header"), id="too few"),
        pytest.param(
            f"maple,Atzr|{CANARY},x",
            Unreadable(2, "maple", "the row has too many fields for its header"),
            id="too many",
        ),
        pytest.param("maple,", Unreadable(2, "maple", "the refresh token is empty"), id="no token"),
        pytest.param(
            f",Atzr|{CANARY}",
            Unreadable(2, "", "the row names no seller: one is called by 1 to 32 of a-z, 0-9 and -"),
            id="no seller",
        ),
        pytest.param(
            f"Atzr|{CANARY},maple",
            Unreadable(2, "", "the row names no seller: one is called by 1 to 32 of a-z, 0-9 and -"),
            id="columns swapped",
        ),
        pytest.param(
            f"=1+1,Atzr|{CANARY}",
            Unreadable(2, "", "the row names no seller: one is called by 1 to 32 of a-z, 0-9 and -"),
            id="a formula",
        ),
        pytest.param(
            f'maple,"Atzr|{CANARY}',
            Unreadable(2, "", "this is not CSV (unexpected end of data)"),
            id="a quote that never closes",
        ),
        pytest.param(
            f'maple,"Atzr|{CANARY}"x',
            Unreadable(2, "", "this is not CSV (',' expected after '\"')"),
            id="a quote that closes too early",
        ),
        pytest.param(
            f"maple,{CANARY * 10000}",
            Unreadable(2, "", "the row does not come to its end: a quote is not closed, or a line is endless"),
            id="an endless cell",
        ),
        pytest.param(
            f"maple,Atza|{CANARY}",
            Unreadable(
                2,
                "maple",
                "this is an access token (Atza|), good for an hour: the refresh token begins with Atzr|",
            ),
            id="access token",
        ),
    ],
)
def test_a_bad_row_stops_no_other(row: str, unreadable: Unreadable) -> None:
    """A row that cannot be used says why; the rows around it stay good."""
    batch = read_csv(f"{HEADER}\n{row}\nberlin,{TOKEN}\n", "creds.csv")

    assert batch.rows == (unreadable, HandedIn("berlin", TOKEN, row=3))
    assert CANARY not in repr(batch)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"{CANARY},{TOKEN},,", "the row names no seller: Amazon's id has letters and digits only"),
        (f"APLACEHOLDER1,{TOKEN},{CANARY},", "the MarketplaceId is no marketplace of SP-API"),
        (f"APLACEHOLDER1,{CANARY},,", "this is no refresh token: one begins with Atzr|"),
    ],
    ids=["SellerId", "MarketplaceId", "RefreshToken"],
)
def test_a_bad_row_of_amazons(row: str, why: str) -> None:
    """Amazon's columns are checked as ours are."""
    batch = read_csv(f"{AMAZON_HEADER}\n{row}\n", "amazon.csv")

    assert [(found.row, found.why) for found in batch.rows if isinstance(found, Unreadable)] == [(2, why)]
    assert CANARY not in repr(batch)


@pytest.mark.parametrize("what", [f"Atzr|{CANARY}", f"Atza|{CANARY}", f"amzn1.oa2-cs.v1.{CANARY}", f"{CANARY} x"])
@pytest.mark.parametrize("columns", [OUR_COLUMNS, AMAZON_COLUMNS], ids=["ours", "Amazon's"])
@pytest.mark.parametrize("place", range(5))
def test_a_secret_in_any_place(columns: tuple[str, ...], place: int, what: str) -> None:
    """In whichever cell a secret stands, the one behind the last included, nothing that can be printed quotes it."""
    cells = ["", "", "", ""]
    cells[place : place + 1] = [what]
    batch = read_csv(f"{','.join(columns)}\n{','.join(cells)}\n", "creds.csv")

    assert CANARY not in repr(batch)


@given(
    st.lists(
        st.lists(st.text(st.characters(), max_size=12) | st.sampled_from([TOKEN, "maple", CLIENT_ID]), max_size=6),
        max_size=4,
    ),
    st.sampled_from([HEADER, OWN_HEADER, AMAZON_HEADER]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_row_has_an_end(table: list[list[str]], header: str, end: str) -> None:
    """Whatever stands in the cells of a well-formed CSV, every row that is not empty is either good or says why."""
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    batch = read_csv(f"{header}{end}{out.getvalue()}", "creds.csv")

    assert len(batch.rows) == sum(any(cell.strip() for cell in cells) for cells in table)
    assert [row.row for row in batch.rows] == sorted({row.row for row in batch.rows})


@given(st.text())
def test_any_text_at_all(text: str) -> None:
    """Whatever is handed in is a batch or a BadInput, and no other failure."""
    with suppress(BadInput):
        assert isinstance(read_csv(text, "creds.csv"), Batch)


_PIECES = st.sampled_from(
    [
        "\ufeff",
        "\r\n",
        "\n",
        "\r",
        '"',
        ",",
        "\0",
        "\udcff",
        "=cmd|'!A0",
        "Atzr|" + "x" * 2044,
        "maple,Atzr|x",
        "berlin",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_ugly_rows_keep_no_good_one_back(ugly: str) -> None:
    """Whatever stands in the rows before it, short of an open quote, a good row is read, and none stands twice."""
    last = "kyoto," + TOKEN
    text = HEADER + "\n" + ugly.replace('"', "'") + "\n" + last

    rows = read_csv(text, "creds.csv").rows

    assert rows[-1] == HandedIn("kyoto", TOKEN, row=len(list(io.StringIO(text, newline=""))))
    assert len({row.row for row in rows}) == len(rows)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_an_open_quote_ends_somewhere(ugly: str) -> None:
    """With quotes too, no line is lost without a row that names it: each begins a row or lies inside a quoted one."""
    text = HEADER + "\n" + ugly
    lines = list(io.StringIO(text, newline=""))
    found = list(readable(lines))

    assert [line.number for line in found] == [1, *(line.last + 1 for line in found)][: len(found)]
    assert sum(line.last - line.number + 1 for line in found) == len(lines)


def test_no_more_than_a_row_in_memory() -> None:
    """A file is read as it is gone through: nothing of it is read ahead but what one open quote may reach."""
    read = []

    def lines() -> Iterator[str]:
        for number in range(1, 1_000):
            read.append(number)
            yield f"{HEADER}\n" if number == 1 else f"s{number},{TOKEN}\n"

    rows = read_rows(lines(), "creds.csv")

    assert next(rows) == HandedIn("s2", TOKEN, row=2)
    assert len(read) <= 3
