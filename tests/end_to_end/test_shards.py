"""Several stacks with the real engine, under the deployer's and the onboarder's own roles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import running
from local.engine.attach import attached
from tests.end_to_end.conftest import PROJECT, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.actors import Actors
    from local.bench import Bench

ROSTER = """\
seller,region,marketplaces,status,shard
maple,NA,US,,
berlin,EU,DE,,s00
oslo,EU,SE,,s00
kyoto,FE,JP,,s01
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own, whose secrets are protected."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("infra", "provisioning", "docs", "Pulumi.yaml"):
        (folder / name).symlink_to(PROJECT / name)
    told = (PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(told.replace('  sellerkeys:disposable: "true"\n', ""), encoding="utf-8")
    (folder / "rosters").mkdir()
    (folder / "rosters" / "dev.csv").write_text(ROSTER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(
    bench: Bench, actors: Actors, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Run a command of the virtual environment as somebody."""
    plain = running.environment(os.environ, bench.environment())
    with attached(plain | actors.keys("deployer"), tmp_path_factory.mktemp("home")) as pulumi:

        def command(who: str, *argv: str) -> subprocess.CompletedProcess[str]:
            program = str(Path(sys.executable).with_name(argv[0])) if argv[0] == "sellerkeys" else argv[0]
            variables = plain | pulumi | actors.keys(who)
            return subprocess.run(
                [program, *argv[1:]], cwd=project, env=variables, capture_output=True, text=True, check=False
            )

        yield command


def up(run: Callable[..., subprocess.CompletedProcess[str]], *options: str) -> dict[str, dict[str, Any]]:
    """Run `up` as the deployer; gives what became of each stack."""
    done = run("deployer", "sellerkeys", "--output", "json", "up", *options)
    assert done.stdout, done.stderr
    return {each["stack"]: each for each in json.loads(done.stdout)["stacks"]}


def results(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Give each stack's result."""
    return {stack: each["result"] for stack, each in found.items()}


def test_a_fleet_of_three_stacks_lives_and_a_seller_leaves_and_comes_back(
    bench: Bench, run: Callable[..., subprocess.CompletedProcess[str]], project: Path
) -> None:
    """Made, left alone, by hand, offboarded, brought back: with the real engine, and nobody lacks a permission.

    One test of a minute, because only the real engine shows that its history, protection and import do as we think.
    """
    roster = project / "rosters" / "dev.csv"
    keys = bench.environment()
    aws = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=keys["AWS_REGION"])
    secrets = aws.client("secretsmanager", endpoint_url=keys["AWS_ENDPOINT_URL"])

    def berlin() -> dict[str, Any]:
        return dict(secrets.describe_secret(SecretId="sellerkeys/dev/sellers/berlin/sp-api"))

    assert results(up(run)) == {"dev": "made", "dev-s00": "made", "dev-s01": "made"}
    arn = berlin()["ARN"]
    assert results(up(run)) == {"dev": "unchanged", "dev-s00": "unchanged", "dev-s01": "unchanged"}
    by_hand = run("deployer", "pulumi", "preview", "--stack", "dev-s01", "--expect-no-changes", "--color", "never")
    assert by_hand.returncode == 0, by_hand.stdout + by_hand.stderr

    roster.write_text(ROSTER.replace("berlin,EU,DE,,s00\n", ""), encoding="utf-8")
    assert "berlin: stack dev-s00 holds this seller and the roster does not" in up(run)["dev-s00"]["detail"]
    by_hand = run("deployer", "pulumi", "preview", "--stack", "dev-s00", "--color", "never")
    assert (by_hand.returncode, "berlin: stack dev-s00 holds this seller" in by_hand.stdout) == (255, True)
    roster.write_text(ROSTER, encoding="utf-8")

    assert run("onboarder", "sellerkeys", "offboard", "berlin").returncode == 0
    left = up(run)
    assert (results(left)["dev-s00"], left["dev-s00"]["gone"]) == ("updated", ["berlin"]), left
    assert "DeletedDate" in berlin()

    assert run("onboarder", "sellerkeys", "offboard", "berlin", "--undo").returncode == 0
    back = up(run)
    assert (results(back)["dev-s00"], back["dev-s00"]["made"]) == ("updated", ["berlin"]), back
    assert (berlin()["ARN"], "DeletedDate" in berlin()) == (arn, False)
    assert results(up(run)) == {"dev": "unchanged", "dev-s00": "unchanged", "dev-s01": "unchanged"}
    assert lacking(bench) == []
