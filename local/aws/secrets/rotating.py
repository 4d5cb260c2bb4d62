"""RotateSecret, CancelRotateSecret, and what the rotation driver asks and tells (aws.md 2; botocore RotateSecret)."""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from moto.secretsmanager.models import ReplicaSecret

from local.aws.functions.permission import may_invoke
from local.aws.rotation import Rotation
from local.aws.secrets import requests, schedule
from local.aws.secrets.past import Past
from local.aws.secrets.refusal import Refused, invalid_request, not_found
from local.aws.secrets.shelf import Shelf
from local.aws.secrets.store import Store, load
from local.aws.secrets.versions import CURRENT, PENDING, begin, holder, settle, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from moto.secretsmanager.models import FakeSecret

    from local.aws.faults.lag import Lag


@dataclass(frozen=True, slots=True)
class Settings:
    """A secret's rotation as DescribeSecret tells it."""

    enabled: bool = False
    function_arn: str = ""
    rules: schedule.Schedule | None = None
    window: schedule.Window | None = None
    last_rotated: datetime | None = None


class Rotating(Store):
    """The secrets that rotate; answers the driver as its Book."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.secrets = Shelf()
        self.settings: dict[str, Settings] = {}
        self.past = Past()

    def note(self, arn: str) -> None:
        """Keep what a secret is like after a change, for reads that lag."""
        secret = self.secrets.get(arn)
        if not isinstance(secret, ReplicaSecret):
            self.past.note(arn, self.clock.now(), secret, self.settings.get(arn))

    @contextmanager
    def seen_with(self, lag: Lag) -> Iterator[None]:
        """Let the secrets be as a reader behind by `lag` sees them; the lock has to be held."""
        now = self.secrets, self.settings
        self.secrets, self.settings = self.past.seen(*now, lag, self.clock.now())
        try:
            yield
        finally:
            self.secrets, self.settings = now

    def rotate_secret(
        self,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,  # noqa: FBT001, FBT002 - moto's signature
    ) -> str:
        """Set the rotation up and begin it, or its trial; answers before the first step."""
        secret = self.writable(secret_id)
        rules = schedule.parse(rotation_rules) if rotation_rules else None
        token = requests.checked_token(client_request_token or str(uuid.uuid4()))
        known = self.settings.get(secret.arn, Settings())
        function_arn = rotation_lambda_arn or known.function_arn
        self._check_function(function_arn, secret.arn)
        versions = load(secret)
        pending = unfinished(versions)
        if pending:
            self._reattempt(secret.arn)
        # A token that is known already is the retry of a call whose answer was lost, and asks for nothing new (botocore
        # RotateSecret, ClientRequestToken); while another one is pending, `begin` refuses.
        if token not in versions or (pending and pending.id != token):
            self._begin(secret, token, trial=not rotate_immediately, function_arn=function_arn)
        self.settings[secret.arn] = replace(known, enabled=True, function_arn=function_arn, rules=rules or known.rules)
        self._plan(secret.arn)
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": token})

    def check_rotation_token(self, secret_id: str, token: str | None, source: str | None) -> None:
        """Refuse a put into a running rotation that does not carry its RotationToken, if AWS does (aws.md 11 no. 6)."""
        running = self.rotations.running(self.writable(secret_id).arn, token or "")
        if self.unsettled.rotation_token_required and running and source != running.source:
            raise Refused("AccessDeniedException", "The RotationToken is not that of the rotation that runs.")

    def cancel_rotate_secret(self, secret_id: str) -> str:
        """Turn rotation off and stop one that runs; its labels stay where they are (botocore CancelRotateSecret)."""
        secret = self.writable(secret_id)
        known = self.settings.get(secret.arn)
        if known is None:
            raise invalid_request(_NO_FUNCTION)
        self.settings[secret.arn] = replace(known, enabled=False, window=None)
        pending = holder(load(secret), PENDING)
        answer = {"ARN": secret.arn, "Name": secret.name, "VersionId": pending.id if pending else None}
        return json.dumps({key: value for key, value in answer.items() if value})

    def waits(self, rotation: Rotation) -> bool:
        """Tell whether the rotation may go on: turned on, and AWSPENDING still on its version."""
        with self.lock:
            secret = self.live(rotation.secret_arn)
            if secret is None or not self.settings[secret.arn].enabled:
                return False
            pending = holder(load(secret), PENDING)
            return pending is not None and pending.id == rotation.token

    def finish(self, rotation: Rotation) -> bool:
        """Close a rotation whose steps all succeeded; False where AWSPENDING still waits (aws.md 2.3)."""
        with self.lock:
            secret = self.live(rotation.secret_arn)
            pending = unfinished(load(secret)) if secret else None
            if secret is None or (pending and pending.id == rotation.token):
                return False
            if not self.unsettled.pending_stays:
                self.save(secret, settle(load(secret)))
            self.settings[secret.arn] = replace(self.settings[secret.arn], last_rotated=self.clock.now())
            self._plan(secret.arn)
            self.note(secret.arn)
            return True

    def drop_trial(self, rotation: Rotation) -> None:
        """Remove the version a trial was run against (aws.md 2.4)."""
        with self.lock:
            secret = self.live(rotation.secret_arn)
            if secret is not None:
                self.save(secret, {key: version for key, version in load(secret).items() if key != rotation.token})
                self.note(secret.arn)

    def valid_rotation(self, secret: FakeSecret) -> None:
        """Count a new value by hand as a rotation for the next date (botocore AutomaticallyAfterDays)."""
        if self.settings.get(secret.arn, Settings()).enabled:
            self._plan(secret.arn)

    def _begin(self, secret: FakeSecret, token: str, *, trial: bool, function_arn: str) -> None:
        versions = load(secret)
        current = holder(versions, CURRENT)
        copied = current.value if trial and current and self.unsettled.trial_has_value else None
        if copied:
            copied = self.keys.seal(secret, token, copied)
        self.save(secret, begin(versions, token, copied, self.clock.now()))
        self.rotations.start(Rotation(secret.arn, token, function_arn, trial), self)

    def _reattempt(self, secret_arn: str) -> None:
        """Try an unfinished rotation again; where one runs at this moment, look again when it has ended."""
        with self.lock:
            secret = self.live(secret_arn)
            known = self.settings.get(secret_arn, Settings())
            pending = unfinished(load(secret)) if secret and known.enabled else None
            if pending and not self.rotations.after("retry", secret_arn, lambda: self._reattempt(secret_arn)):
                self.rotations.start(Rotation(secret_arn, pending.id, known.function_arn), self)

    def _plan(self, secret_arn: str) -> None:
        known = self.settings[secret_arn]
        if known.rules:
            window = known.rules.window(self.clock.now())
            self.settings[secret_arn] = replace(known, window=window)
            self.rotations.schedule(secret_arn, window.opens, lambda: self._rotate_by_schedule(secret_arn))

    def _rotate_by_schedule(self, secret_arn: str) -> None:
        """Begin the rotation whose window has come; while a trial or a rotation runs, as soon as that has ended."""
        with self.lock:
            secret = self.live(secret_arn)
            known = self.settings.get(secret_arn, Settings())
            if secret is None or not known.enabled or known.rules is None or known.window is None:
                return
            if self.rotations.after("schedule", secret_arn, lambda: self._rotate_by_schedule(secret_arn)):
                return
            if known.window.opens > self.clock.now():
                return  # what ran meanwhile was a rotation, and it succeeded
            if unfinished(load(secret)):
                self._reattempt(secret_arn)
            else:
                self._begin(secret, str(uuid.uuid4()), trial=False, function_arn=known.function_arn)
            self.note(secret_arn)
            # Until the rotation succeeds, DescribeSecret goes on telling the window that has come.
            following = known.rules.window(self.clock.now())
            self.rotations.schedule(secret_arn, following.opens, lambda: self._rotate_by_schedule(secret_arn))

    def _check_function(self, function_arn: str, secret_arn: str) -> None:
        if not function_arn:
            raise invalid_request(_NO_FUNCTION)
        try:
            function = get_backend(self.account_id, self.region_name).get_function(function_arn)
        except UnknownFunctionException:
            raise not_found(f"Resource not found for ARN '{function_arn}'.") from None
        if not may_invoke(function.policy.statements, "secretsmanager.amazonaws.com", self.account_id, secret_arn):
            raise Refused(
                "AccessDeniedException",
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
                "access to the principal secretsmanager.amazonaws.com.",
            )


_NO_FUNCTION = (
    "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured "
    "and you didn't include such an ARN as a parameter in this call."
)
