"""The SP-API operations that Amazon offers on the bench: what each demands, how often, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from local.amazon import storefronts
from local.amazon.rate import Rate
from local.amazon.roles import NOTIFICATIONS, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.records import Seller


@dataclass(frozen=True, slots=True)
class SellerOperation:
    """An operation on a seller's behalf; any one of `roles` opens it (sp-api.md 7)."""

    name: str
    rate: Rate
    roles: frozenset[str]
    payload: Callable[[Seller], object]


@dataclass(frozen=True, slots=True)
class GrantlessOperation:
    """An operation of the application itself, for a token with this scope (sp-api.md 1.2)."""

    name: str
    rate: Rate
    scope: str
    payload: object


Operation = SellerOperation | GrantlessOperation


def _participations(seller: Seller) -> object:
    """List what a seller takes part in; there is no seller id in it (sp-api.md 9)."""
    return [
        {
            "marketplace": storefronts.describe(code),
            "storeName": seller.store_name,
            "participation": {"isParticipating": True, "hasSuspendedListings": False},
        }
        for code in seller.marketplaces
    ]


OPERATIONS: Final[dict[tuple[str, str], Operation]] = {
    # Sources disagree about the roles; nearly any seller role is the oldest of them (sp-api.md 9).
    ("GET", "/sellers/v1/marketplaceParticipations"): SellerOperation(
        "getMarketplaceParticipations", Rate(0.016, 15), ROLES, _participations
    ),
    # 1 rps, burst 5: the Notifications API's rate (sp-api.md 5.3).
    ("GET", "/notifications/v1/destinations"): GrantlessOperation("getDestinations", Rate(1.0, 5), NOTIFICATIONS, []),
}
