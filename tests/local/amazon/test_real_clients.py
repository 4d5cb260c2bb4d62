"""Two SP-API clients that people really use read a seller secret as it is, get a token and call SP-API on the bench.

Each runs in a process of its own: `import spapi` does not survive warnings as errors (building-blocks.md 4).
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from provisioning.naming import seller_secret_name
from provisioning.payload import OWN, Credential

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from tests.local.amazon.vendor import Vendor

Consume = Callable[[str], subprocess.CompletedProcess[str]]

CONSUMERS = Path(__file__).parents[3] / "local" / "consumers"
SECRET = seller_secret_name("dev", "berlin-books")
AWS = {"AWS_ACCESS_KEY_ID": "PLACEHOLDER", "AWS_SECRET_ACCESS_KEY": "PLACEHOLDER", "AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.fixture(scope="module")
def secrets_manager() -> Iterator[str]:
    """Run an AWS with a Secrets Manager and tell its address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # moto's accounts are its process's, and a bench of another test may have left its own.
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=30).close()  # noqa: S310 - loopback
    yield url
    server.stop()


@pytest.fixture
def secret(secrets_manager: str, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the seller's credential into its secret, in the default profile of clients.md 5.2."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("secretsmanager", endpoint_url=secrets_manager)
    credential = Credential(
        seller="berlin-books",
        region="EU",
        marketplace_id="A1PA6795UKMFR9",
        client_id=vendor.client_id,
        client_secret=vendor.client_secret,
        refresh_token=vendor.refresh_token,
        app_version=OWN,
    )
    client.create_secret(Name=SECRET, SecretString=credential.to_json())
    yield
    client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    client.close()


@pytest.fixture
def consume(secrets_manager: str, secret: None, amazon: AmazonServer, tmp_path: Path) -> Consume:  # noqa: ARG001 - the secret has to lie there
    """Return a function that runs a consumer with nothing but the bench's environment."""
    environment = AWS | {
        "AWS_ENDPOINT_URL": secrets_manager,
        "SP_API_AWS_SECRET_ID": SECRET,
        "SP_API_DEFAULT_MARKETPLACE": "DE",
        "SP_API_OAUTH_URL": amazon.lwa_url,
        "SP_API_BASE_URL": amazon.sp_api_url,
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
    }

    def consume(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(CONSUMERS / script)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return consume


@pytest.mark.parametrize("script", ["saleweaver.py", "official.py"])
def test_a_real_client_reads_the_secret_and_calls_sp_api(
    consume: Consume, amazon: AmazonServer, vendor: Vendor, script: str
) -> None:
    """python-amazon-sp-api 2.1.35 and amzn-sp-api 1.13.0 take the secret unchanged (clients.md 1, 5.2)."""
    result = consume(script)

    assert (result.stdout, result.returncode) == ('{"marketplaces": ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"]}\n', 0)
    assert [(call.path, call.status) for call in amazon.calls.all()] == [
        ("/auth/o2/token", 200),
        ("/eu/sellers/v1/marketplaceParticipations", 200),
    ]
    assert {call.caller.selling_partner_id for call in amazon.calls.all()} == {vendor.selling_partner_id}


@pytest.mark.parametrize("script", ["saleweaver.py", "official.py"])
def test_a_real_client_says_nothing_secret(consume: Consume, vendor: Vendor, script: str) -> None:
    """A consumer's output names marketplaces, no credential."""
    result = consume(script)

    said = result.stdout + result.stderr
    assert [value for value in (vendor.refresh_token, vendor.client_secret) if value in said] == []


def test_a_revoked_consent_reaches_the_consumer(consume: Consume, amazon: AmazonServer, vendor: Vendor) -> None:
    """The stand-in's refusals are what a client shows for Amazon's: LWA's `invalid_grant` (sp-api.md 1.4)."""
    amazon.registry.revoke(vendor.selling_partner_id)

    result = consume("saleweaver.py")

    assert result.returncode == 1
    assert "AuthorizationError" in result.stderr
    assert "User may have revoked or didn't grant the permission." in result.stderr
