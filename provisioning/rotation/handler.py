"""The rotation function's entry: an event in, one step done, one line logged; the only place that logs.

Environment, which the Pulumi program sets: `SELLERKEYS_APP_SECRET_ID`, the app secret's ARN; `SELLERKEYS_REMINDERS`, by
which template sellers are reminded that their consent ends, if they are; `SELLERKEYS_BUS`, on which bus consumers are
told, if they are.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
import uuid
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config

from provisioning.amazon import Amazon, Endpoints
from provisioning.announcing import Bus
from provisioning.errors import SellerkeysError
from provisioning.naming import BUS_VARIABLE
from provisioning.profiles import VARIABLE, profiles_from
from provisioning.reminder import VARIABLE as REMINDERS
from provisioning.reminder import Template
from provisioning.rotation.reminding import Reminding
from provisioning.rotation.steps import Recipe, Rotation
from provisioning.rotation.telling import Telling
from provisioning.rotation.versions import Standing
from provisioning.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_events import EventBridgeClient
    from types_boto3_secretsmanager import SecretsManagerClient

_log = logging.getLogger("sellerkeys")
_log.setLevel(logging.INFO)

# Time-outs and retries have to sum to less than the function's own time-out (aws.md 8).
_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})

#: AWS's code says `createSecret`, its prose `create_secret` (aws.md 2.1); both are understood.
_STEPS = {
    "createSecret": "createSecret",
    "create_secret": "createSecret",
    "setSecret": "setSecret",
    "set_secret": "setSecret",
    "testSecret": "testSecret",
    "test_secret": "testSecret",
    "finishSecret": "finishSecret",
    "finish_secret": "finishSecret",
}


class StepFailed(Exception):
    """A step failed; the text is all that leaves the function."""


@dataclass(frozen=True, slots=True)
class Request:
    """What Secrets Manager asks for (aws.md 2.1); the rotation token is sensitive."""

    step: str
    secret_id: str
    token: str
    rotation_token: str | None = field(default=None, repr=False)

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """Read the event; raises StepFailed on one that Secrets Manager does not send."""
        given = event if isinstance(event, dict) else {}
        texts = {key: value for key, value in given.items() if isinstance(value, str) and value}
        step = _STEPS.get(texts.get("Step", ""))
        if step is None or not texts.keys() >= {"SecretId", "ClientRequestToken"}:
            raise StepFailed("this is no rotation event: Step, SecretId and ClientRequestToken are needed")
        return cls(step, texts["SecretId"], texts["ClientRequestToken"], texts.get("RotationToken"))


def handle(event: Mapping[str, Any], _context: object = None) -> None:
    """Do the step an event asks for; raises StepFailed, which makes Secrets Manager try again."""
    request = Request.from_event(event)
    more: dict[str, str | None] = {}
    try:
        standing = _rotation(request.rotation_token).run(request.step, request.secret_id, request.token)
        if request.step == "finishSecret":
            more = {"told": _tell(request), "reminded": _remind(request)}
    except SellerkeysError as error:
        _say(request, "failed", str(error))
        raise StepFailed(str(error)) from None
    except Exception as error:  # noqa: BLE001  whatever it is, its text must not leave the function
        # Foreign exceptions may quote what they were given, so only their kind and place are told.
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"defect: {type(error).__name__} in {place.name}, line {place.lineno}"
        _say(request, "failed", sentence)
        raise StepFailed(sentence) from None
    _say(request, "done" if standing is Standing.UNDER_WAY else "finished before", more=more)


def _rotation(rotation_token: str | None) -> Rotation:
    store = Store(_client(), rotation_token)
    return Rotation(
        store,
        Amazon(Endpoints.from_environment(os.environ)),
        Recipe(os.environ["SELLERKEYS_APP_SECRET_ID"], profiles_from(os.environ.get(VARIABLE, ""))),
        now=store.now,
        new_version=lambda: str(uuid.uuid4()),
    )


def _tell(request: Request) -> str | None:
    """Tell consumers what the rotation that has just finished changed, where the fleet has a bus."""
    bus = os.environ.get(BUS_VARIABLE)
    if not bus:
        return None
    telling = Telling(Store(_client(), request.rotation_token), Bus(_events(), bus))
    return ", ".join(telling.tell(request.secret_id, request.token))


def _remind(request: Request) -> str | None:
    """Remind the seller, whose rotation has finished, that his consent ends, where the fleet wants it."""
    template = os.environ.get(REMINDERS)
    if not template:
        return None
    store = Store(_client(), request.rotation_token)
    amazon = Amazon(Endpoints.from_environment(os.environ))
    reminding = Reminding(store, amazon, Template.from_json(template), store.now, lambda: str(uuid.uuid4()))
    return reminding.remind(request.secret_id)


@cache
def _client() -> SecretsManagerClient:
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def _events() -> EventBridgeClient:
    return boto3.client("events", config=_CONFIG)


def _say(
    request: Request, outcome: str, why: str | None = None, more: Mapping[str, str | None] = MappingProxyType({})
) -> None:
    line = {"step": request.step, "secret": request.secret_id, "version": request.token, "outcome": outcome}
    _log.info(json.dumps(line | {name: text for name, text in {"why": why, **more}.items() if text}))
