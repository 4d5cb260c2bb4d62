"""AWS's Signature Version 4, checked as a service does; pure (SigV4, "Create a signed AWS API request")."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request's Authorization header says: whose keys signed it, for what, and over which headers."""

    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it arrived: the path with its query, the names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def read(authorization: str) -> Signature | None:
    """Read the header; None where it is no signature of version 4."""
    found = _HEADER.fullmatch(authorization)
    if found is None:
        return None
    headers = tuple(found["headers"].split(";"))
    return Signature(found["key"], found["date"], found["region"], found["service"], headers, found["signature"])


def holds(signature: Signature, secret: str, sent: Sent) -> bool:
    """Say whether `secret` signed this very request."""
    method, headers, body = sent.method, sent.headers, sent.body
    plain, _, query = sent.path.partition("?")
    named = "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signature.headers)
    digest = headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()
    if digest != "UNSIGNED-PAYLOAD" and digest != hashlib.sha256(body).hexdigest():
        return False
    canonical = "\n".join((method, quote(plain, safe="/~"), _sorted(query), named, ";".join(signature.headers), digest))
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    stamp = headers.get("x-amz-date", "")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    made = hmac.new(_key(secret, signature.date, signature.region, signature.service), text.encode(), hashlib.sha256)
    return stamp.startswith(signature.date) and hmac.compare_digest(made.hexdigest(), signature.given)


def _sorted(query: str) -> str:
    pairs = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    return "&".join(f"{name}={value}" for name, value in pairs)


@functools.lru_cache(maxsize=4096)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
