"""The thin adapter: moto keeps the secrets, the rules of this folder decide what becomes of their versions."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from moto.secretsmanager.models import FakeSecret, _matches

from local.aws.access.guard import here, permits
from local.aws.access.services.secretsmanager import on_secret
from local.aws.secrets import documents, requests
from local.aws.secrets.refusal import Refused, invalid_parameter, invalid_request
from local.aws.secrets.rotating import Rotating
from local.aws.secrets.store import labels, load
from local.aws.secrets.versions import CURRENT, Version, holder, move, put, read

if TYPE_CHECKING:
    from local.aws.secrets.versions import Value

_MOST_IN_A_BATCH = 20  # aws.md 5.1
_MOST_ON_A_PAGE = 100


class Secrets(Rotating):
    """Secrets Manager's operations on names, values, versions and labels."""

    __module__ = "moto.secretsmanager.models"  # moto finds a service's URLs through the backend's module

    def create_secret(  # noqa: PLR0913, PLR0917 - moto's signature
        self,
        name: str,
        secret_string: str | None,
        secret_binary: str | None,
        description: str | None,
        tags: list[dict[str, str]] | None,
        kms_key_id: str | None,
        client_request_token: str | None,
        replica_regions: list[dict[str, str]],
        force_overwrite: bool,  # noqa: FBT001 - moto's signature
    ) -> str:
        """Make a secret, with a first value or without; its name is taken while an older one can be restored."""
        requests.checked_name(name)
        value = requests.checked_value(secret_string, secret_binary)
        token = requests.checked_token(client_request_token or str(uuid.uuid4()))
        if (secret := self._namesake(name, token, value)) is None:
            super().create_secret(
                name, None, None, description, tags, kms_key_id, token, replica_regions, force_overwrite
            )
            secret = self.writable(name)
            secret.created_date = int(self.clock.timestamp())
            try:
                self._fill(secret, value, token)
            except Refused:
                self.secrets.pop(secret.arn)
                raise
        return secret.to_short_dict(version_id=token if value else None, include_version_id=value is not None)

    def get_secret_value(self, secret_id: str, version_id: str, version_stage: str) -> dict[str, Any]:
        """Answer with one version's value."""
        secret = self.readable(secret_id)
        version = read(load(secret), version_id, version_stage)
        if isinstance(secret, FakeSecret):
            self.keys.open(secret, version)
        value = {"SecretString": version.value.text, "SecretBinary": version.value.binary} if version.value else {}
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version.id,
            "VersionStages": labels(version),
            "CreatedDate": version.created.timestamp(),
            **{key: part for key, part in value.items() if part is not None},
        }

    def batch_get_secret_value(
        self,
        secret_id_list: list[str] | None = None,
        filters: list[dict[str, Any]] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> tuple[list[dict[str, Any]], list[Any], str | None]:
        """Answer with up to 20 current values, and an error for each that has none."""
        if bool(secret_id_list) == bool(filters):
            raise invalid_parameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
        wanted, following = secret_id_list or [], None
        if filters:
            page, following = self.list_secrets(filters, min(max_results or 20, _MOST_IN_A_BATCH), next_token)
            wanted = [row["ARN"] for row in page]
        if len(wanted) > _MOST_IN_A_BATCH:
            raise invalid_parameter(f"SecretIdList takes at most {_MOST_IN_A_BATCH} secrets.")
        values, errors = [], []
        for secret_id in wanted:
            try:
                self._refuse_whoever_may_not_read(secret_id)
                values.append(self.get_secret_value(secret_id, "", ""))
            except Refused as refused:
                errors.append({"SecretId": secret_id, "ErrorCode": refused.code, "Message": refused.message})
        return values, errors, following

    def put_secret_value(
        self,
        secret_id: str,
        secret_string: str | None,
        secret_binary: str | None,
        client_request_token: str | None,
        version_stages: list[str],
    ) -> str:
        """Store a value in a new version, or in the empty one a rotation made."""
        secret = self.writable(secret_id)
        value = requests.checked_value(secret_string, secret_binary)
        if value is None:
            raise invalid_request("You must provide either SecretString or SecretBinary.")
        token = requests.checked_token(client_request_token or str(uuid.uuid4()))
        self._put(secret, value, token, requests.checked_labels(version_stages))
        return secret.to_short_dict(include_version_stages=True, version_id=token)

    def update_secret(  # noqa: PLR0913, PLR0917 - moto's signature
        self,
        secret_id: str,
        secret_string: str | None = None,
        secret_binary: str | None = None,
        client_request_token: str | None = None,
        kms_key_id: str | None = None,
        description: str | None = None,
    ) -> str:
        """Change description and key, and store a new AWSCURRENT where a value is given (botocore UpdateSecret)."""
        secret = self.writable(secret_id)
        value = requests.checked_value(secret_string, secret_binary)
        token = requests.checked_token(client_request_token or str(uuid.uuid4()))
        if kms_key_id and kms_key_id != secret.kms_key_id:
            self._change_key(secret, kms_key_id)
        if value:
            self._put(secret, value, token, frozenset({CURRENT}))
        secret.update(description or secret.description, secret.tags, None, int(self.clock.timestamp()))
        return secret.to_short_dict(version_id=token if value else None, include_version_id=value is not None)

    def update_secret_version_stage(
        self,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str | None,
        move_to_version_id: str | None,
    ) -> tuple[str, str]:
        """Move, add or remove one label."""
        secret = self.writable(secret_id)
        self.save(secret, move(load(secret), version_stage, remove_from_version_id, move_to_version_id))
        return secret.arn, secret.name

    def list_secrets(
        self,
        filters: list[dict[str, Any]],
        max_results: int | None = None,
        next_token: str | None = None,
        include_planned_deletion: bool = False,  # noqa: FBT001, FBT002 - moto's signature
    ) -> tuple[list[dict[str, Any]], str | None]:
        """List a page of secrets as DescribeSecret tells them; moto writes all of them down for each page."""
        found = [
            secret.arn
            for secret in self.secrets.values()
            if (include_planned_deletion or not getattr(secret, "deleted_date", None)) and _matches(secret, filters)
        ]
        begin = int(next_token or 0)
        end = begin + int(max_results or _MOST_ON_A_PAGE)
        return [self.document(arn) for arn in found[begin:end]], str(end) if end < len(found) else None

    def delete_secret(
        self,
        secret_id: str,
        recovery_window_in_days: int | None,
        force_delete_without_recovery: bool,  # noqa: FBT001 - moto's signature
    ) -> tuple[str, str, float]:
        """Delete a secret now, or after a recovery window on the bench's clock."""
        arn, name, date = super().delete_secret(secret_id, recovery_window_in_days, force_delete_without_recovery)
        secret = self.secrets.get(arn)
        if not isinstance(secret, FakeSecret):
            self.settings.pop(arn, None)
            return arn, name, date
        secret.deleted_date = date = self.clock.timestamp() + (recovery_window_in_days or 30) * 86_400
        return arn, name, date

    def restore_secret(self, secret_id: str) -> tuple[str, str]:
        """Bring a secret back within its recovery window; its schedule goes on."""
        secret = self.found(secret_id)
        super().restore_secret(secret_id)
        if isinstance(secret, FakeSecret):
            self.valid_rotation(secret)
        return secret.arn, secret.name

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags to a secret that is not scheduled for deletion."""
        super().tag_resource(self.writable(arn).arn, tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Take tags off a secret that is not scheduled for deletion."""
        super().untag_resource(self.writable(arn).arn, tag_keys)

    def put_resource_policy(self, secret_id: str, policy: str) -> tuple[str, str]:
        """Set a checked policy on a secret that is not scheduled for deletion."""
        arn, name = super().put_resource_policy(self.writable(secret_id).arn, policy)
        return arn, name

    def document(self, secret_id: str) -> dict[str, Any]:
        """Tell a secret as DescribeSecret does."""
        secret = self.found(secret_id)
        return documents.described(secret, self.settings.get(secret.arn))

    def version_list(self, secret_id: str, *, deprecated: bool) -> dict[str, Any]:
        """Tell a secret's versions as ListSecretVersionIds does."""
        return documents.versions_listed(self.readable(secret_id), deprecated=deprecated)

    @staticmethod
    def _refuse_whoever_may_not_read(secret_id: str) -> None:
        """Ask for each secret of a batch what GetSecretValue would (botocore BatchGetSecretValue)."""
        where = here()
        if where and not permits(on_secret("secretsmanager:GetSecretValue", secret_id, {}, where)):
            raise Refused("AccessDeniedException", f"You are not authorized to perform GetSecretValue on {secret_id}.")

    def _namesake(self, name: str, token: str, value: Value | None) -> FakeSecret | None:
        try:
            secret = self.found(name)
        except Refused:
            return None
        if secret.is_deleted():
            raise invalid_request(
                "You can't create this secret because a secret with this name is already scheduled for deletion."
            )
        version = load(secret).get(token)
        if version is None or version.value != value or not isinstance(secret, FakeSecret):
            raise Refused("ResourceExistsException", f"The operation failed because the secret {name} already exists.")
        return secret

    def _fill(self, secret: FakeSecret, value: Value | None, token: str) -> None:
        self.keys.validate(secret)
        if value:
            self._put(secret, value, token, frozenset({CURRENT}))

    def _change_key(self, secret: FakeSecret, key_id: str) -> None:
        """Put a secret under another key, if that can be used (botocore UpdateSecret, KmsKeyId)."""
        before, secret.kms_key_id = secret.kms_key_id, key_id
        try:
            self.keys.validate(secret)
            self.save(secret, self.keys.reseal(secret, load(secret)))
        except Refused:
            secret.kms_key_id = before
            raise

    def _put(self, secret: FakeSecret, value: Value, token: str, stages: frozenset[str]) -> None:
        before = load(secret)
        new = Version(token, self.keys.seal(secret, token, value), stages, self.clock.now())
        after = put(before, new, any_label_abandons=self.unsettled.any_label_abandons)
        self.save(secret, after.versions)
        if after.abandoned:
            self.trail.add("RotationAbandoned", secret.arn, after.abandoned)
        current = holder(after.versions, CURRENT)
        if current and current.id == token and token not in before:
            self.valid_rotation(secret)
