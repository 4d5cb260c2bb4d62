"""Connections to Amazon: kept open, never redirected, never sent twice, silent about what was sent."""

from __future__ import annotations

import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from scripts.connections import Connections
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Iterator


CANARY = "PLACEHOLDER-" + "CANARY"


class Host(BaseHTTPRequestHandler):
    """Says what it was sent; `/away` redirects, `/gone` hangs up."""

    protocol_version = "HTTP/1.1"
    callers: list[tuple[object, str]] = []  # noqa: RUF012 - one server a test

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.callers.append((self.client_address, self.path))
        if self.path.startswith("/gone"):
            self.close_connection = True
            return
        self.send_response(302 if self.path == "/away" else 429)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A host on loopback."""
    Host.callers = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def post(url: str, body: bytes = f"grant={CANARY}".encode()) -> urllib.request.Request:
    """A request."""
    return urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - a loopback address


def test_one_connection_for_many_calls(url: str) -> None:
    """The second call goes over the first one's connection, and each answer is given as it came."""
    connections = Connections()

    answers = [connections(post(f"{url}/token")) for _ in range(3)]

    assert [(answer.status, answer.body) for answer in answers] == [(429, f"grant={CANARY}".encode())] * 3
    assert len({caller for caller, _ in Host.callers}) == 1


def test_a_redirect_is_an_answer(url: str) -> None:
    """A token travels to no host that somebody else names."""
    assert Connections()(post(f"{url}/away")).status == 302
    assert [path for _, path in Host.callers] == ["/away"]


def test_no_answer_is_told_without_a_word_of_the_request(url: str) -> None:
    """A connection that breaks is an OSError; nothing was sent a second time."""
    with pytest.raises(OSError, match="ProtocolError") as failure:
        Connections()(post(f"{url}/gone?{CANARY}"))

    assert_silent(failure.value, CANARY)
    assert len(Host.callers) == 1


def test_the_environments_proxy_is_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy Amazon is asked through it; what no_proxy names is not."""
    monkeypatch.setenv("http_proxy", url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    connections = Connections()

    assert connections(post("http://amazon.example/token")).status == 429
    assert connections(post(f"{url}/token")).status == 429
    assert [path for _, path in Host.callers] == ["http://amazon.example/token", "/token"]
