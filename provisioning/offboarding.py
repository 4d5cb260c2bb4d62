"""A seller leaves: his rotation ends and his row is marked for the next `up` to delete his secret; and back.

Nothing at Amazon is revoked here: only whoever gave a consent can take it back (sp-api.md 4.5), so it is said who. Each
step looks first and is done again without harm, so a run that died is simply repeated; no row is marked before its
rotation is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning import naming
from provisioning.errors import SecretNotDeclared, SellerkeysError, Waiting
from provisioning.outcomes import Outcome, failure
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret, Store

#: How many days a deleted secret can be brought back, of a fleet that is disposable and of any other.
RECOVERY_DAYS: Final = {True: 7, False: 30}
_OFFBOARDED: Final = "offboarded"


class Offboarding:
    """Takes sellers out of a fleet and back; `mark` writes a status into the roster, and tells whether that was new."""

    def __init__(self, fleet: Fleet, store: Store, mark: Callable[[str, str], bool]) -> None:
        self._fleet = fleet
        self._store = store
        self._mark = mark

    def take_out(self, row: Row, *, dry_run: bool = False) -> Outcome:
        """Turn the rotation off, mark the row, and say who has to revoke what at Amazon."""
        try:
            secret = self._find(row.seller)
            is_marked = row.status == _OFFBOARDED
            is_rotating = bool(secret and secret.rotation_enabled and not secret.deleted_on)
            if dry_run:
                would = "nothing is left to do" if is_marked and not is_rotating else "would end rotation, mark the row"
                return Outcome(row.seller, "unchanged" if "nothing" in would else "would offboard", would)
            if secret and is_rotating:
                self._store.cancel_rotation(secret.arn)
            is_new = self._mark(row.seller, _OFFBOARDED)
        except SellerkeysError as error:
            return failure(row.seller, error)
        said = f"{self._next(secret)}; {self._who_revokes(row)}"
        return Outcome(row.seller, _OFFBOARDED if is_new or is_rotating else "unchanged", said)

    def take_back(self, row: Row, *, dry_run: bool = False) -> Outcome:
        """Bring the secret back within its recovery window, take the mark off, and turn the rotation on again."""
        try:
            secret = self._find(row.seller)
            if dry_run:
                return Outcome(row.seller, "would bring back", f"would {self._steps(row, secret)}")
            was = self._steps(row, secret)
            if secret and secret.deleted_on:
                self._store.restore(secret.arn)
                secret = self._store.describe(secret.arn)
            is_paused = bool(secret and naming.TAG_PAUSED in secret.tags)
            is_new = self._mark(row.seller, "paused" if is_paused else "active") if not row.is_declared else False
            is_started = self._rotate(row.seller, secret)
        except SellerkeysError as error:
            return failure(row.seller, error)
        if not (is_new or is_started or was.startswith("bring")):
            return Outcome(row.seller, "unchanged", "is not offboarded")
        left = "run `sellerkeys up` next, which declares the seller again"
        if secret is None:
            left = "his secret is gone: `sellerkeys up` makes an empty one, then onboard anew"
        elif secret.holder(CURRENT) is None:
            left = "his secret is empty: `sellerkeys up`, then onboard"
        return Outcome(row.seller, "brought back", left)

    def _find(self, seller: str) -> Secret | None:
        try:
            return self._store.describe(self._fleet.secret_of(seller))
        except SecretNotDeclared:
            return None

    def _rotate(self, seller: str, secret: Secret | None) -> bool:
        """Turn rotation on where there is something to rotate; raises Waiting where one was left half-finished."""
        if secret is None or secret.rotation_enabled or secret.holder(CURRENT) is None:
            return False
        if secret.is_pending:
            raise Waiting(
                f"a rotation of {secret.name} was left half-finished when it was cancelled: "
                f"`sellerkeys repair {seller}` mends it"
            )
        function = self._fleet.rotation_function(secret.account)
        self._store.rotate(secret.arn, function=function, schedule=self._fleet.schedule, immediately=False)
        return True

    @staticmethod
    def _steps(row: Row, secret: Secret | None) -> str:
        steps = [
            ("bring the secret back", bool(secret and secret.deleted_on)),
            ("take the mark off", not row.is_declared),
            ("turn rotation on", bool(secret and not secret.rotation_enabled and secret.holder(CURRENT))),
        ]
        return ", ".join(step for step, is_due in steps if is_due) or "do nothing"

    def _next(self, secret: Secret | None) -> str:
        if secret is None:
            return "there is no secret of his"
        if secret.deleted_on:
            return f"his secret goes on {secret.deleted_on:%Y-%m-%d}; until then `--undo` brings it back"
        days = RECOVERY_DAYS[self._fleet.settings.disposable]
        return f"the next `sellerkeys up` deletes his secret; `--undo` brings it back for {days} days from then"

    def _who_revokes(self, row: Row) -> str:
        if row.application == "own":
            return (
                "his token lives on at Amazon until the seller revokes it: Develop Apps, his application, Edit, "
                "Authorize, Revoke"
            )
        if not self._fleet.needs_consent:
            return "his token lives on at Amazon until you revoke it: Develop Apps, your application, Edit, Revoke"
        return (
            "his token lives on at Amazon until the seller revokes it, nobody else can: Seller Central, Manage Your "
            "Apps, Disable"
        )
