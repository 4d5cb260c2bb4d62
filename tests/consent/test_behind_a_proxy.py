"""The pages behind CloudFront: what a caller says of hosts is never believed, the configured address is."""

from __future__ import annotations

import pytest

from tests.consent.conftest import (
    HOST,
    Pages,
    query_of,
)

FORGED = {
    "host": "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    "x-forwarded-port": "8080",
    "x-forwarded-for": "192.0.2.1",
    "forwarded": "host=evil.example;proto=http",
    "x-original-url": "/callback",
    "x-rewrite-url": "/callback",
    "x-http-method-override": "GET",
}


@pytest.mark.parametrize(("address", "origin"), [("https://connect.example.com", None), ("", f"https://{HOST}")])
def test_forged_hosts(pages: Pages, address: str, origin: str | None) -> None:
    """The redirect URI is the configured address, or the domain under which AWS itself says it was called."""
    pages.address = address
    link = pages.invite()

    reply = pages.ask("POST", f"{link}/connect", headers=FORGED)

    assert query_of(reply)["redirect_uri"] == f"{address or origin}/callback"
    assert "evil" not in f"{reply}"
    assert (reply.cookie or "").startswith("__Host-")
    assert "Domain" not in (reply.cookie or "")


def test_the_page_says_nothing_of_hosts(pages: Pages) -> None:
    """Its links and forms are paths, so it is the same page at every address."""
    link = pages.invite()

    forged, plain = pages.ask("GET", link, headers=FORGED), pages.ask("GET", link)

    assert forged.body == plain.body
    assert HOST not in plain.body


def test_the_way_back_by_the_vendors_address(pages: Pages) -> None:
    """From button to value with forged hosts at every step: the code is exchanged with the configured redirect URI."""
    pages.address = "https://connect.example.com"
    going = pages.ask("POST", f"{pages.invite()}/connect", headers=FORGED)
    back = pages.back(query_of(going)["state"], pages.code("Atzr|PLACEHOLDER-CONSENT"), "APLACEHOLDER2")

    assert pages.ask("GET", back, headers=FORGED).told == "connected"
