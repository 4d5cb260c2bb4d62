"""What lies in a secret: one flat JSON object of non-empty strings, which ECS, CSI, chamber and every client can read.

Three shapes, each read strictly and written in one order:

- `App` in the app secret: exactly `AppClientId` and `AppClientSecret`, because Amazon's Java samples accept nothing
  more (clients.md 5.1).
- `Credential` in a seller's secret: the keys of clients.md 5.2 and two of ours.
- `Offer`, under the label SELLERKEYS_OFFERED: only what is to change (design.md 4).

Errors name fields, never values. Standard library only: this module ships in every function's zip.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

from provisioning.errors import SellerkeysError
from provisioning.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The value of `SELLERKEYS_APP_VERSION` where the seller brings an application of its own.
OWN: Final = "own"

_APP_KEYS: Final = ("AppClientId", "AppClientSecret")

#: Which field of a Credential stands under which keys (clients.md 5.2).
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "seller": ("SELLERKEYS_SELLER",),
    "refresh_token": ("SP_API_REFRESH_TOKEN", "LWA_REFRESH_TOKEN", "refreshToken"),
    "client_id": ("LWA_APP_ID", "LWA_CLIENT_ID", "SP_API_CLIENT_ID", "clientId"),
    "client_secret": ("LWA_CLIENT_SECRET", "SP_API_CLIENT_SECRET", "clientSecret"),
    "region": ("regionCode",),
    "marketplace_id": ("marketplaceId",),
    "app_version": ("SELLERKEYS_APP_VERSION",),
}
_LOWER_REGION: Final = "SP_API_REGION"
_OPTIONAL: Final = "sellerId"
#: Which field of a Credential stands under each name that a profile brings.
_FURTHER: Final = {key: name for names in PROFILES.values() for key, name in names.items()}

_OFFER_KEYS: Final[dict[str, str]] = {
    "seller": "SELLERKEYS_SELLER",
    "refresh_token": "SP_API_REFRESH_TOKEN",
    "client_id": "LWA_CLIENT_ID",
    "client_secret": "LWA_CLIENT_SECRET",
    "region": "regionCode",
    "selling_partner_id": "sellerId",
}


class MalformedPayload(SellerkeysError):
    """A secret's value is not what sellerkeys writes; the text names what is wrong, never what was found."""


