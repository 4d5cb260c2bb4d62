"""Who has read a seller's secret, and whether since it changed: what CloudTrail remembers, the one module that asks it.

CloudTrail answers two look-ups a second, of fifty events each, newest first (botocore LookupEvents), so how many events
are looked at is the caller's choice, and how far back they went is told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from types_boto3_cloudtrail import CloudTrailClient
    from types_boto3_cloudtrail.type_defs import EventTypeDef


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a secret's value: by whom, of which secret (a name or an ARN), when."""

    reader: str
    secret_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stale:
    """A reader who read a seller's secret before its change and has not since; he may hold the old client secret."""

    seller: str
    reader: str
    last_read: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, over how many reads, back to when; `whole` where that reaches behind every change."""

    stale: list[Stale] = field(default_factory=list)
    reads: int = 0
    back_to: datetime | None = None
    whole: bool = False


def recent(client: CloudTrailClient, most: int) -> Iterator[Read]:
    """List reads of secrets' values, newest first, of at most so many events; raises AccessDenied or Unreachable."""
    pages = client.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetSecretValue"}],
        PaginationConfig={"MaxItems": most, "PageSize": 50},
    )
    with aws_errors("LookupEvents", "CloudTrail"):
        for page in pages:
            yield from (read for event in page["Events"] if (read := _read(event)))


def stale(reads: Iterable[Read], changes: Mapping[str, tuple[str, datetime]]) -> Looked:
    """Find who read before a change and not since; `changes` gives seller and moment by a secret's name and ARN."""
    last: dict[tuple[str, str], datetime] = {}
    number, oldest = 0, None
    for number, read in enumerate(reads, start=1):  # noqa: B007  the count of them
        oldest = read.at if oldest is None else min(oldest, read.at)
        if read.secret_id in changes:
            key = (changes[read.secret_id][0], read.reader)
            last[key] = max(last.get(key, read.at), read.at)
    moments = dict(changes.values())
    found = [Stale(seller, reader, at) for (seller, reader), at in sorted(last.items()) if at < moments[seller]]
    first = min(moments.values(), default=None)
    return Looked(found, number, oldest, whole=oldest is not None and first is not None and oldest < first)


def _read(event: EventTypeDef) -> Read | None:
    try:
        record: Any = json.loads(event["CloudTrailEvent"])
        identity = record["userIdentity"]
        if record.get("errorCode"):
            return None
        issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
        return Read(
            reader=issuer.get("arn") or identity["arn"],
            secret_id=record["requestParameters"]["secretId"],
            at=event["EventTime"].astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
