"""A fleet with its pages up, and a real browser: Debian's chromium, headless. Where there is none, CI fails."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from local.bench import Bench
from local.home import Home
from tests.site.shop import Shop
from tests.site.visitor import Visitor
from tests.site.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

#: No sandbox (root in a container has none), no calls home, no host but this machine.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A fleet whose consent function answers at a URL of its own."""
    with Bench(Home(tmp_path_factory.mktemp("bench"))) as bench:
        shop = Shop(bench)
        shop.start()
        yield shop


@pytest.fixture
def visitor() -> Visitor:
    """A browser without a screen."""
    return Visitor()


@pytest.fixture(autouse=True)
def _clean_slate(request: pytest.FixtureRequest) -> None:
    """Begin with nobody signed in at Seller Central, no fault in force, the addresses registered."""
    if "shop" in request.fixturenames:
        shop = request.getfixturevalue("shop")
        shop.sign_in(None)
        shop.amazon.faults.clear()
        shop.register()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; a test that needs it is skipped where there is none, and fails there in CI."""
    path = shutil.which("chromium")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "there is no chromium; `make browser` says more"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Open windows, each a profile of its own; nothing any of them showed may have complained of the policy."""
    opened: list[Window] = []

    def window(width: int = 360, *, script: bool = True, dark: bool = False) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        opened.append(Window(context.new_page(), context, has_script=script))
        return opened[-1]

    yield window
    complaints = [text for each in opened for text in each.complaints if "Content Security Policy" in text]
    for each in opened:
        each.context.close()
    assert complaints == []
