"""Who may still hold the old client secret: what CloudTrail tells, no further than it was looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.errors import AccessDenied
from provisioning.operating.reads import Looked, Read, Stale, recent, stale
from tests.fakes.services import FakeTrail

CHANGED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ERP = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.maple"
NAME = "sellerkeys/dev/sellers/maple/sp-api"
CHANGES = {NAME: ("maple", CHANGED), f"arn:{NAME}": ("maple", CHANGED)}


def event(at: datetime, secret: str = NAME, role: str | None = ERP, **more: Any) -> dict[str, Any]:
    """An event as CloudTrail tells it."""
    issuer = {"sessionContext": {"sessionIssuer": {"arn": role}}} if role else {}
    record = {
        "userIdentity": {"arn": "arn:aws:sts::123456789012:assumed-role/x/worker-7", **issuer},
        "requestParameters": {"secretId": secret},
        **more,
    }
    return {"EventTime": at, "CloudTrailEvent": json.dumps(record)}


def hours(number: float) -> datetime:
    """A moment so many hours after the change."""
    return CHANGED + timedelta(hours=number)


def test_a_read_names_the_role_and_not_the_session() -> None:
    """Sessions change with every worker; who has no role is named as he is."""
    trail = FakeTrail([event(hours(1)), event(hours(0), role=None)])
    assert list(recent(trail, 10, lambda: None)) == [
        Read(ERP, NAME, hours(1), "worker-7"),
        Read("arn:aws:sts::123456789012:assumed-role/x/worker-7", NAME, hours(0)),
    ]


def test_what_was_refused_or_cannot_be_read_is_no_read() -> None:
    """Nobody holds what he was not given."""
    trail = FakeTrail(
        [
            event(hours(1), errorCode="AccessDenied"),
            {"EventTime": hours(1), "CloudTrailEvent": "{"},
            {"EventTime": hours(1), "CloudTrailEvent": "[]"},
            event(hours(1), requestParameters=None),
        ]
    )
    assert list(recent(trail, 10, lambda: None)) == []


def test_a_denied_look_up_is_told() -> None:
    """The command then says that it does not know."""
    with pytest.raises(AccessDenied, match="LookupEvents on CloudTrail"):
        list(recent(FakeTrail(None), 10, lambda: None))


def test_who_read_before_the_change_and_not_since() -> None:
    """By name or by ARN; whoever read once since holds the new one."""
    reads = [
        Read(ERP, NAME, hours(2)),
        Read("late", f"arn:{NAME}", hours(-1)),
        Read(ERP, NAME, hours(-2)),
        Read("late", NAME, hours(-30)),
        Read("other", "another/secret", hours(-31)),
    ]
    assert stale(reads, CHANGES) == Looked([Stale("maple", "late", hours(-1))], 5, hours(-31), whole=True)


def test_our_own_looks_are_no_consumers() -> None:
    """The rotation reads before each change, by which it makes it; `check` becomes the seller's reader for a moment.

    Counted, the one would stand there for ever, and the other would hide a worker who has not read since.
    """
    reads = [
        Read(ERP, NAME, hours(2), "sellerkeys-check"),
        Read(ERP, NAME, hours(-1), "worker-7"),
        Read("rotation", NAME, hours(-1), "sellerkeys-dev-rotation"),
        Read("rotation", NAME, hours(-2), "rotation-of-another-name"),
    ]
    assert stale(reads, CHANGES, ["rotation"]).stale == [Stale("maple", ERP, hours(-1))]


def test_cloudtrail_is_asked_at_its_pace() -> None:
    """Before each page, the first included."""
    waits: list[None] = []
    trail = FakeTrail([event(hours(0))])
    list(recent(trail, 10, lambda: waits.append(None)))
    assert len(waits) == 1


def test_how_far_it_looked_is_told() -> None:
    """Where the reads do not reach behind the change, an older reader may have been missed."""
    assert stale([Read(ERP, NAME, hours(1))], CHANGES) == Looked([], 1, hours(1), whole=False)
    assert stale([], CHANGES) == Looked([], 0, None, whole=False)
