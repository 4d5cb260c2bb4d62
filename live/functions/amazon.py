"""A stand-in for Amazon behind a function's URL: it accepts every credential, and takes none; only for `make live`.

Login with Amazon's token, the marketplaces of one European seller, and the grantless call that proves an application.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

_SELLERS = "/sellers/v1/marketplaceParticipations"
_DESTINATIONS = "/notifications/v1/destinations"
_PARTICIPATION = {
    "marketplace": {"id": "A1PA6795UKMFR9", "name": "Amazon.de", "countryCode": "DE"},
    "participation": {"isParticipating": True, "hasSuspendedListings": False},
    "storeName": "sellerkeys live test",
}


def handle(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Answer one request (Lambda's guide, "Invoking function URLs", payload 2.0)."""
    path = event["rawPath"]
    if path == "/auth/o2/token":
        return _told(200, _token(event))
    if not event["headers"].get("x-amz-access-token"):
        return _told(403, {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied."}]})
    if path.endswith(_SELLERS):
        return _told(200, {"payload": [_PARTICIPATION]})
    if path.endswith(_DESTINATIONS):
        return _told(200, {"payload": []})
    return _told(404, {"errors": [{"code": "NotFound", "message": "the stand-in knows no such call"}]})


def _token(event: dict[str, Any]) -> dict[str, Any]:
    body = event.get("body") or ""
    form = parse_qs(base64.b64decode(body).decode() if event.get("isBase64Encoded") else body)
    told: dict[str, Any] = {"access_token": "Atza|PLACEHOLDER-LIVE", "token_type": "bearer", "expires_in": 3600}
    return told | ({"refresh_token": form["refresh_token"][0]} if "refresh_token" in form else {})


def _told(status: int, document: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(document)}
