"""Login with Amazon: `POST /auth/o2/token`, as sp-api.md 1 describes it.

Each grant is one function from the fields of the request to the fields of the answer, listed in `_GRANTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from local.amazon import refusals
from local.amazon.calls import Caller
from local.amazon.faults import AT_LWA
from local.amazon.messages import Answer, Request, json_answer, read_json_object
from local.amazon.records import ACCESS_TOKEN_LIFE, Application, ClientSecret
from local.amazon.refusals import Refused
from local.amazon.registry import UnknownToAmazon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.amazon.codes import Codes
    from local.amazon.placeholders import Placeholders
    from local.amazon.records import AccessToken
    from local.amazon.registry import Registry
    from local.clock import Clock

TOKEN_PATH: Final = "/auth/o2/token"  # noqa: S105 - an address


class Lwa:
    """The token endpoint."""

    refusals = AT_LWA

    def __init__(self, registry: Registry, clock: Clock, placeholders: Placeholders, codes: Codes) -> None:
        self._registry = registry
        self._clock = clock
        self._placeholders = placeholders
        self._codes = codes

    def caller(self, request: Request) -> Caller:
        """Say who asks, unchecked: the client id, and the seller behind the refresh token or code if it is known."""
        fields = _fields(request)
        token = fields.get("refresh_token") or self._codes.refresh_token(fields.get("code"))
        authorization = self._registry.authorization(token)
        grant = fields.get("grant_type", "")
        return Caller(
            operation=grant if grant in self._GRANTS else "",
            client_id=fields.get("client_id"),
            selling_partner_id=authorization.seller.selling_partner_id if authorization else None,
        )

    def answer(self, request: Request) -> Answer:
        """Answer 200 with a token (sp-api.md 1.3), or with an error body of 1.4."""
        try:
            return json_answer(200, self._grant(request))
        except Refused as refused:
            return refused.refusal.answer(self._placeholders.request_id())

    def _grant(self, request: Request) -> dict[str, object]:
        fields = _fields(request)
        grant = self._GRANTS.get(fields.get("grant_type", ""))
        if grant is None or request.method != "POST":
            raise Refused(refusals.UNSUPPORTED_GRANT_TYPE)
        return grant(self, fields)

    def _refresh(self, fields: Mapping[str, str]) -> dict[str, object]:
        """Grant access for a seller; the answer has the refresh token that was sent (sp-api.md 3)."""
        _require(fields, "refresh_token")
        if "scope" in fields:
            # "Never with scope" (sp-api.md 1.2); which error answers it is not documented.
            raise Refused(refusals.INVALID_SCOPE)
        application, secret = self._authenticate(fields)
        authorization = self._registry.authorization(fields["refresh_token"])
        if authorization is None or not authorization.is_token_live(self._clock.now()):
            raise Refused(refusals.INVALID_GRANT)
        if authorization.client_id != application.client_id:
            # As users report; Amazon's page says invalid_grant (sp-api.md 1.4).
            raise Refused(refusals.UNAUTHORIZED_CLIENT)
        token = self._registry.grant_access(application.client_id, secret, refresh_token=authorization.refresh_token)
        return {**_bearer(token), "refresh_token": authorization.refresh_token}

    def _exchange(self, fields: Mapping[str, str]) -> dict[str, object]:
        """Grant access and the refresh token for the code of a consent (sp-api.md 1.2)."""
        _require(fields, "code")
        application, secret = self._authenticate(fields)
        refresh_token = self._codes.redeem(fields["code"], application.client_id, fields.get("redirect_uri"))
        if refresh_token is None:
            raise Refused(refusals.INVALID_CODE)
        token = self._registry.grant_access(application.client_id, secret, refresh_token=refresh_token)
        return {**_bearer(token), "refresh_token": refresh_token}

    def _grantless(self, fields: Mapping[str, str]) -> dict[str, object]:
        """Grant access without a seller, for scopes of sp-api.md 1.2; several are joined with a space."""
        _require(fields, "scope")
        if "refresh_token" in fields:
            # "Never with refresh_token" (sp-api.md 1.2); which error answers it is not documented.
            raise Refused(refusals.invalid_parameter("refresh_token"))
        application, secret = self._authenticate(fields)
        scopes = frozenset(fields["scope"].split())
        if not scopes <= application.scopes:
            raise Refused(refusals.INVALID_SCOPE)
        return _bearer(self._registry.grant_access(application.client_id, secret, scopes=scopes))

    def _authenticate(self, fields: Mapping[str, str]) -> tuple[Application, ClientSecret]:
        """Find the application and the client secret it came with, an expired one included (sp-api.md 5.2)."""
        _require(fields, "client_id")
        _require(fields, "client_secret")
        try:
            application = self._registry.application(fields["client_id"])
        except UnknownToAmazon:
            raise Refused(refusals.INVALID_CLIENT) from None
        secret = application.secret_in_force(fields["client_secret"], self._clock.now())
        if secret is None:
            raise Refused(refusals.INVALID_CLIENT)
        return application, secret

    _GRANTS: Final[dict[str, Callable[[Lwa, Mapping[str, str]], dict[str, object]]]] = {
        "authorization_code": _exchange,
        "refresh_token": _refresh,
        "client_credentials": _grantless,
    }


def _bearer(token: AccessToken) -> dict[str, object]:
    return {
        "access_token": token.value,
        "token_type": "bearer",
        "expires_in": int(ACCESS_TOKEN_LIFE.total_seconds()),
    }


def _require(fields: Mapping[str, str], name: str) -> None:
    if not fields.get(name):
        raise Refused(refusals.missing_parameter(name))


def _fields(request: Request) -> dict[str, str]:
    """Read a form or a JSON object (sp-api.md 1.1); no fields if it is neither or says so wrongly."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if content_type == "application/json":
        document = read_json_object(request.body) or {}
        return {name: value for name, value in document.items() if isinstance(value, str)}
    return {}
