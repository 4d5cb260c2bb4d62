"""A rotation function that does what aws.md 2.2 asks at the least; the deployment's variables make it talk or fail.

RECORD: a file that gets each event. FAILS_AT: a step that raises, as long as the file MENDED does not exist.
"""

import json
import os
from pathlib import Path

import boto3

client = boto3.client("secretsmanager")


def handler(event: dict[str, str], _context: object) -> None:
    """Make a value in createSecret, move AWSCURRENT to it in finishSecret."""
    if "RECORD" in os.environ:
        with Path(os.environ["RECORD"]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(event) + "\n")
    if event["Step"] == os.environ.get("FAILS_AT") and not Path(os.environ["MENDED"]).exists():
        raise RuntimeError("the provider is down")
    if event["Step"] == "createSecret":
        create(event["SecretId"], event["ClientRequestToken"])
    if event["Step"] == "finishSecret":
        finish(event["SecretId"], event["ClientRequestToken"])


def create(secret: str, token: str) -> None:
    """Put a value on the pending version unless it has one."""
    try:
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=f"PLACEHOLDER {token}", VersionStages=["AWSPENDING"]
        )


def finish(secret: str, token: str) -> None:
    """Move AWSCURRENT from the version that has it."""
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )
