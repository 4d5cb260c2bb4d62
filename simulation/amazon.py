"""Amazon for a simulated world: the bench's own stand-in in process, and what its answers told the product."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from local.amazon.answering import Amazon, Dropped
from local.amazon.codes import Codes
from local.amazon.lwa import TOKEN_PATH
from local.amazon.messages import Request
from local.amazon.placeholders import Placeholders
from local.amazon.registry import Registry, UnknownToAmazon
from provisioning.amazon import Answer
from provisioning.causes import is_transient
from provisioning.marketplaces import find_marketplace

if TYPE_CHECKING:
    import urllib.request
    from datetime import datetime
    from random import Random

    from local.clock import Clock
    from provisioning.payload import Credential
    from simulation.line import Line

_OK = 200


class Told:
    """What the process at the other end has been told since it began.

    `changed` are refresh tokens that came in place of the one sent; `refused` the tokens that were refused for good;
    `refusals` counts every final refusal; `is_disturbed` where an answer did not come or only meant "later".
    """

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.refused: set[str] = set()
        self.refusals = 0
        self.is_disturbed = False


class SimulatedAmazon:
    """Amazon's truth, and the answers to the product's requests; use as the product's `send`."""

    def __init__(self, clock: Clock, randomness: Random, line: Line) -> None:
        placeholders = Placeholders(randomness)
        self.registry = Registry(clock, placeholders)
        self.codes = Codes(clock, placeholders)
        self._amazon = Amazon(self.registry, clock, placeholders, pause=lambda _: None, codes=self.codes)
        self.faults = self._amazon.faults
        self.calls = self._amazon.calls
        self.notifying = self._amazon.notifying
        self.told = Told()
        self.requests = 0
        self._clock = clock
        self._line = line
        self._grants: dict[str, tuple[str, str, str]] = {}  # access token to tokens sent and answered, client secret
        self._proofs: dict[tuple[str, str], datetime] = {}
        self._renewed: dict[str, str] = {}

    def open(self) -> None:
        """Begin a process: it has been told nothing yet."""
        self.told = Told()

    def works(self, credential: Credential) -> bool:
        """Say whether a credential works now: application, consent and marketplace, without asking over the line."""
        now = self._clock.now()
        try:
            application = self.registry.application(credential.client_id)
        except UnknownToAmazon:
            return False
        secret = application.secret_in_force(credential.client_secret, now)
        consent = self.registry.authorization(credential.refresh_token)
        if secret is None or now >= secret.expires_on or consent is None or consent.client_id != credential.client_id:
            return False
        market = find_marketplace(credential.marketplace_id)
        return consent.is_token_live(now) and market is not None and market.code in consent.seller.marketplaces

    def is_live(self, refresh_token: str) -> bool:
        """Say whether LWA still accepts a refresh token."""
        consent = self.registry.authorization(refresh_token)
        return consent is not None and consent.is_token_live(self._clock.now())

    def owner(self, refresh_token: str) -> str | None:
        """Name the selling partner that a refresh token stands for."""
        consent = self.registry.authorization(refresh_token)
        return consent.seller.selling_partner_id if consent else None

    def proven_at(self, credential: Credential) -> datetime | None:
        """Tell when SP-API last answered with this refresh token and client secret."""
        return self._proofs.get((credential.refresh_token, credential.client_secret))

    def serve(self, request: Request) -> tuple[int, bytes]:
        """Answer somebody else than the product, whose calls go over no line."""
        given = self._amazon.answer(request)
        return given.status, given.content

    def __call__(self, request: urllib.request.Request) -> Answer:
        """Answer one request of the product."""
        self.requests += 1
        try:
            answer = self._line.carry(lambda: self._answer(request), ConnectionResetError, TimeoutError)
        except OSError:
            self.told.is_disturbed = True
            raise
        self.told.is_disturbed |= is_transient(answer.status, answer.error) or answer.json() is None
        self._tell(request, answer)
        return answer

    def _answer(self, request: urllib.request.Request) -> Answer:
        body = request.data if isinstance(request.data, bytes) else b""
        headers = {name.lower(): value for name, value in request.header_items()}
        asked = Request(request.get_method(), urlsplit(request.full_url).path, {}, headers, body)
        try:
            given = self._amazon.answer(asked)
        except Dropped:
            raise ConnectionResetError from None
        content = given.content
        if given.status == _OK and asked.path == TOKEN_PATH:
            content = self._granted(dict(parse_qsl(body.decode())), content)
        elif given.status == _OK and given.content_type == "application/json":
            self._prove(headers.get("x-amz-access-token", ""))
        return Answer(given.status, content)

    def _granted(self, form: dict[str, str], content: bytes) -> bytes:
        """Note a grant; a token that was renewed once goes on being answered with its successor."""
        try:
            document = json.loads(content)
        except ValueError:
            return content
        sent = form.get("refresh_token")
        if sent is None:
            return content
        answered = document.get("refresh_token")
        if answered not in (None, sent):
            self._renewed[sent] = answered
        elif answered and sent in self._renewed:
            while answered in self._renewed:
                answered = self._renewed[answered]
            document["refresh_token"] = answered
            content = json.dumps(document).encode()
        # A token that Amazon itself answered with is as proven as the one that was sent.
        self._grants = {document["access_token"]: (sent, answered or sent, form["client_secret"])}
        return content

    def _prove(self, access_token: str) -> None:
        sent, answered, client_secret = self._grants.get(access_token, ("", "", ""))
        self._proofs[sent, client_secret] = self._proofs[answered, client_secret] = self._clock.now()

    def _tell(self, request: urllib.request.Request, answer: Answer) -> None:
        """Note what reached the process."""
        if isinstance(request.data, bytes):
            sent = dict(parse_qsl(request.data.decode())).get("refresh_token")
        else:
            sent = self._grants.get(request.get_header("X-amz-access-token") or "", (None,))[0]
        if answer.status != _OK and not is_transient(answer.status, answer.error):
            self.told.refusals += 1
            if sent:
                self.told.refused.add(sent)
        elif sent and answer.status == _OK:
            answered = (answer.json() or {}).get("refresh_token")
            if isinstance(answered, str) and answered != sent:
                self.told.changed.add(answered)
