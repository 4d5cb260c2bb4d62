"""Who has read a seller's secret, and whether since it changed: what CloudTrail remembers, the one module that asks it.

CloudTrail answers two look-ups a second, of fifty events each, newest first (botocore LookupEvents), so how many events
are looked at is the caller's choice, and how far back they went is told. A read may show as late as LATE after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from provisioning.operating.reading import SESSION
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from types_boto3_cloudtrail import CloudTrailClient
    from types_boto3_cloudtrail.type_defs import EventTypeDef

#: How many look-ups are made a second: 90 % of what CloudTrail takes, as of every budget (design.md 10).
LOOK_UPS_A_SECOND: Final = 1.8
#: How long a read may take to show (CloudTrail, "Getting and viewing your log files": 5 minutes on the average).
LATE: Final = timedelta(minutes=15)
_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a secret's value: by whom, in which session, of which secret (a name or an ARN), when."""

    reader: str
    secret_id: str
    at: datetime
    session: str = ""


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


def recent(client: CloudTrailClient, most: int, wait: Callable[[], None]) -> Iterator[Read]:
    """List reads of secrets' values, newest first, of at most so many events; raises AccessDenied or Unreachable.

    `wait` comes before each look-up.
    """
    pages = client.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetSecretValue"}],
        PaginationConfig={"MaxItems": most, "PageSize": min(_PAGE, most)},
    )
    with aws_errors("LookupEvents", "CloudTrail"):
        looks = iter(pages)
        wait()
        while page := next(looks, None):
            yield from (read for event in page["Events"] if (read := _read(event)))
            if "NextToken" in page:
                wait()


def stale(reads: Iterable[Read], changes: Mapping[str, tuple[str, datetime]], besides: Collection[str] = ()) -> Looked:
    """Find who read before a change and not since; `changes` gives seller and moment by a secret's name and ARN.

    `besides` are roles that keep no value, such as the functions'; nor does a command of ours, which becomes a seller's
    reader for a moment: neither is a consumer, and neither may pass for one.
    """
    last: dict[tuple[str, str], datetime] = {}
    number, oldest = 0, None
    for number, read in enumerate(reads, start=1):  # noqa: B007  the count of them
        oldest = read.at if oldest is None else min(oldest, read.at)
        is_consumers = read.reader not in besides and not read.session.startswith(SESSION)
        if is_consumers and read.secret_id in changes:
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
            session=str(identity.get("arn", "")).rpartition("/")[2] if issuer else "",
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
