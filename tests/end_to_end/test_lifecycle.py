"""The Pulumi program and the command line together, on the bench: up, onboard, destroy, and what each says."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra.policies.attach import DEV, files
from proving.live import Live
from provisioning import roster
from provisioning.auditing.drift import drift
from provisioning.fleet import Fleet
from provisioning.settings import from_config
from provisioning.stack_file import own_keys
from provisioning.store import Store
from scripts.auditor import auditor_of
from tests.end_to_end.by_hand import Hands
from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import PATIENCE, Project, declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.actors import Actors
    from local.bench import Bench

ROSTER = """\
seller,region,marketplaces
berlin,EU,DE
"""
LATER = "seller,region,marketplaces\nosaka,FE,JP\n"
SECRET = "sellerkeys/dev/sellers/berlin/sp-api"


@pytest.fixture(scope="module")
def project(bench: Bench, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A fleet of one seller, declared, with a shared application that is set."""
    folder = tmp_path_factory.mktemp("project")
    with declared(bench, actors, folder, ROSTER, later=LATER.partition("\n")[2]) as project:
        yield project


@pytest.fixture(scope="module")
def credentials(project: Project) -> dict[str, Path]:
    """A file of credentials for each seller."""
    header, *rows = (project.folder / "issued" / "sellers.csv").read_text(encoding="utf-8").splitlines()
    files = {}
    for row in rows:
        seller = row.partition(",")[0]
        files[seller] = project.folder / "issued" / f"{seller}.csv"
        files[seller].write_text(f"{header}\n{row}\n", encoding="utf-8")
    return files


def test_preview_and_refresh_find_nothing(project: Project) -> None:
    """After `up`, `preview` and `refresh` find nothing to change."""
    preview = project.pulumi("preview", "--stack", "dev", "--expect-no-changes")
    refresh = project.pulumi("refresh", "--yes", "--stack", "dev", "--expect-no-changes")

    assert (preview.returncode, refresh.returncode) == (0, 0), preview.stdout + refresh.stdout


def test_a_bad_row_fails_the_preview(project: Project) -> None:
    """A bad roster row fails the preview with file, row and column, and no traceback."""
    roster = project.folder / "rosters" / "dev.csv"
    roster.write_text(ROSTER + "tokyo,FE,DE\n", encoding="utf-8")

    failed = project.pulumi("preview", "--stack", "dev")
    roster.write_text(ROSTER, encoding="utf-8")

    assert failed.returncode != 0
    assert "rosters/dev.csv, row 3, column marketplaces: DE belongs to EU, but region is FE" in failed.stdout
    assert "Traceback" not in failed.stdout


