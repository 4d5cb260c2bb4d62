"""Amazon over HTTP: on loopback, quick, silent, and gone when it is stopped."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

import pytest

from local.amazon.faults import Fault, FaultKind
from local.amazon.server import AmazonServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.clock import Clock
    from tests.local.amazon.vendor import Vendor

FORM = "application/x-www-form-urlencoded"


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for what another thread does, ten seconds at most."""
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within ten seconds")


def ask_for_calls(connection: http.client.HTTPConnection) -> None:
    """Make one request over a connection that stays open."""
    connection.request("GET", "/_bench/calls")
    connection.getresponse().read()


def test_the_addresses_are_those_the_bench_hands_out(amazon: AmazonServer) -> None:
    """SP_API_OAUTH_URL and SP_API_BASE_URL, the latter with `{region}` for na, eu or fe."""
    assert amazon.url.startswith("http://127.0.0.1:")
    assert amazon.lwa_url == amazon.url + "/auth/o2/token"
    assert amazon.sp_api_url == amazon.url + "/{region}"


def test_it_says_nothing(vendor: Vendor, capfd: pytest.CaptureFixture[str]) -> None:
    """No log, so no token in a log: good answers, refusals and dropped connections alike."""
    vendor.participations()
    vendor.ask({**vendor.refresh, "refresh_token": "Atzr|PLACEHOLDER-canary"})
    vendor.send("BREW", "/coffee")

    assert capfd.readouterr() == ("", "")


def test_a_kept_connection_is_answered_at_once(amazon: AmazonServer) -> None:
    """Nagle's algorithm does not hold small answers back, 40 to 90 ms each (building-blocks.md 1)."""
    connection = http.client.HTTPConnection(amazon.url.removeprefix("http://"), timeout=10)
    started = time.monotonic()
    for _ in range(50):
        connection.request("GET", "/sellers/v1/marketplaceParticipations")
        connection.getresponse().read()
    connection.close()

    assert time.monotonic() - started < 50 * 0.02


def test_a_body_may_come_in_chunks(vendor: Vendor) -> None:
    """HTTP/1.1 clients may not know the length of what they send."""
    reply = vendor.send("POST", "/auth/o2/token", iter([b"grant_type=", b"refresh_token"]), Content_Type=FORM)

    assert reply.body["error_description"] == "The request is missing a required parameter : refresh_token"


def test_a_reset_connection_is_reset(amazon: AmazonServer) -> None:
    """What a client sees is ECONNRESET, not an orderly end."""
    amazon.faults.put(Fault(FaultKind.RESET))
    with socket.create_connection(("127.0.0.1", int(amazon.url.rpartition(":")[2])), timeout=10) as client:
        client.sendall(b"POST /auth/o2/token HTTP/1.1\r\nContent-Length: 0\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_stopping_hangs_up_on_kept_connections(clock: Clock) -> None:
    """After `stop` nobody is answered, over an old connection or a new one."""
    server = AmazonServer(clock)
    server.start()
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    ask_for_calls(connection)

    server.stop()

    with pytest.raises(OSError, match=r".+"):
        ask_for_calls(connection)
    connection.close()


def test_stopping_does_not_wait_for_a_slow_answer(clock: Clock) -> None:
    """A fault of minutes holds neither the bench up nor a thread back."""
    server = AmazonServer(clock)
    server.start()
    server.faults.put(Fault(FaultKind.SLOW, seconds=600, answers=1))
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as client:
        client.sendall(b"GET /sellers HTTP/1.1\r\n\r\n")
        wait_until(lambda: server.faults.all() == ())

        server.stop()

    wait_until(lambda: [call.status for call in server.calls.all()] == [None])
