"""An ERP worker with amzn-sp-api, Amazon's own client, which reads no secret store: five lines bridge the two.

Configured by the environment alone: `SP_API_AWS_SECRET_ID`, `SP_API_OAUTH_URL`, `SP_API_BASE_URL` and AWS's own names.
Prints one line of JSON: the seller's marketplace ids.
"""

from __future__ import annotations

import json
import os

import boto3
from spapi import SellersApi, SPAPIClient, SPAPIConfig


def main() -> None:
    """Ask for the seller's marketplaces and print their ids."""
    value = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SP_API_AWS_SECRET_ID"])
    secret = json.loads(value["SecretString"])
    base_url = os.environ["SP_API_BASE_URL"].replace("{region}", secret["SP_API_REGION"])
    config = SPAPIConfig(secret["clientId"], secret["clientSecret"], secret["refreshToken"], secret["regionCode"])
    client = SPAPIClient(config, oauth_endpoint=os.environ["SP_API_OAUTH_URL"], endpoint=base_url)

    answer = SellersApi(client.api_client).get_marketplace_participations()
    print(json.dumps({"marketplaces": [entry.marketplace.id for entry in answer.payload]}))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
