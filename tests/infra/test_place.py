"""Where a fleet lives: its ARN patterns match its own things and nothing else."""

from fnmatch import fnmatchcase

import pytest

from infra.place import Place

SELLERS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers"


@pytest.mark.parametrize(
    ("arn", "matches"),
    [
        pytest.param(f"{SELLERS}/berlin/sp-api-a1B2c3", True, id="its own"),
        pytest.param(f"{SELLERS}/berlin-2/sp-api-a1B2c3", False, id="a longer slug"),
        pytest.param(f"{SELLERS}/berlin/sp-api-old-a1B2c3", False, id="a longer name"),
        pytest.param(SELLERS.replace("prod", "dev") + "/berlin/sp-api-a1B2c3", False, id="another fleet"),
    ],
)
def test_a_sellers_pattern_matches_its_secret_only(place: Place, arn: str, matches: bool) -> None:  # noqa: FBT001
    """IAM reads `*` and `?` as a shell does."""
    assert fnmatchcase(arn, place.seller_secret("berlin")) is matches


def test_the_sellers_pattern_leaves_the_app_secret_out(place: Place) -> None:
    """The rotation function writes what this pattern matches."""
    app = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-a1B2c3"

    assert fnmatchcase(app, place.app_secret)
    assert not fnmatchcase(app, place.seller_secrets)
    assert fnmatchcase(f"{SELLERS}/berlin/sp-api-a1B2c3", place.seller_secrets)


def test_a_sellers_reader_is_one_of_the_readers(place: Place) -> None:
    """The app secret's policy knows readers by their path."""
    assert fnmatchcase(place.reader("berlin"), place.readers)
    assert not fnmatchcase(place.rotation_role, place.readers)
