"""moto's WSGI application behind the bench's HTTP server.

moto's own server closes the connection after each request and looks for its modules on the disk each time. With
keep-alive and two caches the same application answers about four times as many requests (building-blocks.md 1).
"""

from __future__ import annotations

import functools
import io
import json
import logging
import traceback
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import moto.backends
import moto.core.responses
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws.access.signature import Sent
from local.aws.faults import call as calls
from local.aws.faults.refusal import Answer
from local.aws.faults.striking import Dropped
from local.loopback import HOST, BodyTooLong, Handler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.access.guard import Guard
    from local.aws.faults.striking import Striking
    from local.clock import Clock

    Application = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]

_log = logging.getLogger(__name__)
#: What nobody asks moto for, by its signing name: AWS's own judge of policies (aws.md 10.3).
_ABSENT = {"access-analyzer": "IAM Access Analyzer"}
_OURS = {"connection", "transfer-encoding", "content-length", "date"}


def application() -> DomainDispatcherApplication:
    """Make moto's application, which routes by the service named in a request's signature."""
    app = DomainDispatcherApplication(create_backend_app)
    # moto asks the disk for its modules, and its 200 URL patterns for a match, at each request.
    app.get_backend_for_host = functools.cache(app.get_backend_for_host)  # type: ignore[method-assign]
    return app


def cache_lookups() -> None:
    """Let moto list its modules once and each service's operations once; harmless to repeat."""
    modules = frozenset(moto.backends.list_of_moto_modules())
    vars(moto.backends)["list_of_moto_modules"] = lambda: modules
    vars(moto.core.responses)["method_names_from_class"] = functools.cache(method_names_from_class)


def handler(app: Application, clock: Clock, striking: Striking, guard: Guard) -> type[Handler]:
    """Make the connection class that answers with what `app` says as faults and policies allow, by the bench's date."""

    class Gateway(Handler):
        def serve(self) -> None:
            try:
                given = self._answer(self.body())
            except Dropped:
                self.reset()
                return
            except BodyTooLong:
                self.close_connection = True
                given = _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
            self.answer(given.status, given.body, {**given.headers, "Date": format_datetime(clock.now(), usegmt=True)})

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = serve  # noqa: N815 - http.server's names

        def _answer(self, body: bytes) -> Answer:
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = calls.read(self.command, self.path, headers, body)
            if call is None:
                return _failure(
                    HTTPStatus.FORBIDDEN, "the bench takes signed requests only", "MissingAuthenticationToken"
                )
            if call.service in _ABSENT:
                return _failure(
                    HTTPStatus.NOT_FOUND, f"the bench has no {_ABSENT[call.service]}", "UnknownOperationException"
                )
            sent = Sent(self.command, self.path, headers, body)
            return striking.answer(
                call, lambda: guard.answer(call, sent, lambda: _call(app, self._environ(headers, body)))
            )

        def _environ(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
            path, _, query = self.path.partition("?")
            environ: dict[str, Any] = {
                "REQUEST_METHOD": self.command,
                "SCRIPT_NAME": "",
                "PATH_INFO": unquote(path).encode().decode("latin-1"),
                "QUERY_STRING": query,
                "RAW_URI": self.path,
                "REQUEST_URI": self.path,
                "SERVER_NAME": HOST,
                "SERVER_PORT": str(self.connection.getsockname()[1]),
                "SERVER_PROTOCOL": self.request_version,
                "REMOTE_ADDR": self.client_address[0],
                "wsgi.version": (1, 0),
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(body),
                "wsgi.input_terminated": True,
                "wsgi.errors": io.StringIO(),
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
            }
            for name, value in headers.items():
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
            environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
            environ["CONTENT_LENGTH"] = str(len(body))
            return environ

    return Gateway


def _call(app: Application, environ: dict[str, Any]) -> Answer:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        started.append((status, headers))

    try:
        body = b"".join(app(environ, start_response))
    except Exception as error:  # noqa: BLE001 - whatever moto raises is an answer of 500, as at AWS
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("%s in %s:%s", type(error).__name__, frame.filename, frame.lineno)
        return _failure(HTTPStatus.INTERNAL_SERVER_ERROR, f"the bench failed with {type(error).__name__}")
    status, headers = started[-1]
    return Answer(int(status.split()[0]), {k: v for k, v in headers if k.lower() not in _OURS}, body)


def _failure(status: int, message: str, code: str = "InternalFailure") -> Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return Answer(status, headers, body)
