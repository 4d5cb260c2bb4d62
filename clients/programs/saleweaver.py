"""python-amazon-sp-api: from its seller's secret, its environment or its file, as the library itself finds them."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from sp_api.api import Sellers
from sp_api.auth import AccessTokenClient

from clients.programs.loop import serve

_LWA = urlsplit(os.environ["SP_API_OAUTH_URL"])
_REGIONS = {"us-east-1": "na", "eu-west-1": "eu", "us-west-2": "fe"}


class BenchLwa(AccessTokenClient):  # type: ignore[misc]  # the library has no types
    """LWA at the bench; against Amazon this class falls away."""

    scheme = f"{_LWA.scheme}://"
    host = _LWA.netloc
    path = _LWA.path


def call() -> list[str]:
    """Ask for the seller's marketplaces with a client made anew, whose caches are the library's own."""
    client = Sellers(auth_token_client_class=BenchLwa)
    client.endpoint = os.environ["SP_API_BASE_URL"].replace("{region}", _REGIONS[client.region])
    return [entry["marketplace"]["id"] for entry in client.get_marketplace_participation().payload]


if __name__ == "__main__":
    serve(call)
