"""The fleet's page in a real browser: searched, sorted and filtered; without scripts, wide and narrow, in the dark."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.loopback import Handler, Loopback
from provisioning.condition import AppCondition, Condition, Need, by_urgency
from provisioning.roster import row_from
from scripts.status_page import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.site.window import Window

    Open = Callable[..., Window]

NOW = datetime(2026, 11, 28, 5, 30, tzinfo=UTC)
TODAY = NOW.date()
HOSTILE = '<img src=x onerror=alert(1)> "O\'Neil" & Söhne'
APPLICATION = AppCondition(
    secret="sellerkeys/dev/app",
    advice=None,
    declared=True,
    has_value=True,
    status="active",
    proven_at=NOW,
    client_secret_expires_on=TODAY + timedelta(days=71),
)
LOOKS = [
    pytest.param({"width": 360}, id="360"),
    pytest.param({"width": 768, "dark": True}, id="768-dark"),
    pytest.param({"width": 1280}, id="1280"),
]


def fleet(number: int = 150) -> list[Condition]:
    """Sellers of every kind, the most urgent first; the first by name is called something hostile."""
    wells = [
        Condition(
            seller=f"seller-{each:04}",
            name=HOSTILE if each == 0 else f"Seller No. {each}",
            declared=True,
            has_value=True,
            status="active",
            proven_at=NOW - timedelta(days=each % 40),
            consent_ends_on=TODAY + timedelta(days=31 + each % 300),
            on_newest_app=each % 9 > 0,
            rotating=True,
            next_rotation=NOW + timedelta(days=each % 30),
        )
        for each in range(number)
    ]
    needs = [
        replace(wells[place], need=need, advice=f"look at `sellerkeys check seller-{place:04}`")
        for place, need in enumerate([*Need, *Need, Need.EMPTY])
    ]
    paused = replace(wells[-1], paused=True)
    return sorted([*needs, *wells[len(needs) : -1], paused], key=by_urgency)


def written(found: list[Condition], application: AppCondition = APPLICATION) -> str:
    """The page of these."""
    rows = [row_from({"seller": each.seller, "region": "EU", "marketplaces": "DE;FR"}) for each in found]
    return page("dev", NOW, application, found, {row.seller: row for row in rows})


@pytest.fixture(scope="module")
def host() -> Iterator[Callable[[str], str]]:
    """Gives a page an address on loopback."""
    pages: list[str] = []

    class Kept(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            self.answer(200, pages[int(self.path[1:])].encode(), {"Content-Type": "text/html; charset=utf-8"})

    server = Loopback(Kept, "pages")
    server.start()

    def put(text: str) -> str:
        pages.append(text)
        return f"{server.url}/{len(pages) - 1}"

    yield put
    server.stop()


def visible(window: Window) -> list[str]:
    """The slugs of the rows that are shown, in order."""
    return re.findall(
        r"seller-\d{4}", "\n".join(window.page.locator("tbody tr:visible td:first-child code").all_inner_texts())
    )


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_pleasant_to_everybody(window: Open, host: Callable[[str], str], look: dict[str, object]) -> None:
    """Axe finds nothing, nothing is cut off, no other host is asked, at any width, in the dark."""
    browser = window(**look)
    browser.open(host(written(fleet())))

    assert browser.heading == "27 of 150 sellers wait for a person."
    assert len(browser.asked) == 1
    browser.picture(f"status-{look['width']}")


def test_without_scripts_everything_is_there(window: Open, host: Callable[[str], str]) -> None:
    """Every seller and every number stands in the page itself; only what needs a script is left out."""
    browser = window(1280, script=False)
    browser.open(host(written(fleet())))

    assert browser.page.locator("tbody tr").count() == browser.page.locator("tbody tr:visible").count() == 150
    assert not browser.page.get_by_label("Search").is_visible()


def test_search_sort_and_more(window: Open, host: Callable[[str], str]) -> None:
    """Words narrow the list, headings sort it both ways with the empty ones last, and it grows where one asks."""
    browser = window(1280)
    browser.open(host(written(fleet())))
    before = browser.page.get_by_role("status").inner_text()
    browser.page.get_by_label("Search").fill("eu 29")
    found = visible(browser)
    said = browser.page.get_by_role("status").inner_text()
    browser.page.get_by_role("button", name="Show everybody").click()
    browser.page.get_by_role("button", name="Seller", exact=True).click()
    up = visible(browser)
    browser.page.get_by_role("button", name="Seller", exact=True).click()
    down = visible(browser)
    browser.press("Show 50 more")

    assert before == "150 sellers, the first 100 shown"
    assert sorted(found) == ["seller-0029", "seller-0129"]
    assert said == "2 of 150 sellers"
    assert (up[0], down[0], len(up)) == ("seller-0000", "seller-0149", 100)
    assert browser.page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert len(visible(browser)) == 150


def test_a_bar_and_a_day_show_their_sellers(window: Open, host: Callable[[str], str]) -> None:
    """A need's bar shows who has it, a day of the calendar whose consent ends then; pressed again, everybody."""
    browser = window(1280)
    browser.open(host(written(fleet())))
    bar = browser.page.get_by_role("button", name="empty 3")
    bar.click()
    of_bar, pressed = visible(browser), bar.get_attribute("aria-pressed")
    day = browser.page.get_by_role("button", name="7 February 2027: 1 consent ends, and the client secret")
    day.click()
    of_day = visible(browser)
    day.click()

    assert (len(of_bar), pressed, bar.get_attribute("aria-pressed")) == (3, "true", "false")
    assert of_day == ["seller-0040"]
    assert browser.page.get_by_role("status").inner_text() == "150 sellers, the first 100 shown"


def test_names_are_shown_and_not_obeyed(window: Open, host: Callable[[str], str]) -> None:
    """Whatever a seller calls himself is text, in the list and in its search."""
    browser = window(1280)
    browser.open(host(written(fleet())))
    browser.page.get_by_label("Search").fill("o'neil")

    assert browser.page.locator("tbody tr:visible b").all_inner_texts() == [HOSTILE]
    assert browser.page.locator("img").count() == 0


def test_the_page_allows_no_script_but_its_own() -> None:
    """Its policy names its one script by hash and forbids every other source; nothing in it names another host."""
    text = written(fleet())

    assert "default-src &#x27;none&#x27;" in text
    assert re.search(r"script-src &#x27;sha256-[A-Za-z0-9+/]+=&#x27;", text)
    assert not re.search(r"https?://|//[a-z]+\.", text)


@pytest.mark.parametrize(
    ("found", "heading"),
    [
        ([], "Nobody is in the roster yet."),
        (fleet()[-2:-1], "The one seller is well."),
        (fleet()[-5:-1], "All 4 sellers are well."),
        (fleet()[:1], "1 of 1 seller waits for a person."),
    ],
    ids=["nobody", "one", "all well", "one waits"],
)
def test_small_fleets(window: Open, host: Callable[[str], str], found: list[Condition], heading: str) -> None:
    """A fleet of nobody, and one where nobody waits, have a page too; a chart with nothing to show is left out."""
    browser = window(360)
    browser.open(host(written(found, replace(APPLICATION, client_secret_expires_on=None, advice="run `pulumi up`"))))

    assert browser.heading == heading
