"""amzn-sp-api, Amazon's own: from a file of `export --format official-python`, or from the secret by five lines."""

from __future__ import annotations

import json
import os
from pathlib import Path

import boto3
from spapi import SellersApi, SPAPIClient, SPAPIConfig

from clients.programs.loop import serve


def configured() -> SPAPIConfig:
    """Take the file if there is one, else the secret."""
    if file := os.environ.get("CREDENTIAL_FILE"):
        return SPAPIConfig(**json.loads(Path(file).read_text(encoding="utf-8")))
    value = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SP_API_AWS_SECRET_ID"])
    secret = json.loads(value["SecretString"])
    return SPAPIConfig(secret["clientId"], secret["clientSecret"], secret["refreshToken"], secret["regionCode"])


def call() -> list[str]:
    """Ask for the seller's marketplaces; the client fetches its token when it is made."""
    config = configured()
    base = os.environ["SP_API_BASE_URL"].replace("{region}", config.region.lower())
    client = SPAPIClient(config, oauth_endpoint=os.environ["SP_API_OAUTH_URL"], endpoint=base)
    answer = SellersApi(client.api_client).get_marketplace_participations()
    return [entry.marketplace.id for entry in answer.payload]


if __name__ == "__main__":
    serve(call)
