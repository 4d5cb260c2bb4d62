"""The six permission areas in words for a seller, with the roles of SP-API that stand behind each (sp-api.md 7.1).

Roles belong to the application, not to a seller: the areas say what this vendor uses of them for this seller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ORDERS: Final = "Inventory and Order Tracking"
_FULFILLMENT: Final = "Amazon Fulfillment"
_LISTING: Final = "Product Listing"
_PRICING: Final = "Pricing"
_FINANCE: Final = "Finance and Accounting"
_SHIPPING: Final = "Direct-to-Consumer Shipping"
_TAX: Final = "Tax Invoicing"


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its name in the guide, what it lets the vendor do, and the roles behind it.

    `by_amazon` and `by_merchant` are needed only where Amazon, or the seller, ships.
    """

    name: str
    allows: str
    roles: tuple[str, ...]
    by_amazon: tuple[str, ...] = ()
    by_merchant: tuple[str, ...] = ()

    def roles_for(self, fulfillment: str) -> tuple[str, ...]:
        """List the roles for `fba`, `fbm` or `both`."""
        amazon = self.by_amazon if fulfillment != "fbm" else ()
        merchant = self.by_merchant if fulfillment != "fba" else ()
        return tuple(dict.fromkeys((*self.roles, *amazon, *merchant)))


#: By the roster's words.
AREAS: Final = {
    "customer-details": Area(
        "Customer Details",
        "Read who bought what and where it is to be sent, to make out invoices and delivery notes.",
        (_ORDERS, _TAX),
        by_merchant=(_SHIPPING,),
    ),
    "transactions-and-fulfillments": Area(
        "Transactions and Fulfillments",
        "Read orders, payments and fees, and confirm shipments.",
        (_ORDERS, _FINANCE),
        by_amazon=(_FULFILLMENT,),
        by_merchant=(_SHIPPING,),
    ),
    "products-variants-and-collections": Area(
        "Products, Variants, and Collections",
        "Read the catalog and match your products and their variants with it.",
        (_LISTING,),
    ),
    "inventory": Area(
        "Inventory",
        "Read stock and keep the quantities that you offer up to date.",
        (),
        by_amazon=(_FULFILLMENT,),
        by_merchant=(_ORDERS, _LISTING),
    ),
    "product-listings": Area(
        "Product Listings", "Create and change your offers and their prices.", (_LISTING, _PRICING)
    ),
    "reports": Area(
        "Reports",
        "Request and read reports on orders, stock and settlements.",
        (_ORDERS, _FINANCE),
        by_amazon=(_FULFILLMENT,),
    ),
}


def roles_for(areas: Sequence[str], fulfillment: str) -> tuple[str, ...]:
    """List all roles that the areas need together, each once."""
    known = [AREAS[name] for name in areas if name in AREAS]
    return tuple(dict.fromkeys(role for area in known for role in area.roles_for(fulfillment)))
