"""The roster: what is written is read, and every fault has its row, its column and a sentence."""

from __future__ import annotations

import traceback
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import naming
from provisioning.errors import BadInput
from provisioning.marketplaces import Region, all_marketplaces
from provisioning.roster import COLUMNS, Permission, Record, Row, parse, read, records, render, row_from

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "Atzr|PLACEHOLDER-CANARY"
HEADER = "seller,region,marketplaces"
GOOD = {"seller": "berlin", "region": "EU", "marketplaces": "DE;FR"}
#: What begins as Amazon's tokens and client secrets do is refused; Hypothesis takes such texts from the code itself.
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40).filter(
    lambda name: not any(begin in name for begin in ("Atza|", "Atzr|", "amzn1.oa2-cs."))
)


def _cells(region: Region) -> st.SearchStrategy[dict[str, str]]:
    codes = [market.code for market in all_marketplaces() if market.region is region]
    return st.fixed_dictionaries(
        {
            "seller": st.from_regex(naming.SELLER_PATTERN, fullmatch=True),
            "region": st.just(region.value),
            "marketplaces": st.lists(st.sampled_from(codes), min_size=1, max_size=5).map(";".join),
        },
        optional={
            "account_name": NAMES,
            "application": st.sampled_from(["shared", "own", "OWN", ""]),
            "selling_partner_id": st.from_regex("[A-Z0-9]{0,14}", fullmatch=True),
            "store_url": st.sampled_from(["", "https://berlinbooks.myAmazon.com", 'https://example.com:8443/a,b;c"d']),
            "fulfillment": st.sampled_from(["fba", "fbm", "both", ""]),
            "permissions": st.lists(st.sampled_from(Permission), max_size=6).map(";".join),
            "consented_on": st.just("") | st.dates(min_value=date(2020, 1, 1)).map(date.isoformat),
            "status": st.sampled_from(["active", "paused", ""]),
            "shard": st.sampled_from(["", "s00", "s42", "s100"]),
        },
    )


ROWS = st.lists(st.sampled_from(Region).flatmap(_cells).map(row_from), max_size=4, unique_by=lambda row: row.seller)


@given(ROWS)
def test_what_is_written_is_read(rows: list[Row]) -> None:
    """A roster that was rendered reads as the same rows, and renders as the same text again."""
    text = render(rows)

    assert parse(text, "roster") == rows
    assert render(parse(text, "roster")) == text


def test_as_it_stands_in_git() -> None:
    """A rendered roster has every column and LF line ends; what was left to its default stays empty."""
    row = row_from(GOOD | {"account_name": 'Bücher "B", Berlin', "consented_on": "2026-10-12"})

    assert render([row]) == (
        "seller,account_name,application,region,selling_partner_id,marketplaces,store_url,fulfillment,permissions,"
        "consented_on,status,shard\n"
        'berlin,"Bücher ""B"", Berlin",,EU,,DE;FR,,,,2026-10-12,,\n'
    )


def test_a_row_without_a_date_is_written_without_one() -> None:
    """A row made by a program, with no date given as None, is written like one that was read."""
    row = Row(seller="berlin", region=Region.EU, marketplaces=("DE",), consented_on=None)

    assert row.cells()["consented_on"] == ""


def test_defaults() -> None:
    """Only seller, region and marketplaces have to be there (design.md 1)."""
    (row,) = parse(f"{HEADER}\nberlin,EU,DE;FR\n", "roster")

    assert row.model_dump() == {
        "seller": "berlin",
        "account_name": "",
        "application": "shared",
        "region": "EU",
        "selling_partner_id": "",
        "marketplaces": ("DE", "FR"),
        "store_url": "",
        "fulfillment": "both",
        "permissions": tuple(Permission),
        "consented_on": None,
        "status": "active",
        "shard": "",
    }
    assert row.name == "berlin"


