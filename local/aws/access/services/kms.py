"""What KMS's calls ask, and those that other services make of it for a caller."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from moto.kms.models import kms_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.kms.models import Key

    from local.aws.access.asked import Context, Parameters, Where

_ANYWHERE = {"ListAliases", "ListKeys", "GenerateRandom"}
_ALIASES = {"CreateAlias", "UpdateAlias", "DeleteAlias"}
#: moto writes the key's id in front of what it encrypted.
_ID_LENGTH = 36


def asks(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call asks; an alias has no policy of its own, so the account's policies alone decide on it."""
    action = f"kms:{operation}"
    account = _account_decides(where)
    if operation in _ANYWHERE:
        return [Asked(action, ANY, {}, account)]
    if operation == "CreateKey":
        tags = tags_asked(_tags(given))
        # "To use the Tags parameter, kms:TagResource (IAM policy)" (botocore CreateKey); the key has no id yet.
        tagging = [Asked("kms:TagResource", where.arn("kms", "key/new"), tags, account)] if tags else []
        return [Asked(action, ANY, tags, account), *tagging]
    if operation in _ALIASES:
        alias = str(given.get("AliasName", ""))
        key = str(given.get("TargetKeyId") or alias)
        return [Asked(action, where.arn("kms", alias), {}, account), on_key(action, key, {}, where)]
    context = {**tags_asked(_tags(given)), **keys_asked(given.get("TagKeys") or ())}
    key = str(given.get("KeyId") or sealed_with(given.get("CiphertextBlob", b"")))
    if ":alias/" in f":{key}" and _find(key, where) is None:
        # An alias that leads to no key is no resource to decide on: KMS itself says NotFoundException.
        return []
    return [on_key(action, key, {**context, **encryption_context(given.get("EncryptionContext") or {})}, where)]


def on_key(action: str, key_id: str, context: Context, where: Where) -> Asked:
    """Ask for an action on a key, given in any of the four ways."""
    key = _find(key_id, where)
    if key is None:
        arn = key_id if key_id.startswith("arn:") else where.arn("kms", f"key/{key_id}")
        return Asked(action, arn, context, _account_decides(where))
    tags = kms_backends[where.account][where.region].tagger.get_tag_dict_for_resource(key.id)
    held: Context = {"kms:CallerAccount": where.account, **tags_held(pairs(tags))}
    return Asked(action, key.arn, {**context, **held}, str(key.policy))


def encryption_context(given: Mapping[str, str]) -> Context:
    """Write the condition keys of an encryption context."""
    keys: Context = {"kms:EncryptionContextKeys": tuple(given)} if given else {}
    return {**keys, **{f"kms:EncryptionContext:{key}": value for key, value in given.items()}}


def _find(key_id: str, where: Where) -> Key | None:
    backend = kms_backends[where.account][where.region]
    name = backend.get_alias_name(key_id)
    if name.startswith("alias/"):
        # moto's own way from any name to an id fails on an alias that is not there.
        name = backend.get_key_id_from_alias(name) or ""
    return backend.keys.get(backend.get_key_id(name))


def sealed_with(blob: bytes | str) -> str:
    """Tell the id of the key that something was encrypted under; a blob in JSON is in base64."""
    raw = base64.b64decode(blob) if isinstance(blob, str) else blob
    return raw[:_ID_LENGTH].decode("latin-1")


def _tags(given: Parameters) -> list[tuple[str, str]]:
    return pairs(given.get("Tags"))


def _account_decides(where: Where) -> str:
    """Write what stands in for a key's policy where there is no key: the account's own policies decide."""
    root = {"AWS": f"arn:aws:iam::{where.account}:root"}
    row = {"Sid": "NoKeyYet", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [row]})
