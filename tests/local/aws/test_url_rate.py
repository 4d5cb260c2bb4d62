"""A function URL passes on ten requests a second for each execution that is reserved, whatever they take."""

from __future__ import annotations

from datetime import UTC, datetime

from local.aws.functions.answer import Answer
from local.aws.functions.payload import WebRequest
from local.aws.functions.urls import Exposed, Urls

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:serves"
PUBLIC = [
    {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl"},
    {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:InvokeFunction",
        "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    },
]


class Still:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def timestamp(self) -> float:
        return self.seconds


def test_ten_times_what_is_reserved(monkeypatch) -> None:
    """The 21st within a second is answered 429 with two reserved, and a second later the next ones go through.

    Lambda's guide, "Throttling function URLs": the rate is ten times the reserved concurrency.
    """
    monkeypatch.setattr("local.aws.functions.urls.may_call_url", lambda _statements: True)
    clock = Still()
    urls = Urls(clock, lambda _: Exposed(PUBLIC, "NONE", 2), lambda _arn, _event: Answer(b'{"statusCode": 200}'))
    request = WebRequest("GET", "/", "HTTP/1.1", [], b"", "127.0.0.1", "127.0.0.1:1")

    first = [urls.answer(ARN, request).status for _ in range(22)]
    clock.seconds += 0.5
    then = urls.answer(ARN, request).status
    clock.seconds += 0.5
    later = [urls.answer(ARN, request).status for _ in range(21)]

    assert first == [200] * 20 + [429] * 2
    assert then == 429
    assert later == [200] * 20 + [429]
