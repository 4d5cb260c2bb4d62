"""The crash matrix of the exchange: what a seller hands over, with the consent function struck at each outgoing call.

A code works once. So either its token is kept, or the seller is told to start again; and starting again ends well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from provisioning.state import State
from provisioning.store import CURRENT, PENDING, WAITING
from tests.proof.crash.wire import Mode, Strike, Wire
from tests.site.visitor import Seen, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.site.shop import Merchant, Shop

#: Words by which a page tells a seller to start again.
_AGAIN = ("start from there", "start again", "from the link")
_ELEVEN_MONTHS = timedelta(days=335)
#: What Lambda answers for a function that died.
_DIED = 502


@dataclass
class Attempt:
    """A seller just before the struck request: `end` makes it, `repeat` reloads the page, `again` starts anew."""

    merchant: Merchant
    end: Callable[[], Seen]
    repeat: Callable[[], Seen]
    again: Callable[[], Seen]
    token: str = field(repr=False)
    is_held: bool = False


@dataclass(frozen=True)
class Way:
    """One way in; a `slow` one is struck only in full size."""

    name: str
    prepare: Callable[[Shop], Attempt]
    slow: bool = False


@dataclass(frozen=True)
class Point:
    """One place to strike at."""

    way: Way
    calls: tuple[str, ...]
    strike: Strike

    def __str__(self) -> str:
        """Say which."""
        return (
            f"{self.way.name}, call {self.strike.call} ({self.calls[self.strike.call - 1]}), {self.strike.mode.value}"
        )


@dataclass(frozen=True)
class Judged:
    """How one point came out; `why` is empty where it came out well."""

    point: Point
    told: str
    why: str = ""


class Exchange:
    """Strikes the consent function of one shop, whose calls go over `wire`."""

    def __init__(self, shop: Shop, wire: Wire) -> None:
        self._shop = shop
        self._wire = wire

    def record(self, way: Way) -> tuple[str, ...]:
        """Run a way once without a strike and tell its calls."""
        # ListSecrets answers in pages: more sellers would be more calls than were recorded.
        self._shop.forget()
        attempt = way.prepare(self._shop)
        self._wire.arm(None, lambda: None)
        end = attempt.end()
        calls = tuple(self._wire.calls)
        self._shop.settle()
        assert (end.status, self._unwell(attempt)) == (202 if attempt.is_held else 200, ""), way.name
        return calls

    def judge(self, point: Point) -> Judged:
        """Strike at a point, look, reload, start again, and look once more."""
        self._shop.forget()
        shop, attempt = self._shop, point.way.prepare(self._shop)
        spent = self._spent()
        self._wire.arm(point.strike, lambda: shop.bench.aws.kill_function(shop.consent_arn))
        end = attempt.end()
        struck = self._wire.until
        self._wire.arm(None, lambda: None)
        shop.settle()
        was_spent, was_kept = self._spent() > spent, self._is_kept(attempt)
        after = attempt.repeat()
        told = "kept" if was_kept else "start again"
        if struck[: point.strike.call] != point.calls[: point.strike.call]:
            return Judged(point, told, f"it was not struck where the recording says, but had made {', '.join(struck)}")
        if end.status in {200, 202} and not was_kept:
            return Judged(point, told, f"the seller was told {end.status} and nothing was kept")
        if was_spent and not was_kept and not _tells_to_start_again(end, after):
            return Judged(point, told, f"the code is spent, and the seller was told: {end.status}, {after.text[-200:]}")
        attempt.again()
        shop.settle()
        return Judged(point, told, self._unwell(attempt))

    def _spent(self) -> int:
        calls = self._shop.amazon.calls.all()
        return sum(call.caller.operation == "authorization_code" and call.status in {200, None} for call in calls)

    def _is_kept(self, attempt: Attempt) -> bool:
        values = self._shop.values(attempt.merchant).values()
        return f"held#{attempt.merchant.slug}" in self._shop.items() or any(attempt.token in text for text in values)

    def _unwell(self, attempt: Attempt) -> str:
        """Say what is wrong at the end: no working value in use, no rotation, or something stuck; empty if nothing."""
        shop, merchant = self._shop, attempt.merchant
        told = shop.secrets.describe_secret(SecretId=merchant.arn)
        labels = [set(on) for on in told.get("VersionIdsToStages", {}).values()]
        if attempt.is_held:
            is_held = f"held#{merchant.slug}" in shop.items() or any(WAITING in on for on in labels)
            return "" if is_held else "nothing waits for a person"
        current = shop.current(merchant)
        if current is None:
            return "AWSCURRENT is not there"
        consent = shop.amazon.registry.authorization(current["refreshToken"])
        if consent is None or not consent.is_token_live(shop.bench.clock.now()):
            return "AWSCURRENT does not work"
        if not told.get("RotationEnabled") or any(PENDING in on and CURRENT not in on for on in labels):
            return "it does not rotate, or AWSPENDING is stuck"
        return "" if merchant.own else self._misdated(merchant)

    def _misdated(self, merchant: Merchant) -> str:
        """Say whether a renewal counts from another day, or its seller was reminded all the same; empty if not."""
        day = self._shop.state(merchant).consented_on
        if day != self._shop.bench.clock.now().date():
            return f"the consent in use is noted as of {day}"
        told = {notice.selling_partner_id for notice in self._shop.amazon.notices.all()}
        is_reminded = merchant.account.selling_partner_id in told
        return "a seller was reminded of a consent that he had renewed" if is_reminded else ""


def points(recorded: Iterable[tuple[Way, tuple[str, ...]]]) -> Iterator[Point]:
    """Every call of every way, in every mode."""
    for way, calls in recorded:
        for call in range(1, len(calls) + 1):
            yield from (Point(way, calls, Strike(mode, call)) for mode in Mode)


def every_call_once(all_points: Sequence[Point]) -> list[Point]:
    """Pick one mode for each call, in turn, so that every call and every mode is met."""
    modes = list(Mode)
    return [
        point
        for number, point in enumerate(all_points)
        if point.strike.mode is modes[(number // len(modes)) % len(modes)]
    ]


def table(judged: Sequence[Judged]) -> list[str]:
    """Lay out ways, points and what sellers were told, a way a line, and every bad ending."""
    ways = {one.point.way.name: one.point for one in judged}
    width = max(map(len, ways))
    lines = [f"{'way in':<{width}}  calls  points  kept  start again  bad"]
    for name, point in ways.items():
        mine = [one for one in judged if one.point.way.name == name]
        told = Counter(one.told for one in mine if not one.why)
        bad = sum(bool(one.why) for one in mine)
        figures = f"{told['kept']:>4}  {told['start again']:>11}  {bad:>3}"
        lines.append(f"{name:<{width}}  {len(point.calls):>5}  {len(mine):>6}  {figures}")
    return lines + [f"BAD: {one.point}: {one.why}" for one in judged if one.why]


def _tells_to_start_again(end: Seen, after: Seen) -> bool:
    """A page of ours does, or, where Lambda had none to show, the reload of it."""
    page = after if end.status == _DIED else end
    return any(word in page.text for word in _AGAIN)


def _confirmed(shop: Shop, signed_in: Merchant, link: str) -> tuple[Visitor, Seen]:
    """Go by a link and confirm at Amazon; stops before the way back."""
    browser = Visitor()
    page = browser.press(browser.get(link))
    shop.sign_in(signed_in)
    return browser, browser.press(page, decision="confirm", follow=False)


def _by_link(shop: Shop, merchant: Merchant, signed_in: Merchant) -> Attempt:
    link = shop.invite(merchant)
    browser, back = _confirmed(shop, signed_in, link)

    def again() -> Seen:
        fresh = Visitor()
        page = fresh.get(link)
        # A link that has done its work has no button any more.
        if not page.forms:
            return page
        new, there = _confirmed(shop, signed_in, link)
        return new.get(there.location)

    def come_back() -> Seen:
        return browser.get(back.location)

    token = shop.tokens_of(signed_in)[-1]
    return Attempt(merchant, come_back, come_back, again, token, is_held=merchant is not signed_in)


def _connect(shop: Shop, merchant: Merchant) -> None:
    """Let a seller consent as if eleven months ago: it ends soon, and a rotation would remind him."""
    attempt = _by_link(shop, merchant, merchant)
    assert attempt.end().status == 200
    shop.settle()
    shop.note(merchant, State(consented_on=shop.bench.clock.now().date() - _ELEVEN_MONTHS))


def first_value(shop: Shop) -> Attempt:
    """An empty secret, by a link."""
    merchant = shop.merchant()
    return _by_link(shop, merchant, merchant)


def renewal(shop: Shop) -> Attempt:
    """A secret that has a value, by a new link."""
    merchant = shop.merchant()
    _connect(shop, merchant)
    return _by_link(shop, merchant, merchant)


def held(shop: Shop) -> Attempt:
    """An empty secret, and somebody else's account at Amazon."""
    return _by_link(shop, shop.merchant(), shop.merchant())


