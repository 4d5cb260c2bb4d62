"""Payload format 2.0: an HTTP request as the event a function URL hands over, the function's answer as HTTP; pure.

After Lambda's guide, "Invoking Lambda function URLs", unless a line says otherwise.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from local.aws.functions.answer import Answer

#: The longest event and the longest answer of a synchronous invocation: 6 MB (Lambda's guide, "Lambda quotas").
LONGEST: Final = 6 * 1024 * 1024
#: What counts as text; a form, `application/x-www-form-urlencoded`, does not and comes in base64 (brefphp/bref#631).
_TEXT: Final = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True, slots=True)
class WebRequest:
    """What came in; `target` is path and query as they were sent, a header's name may occur more than once."""

    method: str
    target: str = field(repr=False)
    protocol: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    source_ip: str
    domain: str


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What goes out; `cookies` are whole Set-Cookie values, each a header of its own."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = field(default=(), repr=False)


def event(request: WebRequest, request_id: str, now: datetime) -> dict[str, Any]:
    """Write the event of a request that nobody signed."""
    path, _, query = request.target.partition("?")
    headers: dict[str, str] = {}
    for name, value in request.headers:
        # Of several with one name the values are joined with commas.
        headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    # The header stays beside the list (aws/aws-lambda-go#597, measured by its maintainers).
    cookies = [cookie.strip() for cookie in headers.get("cookie", "").split(";") if cookie.strip()]
    prefix = url_id(request.domain)
    context = {
        "accountId": "anonymous",
        "apiId": prefix,
        "domainName": request.domain,
        "domainPrefix": prefix,
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S %z"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": parameters} if parameters else {}),
        "requestContext": context,
        **_body(request.body, headers.get("content-type", "")),
    }


def url_id(domain: str) -> str:
    """Tell the id of a function URL: the first part of its host at AWS, host and port on the bench."""
    return domain.replace(".", "-").replace(":", "-")


def answer(given: Answer) -> WebAnswer:
    """Read what a function answered: an object with a `statusCode`, or anything else as the body of a 200.

    A failed function and an answer that does not fit are a 502; its body is not documented.
    """
    if given.error or len(given.payload) > LONGEST:
        return failure(502, "Internal Server Error", "InternalServerErrorException")
    try:
        return _read(json.loads(given.payload))
    except (ValueError, TypeError, AttributeError):
        return failure(502, "Internal Server Error", "InternalServerErrorException")


def failure(status: int, message: str, kind: str) -> WebAnswer:
    """Write an answer that is Lambda's own."""
    body = json.dumps({"Message": message}).encode()
    return WebAnswer(status, body, {"Content-Type": "application/json", "x-amzn-ErrorType": kind})


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if content_type.strip().lower().startswith(_TEXT):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _read(value: Any) -> WebAnswer:  # noqa: ANN401 - whatever the function made of it
    if not isinstance(value, dict) or "statusCode" not in value:
        text = value if isinstance(value, str) else json.dumps(value)
        return WebAnswer(200, text.encode(), {"Content-Type": "application/json"})
    status = int(value["statusCode"])
    if not 100 <= status <= 599:  # noqa: PLR2004 - what HTTP has
        raise ValueError("no HTTP status")
    headers = {str(name): str(item) for name, item in (value.get("headers") or {}).items()}
    if "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    text = "" if value.get("body") is None else value["body"]
    try:
        body = base64.b64decode(text, validate=True) if value.get("isBase64Encoded") else text.encode()
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return WebAnswer(status, body, headers, [str(cookie) for cookie in value.get("cookies") or ()])
