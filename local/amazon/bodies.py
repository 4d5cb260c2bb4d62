"""What the admin API takes (`admin.py` has the table).

Without `from __future__ import annotations`: pydantic reads these annotations at run time.
"""

from dataclasses import dataclass

from pydantic import AwareDatetime

from local.amazon.records import ApplicationKind
from local.amazon.roles import ROLES, SCOPES
from local.amazon.subscriptions import NOTICE_DAYS
from provisioning.marketplaces import Region


@dataclass(frozen=True, slots=True)
class NewApplication:
    """An application to register; it may do everything unless told otherwise."""

    kind: ApplicationKind = ApplicationKind.PUBLIC_LISTED
    scopes: frozenset[str] = SCOPES
    roles: frozenset[str] = ROLES
    application_id: str = ""


@dataclass(frozen=True, slots=True)
class NewClientSecret:
    """An application whose client secret is to be replaced; whether a message tells of it is not documented."""

    client_id: str
    message: bool = False


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """The queues that are told of an application's client secret, and how many days ahead an expiry is told."""

    client_id: str
    new_secret_queue_arn: str | None = None
    expiry_queue_arn: str | None = None
    notice_days: tuple[int, ...] = NOTICE_DAYS


@dataclass(frozen=True, slots=True)
class NewSeller:
    """A seller to put on record; marketplaces by country code or id."""

    region: Region
    marketplaces: tuple[str, ...]
    selling_partner_id: str = ""
    store_name: str = ""
    has_sold: bool = True
    is_vendor: bool = False


@dataclass(frozen=True, slots=True)
class NewAuthorization:
    """A consent to give, now unless told otherwise."""

    client_id: str
    selling_partner_id: str
    region: Region
    consented_on: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    """Consents to take back: a seller's, to one application or to all."""

    selling_partner_id: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """What to register of an application; what is left out stays as it is."""

    client_id: str
    name: str | None = None
    draft: bool | None = None
    login_uri: str | None = None
    redirect_uris: tuple[str, ...] | None = None
    login_first: bool | None = None
    templates: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewRoles:
    """The roles an application is to have from now on."""

    client_id: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The seller whose user is to be signed in; nobody where it is left out."""

    selling_partner_id: str = ""
    region: Region | None = None
    primary_user: bool = True
