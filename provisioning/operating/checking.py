"""Check what sellers' consumers really use: AWSCURRENT, read as its reader, in the three stages of a proof.

Notes in the state tags what Amazon said; changes no value, with one exception: a refresh token that Amazon sends in
place of the present one is put aside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioning.causes import (
    INVALID_CLIENT,
    INVALID_SCOPE,
    MARKETPLACE_MISSING,
    NO_ROLE,
    REVOKED,
    SECRET_EXPIRED,
    WRONG_CLIENT,
    WRONG_REGION,
)
from provisioning.errors import AmazonRefused, SellerkeysError
from provisioning.operating.probing import PROBES
from provisioning.payload import Credential
from provisioning.rotation.offers import difference
from provisioning.state import ACTIVE, REFUSED, State, refusal_noted
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.causes import Cause
    from provisioning.fleet import Fleet
    from provisioning.offering import Offering
    from provisioning.operating.reading import Reading
    from provisioning.roster import Permission, Row
    from provisioning.store import Secret, Store

#: The stages in order; one that fails leaves those after it untried.
STAGES: Final = ("token", "call", "marketplaces")
_DENIED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the check of one seller found.

    `passed` are the stages that went well; `cause` says in words why the next one did not, `mend` what helps;
    `permissions` tells for each area that was asked for whether Amazon lets the credential in; `read_as` is the role
    under which the value was read.
    """

    seller: str
    passed: tuple[str, ...] = ()
    cause: str | None = None
    mend: str | None = None
    permissions: dict[Permission, bool] = field(default_factory=dict)
    read_as: str | None = None
    exit_code: int = 0

    @property
    def result(self) -> str:
        """One word for it."""
        words = {0: "works", 1: "failed", 3: "waiting", 4: "refused", 5: "unreachable"}
        return words[self.exit_code]


class Checker:
    """Checks sellers of one fleet."""

    def __init__(  # noqa: PLR0913, PLR0917  its surroundings
        self,
        fleet: Fleet,
        store: Store,
        amazon: Amazon,
        reading: Reading,
        offering: Offering,
        now: Callable[[], datetime],
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._reading = reading
        self._offering = offering
        self._now = now

    def check(self, row: Row, *, permissions: bool, noting: bool = True) -> Checked:
        """Take one seller through the stages, and note the result if `noting`; a failure is part of the answer."""
        passed: list[str] = []
        answers: dict[Permission, bool] = {}
        read_as, exit_code, cause, mend = None, 0, None, None
        try:
            secret = self._store.describe(self._fleet.secret_of(row.seller))
            reader = self._reading.of(row.seller, secret)
            read_as = self._reading.roles[row.seller]
            credential = Credential.from_json(reader.read(secret.arn, label=CURRENT).text)
            token = self._noted(row, secret, credential, passed, noting=noting)
            if permissions:
                answers = self._permissions(row, credential, token)
        except AmazonRefused as refused:
            exit_code, cause, mend = refused.exit_code, refused.cause.words, _mend(refused.cause, row)
        except SellerkeysError as error:
            exit_code, cause = error.exit_code, str(error)
        if closed := [area for area, is_open in answers.items() if not is_open]:
            exit_code, cause, mend = _DENIED, _told(closed), _mend(NO_ROLE, row)
        return Checked(
            seller=row.seller,
            passed=tuple(passed),
            cause=cause,
            mend=mend,
            permissions=answers,
            read_as=read_as,
            exit_code=exit_code,
        )

    def _noted(self, row: Row, secret: Secret, credential: Credential, passed: list[str], *, noting: bool) -> str:
        before = State.from_tags(secret.tags)
        try:
            token = self._stages(row, secret, credential, passed)
        except AmazonRefused as refused:
            if noting:
                noted = refusal_noted(before, REFUSED, refused.cause.code, self._now())
                self._store.tag(secret.arn, noted.to_tags())
            raise
        if noting and before.is_refused:
            self._store.tag(secret.arn, State(status=ACTIVE, cause="", proven_at=self._now()).to_tags())
        return token

    def _stages(self, row: Row, secret: Secret, credential: Credential, passed: list[str]) -> str:
        tokens = self._amazon.refresh(credential.app, credential.refresh_token)
        if tokens.refresh_token not in {None, credential.refresh_token}:
            self._offering.put_aside(secret.arn, difference(credential, credential, str(tokens.refresh_token)))
        passed.append("token")
        found = self._amazon.participations(credential.region, tokens.access_token)
        passed.append("call")
        if not {market.id for market in row.markets} <= {participation.marketplace_id for participation in found}:
            raise AmazonRefused(MARKETPLACE_MISSING)
        passed.append("marketplaces")
        return tokens.access_token

    def _permissions(self, row: Row, credential: Credential, access_token: str) -> dict[Permission, bool]:
        answers = {}
        for area in row.permissions:
            path = PROBES[area].at(credential.marketplace_id, self._now())
            try:
                self._amazon.may_read(credential.region, path, access_token)
            except AmazonRefused as refused:
                if refused.cause is not NO_ROLE:
                    raise
                answers[area] = False
            else:
                answers[area] = True
        return answers


def _told(closed: list[Permission]) -> str:
    areas = "; ".join(f"{area} ({PROBES[area].operation} needs {PROBES[area].roles})" for area in closed)
    return f"Amazon does not let the credential into {areas}"


def _mend(cause: Cause, row: Row) -> str:
    """Name the command that mends it; what a person has to do first stands before it."""
    onboard = f"`sellerkeys onboard --seller {row.seller}`"
    rotate = f"`sellerkeys rotate {row.seller}`"
    of_application = (
        f"make a new client secret in the seller's developer console, then {onboard}"
        if row.application == "own"
        else f"{rotate} brings the newest client secret; if that is dead too, make a new one in the developer console"
    )
    cures = {
        REVOKED: f"have the seller authorize the application again, then {onboard}",
        WRONG_CLIENT: f"get the token that was given to this application, then {onboard}",
        INVALID_CLIENT: of_application,
        SECRET_EXPIRED: of_application,
        INVALID_SCOPE: "look at the application's roles in the developer console",
        MARKETPLACE_MISSING: f"correct `marketplaces` in the roster and `pulumi up`, or {onboard} with the right token",
        WRONG_REGION: f"correct `region` in the roster and `pulumi up`, then {onboard}",
        NO_ROLE: f"add the role in the developer console, have the seller authorize again, then {onboard}",
    }
    return cures.get(cause, cause.cure)