@dataclass(frozen=True, slots=True)
class App:
    """An LWA application: what proves to Amazon who is asking."""

    client_id: str
    client_secret: str = field(repr=False)

    def to_json(self) -> str:
        """Write the app secret's value."""
        return _dump(dict(zip(_APP_KEYS, (self.client_id, self.client_secret), strict=True)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the app secret's value; raises MalformedPayload."""
        flat = _load(text, needed=_APP_KEYS)
        return cls(*(flat[key] for key in _APP_KEYS))


@dataclass(frozen=True, slots=True)
class Credential:
    """Everything a client needs to call SP-API for one seller.

    `app_version` is the version id of the app secret that the client id and secret were taken from, or `own`;
    `profiles` are those whose further names the secret holds.
    """

    seller: str
    region: str
    marketplace_id: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    app_version: str
    selling_partner_id: str | None = None
    profiles: tuple[str, ...] = ()

    @property
    def app(self) -> App:
        """The application part."""
        return App(self.client_id, self.client_secret)

    @property
    def has_own_application(self) -> bool:
        """Whether the application is the seller's own rather than the fleet's shared one."""
        return self.app_version == OWN

    def with_app(self, app: App, version: str) -> Self:
        """Return the same authorization with another version of the application."""
        return replace(self, client_id=app.client_id, client_secret=app.client_secret, app_version=version)

    def to_json(self) -> str:
        """Write the seller secret's value, every alias filled, in a fixed order."""
        flat = {key: getattr(self, name) for name, keys in _KEYS.items() for key in keys}
        flat |= {key: getattr(self, name) for profile in self.profiles for key, name in PROFILES[profile].items()}
        flat[_LOWER_REGION] = self.region.lower()
        if self.selling_partner_id:
            flat[_OPTIONAL] = self.selling_partner_id
        return _dump(flat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a seller secret's value; raises MalformedPayload, also where two aliases disagree."""
        needed = (*(key for keys in _KEYS.values() for key in keys), _LOWER_REGION)
        flat = _load(text, needed=needed, optional=(_OPTIONAL, *_FURTHER))
        for name, keys in _KEYS.items():
            aliases = [*keys, *(key for key in _FURTHER if key in flat and _FURTHER[key] == name)]
            if len({flat[key] for key in aliases}) > 1:
                raise MalformedPayload(f"the aliases {', '.join(aliases)} do not hold the same value")
        if flat[_LOWER_REGION] != flat["regionCode"].lower():
            raise MalformedPayload(f"{_LOWER_REGION} is not regionCode in small letters")
        fields = {name: flat[keys[0]] for name, keys in _KEYS.items()}
        return cls(**fields, selling_partner_id=flat.get(_OPTIONAL), profiles=_profiles(flat))


@dataclass(frozen=True, slots=True)
class Offer:
    """A replacement for parts of a seller's credential, to be laid over AWSCURRENT by the rotation.

    `seller` binds it to one seller, and `region` to that seller's region. An own application comes whole: client id and
    client secret, or neither. `selling_partner_id` is a claim: one that differs from AWSCURRENT's waits for approval.
    """

    seller: str
    refresh_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    region: str | None = None
    selling_partner_id: str | None = None

    def __post_init__(self) -> None:
        if (self.client_id is None) != (self.client_secret is None):
            raise MalformedPayload("an offered application needs both LWA_CLIENT_ID and LWA_CLIENT_SECRET")
        if self.refresh_token is None and self.client_id is None:
            raise MalformedPayload("an offer has to change something")

    def changes_seller(self, current: Credential) -> bool:
        """Whether it names another selling partner id than `current` does; one that was not known changes nothing."""
        ours, theirs = self.selling_partner_id, current.selling_partner_id
        return ours is not None and theirs is not None and ours != theirs

    def over(self, current: Credential) -> Credential:
        """Lay the offer over `current`; raises MalformedPayload if it is another seller's, region's or kind's."""
        if self.seller != current.seller:
            raise MalformedPayload("the offer was made for another seller")
        if self.region not in {None, current.region}:
            raise MalformedPayload("the offer was made for another region")
        offered = replace(current, selling_partner_id=self.selling_partner_id or current.selling_partner_id)
        if self.refresh_token is not None:
            offered = replace(offered, refresh_token=self.refresh_token)
        if self.client_id is not None and self.client_secret is not None:
            if not current.has_own_application:
                raise MalformedPayload("the offer brings an application, but this seller uses the shared one")
            offered = offered.with_app(App(self.client_id, self.client_secret), OWN)
        return offered

    def to_json(self) -> str:
        """Write the offer's value: the seller and only the keys that change."""
        flat = {key: getattr(self, name) for name, key in _OFFER_KEYS.items()}
        return _dump({key: value for key, value in flat.items() if value is not None})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an offer; raises MalformedPayload."""
        seller, *others = _OFFER_KEYS.values()
        flat = _load(text, needed=(seller,), optional=others)
        return cls(**{name: flat[key] for name, key in _OFFER_KEYS.items() if key in flat})


def _profiles(flat: dict[str, str]) -> tuple[str, ...]:
    """Tell the profiles whose names are there; raises MalformedPayload where some of one are and some are not."""
    found = {profile: sum(key in flat for key in keys) for profile, keys in PROFILES.items()}
    if halves := [profile for profile, number in found.items() if 0 < number < len(PROFILES[profile])]:
        raise MalformedPayload(f"the names of {', '.join(halves)} are not all there")
    return tuple(profile for profile, number in found.items() if number)


def _dump(flat: dict[str, str]) -> str:
    empty = sorted(key for key, value in flat.items() if not value)
    if empty:
        raise MalformedPayload(f"{', '.join(empty)} must not be empty")
    return json.dumps(flat, indent=None, separators=(",", ":"))


def _load(text: str, *, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    flat = _object(text)
    missing = [key for key in needed if key not in flat]
    if missing:
        raise MalformedPayload(f"missing {', '.join(missing)}")
    # Counted, not named: a document that somebody else wrote may hold a secret as a key.
    unknown = len(flat.keys() - {*needed, *optional})
    if unknown:
        raise MalformedPayload(f"{unknown} unknown key(s)")
    wrong = sorted(key for key, value in flat.items() if not isinstance(value, str) or not value)
    if wrong:
        raise MalformedPayload(f"{', '.join(wrong)}: every value has to be a non-empty string")
    return flat


def _object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        # The decoder's error carries the whole document.
        raise MalformedPayload("the value is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedPayload("the value is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: of two readers, one would take the first value and one the last."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise MalformedPayload("a key stands twice")
    return document
