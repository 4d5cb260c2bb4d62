"""The fleet's shared application: put its first value, proven, into the app secret, and offer every later one.

A later client secret becomes current through the client-secret function alone (design.md 4): it is put on offer here,
the function proves it once more, makes it current and brings it to every seller.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from provisioning.application.keeping import Keeper
from provisioning.application.lives import LIFETIME, Life, Source, known
from provisioning.causes import find_cause
from provisioning.errors import AmazonRefused, BadInput, SecretEmpty, Unreachable, Waiting
from provisioning.fingerprint import version_id
from provisioning.outcomes import Outcome
from provisioning.payload import App
from provisioning.proving import prove_app
from provisioning.state import ACTIVE, State
from provisioning.store import CURRENT, FIRST, OFFERED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.store import Secret, Store

_NAME = "app"
_LATER = "proven and on offer; the client-secret function takes it up within five minutes, see `sellerkeys app status`"


def _nobody() -> Mapping[str, Any]:
    raise Unreachable("no client-secret function to invoke")


class AppSetter:
    """Sets the shared application, or offers its new client secret; `take_up` has the function take an offer up."""

    def __init__(
        self,
        fleet: Fleet,
        store: Store,
        amazon: Amazon,
        now: Callable[[], datetime],
        take_up: Callable[[], Mapping[str, Any]] = _nobody,
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._now = now
        self._take_up = take_up

    def set(self, app: App, expires_on: date | None, *, dry_run: bool) -> Outcome:
        """Prove `app` and store it, or offer it where there is a value already; the same again is unchanged.

        Raises BadInput for another application or an end that cannot be, SecretNotDeclared before `pulumi up`,
        AmazonRefused or Unreachable, Waiting where somebody else was quicker.
        """
        secret = self._store.describe(self._fleet.app_secret)
        present = self._present()
        if present == app:
            return self._note_again(secret, app, expires_on, dry_run=dry_run)
        if present:
            return self._offer(secret, present, app, expires_on, dry_run=dry_run)
        prove_app(self._amazon, app)
        if dry_run:
            return Outcome(_NAME, "would set", "proven; would store it")
        text, life = app.to_json(), self._life(expires_on)
        version = version_id(secret.arn, text)
        self._store.put(secret.arn, text, version=version, labels=[FIRST, life.label])
        if self._store.describe(secret.arn).holder(CURRENT) != version:
            self._store.move(secret.arn, FIRST, to=None, source=version)
            self._store.move(secret.arn, life.label, to=None, source=version)
            raise Waiting(f"somebody else has just set another application in {secret.name}: nothing was changed")
        self._tag(secret, version, expires_on)
        return Outcome(_NAME, "set", f"proven and stored in {secret.name}")

    def _note_again(self, secret: Secret, app: App, expires_on: date | None, *, dry_run: bool) -> Outcome:
        """Prove again and write what an interrupted run left unsaid, or a date that is new."""
        state, life = State.from_tags(secret.tags), known(secret)
        says_amazon = life is not None and life.source is Source.AMAZON
        # The very day that was assumed is news, too: now somebody has said so.
        is_typed = life is not None and life.source is Source.TYPED
        is_told = is_typed and expires_on == state.client_secret_expires_on
        is_new = expires_on is not None and not says_amazon and not is_told
        if state.status and not is_new:
            told = f"; Amazon itself says that it ends on {life.expires_at:%Y-%m-%d}" if says_amazon and life else ""
            return Outcome(_NAME, "unchanged", f"this application is in place already{told}")
        if dry_run:
            return Outcome(_NAME, "would note", "in place already; would note its state")
        prove_app(self._amazon, app)
        if is_new:
            Keeper(self._store, self._amazon, secret.arn, self._now).learn(secret, self._life(expires_on))
        self._tag(secret, secret.holder(CURRENT), expires_on if is_new else None)
        return Outcome(_NAME, "noted", "in place already; proven again and noted")

    def _offer(self, secret: Secret, present: App, app: App, expires_on: date | None, *, dry_run: bool) -> Outcome:
        """Offer a client secret that somebody made by hand, and have the function take it up."""
        if app.client_id != present.client_id:
            raise BadInput(
                f"{secret.name} holds another client id, to which every seller's refresh token is bound: nothing was "
                "changed; a new application needs a fleet of its own, whose sellers authorize it"
            )
        life, before = self._life(expires_on), known(secret)
        if expires_on and before and before.source is Source.AMAZON and life.expires_at <= before.expires_at:
            raise BadInput(
                f"the client secret in use ends on {before.expires_at:%Y-%m-%d}, as Amazon says, so one that ends on "
                f"{expires_on} is older: nothing was changed"
            )
        prove_app(self._amazon, app)
        if dry_run:
            return Outcome(_NAME, "would offer", "proven; would offer it in place of the client secret in use")
        text = app.to_json()
        version = version_id(secret.arn, text)
        # Under the label of its life first, which makes no difference to anybody; then it wins the offer's.
        self._store.put(secret.arn, text, version=version, labels=[life.label])
        self._store.move(secret.arn, OFFERED, to=version, source=secret.holder(OFFERED))
        try:
            answer = self._take_up()
        except Unreachable as error:
            return Outcome(_NAME, "offered", f"{_LATER} ({error})")
        if answer.get("outcome") == "refused":
            raise AmazonRefused(find_cause(str(answer.get("cause"))))
        if self._store.describe(secret.arn).holder(CURRENT) != version:
            return Outcome(_NAME, "offered", _LATER)
        return Outcome(_NAME, "replaced", "proven and current; every seller follows, see `sellerkeys app status`")

    def _life(self, expires_on: date | None) -> Life:
        """Tell how long a client secret lives; of one whose end nobody typed, the longest it can."""
        if expires_on is None:
            return Life(self._now() + LIFETIME, Source.ASSUMED)
        return Life(datetime.combine(expires_on, time(), UTC), Source.TYPED)

    def _tag(self, secret: Secret, version: str | None, expires_on: date | None) -> None:
        state = State(status=ACTIVE, proven_at=self._now(), app_version=version, client_secret_expires_on=expires_on)
        self._store.tag(secret.arn, state.to_tags())

    def _present(self) -> App | None:
        try:
            return App.from_json(self._store.read(self._fleet.app_secret).text)
        except SecretEmpty:
            return None
