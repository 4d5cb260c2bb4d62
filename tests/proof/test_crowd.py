"""A thousand hits on the pages at once: a page or a 429 each, nothing written, and the next honest try works."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from infra.consent_function import AT_ONCE
from local.bench import Bench
from local.home import Home
from provisioning import naming
from tests.site.shop import BASE, Shop
from tests.site.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

HITS = 1_000
_LONGEST = 120.0


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A fleet whose consent function is throttled as the program throttles it."""
    with Bench(Home(tmp_path_factory.mktemp("crowd"))) as bench:
        shop = Shop(bench)
        shop.start()
        shop.client("lambda").put_function_concurrency(
            FunctionName=naming.function_name(BASE, naming.CONSENT), ReservedConcurrentExecutions=AT_ONCE
        )
        yield shop


async def _hit(address: str, request: bytes) -> int:
    """Send one request on a connection of its own and tell its status."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


async def _storm(address: str, requests: list[bytes]) -> list[int]:
    return await asyncio.wait_for(asyncio.gather(*(_hit(address, request) for request in requests)), _LONGEST)


def test_a_thousand_hits_at_once(shop: Shop, tables: dict[str, list[str]]) -> None:
    """Half open a link, half return with a state of nobody's; every one is answered, none with 5xx."""
    merchant = shop.merchant()
    link, address = shop.invite(merchant), urlsplit(shop.url).netloc
    before = shop.written()
    head = f" HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
    opened = f"GET {urlsplit(link).path}{head}\r\n".encode()
    forged = (
        f"GET /callback?state={'A' * 43}&selling_partner_id=APLACEHOLDER1&spapi_oauth_code=ANPLACEHOLDER{head}"
        f"Cookie: __Host-sellerkeys={'A' * 43}\r\n\r\n"
    ).encode()

    started = time.monotonic()
    statuses = Counter(asyncio.run(_storm(address, [opened, forged] * (HITS // 2))))
    took = time.monotonic() - started
    after = shop.written()
    browser = Visitor()
    shop.sign_in(merchant)
    end = browser.press(browser.press(browser.get(link)), decision="confirm")

    tables["a thousand hits at once"] = [
        f"{HITS:,} in {took:.1f} s: " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    ]
    assert statuses.total() == HITS
    assert set(statuses) == {200, 403, 429}
    assert after == before
    assert (end.status, "is connected" in end.text) == (200, True)
