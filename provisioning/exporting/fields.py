"""What can stand in an exported file: the parts of one seller's credential, and what its roster row says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.amazon import BASE_URL

if TYPE_CHECKING:
    from provisioning.payload import Credential
    from provisioning.roster import Row


def fields_of(credential: Credential, row: Row, application_id: str) -> dict[str, str]:
    """Name every part; one that is not known is empty. `country` is the home marketplace's code.

    `application_id` is the id under which Amazon shows the shared application (`consent.application_id`); an
    application of the seller's own has another, which nobody asked for.
    """
    region = credential.region.lower()
    return {
        "application_id": "" if credential.has_own_application else application_id,
        "account_name": row.name,
        "store_url": row.store_url,
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
        "refresh_token": credential.refresh_token,
        "region": credential.region,
        "region_small": region,
        "endpoint": BASE_URL.format(region=region),
        "marketplace_id": credential.marketplace_id,
        "country": row.marketplaces[0],
        "selling_partner_id": credential.selling_partner_id or row.selling_partner_id,
    }
