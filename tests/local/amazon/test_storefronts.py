"""Every marketplace can introduce itself."""

from __future__ import annotations

import pytest

from local.amazon import storefronts
from provisioning.marketplaces import Marketplace, all_marketplaces


@pytest.mark.parametrize("marketplace", all_marketplaces(), ids=lambda marketplace: marketplace.code)
def test_every_marketplace_has_all_fields_of_the_model(marketplace: Marketplace) -> None:
    """The six fields of sp-api.md 9, none empty, id and country as in marketplaces.csv."""
    described = storefronts.describe(marketplace.code)

    assert set(described) == {
        "id",
        "name",
        "countryCode",
        "defaultCurrencyCode",
        "defaultLanguageCode",
        "domainName",
    }
    assert all(described.values())
    assert (described["id"], described["countryCode"]) == (marketplace.id, marketplace.code)
