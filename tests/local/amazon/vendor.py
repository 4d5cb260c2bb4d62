"""The vendor's side of the conversation: HTTP to Amazon, and the credential of one seller."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable

FORM = "application/x-www-form-urlencoded;charset=UTF-8"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


@dataclass(frozen=True)
class Reply:
    """What came back; `body` is parsed if it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Connection:
    """HTTP to the server, a fresh connection for every request."""

    port: int

    def send(self, method: str, path: str, content: bytes | str | Iterable[bytes] = b"", **headers: str) -> Reply:
        """Send one request; header names are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, content, named)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = response.getheader("Content-Type") == "application/json"
        return Reply(response.status, dict(response.getheaders()), json.loads(text) if is_json else text.decode())

    def admin(self, method: str, path: str, **body: object) -> Reply:
        """Ask the bench's own interface."""
        return self.send(method, f"/_bench/{path}", json.dumps(body), Content_Type="application/json")


@dataclass
class Vendor(Connection):
    """The vendor's side: a client id, its secret, and one seller's refresh token."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    selling_partner_id: str = ""

    @property
    def refresh(self) -> dict[str, str]:
        """The fields of a refresh grant."""
        return {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }

    @property
    def grantless(self) -> dict[str, str]:
        """The fields of a grantless grant."""
        return {
            "grant_type": "client_credentials",
            "scope": "sellingpartnerapi::notifications",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }

    def ask(self, fields: dict[str, str]) -> Reply:
        """Post a form to the token endpoint."""
        return self.send("POST", "/auth/o2/token", urlencode(fields), Content_Type=FORM)

    def access_token(self) -> str:
        """Get an access token for the seller."""
        return str(self.ask(self.refresh).body["access_token"])

    def grantless_token(self) -> str:
        """Get a grantless access token for notifications."""
        return str(self.ask(self.grantless).body["access_token"])

    def get(self, path: str, token: str) -> Reply:
        """Call SP-API as a well-behaved client does."""
        return self.send("GET", path, x_amz_access_token=token, User_Agent="tests/1")

    def participations(self, token: str | None = None, prefix: str = "/eu") -> Reply:
        """Call getMarketplaceParticipations, with a new access token unless one is given."""
        return self.get(prefix + PARTICIPATIONS, token or self.access_token())
