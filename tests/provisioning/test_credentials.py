"""Credentials as people hand them in: what is recognised, what is refused, and that nothing of it is ever quoted."""

from __future__ import annotations

import csv
import io
import traceback
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provisioning.credentials import (
    AMAZON_COLUMNS,
    OUR_COLUMNS,
    Batch,
    HandedIn,
    Unreadable,
    check_client_id,
    check_client_secret,
    check_refresh_token,
    clean,
    hand_in,
    read_csv,
)
from provisioning.errors import BadInput
from provisioning.roster import row_from

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

BARE = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]), min_size=1)
AROUND = st.text(st.sampled_from(" \t\r\n\xa0\u3000\u200b\u200e\u2060\ufeff"))
QUOTES = st.sampled_from(['""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u201a\u2018", "«»"])


@given(AROUND, QUOTES, AROUND, AROUND, AROUND)
def test_what_comes_along_when_pasting(before: str, quotes: str, left: str, right: str, after: str) -> None:
    """Spaces, line ends, invisible marks and one pair of quotes come off, in whatever order they lie around it."""
    assert clean(before + quotes[0] + left + TOKEN + right + quotes[1] + after) == TOKEN


@given(BARE)
@example('"')
@example('"x')
@example("x'")
def test_nothing_else_comes_off(text: str) -> None:
    """What has nothing around it stays as it is."""
    quoted = len(text) > 1 and not text[0].isalnum() and not text[-1].isalnum()

    assert clean(text) == text or quoted


@given(st.text())
def test_cleaning_never_adds(text: str) -> None:
    """Cleaning takes a piece out of what was pasted, and never fails."""
    assert clean(text) in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "the refresh token is empty", id="empty"),
        pytest.param(' "" ', "the refresh token is empty", id="empty quotes"),
        pytest.param(
            f"Atza|{CANARY}",
            "this is an access token (Atza|), good for an hour: the refresh token begins with Atzr|",
            id="access token",
        ),
        pytest.param(CLIENT_ID, "this is the client id, where the refresh token is needed", id="client id"),
        pytest.param(CLIENT_SECRET, "this is the client secret, where the refresh token is needed", id="client secret"),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id, where the refresh token is needed",
            id="application id",
        ),
        pytest.param(
            f"amzn1.sellerapps.app.{CANARY}",
            "this is the application id, where the refresh token is needed",
            id="older application id",
        ),
        pytest.param(CANARY, "this is no refresh token: one begins with Atzr|", id="something else"),
        pytest.param(f"atzr|{CANARY}", "this is no refresh token: one begins with Atzr|", id="small letters"),
        pytest.param(f'="Atzr|{CANARY}"', "this is no refresh token: one begins with Atzr|", id="a formula"),
        pytest.param(
            "Atzr|" + "x" * 2044,
            "the refresh token is longer than 2048 bytes: it was not pasted alone",
            id="2049 bytes",
        ),
        *(
            pytest.param(
                f"Atzr|{CANARY}{inside}x",
                "the refresh token has a space, a line end or an invisible character inside: it was not pasted whole, "
                "or with something else",
                id=name,
            )
            for name, inside in [
                ("space", " "),
                ("line end", "\r\n"),
                ("NUL", "\0"),
                ("zero-width space", "\u200b"),
                ("undecodable byte", "\udce9"),
            ]
        ),
    ],
)
def test_a_refresh_token_that_is_none(text: str, why: str) -> None:
    """What was pasted instead is recognised by its shape (sp-api.md 1.3) and named, never quoted."""
    with pytest.raises(BadInput) as refusal:
        check_refresh_token(text)

    assert str(refusal.value) == why
    _assert_silent(refusal.value)


@pytest.mark.parametrize("token", [TOKEN, "Atzr|" + "x" * 2043, "Atzr|"], ids=["usual", "2048 bytes", "short"])
def test_a_refresh_token(token: str) -> None:
    """A token begins with Atzr| and has at most 2048 bytes; Amazon promises no more (sp-api.md 1.3)."""
    assert check_refresh_token(f' "{token}"\r\n') == token


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(" ", "the client id is empty", id="empty"),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id: the client id begins with amzn1.application-oa2-client.",
            id="application id",
        ),
        pytest.param(
            f"amzn1.oa2-cs.v1.{CANARY}",
            "this is the client secret: client id and client secret are swapped",
            id="client secret",
        ),
        pytest.param(
            f"{CLIENT_ID} {CANARY}",
            "the client id has a space, a line end or an invisible character inside: it was not pasted whole, or with "
            "something else",
            id="space",
        ),
        pytest.param(
            f"Atzr|{CANARY}",
            "this is no client id: one begins with amzn1.application-oa2-client. and has at most 100 bytes",
            id="refresh token",
        ),
        pytest.param(
            CLIENT_ID.ljust(101, "x"),
            "this is no client id: one begins with amzn1.application-oa2-client. and has at most 100 bytes",
            id="101 bytes",
        ),
    ],
)
def test_a_client_id_that_is_none(text: str, why: str) -> None:
    """The application id is what most people paste (sp-api.md 1.3); it is recognised."""
    with pytest.raises(BadInput) as refusal:
        check_client_id(text)

    assert str(refusal.value) == why
    _assert_silent(refusal.value)


