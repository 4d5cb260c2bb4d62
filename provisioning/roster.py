"""The roster: a CSV, reviewed in git, that lists a fleet's sellers; no secret in it.

One `Row` a seller; `read` gives all rows or says every fault with file, row and column. Row 1 is the header.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self
from unicodedata import category

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator, model_validator

from provisioning import naming, sheet
from provisioning.errors import BadInput
from provisioning.marketplaces import Marketplace, Region, find_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: What tokens and newer client secrets begin with (sp-api.md 1.3).
_SECRET = re.compile(r"Atz[ar]\||amzn1\.oa2-cs\.")
#: Unicode's categories of what moves a line or a terminal: control, surrogate, line and paragraph separator.
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})

COLUMNS = (
    "seller",
    "account_name",
    "application",
    "region",
    "selling_partner_id",
    "marketplaces",
    "store_url",
    "fulfillment",
    "permissions",
    "consented_on",
    "status",
    "shard",
)


class Permission(StrEnum):
    """The six "Read and Write" areas of the guide the project began from (design.md 1)."""

    CUSTOMER_DETAILS = "customer-details"
    TRANSACTIONS = "transactions-and-fulfillments"
    PRODUCTS = "products-variants-and-collections"
    INVENTORY = "inventory"
    LISTINGS = "product-listings"
    REPORTS = "reports"


def _items(text: object) -> object:
    return [item.strip() for item in text.split(";") if item.strip()] if isinstance(text, str) else text


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _day(text: object) -> object:
    # pydantic alone would take 20261012 for seconds since 1970.
    if isinstance(text, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("has to be a date such as 2026-09-30")
    return text


class Row(BaseModel):
    """One seller. What may be left empty has its default here; lists are separated by `;`.

    `marketplaces` takes country codes or ids and keeps codes; the first is the seller's home. `selling_partner_id` is
    a claim (design.md 6). `shard` names the stack that holds the seller, empty for the base stack (design.md 10); who
    is `offboarded` is no longer declared.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)

    seller: str
    account_name: str = ""
    application: Annotated[Literal["shared", "own"], BeforeValidator(_lower)] = "shared"
    region: Annotated[Region, BeforeValidator(_upper)]
    selling_partner_id: Annotated[str, BeforeValidator(_upper)] = ""
    marketplaces: Annotated[tuple[str, ...], BeforeValidator(_items)]
    store_url: str = ""
    fulfillment: Annotated[Literal["fba", "fbm", "both"], BeforeValidator(_lower)] = "both"
    permissions: Annotated[tuple[Permission, ...], BeforeValidator(_items)] = tuple(Permission)
    consented_on: Annotated[date | None, BeforeValidator(_day)] = None
    status: Annotated[Literal["active", "paused", "offboarded"], BeforeValidator(_lower)] = "active"
    shard: str = ""

    @field_validator("seller")
    @classmethod
    def _is_slug(cls, seller: str) -> str:
        if not naming.is_seller(seller):
            raise ValueError("has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit")
        return seller

    @field_validator("account_name", "store_url")
    @classmethod
    def _is_no_secret(cls, text: str) -> str:
        if _SECRET.search(text):
            raise ValueError("holds a token or client secret, and a roster is reviewed in git: have it replaced")
        return text

    @field_validator("account_name")
    @classmethod
    def _is_one_line(cls, name: str) -> str:
        if any(category(letter) in _UNSEEN for letter in name):
            raise ValueError("may not hold a line end or control character")
        return name

    @field_validator("selling_partner_id")
    @classmethod
    def _is_alphanumeric(cls, partner: str) -> str:
        if not re.fullmatch(r"[A-Z0-9]*", partner):
            raise ValueError("has to be letters and digits only")
        return partner

    @field_validator("store_url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        if url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[!-~]*)?", url):
            raise ValueError("has to be an https address, such as https://mystorename.myAmazon.com")
        return url

    @field_validator("shard")
    @classmethod
    def _is_shard(cls, shard: str) -> str:
        if shard and not naming.is_shard(shard):
            raise ValueError("has to be s00 to s999, or empty for the base stack; `sellerkeys roster add` gives it")
        return shard

    @field_validator("marketplaces")
    @classmethod
    def _are_known(cls, marketplaces: tuple[str, ...]) -> tuple[str, ...]:
        if not marketplaces:
            raise ValueError("has to name at least one marketplace, such as DE or DE;FR")
        codes = []
        for number, name in enumerate(marketplaces, start=1):
            found = find_marketplace(name)
            if found is None:
                # Quoted only where it is as short as a marketplace's id: longer ones may be a secret.
                told = name if re.fullmatch(r"[A-Za-z0-9]{1,14}", name) else f"number {number}"
                raise ValueError(f"{told} is no marketplace of SP-API")
            codes.append(found.code)
        return tuple(dict.fromkeys(codes))

    @model_validator(mode="after")
    def _are_of_the_region(self) -> Self:
        for market in self.markets:
            if market.region != self.region:
                raise ValueError(f"marketplaces: {market.code} belongs to {market.region}, but region is {self.region}")
        return self

    @property
    def markets(self) -> tuple[Marketplace, ...]:
        """The marketplaces, as Amazon knows them."""
        return tuple(market for code in self.marketplaces if (market := find_marketplace(code)))

    @property
    def is_declared(self) -> bool:
        """Whether the program is to declare this seller: every one but those offboarded."""
        return self.status != "offboarded"

    @property
    def name(self) -> str:
        """What people call this seller: its account name, or its slug."""
        return self.account_name or self.seller

    def cells(self) -> dict[str, str]:
        """Write the row as the CSV holds it; what was left to its default stays empty."""
        values = {column: getattr(self, column) for column in COLUMNS if column in self.model_fields_set}
        texts = {
            column: ";".join(value) if isinstance(value, tuple) else str(value)
            for column, value in values.items()
            if value is not None
        }
        return {column: texts.get(column, "") for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it was handed in: `number` is its line, None without a file; `row` is None where `faults` say why."""

    number: int | None
    row: Row | None
    faults: tuple[str, ...] = ()


def read(path: Path) -> list[Row]:
    """Read a roster; raises BadInput that lists every fault as file, row, column and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such roster; `sellerkeys roster add` makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> list[Row]:
    """Read a roster's text; `source` is the name used in faults; raises BadInput."""
    rows: dict[str, Row] = {}
    numbers: dict[str, int | None] = {}
    faults: list[str] = []
    for record in records(text, source):
        number, row = record.number, record.row
        faults += [f"{source}, row {number}, {fault}" for fault in record.faults]
        if row and row.seller in rows:
            first = numbers[row.seller]
            faults.append(f"{source}, row {number}, column seller: {row.seller} stands in row {first} already")
        elif row:
            rows[row.seller], numbers[row.seller] = row, number
    if faults:
        raise BadInput("\n".join(faults))
    return list(rows.values())


def row_from(cells: dict[str, str]) -> Row:
    """Make one row from cells, where an empty one means its default; raises BadInput naming the columns."""
    row, faults = _row(cells)
    if row is None:
        raise BadInput("\n".join(faults))
    return row


def render(rows: Iterable[Row]) -> str:
    """Write a roster: header and rows, LF line ends, defaults left empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells() for row in rows)
    return out.getvalue()


def records(text: str, source: str) -> Iterator[Record]:
    """Read a roster's text row by row, good and bad; raises BadInput where no row can be told from another."""
    lines = sheet.rows(text, source)
    _, first = next(lines, (1, []))
    header = [cell.strip() for cell in first]
    _check_header(header, source)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield Record(line, None, (f"has {len(cells)} fields where the header has {len(header)}",))
            continue
        row, faults = _row(dict(zip(header, cells, strict=True)))
        yield Record(line, row, tuple(faults))


def _check_header(header: list[str], source: str) -> None:
    # Only what can be a column's name is quoted: in the wrong file, the first line holds a credential.
    unknown = [
        name if re.fullmatch(r"[A-Za-z_ ]{1,24}", name) else f"no. {number}"
        for number, name in enumerate(header, start=1)
        if name not in COLUMNS
    ]
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name in ("seller", "region", "marketplaces") if name not in header]
    for fault, names in (("unknown", unknown), ("repeated", twice), ("missing", missing)):
        if names:
            raise BadInput(f"{source}, row 1: {fault} column {', '.join(names)}; the columns are {', '.join(COLUMNS)}")


def _row(cells: dict[str, str]) -> tuple[Row | None, list[str]]:
    try:
        return Row.model_validate({column: cell.strip() for column, cell in cells.items() if cell.strip()}), []
    except ValidationError as error:
        return None, [_fault(item["loc"], item["msg"], item["type"]) for item in error.errors(include_input=False)]


def _fault(loc: tuple[int | str, ...], message: str, kind: str) -> str:
    said = message.removeprefix("Value error, ").replace("Input should be", "has to be", 1)
    if kind == "missing":
        said = "may not be empty"
    elif kind.startswith("date"):
        said = "has to be a date such as 2026-09-30"
    # A fault of the whole row names its column itself; one inside a list has a number behind the column.
    where = "".join(f"number {place + 1} " for place in loc[1:] if isinstance(place, int))
    return f"column {loc[0]}: {where}{said}" if loc else f"column {said}"
