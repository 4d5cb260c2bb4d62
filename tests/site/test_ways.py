"""The ways in, over HTTP and without a screen: link, form, Appstore, renewal; each ends where it should."""

from __future__ import annotations

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
