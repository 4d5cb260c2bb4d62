"""The rules over one secret's versions and staging labels, as pure functions; no moto, no clock, no HTTP.

Each function takes a secret's versions and returns new ones, or raises Refused with AWS's code. The rules come from
botocore's API text for PutSecretValue, UpdateSecretVersionStage, RotateSecret and GetSecretValue, and from aws.md 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from local.aws.secrets.refusal import Refused, invalid_parameter, invalid_request, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
MOST_LABELS = 20  # on one version, aws.md 2.2
KEPT = 100  # the newest versions, and all younger than a day: botocore PutSecretValue
QUOTA = 250  # AWS gives no number: 100 kept and a day of one put every ten minutes (144) must fit


@dataclass(frozen=True, slots=True)
class Value:
    """What a version holds: text, or bytes in base64, never both; and its data key, encrypted, under a customer key."""

    text: str | None = field(default=None, repr=False)
    binary: str | None = field(default=None, repr=False)
    data_key: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret; `value` is None while only RotateSecret has made it (aws.md 2.2)."""

    id: str
    value: Value | None
    labels: frozenset[str]
    created: datetime


@dataclass(frozen=True, slots=True)
class Put:
    """The versions after a put, and the id of the version whose rotation it abandoned, if any."""

    versions: Mapping[str, Version]
    abandoned: str | None = None


def holder(versions: Mapping[str, Version], label: str) -> Version | None:
    """Find the version a label sits on, or None; a label sits on one version at most."""
    return next((version for version in versions.values() if label in version.labels), None)


def unfinished(versions: Mapping[str, Version]) -> Version | None:
    """Find the version of a rotation that is not complete: AWSPENDING without AWSCURRENT (botocore RotateSecret)."""
    pending = holder(versions, PENDING)
    return pending if pending and CURRENT not in pending.labels else None


def read(versions: Mapping[str, Version], version_id: str | None, label: str | None) -> Version:
    """Find the version GetSecretValue means, AWSCURRENT by default; raises Refused where it is absent or empty."""
    if version_id and label and (named := versions.get(version_id)) and label not in named.labels:
        raise invalid_request("You provided a VersionStage that is not associated to the provided VersionId.")
    wanted = label or CURRENT
    found = versions.get(version_id) if version_id else holder(versions, wanted)
    if found is None or found.value is None:
        what = f"VersionId: {version_id}" if version_id else f"staging label: {wanted}"
        raise not_found(f"Secrets Manager can't find the specified secret value for {what}")
    return found


def put(versions: Mapping[str, Version], new: Version, *, any_label_abandons: bool = False) -> Put:
    """Store a value (botocore PutSecretValue); the same token and value again is no change.

    A version by hand that takes AWSCURRENT or AWSPENDING while a rotation is unfinished strips AWSPENDING from the
    rotation's version (aws.md 2.6). Whether one with only other labels does too is not known: `any_label_abandons`.
    Raises ResourceExistsException for a used token with another value, LimitExceededException past a quota.
    """
    present = versions.get(new.id)
    if present and present.value == new.value:
        return Put(versions)
    if present and present.value is not None:
        raise Refused(
            "ResourceExistsException",
            f"You can't use ClientRequestToken {new.id} because that value is already in use for a version.",
        )
    labels = new.labels | (frozenset() if versions else {CURRENT})
    rotating = unfinished(versions)
    abandons = (
        rotating is not None and rotating.id != new.id and (any_label_abandons or bool(labels & {CURRENT, PENDING}))
    )
    if rotating and abandons:
        versions = _without(versions, PENDING)
    kept = present.labels if present else frozenset()
    stored = {**versions, new.id: replace(new, labels=kept)}
    return Put(
        _within_quota(attach(stored, labels, new.id), new.created), rotating.id if rotating and abandons else None
    )


def move(versions: Mapping[str, Version], label: str, source: str | None, target: str | None) -> Mapping[str, Version]:
    """Move, add or remove one label (botocore UpdateSecretVersionStage): a compare-and-swap on where it sits now."""
    if not source and not target:
        raise invalid_parameter("You must provide RemoveFromVersionId, MoveToVersionId or both.")
    for version_id in filter(None, (source, target)):
        if version_id not in versions:
            raise invalid_parameter(f"Not a valid version: {version_id}")
    sits = holder(versions, label)
    if source and label not in versions[source].labels:
        raise invalid_parameter(f"Version stage {label} not found in version {source}")
    if sits and not source and sits.id != target:
        raise invalid_parameter(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{sits.id}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if target:
        return attach(versions, {label}, target)
    if label == CURRENT:
        raise invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
        )
    return _without(versions, label)


def begin(versions: Mapping[str, Version], token: str, value: Value | None, at: datetime) -> Mapping[str, Version]:
    """Make the AWSPENDING version a rotation starts with; empty, unless a trial is to see a copy (aws.md 2.4).

    Raises InvalidRequestException while another version has AWSPENDING without AWSCURRENT (aws.md 2.7).
    """
    if unfinished(versions):
        raise invalid_request("A previous rotation isn't complete. That rotation will be reattempted.")
    return attach({**versions, token: Version(token, value, frozenset(), at)}, {PENDING}, token)


def settle(versions: Mapping[str, Version]) -> Mapping[str, Version]:
    """Take AWSPENDING off the version that became AWSCURRENT (aws.md 2.3)."""
    return versions if unfinished(versions) else _without(versions, PENDING)


def attach(versions: Mapping[str, Version], labels: Iterable[str], target: str) -> Mapping[str, Version]:
    """Put labels on a version, away from any other; AWSPREVIOUS follows where AWSCURRENT came from."""
    for label in labels:
        sits = holder(versions, label)
        if sits and sits.id == target:
            continue
        versions = _with(_without(versions, label), label, target)
        if label == CURRENT and sits:
            versions = _with(_without(versions, PREVIOUS), PREVIOUS, sits.id)
    if len(versions[target].labels) > MOST_LABELS:
        raise Refused("LimitExceededException", f"A version can have at most {MOST_LABELS} staging labels.")
    return versions


def _with(versions: Mapping[str, Version], label: str, target: str) -> Mapping[str, Version]:
    version = versions[target]
    return {**versions, target: replace(version, labels=version.labels | {label})}


def _without(versions: Mapping[str, Version], label: str) -> Mapping[str, Version]:
    sits = holder(versions, label)
    return {**versions, sits.id: replace(sits, labels=sits.labels - {label})} if sits else versions


def _within_quota(versions: Mapping[str, Version], now: datetime) -> Mapping[str, Version]:
    young = now - timedelta(hours=24)
    removable = [v.id for v in versions.values() if not v.labels and v.created < young]
    gone = set(removable[: max(0, len(versions) - KEPT)])
    kept = {key: version for key, version in versions.items() if key not in gone}
    if len(kept) > QUOTA:
        raise Refused("LimitExceededException", "The secret has too many versions younger than 24 hours.")
    return kept
