"""What the client-secret function's component asks of AWS, argument by argument."""

import pytest

from infra import client_secret_function as module
from infra.client_secret_function import HANDLER, ClientSecretFunction, ClientSecretFunctionArgs
from infra.configuration import PROJECT
from infra.place import Place
from infra.policies.client_secret import client_secret_policy
from provisioning import table
from provisioning.application.tick import Metric
from tests.fakes.engine import Declaration, declare

TAGS = {"sellerkeys:base": "prod"}


@pytest.fixture
def renewal(place: Place) -> Declaration:
    """The client-secret function, with some zip for its code."""
    args = ClientSecretFunctionArgs(
        place=place,
        code=PROJECT / "client-secret.zip",
        key_arn="arn:key",
        queues_key_arn="arn:queues-key",
        queue_arns={"new-secret": "arn:new", "secret-expiry": "arn:expiry"},
        app_secret_arn="arn:app",
        table_name="table",
        alarm_topic_arn="arn:alarms",
    )
    return declare(lambda: ClientSecretFunction("client-secret", args))


def test_the_function_runs_the_zip_with_its_fleet(renewal: Declaration) -> None:
    """Its environment holds nothing secret; it may run ten minutes, less than a queue hides a message."""
    inputs = dict(renewal.one("aws:lambda/function:Function").inputs)

    assert inputs.pop("code").path == str(PROJECT / "client-secret.zip")
    assert inputs == {
        "name": "sellerkeys-prod-client-secret",
        "description": "Renews the client secret of the fleet prod and brings it to every seller.",
        "role": "arn:aws:iam/role:Role:client-secret",
        "handler": HANDLER,
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "memorySize": 512,
        "timeout": 600,
        "environment": {
            "variables": {
                "SELLERKEYS_BASE": "prod",
                "SELLERKEYS_APP_SECRET_ID": "arn:app",
                "SELLERKEYS_TABLE": "table",
            }
        },
        "tags": TAGS,
    }


def test_the_function_reads_the_variables_that_are_set() -> None:
    """The names stand in the program and in the zip, which do not import each other."""
    source = (PROJECT / "provisioning/application/handler.py").read_text(encoding="utf-8")

    assert f'os.environ["{module.BASE_VARIABLE}"], os.environ["{module.APP_VARIABLE}"]' in source
    assert module.TABLE_VARIABLE == table.VARIABLE
    assert "os.environ[VARIABLE]" in source


def test_its_role_is_its_own(renewal: Declaration, place: Place) -> None:
    """With what it may do, for both keys."""
    assert renewal.one("aws:iam/role:Role").inputs["name"] == "sellerkeys-fn.prod.client-secret"
    policy = renewal.one("aws:iam/rolePolicy:RolePolicy").document("policy")
    assert policy == client_secret_policy(place, "arn:key", "arn:queues-key")


def test_each_queue_is_read_with_partial_batch_responses(renewal: Declaration) -> None:
    """Otherwise a message that fails would be deleted with the others, or bring them all back."""
    found = [item.inputs for item in renewal.all("aws:lambda/eventSourceMapping:EventSourceMapping")]

    assert found == [
        {
            "eventSourceArn": arn,
            "functionName": "sellerkeys-prod-client-secret",
            "batchSize": 10,
            "functionResponseTypes": ["ReportBatchItemFailures"],
            "tags": TAGS,
        }
        for arn in ("arn:new", "arn:expiry")
    ]


def test_it_runs_every_five_minutes(renewal: Declaration) -> None:
    """Only its own rule may invoke it."""
    assert renewal.one("aws:cloudwatch/eventRule:EventRule").inputs["scheduleExpression"] == "rate(5 minutes)"
    assert renewal.one("aws:cloudwatch/eventTarget:EventTarget").inputs == {
        "rule": "sellerkeys-prod-client-secret",
        "targetId": "function",
        "arn": "arn:aws:lambda/function:Function:client-secret",
    }
    assert renewal.one("aws:lambda/permission:Permission").inputs == {
        "statementId": "ItsRule",
        "action": "lambda:InvokeFunction",
        "function": "sellerkeys-prod-client-secret",
        "principal": "events.amazonaws.com",
        "sourceArn": "arn:aws:events:eu-west-1:123456789012:rule/sellerkeys-prod-client-secret",
    }


def test_what_it_counts_raises_alarms(renewal: Declaration) -> None:
    """Each metric of the function has one, and each dead-letter queue."""
    alarms = {item.name: item.inputs for item in renewal.all("aws:cloudwatch/metricAlarm:MetricAlarm")}
    watched = {name: (each["namespace"], each["metricName"], each["dimensions"]) for name, each in alarms.items()}
    fleet, function = {"Fleet": "prod"}, {"FunctionName": "sellerkeys-prod-client-secret"}

    assert watched == {
        "client-secret-errors": ("AWS/Lambda", "Errors", function),
        "client-secret-silent": ("AWS/Lambda", "Invocations", function),
        "client-secret-refused": ("sellerkeys", Metric.REFUSED, fleet),
        "client-secret-unanswered": ("sellerkeys", Metric.UNANSWERED, fleet),
        "client-secret-late": ("sellerkeys", Metric.LATE, fleet),
        **{
            f"client-secret-{what}-dead": (
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                {"QueueName": f"sellerkeys-prod-{what}-dead"},
            )
            for what in ("new-secret", "secret-expiry")
        },
    }
