"""What a fleet's pages stand on: who asks, at which address, with which application of Amazon's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning.consent.states import COOKIE

if TYPE_CHECKING:
    from provisioning.consent.hosts import Hosts
    from provisioning.consent.layout import Vendor
    from provisioning.consent.request import Request


@dataclass(frozen=True, slots=True)
class Setting:
    """One fleet's setting.

    `application_id` is the id under which Amazon shows the application to sellers; empty where sellers cannot consent.
    While it is a `draft`, Amazon wants `version=beta` (sp-api.md 4.1). `address` is the vendor's own, empty where the
    function's own address serves.
    """

    vendor: Vendor
    hosts: Hosts
    application_id: str = ""
    draft: bool = False
    address: str = ""

    def redirect_uri(self, request: Request) -> str:
        """Write where Amazon is to send the browser back; it has to be registered there, letter by letter."""
        return f"{self.address or request.origin}/callback"

    @property
    def version(self) -> dict[str, str]:
        """What Amazon has to be told of a draft."""
        return {"version": "beta"} if self.draft else {}


def cookie_of(request: Request) -> str | None:
    """Give this browser's cookie, if it has one."""
    return request.cookies.get(COOKIE)
