"""Name the stuck state of a rotation and mend it, losing no refresh token (aws.md 2.7).

Only the rotation function moves AWSCURRENT, so whatever has to go forward is handed to it: by having AWS try again, or
as an offer. What goes away is taken off only after Amazon was asked which token works.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provisioning.causes import Fault
from provisioning.errors import AmazonRefused, LabelMoved, RotationPending, SecretBeingDeleted
from provisioning.operating.diagnosis import WORDS, Ailment, Findings, ailments, pending
from provisioning.payload import Credential, MalformedPayload, Offer
from provisioning.rotation.offers import difference
from provisioning.rotation.versions import left_behind, named
from provisioning.store import CURRENT, KEPT, PENDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.fleet import Fleet
    from provisioning.offering import Offering
    from provisioning.operating.asking import Asking
    from provisioning.operating.reading import Reading
    from provisioning.roster import Row
    from provisioning.store import Secret, Store, Value

#: No step of a rotation outlives the function's time-out: a version that is empty for longer stays empty.
LONGEST_STEP: Final = 120.0

_FOR_GOOD: Final = frozenset({Fault.SELLER, Fault.OPERATOR})
#: Ailments whose cure ends with a rotation started at once.
_STARTED: Final = frozenset(
    {
        Ailment.PENDING_EMPTY,
        Ailment.PENDING_OUTDATED,
        Ailment.PENDING_SPARE,
        Ailment.PENDING_DEAD,
        Ailment.PENDING_FOREIGN,
        Ailment.PENDING_UNREADABLE,
        Ailment.OFFER_IDLE,
    }
)
_CLEARED: Final = _STARTED - {Ailment.OFFER_IDLE} | {Ailment.PENDING_ALONE}


class Doctor:
    """Finds out what ails sellers of one fleet: reads only, as their readers where a value has to be known."""

    def __init__(self, fleet: Fleet, store: Store, reading: Reading, asking: Asking) -> None:
        self._fleet = fleet
        self._store = store
        self._reading = reading
        self._asking = asking

    def examine(self, row: Row) -> Findings:
        """Tell what ails one seller; raises SellerkeysError where that cannot be found out."""
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        if secret.deleted_on:
            raise SecretBeingDeleted(secret.name, secret.deleted_on)
        found = ailments(
            secret,
            function=self._fleet.rotation_function(secret.account),
            schedule=self._fleet.settings.rotation,
        )
        told = Findings(row, secret, tuple(found))
        token = pending(secret)
        if token is None or Ailment.PENDING_ALONE in found:
            return told
        reader = self._reading.of(row.seller, secret)
        told = replace(told, read_as=self._reading.roles[row.seller])
        value = reader.find(secret.arn, label=PENDING, version=token)
        if value is None:
            return _with(told, Ailment.PENDING_EMPTY)
        return self._weigh(told, Credential.from_json(reader.read(secret.arn).text), value)

    def _weigh(self, told: Findings, current: Credential, value: Value) -> Findings:
        """Decide by what Amazon says whether a pending value goes forward or away."""
        try:
            waiting = Credential.from_json(value.text)
        except MalformedPayload:
            return _with(told, Ailment.PENDING_UNREADABLE)
        ours = (current.seller, current.region, current.has_own_application)
        if (waiting.seller, waiting.region, waiting.has_own_application) != ours:
            return _with(told, Ailment.PENDING_FOREIGN)
        if self._refusal(told, current, waiting) is None:
            offer = difference(current, waiting, waiting.refresh_token)
            is_off = Ailment.ROTATION_OFF in told.ailments
            return _with(told, Ailment.PENDING_OUTDATED if is_off else Ailment.PENDING_WORKS, rescue=offer)
        if waiting.refresh_token == current.refresh_token:
            return _with(told, Ailment.PENDING_SPARE)
        renewed = self._asking.with_newest_app(waiting)
        refused = self._refusal(told, current, renewed)
        if refused is None:
            return _with(told, Ailment.PENDING_OUTDATED, rescue=difference(current, renewed, renewed.refresh_token))
        ailment = Ailment.PENDING_DEAD if refused.cause.fault in _FOR_GOOD else Ailment.PENDING_UNDECIDED
        return replace(_with(told, ailment), why=refused.cause.sentence)

    def _refusal(self, told: Findings, current: Credential, credential: Credential) -> AmazonRefused | None:
        try:
            self._asking.works(told.secret, current, credential, {market.id for market in told.row.markets})
        except AmazonRefused as refused:
            return refused
        return None


class Mender:
    """Mends what the doctor found, in the order that can be interrupted anywhere."""

    def __init__(  # noqa: PLR0913, PLR0917  its surroundings
        self,
        fleet: Fleet,
        store: Store,
        reading: Reading,
        asking: Asking,
        offering: Offering,
        sleep: Callable[[float], None],
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._reading = reading
        self._asking = asking
        self._offering = offering
        self._sleep = sleep

    def settle(self, told: list[Findings], examine: Callable[[Row], Findings]) -> list[Findings]:
        """Look again at empty pending versions after the longest step: a rotation that runs has filled its own."""
        if not any(each.may_be_running for each in told):
            return told
        self._sleep(LONGEST_STEP)
        return [examine(each.row) if each.may_be_running else each for each in told]

    def mend(self, told: Findings) -> None:
        """Mend one seller's secret; raises SellerkeysError, and may then be run again."""
        secret, found = told.secret, set(told.ailments)
        if told.rescue and Ailment.PENDING_OUTDATED in found:
            self._offering.place(secret, told.rescue)
        if found & _CLEARED:
            self._take_off(secret, PENDING, secret.holder(PENDING))
        for label, version in left_behind(secret):
            self._take_off(secret, label, version)
        kept = Ailment.TOKEN_KEPT in found and self._decide_kept(told)
        if Ailment.PENDING_WORKS in found:
            self._try_again(secret)
        elif found & _STARTED or kept:
            self._offering.start(secret)
        elif found & {Ailment.ROTATION_OFF, Ailment.ROTATION_DIFFERS} and Ailment.PENDING_UNDECIDED not in found:
            self._turn_on(secret)

    def _try_again(self, secret: Secret) -> None:
        """Have AWS try the pending rotation again: it refuses a new one, and reattempts (botocore, RotateSecret)."""
        try:
            self._offering.start(secret)
        except RotationPending:
            return

    def _turn_on(self, secret: Secret) -> None:
        self._store.rotate(
            secret.arn,
            function=self._fleet.rotation_function(secret.account),
            schedule=self._fleet.settings.rotation,
            immediately=False,
        )

    def _decide_kept(self, told: Findings) -> bool:
        """Offer a kept token where current no longer works, else let it go; tells whether it was offered.

        One that Amazon does not take for a reason that may pass stays.
        """
        secret, row = told.secret, told.row
        version = str(secret.holder(KEPT))
        reader = self._reading.of(row.seller, secret)
        current = Credential.from_json(reader.read(secret.arn, label=CURRENT).text)
        expected = {market.id for market in row.markets}
        try:
            self._asking.works(secret, current, self._asking.with_newest_app(current), expected)
        except AmazonRefused as refused:
            if refused.cause.fault not in _FOR_GOOD:
                raise
            offer = Offer.from_json(reader.read(secret.arn, label=KEPT, version=version).text)
            self._asking.works(secret, current, self._asking.with_newest_app(offer.over(current)), expected)
            self._offering.hold_out(secret, version)
            return True
        self._take_off(secret, KEPT, version)
        self._take_off(secret, named(version), version)
        return False

    def _take_off(self, secret: Secret, label: str, version: str | None) -> None:
        if version is None or label not in secret.versions.get(version, ()):
            return
        try:
            self._store.move(secret.arn, label, to=None, source=version)
        except LabelMoved:
            return


def words(told: Findings) -> str:
    """Say what was found, and what mends it, in one line."""
    said = "; ".join(WORDS[ailment] for ailment in told.ailments)
    return f"{said}; {told.why}" if told.why else said


def _with(told: Findings, ailment: Ailment, rescue: Offer | None = None) -> Findings:
    return replace(told, ailments=(ailment, *told.ailments), rescue=rescue)