def held_beside_a_value(shop: Shop) -> Attempt:
    """A secret that has a value, and somebody else's account at Amazon."""
    merchant = shop.merchant()
    _connect(shop, merchant)
    return _by_link(shop, merchant, shop.merchant())


def renewal_from_seller_central(shop: Shop) -> Attempt:
    """A secret that has a value, from Manage Your Apps by the Login URI."""
    merchant = shop.merchant()
    _connect(shop, merchant)
    before = _from_seller_central(shop, merchant)
    browser, back = before
    token = shop.tokens_of(merchant)[-1]

    def again() -> Seen:
        new, there = _from_seller_central(shop, merchant)
        return new.get(there.location)

    def come_back() -> Seen:
        return browser.get(back.location)

    return Attempt(merchant, come_back, come_back, again, token)


def _from_seller_central(shop: Shop, merchant: Merchant) -> tuple[Visitor, Seen]:
    browser = Visitor()
    shop.sign_in(merchant)
    page = browser.press(browser.get(f"{shop.amazon.consent_url}/apps/manage"))
    login = browser.press(page, decision="confirm")
    return browser, browser.get(browser.press(login, follow=False).location, follow=False)


def own_application(shop: Shop) -> Attempt:
    """An empty secret, by the form."""
    merchant = shop.merchant(own=True)
    link, token, browser = shop.invite(merchant), shop.token(merchant), Visitor()
    assert merchant.own is not None
    values = {
        "client_id": merchant.own.client_id,
        "client_secret": merchant.own.client_secret,
        "refresh_token": token,
    }

    def send() -> Seen:
        return browser.post(f"{link}/own", values)

    return Attempt(merchant, send, lambda: browser.get(link), send, token)


WAYS = (
    Way("consent by a link, a first value", first_value),
    Way("consent by a link, a renewal", renewal),
    Way("renewal from Seller Central", renewal_from_seller_central, slow=True),
    Way("another's account, a first value", held, slow=True),
    Way("another's account beside a value", held_beside_a_value, slow=True),
    Way("the form, a first value", own_application, slow=True),
)
