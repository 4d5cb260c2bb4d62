"""What the consent function's component asks of AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.configuration import PROJECT
from infra.consent_function import AT_ONCE, HANDLER, ConsentFunction, ConsentFunctionArgs
from infra.policies.consent import consent_policy
from provisioning.settings import from_config
from tests.conftest import SETTINGS
from tests.fakes.engine import Declaration, declare

if TYPE_CHECKING:
    from infra.place import Place


@pytest.fixture
def consent(place: Place) -> Declaration:
    """The consent function of a fleet with its own address, with some zip for its code."""
    pages = {"pages": True, "application_id": "amzn1.sp.solution.X", "address": "https://connect.example.com"}
    args = ConsentFunctionArgs(
        place=place,
        settings=from_config(SETTINGS | {"consent": pages}, "test"),
        key_arn="arn:key",
        held_key_arn="arn:held",
        app_secret_arn="arn:app",
        table_name="sellerkeys-prod",
        alarm_topic_arn="arn:alarms",
        code=PROJECT / "consent.zip",
    )
    return declare(lambda: ConsentFunction("consent", args))


def test_the_function_knows_its_fleet_and_is_throttled(consent: Declaration) -> None:
    """Its environment holds nothing secret; what it does not know it cannot tell."""
    inputs = consent.one("aws:lambda/function:Function").inputs
    variables = dict(inputs["environment"]["variables"])

    assert (inputs["name"], inputs["handler"]) == ("sellerkeys-prod-consent", HANDLER)
    assert inputs["reservedConcurrentExecutions"] == AT_ONCE
    assert json.loads(variables.pop("SELLERKEYS_CONSENT")) == {
        "application": "Example",
        "contact": "keys@example.com",
        "application_id": "amzn1.sp.solution.X",
        "draft": False,
        "address": "https://connect.example.com",
    }
    assert variables == {
        "SELLERKEYS_BASE": "prod",
        "SELLERKEYS_TABLE": "sellerkeys-prod",
        "SELLERKEYS_APP_SECRET_ID": "arn:app",
        "SELLERKEYS_HELD_KEY": "arn:held",
        "SELLERKEYS_ROTATION_FUNCTION": "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-rotation",
        "SELLERKEYS_ROTATION": "rate(30 days)",
    }


def test_the_function_reads_the_variables_that_are_set(consent: Declaration) -> None:
    """The names stand in the program and in the zip, which do not import each other."""
    sources = [(PROJECT / f"provisioning/{name}.py").read_text() for name in ("consent/handler", "table")]

    assert all(
        any(f'"{name}"' in source for source in sources)
        for name in consent.one("aws:lambda/function:Function").inputs["environment"]["variables"]
    )


def test_everybody_may_open_it_by_its_url_alone(consent: Declaration) -> None:
    """Since October 2025 a public URL takes two permissions, of which neither lets anybody invoke it otherwise."""
    permissions = [item.inputs for item in consent.all("aws:lambda/permission:Permission")]

    assert consent.one("aws:lambda/functionUrl:FunctionUrl").inputs["authorizationType"] == "NONE"
    assert sorted(permissions, key=lambda each: each["action"]) == [
        {
            "statementId": "AnybodyByTheAddress",
            "action": "lambda:InvokeFunction",
            "function": "sellerkeys-prod-consent",
            "principal": "*",
            "invokedViaFunctionUrl": True,
        },
        {
            "statementId": "AnybodysAddress",
            "action": "lambda:InvokeFunctionUrl",
            "function": "sellerkeys-prod-consent",
            "principal": "*",
            "functionUrlAuthType": "NONE",
        },
    ]


def test_its_role_is_its_own(consent: Declaration, place: Place) -> None:
    """It shares none with a function that reads."""
    assert consent.one("aws:iam/role:Role").inputs["name"] == "sellerkeys-fn.prod.consent"
    assert consent.one("aws:iam/rolePolicy:RolePolicy").document("policy") == consent_policy(
        place, "arn:key", "arn:held"
    )


def test_alarms(consent: Declaration) -> None:
    """When it dies, when a seller is put off, when pages are opened in masses."""
    alarms = {item.name: item.inputs for item in consent.all("aws:cloudwatch/metricAlarm:MetricAlarm")}

    assert {name: inputs["metricName"] for name, inputs in alarms.items()} == {
        "consent-errors": "Errors",
        "consent-unavailable": "Url5xxCount",
        "consent-throttled": "Throttles",
    }
    assert all("docs/runbooks/consent-failed.md" in inputs["alarmDescription"] for inputs in alarms.values())
    assert all(inputs["dimensions"] == {"FunctionName": "sellerkeys-prod-consent"} for inputs in alarms.values())
