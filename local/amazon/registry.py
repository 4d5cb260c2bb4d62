"""Amazon's own truth on the bench, in memory: who is registered, who consented to what, which tokens are out.

The registry states facts and mints values; what may be done with them, LWA (`lwa.py`) and SP-API (`sp_api.py`) decide.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from local.amazon.records import (
    ACCESS_TOKEN_LIFE,
    CLIENT_SECRET_OVERLAP,
    CONSENT_LIFE,
    SELF_AUTHORIZATIONS,
    UNLISTED_SELLERS,
    AccessToken,
    Application,
    ApplicationKind,
    Authorization,
    ClientSecret,
    Registration,
    Seller,
)
from local.amazon.roles import ROLES, SCOPES
from provisioning.marketplaces import Region, find_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.amazon.placeholders import Placeholders
    from local.clock import Clock

#: How long an access token that has ended is still recognised as "expired" rather than unknown; bounds the memory.
_REMEMBERED = timedelta(days=1)


class UnknownToAmazon(LookupError):
    """Nothing at Amazon has this id; the text says what was looked for."""


class LimitReached(ValueError):
    """As many sellers as Amazon allows have authorized the application (sp-api.md 4.5)."""


class Registry:
    """Applications, sellers, authorizations and access tokens; safe to use from many threads."""

    def __init__(self, clock: Clock, placeholders: Placeholders) -> None:
        self._clock = clock
        self._placeholders = placeholders
        self._lock = RLock()
        self._applications: dict[str, Application] = {}
        self._sellers: dict[tuple[str, Region], Seller] = {}
        self._authorizations: dict[str, Authorization] = {}
        self._access_tokens: dict[str, AccessToken] = {}

    def add_application(
        self,
        kind: ApplicationKind = ApplicationKind.PUBLIC_LISTED,
        *,
        scopes: frozenset[str] = SCOPES,
        roles: frozenset[str] = ROLES,
        application_id: str = "",
        registration: Registration | None = None,
    ) -> Application:
        """Register an application with a client secret made now; raises ValueError on a role that does not exist.

        An empty application id makes one up.
        """
        application = Application(
            client_id=self._placeholders.client_id(),
            application_id=application_id or self._placeholders.application_id(),
            kind=kind,
            scopes=scopes,
            roles=_known_roles(roles),
            secrets=(self._new_secret(),),
            registration=registration or Registration(),
        )
        with self._lock:
            self._applications[application.client_id] = application
        return application

    def register(self, client_id: str, registration: Registration) -> Application:
        """Change what a vendor registered of an application, its addresses and its state."""
        with self._lock:
            application = replace(self.application(client_id), registration=registration)
            self._applications[client_id] = application
            return application

    def set_roles(self, client_id: str, roles: frozenset[str]) -> Application:
        """Change an application's roles; consents given before do not cover a new one (sp-api.md 7)."""
        with self._lock:
            application = replace(self.application(client_id), roles=_known_roles(roles))
            self._applications[client_id] = application
            return application

    def replace_client_secret(self, client_id: str) -> ClientSecret:
        """Give an application a new client secret; the one before works 7 more days (sp-api.md 5.2)."""
        with self._lock:
            application = self.application(client_id)
            new = self._new_secret()
            old = replace(application.secrets[0], dies_on=new.made_on + CLIENT_SECRET_OVERLAP)
            self._applications[client_id] = replace(application, secrets=(new, old))
            return new

    def add_seller(  # noqa: PLR0913  what a seller is, each by its name
        self,
        region: Region,
        marketplaces: Iterable[str],
        *,
        selling_partner_id: str = "",
        store_name: str = "",
        has_sold: bool = True,
        is_vendor: bool = False,
    ) -> Seller:
        """Put a seller on record, or change the one on record, by id and region; an empty id makes one up.

        Only one who has sold has transactions.

        `marketplaces` are country codes or marketplace ids; raises ValueError on one that is unknown or of another
        region.
        """
        seller = Seller(
            selling_partner_id=selling_partner_id or self._placeholders.selling_partner_id(),
            region=region,
            store_name=store_name or "BestSellerStore",
            marketplaces=tuple(_code(marketplace, region) for marketplace in marketplaces),
            has_sold=has_sold,
            is_vendor=is_vendor,
        )
        with self._lock:
            self._sellers[seller.selling_partner_id, region] = seller
        return seller

    def authorize(
        self, client_id: str, selling_partner_id: str, region: Region, consented_on: datetime | None = None
    ) -> Authorization:
        """Let a seller consent to an application, now unless told otherwise; older tokens go on working (sp-api.md 3).

        Raises UnknownToAmazon if there is no such application or seller, LimitReached past the caps of sp-api.md 4.5.
        """
        with self._lock:
            application = self.application(client_id)
            self._check_limit(application, self.seller(selling_partner_id, region))
            consented = consented_on or self._clock.now()
            authorization = Authorization(
                refresh_token=self._placeholders.refresh_token(),
                client_id=client_id,
                seller=self.seller(selling_partner_id, region),
                roles=application.roles,
                consented_on=consented,
                ends_on=None if application.kind is ApplicationKind.PRIVATE else consented + CONSENT_LIFE,
            )
            self._authorizations[authorization.refresh_token] = authorization
            return authorization

    def consents(self, client_id: str | None = None, selling_partner_id: str | None = None) -> list[Authorization]:
        """List the consents that nobody took back, of an application, a seller, or all."""
        with self._lock:
            return [
                authorization
                for authorization in self._authorizations.values()
                if client_id in (None, authorization.client_id)
                and selling_partner_id in (None, authorization.seller.selling_partner_id)
                and not authorization.revoked
            ]

    def _check_limit(self, application: Application, seller: Seller) -> None:
        limits = {
            ApplicationKind.PRIVATE: SELF_AUTHORIZATIONS,
            ApplicationKind.PUBLIC_UNLISTED: UNLISTED_SELLERS,
        }
        limit = limits.get(application.kind)
        sellers = {consent.seller for consent in self.consents(application.client_id)} if limit else set()
        if limit is not None and seller not in sellers and len(sellers) >= limit:
            raise LimitReached(f"the application is {application.kind}: {limit} sellers have authorized it already")

    def revoke(self, selling_partner_id: str, client_id: str | None = None) -> int:
        """Take back every consent of a seller, or only those to one application; returns how many."""
        with self._lock:
            taken_back = [
                authorization
                for authorization in self._authorizations.values()
                if authorization.seller.selling_partner_id == selling_partner_id
                and client_id in (None, authorization.client_id)
            ]
            for authorization in taken_back:
                self._authorizations[authorization.refresh_token] = replace(authorization, revoked=True)
            return len(taken_back)

    def renew_refresh_token(self, refresh_token: str, old_lives: timedelta | None) -> str:
        """Make a new refresh token for the same consent; the old one works `old_lives` more, for ever if None.

        Amazon is not known to do this; its generic LWA pages and its own sample reckon with it (sp-api.md 3).
        """
        with self._lock:
            old = self.authorization(refresh_token)
            if old is None:
                raise UnknownToAmazon("no authorization has this refresh token")
            new = replace(old, refresh_token=self._placeholders.refresh_token(), retired_on=None)
            retired = None if old_lives is None else self._clock.now() + old_lives
            self._authorizations[old.refresh_token] = replace(old, retired_on=retired)
            self._authorizations[new.refresh_token] = new
            return new.refresh_token

    def grant_access(
        self, client_id: str, secret: ClientSecret, *, refresh_token: str | None = None, scopes: Iterable[str] = ()
    ) -> AccessToken:
        """Mint an access token for 60 minutes (sp-api.md 1.3); it remembers the client secret it was got with."""
        now = self._clock.now()
        token = AccessToken(
            value=self._placeholders.access_token(),
            client_id=client_id,
            ends_on=now + ACCESS_TOKEN_LIFE,
            secret_expires_on=secret.expires_on,
            refresh_token=refresh_token,
            scopes=frozenset(scopes),
        )
        with self._lock:
            self._forget_access_tokens(now - _REMEMBERED)
            self._access_tokens[token.value] = token
        return token

    def application(self, client_id: str) -> Application:
        """Look an application up; raises UnknownToAmazon."""
        with self._lock:
            if client_id not in self._applications:
                raise UnknownToAmazon(f"no application has the client id {client_id}")
            return self._applications[client_id]

    def application_by_id(self, application_id: str) -> Application | None:
        """Look the newest application up that consent pages know by an id; None if there is none."""
        with self._lock:
            newest = reversed(self._applications.values())
            found = (item for item in newest if item.application_id == application_id)
            return next(found, None)

    def applications(self) -> list[Application]:
        """List the applications, oldest first."""
        with self._lock:
            return list(self._applications.values())

    def sellers(self) -> list[Seller]:
        """List the sellers on record."""
        with self._lock:
            return list(self._sellers.values())

    def seller(self, selling_partner_id: str, region: Region) -> Seller:
        """Look a seller up; raises UnknownToAmazon."""
        with self._lock:
            if (selling_partner_id, region) not in self._sellers:
                raise UnknownToAmazon(f"no seller {selling_partner_id} is on record in {region}")
            return self._sellers[selling_partner_id, region]

    def authorization(self, refresh_token: str | None) -> Authorization | None:
        """Look up what a refresh token stands for, dead or alive; None if nothing."""
        with self._lock:
            return self._authorizations.get(refresh_token or "")

    def access_token(self, value: str) -> AccessToken | None:
        """Look an access token up, ended or not; None if there was none in the last day."""
        with self._lock:
            return self._access_tokens.get(value)

    def _new_secret(self) -> ClientSecret:
        return ClientSecret(value=self._placeholders.client_secret(), made_on=self._clock.now())

    def _forget_access_tokens(self, ended_before: datetime) -> None:
        # All live equally long, so the dictionary's order is the order in which they end.
        while self._access_tokens:
            oldest = next(iter(self._access_tokens.values()))
            if oldest.ends_on > ended_before:
                return
            del self._access_tokens[oldest.value]


def _known_roles(roles: frozenset[str]) -> frozenset[str]:
    if unknown := sorted(roles - ROLES):
        raise ValueError(f"SP-API has no role named {', '.join(unknown)} (sp-api.md 7)")
    return roles


def _code(code_or_id: str, region: Region) -> str:
    marketplace = find_marketplace(code_or_id)
    if marketplace is None:
        raise ValueError(f"Amazon has no marketplace {code_or_id} (sp-api.md 6)")
    if marketplace.region != region:
        raise ValueError(f"marketplace {marketplace.code} belongs to {marketplace.region}, not to {region}")
    return marketplace.code
