"""What a command finds: the stack's files, AWS's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.amazon import Amazon, Endpoints
from provisioning.errors import Unreachable
from scripts.clients import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scripts.conftest import Desk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "config: [\n",
            "Pulumi.dev.yaml, line 2: this is not YAML (expected the node content, but found '<stream end>')",
        ),
        ("config:\n", "Pulumi.dev.yaml: has no `config:`"),
        ("- a\n", "Pulumi.dev.yaml: has no `config:`"),
        (
            (
                "config:\n  sellerkeys:regoin: eu-west-1\n  sellerkeys:region: eu-west-1\n  sellerkeys:roster: r.csv\n"
                "  sellerkeys:application: {kind: private, name: A, contact: a@b.c}\n"
            ),
            (
                "Pulumi.dev.yaml, sellerkeys:readers: is missing\n"
                "sellerkeys: Pulumi.dev.yaml, sellerkeys:onboarders: is missing\n"
                "sellerkeys: Pulumi.dev.yaml, sellerkeys:on_call: is missing\n"
                "sellerkeys: Pulumi.dev.yaml, sellerkeys:deployers: is missing\n"
                "sellerkeys: Pulumi.dev.yaml, sellerkeys:regoin: is no key of sellerkeys; check the spelling"
            ),
        ),
    ],
    ids=["yaml", "empty", "list", "keys"],
)
def test_a_stack_file_that_cannot_be_used(desk: Desk, text: str, said: str) -> None:
    """The file, the line or the key at fault are named."""
    (desk.folder / "Pulumi.dev.yaml").write_text(text)

    result = desk.run("roster", "list")

    assert (result.exit_code, result.output) == (2, f"sellerkeys: {said}\n")


def test_keys_of_others_are_left_alone(desk: Desk) -> None:
    """`pulumi:` and `aws:` keys belong to others."""
    with (desk.folder / "Pulumi.dev.yaml").open("a") as file:
        file.write("  pulumi:disable-default-providers: [aws]\n")

    assert desk.run("roster", "list").exit_code == 0


def test_a_missing_roster(desk: Desk) -> None:
    """The roster's path is told, and the command that makes one."""
    desk.roster.unlink()

    result = desk.run("status")

    assert (result.exit_code, result.output) == (
        2,
        f"sellerkeys: {desk.roster}: there is no such roster; `sellerkeys roster add` makes one\n",
    )


def test_the_stacks_region_is_where_aws_is_asked(desk: Desk) -> None:
    """The secrets are where the stack put them, whatever AWS_REGION says; only `--region` overrules."""
    asked = []

    def refuse(profile: str | None, region: str) -> object:
        asked.append((profile, region))
        raise Unreachable("not now")

    desk.outside = replace(desk.outside, secrets=refuse)

    desk.run("status")
    desk.run("--region", "us-east-1", "--profile", "ops", "status")

    assert asked == [(None, "eu-west-1"), ("ops", "us-east-1")]


def test_amazons_hosts_come_from_the_environment(desk: Desk) -> None:
    """The variables that Amazon's own tools use lead to another Amazon."""
    met: list[Endpoints] = []

    def amazon(endpoints: Endpoints) -> Amazon:
        met.append(endpoints)
        return Amazon(endpoints)

    desk.outside = replace(desk.outside, amazon=amazon)
    desk.outside = replace(
        desk.outside,
        environment={"SP_API_OAUTH_URL": "https://a.example/token", "SP_API_BASE_URL": "https://a.example/{region}"},
    )

    desk.run("onboard", "-", piped="seller,refresh_token\n")

    assert met == [Endpoints("https://a.example/token", "https://a.example/{region}")]


def test_an_amazon_that_cannot_be_used_is_told_before_a_secret_is_asked_for(desk: Desk) -> None:
    """A credential never goes over a network in clear, and nobody types one for nothing."""
    desk.outside = replace(desk.outside, environment={"SP_API_OAUTH_URL": "http://elsewhere.example/token"})

    result = desk.run("onboard", "--seller", "berlin", typed="")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: SP_API_OAUTH_URL has to be an https address, or an http one on this machine\n",
    )


@pytest.fixture
def no_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without any AWS setting."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_aws")
@pytest.mark.parametrize(
    ("settings", "argv", "said"),
    [
        ({}, (), "no AWS credentials were found: set AWS_PROFILE, or sign in, then run this again"),
        ({}, ("--profile", "ops"), "AWS profile ops is not configured: see `aws configure list-profiles`"),
        ({"AWS_PROFILE": "ops"}, (), "AWS profile ops is not configured: see `aws configure list-profiles`"),
        (
            {"AWS_ENDPOINT_URL": "nonsense"},
            (),
            "AWS's settings cannot be used (ValueError): check profile, keys, region and AWS_ENDPOINT_URL",
        ),
        (
            {},
            ("--region", "not a region"),
            "AWS's settings cannot be used (InvalidRegionError): check profile, keys, region and AWS_ENDPOINT_URL",
        ),
        (
            {"AWS_ACCESS_KEY_ID": "PLACEHOLDER", "AWS_SECRET_ACCESS_KEY": "PLACEHOLDER", "AWS_MAX_ATTEMPTS": "1"}
            | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            (),
            (
                "AWS could not be reached for DescribeSecret on sellerkeys/dev/app (EndpointConnectionError):"
                " run this again"
            ),
        ),
    ],
    ids=["no credentials", "profile", "profile by environment", "endpoint", "region", "nobody there"],
)
def test_problems_with_aws_are_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], argv: tuple[str, ...], said: str
) -> None:
    """With the real client: whatever is wrong with AWS's own settings is told, exit code 5."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    desk.outside = replace(desk.outside, secrets=connect)

    result = desk.run(*argv, "status")

    assert (result.exit_code, result.output) == (5, f"sellerkeys: {said}\n")


def test_the_program_runs_as_installed(desk: Desk) -> None:
    """Nothing injected: the entry point in a process of its own reads the current folder."""
    done = subprocess.run(
        [sys.executable, "-c", "from scripts.cli import main; main()", "--output", "json", "roster", "list"],
        cwd=desk.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr, done.stdout.count('"seller"')) == (0, "", 3)
