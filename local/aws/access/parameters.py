"""A request's parameters, whatever protocol it was written in; pure."""

from __future__ import annotations

import functools
import gzip
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.parsers import RpcV2CBORParser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.access.asked import Parameters
    from local.aws.access.signature import Sent
    from local.aws.faults.call import Call


def read(call: Call, sent: Sent) -> Parameters:
    """Read what a call was given; empty where its body cannot be read, which the service then refuses itself."""
    body = gzip.decompress(sent.body) if sent.headers.get("content-encoding") == "gzip" else sent.body
    if call.form == "query":
        return _nested(dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True)))
    if call.form == "cbor":
        parser = RpcV2CBORParser()
        found = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
        return found if isinstance(found, dict) else {}
    document = _json(body)
    if call.service != "lambda":
        return document
    plain, _, query = sent.path.partition("?")
    return {**document, **dict(parse_qsl(query)), **_labels(call.operation, sent.method, plain)}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """Put `Tags.member.1.Key` and its like into lists and objects."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        place, parts = root, [part for part in name.split(".") if part not in ("member", "entry")]
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                return {}
        place[parts[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:  # noqa: ANN401 - a text, an object, or a list of either
    if not isinstance(value, dict):
        return value
    made = {name: _listed(part) for name, part in value.items()}
    if made and all(name.isdigit() for name in made):
        return [made[name] for name in sorted(made, key=int)]
    return made


def _labels(operation: str, method: str, path: str) -> dict[str, str]:
    verb, pattern = _rest(operation)
    found = pattern.fullmatch(path) if verb == method else None
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else {}


@functools.cache
def _rest(operation: str) -> tuple[str, re.Pattern[str]]:
    http = botocore.session.get_session().get_service_model("lambda").operation_model(operation).http
    parts = re.split(r"\{([^}]+)\}", http["requestUri"].partition("?")[0])
    # Every second part is a label's name; a `+` behind it lets it hold slashes.
    pattern = "".join(
        (f"(?P<{part.rstrip('+')}>.+)" if part.endswith("+") else f"(?P<{part}>[^/]+)") if at % 2 else re.escape(part)
        for at, part in enumerate(parts)
    )
    return http["method"], re.compile(pattern)
