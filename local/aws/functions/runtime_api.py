"""Lambda's runtime API (version 2018-06-01): what a function's process asks for work and answers to.

awslambdaric crashes on an error answer to `next`: so it waits until there is work, or hangs up (building-blocks.md 3).
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus

from local.aws.functions.answer import Answer
from local.loopback import Handler, Loopback

_ROOT = "/2018-06-01/runtime"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event on its way to the handler; `deadline` in milliseconds since 1970, real time."""

    payload: bytes = field(repr=False)
    function_arn: str
    deadline: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def headers(self) -> dict[str, str]:
        """Write what the runtime reads beside the event."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{self.id.replace('-', '')[:24]};Sampled=0",
        }


class RuntimeApi:
    """Serves one process, one invocation at a time."""

    def __init__(self) -> None:
        self.ready = threading.Event()  # the handler is imported, or never will be
        self._work: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._answer: Future[Answer] = Future()
        self._broken: Answer | None = None
        self._guard = threading.Lock()
        self._server = Loopback(_handler(self), "lambda-runtime-api")

    @property
    def address(self) -> str:
        """Tell `host:port`, the value of AWS_LAMBDA_RUNTIME_API."""
        return self._server.address

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """Hang up, on a waiting process too."""
        self._work.put(None)
        self._server.stop()

    def submit(self, invocation: Invocation) -> Future[Answer]:
        """Hand an event to the process; the future holds its answer, or why there is none."""
        with self._guard:
            self._answer = Future()
            if self._broken:
                self._answer.set_result(self._broken)
            else:
                self._work.put(invocation)
            return self._answer

    def next(self) -> Invocation | None:
        """Wait for work; None once there will be none."""
        self.ready.set()
        return self._work.get()

    def resolve(self, answer: Answer) -> None:
        """Take the process's answer to what it was given."""
        with self._guard:
            if not self._answer.done():
                self._answer.set_result(answer)

    def give_up(self, answer: Answer) -> None:
        """Answer this and every later invocation with the reason why the process cannot; the first reason stays."""
        with self._guard:
            self._broken = self._broken or answer
        self.resolve(self._broken)
        self.ready.set()


def _handler(api: RuntimeApi) -> type[Handler]:
    class Runtime(Handler):
        def do_GET(self) -> None:
            invocation = api.next() if self.path == f"{_ROOT}/invocation/next" else None
            if invocation is None:
                self.close_connection = True
                return
            self.answer(HTTPStatus.OK, invocation.payload, invocation.headers())

        def do_POST(self) -> None:
            body = self.body()
            if self.path == f"{_ROOT}/init/error":
                api.give_up(Answer(body, _kind(body)))
            elif self.path.endswith("/error"):
                api.resolve(Answer(body, _kind(body)))
            else:
                api.resolve(Answer(body))
            self.answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}', {"Content-Type": "application/json"})

    return Runtime


def _kind(body: bytes) -> str:
    try:
        found = json.loads(body).get("errorType")
    except (ValueError, AttributeError):
        found = None
    return found if isinstance(found, str) and found else "Runtime.Unknown"
