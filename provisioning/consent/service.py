"""From a request to its page: which path, by which method. Nothing here logs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provisioning.consent import pages, refusals
from provisioning.consent.layout import Reply, Sheet, page
from provisioning.consent.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provisioning.consent.entries import Entries
    from provisioning.consent.layout import Vendor
    from provisioning.consent.refusals import Refusal
    from provisioning.consent.request import Request
    from provisioning.consent.returning import Returning

_LINK: Final = re.compile(r"/i/([^/]+)(/connect|/own|)")


class Service:
    """The consent function's pages."""

    def __init__(self, vendor: Vendor, entries: Entries, returning: Returning) -> None:
        self._vendor = vendor
        self._entries = entries
        self._returning = returning

    def answer(self, request: Request) -> Reply:
        """Answer a request; raises Refused, and the errors of AWS and Amazon."""
        ways = self._ways(request)
        if not ways:
            raise Refused(refusals.UNKNOWN_PAGE)
        act = ways.get(request.method)
        if act is None:
            refused = refusal_page(self._vendor, refusals.WRONG_METHOD)
            allowed = ", ".join(sorted({*ways, *(["HEAD"] if "GET" in ways else [])}))
            return replace(refused, headers={**refused.headers, "allow": allowed})
        return act()

    def _ways(self, request: Request) -> Mapping[str, Callable[[], Reply]]:
        """List what may be done at a path, by method; nothing where there is no such path."""
        entries, returning = self._entries, self._returning
        if link := _LINK.fullmatch(request.path):
            token, way = link.groups()
            links: dict[str, dict[str, Callable[[], Reply]]] = {
                "": {"GET": lambda: entries.open_link(token)},
                "/connect": {"POST": lambda: entries.connect(request, token)},
                "/own": {"POST": lambda: returning.take_form(request, token)},
            }
            return links[way]
        if request.path == "/login":
            return {"GET": lambda: entries.log_in(request), "POST": lambda: entries.go_on(request)}
        if request.path == "/callback":
            return {"GET": lambda: returning.call_back(request)}
        return {}


def refusal_page(vendor: Vendor, refusal: Refusal, seller: str = "") -> Reply:
    """Show a refusal."""
    reply = page(vendor, Sheet(refusal.title, pages.refused(refusal), refusal.code, refusal.status))
    return replace(reply, seller=seller)
