"""`make live` on the bench: the whole run, what it says, and that it does nothing until it is told which account."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from live.account import CannotRun, principal
from live.questions import QUESTIONS
from local import running
from local.actors import variables
from local.aws.rotation import Retries
from local.aws.server import CREDENTIALS
from local.bench import REGION, Bench
from local.engine.attach import attached
from local.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    ],
}


def client(bench: Bench, service: str) -> Any:
    """Make a client with the account's own keys."""
    key, secret = CREDENTIALS.values()
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=bench.aws.url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def live(environment: Mapping[str, str], *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run it as `make live` does, in a folder of the test's."""
    return subprocess.run(
        [sys.executable, "-m", "live", *options],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench that tries a failing rotation again after a second."""
    with Bench(Home(tmp_path_factory.mktemp("bench")), retries=Retries(3, timedelta(seconds=1))) as bench:
        yield bench


@pytest.fixture(scope="module")
def administrator(bench: Bench) -> Iterator[dict[str, str]]:
    """The variables of a role that may do everything, for Pulumi too."""
    iam = client(bench, "iam")
    role = iam.create_role(RoleName="administrator", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="administrator", PolicyName="all", PolicyDocument=json.dumps(ALL))
    keys = client(bench, "sts").assume_role(RoleArn=role, RoleSessionName="live")["Credentials"]
    plain = running.environment(os.environ, bench.environment()) | variables(keys)
    with attached(plain, bench.home.folder) as pulumi:
        yield plain | pulumi


def test_it_explains_itself_and_touches_nothing(bench: Bench, administrator: dict[str, str], tmp_path: Path) -> None:
    """Without a number, or with another account's: what it would do, take and cost, and not one change."""
    before = bench.aws.guard.asked()

    asked = live(administrator, cwd=tmp_path)
    other = live(administrator | {"SELLERKEYS_LIVE": "210987654321"}, cwd=tmp_path)

    assert (asked.returncode, other.returncode) == (3, 5)
    assert "It has done nothing yet." in asked.stdout
    assert re.search(r"cost    about \$\d+\.\d\d: 7 secrets", asked.stdout)
    assert f"these keys are for account {ACCOUNT}, not for 210987654321: nothing was done" in other.stderr
    assert bench.aws.guard.asked() - before <= 2  # who is asking, and which role that is
    assert list(tmp_path.iterdir()) == []


def test_who_runs_it() -> None:
    """A session is its role, with the role's path; root is refused, for it can become nobody."""
    session, user = f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me", f"arn:aws:iam::{ACCOUNT}:user/me"

    assert principal(session, lambda name: f"role/path/{name}") == "role/path/admin"
    assert principal(user, str) == user
    with pytest.raises(CannotRun, match="not as its root"):
        principal(f"arn:aws:iam::{ACCOUNT}:root", str)


def test_a_whole_run(bench: Bench, administrator: dict[str, str], tmp_path: Path) -> None:
    """Declared, onboarded at the stand-in, rotated, asked, destroyed: every step, every question, what is left."""
    ran = live(
        administrator | {"SELLERKEYS_LIVE": ACCOUNT}, "--watch", "6", "--patience", "20", "--pause", "0.3", cwd=tmp_path
    )
    said = ran.stdout + ran.stderr

    assert ran.returncode == 0, said
    assert "the product: every step done" in said
    verdicts = re.findall(r"^(\d)\. .*\n   assumed: .*\n   seen:    (.*)\n   (\S.*)$", said, re.MULTILINE)
    assert [int(number) for number, _, _ in verdicts] == [question.number for question in QUESTIONS]
    # The bench has no Service Quotas, as it says itself; all else it answers as the product takes for granted.
    assert [verdict for _, _, verdict in verdicts] == ["agrees"] * 7 + ["not answered"]
    assert "STILL THERE" not in said
    assert re.search(r"secret sellerkeys/live-[0-9a-f]{5}/app: AWS deletes it by itself, within seven days", said)
    assert [role["RoleName"] for role in client(bench, "iam").list_roles()["Roles"]] == ["administrator"]
    assert list((tmp_path / ".live").iterdir()) == []


def test_a_run_that_fails_cleans_up(administrator: dict[str, str], tmp_path: Path) -> None:
    """An engine that is out of order: the step is named, what could not be destroyed too; the next one cleans up."""
    tools = tmp_path / "tools"
    tools.mkdir()
    engine = tools / "pulumi"
    engine.write_text("#!/bin/sh\necho out of order >&2\nexit 9\n", encoding="utf-8")
    engine.chmod(0o755)
    told = administrator | {"SELLERKEYS_LIVE": ACCOUNT}
    quick = ("--watch", "1", "--patience", "5", "--pause", "0.2")

    failed = live(told | {"PATH": f"{tools}:{administrator['PATH']}"}, *quick, cwd=tmp_path)
    (base,) = (path.name for path in (tmp_path / ".live").iterdir())
    cleaned = live(told, *quick, "--clean", base, cwd=tmp_path)

    assert failed.returncode == 1
    assert "the product: FAILED at: pulumi up" in failed.stdout
    assert f"run `pulumi destroy --stack {base}` in" in failed.stdout
    assert "is kept for another try" in failed.stdout
    assert (cleaned.returncode, "STILL THERE" in cleaned.stdout) == (0, False), cleaned.stdout + cleaned.stderr
    assert list((tmp_path / ".live").iterdir()) == []