def test_people_type_as_they_like() -> None:
    """Small and capital letters, spaces, ids for codes and a marketplace named twice all come out the same."""
    row = row_from(
        {
            "seller": " berlin ",
            "region": "eu",
            "marketplaces": "a1pa6795ukmfr9; de ;uk;",
            "application": "OWN",
            "selling_partner_id": "aplaceholder2",
            "fulfillment": "FBA",
            "account_name": " Berlin Books ",
        }
    )

    assert (row.region, row.marketplaces, row.application, row.selling_partner_id, row.fulfillment, row.name) == (
        "EU",
        ("DE", "GB"),
        "own",
        "APLACEHOLDER2",
        "fba",
        "Berlin Books",
    )
    assert [market.country for market in row.markets] == ["Germany", "United Kingdom"]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        pytest.param(
            "seller",
            "Berlin",
            "has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit",
            id="seller",
        ),
        pytest.param("seller", "", "may not be empty", id="no seller"),
        *(
            pytest.param(
                column,
                f"{before}{secret}PLACEHOLDER",
                "holds a token or client secret, and a roster is reviewed in git: have it replaced",
                id=f"{secret} in {column}",
            )
            for column, before in [("account_name", "Berlin "), ("store_url", "https://example.com/?t=")]
            for secret in ["Atzr|", "Atza|", "amzn1.oa2-cs.v1."]
        ),
        pytest.param("account_name", "a\x1b[31mb", "may not hold a line end or control character", id="terminal codes"),
        pytest.param("account_name", "a\nb", "may not hold a line end or control character", id="two lines"),
        pytest.param("application", "vendor", "has to be 'shared' or 'own'", id="application"),
        pytest.param("region", "US", "has to be 'NA', 'EU' or 'FE'", id="region"),
        pytest.param("region", "", "may not be empty", id="no region"),
        pytest.param("selling_partner_id", "A-1", "has to be letters and digits only", id="partner id"),
        pytest.param("marketplaces", "", "may not be empty", id="no marketplace"),
        pytest.param(
            "marketplaces", " ; ", "has to name at least one marketplace, such as DE or DE;FR", id="only separators"
        ),
        pytest.param("marketplaces", "DE;XX", "XX is no marketplace of SP-API", id="marketplace"),
        pytest.param("marketplaces", "DE,FR", "number 1 is no marketplace of SP-API", id="wrong separator"),
        pytest.param("marketplaces", "DE;JP", "JP belongs to FE, but region is EU", id="another region's"),
        *(
            pytest.param(
                "store_url", url, "has to be an https address, such as https://mystorename.myAmazon.com", id=name
            )
            for name, url in [
                ("http", "http://example.com"),
                ("no host", "https:///x"),
                ("a password", "https://me:PLACEHOLDER@example.com"),
                ("a space", "https://example.com/a b"),
                ("terminal codes in a path", "https://example.com/\x1b[31m"),
            ]
        ),
        pytest.param("fulfillment", "me", "has to be 'fba', 'fbm' or 'both'", id="fulfillment"),
        pytest.param(
            "permissions",
            "inventory;stock",
            "number 2 has to be 'customer-details', 'transactions-and-fulfillments', "
            "'products-variants-and-collections', 'inventory', 'product-listings' or 'reports'",
            id="permission",
        ),
        *(
            pytest.param("consented_on", text, "has to be a date such as 2026-09-30", id=name)
            for name, text in [
                ("another order", "12.10.2026"),
                ("no such day", "2026-02-30"),
                ("no hyphens", "20261012"),
                ("seconds since 1970", "1790000000"),
                ("a moment", "2026-10-12T00:00:00"),
                ("a week", "2026-W41-1"),
            ]
        ),
        pytest.param("status", "gone", "has to be 'active', 'paused' or 'offboarded'", id="status"),
        pytest.param(
            "shard",
            "dev-s00",
            "has to be s00 to s999, or empty for the base stack; `sellerkeys roster add` gives it",
            id="shard",
        ),
    ],
)
def test_a_bad_cell(column: str, cell: str, said: str) -> None:
    """A bad cell is told by file, row and column, in a sentence, without what it holds."""
    cells = GOOD | {column: cell}
    quoted = ",".join(f'"{text}"' for text in cells.values())

    with pytest.raises(BadInput) as refusal:
        parse(f"{','.join(cells)}\n{quoted}\n", "rosters/dev.csv")

    assert str(refusal.value) == f"rosters/dev.csv, row 2, column {column}: {said}"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_secret_in_the_wrong_file(column: str) -> None:
    """A token that was pasted into the roster is refused in every column, and never quoted."""
    with pytest.raises(BadInput) as refusal:
        row_from(GOOD | {column: CANARY})

    assert CANARY not in "".join((repr(refusal.value), *traceback.format_exception(refusal.value)))


def test_every_fault_at_once() -> None:
    """All faults of a roster are told together, a line each, in order."""
    with pytest.raises(BadInput) as refusal:
        parse(f"{HEADER}\nBerlin,XX,DE\nkyoto,FE\n\nmaple,NA,US\nmaple,NA,CA\n", "roster")

    assert str(refusal.value).splitlines() == [
        "roster, row 2, column seller: has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit",
        "roster, row 2, column region: has to be 'NA', 'EU' or 'FE'",
        "roster, row 3, has 2 fields where the header has 3",
        "roster, row 6, column seller: maple stands in row 5 already",
    ]


