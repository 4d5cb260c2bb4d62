"""What the calendar function's component asks of AWS, argument by argument."""

from datetime import date

import pytest

from infra import calendar_function as module
from infra.calendar_function import HANDLER, CalendarFunction, CalendarFunctionArgs
from infra.configuration import PROJECT
from infra.place import Place
from infra.policies.calendar import calendar_policy
from provisioning import table
from provisioning.calendar import handler
from provisioning.settings import Application, ClientSecret, DatedRole
from tests.fakes.engine import Declaration, Declared, declare

TAGS = {"sellerkeys:base": "prod"}


@pytest.fixture
def calendar(place: Place) -> Declaration:
    """The calendar function, with some zip for its code."""
    application = Application(kind="public-listed", name="Example", contact="keys@example.com")
    args = CalendarFunctionArgs(
        place=place,
        application=application,
        roles=[DatedRole(name="Pricing", since=date(2026, 10, 1))],
        code=PROJECT / "calendar.zip",
        alarm_topic_arn="arn:alarms",
        key_arn="arn:key",
        queues_key_arn="arn:queues-key",
        app_secret_arn="arn:app",
        table_name="table",
        client_secret=ClientSecret(ask_days=45, region="EU"),
    )
    return declare(lambda: CalendarFunction("calendar", args))


def alarm(calendar: Declaration, what: str) -> Declared:
    """One of its alarms."""
    return next(
        item for item in calendar.all("aws:cloudwatch/metricAlarm:MetricAlarm") if item.name == f"calendar-{what}"
    )


def test_the_function_runs_the_zip_with_its_fleet_and_topic(calendar: Declaration) -> None:
    """Its environment holds nothing secret."""
    inputs = dict(calendar.one("aws:lambda/function:Function").inputs)

    assert inputs.pop("code").path == str(PROJECT / "calendar.zip")
    assert inputs == {
        "name": "sellerkeys-prod-calendar",
        "description": "Looks at every seller of the fleet prod once a day, and asks Amazon.",
        "role": "arn:aws:iam/role:Role:calendar",
        "handler": HANDLER,
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "memorySize": 256,
        "timeout": 300,
        "environment": {
            "variables": {
                "SELLERKEYS_BASE": "prod",
                "SELLERKEYS_TOPIC_ARN": "arn:alarms",
                "SELLERKEYS_APP_SECRET_ID": "arn:app",
                "SELLERKEYS_TABLE": "table",
                "SELLERKEYS_ASK_DAYS": "45",
                "SELLERKEYS_SP_API_REGION": "EU",
                "SELLERKEYS_CONSENTS": '{"lapses": true, "roles": [{"name": "Pricing", "since": "2026-10-01"}]}',
            }
        },
        "tags": TAGS,
    }


def test_the_function_reads_the_variables_that_are_set() -> None:
    """The names stand in the program and in the zip, which do not import each other."""
    source = (PROJECT / "provisioning/calendar/handler.py").read_text(encoding="utf-8")

    names = {name: value for name, value in vars(module).items() if name.endswith("_VARIABLE")}
    read = {name: value for name, value in names.items() if f'os.environ["{value}"]' in source}

    assert names.keys() - read.keys() == {"TABLE_VARIABLE"}
    assert module.TABLE_VARIABLE == table.VARIABLE
    assert "os.environ[VARIABLE]" in source


def test_its_role_is_its_own(calendar: Declaration, place: Place) -> None:
    """It shares none with the function that writes values."""
    assert calendar.one("aws:iam/role:Role").inputs["name"] == "sellerkeys-fn.prod.calendar"
    assert calendar.one("aws:iam/rolePolicy:RolePolicy").document("policy") == calendar_policy(
        place, "arn:key", "arn:queues-key"
    )


def test_it_runs_once_a_day(calendar: Declaration) -> None:
    """In the morning, after the night's rotations; only its own rule may invoke it."""
    assert calendar.one("aws:cloudwatch/eventRule:EventRule").inputs == {
        "name": "sellerkeys-prod-calendar",
        "description": "Runs the calendar function of the fleet prod.",
        "scheduleExpression": "cron(0 6 * * ? *)",
        "tags": TAGS,
    }
    assert calendar.one("aws:cloudwatch/eventTarget:EventTarget").inputs == {
        "rule": "sellerkeys-prod-calendar",
        "targetId": "function",
        "arn": "arn:aws:lambda/function:Function:calendar",
    }
    assert calendar.one("aws:lambda/permission:Permission").inputs == {
        "statementId": "ItsRule",
        "action": "lambda:InvokeFunction",
        "function": "sellerkeys-prod-calendar",
        "principal": "events.amazonaws.com",
        "sourceArn": "arn:aws:events:eu-west-1:123456789012:rule/sellerkeys-prod-calendar",
    }


def test_an_overdue_seller_raises_an_alarm_until_the_next_day_has_none(calendar: Declaration) -> None:
    """The function counts once a day, so the hours between say nothing."""
    assert alarm(calendar, "overdue").inputs == {
        "name": "sellerkeys-prod-calendar-overdue",
        "alarmDescription": (
            "A seller's rotation has not succeeded in time. The calendar function's log names the seller. "
            "See docs/runbooks/rotation-overdue.md."
        ),
        "namespace": handler.NAMESPACE,
        "metricName": handler.OVERDUE,
        "dimensions": {handler.DIMENSION: "prod"},
        "statistic": "Maximum",
        "period": 300,
        "evaluationPeriods": 1,
        "threshold": 1,
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "treatMissingData": "ignore",
        "alarmActions": ["arn:alarms"],
        "okActions": ["arn:alarms"],
        "tags": TAGS,
    }


def test_a_client_secret_that_could_not_be_asked_for_raises_an_alarm(calendar: Declaration) -> None:
    """Until a day on which it was asked for, or was not due."""
    inputs = alarm(calendar, "not-asked").inputs

    assert (inputs["metricName"], inputs["treatMissingData"]) == (handler.UNASKED, "ignore")


def test_a_dead_schedule_raises_an_alarm(calendar: Declaration) -> None:
    """No invocation in 26 hours in a row; at most seven days fit (botocore PutMetricAlarm, Period)."""
    inputs = alarm(calendar, "silent").inputs
    watched = ("metricName", "dimensions", "statistic", "period", "evaluationPeriods", "threshold")

    assert {key: inputs[key] for key in watched} == {
        "metricName": "Invocations",
        "dimensions": {"FunctionName": "sellerkeys-prod-calendar"},
        "statistic": "Sum",
        "period": 3600,
        "evaluationPeriods": 26,
        "threshold": 1,
    }
    assert (inputs["comparisonOperator"], inputs["treatMissingData"]) == ("LessThanThreshold", "breaching")


def test_a_day_that_failed_raises_an_alarm(calendar: Declaration) -> None:
    """It ran, and nobody watched all the same."""
    inputs = alarm(calendar, "errors").inputs

    assert (inputs["metricName"], inputs["dimensions"]) == ("Errors", {"FunctionName": "sellerkeys-prod-calendar"})
