"""What may be printed."""

from __future__ import annotations

import pytest

from scripts.words import looks_secret, plain


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Berlin Bücher 東京", "Berlin Bücher 東京"),
        ("a \x1b[31mred\x07 name\n", "a ?[31mred? name?"),
        ("column Atzr|PLACEHOLDER-1, twice", "column Atzr|***, twice"),
        ("'Atza|PLACEHOLDER'", "'Atza|***'"),
        ("(amzn1.oa2-cs.v1.PLACEHOLDER)", "(amzn1.oa2-cs.***)"),
        ("amzn1.application-oa2-client.PLACEHOLDER", "amzn1.application-oa2-client.PLACEHOLDER"),
    ],
    ids=["letters", "steering", "refresh token", "access token", "client secret", "a client id is no secret"],
)
def test_tokens_are_hidden_and_steering_letters_shown(text: str, printed: str) -> None:
    """Whatever reaches the screen shows no token or client secret and cannot steer the terminal."""
    assert plain(text) == printed


def test_a_file_name_is_told_from_a_secret() -> None:
    """Somebody who pastes a token where a file's name belongs can be told so."""
    assert (looks_secret("Atzr|PLACEHOLDER"), looks_secret("sellers.csv")) == (True, False)
