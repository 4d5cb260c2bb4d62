"""Every way in which Amazon says no, word for word (sp-api.md 1.4 and 2).

Where the reference has a status or a text as *unconfirmed* or *not seen*, the constant says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from local.amazon.messages import Answer, json_answer


@dataclass(frozen=True, slots=True)
class LwaRefusal:
    """LWA's no: HTTP status, `error` and `error_description`."""

    status: int
    error: str
    description: str

    def answer(self, request_id: str) -> Answer:
        """Write the body of sp-api.md 1.4; what `error_index` holds is not documented, so it repeats the request id."""
        return json_answer(
            self.status,
            {
                "error": self.error,
                "error_description": self.description,
                "error_index": request_id,
                "request_id": request_id,
            },
        )


@dataclass(frozen=True, slots=True)
class SpApiRefusal:
    """SP-API's no: HTTP status and the one entry of `errors`; the cause of a 403 is in `details`."""

    status: int
    code: str
    message: str
    details: str = ""
    error_type: str = ""

    def answer(self, request_id: str) -> Answer:
        """Write the body of sp-api.md 2; no x-amzn-RateLimit-Limit, which a 403 does not have (sp-api.md 10)."""
        headers = {"x-amzn-RequestId": request_id}
        if self.error_type:
            headers["x-amzn-ErrorType"] = self.error_type
        entry = {"code": self.code, "message": self.message, "details": self.details}
        return json_answer(self.status, {"errors": [entry]}, headers)


INVALID_CLIENT: Final = LwaRefusal(401, "invalid_client", "Client authentication failed")
_NO_GRANT = (
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission."
)
INVALID_GRANT: Final = LwaRefusal(400, "invalid_grant", _NO_GRANT)
INVALID_CODE: Final = LwaRefusal(400, "invalid_grant", "The request has an invalid grant parameter : code")
#: What an SP-API page says instead of 400 for a revoked consent (sp-api.md 3, secondary).
INVALID_GRANT_403: Final = LwaRefusal(403, "invalid_grant", _NO_GRANT)
UNAUTHORIZED_CLIENT: Final = LwaRefusal(400, "unauthorized_client", "Not authorized for requested operation")
INVALID_SCOPE: Final = LwaRefusal(400, "invalid_scope", "The request has an invalid parameter : scope")
#: The status is unconfirmed.
UNSUPPORTED_GRANT_TYPE: Final = LwaRefusal(
    400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server"
)
#: Only the name is known, from Amazon's model; status and text are ours.
LWA_UNAVAILABLE: Final = LwaRefusal(503, "temporarily_unavailable", "The service is temporarily unavailable")
#: LWA's limit and how it says so are unpublished; status 429 is what clients expect, the rest is ours.
LWA_THROTTLED: Final = LwaRefusal(429, "temporarily_unavailable", "Too many requests")


def missing_parameter(name: str) -> LwaRefusal:
    """Refuse a token request without the field `name`; the status is unconfirmed."""
    return LwaRefusal(400, "invalid_request", f"The request is missing a required parameter : {name}")


def invalid_parameter(name: str) -> LwaRefusal:
    """Refuse a token request for the value of the field `name`; status unconfirmed, text after `invalid_scope`'s."""
    return LwaRefusal(400, "invalid_request", f"The request has an invalid parameter : {name}")


def unauthorized(details: str, error_type: str = "") -> SpApiRefusal:
    """Refuse with the 403 of sp-api.md 2 and these `details`."""
    return SpApiRefusal(403, "Unauthorized", "Access to requested resource is denied.", details, error_type)


TOKEN_EXPIRED: Final = unauthorized("The access token you provided has expired.")
TOKEN_INVALID: Final = unauthorized("The access token you provided is revoked, malformed or invalid.")
TOKEN_MISSING: Final = unauthorized("Access token is missing in the request header.", "AccessDeniedException")
CLIENT_SECRET_EXPIRED: Final = unauthorized("The LWA secret token you provided has expired.")
WRONG_MARKETPLACE: Final = unauthorized("The marketplaces you provided are not valid for region.")
#: A missing role, a seller of another region, or (in the sandbox) an unknown path.
DENIED: Final = unauthorized("")
#: A token request sent to the SP-API host (sp-api.md 1.1); the message is ours.
MISSING_AUTHENTICATION_TOKEN: Final = SpApiRefusal(403, "MissingAuthenticationToken", "Missing Authentication Token")
#: Required by the developer guide (sp-api.md 2); how its absence is answered is not documented.
USER_AGENT_INVALID: Final = SpApiRefusal(400, "InvalidInput", "User-Agent is required, at most 500 characters.")
#: The two 400s of createNotification; the second is the model's own sandbox example.
NOTIFICATION_INVALID: Final = SpApiRefusal(400, "InvalidInput", "Request has missing or invalid parameters.")
TEMPLATE_INVALID: Final = SpApiRefusal(400, "InvalidInput", "Invalid Template Identifier(templateId)")
#: rotateApplicationClientSecret without a subscription for the new client secret (sp-api.md 5.1).
NOT_ENROLLED: Final = SpApiRefusal(
    400,
    "InvalidInput",
    "Application is not enrolled for rotation notification. Please update application notification preference in "
    "Developer console.",
)
QUOTA_EXCEEDED: Final = SpApiRefusal(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
SERVICE_UNAVAILABLE: Final = SpApiRefusal(503, "ServiceUnavailable", "The service is temporarily unavailable.")


class Refused(Exception):
    """Amazon says no; carries the refusal from where it is decided to where it is written."""

    def __init__(self, refusal: LwaRefusal | SpApiRefusal) -> None:
        super().__init__()
        self.refusal = refusal
