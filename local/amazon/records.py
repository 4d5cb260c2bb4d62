"""What Amazon knows, as values: applications, sellers, consents and tokens, with the clocks they die by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from provisioning.marketplaces import Region

#: How long an access token works (sp-api.md 1.3).
ACCESS_TOKEN_LIFE: Final = timedelta(minutes=60)
#: How long a client secret opens SP-API (sp-api.md 5.2); LWA goes on accepting it.
CLIENT_SECRET_LIFE: Final = timedelta(days=180)
#: How long LWA accepts a client secret after it was replaced (sp-api.md 5.2).
CLIENT_SECRET_OVERLAP: Final = timedelta(days=7)
#: How long a seller's consent to a public application lasts (sp-api.md 3).
CONSENT_LIFE: Final = timedelta(days=365)
#: How long the code of a consent can be exchanged (sp-api.md 4.1).
CODE_LIFE: Final = timedelta(minutes=5)
#: How long a consent may take from its start at Amazon to its end (sp-api.md 4.1, secondary).
FLOW_LIFE: Final = timedelta(minutes=10)
#: How many sellers may authorize an application, by kind; a listed one is unlimited (sp-api.md 4.5).
SELF_AUTHORIZATIONS: Final = 10
UNLISTED_SELLERS: Final = 25


class ApplicationKind(StrEnum):
    """What sellers consent to for a year (public), or its owner authorizes for good (private; sp-api.md 3 and 4.5)."""

    PUBLIC_LISTED = "public-listed"
    PUBLIC_UNLISTED = "public-unlisted"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """One client secret; `dies_on` is set once it has been replaced."""

    value: str = field(repr=False)
    made_on: datetime
    dies_on: datetime | None = None

    @property
    def expires_on(self) -> datetime:
        """Tell when SP-API stops taking tokens that were got with it."""
        return self.made_on + CLIENT_SECRET_LIFE


@dataclass(frozen=True, slots=True)
class Registration:
    """What a vendor registers of an application beside its keys; raises ValueError on an address Amazon would not take.

    `login_first`: a consent that begins at the vendor's page also passes by the Login URI (sp-api.md 4.1).
    `templates` are those of createNotification.
    """

    name: str = "Example application"
    draft: bool = False
    login_uri: str = ""
    redirect_uris: tuple[str, ...] = ()
    login_first: bool = False
    templates: tuple[str, ...] = ("REVOCATION_REMINDER",)

    def __post_init__(self) -> None:
        for address in filter(None, (self.login_uri, *self.redirect_uris)):
            parts = urlsplit(address)
            # https, no localhost (sp-api.md 4.1); an address of this machine is the bench's own exception.
            on_the_bench = parts.scheme == "http" and parts.hostname == "127.0.0.1"
            if parts.fragment or not parts.hostname or parts.hostname == "localhost":
                raise ValueError("Amazon registers no address with a fragment, and no localhost (sp-api.md 4.1)")
            if parts.scheme != "https" and not on_the_bench:
                raise ValueError("Amazon registers https addresses only (sp-api.md 4.1)")


@dataclass(frozen=True, slots=True)
class Application:
    """One registration at Amazon; `secrets` are newest first, never more than two."""

    client_id: str
    application_id: str
    kind: ApplicationKind
    scopes: frozenset[str]
    roles: frozenset[str]
    secrets: tuple[ClientSecret, ...]
    registration: Registration = field(default_factory=Registration)

    def secret_in_force(self, value: str, now: datetime) -> ClientSecret | None:
        """Find the secret with this value that LWA still accepts; an expired one it does accept (sp-api.md 5.2)."""
        for secret in self.secrets:
            if secret.value == value and (secret.dies_on is None or now < secret.dies_on):
                return secret
        return None


@dataclass(frozen=True, slots=True)
class Seller:
    """A selling partner in one region, with the country codes of the marketplaces it takes part in.

    A vendor's account is one in Vendor Central: he sells to Amazon, and the Sellers API is not for him (sp-api.md 9).
    """

    selling_partner_id: str
    region: Region
    store_name: str
    marketplaces: tuple[str, ...]
    has_sold: bool = True
    is_vendor: bool = False


@dataclass(frozen=True, slots=True)
class Authorization:
    """What one seller granted one application, and the refresh token that stands for it.

    `roles` are the application's at the time of the consent: a newer one is not covered (sp-api.md 3). `retired_on` is
    set when the refresh token, but not the consent, ends.
    """

    refresh_token: str = field(repr=False)
    client_id: str
    seller: Seller
    roles: frozenset[str]
    consented_on: datetime
    ends_on: datetime | None
    retired_on: datetime | None = None
    revoked: bool = False

    def is_consent_live(self, now: datetime) -> bool:
        """Say whether the seller's consent stands: neither revoked nor lapsed."""
        return not self.revoked and (self.ends_on is None or now < self.ends_on)

    def is_token_live(self, now: datetime) -> bool:
        """Say whether LWA accepts the refresh token."""
        return self.is_consent_live(now) and (self.retired_on is None or now < self.retired_on)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An hour of access: for a seller (`refresh_token` set), or grantless (`scopes` set)."""

    value: str = field(repr=False)
    client_id: str
    ends_on: datetime
    secret_expires_on: datetime
    refresh_token: str | None = field(default=None, repr=False)
    scopes: frozenset[str] = frozenset()
