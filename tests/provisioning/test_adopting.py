"""What other tools hold of a credential: their names, whose it is, and what is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.adopting import Old, accounts, find_out, from_env, from_secret, suggested
from provisioning.errors import AmazonRefused, BadInput
from provisioning.marketplaces import Region
from tests.silence import assert_silent

if TYPE_CHECKING:
    from provisioning.amazon import Amazon
    from tests.fakes.amazon import FakeAmazon

CLIENT = "amzn1.application-oa2-client.PLACEHOLDER-SHARED"
SECRET = "PLACEHOLDER-SHARED-SECRET"
TOKEN = "Atzr|PLACEHOLDER-MAPLE"
CANARY = "PLACEHOLDER-" + "CANARY"


def test_amazons_notifications_sample() -> None:
    """Its secret names partner id, region and marketplace; the e-mail is not kept (clients.md 1)."""
    value = {
        "clientId": CLIENT,
        "clientSecret": SECRET,
        "regionCode": "EU",
        "sellerId": "APLACEHOLDER2",
        "refreshToken": TOKEN,
        "marketplaceId": "A1PA6795UKMFR9",
        "mail": "someone@example.com",
    }
    name = "SPAPIAppCredentials-APLACEHOLDER2-AbCdEf"

    old = from_secret(name, json.dumps(value))

    assert old == Old(f"secret {name}", "", TOKEN, CLIENT, SECRET, Region.EU, ("DE",), "APLACEHOLDER2")
    assert suggested(old) == "aplaceholder2-eu"


def test_a_saleweaver_secret() -> None:
    """python-amazon-sp-api's three names; region and marketplaces are not told, the name suggests the slug."""
    value = {"SP_API_REFRESH_TOKEN": TOKEN, "LWA_APP_ID": CLIENT, "LWA_CLIENT_SECRET": SECRET}

    old = from_secret("prod/Berlin_Books", json.dumps(value))

    assert (suggested(old), old.region, old.marketplaces) == ("berlin-books", None, ())


@pytest.mark.parametrize(
    ("path", "slug"),
    [("maple.env", "maple"), ("a/.env.maple", "maple"), ("a/Maple Outdoor/.env", "maple-outdoor")],
)
def test_env_files(path: str, slug: str) -> None:
    """`export`, quotes, comments, BOM and CRLF as tools take them; the file's or folder's name suggests the slug."""
    text = (
        "\ufeff# of the ERP\r\nexport SP_API_CLIENT_ID='" + CLIENT + f"'\r\nSP_API_CLIENT_SECRET={SECRET} # old\r\n"
        f'SP_API_REFRESH_TOKEN="{TOKEN}"\r\nSP_API_REGION=na\r\nOTHER=\'open\r\n'
    )

    assert (accounts(text), from_env(path, text)) == (("",), Old(path, slug, TOKEN, CLIENT, SECRET, Region.NA))


def test_accounts_of_one_env_file() -> None:
    """Names that end in an account are sellers of their own; what an account leaves out, the file says for all."""
    text = (
        f"LWA_APP_ID={CLIENT}\nLWA_CLIENT_SECRET={SECRET}\nSP_API_REGION=eu\nSP_API_REFRESH_TOKEN_ROMA={TOKEN}\n"
        f"SP_API_REFRESH_TOKEN_Maple_US={TOKEN}-2\nSP_API_REGION_Maple_US=na\n"
    )

    assert (accounts(text), accounts(f"{text}SP_API_REFRESH_TOKEN={TOKEN}\n"), accounts("")) == (
        ("Maple_US", "ROMA"),
        ("", "Maple_US", "ROMA"),
        ("",),
    )
    assert [from_env(".env", text, account) for account in accounts(text)] == [
        Old(".env, account Maple_US", "maple-us", f"{TOKEN}-2", CLIENT, SECRET, Region.NA),
        Old(".env, account ROMA", "roma", TOKEN, CLIENT, SECRET, Region.EU),
    ]


def test_only_an_account_is_one() -> None:
    """What other tools keep beside a token is no seller, though its name begins as the token's."""
    text = f"refresh_token={TOKEN}\nrefresh_token_expires_at=never\nclient_id={CLIENT}\nclient_secret={SECRET}\n"

    assert accounts(text) == ("",)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "the refresh token is empty"),
        ({"SP_API_REFRESH_TOKEN": f"Atza|{CANARY}"}, "this is an access token"),
        ({"SP_API_REFRESH_TOKEN": TOKEN, "LWA_APP_ID": CANARY}, "this is no client id"),
        ({"SP_API_REFRESH_TOKEN": TOKEN, "LWA_APP_ID": CLIENT}, "the client secret is empty"),
        (
            {
                "refreshToken": TOKEN,
                "clientId": CLIENT,
                "clientSecret": SECRET,
                "regionCode": "NA",
                "marketplaceId": "DE",
            },
            "its marketplace DE belongs to EU, but its region is NA",
        ),
    ],
)
def test_what_is_none(values: dict[str, str], why: str) -> None:
    """What is missing or is something else is told, without a value."""
    with pytest.raises(BadInput, match=why) as refusal:
        from_secret("old", json.dumps(values))

    assert_silent(refusal.value, CANARY)


@given(st.text() | st.sampled_from(["[]", '{"refreshToken": 7}', "A='", "=", "export", "export A=1 B=2"]))
def test_any_text_at_all(text: str) -> None:
    """Whatever lies there is a credential or a BadInput, and no other failure."""
    for read in (from_secret, from_env):
        with pytest.raises(BadInput):
            read("somewhere", text)


def test_amazon_tells_what_the_place_does_not(client: Amazon, amazon: FakeAmazon) -> None:
    """Where no region is told every region is asked, and its marketplaces are those he takes part in."""
    old = Old("secret old", "maple", TOKEN, CLIENT, SECRET)

    found = find_out(client, old)

    assert (found.region, found.marketplaces) == (Region.NA, ("US", "CA"))
    assert find_out(client, found) == found
    assert sum(path.endswith("/token") for path in amazon.calls) == 1


def test_a_dead_token_is_amazons_word(client: Amazon) -> None:
    """What Amazon does not accept is refused with its cause."""
    with pytest.raises(AmazonRefused):
        find_out(client, Old("secret old", "maple", "Atzr|PLACEHOLDER-GONE", CLIENT, SECRET))
