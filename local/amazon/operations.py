"""The SP-API operations that Amazon offers on the bench: what each demands, how often, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from local.amazon import storefronts
from local.amazon.rate import Rate
from local.amazon.roles import CLIENT_SECRET_ROTATION, NOTIFICATIONS, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.records import Seller


@dataclass(frozen=True, slots=True)
class SellerOperation:
    """An operation on a seller's behalf; any one of `roles` opens it (sp-api.md 7).

    Amazon denies one that is not `for_vendors` to a vendor's account (sp-api.md 9). The older operations answer inside
    `payload`; the newer ones, `bare`, with the object itself.
    """

    name: str
    rate: Rate
    roles: frozenset[str]
    payload: Callable[[Seller], object]
    bare: bool = False
    for_vendors: bool = True


def _transactions(seller: Seller) -> object:
    """List what was posted of late: the one answer with the seller's own id in it, if he has sold at all.

    `sellingPartnerMetadata` is the model's (finances_2024-06-19).
    """
    if not seller.has_sold:
        return {"transactions": []}
    metadata = {"sellingPartnerId": seller.selling_partner_id, "accountType": "Standard Orders"}
    return {"transactions": [{"sellingPartnerMetadata": metadata, "transactionType": "Shipment"}]}


#: createNotification has a body; `notices.py` takes it.
CREATE_NOTIFICATION: Final = "createNotification"


@dataclass(frozen=True, slots=True)
class GrantlessOperation:
    """An operation of the application itself, for a token with this scope (sp-api.md 1.2)."""

    name: str
    rate: Rate
    scope: str
    payload: object


@dataclass(frozen=True, slots=True)
class RotationOperation:
    """The operation that makes a new client secret; it answers 204 and nothing else (sp-api.md 5.1)."""

    name: str
    rate: Rate
    scope: str


Operation = SellerOperation | GrantlessOperation | RotationOperation


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


def _nothing(**fields: object) -> Callable[[Seller], object]:
    """Answer every seller alike, as one who has none of what was asked for."""
    return lambda _seller: fields


_TRACKING: Final = "Inventory and Order Tracking"
_LISTING: Final = "Product Listing"

OPERATIONS: Final[dict[tuple[str, str], Operation]] = {
    # Sources disagree about the roles; nearly any seller role is the oldest of them (sp-api.md 9).
    ("GET", "/sellers/v1/marketplaceParticipations"): SellerOperation(
        "getMarketplaceParticipations", Rate(0.016, 15), ROLES, _participations, for_vendors=False
    ),
    # 1 rps, burst 5: the Notifications API's rate (sp-api.md 5.3).
    ("GET", "/notifications/v1/destinations"): GrantlessOperation("getDestinations", Rate(1.0, 5), NOTIFICATIONS, []),
    ("POST", "/applications/2023-11-30/clientSecret"): RotationOperation(
        "rotateApplicationClientSecret", Rate(0.0167, 1), CLIENT_SECRET_ROTATION
    ),
    # A read for each permission area (sp-api.md 7.1); rates and shapes are those of Amazon's models, the roles 7.1's.
    ("GET", "/orders/2026-01-01/orders"): SellerOperation(
        "searchOrders", Rate(0.0056, 20), frozenset({_TRACKING}), _nothing(orders=[]), bare=True
    ),
    ("GET", "/finances/2024-06-19/transactions"): SellerOperation(
        "listTransactions", Rate(0.5, 10), frozenset({"Finance and Accounting"}), _transactions
    ),
    ("GET", "/catalog/2022-04-01/items"): SellerOperation(
        "searchCatalogItems", Rate(2.0, 2), frozenset({_LISTING}), _nothing(numberOfResults=0, items=[]), bare=True
    ),
    ("GET", "/fba/inventory/v1/summaries"): SellerOperation(
        "getInventorySummaries",
        Rate(2.0, 2),
        frozenset({"Amazon Fulfillment", _LISTING}),
        _nothing(inventorySummaries=[]),
    ),
    ("GET", "/definitions/2020-09-01/productTypes"): SellerOperation(
        "searchDefinitionsProductTypes",
        Rate(5.0, 10),
        frozenset({_LISTING}),
        _nothing(productTypes=[], productTypeVersion="LATEST"),
        bare=True,
    ),
    # 1 rps, burst 5 (models, appIntegrations-2024-04-01); the id in the answer is made when it is taken.
    ("POST", "/appIntegrations/2024-04-01/notifications"): SellerOperation(
        CREATE_NOTIFICATION, Rate(1.0, 5), frozenset({"Notifications in Seller Central"}), _nothing(), bare=True
    ),
    # Which role opens a report depends on its type; these two open a seller's own list of offers.
    ("GET", "/reports/2021-06-30/reports"): SellerOperation(
        "getReports", Rate(0.0222, 10), frozenset({_TRACKING, _LISTING}), _nothing(reports=[]), bare=True
    ),
}
