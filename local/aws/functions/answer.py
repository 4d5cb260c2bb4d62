"""What travels between an invocation and the process that answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Deployed:
    """A function as it was deployed; `code` is the zip's bytes, `timeout` is in seconds, `memory` in megabytes."""

    name: str
    arn: str
    handler: str
    code: bytes = field(repr=False, compare=False)  # the digest tells two apart
    digest: str
    runtime: str
    environment: Mapping[str, str] = field(repr=False)
    timeout: float
    memory: int
    region: str
    account: str
    log_group: str
    role: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation came to; `error` is the errorType of a failed one, whose payload is then the error's body."""

    payload: bytes = field(repr=False)
    error: str | None = None


def failed(kind: str, message: str) -> Answer:
    """Make the answer of an invocation that the function itself could not answer."""
    return Answer(json.dumps({"errorMessage": message, "errorType": kind}).encode(), kind)
