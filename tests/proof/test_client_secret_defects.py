"""Defects planted into the client-secret function: each is one that its matrix has to find."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provisioning.application import receiving
from provisioning.application.asking import Asker
from provisioning.application.following import Follow
from provisioning.application.keeping import Keeper
from provisioning.application.receiving import Became, Receiver
from provisioning.application.request import Request, Stage
from provisioning.errors import SellerkeysError
from provisioning.store import CURRENT
from simulation.line import Disturbance
from tests.proof.renewals import FLOWS, OTHERS, Flow
from tests.proof.renewals import Stage as Fleet

if TYPE_CHECKING:
    from collections.abc import Callable

ASKING, RECEIVING, STARTING, *_ = FLOWS


def asks_without_a_claim(patch: pytest.MonkeyPatch) -> None:
    """Looks whether it may ask, and never takes the right to."""

    def claim(self: Any, held: Any, by: str, *, leaked: bool) -> Any:
        self._may_ask(held, leaked=leaked)
        return Request(Stage.ASKING, self._now(), by, held.version, self._mark()), None

    patch.setattr(Asker, "_claim", claim)


def deletes_what_it_could_not_store(patch: pytest.MonkeyPatch) -> None:
    """As Amazon's sample does (sp-api.md 12, no. 4)."""
    receive = Receiver.receive

    def swallow(self: Any, letter: Any) -> Became:
        try:
            return receive(self, letter)
        except SellerkeysError:
            return Became.OLD

    patch.setattr(receiving.Receiver, "receive", swallow)


def does_not_describe_what_it_made_current(patch: pytest.MonkeyPatch) -> None:
    """Notes it once, in the process that moved the label, and never again."""
    note = Keeper.note
    patch.setattr(Keeper, "note", lambda self, secret, *, changed=False: changed and note(self, secret, changed=True))


def remembers_whom_it_has_started(patch: pytest.MonkeyPatch) -> None:
    """Keeps a note of its own of whom it has brought the newest to, instead of looking."""
    started: set[str] = set()
    start = vars(Follow)["_start"]

    def once(self: Any, listed: Any, newest: Any) -> Any:
        if (listed.arn, newest.version) in started:
            return listed.name, receiving.Became.CURRENT, None
        started.add((listed.arn, newest.version))
        return start(self, listed, newest)

    patch.setattr(Follow, "_start", once)


def overwrites(patch: pytest.MonkeyPatch) -> None:
    """Puts a new client secret over the old one and proves it afterwards (sp-api.md 12, no. 5)."""
    adopt = Keeper.adopt

    def first(self: Any, held: Any, app: Any, version: str) -> None:
        self._store.move(held.secret.arn, CURRENT, to=version, source=held.version)
        adopt(self, held, app, version)

    patch.setattr(Keeper, "adopt", first)


def struck(flow: Flow) -> bool:
    """Whether some strike at the flow ends badly."""
    return any(flow.struck(how, call) for how in Disturbance for call in range(1, flow.calls() + 1))


def interrupted(flow: Flow, other: str) -> bool:
    """Whether some interruption of the flow ends badly."""
    return any(flow.interrupted(OTHERS[other], call) for call in range(1, flow.calls() + 1))


def uses_what_amazon_refuses() -> bool:
    """Whether a new client secret that Amazon does not take becomes current."""
    fleet = Fleet()
    before = fleet.world.app_secret.text(CURRENT)
    fleet.asked()
    (message,) = fleet.renewal.waiting
    message.body = message.body.replace(fleet.newest, "amzn1.oa2-cs.v1.PLACEHOLDER-WRONG")
    fleet.world.clock.advance(timedelta(hours=2))
    return fleet.world.app_secret.text(CURRENT) != before


@pytest.mark.parametrize(
    ("plant", "finds"),
    [
        (asks_without_a_claim, lambda: interrupted(ASKING, "another request")),
        (deletes_what_it_could_not_store, lambda: struck(RECEIVING)),
        (does_not_describe_what_it_made_current, lambda: struck(RECEIVING)),
        (remembers_whom_it_has_started, lambda: struck(STARTING)),
        (overwrites, uses_what_amazon_refuses),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_defect_is_found(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], finds: Callable[[], bool]
) -> None:
    """The part of the matrix that is there for it ends badly."""
    plant(monkeypatch)

    assert finds()
