"""The consent function's entry: a page for whatever happens, one line logged, no value in it."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioning.consent import handler as installed
from provisioning.consent import invitations
from tests.consent.conftest import BERLIN, NOW, Pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BUNDLE = {"application": "Example ERP", "contact": "keys@example.com", "application_id": "amzn1.sp.solution.X"}


@pytest.fixture
def function(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function as Lambda starts it; Amazon is down."""
    clients = {"secretsmanager": pages.aws, "dynamodb": pages.tables, "kms": pages.kms}
    monkeypatch.setattr(boto3, "client", lambda service, config: clients[service] if config else None)
    for name, value in {
        "SELLERKEYS_BASE": "dev",
        "SELLERKEYS_TABLE": "sellerkeys-dev",
        "SELLERKEYS_APP_SECRET_ID": "sellerkeys/dev/app",
        "SELLERKEYS_HELD_KEY": "held-key",
        "SELLERKEYS_ROTATION_FUNCTION": "arn:rotation",
        "SELLERKEYS_ROTATION": "rate(30 days)",
        "SELLERKEYS_CONSENT": json.dumps(BUNDLE),
        "SP_API_OAUTH_URL": "http://127.0.0.1:9/auth/o2/token",
    }.items():
        monkeypatch.setenv(name, value)
    yield importlib.reload(installed)
    importlib.reload(installed)


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Read the lines that the function logged."""
    return [json.loads(record.message) for record in caplog.records if record.name == "sellerkeys"]


def test_a_page(function: ModuleType, pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    """Payload 2.0 out; logged without the link."""
    path = pages.invite()

    answer = function.handle(pages.event("GET", path))

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "Connect your Amazon account" in answer["body"]
    assert "cookies" not in answer
    assert logged(caplog) == [{"page": "invited", "status": 200}]
    assert path.removeprefix("/i/") not in caplog.text


def test_a_cookie_goes_out_as_one(function: ModuleType, pages: Pages) -> None:
    """Payload 2.0 has a list of its own for cookies."""
    answer = function.handle(pages.event("POST", f"{pages.invite()}/connect"))

    assert answer["statusCode"] == 303
    assert [cookie.partition("=")[0] for cookie in answer["cookies"]] == ["__Host-sellerkeys"]


@pytest.mark.parametrize("event", [{}, {"requestContext": 3, "headers": [], "cookies": {}, "rawPath": None}, {"x": []}])
def test_no_request(function: ModuleType, event: dict[str, Any]) -> None:
    """Whatever invokes it gets a page, and nothing happens."""
    assert function.handle(event)["statusCode"] == 404


def test_what_failed_is_logged_and_not_shown(
    function: ModuleType, pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    """The seller is told to come again, whoever is on call why."""
    path = pages.invite()
    pages.tables.items.clear()

    answer = function.handle(pages.event("GET", path))

    assert answer["statusCode"] == 503
    assert "run `pulumi up`" not in answer["body"]
    (line,) = logged(caplog)
    assert (line["page"], line["status"]) == ("later", 503)
    assert "sellerkeys-dev" in line["why"]


def test_a_defect_says_its_place_only(
    function: ModuleType, pages: Pages, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign exception may quote what it was given."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Atzr|PLACEHOLDER")

    monkeypatch.setattr(pages.tables, "get_item", fail)

    answer = function.handle(pages.event("GET", pages.invite()))

    assert answer["statusCode"] == 500
    assert "PLACEHOLDER" not in answer["body"] + caplog.text
    assert logged(caplog)[0]["why"].startswith("defect: RuntimeError in fail")


def test_time_is_awss(function: ModuleType, pages: Pages) -> None:
    """The event's own time decides what has expired, so no machine's clock matters."""
    token = invitations.new_token()
    pages.table.put(invitations.entry(token, BERLIN, NOW.replace(year=2036)))
    pages.at = NOW.replace(year=2035)
    assert function.handle(pages.event("GET", f"/i/{token}"))["statusCode"] == 200

    pages.at = NOW.replace(year=2037)
    assert function.handle(pages.event("GET", f"/i/{token}"))["statusCode"] == 410
