"""Credentials as people hand them in: what is recognised, what is refused, and that nothing of it is ever quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provisioning.credentials import (
    HandedIn,
    check_client_id,
    check_client_secret,
    check_refresh_token,
    clean,
    hand_in,
)
from provisioning.errors import BadInput
from provisioning.roster import row_from
from tests.silence import assert_silent

TOKEN = "Atzr|PLACEHOLDER"
CLIENT_ID = "amzn1.application-oa2-client.PLACEHOLDER"
CLIENT_SECRET = "amzn1.oa2-cs.v1.PLACEHOLDER"
CANARY = "PLACEHOLDER-CANARY"


BARE = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]), min_size=1)
AROUND = st.text(st.sampled_from(" \t\r\n\xa0\u3000\u200b\u200e\u2060\ufeff"))
QUOTES = st.sampled_from(['""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u201a\u2018", "«»"])


@given(AROUND, QUOTES, AROUND, AROUND, AROUND)
def test_what_comes_along_when_pasting(before: str, quotes: str, left: str, right: str, after: str) -> None:
    """Spaces, line ends, invisible marks and one pair of quotes come off, in whatever order they lie around it."""
    assert clean(before + quotes[0] + left + TOKEN + right + quotes[1] + after) == TOKEN


@given(BARE)
@example('"')
@example('"x')
@example("x'")
def test_nothing_else_comes_off(text: str) -> None:
    """What has nothing around it stays as it is."""
    quoted = len(text) > 1 and not text[0].isalnum() and not text[-1].isalnum()

    assert clean(text) == text or quoted


@given(st.text())
def test_cleaning_never_adds(text: str) -> None:
    """Cleaning takes a piece out of what was pasted, and never fails."""
    assert clean(text) in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "the refresh token is empty", id="empty"),
        pytest.param(' "" ', "the refresh token is empty", id="empty quotes"),
        pytest.param(
            f"Atza|{CANARY}",
            "this is an access token (Atza|), good for an hour: the refresh token begins with Atzr|",
            id="access token",
        ),
        pytest.param(CLIENT_ID, "this is the client id, where the refresh token is needed", id="client id"),
        pytest.param(CLIENT_SECRET, "this is the client secret, where the refresh token is needed", id="client secret"),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id, where the refresh token is needed",
            id="application id",
        ),
        pytest.param(
            f"amzn1.sellerapps.app.{CANARY}",
            "this is the application id, where the refresh token is needed",
            id="older application id",
        ),
        pytest.param(CANARY, "this is no refresh token: one begins with Atzr|", id="something else"),
        pytest.param(f"atzr|{CANARY}", "this is no refresh token: one begins with Atzr|", id="small letters"),
        pytest.param(f'="Atzr|{CANARY}"', "this is no refresh token: one begins with Atzr|", id="a formula"),
        pytest.param(
            "Atzr|" + "x" * 2044,
            "the refresh token is longer than 2048 bytes: it was not pasted alone",
            id="2049 bytes",
        ),
        *(
            pytest.param(
                f"Atzr|{CANARY}{inside}x",
                "the refresh token has a space, a line end or an invisible character inside: it was not pasted whole, "
                "or with something else",
                id=name,
            )
            for name, inside in [
                ("space", " "),
                ("line end", "\r\n"),
                ("NUL", "\0"),
                ("zero-width space", "\u200b"),
                ("undecodable byte", "\udce9"),
            ]
        ),
    ],
)
def test_a_refresh_token_that_is_none(text: str, why: str) -> None:
    """What was pasted instead is recognised by its shape (sp-api.md 1.3) and named, never quoted."""
    with pytest.raises(BadInput) as refusal:
        check_refresh_token(text)

    assert str(refusal.value) == why
    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize("token", [TOKEN, "Atzr|" + "x" * 2043, "Atzr|"], ids=["usual", "2048 bytes", "short"])
def test_a_refresh_token(token: str) -> None:
    """A token begins with Atzr| and has at most 2048 bytes; Amazon promises no more (sp-api.md 1.3)."""
    assert check_refresh_token(f' "{token}"\r\n') == token


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(" ", "the client id is empty", id="empty"),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id: the client id begins with amzn1.application-oa2-client.",
            id="application id",
        ),
        pytest.param(
            f"amzn1.oa2-cs.v1.{CANARY}",
            "this is the client secret: client id and client secret are swapped",
            id="client secret",
        ),
        pytest.param(
            f"{CLIENT_ID} {CANARY}",
            "the client id has a space, a line end or an invisible character inside: it was not pasted whole, or with "
            "something else",
            id="space",
        ),
        pytest.param(
            f"Atzr|{CANARY}",
            "this is no client id: one begins with amzn1.application-oa2-client. and has at most 100 bytes",
            id="refresh token",
        ),
        pytest.param(
            CLIENT_ID.ljust(101, "x"),
            "this is no client id: one begins with amzn1.application-oa2-client. and has at most 100 bytes",
            id="101 bytes",
        ),
    ],
)
def test_a_client_id_that_is_none(text: str, why: str) -> None:
    """The application id is what most people paste (sp-api.md 1.3); it is recognised."""
    with pytest.raises(BadInput) as refusal:
        check_client_id(text)

    assert str(refusal.value) == why
    assert_silent(refusal.value, CANARY)


def test_a_client_id() -> None:
    """A client id has a prefix and at most 100 bytes (sp-api.md 1.3)."""
    longest = CLIENT_ID.ljust(100, "x")

    assert check_client_id(f"'{longest}'") == longest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("\n", "the client secret is empty", id="empty"),
        pytest.param(
            f"{CLIENT_ID}-{CANARY}", "this is the client id: client id and client secret are swapped", id="client id"
        ),
        pytest.param(
            f"Atzr|{CANARY}",
            "this is a token: the client secret stands beside the client id in the developer console",
            id="refresh token",
        ),
        pytest.param(
            f"Atza|{CANARY}",
            "this is a token: the client secret stands beside the client id in the developer console",
            id="access token",
        ),
        pytest.param(
            f"amzn1.sp.solution.{CANARY}",
            "this is the application id, where the client secret is needed",
            id="application id",
        ),
        pytest.param(
            f"{CANARY}\t{CANARY}",
            "the client secret has a space, a line end or an invisible character inside: it was not pasted whole, or "
            "with something else",
            id="tab",
        ),
    ],
)
def test_a_client_secret_that_is_none(text: str, why: str) -> None:
    """Only what is surely something else is refused."""
    with pytest.raises(BadInput) as refusal:
        check_client_secret(text)

    assert str(refusal.value) == why
    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize("secret", [CLIENT_SECRET, "0123456789abcdef" * 4])
def test_a_client_secret(secret: str) -> None:
    """Older client secrets are bare hexadecimal digits: a missing prefix is no reason (sp-api.md 1.3)."""
    assert check_client_secret(f" {secret} ") == secret


def test_typed_for_the_shared_application() -> None:
    """Without a client id and secret the seller uses the shared application."""
    assert hand_in("maple", f" {TOKEN}\n") == HandedIn("maple", TOKEN)


@pytest.mark.parametrize(
    ("client_id", "client_secret", "why"),
    [
        (CLIENT_ID, "", "the client secret is empty"),
        ("", CLIENT_SECRET, "the client id is empty"),
        (CLIENT_SECRET, CLIENT_ID, "this is the client secret: client id and client secret are swapped"),
    ],
    ids=["no secret", "no id", "swapped"],
)
def test_half_an_application(client_id: str, client_secret: str, why: str) -> None:
    """An own application is typed whole."""
    with pytest.raises(BadInput) as refusal:
        hand_in("kyoto", TOKEN, client_id, client_secret)

    assert str(refusal.value) == why


@pytest.mark.parametrize(
    ("handed_in", "meant"),
    [
        pytest.param(HandedIn("berlin", TOKEN), True, id="slug"),
        pytest.param(HandedIn("APLACEHOLDER2", TOKEN), False, id="partner id where a slug belongs"),
        pytest.param(HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True), True, id="partner id"),
        pytest.param(HandedIn("berlin", TOKEN, by_partner_id=True), False, id="slug where a partner id belongs"),
        pytest.param(
            HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True, marketplace="A13V1IB3VIYZZH"), True, id="marketplace"
        ),
        pytest.param(
            HandedIn("APLACEHOLDER2", TOKEN, by_partner_id=True, marketplace="ATVPDKIKX0DER"),
            False,
            id="another region's marketplace",
        ),
    ],
)
def test_whom_it_is_for(handed_in: HandedIn, *, meant: bool) -> None:
    """A slug names its seller; a partner id names it together with one of the seller's marketplaces."""
    cells = {"seller": "berlin", "region": "EU", "marketplaces": "DE;FR", "selling_partner_id": "aplaceholder2"}

    assert handed_in.is_for(row_from(cells)) is meant


def test_no_secret_in_a_repr() -> None:
    """What was handed in shows neither token nor client secret when it is printed."""
    handed_in = HandedIn("kyoto", f"Atzr|{CANARY}", CLIENT_ID, CANARY)

    assert CANARY not in repr(handed_in)
    assert replace(handed_in, client_secret=None).own_app is None
