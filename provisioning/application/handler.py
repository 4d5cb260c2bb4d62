"""The client-secret function's entry: Amazon's messages, the schedule and operators in, one line each logged.

The only place that logs, and it logs no event, for an event may hold the new client secret. Environment, which the
Pulumi program sets: `SELLERKEYS_BASE`, `SELLERKEYS_APP_SECRET_ID` and `SELLERKEYS_TABLE`.
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from provisioning.amazon import Amazon, Endpoints
from provisioning.application.following import Follow
from provisioning.application.keeping import Keeper
from provisioning.application.owned import Owned
from provisioning.application.pace import Pace
from provisioning.application.receiving import Letter, Receiver
from provisioning.application.redriving import Redriver
from provisioning.application.tick import Tick
from provisioning.application.workers import at_once
from provisioning.errors import AmazonRefused, SellerkeysError
from provisioning.store import Store, aws_errors
from provisioning.table import VARIABLE, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provisioning.application.tick import Metric, Ticked

NAMESPACE: Final = "sellerkeys"
DIMENSION: Final = "Fleet"

_log = logging.getLogger("sellerkeys")
_log.setLevel(logging.INFO)
# A message is done within minutes, so one call may not hang; a throttled one is repeated.
_CONFIG: Final = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}, max_pool_connections=20
)
_WITHOUT_CONTEXT: Final = 300.0


class TurnFailed(Exception):
    """A turn failed; the text is all that leaves the function."""


@dataclass(frozen=True, slots=True)
class Works:
    """The function's parts."""

    keeper: Keeper
    receiver: Receiver
    tick: Tick


def handle(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    """Do what an event asks for.

    An SQS batch is answered with the items that have to stay; `{"action": "take-up"}` with what became of the offer;
    `{"action": "redrive"}`, with or without `dry_run`, with what had been set aside.
    Everything else, such as the schedule's event, is a turn; raises TurnFailed, which makes Lambda try again.
    """
    works = _works(context)
    records = event.get("Records")
    if isinstance(records, list):
        return {"batchItemFailures": receive(works.receiver, records)}
    if event.get("action") == "take-up":
        return _guarded("take-up", lambda: _take_up(works.keeper))
    if event.get("action") == "redrive":
        return _guarded("redrive", lambda: _redrive(dry_run=event.get("dry_run") is True))
    return _guarded("turn", lambda: _told(works.tick.run()))


def receive(receiver: Receiver, records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Receive each message of a batch on its own; names those that have to stay in the queue."""
    failed = []
    for record in records:
        item = str(record.get("messageId", ""))
        try:
            became = receiver.receive(Letter(str(record.get("body", "")), _sent(record)))
        except Exception as error:  # noqa: BLE001  one message may not take the others along
            _say("message", item=item, outcome="stays", why=_why(error))
            failed.append({"itemIdentifier": item})
        else:
            _say("message", item=item, outcome=became.value)
    return failed


def _take_up(keeper: Keeper) -> dict[str, Any]:
    try:
        version = keeper.take_up()
    except AmazonRefused as refused:
        return {"outcome": "refused", "cause": refused.cause.code}
    return {"outcome": "made current" if version else "nothing on offer", "version": version}


def _redrive(*, dry_run: bool) -> dict[str, Any]:
    region, account = os.environ["SELLERKEYS_APP_SECRET_ID"].split(":")[3:5]
    redriver = Redriver(client("sqs"), region, account, os.environ["SELLERKEYS_BASE"])
    return {
        "outcome": "counted" if dry_run else "moved",
        "set_aside": (redriver.set_aside if dry_run else redriver.run)(),
    }


def _guarded(what: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        answer = act()
    except Exception as error:  # noqa: BLE001  whatever it is, its text must not leave the function
        _say(what, outcome="failed", why=_why(error))
        raise TurnFailed(_why(error)) from None
    _say(what, **answer)
    return answer


def _why(error: Exception) -> str:
    """Say what failed; foreign exceptions may quote what they were given, so only their kind and place are told."""
    if isinstance(error, SellerkeysError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"defect: {type(error).__name__} in {place.name}, line {place.lineno}"


def _sent(record: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _told(ticked: Ticked) -> dict[str, Any]:
    following = ticked.following
    return {
        "outcome": "done",
        "made_current": ticked.made_current,
        "failed": ticked.failed,
        "unanswered": ticked.unanswered,
        "sellers": {where.value: len(names) for where, names in following.sellers.items()} if following else None,
        "not_started": dict(list(following.why.items())[:20]) if following else {},
    }


def _works(context: object) -> Works:
    base, app = os.environ["SELLERKEYS_BASE"], os.environ["SELLERKEYS_APP_SECRET_ID"]
    store = Store(client("secretsmanager"))
    amazon = Amazon(Endpoints.from_environment(os.environ))
    keeper = Keeper(store, amazon, app, store.now)
    left = _seconds_left(context)
    follow = Follow(store, base, Pace(time.monotonic, time.sleep), at_once, left, store.now)
    table = Table(client("dynamodb"), os.environ[VARIABLE])
    tick = Tick(keeper, follow, table, lambda numbers, now: _count(base, numbers, now), store.now, _mark)
    return Works(keeper, Receiver(keeper, Owned(store, amazon, base), store, store.now), tick)


def _mark() -> str:
    return str(uuid.uuid4())


def _seconds_left(context: object) -> Callable[[], float]:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: left() / 1000) if left else (lambda: _WITHOUT_CONTEXT)


@cache
def client(service: Any) -> Any:  # noqa: ANN401  boto3's clients have no common type
    """Make a client of AWS, once for the function's process."""
    return boto3.client(service, config=_CONFIG)


def _count(base: str, numbers: Mapping[Metric, int], now: datetime) -> None:
    dimensions = [{"Name": DIMENSION, "Value": base}]
    data: Any = [
        {"MetricName": metric.value, "Dimensions": dimensions, "Timestamp": now, "Value": number, "Unit": "Count"}
        for metric, number in numbers.items()
    ]
    with aws_errors("PutMetricData", NAMESPACE):
        client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


def _say(what: str, **more: Any) -> None:  # noqa: ANN401  what JSON takes
    _log.info(json.dumps({"event": what, **more}))
