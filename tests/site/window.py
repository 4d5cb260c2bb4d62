"""A window of a real browser on the pages: walks, looks for what is ugly or out of reach, takes pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

#: Where pictures go, such as `docs`; without it none is taken.
PICTURES = os.environ.get("SELLERKEYS_PICTURES", "")
#: WCAG 2.2 AA and axe's own good practice.
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_HERE = frozenset({"127.0.0.1", "localhost"})


@dataclass
class Window:
    """One window; `has_script` says whether pages could run scripts, and axe with them."""

    page: Page
    context: BrowserContext
    has_script: bool
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))

    def open(self, url: str) -> None:
        """Open an address and look at the page."""
        self.page.goto(url)
        self.look()

    def press(self, name: str) -> None:
        """Press a button by its name and look at the page it leads to."""
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_load_state()
        self.look()

    @property
    def heading(self) -> str:
        """The page's one main heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def look(self) -> None:
        """Hold the page to what every page has to keep: axe finds nothing, nothing is cut off, nobody else is asked."""
        assert {urlsplit(url).hostname for url in self.asked} <= _HERE
        if self.has_script:
            assert self.violations() == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url

    def violations(self) -> list[str]:
        """What axe-core finds on the page, by rule and element."""
        self.page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("rules => axe.run(document, rules)", _RULES)
        return [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]]

    def picture(self, name: str) -> None:
        """Take a picture of the whole page, where pictures are wanted."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
