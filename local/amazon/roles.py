"""SP-API's roles by name, and the grantless scopes (sp-api.md 7 and 1.2)."""

from __future__ import annotations

from typing import Final

ROLES: Final = frozenset(
    {
        "Direct-to-Consumer Shipping",
        "Professional Services",
        "Tax Invoicing",
        "Tax Remittance",
        "Amazon Fulfillment",
        "Inventory and Order Tracking",
        "Product Listing",
        "Pricing",
        "Finance and Accounting",
        "Brand Analytics",
        "Selling Partner Insights",
        "Buyer Communication",
        "Buyer Solicitation",
        "Amazon Warehousing and Distribution",
        "Notifications in Seller Central",
        "Account Information Service Provider",
        "Payment Initiation Service Provider",
    }
)

NOTIFICATIONS: Final = "sellingpartnerapi::notifications"

#: For rotateApplicationClientSecret (sp-api.md 5.1).
CLIENT_SECRET_ROTATION: Final = "sellingpartnerapi::client_credential:rotation"  # noqa: S105 - a scope's name

#: The scopes that are alive; `sellingpartnerapi::migration` went with its API in 2024.
SCOPES: Final = frozenset({NOTIFICATIONS, CLIENT_SECRET_ROTATION, "sellingpartnerapi::shipments:track"})