def test_one_command_for_scripted_onboarding(project: Project, credentials: dict[str, Path]) -> None:
    """`onboard --up` adds a seller to the roster, declares it, and onboards it."""
    (project.folder / "later.csv").write_text(LATER, encoding="utf-8")

    done = project.sellerkeys(
        "on-call", "onboard", str(credentials["osaka"]), "--up", "--yes", "--from-roster", "later.csv"
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "SELLER  RESULT     ROW  DETAIL",
        "osaka   onboarded  2    proven for JP; rotating",
        "",
        "1 seller: 1 onboarded",
    ]
    assert "osaka,FE,JP" in (project.folder / "rosters" / "dev.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("actor", ["onboarder", "on-call"])
def test_a_rotating_seller_leaves_and_comes_back(actor: str, project: Project, bench: Bench) -> None:
    """His rotation ends, `up` would delete his secret, and within the window it comes back and rotates again."""
    secrets = client_of(project, bench, "deployer")("secretsmanager")
    name = SECRET.replace("berlin", "osaka")
    roster_file = project.folder / "rosters" / "dev.csv"
    before = roster_file.read_text(encoding="utf-8")
    roster_file.write_text("seller,region,marketplaces,status\nberlin,EU,DE,\nosaka,FE,JP,\n", encoding="utf-8")
    left = project.sellerkeys(actor, "offboard", "osaka")
    is_rotating = secrets.describe_secret(SecretId=name).get("RotationEnabled", False)
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    back = project.sellerkeys(actor, "offboard", "osaka", "--undo")
    assert bench.aws.wait_idle(PATIENCE)
    told = secrets.describe_secret(SecretId=name)
    roster_file.write_text(before, encoding="utf-8")

    assert (left.returncode, is_rotating) == (0, False), left.stdout + left.stderr
    assert (back.returncode, told.get("DeletedDate"), told["RotationEnabled"]) == (0, None, True), back.stdout


def test_an_auditor_proves_what_is_deployed(project: Project, bench: Bench) -> None:
    """Nothing differs after `up`; a document of each kind, changed by hand, is named, and nothing else is.

    Twice with the solver on what is really deployed, which takes most of its time.
    """
    hands = Hands(bench.environment(), "berlin")
    clean = proven(project)
    named = {}
    for change in hands.changes():
        with change.made():
            named[change.said] = differing(project, bench)
    with ExitStack() as all_made:
        for change in hands.changes():
            all_made.enter_context(change.made())
        changed = proven(project)

    assert (clean["returncode"], clean["changed_by_hand"], clean["against_the_design"]) == (0, [], [])
    assert [claim["claim"] for claim in clean["claims"] if not claim["proven"]] == []
    assert len(named) == 14
    assert {said: (len(lines), lines[0].startswith(said)) for said, lines in named.items()} == dict.fromkeys(
        named, (1, True)
    )
    assert (changed["returncode"], len(changed["changed_by_hand"])) == (1, len(named))
    assert any("policies and code" in line for line in changed["not_looked_at"])
    broken = " ".join(claim["claim"] for claim in changed["claims"] if not claim["proven"])
    # Secrets, queues and the topic keep a guest of the account out all the same: their denials, or his own policies.
    parts = ("berlin: ", "the key: ", "the sqs key: ", "the key of what waits: ")
    assert [part for part in parts if part not in broken] == []
    assert differing(project, bench) == ()


def proven(project: Project) -> dict[str, Any]:
    """What `prove --live` says to an auditor, and its exit code."""
    done = project.sellerkeys("auditor", "--output", "json", "prove", "--live")
    assert done.stdout, done.stderr
    return {**json.loads(done.stdout), "returncode": done.returncode}


def client_of(project: Project, bench: Bench, actor: str) -> Callable[[str], Any]:
    """What makes boto3 clients of an actor."""
    variables = bench.environment() | project.actors.keys(actor)
    aws = boto3.Session(
        variables["AWS_ACCESS_KEY_ID"],
        variables["AWS_SECRET_ACCESS_KEY"],
        variables["AWS_SESSION_TOKEN"],
        region_name=variables["AWS_REGION"],
    )
    return lambda name: aws.client(name, endpoint_url=variables["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]


def differing(project: Project, bench: Bench) -> tuple[str, ...]:
    """What an auditor finds to differ from what is declared, without the proof, which takes its time."""
    client = client_of(project, bench, "auditor")
    told = from_config(own_keys(project.folder / "Pulumi.dev.yaml"), "Pulumi.dev.yaml")
    fleet = Fleet("dev", told, tuple(roster.read(project.folder / "rosters" / "dev.csv")))
    account = auditor_of(Store(client("secretsmanager")), client).look(fleet)
    return drift(account, Live(account).declared())


def test_a_deployer_changes_everything_that_a_configuration_can(project: Project, bench: Bench) -> None:
    """By `sellerkeys up`, under docs/policies/deployer.json: one more on call, consumers told, other code; and back."""
    path, module = project.folder / "Pulumi.dev.yaml", project.folder / "provisioning" / "naming.py"
    told, code = path.read_text(encoding="utf-8"), module.read_text(encoding="utf-8")
    role = "    - arn:aws:iam::123456789012:role/sellerkeys-on-call"
    changed = told.replace(role, f"{role}\n{role}-at-night").replace("contact: ", "contact: night-")
    changed = changed.replace("  sellerkeys:rotation", "  sellerkeys:events: true\n  sellerkeys:rotation")
    path.write_text(changed, encoding="utf-8")
    module.write_text(f"{code}\n# A change that does nothing.\n", encoding="utf-8")
    there = project.sellerkeys("deployer", "up")
    path.write_text(told, encoding="utf-8")
    module.write_text(code, encoding="utf-8")
    back = project.sellerkeys("deployer", "up")

    assert changed != told
    assert (there.returncode, "updated" in there.stdout) == (0, True), there.stdout + there.stderr
    assert (back.returncode, "updated" in back.stdout) == (0, True), back.stdout + back.stderr
    assert lacking(bench) == []


def test_destroyed_and_onboarded_again(project: Project, credentials: dict[str, Path], bench: Bench) -> None:
    """Destroying a disposable stack leaves secrets in their recovery window, and onboarding says how to go on."""
    assert project.sellerkeys("on-call", "onboard", str(credentials["berlin"])).returncode == 0
    # A rotation's trial that still ran while its role's policy went would be denied, and rightly so.
    assert bench.aws.wait_idle(PATIENCE)

    destroyed = project.pulumi("destroy", "--yes", "--stack", "dev")
    again = project.sellerkeys("on-call", "onboard", str(credentials["berlin"]))
    up = project.pulumi("up", "--yes", "--stack", "dev")

    assert destroyed.returncode == 0, destroyed.stdout
    assert again.returncode == 3
    assert f"secret {SECRET} is scheduled for deletion on " in again.stdout
    assert f"`aws secretsmanager restore-secret --secret-id {SECRET}`" in again.stdout
    assert up.returncode != 0
    assert "already scheduled for deletion" in up.stdout


def test_an_auditor_collects_the_evidence(project: Project) -> None:
    """Under a role of his own, which reads no value and changes nothing; here of a fleet that is being deleted."""
    sellerkeys = str(Path(sys.executable).with_name("sellerkeys"))
    done = project.run("auditor", sellerkeys, "evidence", str(project.folder / "evidence"))

    assert done.returncode == 1
    assert "wrote" in done.stderr
    assert sorted(path.name for path in (project.folder / "evidence").iterdir()) == ["evidence.html", "evidence.json"]


@pytest.mark.usefixtures("project")
def test_nobody_lacked_a_permission(bench: Bench) -> None:
    """In all of the above: the deployer in making, changing and deleting, and whoever is on call."""
    assert lacking(bench) == []


def test_a_protected_stack_refuses(project: Project, bench: Bench) -> None:
    """Without `disposable` the secrets and the key cannot be destroyed; another fleet has another deployer."""
    settings = (project.folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    kept = [line for line in settings.splitlines() if "disposable" not in line]
    (project.folder / "Pulumi.prod.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert project.run("deployer", "pulumi", "stack", "init", "prod").returncode == 0
    denied = project.pulumi("up", "--yes", "--stack", "prod")
    tried = lacking(bench)
    project.actors.attach_to("deployer", files(replace(DEV, base="prod"))["deployer.json"])
    up = project.pulumi("up", "--yes", "--stack", "prod")

    refused = project.pulumi("destroy", "--yes", "--stack", "prod")

    assert (denied.returncode != 0, lacking(bench) == tried) == (True, True)
    # Which of them Pulumi comes to before it gives up is its own affair.
    errors = [line for line in denied.stdout.splitlines() if line.strip().startswith("error: creating ")]
    assert errors
    assert all("sellerkeys-deployer/deployer is not authorized to perform: " in line for line in errors), errors
    assert up.returncode == 0, up.stdout
    assert refused.returncode != 0
    assert "cannot be deleted" in refused.stdout
    assert "protect" in refused.stdout
