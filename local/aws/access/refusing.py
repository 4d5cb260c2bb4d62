"""How AWS answers whoever it does not know, and whoever may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from local.aws.faults.refusal import written

if TYPE_CHECKING:
    from local.aws.faults.call import Call
    from local.aws.faults.refusal import Answer

_FORBIDDEN: Final = 403
_BAD_REQUEST: Final = 400
#: By kind: the code in JSON, the code of the query protocol, the sentence (AWS's "Common errors").
_UNAUTHENTICATED: Final = {
    "IncompleteSignature": (
        "IncompleteSignatureException",
        "IncompleteSignature",
        "The request signature does not conform to AWS standards.",
    ),
    "UnrecognizedClient": (
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    ),
    "ExpiredToken": (
        "ExpiredTokenException",
        "ExpiredToken",
        "The security token included in the request is expired",
    ),
    "InvalidSignature": (
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    ),
}


def unauthenticated(kind: str, call: Call) -> Answer:
    """Refuse a call because of its keys or its signature."""
    in_json, in_query, sentence = _UNAUTHENTICATED[kind]
    return written(_FORBIDDEN, in_query if call.form == "query" else in_json, sentence, call)


def unfit(code: str, sentence: str, call: Call) -> Answer:
    """Refuse a call of STS because of what it passes to a session."""
    return written(_BAD_REQUEST, code, sentence, call)


def denied(sentence: str, call: Call) -> Answer:
    """Refuse a call because no policy allows it, or one denies it."""
    if call.form == "query":
        return written(_FORBIDDEN, "AuthorizationError" if call.service == "sns" else "AccessDenied", sentence, call)
    return written(_FORBIDDEN if call.service == "lambda" else _BAD_REQUEST, "AccessDeniedException", sentence, call)
