"""Readers of single keys, by their documented rules (clients.md 2): ECS, CSI, chamber, external-secrets."""

from __future__ import annotations

import json
import os
import re

import boto3
import jmespath

from clients.programs.loop import serve
from clients.programs.plain import token

_WANTED = ("clientId", "clientSecret", "refreshToken")
_CHAMBER = re.compile(r"[\w\-.]+")


def ecs(text: str, key: str) -> str:
    """Take a top-level key of a JSON object, as `valueFrom: arn:json-key::` does."""
    return str(json.loads(text)[key])


def csi(text: str, key: str) -> str:
    """Take a `jmesPath`; a key that is no identifier would need quotes."""
    return str(jmespath.search(key, json.loads(text)))


def chamber(text: str, key: str) -> str:
    """Take a flat map of strings whose keys all match chamber's pattern."""
    flat = json.loads(text)
    if not all(isinstance(value, str) and _CHAMBER.fullmatch(name) for name, value in flat.items()):
        raise ValueError("chamber refuses a key or a value")
    return str(flat[key])


READERS = {"ecs": ecs, "csi": csi, "chamber": chamber, "external-secrets": ecs}


def call() -> list[str]:
    """Read the secret, pick the keys by the rule, log in; tells no marketplaces, for it asks for none."""
    value = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SP_API_AWS_SECRET_ID"])
    read = READERS[os.environ["READER"]]
    token({key: read(value["SecretString"], key) for key in _WANTED})
    return []


if __name__ == "__main__":
    serve(call)
