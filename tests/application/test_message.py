"""What Amazon writes is read by field, and nothing of it is ever quoted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.application.message import ExpiryNotice, Malformed, NewSecret, read
from tests.fakes.letters import CLIENT, MADE, NEW, expiry, new_secret, through_sns
from tests.silence import assert_silent


def test_a_new_client_secret_is_read() -> None:
    """As Amazon's sample has it, times to the millisecond."""
    assert read(new_secret()) == NewSecret(CLIENT, NEW, MADE + timedelta(days=180), MADE + timedelta(days=7))


def test_a_notice_of_expiry_is_read() -> None:
    """With the time at which Amazon said it."""
    ends = datetime(2026, 5, 16, 22, 6, 39, 224000, tzinfo=UTC)
    assert read(expiry(ends)) == ExpiryNotice(CLIENT, ends, MADE)


@pytest.mark.parametrize("body", [new_secret(), expiry(MADE)])
def test_a_message_through_sns_is_the_same(body: str) -> None:
    """A topic hands it on as text in an envelope."""
    assert read(through_sns(body)) == read(body)


def test_neither_version_nor_type_decides() -> None:
    """Both samples have one version; another would lose the only copy of a secret to a check of no use."""
    document = json.loads(new_secret())
    for changed in ({"payloadVersion": "2099-01-01"}, {"notificationType": "OTHER"}, {"more": [1]}):
        assert read(json.dumps(document | changed)) == read(new_secret())
    for left_out in ("notificationVersion", "notificationMetadata", "eventTime"):
        assert read(json.dumps({key: value for key, value in document.items() if key != left_out}))


def test_when_the_old_one_ends_may_be_left_out() -> None:
    """It is told, but nothing depends on it."""
    message = read(new_secret(oldClientSecretExpiryTime=None))
    assert isinstance(message, NewSecret)
    assert message.old_ends_at is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not JSON",
        "[]",
        "null",
        "{}",
        '{"payload": {}}',
        '{"payload": {"applicationOAuthClientNewSecret": "x"}}',
        '{"Message": "not JSON"}',
        new_secret(clientId=None),
        new_secret(newClientSecret=None),
        new_secret(newClientSecret=f"{NEW}\n"),
        new_secret(newClientSecret=[NEW]),
        new_secret(newClientSecretExpiryTime=None),
        new_secret(newClientSecretExpiryTime="soon"),
        new_secret(newClientSecretExpiryTime="2026-01-01T00:00:00"),
        new_secret(newClientSecretExpiryTime=1),
        "[" * 100_000,
    ],
)
def test_what_is_not_understood_is_malformed(body: str) -> None:
    """So that it stays, and the dead-letter queue gets it; the error names fields only."""
    with pytest.raises(Malformed) as failed:
        read(body)
    assert_silent(failed.value, "PLACEHOLDER")


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda part: st.lists(part) | st.dictionaries(st.text(), part))
)
def test_whatever_arrives(document: Any) -> None:
    """Nothing that can be JSON is anything but read or malformed."""
    for body in (json.dumps(document), json.dumps({"payload": {"applicationOAuthClientNewSecret": document}})):
        with pytest.raises(Malformed):
            read(body)


def test_a_new_secret_is_not_in_a_messages_repr() -> None:
    """A message that gets into a log line tells whose it is, and no more."""
    assert NEW not in repr(read(new_secret()))
