"""The ways in, over HTTP and without a screen: link, form, Appstore, renewal; each ends where it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.site.shop import Merchant, Shop
    from tests.site.visitor import Seen, Visitor


def consent(shop: Shop, visitor: Visitor, merchant: Merchant) -> Seen:
    """Go by the link, confirm at Amazon, come back."""
    shop.sign_in(merchant)
    page = visitor.press(visitor.get(shop.invite(merchant)))
    return visitor.press(page, decision="confirm")


def test_a_link_becomes_a_proven_rotating_secret(shop: Shop, visitor: Visitor) -> None:
    """Link, page, Amazon's consent page, back: connected; the secret holds the token and rotates."""
    merchant = shop.merchant()

    end = consent(shop, visitor, merchant)
    shop.settle()

    assert (end.status, "connected" in end.text) == (200, True)
    assert shop.current(merchant)["refreshToken"] == shop.tokens_of(merchant)[-1]
    assert shop.secrets.describe_secret(SecretId=merchant.arn)["RotationEnabled"]
    assert shop.state(merchant).consented_on == shop.bench.clock.now().date()


def test_a_code_that_is_older_than_five_minutes(shop: Shop, visitor: Visitor) -> None:
    """The state still lives, the code does not: a page says so, nothing is kept, and the next try works."""
    merchant = shop.merchant()
    link = shop.invite(merchant)
    shop.sign_in(merchant)
    back = visitor.press(visitor.press(visitor.get(link)), decision="confirm", follow=False)
    shop.bench.clock.advance(timedelta(minutes=5, seconds=1))

    late = visitor.get(back.location)
    kept = shop.current(merchant)
    end = visitor.press(visitor.press(visitor.get(link)), decision="confirm")
    shop.settle()

    assert (late.status, "Amazon's permission has run out" in late.text, kept) == (410, True, None)
    assert (end.status, "connected" in end.text) == (200, True)


def as_vendor(shop: Shop, merchant: Merchant) -> Merchant:
    """Make the account at Amazon one of Vendor Central."""
    account = merchant.account
    vendor = shop.amazon.registry.add_seller(
        account.region,
        account.marketplaces,
        selling_partner_id=account.selling_partner_id,
        store_name=account.store_name,
        is_vendor=True,
    )
    return replace(merchant, account=vendor)


def test_a_vendors_account_by_a_link(shop: Shop, visitor: Visitor) -> None:
    """Amazon itself says no on its consent page (SPSA0404); nothing comes back, and the link stays good."""
    merchant = shop.merchant()
    link = shop.invite(merchant)
    shop.sign_in(as_vendor(shop, merchant))

    page = visitor.press(visitor.get(link))
    shop.sign_in(None)

    assert "SPSA0404" in page.text
    assert shop.current(merchant) is None
    assert visitor.get(link).status == 200


def test_a_vendors_own_application(shop: Shop, visitor: Visitor) -> None:
    """LWA takes the token, SP-API denies the account without a word: the form says what it may be, nothing stays."""
    merchant = as_vendor(shop, shop.merchant(own=True))
    link, before = shop.invite(merchant), shop.written()["secrets"]
    values = {
        "client_id": merchant.own.client_id if merchant.own else "",
        "client_secret": merchant.own.client_secret if merchant.own else "",
        "refresh_token": shop.token(merchant),
    }

    end = visitor.post(f"{link}/own", values)

    assert (end.status, "or a vendor's account" in end.text) == (422, True)
    assert shop.written()["secrets"] == before
