"""Secrets Manager over HTTP: moto's parsing, one lock, AWS's errors, and the operations and parameters moto lacks."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.secretsmanager import urls
from moto.secretsmanager.models import secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse

from local.aws.faults.lag import READS, lagging
from local.aws.secrets import policy
from local.aws.secrets.backend import Secrets
from local.aws.secrets.refusal import Refused

if TYPE_CHECKING:
    from local.aws.faults.lag import Lag
    from local.aws.rotation import Rotations
    from local.aws.secrets.keys import Keys
    from local.aws.trail import Trail
    from local.aws.unsettled import Unsettled
    from local.clock import Clock


class Responses(SecretsManagerResponse):
    """Answers one request at a time; moto has no locks."""

    @property
    def backend(self) -> Secrets:
        """Find the secrets of the caller's account and region."""
        found = secretsmanager_backends[self.current_account][self.region]
        if not isinstance(found, Secrets):
            raise TypeError("Secrets Manager was used before the bench's rules were installed")
        return found

    def call_action(self) -> Any:  # noqa: ANN401 - moto's own loose type
        """Do what the request asks under the lock, and turn a refusal into AWS's error."""
        with Secrets.lock:
            try:
                return self._read(lag) if (lag := lagging.get()) else self._change()
            except Refused as refused:
                headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": refused.code}
                body = json.dumps({"__type": refused.code, "message": refused.message})
                return 400, {"status": "400", **headers}, body

    def _read(self, lag: Lag) -> Any:  # noqa: ANN401 - moto's own loose type
        with self.backend.seen_with(lag):
            return super().call_action()

    def _change(self) -> Any:  # noqa: ANN401 - moto's own loose type
        """Do a call that may change a secret, which a delete without recovery ends."""
        named = self._get_param("SecretId") or self._get_param("Name") or ""
        before = self.backend.secrets.get(named)
        answer = super().call_action()
        if self._get_action() in READS or answer[0] != HTTPStatus.OK:
            return answer
        secret = before or self.backend.secrets.get(named)
        if secret:
            self.backend.note(secret.arn)
        return answer

    def put_secret_value(self) -> str:
        """Answer PutSecretValue; moto does not know RotationToken."""
        named, token, source = map(self._get_param, ("SecretId", "ClientRequestToken", "RotationToken"))
        self.backend.check_rotation_token(named, token, source)
        return str(super().put_secret_value())

    def describe_secret(self) -> str:
        """Answer DescribeSecret."""
        return json.dumps(self.backend.document(self._get_param("SecretId")))

    def list_secret_version_ids(self) -> str:
        """Answer ListSecretVersionIds; versions without a value are left out (aws.md 2.7)."""
        deprecated = self._get_bool_param("IncludeDeprecated", if_none=False)
        return json.dumps(self.backend.version_list(self._get_param("SecretId"), deprecated=bool(deprecated)))

    def put_resource_policy(self) -> str:
        """Answer PutResourcePolicy; BlockPublicPolicy is off by default (aws.md 6.1)."""
        text = self._get_param("ResourcePolicy")
        policy.statements(text)
        if self._get_bool_param("BlockPublicPolicy", if_none=False):
            policy.refuse_public(text)
        return str(super().put_resource_policy())

    def validate_resource_policy(self) -> str:
        """Answer ValidateResourcePolicy, which moto lacks."""
        found = policy.findings(self._get_param("ResourcePolicy"))
        return json.dumps({"PolicyValidationPassed": not found, "ValidationErrors": found})


def install(clock: Clock, rotations: Rotations, trail: Trail, unsettled: Unsettled, keys: Keys) -> None:
    """Put the bench's rules in place of moto's; before first use, and again for each new bench of a process."""
    Secrets.clock, Secrets.rotations, Secrets.trail, Secrets.unsettled = clock, rotations, trail, unsettled
    Secrets.keys, Secrets.lock = keys, threading.RLock()
    secretsmanager_backends.backend = Secrets
    urls.url_paths["{0}/$"] = Responses.dispatch
