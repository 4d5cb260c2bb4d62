"""The proxy that has Amazon's names: for those alone, by a certificate of its own authority, and to the bench alone."""

from __future__ import annotations

import http.client
import json
import ssl
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.amazon.server import AmazonServer
from local.clock import Clock
from local.disguise import HOSTS, Disguise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def disguise(tmp_path: Path) -> Iterator[Disguise]:
    """The proxy in front of an Amazon."""
    clock = Clock()
    amazon = AmazonServer(clock)
    amazon.start()
    disguise = Disguise(amazon.url, tmp_path / "disguise")
    disguise.start()
    yield disguise
    disguise.stop()
    amazon.stop()
    clock.stop()


def through(disguise: Disguise, host: str, context: ssl.SSLContext) -> http.client.HTTPSConnection:
    """Connect to `host` through the proxy."""
    proxy = urlsplit(disguise.url)
    connection = http.client.HTTPSConnection(proxy.hostname or "", proxy.port, context=context, timeout=10)
    connection.set_tunnel(host, 443)
    return connection


def test_amazons_names_are_answered(disguise: Disguise) -> None:
    """LWA and each region's host answer as the stand-in does, several requests on one connection."""
    context = ssl.create_default_context(cafile=str(disguise.authority))
    with closing(through(disguise, "api.amazon.com", context)) as login:
        for _ in range(2):
            login.request("POST", "/auth/o2/token", "grant_type=none")
            answer = login.getresponse()
            assert (answer.status, json.loads(answer.read())["error"]) == (400, "unsupported_grant_type")
    for host in sorted(HOSTS.keys() - {"api.amazon.com"}):
        with closing(through(disguise, host, context)) as seller:
            seller.request("GET", "/sellers/v1/marketplaceParticipations", headers={"User-Agent": "test/1"})
            answer = seller.getresponse()
            assert (answer.status, json.loads(answer.read())["errors"][0]["code"]) == (403, "Unauthorized")


def test_no_other_name_is(disguise: Disguise) -> None:
    """Whoever is not Amazon is refused, so that no program under test reaches beyond this machine."""
    with (
        closing(through(disguise, "example.com", ssl.create_default_context())) as other,
        pytest.raises(OSError, match="403"),
    ):
        other.request("GET", "/")


def test_nobody_trusts_it_unasked(disguise: Disguise) -> None:
    """Its authority is no public one: a client that was not given it refuses the certificate."""
    with (
        closing(through(disguise, "api.amazon.com", ssl.create_default_context())) as login,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        login.request("GET", "/")


def test_nothing_in_clear(disguise: Disguise) -> None:
    """Without CONNECT it passes nothing on."""
    with closing(http.client.HTTPConnection(urlsplit(disguise.url).netloc, timeout=10)) as connection:
        connection.request("GET", "http://api.amazon.com/auth/o2/token")
        answer = connection.getresponse()

        assert (answer.status, answer.read()) == (403, b"")
