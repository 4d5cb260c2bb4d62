"""Amazon over HTTP on 127.0.0.1: the sockets, and nothing else; it logs no path, no body and no token."""

from __future__ import annotations

import random
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from local.amazon.admin import ADMIN_PREFIX, Admin
from local.amazon.answering import Amazon, Dropped
from local.amazon.codes import Codes
from local.amazon.consent_admin import ConsentAdmin
from local.amazon.lwa import TOKEN_PATH
from local.amazon.messages import Answer, Request
from local.amazon.placeholders import Placeholders
from local.amazon.registry import Registry
from local.amazon.seller_central import PREFIX, SellerCentral
from local.loopback import HOST, BodyTooLong, Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.clock import Clock


class AmazonServer:
    """Amazon on a free port of 127.0.0.1, from `start` to `stop`; `randomness` makes ids and tokens.

    In process, `registry`, `faults`, `calls` and `notifying` are at hand; other processes use the admin API.
    """

    def __init__(self, clock: Clock, randomness: random.Random | None = None) -> None:
        placeholders = Placeholders(randomness or random.SystemRandom())
        self._stopping = threading.Event()
        self.registry = Registry(clock, placeholders)
        codes = Codes(clock, placeholders)
        amazon = Amazon(self.registry, clock, placeholders, pause=self._pause, codes=codes)
        self.faults = amazon.faults
        self.calls = amazon.calls
        self.notices = amazon.notices
        self.notifying = amazon.notifying
        self.seller_central = SellerCentral(self.registry, clock, placeholders, codes, lambda: self.consent_url)
        consent = ConsentAdmin(self.registry, self.seller_central, self.notices)
        admin = Admin(self.registry, self.faults, self.calls, self.notifying, consent)

        def answer(request: Request) -> Answer:
            if request.path.startswith(ADMIN_PREFIX):
                return admin.answer(request)
            return (self.seller_central if request.path.startswith(PREFIX) else amazon).answer(request)

        self._http = Loopback(_handler(answer), "amazon")

    def start(self) -> None:
        """Begin to answer."""
        self._http.start()

    def stop(self) -> None:
        """Stop answering for good and hang up on everybody, kept connections and slow answers included."""
        self._stopping.set()
        self._http.stop()

    @property
    def url(self) -> str:
        """The address, without a slash at its end; SP-API without a region check."""
        return self._http.url

    @property
    def lwa_url(self) -> str:
        """The token endpoint; the bench hands it out as SP_API_OAUTH_URL."""
        return f"{self.url}{TOKEN_PATH}"

    @property
    def sp_api_url(self) -> str:
        """The regional hosts, with `{region}` to be replaced by na, eu or fe; handed out as SP_API_BASE_URL."""
        return f"{self.url}/{{region}}"

    @property
    def consent_url(self) -> str:
        """Seller Central, handed out as SELLERKEYS_CONSENT_HOSTS.

        By another name than the vendor's pages, so that a browser takes the two for different sites, as they are.
        """
        return self.url.replace(HOST, "localhost")

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Dropped


def _handler(answer: Callable[[Request], Answer]) -> type[Handler]:
    class Gateway(Handler):
        def serve(self) -> None:
            try:
                given = answer(self._request())
            except Dropped:
                self.reset()
            except BodyTooLong:
                self.close_connection = True
                self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            else:
                kind = {"Content-Type": given.content_type} if given.content else {}
                self.answer(given.status, given.content, {**given.headers, **kind})

        do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - http.server's names

        def _request(self) -> Request:
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.command, url.path, parse_qs(url.query), headers, self.body())

    return Gateway