def test_a_client_id() -> None:
    """A client id has a prefix and at most 100 bytes (sp-api.md 1.3)."""
    longest = CLIENT_ID.ljust(100, "x")

    assert check_client_id(f"'{longest}'") == longest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("\n", "the client secret is empty", id="empty"),
        pytest.param(
            f"{CLIENT_ID}-{CANARY}", "this is the client id: client id and client secret are swapped", id="client id"
        ),
        pytest.param(
            f"Atzr|{CANARY}",
            "this is a token: the client secret stands beside the client id in the developer console",
            id="refresh token",
        ),
        pytest.param(
            f"Atza|{CANARY}",
            "this is a token: the client secret stands beside the client id in the developer console",
            id="access token",
        ),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id, where the client secret is needed",
            id="application id",
        ),
        pytest.param(
            f"{CANARY}\t{CANARY}",
            "the client secret has a space, a line end or an invisible character inside: it was not pasted whole, or "
            "with something else",
            id="tab",
        ),
    ],
)
def test_a_client_secret_that_is_none(text: str, why: str) -> None:
    """Only what is surely something else is refused."""
    with pytest.raises(BadInput) as refusal:
        check_client_secret(text)

    assert str(refusal.value) == why
    _assert_silent(refusal.value)


@pytest.mark.parametrize("secret", [CLIENT_SECRET, "0123456789abcdef" * 4])
def test_a_client_secret(secret: str) -> None:
    """Older client secrets are bare hexadecimal digits: a missing prefix is no reason (sp-api.md 1.3)."""
    assert check_client_secret(f" {secret} ") == secret


def test_typed_for_the_shared_application() -> None:
    """Without a client id and secret the seller uses the shared application."""
    assert hand_in("maple", f" {TOKEN}\n") == HandedIn("maple", TOKEN)


@pytest.mark.parametrize(
    ("client_id", "client_secret", "why"),
    [
        (CLIENT_ID, "", "the client secret is empty"),
        ("", CLIENT_SECRET, "the client id is empty"),
        (CLIENT_SECRET, CLIENT_ID, "this is the client secret: client id and client secret are swapped"),
    ],
    ids=["no secret", "no id", "swapped"],
)
def test_half_an_application(client_id: str, client_secret: str, why: str) -> None:
    """An own application is typed whole."""
    with pytest.raises(BadInput) as refusal:
        hand_in("kyoto", TOKEN, client_id, client_secret)

    assert str(refusal.value) == why


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
        pytest.param(
            f'{HEADER}\nberlin,x\nmaple,"Atzr|{CANARY}\n',
            "row 3: this is not CSV (unexpected end of data)",
            id="a quote that never closes",
        ),
        pytest.param(
            f'{HEADER}\nmaple,"Atzr|{CANARY}"x\n',
            "row 2: this is not CSV (',' expected after '\"')",
            id="a quote that closes too early",
        ),
        pytest.param(
            f"{HEADER}\nmaple,{CANARY * 10000}\n",
            "row 2: this is not CSV (field larger than field limit (131072))",
            id="an endless cell",
        ),
    ],
)
def test_a_file_that_cannot_be_read(text: str, why: str) -> None:
    """A file that is none of the two formats changes nothing, and says where it goes wrong."""
    with pytest.raises(BadInput) as refusal:
        read_csv(text, "creds.csv")

    assert str(refusal.value) == f"creds.csv, {why}; nothing was changed"
    _assert_silent(refusal.value)


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


@pytest.mark.parametrize(
    ("handed_in", "meant"),
    [
        pytest.param(HandedIn("berlin", TOKEN), True, id="slug"),
        pytest.param(HandedIn("APLACEHOLDER2", TOKEN), False, id="partner id where a slug belongs"),
        pytest.param(HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True), True, id="partner id"),
        pytest.param(HandedIn("berlin", TOKEN, by_partner_id=True), False, id="slug where a partner id belongs"),
        pytest.param(
            HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True, marketplace="A13V1IB3VIYZZH"), True, id="marketplace"
        ),
        pytest.param(
            HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True, marketplace="ATVPDKIKX0DER"),
            False,
            id="another region's marketplace",
        ),
    ],
)
def test_whom_it_is_for(handed_in: HandedIn, *, meant: bool) -> None:
    """A slug names its seller; a partner id names it together with one of the seller's marketplaces."""
    cells = {"seller": "berlin", "region": "EU", "marketplaces": "DE;FR", "selling_partner_id": "aplaceholder2"}

    assert handed_in.is_for(row_from(cells)) is meant


def test_no_secret_in_a_repr() -> None:
    """What was handed in shows neither token nor client secret when it is printed."""
    handed_in = HandedIn("kyoto", f"Atzr|{CANARY}", CLIENT_ID, CANARY)

    assert CANARY not in repr(handed_in)
    assert replace(handed_in, client_secret=None).own_app is None


def _assert_silent(error: BaseException) -> None:
    """Neither text nor a printed traceback with its chain hold the canary; nothing is chained."""
    assert CANARY not in "".join((repr(error), *traceback.format_exception(error)))
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
