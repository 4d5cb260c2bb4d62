"""An ERP worker with python-amazon-sp-api, which reads its seller's secret itself.

Configured by the environment alone: `SP_API_AWS_SECRET_ID` and `SP_API_DEFAULT_MARKETPLACE` are the library's names,
AWS's are botocore's. `BenchLwa` and `endpoint` lead to the bench (building-blocks.md 4); against Amazon both fall away.
Prints one line of JSON: the seller's marketplace ids.
"""

from __future__ import annotations

import json
import os
from urllib.parse import urlsplit

from sp_api.api import Sellers
from sp_api.auth import AccessTokenClient

_LWA = urlsplit(os.environ["SP_API_OAUTH_URL"])
_SP_API_REGIONS = {"us-east-1": "na", "eu-west-1": "eu", "us-west-2": "fe"}


class BenchLwa(AccessTokenClient):  # type: ignore[misc] # the library has no types
    """LWA at the address of `SP_API_OAUTH_URL`."""

    scheme = f"{_LWA.scheme}://"
    host = _LWA.netloc
    path = _LWA.path


def main() -> None:
    """Ask for the seller's marketplaces and print their ids."""
    client = Sellers(auth_token_client_class=BenchLwa)
    client.endpoint = os.environ["SP_API_BASE_URL"].replace("{region}", _SP_API_REGIONS[client.region])
    payload = client.get_marketplace_participation().payload
    print(json.dumps({"marketplaces": [entry["marketplace"]["id"] for entry in payload]}))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
