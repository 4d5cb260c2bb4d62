"""Names: what AWS allows, and that no two sellers ever share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import naming

SLUGS = st.from_regex(naming.SELLER_PATTERN, fullmatch=True)
BASES = st.from_regex(naming.BASE_PATTERN, fullmatch=True)


@pytest.mark.parametrize("slug", ["a", "7", "shop-berlin", "a--b", "x" * 32])
def test_a_sellers_slug(slug: str) -> None:
    """A slug is 1 to 32 of a-z, 0-9 and hyphens, a letter or digit at both ends (design.md 2)."""
    assert naming.is_seller(slug)


@pytest.mark.parametrize("text", ["", "-", "a-", "-a", "A", "ä", "a b", "a.b", "a/b", "a\n", "٣", "x" * 33])
def test_no_sellers_slug(text: str) -> None:
    """Everything else is none, a line end behind a good one included."""
    assert not naming.is_seller(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("dev", True),
        ("x" * 20, True),
        ("x" * 21, False),
        ("", False),
        ("dev-", False),
        ("Dev", False),
        ("dev\n", False),
        ("dev-s00", False),
        ("dev-s1", True),
        ("dev-s000", True),
    ],
)
def test_a_bases_name(text: str, *, good: bool) -> None:
    """A base stack's name is spelled like a slug, with 20 characters at most."""
    assert naming.is_base(text) is good


@given(BASES, SLUGS)
def test_iam_takes_every_role_name(base: str, seller: str) -> None:
    r"""A role's name has at most 64 characters of [\w+=,.@-] (aws.md 5.2; botocore, IAM roleNameType)."""
    names = (naming.reader_role_name(base, seller), naming.function_role_name(base, naming.ROTATION))

    assert all(re.fullmatch(r"[\w+=,.@-]{1,64}", name, re.ASCII) for name in names)


def test_the_longest_role_name_just_fits() -> None:
    """The longest base and the longest slug together use up IAM's 64 characters (aws.md 5.2)."""
    assert len(naming.reader_role_name("b" * 20, "s" * 32)) == 64


@given(BASES)
def test_lambda_takes_every_function_name(base: str) -> None:
    """A function's name has at most 64 of [a-zA-Z0-9-_] (botocore, Lambda FunctionName)."""
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", naming.function_name(base, naming.ROTATION))


@given(BASES, SLUGS)
def test_no_sellers_secret_ends_like_an_arn(base: str, seller: str) -> None:
    """A secret's name must not end in a hyphen and six characters, whichever (botocore, CreateSecret Name)."""
    assert re.search(r"-.{6}\Z", naming.seller_secret_name(base, seller)) is None


@given(BASES)
def test_the_app_secret_never_ends_like_an_arn(base: str) -> None:
    """The app secret's name never ends as Secrets Manager ends an ARN: a hyphen, six letters or digits (aws.md 6.1)."""
    assert re.search(r"-[A-Za-z0-9]{6}\Z", naming.app_secret_name(base)) is None


@given(BASES, SLUGS, BASES, SLUGS)
def test_no_two_sellers_share_a_name(base: str, seller: str, other_base: str, other_seller: str) -> None:
    """Two sellers that differ in base or slug differ in secret, role, ARN pattern and role ARN."""
    ours, theirs = _names(base, seller), _names(other_base, other_seller)

    assert bool(ours & theirs) == ((base, seller) == (other_base, other_seller))


def test_hyphens_never_join_two_names_into_one() -> None:
    """`eu` with `prod-a` is not `eu-prod` with `a`: dots and slashes separate, because hyphens join (design.md 5)."""
    assert not _names("eu", "prod-a") & _names("eu-prod", "a")


@given(BASES, SLUGS)
def test_a_seller_is_never_taken_for_the_app_or_a_function(base: str, seller: str) -> None:
    """No slug, `app` and `rotation` included, gives a seller the app secret's or a function role's name."""
    assert not _names(base, seller) & {naming.app_secret_name(base), naming.function_role_name(base, naming.ROTATION)}


def test_how_everything_is_called() -> None:
    """The names of design.md 5, written out."""
    arn = naming.secret_arn_pattern("eu-west-1", "123456789012", naming.seller_secret_name("dev", "berlin"))

    assert naming.app_secret_name("dev") == "sellerkeys/dev/app"
    assert naming.seller_secret_name("dev", "berlin") == "sellerkeys/dev/sellers/berlin/sp-api"
    assert arn == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/berlin/sp-api-??????"
    assert naming.reader_role_arn("123456789012", "dev", "berlin") == (
        "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
    )
    assert naming.function_role_arn("123456789012", "dev", "rotation") == (
        "arn:aws:iam::123456789012:role/sellerkeys-fn.dev.rotation"
    )
    assert naming.function_arn("eu-west-1", "123456789012", "dev", "rotation") == (
        "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-dev-rotation"
    )
    assert naming.log_group_name("dev", "rotation") == "/aws/lambda/sellerkeys-dev-rotation"
    assert naming.alarm_name("dev", "rotation", "errors") == "sellerkeys-dev-rotation-errors"
    assert naming.topic_name("dev") == "sellerkeys-dev-alarms"
    assert naming.key_alias("dev") == "alias/sellerkeys-dev"
    assert naming.identity_tags("dev", "berlin", "EU", "shared") == {
        "sellerkeys:base": "dev",
        "sellerkeys:seller": "berlin",
        "sellerkeys:region": "EU",
        "sellerkeys:application": "shared",
    }


def _names(base: str, seller: str) -> set[str]:
    secret = naming.seller_secret_name(base, seller)
    return {
        secret,
        naming.secret_arn_pattern("eu-west-1", "123456789012", secret),
        naming.reader_role_name(base, seller),
        naming.reader_role_arn("123456789012", base, seller),
    }
