"""Go over everything that is handed in before anything is done: which seller each row is for, and what stands twice.

What is remembered of a row is two digests of 16 bytes, no value: ten thousand rows take a few megabytes, whatever
stands in them. So a file is gone through twice and never lies in memory.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning import naming
from provisioning.credentials import HandedIn, Unreadable
from provisioning.errors import BadInput, SellerkeysError, Waiting
from provisioning.fingerprint import fingerprint, token_half
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Store


@dataclass(frozen=True, slots=True)
class Refused:
    """One credential with which nothing can be done, and why."""

    seller: str
    row: int | None
    why: SellerkeysError


@dataclass(frozen=True, slots=True)
class Sifted:
    """One credential that nothing else in the file speaks against, and the seller it is for."""

    handed_in: HandedIn
    seller: Row
    fingerprint: str


class Directory:
    """Finds the seller of the roster that a credential is meant for."""

    def __init__(self, fleet: Fleet) -> None:
        self._by_slug = {seller.seller: seller for seller in fleet.sellers}
        self._by_partner: dict[str, list[Row]] = defaultdict(list)
        for seller in fleet.sellers:
            if seller.selling_partner_id:
                self._by_partner[seller.selling_partner_id].append(seller)

    def find(self, row: HandedIn | Unreadable) -> tuple[HandedIn, Row] | Refused:
        """Find it, or say why there is none."""
        if isinstance(row, Unreadable):
            return Refused(row.seller, row.row, BadInput(row.why))
        named = self._by_partner.get(row.seller, []) if row.by_partner_id else [self._by_slug.get(row.seller)]
        sellers = [seller for seller in named if seller and row.is_for(seller)]
        try:
            return row, _the_one(row, sellers)
        except SellerkeysError as error:
            return Refused(sellers[0].seller if len(sellers) == 1 else row.seller, row.row, error)


class Survey:
    """What `rows` hold, and whose tokens AWS has on record; raises Unreachable if AWS cannot be asked at all.

    `rows` counts what is to be sifted.
    """

    def __init__(self, fleet: Fleet, store: Store, rows: Iterable[HandedIn | Unreadable]) -> None:
        self._base = fleet.base
        self._directory = Directory(fleet)
        self._given: dict[str, bytes | None] = {}
        self._owner: dict[bytes, str] = {}
        self._owners: dict[bytes, set[str]] = {}
        self._taken: set[str] = set()
        self.rows = 0
        for row in rows:
            self.rows += 1
            found = self._directory.find(row)
            if not isinstance(found, Refused):
                self._note(*found)
        if self._owner:
            self._compare(store)

    def sift(self, rows: Iterable[HandedIn | Unreadable]) -> Iterator[Sifted | Refused]:
        """Go through the same rows again, and keep back what stands twice; in order, and once."""
        for row in rows:
            found = self._directory.find(row)
            yield found if isinstance(found, Refused) else self._sifted(*found)

    def _note(self, handed: HandedIn, seller: Row) -> None:
        mark = self._mark(handed)
        if self._given.setdefault(seller.seller, mark) != mark:
            self._given[seller.seller] = None
        self._claim(self._half(handed), seller.seller)

    def _claim(self, half: bytes, slug: str) -> None:
        first = self._owner.setdefault(half, slug)
        if first != slug:
            self._owners.setdefault(half, {first}).add(slug)

    def _compare(self, store: Store) -> None:
        for secret in store.list(naming.seller_secret_prefix(self._base)):
            recorded = (State.from_tags(secret.tags).fingerprint or "").partition(".")[0]
            half = _bytes(recorded)
            if half in self._owner:
                self._claim(half, secret.tags.get(naming.TAG_SELLER, secret.name))

    def _sifted(self, handed: HandedIn, seller: Row) -> Sifted | Refused:
        slug = seller.seller
        try:
            if slug not in self._given or self._half(handed) not in self._owner:
                raise BadInput("the file was changed while it was being read: run this again")
            self._check_once(slug)
            others = sorted(self._owners.get(self._half(handed), set()) - {slug})
            if others:
                raise BadInput(
                    f"the same refresh token was handed in for {', '.join(others)}: a token belongs to one seller"
                )
        except SellerkeysError as error:
            return Refused(slug, handed.row, error)
        return Sifted(handed, seller, fingerprint(self._base, handed.refresh_token, handed.own_app))

    def _check_once(self, slug: str) -> None:
        if self._given[slug] is None:
            raise BadInput(f"{slug} stands in more than one row, with different credentials: keep the right one")
        if slug in self._taken:
            raise BadInput(f"{slug} stands in an earlier row already")
        self._taken.add(slug)

    def _half(self, handed: HandedIn) -> bytes:
        return bytes.fromhex(token_half(self._base, handed.refresh_token))

    def _mark(self, handed: HandedIn) -> bytes:
        token, _, app = fingerprint(self._base, handed.refresh_token, handed.own_app).partition(".")
        return bytes.fromhex(token)[:8] + (_bytes(app) or b"")[:8]


def _bytes(text: str) -> bytes:
    """Read a half of a fingerprint; empty for what is none, such as a tag that somebody wrote by hand."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _the_one(handed: HandedIn, sellers: list[Row]) -> Row:
    if not sellers:
        raise Waiting(f"{handed.seller} is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`")
    if len(sellers) > 1:
        slugs = ", ".join(seller.seller for seller in sellers)
        raise BadInput(f"{handed.seller} is more than one seller of the roster ({slugs}): give its MarketplaceId")
    seller = sellers[0]
    if seller.status == "paused":
        raise Waiting(f"{seller.seller} is paused in the roster: set its status to active first")
    if seller.application == "own" and not handed.own_app:
        raise BadInput(f"{seller.seller} has an application of its own: client_id and client_secret are needed too")
    if seller.application == "shared" and handed.own_app:
        raise BadInput(f"{seller.seller} uses the shared application: leave client_id and client_secret empty")
    return seller
