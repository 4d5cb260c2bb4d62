"""Which hosts are Amazon's: where a seller consents, and where Amazon may ask to be called back.

An address is compared by its parsed host, never by its beginning: `https://amazon.com.evil.example` begins well.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning.marketplaces import all_marketplaces, find_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The variable by which the bench puts its stand-in in Seller Central's place; only an address of this machine counts.
VARIABLE: Final = "SELLERKEYS_CONSENT_HOSTS"

#: Hosts of callbacks beside those of marketplaces.csv. The first stands in Amazon's own example (developer guide,
#: Marketplace Appstore workflow, step 2); the others are Seller Central's country hosts that jlevers's client uses.
_MORE_CALLBACKS: Final = frozenset(
    {
        "amazon.com",
        "sellercentral.amazon.co.uk",
        "sellercentral.amazon.de",
        "sellercentral.amazon.fr",
        "sellercentral.amazon.it",
        "sellercentral.amazon.es",
    }
)
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_CONSENT: Final = "/apps/authorize/consent"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Amazon's hosts, or the bench's one in place of all: `stand_in` is its origin, such as `http://127.0.0.1:8080`."""

    stand_in: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Hosts:
        """Take the stand-in's address, where one is set and lies on this machine; any other is not heard."""
        parts = _parsed(environment.get(VARIABLE, ""))
        is_here = parts is not None and parts.scheme == "http" and parts.hostname in _THIS_MACHINE
        return cls(f"http://{parts.netloc}" if parts and is_here else None)

    def seller_central(self, marketplace: str) -> str:
        """Name the origin of a marketplace's Seller Central, by the marketplace's code or id."""
        found = find_marketplace(marketplace)
        if self.stand_in or found is None:
            return self.stand_in or "https://sellercentral.amazon.com"
        return found.seller_central

    def consent(self, marketplace: str, asked: Mapping[str, str]) -> str:
        """Write the address of the consent page with its parameters (sp-api.md 4.1)."""
        return f"{self.seller_central(marketplace)}{_CONSENT}?{urllib.parse.urlencode(asked)}"

    def callback(self, address: str, told: Mapping[str, str]) -> str | None:
        """Write the address to which Amazon wants the browser sent back, parameters added; None if it is not Amazon's.

        https, a known host, no other port, no user name, no fragment; on the bench exactly the stand-in's origin.
        """
        parts = _parsed(address)
        if parts is None or parts.fragment or "@" in parts.netloc or not self._is_known(parts):
            return None
        query = "&".join(part for part in (parts.query, urllib.parse.urlencode(told)) if part)
        return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    def form_targets(self, marketplaces: Iterable[str] = ()) -> list[str]:
        """List the sources that a form's redirects may lead to: Seller Central's, and the sign-in pages of its shop.

        With `marketplaces` only theirs. A browser holds every redirect after a form to this list, and Amazon asks who
        is not signed in to do that first, under the same domain.
        """
        if self.stand_in:
            return [self.stand_in]
        wanted = [found for name in marketplaces if (found := find_marketplace(name))] or all_marketplaces()
        hosts = {urllib.parse.urlsplit(market.seller_central).hostname or "" for market in wanted}
        domains = {host.partition(".")[2] for host in hosts} | {"amazon.com"}
        return [source for domain in sorted(domains) for source in (f"https://{domain}", f"https://*.{domain}")]

    def _is_known(self, parts: urllib.parse.SplitResult) -> bool:
        if self.stand_in:
            return f"{parts.scheme}://{parts.netloc}" == self.stand_in
        return parts.scheme == "https" and parts.netloc.lower() in callback_hosts()


def callback_hosts() -> frozenset[str]:
    """List the hosts to which Amazon may ask to be called back."""
    addresses = [address for market in all_marketplaces() for address in (market.seller_central, market.vendor_central)]
    return _MORE_CALLBACKS | {urllib.parse.urlsplit(address).netloc for address in addresses if address}


def _parsed(address: str) -> urllib.parse.SplitResult | None:
    """Parse an address of visible ASCII; None for one that could mean different hosts to different readers."""
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urllib.parse.urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None
