"""A question can differ: a bench on which AWS is otherwise than assumed is told as such; and a failure cleans up."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from live.account import Account
from live.questions import QUESTIONS, answered
from live.removing import remove_probes
from live.telling import closing, told
from live.workshop import Workshop
from local.aws.rotation import Retries
from local.aws.unsettled import Unsettled
from local.bench import REGION, Bench
from local.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHERWISE = Unsettled(trial_has_value=True, rotation_token_required=True, rotation_detail_type="Another Type")


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop on such a bench, in this process."""
    with Bench(Home(tmp_path / "bench"), unsettled=OTHERWISE, retries=Retries(1, timedelta(seconds=1))) as bench:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in bench.environment().items():
            monkeypatch.setenv(name, value)
        principal = "arn:aws:iam::123456789012:user/somebody"
        account = Account(number="123456789012", region=REGION, principal=principal, patience=10, pause=0.2)
        yield Workshop(account, "live-00000")


def test_what_differs_is_told(workshop: Workshop) -> None:
    """The trial sees a value, which is no difference; one attempt, the token's need and the events' name are."""
    workshop.told["events"] = workshop.listen()
    asked = {question.number: question for question in QUESTIONS if question.number in {1, 2, 6, 7}}
    seen = {number: answered(question, workshop, 4) for number, question in asked.items()}

    assert {number: one.agrees for number, one in seen.items()} == {1: True, 2: False, 6: False, 7: False}
    assert seen[1].text == "a value"
    assert seen[2].text == "1 attempts in 4 s; the same token"
    assert seen[6].text.startswith("a put without it gives ")
    assert seen[7].text.startswith("Another Type: ")
    assert "DIFFERS: please report it (docs/live.md)" in told(asked[7], seen[7])
    assert remove_probes(workshop) == []


def test_removing_what_is_not_there(workshop: Workshop) -> None:
    """A run that was cut off before it made anything leaves nothing to complain of."""
    assert remove_probes(workshop) == []


def test_what_is_left_is_told() -> None:
    """By name; where it does not go by itself, with what to run."""
    text = closing("sellerkeys onboard", [], ["role sellerkeys.live-00000.x: STILL THERE"], "/there")

    assert text.splitlines() == [
        "the product: FAILED at: sellerkeys onboard",
        "the questions: 0 agree, 0 differ, 0 not answered",
        "left: ",
        "  role sellerkeys.live-00000.x: STILL THERE",
        "  /there is kept for another try: make live CLEAN=<the base's name>",
    ]
