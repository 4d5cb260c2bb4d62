"""Amazon over connections that stay open: a handshake for each call would be most of the work of a thousand sellers."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3

from provisioning.amazon import Amazon, Answer

if TYPE_CHECKING:
    from provisioning.amazon import Endpoints

_TIMEOUT: Final = urllib3.Timeout(10)
_LONGEST_ANSWER: Final = 2**20
#: Connections to a host that are kept; more callers than that open further ones.
_KEPT: Final = 64


class Connections:
    """Sends one request, never a second time and never on to where an answer redirects; threads share it.

    Raises OSError where there is no answer. The environment's proxies are respected.
    """

    def __init__(self) -> None:
        self._proxies = urllib.request.getproxies()
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._pool_of: dict[tuple[str, str], urllib3.PoolManager] = {}

    def __call__(self, request: urllib.request.Request) -> Answer:
        """Send it."""
        body = request.data if isinstance(request.data, bytes) else None
        try:
            response = self._pool_for(request.full_url).urlopen(
                request.get_method(),
                request.full_url,
                body=body,
                headers=dict(request.header_items()),
                redirect=False,
                retries=False,
                timeout=_TIMEOUT,
                preload_content=False,
            )
            try:
                return Answer(response.status, response.read(_LONGEST_ANSWER))
            finally:
                response.drain_conn()
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise _Silent(type(error).__name__) from None

    def _pool_for(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        host = (parts.scheme, parts.hostname or "")
        if host not in self._pool_of:
            self._pool_of[host] = self._pool_by(self._proxy_to(*host))
        return self._pool_of[host]

    def _proxy_to(self, scheme: str, host: str) -> str | None:
        proxy = self._proxies.get(scheme)
        return None if proxy and urllib.request.proxy_bypass(host) else proxy

    def _pool_by(self, proxy: str | None) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = (
                urllib3.ProxyManager(proxy, maxsize=_KEPT) if proxy else urllib3.PoolManager(maxsize=_KEPT)
            )
        return self._pools[proxy]


class _Silent(OSError):
    """No answer; the text is the kind of failure alone, for urllib3's may quote an address."""


def connected(endpoints: Endpoints) -> Amazon:
    """Make a client of Amazon whose connections stay open."""
    return Amazon(endpoints, send=Connections())
