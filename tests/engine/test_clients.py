"""Clients for one environment and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.provider.clients import Aws, Clients

if TYPE_CHECKING:
    import pytest


def test_the_machines_own_profile_is_not_read(moto: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench must never reach a real account, whatever the shell it was started in says."""
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPLACEHOLDER99999")

    sts = Clients(moto).client("sts", "eu-west-1")

    assert sts.meta.endpoint_url == moto["AWS_ENDPOINT_URL"]
    assert sts.get_caller_identity()["Account"] == "123456789012"


def test_clients_are_shared(clients: Clients) -> None:
    """A client is made once for a service and a region: making one costs more than a call."""
    assert clients.client("kms", "eu-west-1") is clients.client("kms", "eu-west-1")
    assert clients.client("kms", "eu-west-1") is not clients.client("kms", "us-east-1")


def test_an_arn_is_composed(clients: Clients) -> None:
    """Where AWS answers without an ARN it follows from region, account and name."""
    assert Aws(clients, "eu-west-1").arn("kms", "alias/a") == "arn:aws:kms:eu-west-1:123456789012:alias/a"
