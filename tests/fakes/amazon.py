"""Amazon in memory: applications, refresh tokens and where their sellers take part; answers one request at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from provisioning.amazon import Answer

if TYPE_CHECKING:
    import urllib.request

_DENIED = "Access to requested resource is denied."


@dataclass
class FakeAmazon:
    """Knows client secrets by client id, and sellers' marketplaces by refresh token; use as Amazon's `send`.

    `old` are client secrets that work as well, as the one before does for a week. `replaces` maps a refresh token to
    the one the next answer is to hold; `expired` are client ids whose secret SP-API calls expired while LWA does not;
    `down` makes every answer a 503; `closed` are SP-API paths that no role opens, and
    `mute` those that give no usable answer. `codes` maps a consent's code to the refresh token it is good for once,
    `partners` a refresh token to the id that Amazon's transactions name; `stores` names stores other than "A store".

    A client secret is made where `enrolled`: `made` lists the client ids, in order; `lost` lets the answer get lost on
    the way, `status` is what is answered instead of Amazon's own, as it is to a notification; `notified` lists those by
    refresh token, and `notice_lost` loses the answer to one. What is sent to a queue is the test's to write.
    """

    apps: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    replaces: dict[str, str] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    down: bool = False
    closed: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    partners: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    enrolled: bool = True
    made: list[str] = field(default_factory=list)
    lost: bool = False
    notified: list[tuple[str, Any]] = field(default_factory=list)
    notice_lost: bool = False
    status: int | None = None

    def __call__(self, request: urllib.request.Request) -> Answer:
        path = urlsplit(request.full_url).path
        self.calls.append(path)
        if self.down or path in self.mute:
            return Answer(503, b"<html>Service Unavailable</html>")
        assert request.get_header("User-agent")
        if path == "/applications/2023-11-30/clientSecret":
            return self._rotate(request)
        if path.endswith("/auth/o2/token"):
            return self._token({name: values[0] for name, values in parse_qs((request.data or b"").decode()).items()})
        return self._sp_api(path, request)

    def _token(self, form: dict[str, str]) -> Answer:
        if form["client_secret"] not in {self.apps.get(form["client_id"]), *self.old}:
            return _json(401, error="invalid_client", error_description="Client authentication failed")
        if form.get("scope") == "sellingpartnerapi::client_credential:rotation":
            return _json(200, access_token=f"rotation {form['client_id']}", token_type="bearer", expires_in=3600)
        if form["grant_type"] == "client_credentials":
            return _json(200, access_token=f"grantless {form['client_id']}", token_type="bearer", expires_in=3600)
        if form["grant_type"] == "authorization_code":
            token = self.codes.pop(form["code"], "")
            assert form["redirect_uri"]
        else:
            token = form["refresh_token"]
        if token not in self.tokens:
            return _json(400, error="invalid_grant", error_description="revoked")
        if self.tokens[token][0] != form["client_id"]:
            return _json(400, error="unauthorized_client", error_description="Not authorized for requested operation")
        answered = self.replaces.get(token, token)
        self.tokens[answered] = self.tokens[token]
        return _json(200, access_token=f"seller {token}", refresh_token=answered, token_type="bearer", expires_in=3600)

    def _rotate(self, request: urllib.request.Request) -> Answer:
        kind, _, client_id = (request.get_header("X-amz-access-token") or "").partition(" ")
        assert (request.get_method(), request.data) == ("POST", None)
        if kind != "rotation":
            return _json(403, errors=[_denied("")])
        if self.status:
            return _json(self.status, errors=[{"code": "x", "message": "said so", "details": ""}])
        if not self.enrolled:
            said = "Application is not enrolled for rotation notification. Please update application notification "
            return _json(400, errors=[{"code": "InvalidInput", "message": f"{said}preference in Developer console."}])
        self.made.append(client_id)
        if self.lost:
            raise TimeoutError
        return Answer(204, b"")

    def _notify(self, subject: str, request: urllib.request.Request) -> Answer:
        body = json.loads(request.data or b"{}")
        assert (request.get_method(), request.get_header("Content-type")) == ("POST", "application/json")
        if self.notice_lost:
            raise TimeoutError
        if self.status:
            return _json(self.status, errors=[{"code": "x", "message": "said so", "details": ""}])
        self.notified.append((subject, body))
        return _json(200, notificationId="PLACEHOLDER")

    def _sp_api(self, path: str, request: urllib.request.Request) -> Answer:
        kind, _, subject = (request.get_header("X-amz-access-token") or "").partition(" ")
        client_id = subject if kind == "grantless" else self.tokens[subject][0]
        if client_id in self.expired:
            return _json(403, errors=[_denied("The LWA secret token you provided has expired.")])
        if path in self.closed:
            return _json(403, errors=[_denied("")])
        if path.endswith("/appIntegrations/2024-04-01/notifications"):
            return self._notify(subject, request)
        if path.endswith("/destinations"):
            return _json(200, payload=[]) if kind == "grantless" else _json(403, errors=[_denied("")])
        if path.endswith("/transactions"):
            ids = [self.partners[subject]] if subject in self.partners else []
            named = [{"sellingPartnerMetadata": {"sellingPartnerId": partner}} for partner in ids]
            return _json(200, payload={"transactions": named})
        markets, name = self.tokens[subject][1], self.stores.get(subject, "A store")
        return _json(200, payload=[{"marketplace": {"id": market}, "storeName": name} for market in markets])


def _denied(details: str) -> dict[str, str]:
    return {"code": "Unauthorized", "message": _DENIED, "details": details}


def _json(status: int, **body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())
