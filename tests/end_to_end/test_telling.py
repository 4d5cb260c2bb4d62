"""Consumers are told that a seller's secret changed, by the fleet and the example that `pulumi up` made."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import running
from local.aws.server import CREDENTIALS
from local.bench import REGION
from local.demo.recording import Recording, tool
from local.engine.attach import attached
from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import PATIENCE, PROJECT, Project, declared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.actors import Actors
    from local.aws.faults.call import Call
    from local.bench import Bench

ROSTER = "seller,region,marketplaces\nberlin,EU,DE\nosaka,FE,JP\n"
BUS = "sellerkeys-dev"
WORKER = {"name": "worker", "image": "worker:1", "memory": 128}
CONFIG = {"bus": BUS, "seller": "berlin", "cluster": "erp", "service": "berlin-worker", "aws:region": REGION}


@dataclass
class Consumer:
    """Somebody in the same account: a service on ECS, and a queue that gets whatever is said on the bus."""

    bench: Bench
    project: Project
    queue: str = ""
    redeployed: list[Call] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Make a client with the account's own keys."""
        if service not in self._clients:
            key, secret = CREDENTIALS.values()
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.bench.aws.url,
                region_name=REGION,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
            )
        return self._clients[service]

    def begin(self) -> None:
        """Run a service, listen, and deploy the example as docs/events.md says."""
        guard, noted = self.bench.aws.guard, self.bench.aws.guard.noted

        def note(call: Call, *others: Any) -> None:
            self.redeployed += [call] if call.operation == "UpdateService" else []
            noted(call, *others)

        guard.noted = note
        ecs, events = self.client("ecs"), self.client("events")
        ecs.create_cluster(clusterName="erp")
        ecs.register_task_definition(family="worker", containerDefinitions=[WORKER])
        ecs.create_service(cluster="erp", serviceName="berlin-worker", taskDefinition="worker", desiredCount=1)
        self.queue = self.client("sqs").create_queue(QueueName="listener")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:123456789012:listener"
        events.put_rule(Name="listener", EventBusName=BUS, EventPattern=json.dumps({"account": ["123456789012"]}))
        events.put_targets(Rule="listener", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
        folder = self.project.folder / "ecs_redeploy"
        shutil.copytree(PROJECT / "docs/ecs_redeploy", folder)
        # Not the fleet's deployer, who may touch nothing but the fleet.
        plain = running.environment(os.environ, self.bench.environment())
        with attached(plain, folder / "home") as pulumi:
            recording = Recording(folder / "records")
            config = [part for key, value in CONFIG.items() for part in ("--plaintext", f"{key}={value}")]
            for command in (
                ["stack", "init", "prod"],
                ["config", "set-all", *config],
                ["up", "--yes", "--skip-preview"],
                ["preview", "--expect-no-changes"],
            ):
                recording.run(command[0], ["pulumi", *command], plain | pulumi, folder)

    def deployment(self) -> str:
        """Which deployment the service is at."""
        (service,) = self.client("ecs").describe_services(cluster="erp", services=["berlin-worker"])["services"]
        found: str = service["deployments"][0]["id"]
        return found

    def heard(self) -> list[dict[str, Any]]:
        """Take what was said on the bus."""
        answer = self.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(one["Body"]) for one in answer.get("Messages", [])]


@pytest.fixture(scope="module")
def consumer(bench: Bench, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consumer]:
    """Two sellers who are onboarded on a fleet with a bus, and a consumer of one of them."""
    folder = tmp_path_factory.mktemp("project")
    with declared(bench, actors, folder, ROSTER, more="  sellerkeys:events: true\n") as project:
        done = project.sellerkeys("onboarder", "onboard", str(folder / "issued" / "sellers.csv"))
        assert done.returncode == 0, done.stdout + done.stderr
        assert bench.aws.wait_idle(PATIENCE)
        consumer = Consumer(bench, project)
        consumer.begin()
        yield consumer


def test_nothing_when_nothing_changed(consumer: Consumer) -> None:
    """A rotation of everybody that only proved: nobody is told, nothing is redeployed."""
    before = consumer.deployment()

    rotated = consumer.project.sellerkeys("on-call", "rotate", "--all")

    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    assert consumer.bench.aws.wait_idle(PATIENCE)
    assert (consumer.heard(), len(consumer.redeployed), consumer.deployment()) == ([], 0, before)


def test_a_new_client_secret(consumer: Consumer) -> None:
    """Each seller's secret changed, so each is told of once; the service of one is redeployed, once, for him alone."""
    project, bench, before = consumer.project, consumer.bench, consumer.deployment()
    file = project.folder / "new-client-secret.txt"
    made = project.run("onboarder", tool("python"), "-m", "local", "new-secret", str(file))
    assert made.returncode == 0, made.stderr
    secret = ("--client-secret-file", str(file))
    done = project.sellerkeys("onboarder", "app", "set", "--client-id", project.client_id, *secret)
    assert done.returncode == 0, done.stdout + done.stderr
    bench.clock.advance(timedelta(minutes=6))
    assert bench.aws.wait_idle(PATIENCE)

    heard = consumer.heard()

    assert [(one["source"], one["detail-type"]) for one in heard] == [("sellerkeys", "Seller Credential Changed")] * 2
    assert {one["detail"]["seller"]: one["detail"]["changed"] for one in heard} == {
        "berlin": ["clientSecret"],
        "osaka": ["clientSecret"],
    }
    assert file.read_text(encoding="utf-8").strip() not in json.dumps(heard)
    assert (len(consumer.redeployed), consumer.deployment() != before) == (1, True)


@pytest.mark.usefixtures("consumer")
def test_nobody_lacked_a_permission(bench: Bench) -> None:
    """The rotation function told, and the example redeployed, each under its own role."""
    assert lacking(bench) == []
    roles = {one.principal.rpartition("/")[2] for one in bench.aws.guard.verdicts() if one.action == "events:PutEvents"}
    assert roles == {"sellerkeys-fn.dev.rotation"}
