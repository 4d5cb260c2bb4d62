"""What the readers without an SP-API client of their own do with a credential: a token, then one call."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def marketplaces(secret: Mapping[str, str]) -> list[str]:
    """Log in with a secret's `clientId`, `clientSecret` and `refreshToken`, and ask for the seller's marketplaces."""
    base = os.environ["SP_API_BASE_URL"].replace("{region}", secret["regionCode"].lower())
    headers = {"x-amz-access-token": token(secret), "User-Agent": "sellerkeys-clients/1"}
    answer = _ask(f"{base}/sellers/v1/marketplaceParticipations", None, headers)
    return [entry["marketplace"]["id"] for entry in answer["payload"]]


def token(secret: Mapping[str, str]) -> str:
    """Log in; returns the access token."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": secret["refreshToken"],
        "client_id": secret["clientId"],
        "client_secret": secret["clientSecret"],
    }
    return str(_ask(os.environ["SP_API_OAUTH_URL"], urllib.parse.urlencode(form).encode(), {})["access_token"])


def _ask(url: str, data: bytes | None, headers: Mapping[str, str]) -> Any:  # noqa: ANN401  whatever was answered
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, data, dict(headers))  # noqa: S310  the bench's own address
    with opener.open(request, timeout=30) as answer:
        return json.loads(answer.read())
