"""The search of test_demo.py finds a leak: one is planted in each channel, through the channel itself."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

import boto3
import pytest
from pulumi import automation, export

from local import running
from local.amazon.issuing import AdminClient, issue
from local.demo.account import Account
from local.demo.recording import Recording
from local.engine.attach import attached
from provisioning.roster import parse
from tests.end_to_end.canaries import Sighting, planted, search

if TYPE_CHECKING:
    from pathlib import Path

    from local.bench import Bench

ROSTER = "seller,region,marketplaces\nberlin-books,EU,DE\n"
HANDLER = """
import os
def leak(event, context):
    if event["how"] == "log":
        print("composed", event["value"])
    else:
        raise ValueError("cannot use " + event["value"])
"""


@pytest.fixture(scope="module")
def value(bench: Bench) -> str:
    """A refresh token that the stand-in issued for this bench."""
    issue(AdminClient(bench.amazon.url), parse(ROSTER, "roster"), bench.home.folder / "issued")
    return planted(bench.home.folder / "issued")[1]


@pytest.fixture
def records(bench: Bench) -> Recording:
    """What the demo keeps of its commands."""
    return Recording(bench.home.folder / "records")


def found(bench: Bench) -> set[str]:
    """Where the search sees a value, and then whatever is there is removed."""
    issued = bench.home.folder / "issued"
    sightings: list[Sighting] = search(bench.home.folder, planted(issued), but_not=issued)
    where = {sighting.where for sighting in sightings}
    for name in where:
        (bench.home.folder / name).unlink()
    return where


def test_nothing_planted(bench: Bench, value: str) -> None:
    """Before anything leaks, nothing is found."""
    assert value.startswith("Atzr|")
    assert found(bench) == set()


def test_output(bench: Bench, records: Recording, value: str) -> None:
    """A command that prints a value is seen in its output."""
    file = bench.home.folder / "issued" / "sellers.csv"
    records.run("leak", ["cat", str(file)], dict(os.environ), bench.home.folder)

    assert value
    assert found(bench) == {"records/01-leak.out"}


def test_argv(bench: Bench, records: Recording, value: str) -> None:
    """A value on a command line is seen."""
    records.run("quiet", ["true", f"--refresh-token={value}"], dict(os.environ), bench.home.folder)

    assert found(bench) == {"records/argv.txt"}


@pytest.mark.parametrize(
    ("how", "where"),
    [
        ("log", {"logs/leak.log"}),
        ("raise", {"logs/leak.log", "logs/leak.errors.log"}),
    ],
    ids=["log", "error body"],
)
def test_function(bench: Bench, value: str, how: str, where: set[str]) -> None:
    """A function that logs a value, or raises an error whose text holds one, is seen."""
    client = boto3.client("lambda", **_connection(bench))
    with io.BytesIO() as content:
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("leaky.py", HANDLER)
        code = content.getvalue()
    arn = "arn:aws:iam::123456789012:role/sellerkeys-fn.dev.leak"
    _role(bench)
    client.create_function(
        FunctionName="leak", Runtime="python3.13", Role=arn, Handler="leaky.leak", Code={"ZipFile": code}
    )
    client.invoke(FunctionName="leak", Payload=json.dumps({"how": how, "value": value}))
    client.delete_function(FunctionName="leak")

    assert found(bench) == where


def test_tag(bench: Bench, records: Recording, value: str) -> None:
    """A value in a tag is seen."""
    client = boto3.client("secretsmanager", **_connection(bench))
    client.create_secret(Name="sellerkeys/dev/leak", Tags=[{"Key": "sellerkeys-state:fingerprint", "Value": value}])
    records.keep("secrets", Account("dev", bench.environment()).all_secrets())

    assert found(bench) == {"records/secrets.json"}


def test_state(bench: Bench, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that exports a value leaves it in Pulumi's state, which is seen."""
    environment = running.environment(os.environ, bench.environment())
    with attached(environment, bench.home.folder) as pulumi:
        monkeypatch.setenv("PATH", pulumi["PATH"])
        automation.create_stack(
            stack_name="leak",
            project_name="leaky",
            program=lambda: export("token", value),
            opts=automation.LocalWorkspaceOptions(work_dir=str(tmp_path), env_vars={**environment, **pulumi}),
        ).up()

    assert any(where.endswith("stacks/leaky/leak.json") for where in found(bench))


def _connection(bench: Bench) -> dict[str, str]:
    environment = bench.environment()
    return {
        "endpoint_url": environment["AWS_ENDPOINT_URL"],
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        "region_name": environment["AWS_REGION"],
    }


def _role(bench: Bench) -> None:
    iam = boto3.client("iam", **_connection(bench))
    if not iam.list_roles()["Roles"]:
        iam.create_role(RoleName="sellerkeys-fn.dev.leak", AssumeRolePolicyDocument="{}")
