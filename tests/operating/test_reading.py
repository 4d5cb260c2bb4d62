"""Becoming a seller's reader, one seller at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AccessDenied
from provisioning.operating.reading import Keys, Reading

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk

ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"


def test_a_reader(on_call: FakeDesk) -> None:
    """The seller's own role is assumed under the command's name, and remembered for the command's output."""
    secret = on_call.store.describe(on_call.held.arn)

    value = on_call.reading.of("berlin", secret).read(secret.arn)

    assert value.text == on_call.held.current()
    assert on_call.roles.lent == [(ROLE, "sellerkeys-test")]
    assert on_call.roles.tags == [{}]
    assert on_call.reading.roles == {"berlin": ROLE}


def test_one_role_for_every_seller(on_call: FakeDesk) -> None:
    """Where isolation is by one role, that is assumed with the seller as the session's tag (aws.md 6.1)."""
    settings = on_call.fleet.settings.model_copy(update={"isolation": "one-role"})
    reading = Reading(replace(on_call.fleet, settings=settings), on_call.roles, lambda _keys: on_call.aws, "check")

    reading.of("berlin", on_call.store.describe(on_call.held.arn))

    role = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys-reader.dev"
    assert on_call.roles.lent == [(role, "sellerkeys-check")]
    assert on_call.roles.tags == [{"sellerkeys:seller": "berlin"}]
    assert reading.roles == {"berlin": role}


def test_who_may_not(on_call: FakeDesk) -> None:
    """Where AWS does not lend the role, the sentence names it."""
    on_call.roles.denied = True

    with pytest.raises(AccessDenied, match=f"AWS denied AssumeRole on {ROLE}"):
        on_call.reading.of("berlin", on_call.store.describe(on_call.held.arn))
    assert on_call.reading.roles == {}


def test_keys_are_not_shown() -> None:
    """An hour's keys show in no traceback."""
    assert repr(Keys("PLACEHOLDER-ID", "CANARY", "CANARY")) == "Keys(access_key_id='PLACEHOLDER-ID')"
