"""A proxy between a process and the bench: records each outgoing call, and strikes at the one it was told to."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from local.loopback import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

#: Below this path is Amazon; everything else is AWS.
_AMAZON = "/amazon"
#: Lambda's REST API, by its version.
_LAMBDA = "/2015-03-31/"
#: A socket closed with this option sends RST instead of FIN.
_NO_FAREWELL = struct.pack("ii", 1, 0)
#: Not the host: the caller's signature is over the one he knows.
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding"})


class Mode(StrEnum):
    """What happens at a call."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    ANSWER_LOST = "answer lost"


@dataclass(frozen=True)
class Strike:
    """Strike in this mode at this call, counted from 1."""

    mode: Mode
    call: int


class Wire:
    """Stands in front of one bench's AWS and Amazon; `kill` ends the process that calls, at once.

    `watch` sees each call's name before it is made; `until` are the calls up to and with the one that was struck.
    """

    def __init__(self, aws: str, amazon: str) -> None:
        self.calls: list[str] = []
        self.until: tuple[str, ...] = ()
        self.kill: Callable[[], None] = lambda: None
        self.watch: Callable[[str], None] = lambda _: None
        self._strike: Strike | None = None
        self._upstream = {_AMAZON: urlsplit(amazon).netloc, "": urlsplit(aws).netloc}
        self._guard = threading.Lock()
        self._server = Loopback(_handler(self), "wire")

    def start(self) -> None:
        """Begin to carry."""
        self._server.start()

    def stop(self) -> None:
        """Hang up."""
        self._server.stop()

    def arm(self, strike: Strike | None, kill: Callable[[], None]) -> None:
        """Begin a new recording; without a strike, what the last one hit stays known."""
        with self._guard:
            self.calls, self._strike, self.kill = [], strike, kill
            self.until = () if strike else self.until

    def environment(self) -> dict[str, str]:
        """What a process has to be told to call through here."""
        url = self._server.url
        return {
            "AWS_ENDPOINT_URL": url,
            "SP_API_OAUTH_URL": f"{url}{_AMAZON}/auth/o2/token",
            "SP_API_BASE_URL": f"{url}{_AMAZON}/{{region}}",
        }

    def record(self, name: str) -> Mode | None:
        """Record a call; tells its mode if it is the one to strike at."""
        with self._guard:
            self.calls.append(name)
            if self._strike is None or len(self.calls) != self._strike.call:
                return None
            self.until = tuple(self.calls)
            return self._strike.mode

    def forward(self, handler: Handler, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Make the call."""
        prefix = _AMAZON if path.startswith(_AMAZON) else ""
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in _HOP_BY_HOP}
        connection = http.client.HTTPConnection(self._upstream[prefix], timeout=60)
        try:
            connection.request(handler.command, path.removeprefix(prefix), body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP}
        return answer.status, content, kept


def name_of(handler: Handler, body: bytes) -> str:
    """Name a call: AWS's operation, LWA's grant, or SP-API's path."""
    target = handler.headers.get("X-Amz-Target")
    if target:
        return target.rpartition(".")[2]
    path = urlsplit(handler.path).path
    before, _, operation = path.rpartition("/operation/")
    if before:
        # Smithy's RPC protocols, which CloudWatch speaks.
        return operation
    if path.startswith(_LAMBDA):
        return f"Lambda {path.rpartition('/')[2]}"
    form = parse_qs(body.decode())
    if path.endswith("/token"):
        return f"LWA {form['grant_type'][0]}"
    if path.startswith(_AMAZON):
        return f"SP-API {path.rpartition('/')[2]}"
    # The query protocol, which STS and IAM speak.
    return form["Action"][0]


def _handler(wire: Wire) -> type[Handler]:
    class Gate(Handler):
        def serve(self) -> None:
            body = self.body()
            name = name_of(self, body)
            mode = wire.record(name)
            wire.watch(name)
            if mode is Mode.KILLED_BEFORE:
                wire.kill()
                self._hang_up()
                return
            status, content, headers = wire.forward(self, self.path, body)
            if mode is None:
                self.answer(status, content, headers)
                return
            if mode is Mode.KILLED_AFTER:
                wire.kill()
            self._hang_up()

        do_GET = do_POST = serve  # noqa: N815 - http.server's names

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_FAREWELL)
            self.connection.close()

    return Gate
