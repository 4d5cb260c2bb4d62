"""What a flow left behind, without what differs from run to run, and what must hold of it in any case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioning.amazon import Amazon, Endpoints
from provisioning.errors import SellerkeysError
from provisioning.payload import Credential, MalformedPayload, Offer
from provisioning.proving import prove
from provisioning.state import PREFIX
from provisioning.store import CURRENT
from tests.proof.crash.flows import is_unfinished

if TYPE_CHECKING:
    from tests.proof.crash.flows import Seller

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
#: State tags that hold a time or a digest: only that they are there can be compared.
_DIFFERS = frozenset({"proven", "consented", "fingerprint", "client", "partner", "stores", "reminded"})


@dataclass(frozen=True)
class State:
    """A secret as far as two runs can be compared: labels with what lies under them, tags, and how it rotates."""

    labels: dict[str, str]
    tags: dict[str, str]
    rotation: tuple[bool, str]


def state_of(seller: Seller) -> State:
    """Read a seller's secret."""
    told = seller.lane.secrets.describe_secret(SecretId=seller.arn)
    versions = told.get("VersionIdsToStages", {})
    labels = {_UUID.sub("*", label): _described(seller, version) for version, on in versions.items() for label in on}
    tags = {tag["Key"].removeprefix(PREFIX): tag["Value"] for tag in told["Tags"] if tag["Key"].startswith(PREFIX)}
    compared = {name: "there" if name in _DIFFERS else _app(seller, value) for name, value in tags.items() if value}
    rules = told.get("RotationRules", {}).get("ScheduleExpression", "")
    return State(labels, compared, (told.get("RotationEnabled", False), rules))


def faults_of(seller: Seller) -> list[str]:
    """Say what is wrong whatever the flow: AWSCURRENT does not work, something is stuck, somebody is reminded twice."""
    partner = seller.row.selling_partner_id
    notices = sum(each.selling_partner_id == partner for each in seller.lane.bench.amazon.notices.all())
    stuck = ["AWSPENDING is stuck"] if is_unfinished(seller) else []
    return [*_unreadable(seller), *stuck, *([f"reminded {notices} times"] if notices > 1 else [])]


def _unreadable(seller: Seller) -> list[str]:
    try:
        credential = Credential.from_json(_text(seller, VersionStage=CURRENT))
        bench = seller.lane.bench.environment()
        prove(Amazon(Endpoints.from_environment(bench)), credential, {credential.marketplace_id})
    except seller.lane.secrets.exceptions.ResourceNotFoundException:
        return ["AWSCURRENT is not there"]
    except SellerkeysError as error:
        return [f"AWSCURRENT does not work: {error}"]
    return []


def _described(seller: Seller, version: str) -> str:
    """Say what a version holds in words: whose token, which application; never a value."""
    try:
        text = _text(seller, VersionId=version)
    except seller.lane.secrets.exceptions.ResourceNotFoundException:
        return "nothing"
    try:
        credential = Credential.from_json(text)
    except MalformedPayload:
        return f"offer of {_token(seller, Offer.from_json(text).refresh_token)}"
    return f"credential with {_token(seller, credential.refresh_token)}, {_app(seller, credential.app_version)}"


def _token(seller: Seller, token: str | None) -> str:
    if token in seller.tokens:
        return f"token {seller.tokens.index(token) + 1} of those handed in"
    return "the token Amazon changed it to" if token else "no token"


def _app(seller: Seller, version: str) -> str:
    return "newest application" if version == seller.lane.app_version else _UUID.sub("*", version)


def _text(seller: Seller, **which: Any) -> str:
    return str(seller.lane.secrets.get_secret_value(SecretId=seller.arn, **which)["SecretString"])
