"""The bench as a whole."""

import json
import os
import threading
import urllib.request

import boto3
import pytest

from local.bench import Bench
from local.home import HomeBusy


def test_the_environment(bench) -> None:
    """What a program needs to use the bench in place of AWS and Amazon (brief of the bench)."""
    amazon = bench.amazon.url

    assert bench.environment() == {
        "AWS_ENDPOINT_URL": bench.aws.url,
        "AWS_ACCESS_KEY_ID": "BENCHBENCHBENCHBENCH",
        "AWS_SECRET_ACCESS_KEY": "placeholder",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "SP_API_OAUTH_URL": f"{amazon}/auth/o2/token",
        "SP_API_BASE_URL": f"{amazon}/{{region}}",
        "SELLERKEYS_CONSENT_HOSTS": amazon.replace("127.0.0.1", "localhost"),
        "SELLERKEYS_BENCH_AMAZON": amazon,
        "SELLERKEYS_BENCH": str(bench.home.folder),
    }


def test_clients_find_it_through_the_environment(bench, monkeypatch) -> None:
    """A boto3 client made with nothing but the environment reaches the bench (design.md 8)."""
    for name, value in bench.environment().items():
        monkeypatch.setenv(name, value)
    client = boto3.Session().client("secretsmanager")

    arn = client.create_secret(Name="one")["ARN"]

    assert arn.startswith("arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-")


def test_stopping_leaves_nothing_running(home) -> None:
    """After stop no thread and no lock is left, and the next bench's account is empty (design.md 9)."""
    before = set(threading.enumerate())
    with Bench(home) as bench:
        client(bench).create_secret(Name="one")

    with Bench(home) as bench:
        listed = client(bench).list_secrets()["SecretList"]

    assert listed == []
    assert [thread.name for thread in set(threading.enumerate()) - before if not thread.daemon] == []
    assert not home.is_taken()


def test_a_second_bench_in_the_same_folder(bench) -> None:
    """The second is refused, the first goes on (the bench's own rule)."""
    with pytest.raises(HomeBusy):
        Bench(bench.home).start()

    assert bench.home.running().pid == os.getpid()
    assert client(bench).list_secrets()["SecretList"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("POST", "/time/advance", b"{}", 400),
        ("POST", "/time/advance", b'{"seconds": -1}', 400),
        ("POST", "/time/advance", b'{"seconds": "soon"}', 400),
        ("POST", "/time/advance", b"no json", 400),
    ],
)
def test_the_control_api_refuses_with_a_sentence(bench, method, path, body, status) -> None:
    """A wrong request is a 4xx with what is wrong (control.py)."""
    request = urllib.request.Request(f"{bench.control.url}{path}", body, method=method)  # noqa: S310 - loopback

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)  # noqa: S310 - loopback

    with refused.value as answer:
        assert (answer.code, list(json.load(answer))) == (status, ["error"])


def client(bench):
    """Make a Secrets Manager client of a bench."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=bench.aws.url,
        region_name="eu-west-1",
        aws_access_key_id="BENCHBENCHBENCHBENCH",
        aws_secret_access_key="placeholder",
    )
