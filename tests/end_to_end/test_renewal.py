"""A client secret's whole life on the bench: declared, subscribed, asked for, sent, proven, followed; by hand, too."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local import control
from local.demo.recording import tool
from provisioning import naming
from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import PATIENCE, PROJECT, onboard

if TYPE_CHECKING:
    from local.actors import Actors
    from local.bench import Bench


class Fleet:
    """The demo's fleet, and whoever is on call."""

    def __init__(self, bench: Bench, environment: dict[str, str], client_id: str) -> None:
        self.bench = bench
        self.client_id = client_id
        self._environment = environment

    def sellerkeys(self, *arguments: str) -> tuple[int, Any, str]:
        """Run a command as whoever is on call: its code, what it says as JSON, and what went wrong."""
        command = [tool("sellerkeys"), "--output", "json", "app", *arguments]
        done = subprocess.run(
            command, env=self._environment, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    def status(self) -> Any:
        """What `app status` says."""
        return self.sellerkeys("status")[1]

    def wait(self, **by: float) -> None:
        """Move the clock, and let happen what that makes due."""
        self.bench.clock.advance(timedelta(**by))
        assert self.bench.aws.wait_idle(PATIENCE)

    def console(self, method: str, path: str, **wanted: Any) -> Any:
        """Do something in Amazon's developer console."""
        return control.call(self.bench.amazon.url, method, f"/_bench/{path}", {"client_id": self.client_id, **wanted})


@pytest.fixture(scope="module")
def fleet(bench: Bench, actors: Actors) -> Fleet:
    """The demo's fleet, onboarded."""
    found = onboard(bench, actors)
    return Fleet(bench, found.environment | actors.keys("on-call"), found.client_id)


def test_before_anybody_subscribed_the_manual_step_is_named(fleet: Fleet) -> None:
    """Everything of ours is in order; Amazon does not know where to send."""
    assert fleet.sellerkeys("rotate", "--dry-run")[0] == 0
    code, _, said = fleet.sellerkeys("rotate")
    assert code == 3
    assert "docs/client-secret-rotation.md" in said


def test_the_calendar_asks_and_everybody_follows(fleet: Fleet) -> None:
    """60 days before the end, by itself; the message is received, and two sellers share the application."""
    queues = {
        f"{key}_queue_arn": naming.queue_arn("eu-west-1", "123456789012", "dev", what)
        for key, what in (("new_secret", naming.NEW_SECRET), ("expiry", naming.EXPIRY))
    }
    fleet.console("PUT", "subscriptions", **queues)
    fleet.wait(days=119)
    assert fleet.status()["application"]["request"] in {None, "refused"}
    for _ in range(3):
        fleet.wait(days=1)
    for _ in range(4):
        fleet.wait(minutes=6)
    told = fleet.status()
    assert told["application"]["asked_by"] == "calendar"
    assert told["application"]["request"] == "answered"
    assert told["application"]["expiry_source"] == "amazon"
    assert told["application"]["noticed_at"] is not None
    assert told["counts"]["done"] == 2
    assert told["readers_unknown"].startswith("CloudTrail gave no answer"), "the bench has none, and that is said"


def test_asking_again_is_refused(fleet: Fleet) -> None:
    """Within the week the old one may still be in use."""
    code, _, said = fleet.sellerkeys("rotate")
    assert code == 3
    assert "less than 7 days ago" in said


def test_a_client_secret_made_in_the_console_reaches_everybody(fleet: Fleet) -> None:
    """Offered by hand, taken up by the function, followed by its schedule."""
    fleet.wait(days=8)
    made = fleet.console("POST", "client-secrets", message=False)["client_secret"]
    file = fleet.bench.home.folder / "by-hand"
    file.write_text(made, encoding="utf-8")
    code, told, said = fleet.sellerkeys("set", "--client-id", fleet.client_id, "--client-secret-file", str(file))
    assert (code, told["application"]["result"], said) == (0, "replaced", "")
    for _ in range(4):
        fleet.wait(minutes=6)
    assert fleet.status()["counts"]["done"] == 2


def test_nobody_lacked_a_permission(fleet: Fleet) -> None:
    """Every call of every role was decided by the declared and attached policies."""
    assert [each for each in lacking(fleet.bench) if "cloudtrail" not in each] == []
