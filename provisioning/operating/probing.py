"""One cheapest read for each permission area: what Amazon lets this seller's credential see.

The areas are the roster's (design.md 1); which role opens which is sp-api.md 7.1. Paths and rates are those of Amazon's
models (`amzn/selling-partner-api-models`); every probe asks for one entry at most and looks at the status alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from provisioning.roster import Permission

if TYPE_CHECKING:
    from datetime import datetime

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Probe:
    """A read on a seller's behalf; `roles` are those of which any one opens it, `operation` is Amazon's name for it."""

    operation: str
    path: str
    query: tuple[tuple[str, str], ...]
    roles: str

    def at(self, marketplace_id: str, now: datetime) -> str:
        """Write path and query for a marketplace and a time."""
        since = f"{now - _A_DAY:%Y-%m-%dT%H:%M:%SZ}"
        filled = {name: value.format(marketplace=marketplace_id, since=since) for name, value in self.query}
        return f"{self.path}?{urlencode(filled)}"


PROBES: Final[dict[Permission, Probe]] = {
    # 0.0056 requests/s, burst 20.
    Permission.CUSTOMER_DETAILS: Probe(
        "searchOrders",
        "/orders/2026-01-01/orders",
        (("marketplaceIds", "{marketplace}"), ("createdAfter", "{since}"), ("maxResultsPerPage", "1")),
        "Inventory and Order Tracking",
    ),
    # 0.5 requests/s, burst 10.
    Permission.TRANSACTIONS: Probe(
        "listTransactions",
        "/finances/2024-06-19/transactions",
        (("marketplaceId", "{marketplace}"), ("postedAfter", "{since}")),
        "Finance and Accounting",
    ),
    # 2 requests/s, burst 2.
    Permission.PRODUCTS: Probe(
        "searchCatalogItems",
        "/catalog/2022-04-01/items",
        (("marketplaceIds", "{marketplace}"), ("keywords", "book"), ("pageSize", "1")),
        "Product Listing",
    ),
    # 2 requests/s, burst 2.
    Permission.INVENTORY: Probe(
        "getInventorySummaries",
        "/fba/inventory/v1/summaries",
        (("granularityType", "Marketplace"), ("granularityId", "{marketplace}"), ("marketplaceIds", "{marketplace}")),
        "Amazon Fulfillment or Product Listing",
    ),
    # 5 requests/s, burst 10.
    Permission.LISTINGS: Probe(
        "searchDefinitionsProductTypes",
        "/definitions/2020-09-01/productTypes",
        (("marketplaceIds", "{marketplace}"), ("keywords", "book")),
        "Product Listing",
    ),
    # 0.0222 requests/s, burst 10. The report type decides about the role; this one is any seller's list of offers.
    Permission.REPORTS: Probe(
        "getReports",
        "/reports/2021-06-30/reports",
        (("reportTypes", "GET_MERCHANT_LISTINGS_ALL_DATA"), ("marketplaceIds", "{marketplace}"), ("pageSize", "1")),
        "Inventory and Order Tracking or Product Listing",
    ),
}
