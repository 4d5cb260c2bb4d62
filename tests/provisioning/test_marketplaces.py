"""Marketplaces: every one of Amazon's is found by what people call it."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from provisioning.marketplaces import Marketplace, Region, all_marketplaces, find_marketplace


@pytest.mark.parametrize("market", all_marketplaces(), ids=lambda market: market.code)
def test_found_by_code_and_by_id(market: Marketplace) -> None:
    """A marketplace is found by its country code and its id, in any case, with spaces around it."""
    names = (market.code, market.id, market.code.lower(), f" {market.id.lower()}\n")

    assert [find_marketplace(name) for name in names] == [market] * 4


@pytest.mark.parametrize("name", ["", " ", "XX", "USA", "Germany", "A1PA6795UKMFR", "DE;FR"])
def test_what_is_none(name: str) -> None:
    """What Amazon has no marketplace for is not found, and nothing is guessed."""
    assert find_marketplace(name) is None


def test_britain_has_two_codes() -> None:
    """UK is GB: Amazon's pages write both (sp-api.md 6)."""
    assert find_marketplace("uk") == find_marketplace("GB")


def test_all_of_them() -> None:
    """The file lists Amazon's 23 marketplaces, each code and id once: 4 in NA, 16 in EU, 3 in FE (sp-api.md 6)."""
    markets = all_marketplaces()
    by_region = {region: sum(market.region is region for market in markets) for region in Region}

    assert by_region == {Region.NA: 4, Region.EU: 16, Region.FE: 3}
    assert len({market.code for market in markets} | {market.id for market in markets}) == 2 * len(markets)


def test_a_region_is_where_its_host_is() -> None:
    """Every marketplace's region is the one of its SP-API host (sp-api.md 6)."""
    rows = csv.DictReader(files("provisioning").joinpath("marketplaces.csv").read_text("utf-8").splitlines())

    assert [row["endpoint"] for row in rows] == [
        f"https://sellingpartnerapi-{market.region.lower()}.amazon.com" for market in all_marketplaces()
    ]
