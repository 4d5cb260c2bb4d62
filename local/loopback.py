"""A small HTTP server on 127.0.0.1, on which the bench's own endpoints stand."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import sys
import threading
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST = "127.0.0.1"
#: SO_LINGER with no time: a socket closed like this sends RST instead of FIN.
_NO_FAREWELL = struct.pack("ii", 1, 0)
_LONGEST_BODY = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


class BodyTooLong(Exception):
    """A request's body is longer than the bench takes."""


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests; subclasses write `do_GET` and its like."""

    protocol_version = "HTTP/1.1"
    # Both are needed: without them every small answer waits 40 to 90 ms (building-blocks.md 1).
    disable_nagle_algorithm = True
    wbufsize = -1

    def body(self) -> bytes:
        """Read the request's body, sent whole or in chunks; raises BodyTooLong, ValueError on a length that is none."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError("a body has no negative length")
        if length > _LONGEST_BODY:
            raise BodyTooLong
        return self.rfile.read(length)

    def answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, cookies: Iterable[str] = ()
    ) -> None:
        """Send one whole answer; its length is filled in, each cookie is a header of its own."""
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        if status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def reset(self) -> None:
        """Break the connection instead of answering: the client sees ECONNRESET."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_FAREWELL)
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Say nothing: paths and bodies may hold what nobody should read."""

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while size := int(self.rfile.readline().split(b";")[0], 16):
            total += size
            if total > _LONGEST_BODY:
                raise BodyTooLong
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)


class Loopback:
    """Serves one Handler class on a free port of 127.0.0.1, each connection on a thread of its own."""

    def __init__(self, handler: type[Handler], name: str, port: int = 0) -> None:
        self._server = _Server((HOST, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name=name, daemon=True)

    @property
    def address(self) -> str:
        """Tell `host:port`."""
        return f"{HOST}:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Tell the server's root, without a slash at the end."""
        return f"http://{self.address}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and end every open connection; harmless when it never started."""
        if self._thread.ident is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.hang_up()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's signature
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's signature
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - the base class's signature
        """Name the kind of error and its place; never its text, which may quote a request."""
        kind, error, place = sys.exc_info()
        if kind is None or isinstance(error, (ConnectionError, TimeoutError)):
            return
        frame = traceback.extract_tb(place)[-1]
        _log.error("%s in %s:%s", kind.__name__, frame.filename, frame.lineno)
