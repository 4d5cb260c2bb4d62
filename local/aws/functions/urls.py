"""Function URLs: each listens on a port of 127.0.0.1 of its own, and hands what comes in to the deployed function."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from local.aws.functions import payload
from local.aws.functions.payload import LONGEST, WebAnswer, WebRequest, failure
from local.aws.functions.permission import may_call_url
from local.loopback import BodyTooLong, Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.aws.functions.answer import Answer
    from local.clock import Clock

_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
#: Requests a second that a URL passes on for each reserved execution (Lambda's guide, "Throttling function URLs").
_RATE = 10
_OURS = {"connection", "transfer-encoding", "content-length", "date"}


@dataclass(frozen=True, slots=True)
class Exposed:
    """What decides about a call: the function's policy, its URL's type, and how many may run at once, None for any."""

    statements: list[dict[str, Any]] = field(repr=False)
    auth_type: str
    reserved: int | None


class Urls:
    """The function URLs of one bench; `look` tells what stands about a function, by its ARN, None if it is gone.

    `count` is told each answer's status.
    """

    def __init__(
        self,
        clock: Clock,
        look: Callable[[str], Exposed | None],
        invoke: Callable[[str, bytes], Answer],
        count: Callable[[str, int], object] = lambda _arn, _status: None,
    ) -> None:
        self._clock = clock
        self._look = look
        self._invoke = invoke
        self._count = count
        self._guard = threading.Lock()
        self._servers: dict[str, Loopback] = {}
        self._running: Counter[str] = Counter()
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)

    def open(self, arn: str) -> str:
        """Begin to listen for a function and return its URL."""
        server = Loopback(_handler(lambda request: self.answer(arn, request)), "function-url")
        server.start()
        with self._guard:
            self._servers[arn] = server
        return f"{server.url}/"

    def close(self, arn: str) -> None:
        """Stop listening for a function; harmless where it has no URL."""
        with self._guard:
            server = self._servers.pop(arn, None)
        if server:
            server.stop()

    def stop(self) -> None:
        """Stop listening for every function."""
        for arn in list(self._servers):
            self.close(arn)

    def answer(self, arn: str, request: WebRequest) -> WebAnswer:
        """Answer a request and count it."""
        given = self._answer(arn, request)
        self._count(arn, given.status)
        return given

    def _answer(self, arn: str, request: WebRequest) -> WebAnswer:
        """Refuse as Lambda refuses, or answer as the function says.

        403 where the policy does not let everybody in; a URL of type AWS_IAM lets nobody in, as the bench checks no
        signature here. 413 past 6 MB. 429 while as many run as are reserved (Lambda's guide, "Reserved concurrency"),
        or past ten times as many requests in a second; how AWS measures that second is not documented.
        """
        exposed = self._look(arn)
        if exposed is None or exposed.auth_type != "NONE" or not may_call_url(exposed.statements):
            return failure(403, _FORBIDDEN, "AccessDeniedException")
        event = json.dumps(payload.event(request, str(uuid.uuid4()), self._clock.now())).encode()
        if len(event) > LONGEST:
            message = f"Request must be smaller than {LONGEST} bytes for the InvokeFunction operation"
            return failure(413, message, "RequestTooLargeException")
        with self._guard:
            if exposed.reserved is not None and not self._has_room(arn, exposed.reserved):
                return failure(429, "Rate Exceeded.", "TooManyRequestsException")
            self._running[arn] += 1
        try:
            return payload.answer(self._invoke(arn, event))
        finally:
            with self._guard:
                self._running[arn] -= 1

    def _has_room(self, arn: str, reserved: int) -> bool:
        """Whether one more may run, and may come in within this second; counts it if so."""
        now, passed = self._clock.timestamp(), self._passed[arn]
        while passed and passed[0] <= now - 1:
            passed.popleft()
        if self._running[arn] >= reserved or len(passed) >= _RATE * reserved:
            return False
        passed.append(now)
        return True


def _handler(answer: Callable[[WebRequest], WebAnswer]) -> type[Handler]:
    class Gateway(Handler):
        def serve(self) -> None:
            try:
                given = answer(self._request())
            except BodyTooLong:
                self.close_connection = True
                given = failure(413, "the body is too long", "RequestTooLargeException")
            except ValueError:
                self.close_connection = True
                given = WebAnswer(HTTPStatus.BAD_REQUEST, b"")
            headers = {name: value for name, value in given.headers.items() if name.lower() not in _OURS}
            self.answer(given.status, given.body, headers, cookies=given.cookies)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = serve  # noqa: N815 - http.server's names

        def _request(self) -> WebRequest:
            return WebRequest(
                method=self.command,
                target=self.path,
                protocol=self.request_version,
                headers=[*self.headers.items(), *self._forwarded()],
                body=self.body(),
                source_ip=self.client_address[0],
                domain=self._address(),
            )

        def _forwarded(self) -> Iterator[tuple[str, str]]:
            """Tell where the call came in, as Lambda's own front does."""
            yield "X-Forwarded-For", self.client_address[0]
            yield "X-Forwarded-Proto", "http"
            yield "X-Forwarded-Port", self._address().rpartition(":")[2]

        def _address(self) -> str:
            host, port = self.connection.getsockname()[:2]
            return f"{host}:{port}"

    return Gateway
