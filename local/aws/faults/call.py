"""Which operation of which service a request asks for, and of which secret; pure."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

import botocore.session

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_CBOR_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")
# AWS ends a secret's ARN with a hyphen and six characters of its own.
_SECRET_ARN = re.compile(r"arn:aws[\w-]*:secretsmanager:[^:]*:[^:]*:secret:(?P<name>.+?)(-[A-Za-z0-9]{6})?")
_REST = ("lambda", "scheduler")  # name their operations by method and path


@dataclass(frozen=True, slots=True)
class Call:
    """One request to AWS: the service's signing name, the operation as the API calls it, the secrets' names.

    `form` is the protocol, which an error has to be written in.
    """

    service: str
    operation: str
    region: str
    form: Literal["json", "query", "cbor"] = "json"
    secrets: frozenset[str] = frozenset()


def read(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | None:
    """Read a request; header names in lower case. None where no service of AWS is meant, as without a signature."""
    scope = _SCOPE.search(headers.get("authorization", ""))
    if scope is None:
        return None
    service, path = scope["service"], path.partition("?")[0]
    form: Literal["json", "query", "cbor"] = "json"
    if target := headers.get("x-amz-target"):
        operation = target.rpartition(".")[2]
    elif cbor := _CBOR_PATH.fullmatch(path):
        operation, form = cbor[1], "cbor"
    elif service in _REST:
        operation = _rest_operation(service, method, path)
    else:
        operation, form = dict(parse_qsl(body.decode("latin-1"))).get("Action", ""), "query"
    named = _secrets(body) if service == "secretsmanager" else frozenset()
    return Call(service, operation, scope["region"], form, named)


def secret_name(secret_id: str) -> str:
    """Name a secret given by name, ARN or ARN without its six characters."""
    arn = _SECRET_ARN.fullmatch(secret_id)
    return arn["name"] if arn else secret_id


def _secrets(body: bytes) -> frozenset[str]:
    try:
        document: Any = json.loads(body or b"{}")
    except ValueError:
        document = None
    given = document if isinstance(document, dict) else {}
    ids = [given.get("SecretId"), given.get("Name"), *given.get("SecretIdList", [])]
    return frozenset(secret_name(found) for found in ids if isinstance(found, str))


def _rest_operation(service: str, method: str, path: str) -> str:
    found = (name for verb, pattern, name in _rest_paths(service) if verb == method and pattern.fullmatch(path))
    return next(found, "")


@functools.cache
def _rest_paths(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    model = botocore.session.get_session().get_service_model(service)
    rows = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        parts = re.split(r"(\{[^}]+\})", http["requestUri"].partition("?")[0])
        pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
        rows.append((http["method"], re.compile(pattern), name))
    return rows
