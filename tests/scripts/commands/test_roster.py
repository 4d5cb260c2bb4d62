"""`sellerkeys roster`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioning import roster
from scripts import row_options

if TYPE_CHECKING:
    from tests.scripts.conftest import Desk


def test_every_column_a_person_fills_is_an_option() -> None:
    """Only the seller's key, which has an option of its own, and what sellerkeys itself fills have no row option."""
    options = [column for column, _, _ in row_options.COLUMNS]

    assert ["seller", *options, "status", "shard"] == list(roster.COLUMNS)


def test_list_shows_the_fleet(desk: Desk) -> None:
    """In a pipe, a table is aligned lines that no width cuts."""
    result = desk.run("roster", "list")

    assert (result.exit_code, result.output) == (
        0,
        (
            "SELLER  ACCOUNT NAME   APPLICATION  REGION  MARKETPLACES  FULFILLMENT  CONSENTED ON  STATUS  SHARD\n"
            "maple   Maple Outdoor  shared       NA      US; CA        both         2026-09-01    active  -\n"
            "berlin  Berlin Books   shared       EU      DE            both         -             active  -\n"
            "kyoto   Kyoto Tea      own          FE      JP            both         -             active  -\n"
        ),
    )


def test_list_as_json_has_every_column(desk: Desk) -> None:
    """A program gets whole rows, defaults filled in."""
    result = desk.run("--output", "json", "roster", "list")

    assert json.loads(result.stdout)["sellers"][2] == {
        "seller": "kyoto",
        "account_name": "Kyoto Tea",
        "application": "own",
        "region": "FE",
        "selling_partner_id": "APLACEHOLDER3",
        "marketplaces": ["JP"],
        "store_url": "",
        "fulfillment": "both",
        "permissions": [str(permission) for permission in roster.Permission],
        "consented_on": None,
        "status": "active",
        "shard": "",
    }


def test_add_by_options(desk: Desk) -> None:
    """Each option becomes a cell of the one line that is appended."""
    desk.roster.write_text(before := roster.render([]))

    result = desk.run(
        *("roster", "add", "--seller", "roma", "--account-name", "Roma, Libri", "--application", "OWN"),
        *("--region", "eu", "--selling-partner-id", "aplaceholder4", "--marketplaces", "IT;ES"),
        *("--store-url", "https://roma.example", "--fulfillment", "fba", "--permissions", "inventory;reports"),
        *("--consented-on", "2026-11-01"),
    )

    assert (result.exit_code, result.output) == (
        0,
        "SELLER  RESULT  DETAIL\nroma    added   Roma, Libri: EU, IT, ES\n\n1 seller: 1 added\n",
    )
    assert desk.roster.read_text() == (
        before
        + 'roma,"Roma, Libri",own,EU,APLACEHOLDER4,IT;ES,https://roma.example,fba,inventory;reports,2026-11-01,,\n'
    )


def test_add_many(desk: Desk) -> None:
    """A bad row stops no other; each is told by its row, and together they are failures of items."""
    before = desk.roster.read_text()
    rows = (
        "\N{BYTE ORDER MARK}seller,region,marketplaces\r\n"
        "roma,EU,IT\r\n"
        "\r\n"
        "oslo,EU,NO\r\n"
        "berlin,EU,FR\r\n"
        "paris,EU\r\n"
        "roma,EU,IT\r\n"
    )

    result = desk.run("roster", "add", "--from", "-", piped=rows)

    assert (result.exit_code, result.output) == (
        1,
        (
            "SELLER  RESULT     ROW  DETAIL\n"
            "roma    added      2    roma: EU, IT\n"
            "-       unusable   4    column marketplaces: NO is no marketplace of SP-API\n"
            "berlin  unusable   5    stands in the roster already, with other values: change that row by hand"
            " and have it"
            " reviewed\n"
            "-       unusable   6    has 2 fields where the header has 3\n"
            "roma    unchanged  7    stands in the roster already\n"
            "\n"
            "5 sellers: 1 added, 3 unusable, 1 unchanged\n"
        ),
    )
    assert desk.roster.read_text() == before + "roma,,,EU,,IT,\n"


def test_add_as_json(desk: Desk) -> None:
    """The document has the same fields as that of `onboard`."""
    result = desk.run(
        *("--output", "json", "roster", "add", "--dry-run"),
        *("--seller", "roma", "--region", "EU", "--marketplaces", "IT"),
    )

    assert json.loads(result.stdout) == {
        "sellers": [{"seller": "roma", "result": "would add", "detail": "roma: EU, IT", "exit_code": 0, "row": None}],
        "dropped_columns": [],
        "summary": {"would add": 1},
    }


def test_add_without_a_roster_makes_one(desk: Desk) -> None:
    """The first seller of a fleet needs no file to begin with."""
    desk.roster.unlink()

    result = desk.run("roster", "add", "--seller", "roma", "--region", "EU", "--marketplaces", "IT")

    assert result.exit_code == 0
    assert desk.roster.read_text() == f"{','.join(roster.COLUMNS)}\nroma,,,EU,,IT,,,,,,\n"


def test_add_refuses_what_contradicts_the_roster(desk: Desk) -> None:
    """A seller that stands there with other values is not changed from the command line."""
    result = desk.run("roster", "add", "--seller", "berlin", "--region", "EU", "--marketplaces", "FR")

    assert (result.exit_code, result.output) == (
        2,
        (
            "SELLER  RESULT    DETAIL\n"
            "berlin  unusable  stands in the roster already, with other values: change that row by hand and have it"
            " reviewed\n"
            "\n"
            "1 seller: 1 unusable\n"
        ),
    )


def test_add_names_every_bad_option(desk: Desk) -> None:
    """One line for each column that cannot be used; nothing is changed."""
    before = desk.roster.read_text()

    result = desk.run("roster", "add", "--seller", "Roma", "--region", "MARS", "--store-url", "roma.example")

    assert (result.exit_code, result.output) == (
        2,
        (
            "sellerkeys: Roma, seller: has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit\n"
            "sellerkeys: Roma, region: has to be 'NA', 'EU' or 'FE'\n"
            "sellerkeys: Roma, marketplaces: may not be empty\n"
            "sellerkeys: Roma, store_url: has to be an https address, such as https://mystorename.myAmazon.com\n"
        ),
    )
    assert desk.roster.read_text() == before


def test_add_needs_one_source(desk: Desk) -> None:
    """Neither nothing nor both."""
    said = "sellerkeys: give either --from with a file, or --seller with the options of its row; nothing was changed\n"

    results = [
        desk.run("roster", "add", *argv) for argv in ([], ["--seller", "roma", "--from", "-"], ["--region", "EU"])
    ]

    assert [(result.exit_code, result.output) for result in results] == [(2, said)] * 3
