"""The consent function's entry: a function URL's event in, a page out, one line logged; the only place that logs.

Environment, which the Pulumi program sets: `SELLERKEYS_BASE`, `SELLERKEYS_TABLE`, `SELLERKEYS_APP_SECRET_ID`,
`SELLERKEYS_HELD_KEY` (the ARN of the key for what waits), `SELLERKEYS_ROTATION_FUNCTION` (an ARN),
`SELLERKEYS_ROTATION` (a schedule expression), `SELLERKEYS_CONSENT` (JSON: `application`, `contact`, `application_id`,
`draft`, `address`).
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from provisioning.amazon import Amazon, Endpoints
from provisioning.consent import refusals
from provisioning.consent.admission import Admission
from provisioning.consent.entries import Entries, Invitations
from provisioning.consent.hosts import Hosts
from provisioning.consent.keeping import Keeping
from provisioning.consent.layout import Vendor
from provisioning.consent.parties import Parties
from provisioning.consent.proof import Prover
from provisioning.consent.refusals import Refused
from provisioning.consent.request import Request
from provisioning.consent.returning import Returning
from provisioning.consent.service import Service, refusal_page
from provisioning.consent.setting import Setting
from provisioning.consent.states import States
from provisioning.errors import AmazonRefused, SellerkeysError
from provisioning.holding import Holding
from provisioning.payload import App
from provisioning.profiles import VARIABLE as PROFILES
from provisioning.profiles import profiles_from
from provisioning.sealing import Sealer
from provisioning.store import Store
from provisioning.table import VARIABLE, Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kms import KMSClient
    from types_boto3_secretsmanager import SecretsManagerClient

    from provisioning.consent.layout import Reply

_log = logging.getLogger("sellerkeys")
_log.setLevel(logging.INFO)
_CONFIG: Final = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class Rotates:
    """How the fleet's secrets are rotated and which further names they hold, as the environment tells."""

    schedule: str
    function: str
    profiles: tuple[str, ...]

    def rotation_function(self, _account: str) -> str:
        """Give the rotation function's ARN."""
        return self.function


def handle(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    """Answer one request; whatever happens, with a page."""
    setting = _setting(os.environ)
    why = ""
    try:
        request = Request.from_event(event)
        reply = _service(setting, request.at).answer(request)
    except Refused as refused:
        reply = refusal_page(setting.vendor, refused.refusal, refused.seller)
        cause = refused.__cause__
        why = cause.cause.code if isinstance(cause, AmazonRefused) else ""
    except SellerkeysError as error:
        reply, why = refusal_page(setting.vendor, refusals.LATER), str(error)
    except Exception as error:  # noqa: BLE001  whatever it is, its text must not leave the function
        place = traceback.extract_tb(error.__traceback__)[-1]
        why = f"defect: {type(error).__name__} in {place.name}, line {place.lineno}"
        reply = refusal_page(setting.vendor, refusals.DEFECT)
    _say(reply, why)
    return reply.to_answer()


def _service(setting: Setting, at: datetime) -> Service:
    """Put the pages together for one request, whose time is AWS's."""
    environment = os.environ
    base = environment["SELLERKEYS_BASE"]
    store, table = Store(_secrets(), clock=lambda: at), Table(_tables(), environment[VARIABLE])
    links, states = Invitations(table, lambda: at), States(table, lambda: at)
    entries = Entries(setting, links, states)
    profiles = profiles_from(environment.get(PROFILES, ""))
    rotates = Rotates(environment["SELLERKEYS_ROTATION"], environment["SELLERKEYS_ROTATION_FUNCTION"], profiles)
    holding = Holding(table, Sealer(_keys(), base, environment["SELLERKEYS_HELD_KEY"]))
    admission = Admission(
        Parties(base, store),
        Prover(Amazon(Endpoints.from_environment(environment)), store.now),
        Keeping(base, store, rotates, holding, time.sleep),
        lambda: _shared_app(store, environment["SELLERKEYS_APP_SECRET_ID"]),
    )
    return Service(setting.vendor, entries, Returning(setting, entries, links, states, admission))


def _shared_app(store: Store, secret_id: str) -> tuple[App, str]:
    value = store.read(secret_id)
    return App.from_json(value.text), value.version


def _setting(environment: Mapping[str, str]) -> Setting:
    told = json.loads(environment["SELLERKEYS_CONSENT"])
    return Setting(
        Vendor(told["application"], told["contact"]),
        Hosts.from_environment(environment),
        application_id=told.get("application_id", ""),
        draft=told.get("draft", False),
        address=told.get("address", "").rstrip("/"),
    )


@cache
def _secrets() -> SecretsManagerClient:
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def _tables() -> DynamoDBClient:
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def _keys() -> KMSClient:
    return boto3.client("kms", config=_CONFIG)


def _say(reply: Reply, why: str) -> None:
    line = {"page": reply.told, "status": reply.status, "seller": reply.seller, "why": why}
    _log.info(json.dumps({name: value for name, value in line.items() if value}))
