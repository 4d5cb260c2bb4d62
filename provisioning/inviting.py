"""Invite sellers: who may be, how many Amazon lets in, and a link with a time limit for each (sp-api.md 4.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from provisioning.condition import condition
from provisioning.consent import invitations
from provisioning.consent.invitations import Invitation
from provisioning.errors import BadInput, SecretBeingDeleted, SellerkeysError, Waiting
from provisioning.fingerprint import partner_print
from provisioning.marketplaces import all_marketplaces
from provisioning.outcomes import Outcome, failure
from provisioning.state import State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from provisioning.condition import Condition
    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret, Store
    from provisioning.table import Table

#: How long a link works unless told otherwise, and at most.
LIFE: Final = timedelta(days=14)
LONGEST_LIFE: Final = timedelta(days=60)

#: How many sellers may have access to an application of a kind, by OAuth or, to a private one, by self-authorization;
#: None where Amazon sets no limit.
_CAPS: Final = {"public-unlisted": 25, "public-listed": None, "private": 10}
#: From how few left on a cap counts as near.
_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of one seller; `link` and `until` are None where none was made, `renews` where he has access.

    `consent` is his condition when he was invited: whose consent ends when, for the letter.
    """

    outcome: Outcome
    row: Row
    link: str | None = field(default=None, repr=False)
    until: datetime | None = None
    renews: bool = False
    consent: Condition | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Cap:
    """How much of a limit of Amazon's is used once all who were named have access, by OAuth or `by_hand`."""

    used: int
    most: int
    by_hand: bool = False

    @property
    def warning(self) -> str | None:
        """Say that it is near or passed; None where it is neither."""
        of = f"{self.used} of the {self.most} {self._what}"
        if self.used > self.most:
            return f"{of}: {self._passed}"
        return f"{of}: the limit is near" if self.used + _NEAR >= self.most else None

    @property
    def _what(self) -> str:
        if self.by_hand:
            return "self-authorizations that Amazon allows a private application"
        return "sellers that Amazon lets consent to an unlisted application"

    @property
    def _passed(self) -> str:
        if self.by_hand:
            return "Amazon authorizes no more; revoke those out of use in Develop Apps, or make the application public"
        return "the last ones will see CONSENT_LIMIT_REACHED; have the application listed"


class Inviter:
    """Invites sellers of one fleet; `address` is where their pages are, `life` how long a link works."""

    def __init__(
        self, fleet: Fleet, store: Store, table: Table, address: Callable[[], str], life: timedelta = LIFE
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._table = table
        self._address = address
        self._life = life

    def invite(self, row: Row, *, dry_run: bool) -> Invited:
        """Make a seller's link; whoever cannot be invited is told why."""
        try:
            _check(self._fleet, row)
            secret = self._store.describe(self._fleet.secret_of(row.seller))
            if secret.deleted_on:
                raise SecretBeingDeleted(secret.name, secret.deleted_on)
            renews = secret.holder(CURRENT) is not None
            if dry_run:
                return Invited(Outcome(row.seller, "would invite", _said(row, renews=renews)), row, renews=renews)
            return self._send(row, secret, renews=renews)
        except SellerkeysError as error:
            return Invited(failure(row.seller, error), row)

    def _send(self, row: Row, secret: Secret, *, renews: bool) -> Invited:
        address = self._address()
        if row.selling_partner_id:
            self._note_partner(row, secret)
        token, until = invitations.new_token(), (self._store.now() + self._life).replace(microsecond=0)
        self._table.put(invitations.entry(token, _invitation(row), until))
        outcome = Outcome(row.seller, "invited", f"{_said(row, renews=renews)}, until {until:%Y-%m-%d %H:%M} UTC")
        today = self._store.now().astimezone(UTC).date()
        found = condition(self._fleet, row, secret, None, today)
        return Invited(outcome, row, invitations.link(address, token), until, renews, found)

    def _note_partner(self, row: Row, secret: Secret) -> None:
        """Note by which id a seller is known, so that Amazon's own entries find him too."""
        ours = partner_print(self._fleet.base, row.selling_partner_id)
        if State.from_tags(secret.tags).partner != ours:
            self._store.tag(secret.arn, State(partner=ours).to_tags())


def cap(fleet: Fleet, secrets: Iterable[Secret], found: Iterable[Invited]) -> Cap | None:
    """Count who has access and who is to get it; None where Amazon sets no limit.

    To a private application nobody can be invited: whoever was named counts, for a person has to authorize him by hand.
    """
    most, by_hand = _CAPS[fleet.settings.application.kind], fleet.settings.application.kind == "private"
    if most is None:
        return None
    filled = {secret.name for secret in secrets if secret.holder(CURRENT)}
    shared = [row for row in fleet.sellers if row.application == "shared"]
    in_use = {row.seller for row in shared if fleet.secret_of(row.seller) in filled}
    named = [each.row for each in found if by_hand or not each.outcome.exit_code]
    return Cap(len(in_use | {row.seller for row in named if row.application == "shared"}), most, by_hand)


def _check(fleet: Fleet, row: Row) -> None:
    settings = fleet.settings
    if row.status == "paused":
        raise Waiting(f"{row.seller} is paused in the roster: set its status to active first")
    if _is_vendor(row):
        raise BadInput(
            f"{row.seller} is a vendor account (its store_url is in Vendor Central): only sellers are invited"
        )
    if row.application == "own":
        return
    if settings.application.kind == "private":
        raise BadInput(
            f"{row.seller} uses a private application, to which nobody can consent: its seller authorizes it in Seller "
            f"Central ({_CAPS['private']} authorizations at most), then `sellerkeys onboard --seller {row.seller}`"
        )
    if not settings.consent.application_id:
        raise BadInput(f"{row.seller} consents to your application: set sellerkeys:consent.application_id, `pulumi up`")


def _is_vendor(row: Row) -> bool:
    hosts = {urlsplit(market.vendor_central).hostname for market in all_marketplaces() if market.vendor_central}
    return urlsplit(row.store_url).hostname in hosts if row.store_url else False


def _said(row: Row, *, renews: bool) -> str:
    if row.application == "own":
        return "to replace his own application" if renews else "to hand over his own application"
    return "to renew his consent" if renews else "to consent"


def _invitation(row: Row) -> Invitation:
    return Invitation(
        seller=row.seller,
        account_name=row.account_name,
        store_url=row.store_url,
        application=row.application,
        region=row.region,
        marketplaces=row.marketplaces,
        fulfillment=row.fulfillment,
        permissions=tuple(row.permissions),
        selling_partner_id=row.selling_partner_id,
    )
