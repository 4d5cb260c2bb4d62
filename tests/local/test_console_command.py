"""`python -m local subscribe` and `new-secret`, as a person uses them on a running bench."""

import boto3
import pytest
from click.testing import CliRunner

from infra.place import Place
from infra.policies.document import text
from infra.policies.queues import credential_queue_policy
from local.cli import main
from provisioning import naming

PLACE = Place(base="dev", region="eu-west-1", account="123456789012")


@pytest.fixture
def local(home):
    """Run one command and return its exit code and all it printed."""

    def local(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--home", str(home.folder), *arguments])
        return result.exit_code, result.output or str(result.exception)

    return local


@pytest.fixture
def queues(bench, monkeypatch):
    """Declare the two queues, without a key."""
    for name, value in bench.environment().items():
        monkeypatch.setenv(name, value)
    # A session of its own: the default one keeps the keys of whichever test came first.
    sqs = boto3.session.Session().client("sqs")
    for what in (naming.NEW_SECRET, naming.EXPIRY):
        policy = text(credential_queue_policy(PLACE, what))
        sqs.create_queue(QueueName=naming.queue_name("dev", what), Attributes={"Policy": policy})
    return sqs


@pytest.mark.usefixtures("queues")
def test_a_fleets_queues_are_subscribed(bench, local, tmp_path) -> None:
    """The newest public application; from then on a new client secret is told to the queue."""
    made = bench.amazon.registry.add_application()
    said = local("subscribe")
    local("new-secret", str(tmp_path / "new.txt"), "--message")
    assert bench.aws.timeline.wait_idle(30)

    assert said == (
        0,
        (
            "Application Client New Secret: arn:aws:sqs:eu-west-1:123456789012:sellerkeys-dev-new-secret\n"
            "Application Client Secret Expiry: arn:aws:sqs:eu-west-1:123456789012:sellerkeys-dev-secret-expiry\n"
        ),
    )
    assert [(item.client_id, item.lost) for item in bench.amazon.notifying.sent()] == [(made.client_id, None)]


@pytest.mark.usefixtures("bench")
def test_a_queue_that_is_not_declared_is_refused(bench, local) -> None:
    """The console looks at a queue before it subscribes it."""
    bench.amazon.registry.add_application()
    code, said = local("subscribe", "--stack", "prod")

    assert code != 0
    assert "sellerkeys-prod-new-secret: there is no such queue" in said


def test_a_secret_replaced_by_hand_lies_in_a_file(bench, local, tmp_path) -> None:
    """Which only its owner can read; it is what Amazon now takes, and no message tells of it."""
    made = bench.amazon.registry.add_application()
    file = tmp_path / "new.txt"

    said = local("new-secret", str(file), "--client-id", made.client_id)

    assert said == (0, f"{file}: the new client secret; the one before works 7 more days\n")
    assert file.read_text() == f"{bench.amazon.registry.application(made.client_id).secrets[0].value}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert bench.amazon.notifying.sent() == ()
