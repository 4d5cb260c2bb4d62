"""Read what other tools hold of a seller's credential, each in its own names, and find out whose it is.

Amazon's notifications sample, python-amazon-sp-api's secret, and `.env` files of any client (clients.md 1). No message
quotes a value.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from provisioning.credentials import check_client_id, check_client_secret, check_refresh_token, clean
from provisioning.errors import AmazonRefused, BadInput
from provisioning.marketplaces import Region, find_marketplace
from provisioning.payload import App

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.amazon import Amazon

#: What a seller's secret of Amazon's notifications sample begins with (clients.md 1).
NOTIFICATIONS: Final = "SPAPIAppCredentials-"

_TOKENS: Final = (
    "SP_API_REFRESH_TOKEN",
    "LWA_REFRESH_TOKEN",
    "SPAPI_LWA_REFRESH_TOKEN",
    "refreshToken",
    "refresh_token",
)
_OF_ACCOUNT: Final = "SP_API_REFRESH_TOKEN_"
_CLIENT_IDS: Final = (
    "LWA_APP_ID",
    "LWA_CLIENT_ID",
    "SP_API_CLIENT_ID",
    "SPAPI_LWA_CLIENT_ID",
    "SELLING_PARTNER_APP_CLIENT_ID",
    "clientId",
    "client_id",
    "lwa_app_id",
)
_CLIENT_SECRETS: Final = (
    "LWA_CLIENT_SECRET",
    "SP_API_CLIENT_SECRET",
    "SPAPI_LWA_CLIENT_SECRET",
    "SELLING_PARTNER_APP_CLIENT_SECRET",
    "clientSecret",
    "client_secret",
    "lwa_client_secret",
)
_REGIONS: Final = ("SP_API_REGION", "SPAPI_ENDPOINT_REGION", "regionCode", "REGION_CODE", "region")
_MARKETPLACES: Final = ("marketplaceId", "SP_API_DEFAULT_MARKETPLACE")
_PARTNERS: Final = ("sellerId", "SellerId")
_LONGEST_SLUG: Final = 32


@dataclass(frozen=True, slots=True)
class Old:
    """One seller's credential where it lies today; `origin` names the place for a person.

    `seller` is the slug that suggests itself, empty where none does; `region` and `marketplaces` (codes) are what the
    place says of them, nothing where it says nothing.
    """

    origin: str
    seller: str
    refresh_token: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    region: Region | None = None
    marketplaces: tuple[str, ...] = ()
    partner: str = ""


def from_secret(name: str, text: str) -> Old:
    """Read the value of a secret of Amazon's sample or of python-amazon-sp-api; raises BadInput."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadInput("the secret holds no JSON object")
    found = _old(f"secret {name}", _slug(name.rpartition("/")[2]), {str(k): v for k, v in document.items()})
    if not name.startswith(NOTIFICATIONS):
        return found
    partner = found.partner or name.removeprefix(NOTIFICATIONS).partition("-")[0]
    return replace(found, partner=partner.upper(), seller="")


def accounts(text: str) -> tuple[str, ...]:
    """Name the accounts of a `.env` file by the ends of names, as python-amazon-sp-api has them; "" is the plain one.

    Just that one where there is none, for it to say what is missing.
    """
    values = dict(_assignments(text))
    named = sorted(name.removeprefix(_OF_ACCOUNT) for name in values if name.startswith(_OF_ACCOUNT))
    return (*(() if named and not any(values.get(name) for name in _TOKENS) else ("",)), *filter(None, named))


def from_env(path: str, text: str, account: str = "") -> Old:
    """Read a `.env` file: lines of NAME=VALUE, `export`, quotes and comments as a shell takes them; raises BadInput.

    What an account of the file does not name is what the file says without one.
    """
    values = dict(_assignments(text))
    if account:
        end = f"_{account}"
        values |= {name.removesuffix(end): value for name, value in values.items() if name.endswith(end)}
        return _old(f"{path}, account {account}", _slug(account), values)
    parts = [part for part in re.split(r"[\\/]", path) if part]
    stem = re.sub(r"(^\.env\.?|\.env$)", "", parts[-1]) or (parts[-2] if len(parts) > 1 else "")
    return _old(path, _slug(stem), values)


def find_out(amazon: Amazon, old: Old) -> Old:
    """Ask Amazon where the seller is, if the place does not say; raises AmazonRefused or Unreachable.

    Prefers the place's own word; a refresh token that Amazon sends in place of the old one is taken.
    """
    if old.region and old.marketplaces:
        return old
    tokens = amazon.refresh(App(old.client_id, old.client_secret), old.refresh_token)
    known = replace(old, refresh_token=tokens.refresh_token or old.refresh_token)
    refusal: AmazonRefused | None = None
    for region in (old.region,) if old.region else tuple(Region):
        try:
            found = amazon.participations(region, tokens.access_token)
        except AmazonRefused as refused:
            refusal = refused
            continue
        markets = [market for each in found if (market := find_marketplace(each.marketplace_id))]
        codes = tuple(dict.fromkeys(market.code for market in markets if market.region == region))
        if codes:
            return replace(known, region=region, marketplaces=codes)
    raise refusal or BadInput("Amazon names no marketplace in which this seller takes part: is it the right token?")


def suggested(old: Old) -> str:
    """Suggest a slug: the place's name, or Amazon's id with the region, for a merchant is a seller in each."""
    if old.seller or not old.partner or old.region is None:
        return old.seller
    return f"{old.partner}-{old.region}".lower()


def _old(origin: str, slug: str, values: Mapping[str, object]) -> Old:
    texts = {name: clean(value) for name, value in values.items() if isinstance(value, str)}

    def first(names: tuple[str, ...]) -> str:
        return next((texts[name] for name in names if texts.get(name)), "")

    market = find_marketplace(first(_MARKETPLACES))
    named = first(_REGIONS).upper()
    region = Region(named) if named in set(Region) else market.region if market else None
    if market and region != market.region:
        raise BadInput(f"its marketplace {market.code} belongs to {market.region}, but its region is {region}")
    return Old(
        origin,
        slug,
        check_refresh_token(first(_TOKENS)),
        check_client_id(first(_CLIENT_IDS)),
        check_client_secret(first(_CLIENT_SECRETS)),
        region,
        (market.code,) if market else (),
        first(_PARTNERS).upper(),
    )


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\N{BYTE ORDER MARK}").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            # A quote that is not closed: what stands there is no assignment, and may be a value.
            continue
        if words[:1] == ["export"]:
            del words[0]
        if len(words) == 1:
            name, equals, value = words[0].partition("=")
            if equals:
                yield name.strip(), value


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST_SLUG].strip("-")
