"""What an operator hands in: credentials typed, pasted or in a CSV, checked for the mistakes people really make.

Shapes are sp-api.md 1.3; a shape that Amazon does not promise is never a hard check. No message quotes a value.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from provisioning import naming, sheet
from provisioning.errors import BadInput
from provisioning.marketplaces import find_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provisioning.roster import Row

#: Our format; the last two columns are for sellers with an application of their own.
OUR_COLUMNS: Final = ("seller", "refresh_token", "client_id", "client_secret")
#: The notifications sample's format (clients.md 1).
AMAZON_COLUMNS: Final = ("SellerId", "RefreshToken", "MarketplaceId", "Mail")

_REFRESH: Final = "Atzr|"
_ACCESS: Final = "Atza|"
_CLIENT_ID: Final = "amzn1.application-oa2-client."
_CLIENT_SECRET: Final = "amzn1.oa2-cs."  # noqa: S105  a prefix, not a secret
_APPLICATION_IDS: Final = ("amzn1.sp.solution.", "amzn1.sellerapps.app.")
#: Straight and typographic quotes, opening and closing, as word processors leave them: English, German, French.
_QUOTES: Final = {'""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u201a\u2018", "\u00ab\u00bb"}
#: Marks that nobody sees and that str.strip() leaves: zero-width spaces and joiners, text directions, BOM.
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SLUG: Final = "one is called by 1 to 32 of a-z, 0-9 and -"
_ID: Final = "Amazon's id has letters and digits only"
_PARTNER_ID: Final = re.compile(r"[A-Za-z0-9]{1,32}")
_LONGEST_TOKEN: Final = 2048
_LONGEST_CLIENT_ID: Final = 100


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One seller's credential as it was handed in, quotes and spaces around it removed.

    `seller` is a slug, or Amazon's selling partner id when `by_partner_id`; `marketplace` then tells its regions apart.
    `row` is the line of the file it came from; None for one that was typed.
    """

    seller: str
    refresh_token: str = field(repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    by_partner_id: bool = False
    marketplace: str = ""
    row: int | None = None

    @property
    def own_app(self) -> tuple[str, str] | None:
        """Client id and client secret of an own application; None where it is the shared one."""
        return (self.client_id, self.client_secret) if self.client_id and self.client_secret else None

    def is_for(self, row: Row) -> bool:
        """Say whether this credential is meant for that seller of the roster."""
        if not self.by_partner_id:
            return self.seller == row.seller
        markets = {market.id for market in row.markets}
        return self.seller == row.selling_partner_id and (not self.marketplace or self.marketplace in markets)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of the file that cannot be used, and why; it stops no other row."""

    row: int
    seller: str
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All rows of a file, good and bad, in order; `dropped` names the columns that were read and not kept."""

    rows: tuple[HandedIn | Unreadable, ...]
    dropped: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[HandedIn | Unreadable]:
        return iter(self.rows)


def check_refresh_token(text: str) -> str:
    """Clean and check a refresh token; raises BadInput that says what was pasted instead."""
    token = clean(text)
    if not token:
        raise BadInput("the refresh token is empty")
    if token.startswith(_ACCESS):
        raise BadInput("this is an access token (Atza|), good for an hour: the refresh token begins with Atzr|")
    _refuse_ids(token, "refresh token")
    _refuse_spaces(token, "refresh token")
    if len(token.encode()) > _LONGEST_TOKEN:
        raise BadInput(f"the refresh token is longer than {_LONGEST_TOKEN} bytes: it was not pasted alone")
    if not token.startswith(_REFRESH):
        raise BadInput("this is no refresh token: one begins with Atzr|")
    return token


def check_client_id(text: str) -> str:
    """Clean and check a client id; raises BadInput that says what was pasted instead."""
    client_id = clean(text)
    if not client_id:
        raise BadInput("the client id is empty")
    if client_id.startswith(_APPLICATION_IDS):
        raise BadInput(f"this is the application id: the client id begins with {_CLIENT_ID}")
    if client_id.startswith(_CLIENT_SECRET):
        raise BadInput("this is the client secret: client id and client secret are swapped")
    _refuse_spaces(client_id, "client id")
    if not client_id.startswith(_CLIENT_ID) or len(client_id.encode()) > _LONGEST_CLIENT_ID:
        raise BadInput(f"this is no client id: one begins with {_CLIENT_ID} and has at most {_LONGEST_CLIENT_ID} bytes")
    return client_id


def check_client_secret(text: str) -> str:
    """Clean and check a client secret; older ones have no prefix, so only what is surely something else is refused."""
    secret = clean(text)
    if not secret:
        raise BadInput("the client secret is empty")
    if secret.startswith(_CLIENT_ID):
        raise BadInput("this is the client id: client id and client secret are swapped")
    if secret.startswith((_REFRESH, _ACCESS)):
        raise BadInput("this is a token: the client secret stands beside the client id in the developer console")
    _refuse_ids(secret, "client secret")
    _refuse_spaces(secret, "client secret")
    return secret


def clean(text: str) -> str:
    """Take off the spaces, line ends, invisible marks and one pair of quotes that came along when pasting."""
    text = _stripped(text)
    return _stripped(text[1:-1]) if len(text) > 1 and text[0] + text[-1] in _QUOTES else text


def hand_in(seller: str, refresh_token: str, client_id: str = "", client_secret: str = "") -> HandedIn:
    """Check one seller's typed credential; raises BadInput."""
    own = bool(client_id.strip() or client_secret.strip())
    return HandedIn(
        seller=seller,
        refresh_token=check_refresh_token(refresh_token),
        client_id=check_client_id(client_id) if own else None,
        client_secret=check_client_secret(client_secret) if own else None,
    )


def read_csv(text: str, source: str) -> Batch:
    """Read a CSV of credentials in our format or Amazon's; raises BadInput if the file as a whole cannot be read."""
    lines = list(io.StringIO(text, newline=""))
    return Batch(tuple(read_rows(lines, source)), dropped_columns(lines, source))


def read_rows(lines: Iterable[str], source: str) -> Iterator[HandedIn | Unreadable]:
    """Read rows one by one as `read_csv` does, for a file of any length; line ends stay on the lines."""
    found = sheet.readable(lines)
    header, _ = _header(next(found, None), source)
    for line in found:
        if line.fault or any(cell.strip() for cell in line.cells):
            yield _record(header, line)


def dropped_columns(lines: Iterable[str], source: str) -> tuple[str, ...]:
    """Name the columns that are read and not kept; raises BadInput like `read_csv`."""
    header, columns = _header(next(sheet.readable(lines), None), source)
    return tuple(name for name in header if columns is AMAZON_COLUMNS and name == "Mail")


def _header(line: sheet.Line | None, source: str) -> tuple[list[str], tuple[str, ...]]:
    header = [cell.strip() for cell in line.cells] if line else []
    # Only names of ours are quoted: without a header this line is the first seller's credential.
    twice = sorted({name for name in (*OUR_COLUMNS, *AMAZON_COLUMNS) if header.count(name) > 1})
    if twice:
        raise BadInput(f"{source}, row 1: column {', '.join(twice)} stands twice; nothing was changed")
    if not _is_text(header):
        raise BadInput(f"{source}, row 1: this is not UTF-8: save the file as UTF-8; nothing was changed")
    for columns, needed in ((OUR_COLUMNS, OUR_COLUMNS[:2]), (AMAZON_COLUMNS, AMAZON_COLUMNS[:2])):
        if set(needed) <= set(header) <= set(columns):
            return header, columns
    raise BadInput(
        f"{source}, row 1: the header has to be {','.join(OUR_COLUMNS[:2])}[,{','.join(OUR_COLUMNS[2:])}] "
        f"or {','.join(AMAZON_COLUMNS)}; nothing was changed"
    )


def _record(header: list[str], line: sheet.Line) -> HandedIn | Unreadable:
    row, cells = line.number, dict(zip(header, line.cells, strict=False))
    if line.fault:
        return Unreadable(row, "", line.fault)
    name = clean(cells.get("seller") or cells.get("SellerId") or "")
    if not (naming.is_seller(name) if "seller" in cells else _PARTNER_ID.fullmatch(name)):
        # Not quoted: where columns are swapped, this is the token.
        return Unreadable(row, "", f"the row names no seller: {_SLUG if 'seller' in cells else _ID}")
    if len(line.cells) != len(header):
        wrong = "too many" if len(line.cells) > len(header) else "too few"
        return Unreadable(row, name, f"the row has {wrong} fields for its header")
    if not _is_text(line.cells):
        return Unreadable(row, name, "the row is not UTF-8: save the file as UTF-8")
    try:
        return replace(_handed_in(name, cells), row=row)
    except BadInput as error:
        spanned = f" (the row ends in line {line.last}: a quote may be missing)" if line.last > row else ""
        return Unreadable(row, name, f"{error}{spanned}")


def _handed_in(name: str, cells: dict[str, str]) -> HandedIn:
    if "SellerId" in cells:
        token = check_refresh_token(cells["RefreshToken"])
        market = _marketplace_id(clean(cells.get("MarketplaceId", "")))
        return HandedIn(name.upper(), token, by_partner_id=True, marketplace=market)
    return hand_in(name, cells["refresh_token"], cells.get("client_id", ""), cells.get("client_secret", ""))


def _is_text(cells: Iterable[str]) -> bool:
    """Whether all of it was UTF-8: bytes that are none were read as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for cell in cells for letter in cell)


def _marketplace_id(text: str) -> str:
    found = find_marketplace(text)
    if text and found is None:
        raise BadInput("the MarketplaceId is no marketplace of SP-API")
    return found.id if found else ""


def _stripped(text: str) -> str:
    while (shorter := text.strip().strip(_INVISIBLE)) != text:
        text = shorter
    return text


def _refuse_ids(text: str, wanted: str) -> None:
    for prefix, what in ((_CLIENT_ID, "client id"), (_CLIENT_SECRET, "client secret")):
        if what != wanted and text.startswith(prefix):
            raise BadInput(f"this is the {what}, where the {wanted} is needed")
    if text.startswith(_APPLICATION_IDS):
        raise BadInput(f"this is the application id, where the {wanted} is needed")


def _refuse_spaces(text: str, what: str) -> None:
    if not text.isprintable() or " " in text:
        raise BadInput(
            f"the {what} has a space, a line end or an invisible character inside: it was not pasted whole, or with "
            "something else"
        )
