"""The customer key that a secret's values are under: KMS is asked whenever one is written or read (aws.md 6.2)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends

from local.aws.access.guard import here, permits
from local.aws.access.services.kms import encryption_context, on_key
from local.aws.access.services.kms import sealed_with as kms_key_of
from local.aws.secrets.refusal import Refused
from local.aws.secrets.versions import CURRENT, PENDING, PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.kms.models import Key, KmsBackend
    from moto.secretsmanager.models import FakeSecret

    from local.aws.secrets.versions import Value, Version

VALIDATION = "RequestToValidateKeyAccess"  # in place of a version's id when a key is set, aws.md 6.2
_AWS_MANAGED = "alias/aws/secretsmanager"
_RESEALED = {CURRENT, PENDING, PREVIOUS}  # botocore UpdateSecret, KmsKeyId
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One question of Secrets Manager to KMS; CloudTrail shows the same at AWS."""

    action: Literal["GenerateDataKey", "Decrypt"]
    key_arn: str
    secret_arn: str
    version_id: str


class Keys:
    """Seals and opens values by a data key for each version; AWS's own key is always there and is not asked.

    Raises Refused with EncryptionFailure or DecryptionFailure while the key cannot be used (botocore, both errors).
    """

    def __init__(self) -> None:
        self.uses: deque[KeyUse] = deque(maxlen=_REMEMBERED)

    def validate(self, secret: FakeSecret) -> None:
        """See that the secret's key can be used, as AWS does when it is set or changed (aws.md 6.2)."""
        sealed = self._data_key(secret, VALIDATION)
        if sealed:
            self._decrypt(secret, sealed, VALIDATION)

    def seal(self, secret: FakeSecret, version_id: str, value: Value) -> Value:
        """Put a value under the secret's key."""
        return replace(value, data_key=self._data_key(secret, version_id))

    def open(self, secret: FakeSecret, version: Version) -> None:
        """See that a version's value can be read: its data key is decrypted under the key that made it."""
        if version.value and version.value.data_key:
            self._decrypt(secret, version.value.data_key, version.id)

    def reseal(self, secret: FakeSecret, versions: Mapping[str, Version]) -> dict[str, Version]:
        """Put the versions with AWS's own labels under the secret's new key; older ones stay under the old one."""
        return {key: self._resealed(secret, version) for key, version in versions.items()}

    def _resealed(self, secret: FakeSecret, version: Version) -> Version:
        if version.value is None or not version.labels & _RESEALED:
            return version
        self.open(secret, version)
        return replace(version, value=self.seal(secret, version.id, version.value))

    def _data_key(self, secret: FakeSecret, version_id: str) -> bytes | None:
        if not secret.kms_key_id or secret.kms_key_id.endswith(_AWS_MANAGED):
            return None
        kms = _kms(secret)
        _refuse_whoever_may_not("kms:GenerateDataKey", secret.kms_key_id, secret, version_id)
        try:
            key = kms.describe_key(secret.kms_key_id)
            _, sealed, _ = kms.generate_data_key(key.id, _context(secret, version_id), 32, "AES_256")
        except (JsonRESTError, KeyError):
            raise _cannot("encrypt", "EncryptionFailure") from None
        self.uses.append(KeyUse("GenerateDataKey", key.arn, secret.arn, version_id))
        _refuse_unusable(key, "encrypt", "EncryptionFailure")
        return bytes(sealed)

    def _decrypt(self, secret: FakeSecret, sealed: bytes, version_id: str) -> None:
        kms = _kms(secret)
        _refuse_whoever_may_not("kms:Decrypt", kms_key_of(sealed), secret, version_id)
        try:
            _, arn = kms.decrypt(sealed, _context(secret, version_id))
        except JsonRESTError:
            raise _cannot("decrypt", "DecryptionFailure") from None
        self.uses.append(KeyUse("Decrypt", arn, secret.arn, version_id))
        _refuse_unusable(kms.describe_key(arn), "decrypt", "DecryptionFailure")


def _kms(secret: FakeSecret) -> KmsBackend:
    return kms_backends[secret.account_id][secret.region]


def _context(secret: FakeSecret, version_id: str) -> dict[str, str]:
    return {"SecretARN": secret.arn, "SecretVersionId": version_id}


def _refuse_whoever_may_not(action: str, key_id: str, secret: FakeSecret, version_id: str) -> None:
    """Let KMS decide on the caller too: Secrets Manager uses the key for him, and in his name (aws.md 6.2)."""
    if (where := here()) is None:
        return
    context = {
        "kms:ViaService": f"secretsmanager.{secret.region}.amazonaws.com",
        **encryption_context(_context(secret, version_id)),
    }
    if not permits(on_key(action, key_id, context, where)):
        raise Refused("AccessDeniedException", "Access to KMS is not allowed")


def _refuse_unusable(key: Key, verb: str, code: str) -> None:
    if key.key_state != "Enabled":
        raise _cannot(verb, code)


def _cannot(verb: str, code: str) -> Refused:
    return Refused(
        code,
        f"Secrets Manager can't {verb} the protected secret text using the provided KMS key. "
        "Check that the KMS key is available, enabled, and not in an invalid state.",
    )
