"""The calendar function's entry: the event of a daily schedule in, one line logged; the only place that logs.

Environment, which the Pulumi program sets: `SELLERKEYS_BASE`, the base stack's name; `SELLERKEYS_TOPIC_ARN`, where
notices go; `SELLERKEYS_APP_SECRET_ID` and `SELLERKEYS_TABLE`, with which Amazon is asked for a new client secret,
`SELLERKEYS_ASK_DAYS` before the old one ends, at the host of `SELLERKEYS_SP_API_REGION`.
`SELLERKEYS_CONSENTS` is JSON of `lapses` and `roles`, what the configuration says of consents.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from provisioning.amazon import Amazon, Endpoints
from provisioning.application.asking import Asker
from provisioning.application.delivery import Clients, Delivery
from provisioning.application.keeping import Keeper
from provisioning.calendar.consents import Rules
from provisioning.calendar.day import Day, Outlets
from provisioning.calendar.ending import Ending
from provisioning.calendar.renewal import Renewal
from provisioning.errors import SellerkeysError
from provisioning.naming import TAG_SELLER
from provisioning.store import Store, aws_errors
from provisioning.table import VARIABLE, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.calendar.notice import Notice
    from provisioning.fleet_health import Findings

#: The metric of the alarm on overdue sellers: its namespace, its name and its only dimension, the base stack's name.
NAMESPACE: Final = "sellerkeys"
OVERDUE: Final = "OverdueSellers"
#: The metric of the alarm on a client secret that it was time to ask for, and Amazon could not be asked.
UNASKED: Final = "UnaskedRotations"
DIMENSION: Final = "Fleet"

_log = logging.getLogger("sellerkeys")
_log.setLevel(logging.INFO)
# Time-outs and retries of one call; a call for every seller that changed fits into the function's own time-out.
_CONFIG: Final = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 5})


class DayFailed(Exception):
    """The day's work failed; the text is all that leaves the function."""


def handle(event: Mapping[str, Any], _context: object = None) -> None:
    """Do the work of the day an event was due; raises DayFailed, which makes Lambda try again."""
    base = os.environ["SELLERKEYS_BASE"]
    store = Store(boto3.client("secretsmanager", config=_CONFIG))
    outlets = Outlets(_publish, lambda number, now: _count(base, OVERDUE, number, now))
    now = _time(event)
    try:
        # First, for nothing else of the day's work is as urgent, and what fails here is counted and not raised.
        renewed = _renewal(base, store).run(now)
        _count(base, UNASKED, int(renewed.unasked), now)
        rules = Rules.from_json(os.environ["SELLERKEYS_CONSENTS"])
        found = Day(base, store, outlets, rules).run(now)
        ending = Ending(base, store, _publish).run(now.date())
    except SellerkeysError as error:
        _say("failed", why=str(error))
        raise DayFailed(str(error)) from None
    except Exception as error:  # noqa: BLE001  whatever it is, its text must not leave the function
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"defect: {type(error).__name__} in {place.name}, line {place.lineno}"
        _say("failed", why=sentence)
        raise DayFailed(sentence) from None
    _say("done", **_told(found), client_secret=renewed.outcome, own_client_secrets_end=ending)


def _renewal(base: str, store: Store) -> Renewal:
    app_secret = os.environ["SELLERKEYS_APP_SECRET_ID"]
    region, account = app_secret.split(":")[3:5]
    amazon = Amazon(Endpoints.from_environment(os.environ))
    keeper = Keeper(store, amazon, app_secret, store.now)

    def faults() -> list[str]:
        # Made only when it is time to ask: three clients cost more than the rest of a day.
        sqs, kms = boto3.client("sqs", config=_CONFIG), boto3.client("kms", config=_CONFIG)
        clients = Clients(sqs, kms, boto3.client("lambda", config=_CONFIG))
        return Delivery(clients, region, account, base).faults()

    table = Table(boto3.client("dynamodb", config=_CONFIG), os.environ[VARIABLE])
    sp_api = os.environ["SELLERKEYS_SP_API_REGION"]
    asker = Asker(keeper, amazon, table, faults, store.now, lambda: str(uuid.uuid4()), sp_api)
    return Renewal(keeper, asker, timedelta(days=int(os.environ["SELLERKEYS_ASK_DAYS"])))


def _time(event: Mapping[str, Any]) -> datetime:
    """Read when the schedule was due; an invocation by hand has no time and means now."""
    try:
        return datetime.fromisoformat(event["time"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC)


def _publish(news: Notice) -> None:
    topic = os.environ["SELLERKEYS_TOPIC_ARN"]
    with aws_errors("Publish", topic):
        boto3.client("sns", config=_CONFIG).publish(TopicArn=topic, Subject=news.subject, Message=news.text)


def _count(base: str, metric: str, number: int, now: datetime) -> None:
    dimensions = [{"Name": DIMENSION, "Value": base}]
    datum: Any = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": now, "Value": number, "Unit": "Count"}
    with aws_errors("PutMetricData", NAMESPACE):
        boto3.client("cloudwatch", config=_CONFIG).put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def _told(found: Findings) -> dict[str, Any]:
    """Name the sellers of each finding, for the log."""
    lists = {"reauthorize": found.reauthorize, "recovered": found.recovered, "overdue": found.overdue}
    names = {key: [secret.tags.get(TAG_SELLER, secret.name) for secret in item] for key, item in lists.items()}
    return {**names, "outage": found.outage is not None}


def _say(outcome: str, **more: Any) -> None:  # noqa: ANN401  what JSON takes
    _log.info(json.dumps({"outcome": outcome, **more}))
