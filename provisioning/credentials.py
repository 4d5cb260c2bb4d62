"""What an operator hands in: credentials typed, pasted or in a CSV, checked for the mistakes people really make.

Shapes are sp-api.md 1.3; a shape that Amazon does not promise is never a hard check. No message quotes a value.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

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
#: Straight and typographic quotes, opening and closing, as word processors leave them.
_QUOTES: Final = {('"', '"'), ("'", "'"), ("`", "`"), ("\u201c", "\u201d"), ("\u2018", "\u2019")}
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


def check_refresh_token(text: str) -> str:
    """Clean and check a refresh token; raises BadInput that says what was pasted instead."""
    token = clean(text)
    if not token:
        raise BadInput("the refresh token is empty")
    if token.startswith(_ACCESS):
        raise BadInput("this is an access token (Atza|), good for an hour: the refresh token begins with Atzr|")
    _refuse_ids(token, "refresh token")
    if len(token.encode()) > _LONGEST_TOKEN:
        raise BadInput(f"the refresh token is longer than {_LONGEST_TOKEN} bytes: it was not pasted alone")
    _refuse_spaces(token, "refresh token")
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
    """Take off the spaces, line ends and one pair of quotes that came along when pasting."""
    text = text.strip().strip("\N{ZERO WIDTH SPACE}\N{BYTE ORDER MARK}").strip()
    if len(text) > 1 and (text[0], text[-1]) in _QUOTES:
        return text[1:-1].strip()
    return text


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
    reader = csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"), newline=""), strict=True)
    header = [cell.strip() for cell in _next(reader, source) or []]
    columns = _format(header, source)
    rows: list[HandedIn | Unreadable] = []
    while (cells := _next(reader, source)) is not None:
        if any(cell.strip() for cell in cells):
            rows.append(_record(dict(zip(header, cells, strict=False)), len(cells) - len(header), reader.line_num))
    dropped = tuple(name for name in header if columns is AMAZON_COLUMNS and name == "Mail")
    return Batch(tuple(rows), dropped)


def _next(reader: Iterator[list[str]], source: str) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise BadInput(f"{source}: this is not CSV ({error}); nothing was changed") from None


def _format(header: list[str], source: str) -> tuple[str, ...]:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadInput(f"{source}, row 1: column {', '.join(twice)} stands twice; nothing was changed")
    for columns, needed in ((OUR_COLUMNS, OUR_COLUMNS[:2]), (AMAZON_COLUMNS, AMAZON_COLUMNS[:2])):
        if set(needed) <= set(header) <= set(columns):
            return columns
    raise BadInput(
        f"{source}, row 1: the header has to be {','.join(OUR_COLUMNS[:2])}[,{','.join(OUR_COLUMNS[2:])}] "
        f"or {','.join(AMAZON_COLUMNS)}; nothing was changed"
    )


def _record(cells: dict[str, str], surplus: int, row: int) -> HandedIn | Unreadable:
    name = clean(cells.get("seller") or cells.get("SellerId") or "")
    if surplus:
        wrong = "too many" if surplus > 0 else "too few"
        return Unreadable(row, name, f"the row has {wrong} fields for its header")
    if not name:
        return Unreadable(row, name, "the row names no seller")
    try:
        if "SellerId" in cells:
            token = check_refresh_token(cells["RefreshToken"])
            market = clean(cells.get("MarketplaceId", ""))
            return HandedIn(name, token, by_partner_id=True, marketplace=market, row=row)
        found = hand_in(name, cells["refresh_token"], cells.get("client_id", ""), cells.get("client_secret", ""))
    except BadInput as error:
        return Unreadable(row, name, str(error))
    return HandedIn(found.seller, found.refresh_token, found.client_id, found.client_secret, row=row)


def _refuse_ids(text: str, wanted: str) -> None:
    for prefix, what in ((_CLIENT_ID, "client id"), (_CLIENT_SECRET, "client secret")):
        if what != wanted and text.startswith(prefix):
            raise BadInput(f"this is the {what}, where the {wanted} is needed")
    if text.startswith(_APPLICATION_IDS):
        raise BadInput(f"this is the application id, where the {wanted} is needed")


def _refuse_spaces(text: str, what: str) -> None:
    if not text.isprintable() or any(letter.isspace() for letter in text):
        raise BadInput(f"the {what} has a space or line end inside: it was not pasted whole, or with something else")
