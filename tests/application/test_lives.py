"""How long a client secret lives stands on its version, and orders versions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.application.lives import Life, Source, arrived, known, life_of, served
from provisioning.state import State
from provisioning.store import Secret

DAY = datetime(2026, 9, 20, 11, 59, 17, 456000, tzinfo=UTC)
MOMENTS = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)
)


def secret(tags: dict[str, str] | None = None, **versions: set[str]) -> Secret:
    """A secret with these versions' labels."""
    return Secret("arn:x", "app", tags or {}, {name: frozenset(labels) for name, labels in versions.items()})


def until(days: float, source: Source = Source.AMAZON) -> str:
    """The label of a life that ends so many days later."""
    return Life(DAY + timedelta(days=days), source).label


@given(MOMENTS, st.none() | MOMENTS, st.sampled_from(Source))
def test_a_label_says_what_was_written(expires: datetime, old: datetime | None, source: Source) -> None:
    """To the millisecond, in at most 256 characters (botocore, SecretVersionStageType)."""
    life = Life(expires, source, old)
    assert life_of(secret(v={life.label, "AWSCURRENT"}), "v") == life
    assert len(life.label) <= 256


def test_as_it_stands_at_aws() -> None:
    """The spelling is a contract: versions keep their labels across upgrades."""
    life = Life(DAY, Source.AMAZON, DAY - timedelta(days=173))
    assert life.label == "SELLERKEYS_UNTIL_20260920T115917456Z_OLD_20260331T115917456Z_AMAZON"


@pytest.mark.parametrize("label", ["SELLERKEYS_UNTIL_", "SELLERKEYS_UNTIL_99999999T999999999Z_AMAZON", "AWSCURRENT"])
def test_another_label_says_nothing(label: str) -> None:
    """Whoever puts a label that looks like ours breaks nothing."""
    assert life_of(secret(v={label}), "v") is None


def test_amazons_word_comes_first() -> None:
    """A crash between two labels leaves both."""
    assert life_of(secret(v={until(0, Source.TYPED), until(9)}), "v") == Life(DAY + timedelta(days=9), Source.AMAZON)


def test_without_a_label_the_typed_day_counts() -> None:
    """From an application set before labels were."""
    tags = State(client_secret_expires_on=date(2026, 9, 20)).to_tags()
    assert known(secret(tags, v={"AWSCURRENT"})) == Life(datetime(2026, 9, 20, tzinfo=UTC), Source.TYPED)
    assert known(secret({}, v={"AWSCURRENT"})) is None


def test_what_arrived_is_newer_and_still_to_be_proven() -> None:
    """Not what is current, was current, is on offer, is older, or did not come from Amazon."""
    assert arrived(secret(a={"AWSCURRENT"}, b={until(1)})) == "b"
    assert arrived(secret(a={"AWSCURRENT", until(0)}, b={until(1)}, c={until(2)})) == "c"
    for labels in ({until(0)}, {until(-1)}, {until(1), "AWSPREVIOUS"}, {until(1), "SELLERKEYS_OFFERED"}, {"X"}):
        assert arrived(secret(a={"AWSCURRENT", until(0)}, b=labels)) is None
    assert arrived(secret(a={"AWSCURRENT", until(0)}, b={until(1, Source.TYPED)})) is None


def test_only_what_was_overtaken_loses_its_label() -> None:
    """A version without a label may be deleted, and one that arrived is the only copy of a client secret."""
    found = secret(
        a={"AWSCURRENT", until(0)},
        b={"AWSPREVIOUS", until(-9)},
        c={until(-20)},
        d={until(1)},
        e={until(-3), "SELLERKEYS_OFFERED"},
    )
    assert served(found) == [(until(-9), "b"), (until(-20), "c")]
    assert served(secret(a={"AWSCURRENT"}, b={until(1)})) == []
