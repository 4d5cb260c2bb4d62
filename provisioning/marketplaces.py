"""Amazon's marketplaces: code, id, SP-API region; data in `marketplaces.csv` (sp-api.md 6).

Standard library only.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Region(StrEnum):
    """An SP-API region; an authorization is regional."""

    NA = "NA"
    EU = "EU"
    FE = "FE"


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One marketplace, by Amazon's country code and id."""

    country: str
    code: str
    id: str
    region: Region
    seller_central: str
    vendor_central: str


@cache
def all_marketplaces() -> tuple[Marketplace, ...]:
    """List every marketplace in the order of the file."""
    text = files("provisioning").joinpath("marketplaces.csv").read_text(encoding="utf-8")
    return tuple(
        Marketplace(
            country=row["country"],
            code=row["country_code"],
            id=row["marketplace_id"],
            region=Region(row["region"]),
            seller_central=row["seller_central_url"],
            vendor_central=row["vendor_central_url"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _by_name() -> dict[str, Marketplace]:
    known = {name: market for market in all_marketplaces() for name in (market.code, market.id)}
    # Amazon's newer pages write UK where the older ones write GB.
    return known | {"UK": known["GB"]}


def find_marketplace(code_or_id: str) -> Marketplace | None:
    """Find a marketplace by country code or id, in any case; None if there is none."""
    return _by_name().get(code_or_id.strip().upper())
