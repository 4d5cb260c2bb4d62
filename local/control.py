"""The control API: a running bench's clock and rotations, for other processes. JSON over HTTP on loopback.

| request | body or query | answer |
|---|---|---|
| `GET /time` | | `{"now": "2026-11-24T01:00:00+00:00"}` |
| `POST /time/advance` | `{"seconds": 86400}` | the same, after the move |
| `GET /events` | | `{"events": [CloudTrail records, oldest first]}` |
| `GET /faults` | | `{"faults": [what goes wrong at AWS]}`; Amazon's own are at its `/_bench/faults` |
| `PUT /faults` | a fault (`aws/faults/fault.py`) | the same, after it |
| `DELETE /faults` | | the same, none |
| `GET /rotations/idle` | `timeout=30` | `{"idle": true}` once nothing runs or is due; false if the time ran out |
| `POST /stop` | | `{}`; the bench then ends |

A wrong request is answered with 400 or 404 and `{"error": sentence}`.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from local.aws.faults.fault import Fault
from local.loopback import Handler, Loopback
from local.reading import read

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from local.aws.server import AWSServer
    from local.clock import Clock

    Arguments = Mapping[str, Any]
    Routes = Mapping[tuple[str, str], Callable[[Arguments], dict[str, Any]]]

_LONGEST_WAIT = 600.0


class ControlFailed(Exception):
    """The bench's control API refused or could not be reached."""


class Control:
    """Serves the control API of one bench; `stopping` is set by `POST /stop`."""

    def __init__(self, clock: Clock, aws: AWSServer, stopping: threading.Event) -> None:
        self._clock = clock
        self._aws = aws
        self._stopping = stopping
        routes: Routes = {
            ("GET", "/time"): self._time,
            ("POST", "/time/advance"): self._advance,
            ("GET", "/events"): self._events,
            ("GET", "/faults"): self._faults,
            ("PUT", "/faults"): self._put_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/rotations/idle"): self._idle,
            ("POST", "/stop"): self._stop,
        }
        self._server = Loopback(_handler(routes), "bench-control")

    @property
    def url(self) -> str:
        """Tell the API's root."""
        return self._server.url

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def _time(self, _arguments: Arguments) -> dict[str, Any]:
        return {"now": self._clock.now().isoformat()}

    def _advance(self, arguments: Arguments) -> dict[str, Any]:
        return {"now": self._clock.advance(timedelta(seconds=float(arguments["seconds"]))).isoformat()}

    def _events(self, _arguments: Arguments) -> dict[str, Any]:
        return {"events": [event.record() for event in self._aws.trail.events()]}

    def _faults(self, _arguments: Arguments) -> dict[str, Any]:
        return {"faults": [asdict(fault) for fault in self._aws.faults.all()]}

    def _put_fault(self, arguments: Arguments) -> dict[str, Any]:
        self._aws.faults.put(read(Fault, arguments))
        return self._faults({})

    def _clear_faults(self, _arguments: Arguments) -> dict[str, Any]:
        self._aws.faults.clear()
        return self._faults({})

    def _idle(self, arguments: Arguments) -> dict[str, Any]:
        return {"idle": self._aws.wait_idle(min(float(arguments.get("timeout", 30)), _LONGEST_WAIT))}

    def _stop(self, _arguments: Arguments) -> dict[str, Any]:
        self._stopping.set()
        return {}


def call(url: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask a bench's control API; raises ControlFailed with a sentence."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_LONGEST_WAIT + 10)
    try:
        connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ControlFailed(f"the bench's control API at {url} gave no answer ({type(error).__name__})") from None
    finally:
        connection.close()
    if response.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise ControlFailed(f"the bench refused {method} {path}: {answer.get('error')}")
    return answer


def _handler(routes: Routes) -> type[Handler]:
    class Endpoint(Handler):
        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            try:
                arguments = json.loads(self.body() or b"{}")
            except ValueError:
                arguments = None
            if isinstance(arguments, dict):
                self._serve(arguments)
            else:
                self._say(HTTPStatus.BAD_REQUEST, {"error": "the body must be a JSON object"})

        do_PUT = do_DELETE = do_POST  # noqa: N815 - http.server's names

        def _serve(self, arguments: Arguments) -> None:
            url = urlsplit(self.path)
            action = routes.get((self.command, url.path))
            if action is None:
                self._say(HTTPStatus.NOT_FOUND, {"error": f"there is no {self.command} {url.path}"})
                return
            try:
                self._say(HTTPStatus.OK, action({**dict(parse_qsl(url.query)), **arguments}))
            except ValueError as error:
                self._say(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            except (KeyError, TypeError, OverflowError) as error:
                self._say(HTTPStatus.BAD_REQUEST, {"error": f"{type(error).__name__}: {error}"})

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            self.answer(status, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    return Endpoint
