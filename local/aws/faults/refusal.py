"""How AWS refuses, in each form its clients read: JSON, XML for the query protocol, and CBOR."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from local.aws.faults.fault import FaultKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.faults.call import Call


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of AWS over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_REFUSALS = {
    FaultKind.DENIED: (400, "AccessDeniedException", "The caller is not authorized to perform: {operation}"),
    FaultKind.OUTAGE: (500, "InternalServiceError", "An error occurred on the server side."),
    FaultKind.THROTTLED: (400, "ThrottlingException", "Rate exceeded"),
}


def refusal(kind: FaultKind, call: Call) -> Answer:
    """Write the refusal of one call; raises KeyError for a kind that does not refuse."""
    status, code, text = _REFUSALS[kind]
    return written(status, code, text.format(operation=f"{call.service}:{call.operation}"), call)


def written(status: int, code: str, message: str, call: Call) -> Answer:
    """Write an error in the form of a call."""
    if call.form == "query":
        return Answer(status, {"Content-Type": "text/xml"}, _xml(code, message))
    document = {"__type": code, "message": message}
    if call.form == "cbor":
        return Answer(status, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, _cbor(document))
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return Answer(status, headers, json.dumps(document).encode())


def _xml(code: str, message: str) -> bytes:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return f"<ErrorResponse>{error}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>".encode()


def _cbor(document: Mapping[str, str]) -> bytes:
    """Write a map of texts (RFC 8949: 0xA0 and a map's size, 0x79 and a text's length in two bytes)."""
    texts = [text.encode() for pair in document.items() for text in pair]
    return bytes([0xA0 + len(document)]) + b"".join(b"\x79" + len(text).to_bytes(2) + text for text in texts)
