"""Credentials that other tools hold come to a declared fleet, with the real engine and everybody's own role."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import boto3

from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import declared

if TYPE_CHECKING:
    from pathlib import Path

    from local.actors import Actors
    from local.bench import Bench

ROSTER = "seller,region,marketplaces,selling_partner_id\nmaple,NA,US,\n"
#: Whom other tools hold; issued by the bench's Amazon, and not in our roster.
OLD = "roma,EU,IT,A0PLACEHOLDERRM\noslo,EU,SE,\nkyoto,FE,JP,\n"


def test_from_three_places_to_rotating_sellers(bench: Bench, actors: Actors, tmp_path: Path) -> None:
    """A secret of Amazon's sample, one of saleweaver's and a folder of .env files, by `adopt`, `up` and `adopt`.

    The onboarder may not read what is not ours, so that an AWS profile of the old tools' owner reads it. The old ones
    stay as they were.
    """
    keys = bench.environment()
    client = boto3.client(
        "secretsmanager",
        endpoint_url=keys["AWS_ENDPOINT_URL"],
        region_name=keys["AWS_REGION"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    secrets: Any = client
    with declared(bench, actors, tmp_path / "project", ROSTER, later=OLD) as project:
        issued = project.folder / "issued"
        with (issued / "sellers.csv").open(encoding="utf-8", newline="") as file:
            tokens = {row["seller"]: row["refresh_token"] for row in csv.DictReader(file)}
        shared = (project.client_id, (issued / "client-secret.txt").read_text(encoding="utf-8").strip())
        sample = dict(zip(("clientId", "clientSecret", "refreshToken"), (*shared, tokens["roma"]), strict=True))
        names = {
            "SPAPIAppCredentials-A0PLACEHOLDERRM-x1": sample | {"regionCode": "EU", "marketplaceId": "APJ6JRA9NG5V4"},
            "old/oslo": dict(
                zip(("LWA_APP_ID", "LWA_CLIENT_SECRET", "SP_API_REFRESH_TOKEN"), (*shared, tokens["oslo"]), strict=True)
            ),
        }
        for name, value in names.items():
            secrets.create_secret(Name=name, SecretString=json.dumps(value))
        (project.folder / "old").mkdir()
        (project.folder / "old" / "kyoto.env").write_text(
            f"LWA_APP_ID={shared[0]}\nLWA_CLIENT_SECRET={shared[1]}\nSP_API_REFRESH_TOKEN={tokens['kyoto']}\n"
        )
        profile = project.folder / "aws-config"
        profile.write_text(
            f"[profile old-tools]\naws_access_key_id={keys['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key={keys['AWS_SECRET_ACCESS_KEY']}\n"
        )
        project.environment["AWS_CONFIG_FILE"] = str(profile)

        def adopt() -> str:
            places = ("--notifications", "--secret", "old/oslo", "--env", "old", "--from-profile", "old-tools")
            done = project.sellerkeys("onboarder", "adopt", *places, "--yes")
            assert "Traceback" not in done.stderr
            return done.stdout.splitlines()[-1] if done.stdout else done.stderr

        assert adopt() == "3 sellers: 3 waiting"
        up = project.sellerkeys("deployer", "up")
        assert up.returncode == 0, up.stdout + up.stderr
        assert adopt() == "3 sellers: 3 onboarded"
        assert adopt() == "3 sellers: 3 unchanged"

        for seller in ("a0placeholderrm-eu", "oslo", "kyoto"):
            told = secrets.describe_secret(SecretId=f"sellerkeys/dev/sellers/{seller}/sp-api")
            assert told["RotationEnabled"]
        assert {name: json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]) for name in names} == names
    assert lacking(bench) == []
