"""Fingerprints: the same credential gives the same, another one another, and nobody learns anything from one."""

from __future__ import annotations

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from provisioning.fingerprint import fingerprint, token_half, version_id

Credential = tuple[str, str, tuple[str, str] | None]

TEXTS = st.text(min_size=1)
APPS = st.none() | st.tuples(TEXTS, TEXTS)
CREDENTIALS = st.tuples(TEXTS, TEXTS, APPS)
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/berlin/sp-api-AbCdEf"


def test_the_same_for_ever() -> None:
    """What stands in state tags today has to be recognised by every later version."""
    assert fingerprint("dev", "Atzr|PLACEHOLDER", None) == "9d068261dcbb3faab4d5af531c3dc917.shared"
    assert fingerprint("dev", "Atzr|PLACEHOLDER", ("id", "secret")) == (
        "9d068261dcbb3faab4d5af531c3dc917.2e5818862756cc16ee0c35886afa5ec8"
    )
    assert version_id(ARN, "{}") == "a86101c4-bdaf-e1bf-0275-0d8aac9f1ea3"


@given(CREDENTIALS, CREDENTIALS)
def test_different_credentials_differ(ours: Credential, theirs: Credential) -> None:
    """Two fingerprints are the same only for the same fleet, token and application."""
    same = fingerprint(*ours) == fingerprint(*theirs)

    assert same == (ours == theirs)


def test_where_one_part_ends_counts() -> None:
    """Each part goes in with its length, so ("ab", "c") is not ("a", "bc") and no part can imitate a length."""
    marks = {
        fingerprint("dev", "Atzr|", app)
        for app in [("ab", "c"), ("a", "bc"), ("a1:b", "c"), ("a", "1:bc"), ("1:a1:b", "c")]
    }

    assert len(marks) == 5


def test_the_salt_is_the_fleet() -> None:
    """The same token in two fleets leaves two marks, so that tags of one tell nothing about the other."""
    assert token_half("dev", "Atzr|PLACEHOLDER") != token_half("prod", "Atzr|PLACEHOLDER")


def test_a_token_is_no_application() -> None:
    """The halves are of two kinds: a token never fingerprints like an application."""
    token, _, application = fingerprint("dev", "x", ("x", "x")).partition(".")

    assert token != application


@given(TEXTS, TEXTS, APPS)
def test_the_token_half_comes_first(base: str, token: str, app: tuple[str, str] | None) -> None:
    """What stands before the dot depends on the token alone: by it a token handed in twice is found."""
    assert fingerprint(base, token, app).partition(".")[0] == token_half(base, token)


@given(TEXTS, TEXTS, APPS)
def test_fits_a_tag_and_tells_nothing(base: str, token: str, app: tuple[str, str] | None) -> None:
    """A fingerprint is 32 hexadecimal digits, a dot, and 32 more or `shared`: nothing of what went in (aws.md 5.1)."""
    assert re.fullmatch(r"[0-9a-f]{32}\.([0-9a-f]{32}|shared)", fingerprint(base, token, app))


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_a_version_id_is_of_secret_and_text(secret: str, text: str, secret2: str, text2: str) -> None:
    """The same text for the same secret gives the same version id; anything else another."""
    same = version_id(secret, text) == version_id(secret2, text2)

    assert same == ((secret, text) == (secret2, text2))


@given(TEXTS, TEXTS)
def test_aws_takes_a_version_id(secret: str, text: str) -> None:
    """A ClientRequestToken has 32 to 64 characters (aws.md 2.1); ours is written like a UUID."""
    found = version_id(secret, text)

    assert str(UUID(found)) == found
