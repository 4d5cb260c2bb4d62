"""The form for a seller's own application."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.payload import OWN
from tests.consent.conftest import KYOTO

if TYPE_CHECKING:
    from provisioning.consent.layout import Reply
    from tests.consent.conftest import Pages

FORM = {
    "client_id": "amzn1.application-oa2-client.PLACEHOLDER-KYOTO",
    "client_secret": "PLACEHOLDER-KYOTO-SECRET",
    "refresh_token": "Atzr|PLACEHOLDER-KYOTO",
}


def hand_over(pages: Pages, path: str | None = None, **changed: str) -> Reply:
    """Fill the form in and send it."""
    return pages.ask("POST", f"{path or pages.invite(KYOTO)}/own", form=FORM | changed)


def test_the_page_shows_the_steps_and_three_hidden_fields(pages: Pages) -> None:
    """Today's Seller Central, the roles to choose, and nothing that a browser would keep."""
    body = pages.ask("GET", pages.invite(KYOTO)).body

    assert body.count('type="password"') == 3
    assert 'autocomplete="on"' not in body
    for shown in ("sellercentral.amazon.co.jp", "Develop Apps", "Authorize app", "<li>Finance and Accounting</li>"):
        assert shown in body


def test_what_is_handed_over_becomes_the_first_value(pages: Pages) -> None:
    """With the application, proven, rotating; and no consent date is invented."""
    reply = hand_over(pages)

    assert (reply.told, reply.seller) == ("connected", "kyoto")
    current = pages.current("kyoto")
    assert (current.app_version, current.refresh_token) == (OWN, "Atzr|PLACEHOLDER-KYOTO")
    assert current.client_secret == "PLACEHOLDER-KYOTO-SECRET"
    assert pages.held("kyoto").rotation["RotationEnabled"]
    assert "consented" not in pages.state("kyoto")
    assert pages.state("kyoto")["client"]


def test_spaces_and_quotes_of_a_paste_do_not_matter(pages: Pages) -> None:
    """People paste what a word processor made of it."""
    assert hand_over(pages, refresh_token="  \u201cAtzr|PLACEHOLDER-KYOTO\u201d\r\n").told == "connected"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"refresh_token": "Atza|PLACEHOLDER"}, "This is an access token"),
        ({"client_id": FORM["client_secret"], "client_secret": FORM["client_id"]}, "This is no client id"),
        ({"client_id": "amzn1.oa2-cs.v1.PLACEHOLDER", "client_secret": FORM["client_id"]}, "are swapped"),
        ({"client_id": "amzn1.sp.solution.PLACEHOLDER"}, "This is the application id"),
        ({"client_id": ""}, "are both needed"),
        ({"client_id": "", "client_secret": ""}, "are both needed"),
        ({"refresh_token": ""}, "The refresh token is empty"),
        ({"refresh_token": "Atzr|PLACE HOLDER"}, "was not pasted whole"),
        ({"client_secret": "PLACEHOLDER-WRONG"}, "Amazon does not know this client id and client secret"),
        ({"refresh_token": "Atzr|PLACEHOLDER-REVOKED"}, "Amazon does not accept the refresh token"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_what_is_wrong_is_said_on_the_form(pages: Pages, changed: dict[str, str], said: str) -> None:
    """Without a value, and nothing is written; the next honest try works."""
    path = pages.invite(KYOTO)

    reply = hand_over(pages, path, **changed)

    assert (reply.status, reply.told) == (422, "form-refused")
    assert said in reply.body
    assert 'role="alert"' in reply.body
    assert not [value for value in (FORM | changed).values() if value.strip() and value in reply.body]
    assert pages.written() == []
    assert hand_over(pages, path).told == "connected"


def test_fields_twice(pages: Pages) -> None:
    """Two readers could take different ones."""
    body = "client_id=a&client_id=b&client_secret=c&refresh_token=d"

    assert pages.ask("POST", f"{pages.invite(KYOTO)}/own", form=body).status == 400


def test_what_no_form_sends(pages: Pages) -> None:
    """JSON, or a file."""
    headers = {"content-type": "application/json"}

    assert pages.ask("POST", f"{pages.invite(KYOTO)}/own", form="{}", headers=headers).status == 415


def test_an_account_of_another_region(pages: Pages) -> None:
    """Amazon names no marketplace of Japan."""
    pages.amazon.tokens["Atzr|PLACEHOLDER-KYOTO"] = (FORM["client_id"], ("ATVPDKIKX0DER",))

    assert hand_over(pages).told == "no-marketplace"
    assert pages.written() == []


def test_a_new_application_later_is_an_offer(pages: Pages) -> None:
    """Whole: application and token; the rotation proves it again."""
    hand_over(pages)
    pages.amazon.apps["amzn1.application-oa2-client.PLACEHOLDER-NEW"] = "PLACEHOLDER-NEW-SECRET"
    pages.amazon.tokens["Atzr|PLACEHOLDER-NEW"] = ("amzn1.application-oa2-client.PLACEHOLDER-NEW", ("A1VC38T7YXB528",))

    reply = hand_over(
        pages,
        client_id="amzn1.application-oa2-client.PLACEHOLDER-NEW",
        client_secret="PLACEHOLDER-NEW-SECRET",
        refresh_token="Atzr|PLACEHOLDER-NEW",
    )

    assert reply.told == "connected"
    assert pages.held("kyoto").holder("SELLERKEYS_OFFERED")
    assert pages.current("kyoto").refresh_token == "Atzr|PLACEHOLDER-KYOTO"


def test_a_link_that_was_used(pages: Pages) -> None:
    """What it was for is done."""
    path = pages.invite(replace(KYOTO, account_name=""))
    hand_over(pages, path)

    assert hand_over(pages, path).told == "invitation-used"
