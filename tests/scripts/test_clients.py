"""Clients of AWS for the keys of many roles: whose keys sign which call."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from provisioning.operating.reading import Keys
from scripts import clients

if TYPE_CHECKING:
    from collections.abc import Iterator


class Host(BaseHTTPRequestHandler):
    """Answers every call with whose key signed it, and the session's token."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key = re.search(r"Credential=(\w+)/", self.headers["Authorization"])
        assert key
        body = f'{{"Name": "{key[1]} {self.headers["X-Amz-Security-Token"]}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    clients.lent_client.cache_clear()
    yield
    clients.lent_client.cache_clear()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("_aws")
def test_each_call_is_signed_with_the_keys_it_was_lent() -> None:
    """Threads that read for different sellers at once share connections, and never a key."""
    meeting = Barrier(8, timeout=10)

    def read(number: int) -> bool:
        meeting.wait()
        lent = clients.connect_as(Keys(f"KEY{number}", "PLACEHOLDER", f"TOKEN{number}"), "eu-west-1")
        named = {lent.describe_secret(SecretId="x")["Name"] for _ in range(20)}
        return named == {f"KEY{number} TOKEN{number}"}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(8)))


@pytest.mark.usefixtures("_aws")
def test_two_sellers_on_one_thread() -> None:
    """Whoever holds two sellers' clients signs with the one he calls."""
    one, other = (clients.connect_as(Keys(name, "PLACEHOLDER", name), "eu-west-1") for name in ("ONE", "OTHER"))

    named = [client.describe_secret(SecretId="x")["Name"] for client in (one, other, one)]

    assert named == ["ONE ONE", "OTHER OTHER", "ONE ONE"]