def test_a_row_is_where_it_begins() -> None:
    """Where a quoted cell spans lines, a row's number is the line it begins in, for a duplicate, too."""
    text = f'{HEADER},account_name\nmaple,NA,"US;\nCA",\nberlin,EU,"DE;\n\nFR",\nmaple,NA,US,\n'

    with pytest.raises(BadInput) as refusal:
        parse(text, "roster")

    assert str(refusal.value) == "roster, row 7, column seller: maple stands in row 2 already"


def test_good_and_bad_rows() -> None:
    """Row by row, a bad one says why and stops no other."""
    found = list(records(f"{HEADER}\nBerlin,EU,DE\nkyoto,FE,JP,x\nmaple,NA,US\n", "roster"))

    assert found == [
        Record(
            2,
            None,
            ("column seller: has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit",),
        ),
        Record(3, None, ("has 4 fields where the header has 3",)),
        Record(4, row_from({"seller": "maple", "region": "NA", "marketplaces": "US"})),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "row 1: missing column seller, region, marketplaces; the columns are ALL", id="empty"),
        pytest.param("seller,region\n", "row 1: missing column marketplaces; the columns are ALL", id="missing"),
        pytest.param(f"{HEADER},shop\n", "row 1: unknown column shop; the columns are ALL", id="unknown"),
        pytest.param(f"{HEADER},region\n", "row 1: repeated column region; the columns are ALL", id="repeated"),
        pytest.param(f"{HEADER},,\n", "row 1: unknown column no. 4, no. 5; the columns are ALL", id="nameless"),
        pytest.param(
            f"maple,{CANARY}\n", "row 1: unknown column maple, no. 2; the columns are ALL", id="another file's row"
        ),
        pytest.param(
            f'{HEADER}\nberlin,"EU,DE\n',
            "row 2: this is not CSV (unexpected end of data); nothing was changed",
            id="no CSV",
        ),
    ],
)
def test_a_roster_that_is_none(text: str, said: str) -> None:
    """A header that is none names its columns; a cell that cannot be a column's name is not quoted."""
    with pytest.raises(BadInput) as refusal:
        parse(text, "roster")

    assert str(refusal.value) == f"roster, {said.replace('ALL', ', '.join(COLUMNS))}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["no BOM", "BOM"])
def test_what_excel_makes_of_it(tmp_path: Path, bom: str, end: str) -> None:
    """BOM, CRLF, CR, quotes and empty lines change nothing, in a file as in a text."""
    text = bom + end.join(['"seller",region, marketplaces ', "", "berlin,EU,DE", ",,", "maple,NA,US"])
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode())

    assert [row.seller for row in read(path)] == ["berlin", "maple"]
    assert read(path) == parse(text, "roster")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such roster; `sellerkeys roster add` makes one"),
        (b"seller\xe9,region", "cannot be read as UTF-8 text (UnicodeDecodeError)"),
    ],
    ids=["no file", "Latin-1"],
)
def test_a_roster_nobody_can_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    """A file that is not there or is no text says so by name."""
    path = tmp_path / "roster.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadInput) as refusal:
        read(path)

    assert str(refusal.value) == f"{path}: {said}"


@given(st.text() | st.text(st.sampled_from('seller,region,marketplaces\n"\r;DEU\0')).map(f"{HEADER}\n".__add__))
def test_any_text_at_all(text: str) -> None:
    """Whatever is read is a list of rows or a BadInput, and no other failure."""
    try:
        rows = parse(text, "roster")
    except BadInput:
        return

    assert all(isinstance(row, Row) for row in rows)


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param("berlin*", id="a star: every seller whose name begins so"),
        pytest.param("berli?", id="a question mark: any letter"),
        pytest.param("*", id="every seller"),
        pytest.param("a/sp-api-x", id="a slash: another secret's name"),
        pytest.param("${aws:PrincipalTag/sellerkeys:seller}", id="a policy's variable"),
        pytest.param("a:b", id="a colon: another part of the ARN"),
        pytest.param("Berlin", id="a capital: the same role as berlin's to IAM"),
        pytest.param("berlin\u00ad", id="a letter nobody sees"),
        pytest.param("b\u0435rlin", id="a letter of another alphabet"),
        pytest.param("berlin-", id="a hyphen at the end"),
        pytest.param("a" * 33, id="longer than a role's name takes"),
    ],
)
def test_a_slug_that_could_break_a_pattern(slug: str) -> None:
    """It stands in ARNs, in patterns and in role names, so it is refused where it is written (design.md 2)."""
    with pytest.raises(BadInput) as refusal:
        parse(f"{HEADER}\n{slug},EU,DE\n", "roster")

    assert str(refusal.value) == (
        "roster, row 2, column seller: has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit"
    )
