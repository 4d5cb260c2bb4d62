"""A rotation's process dies at any call, and the retry ends as if nothing had been."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioning.consented import Consent
from provisioning.errors import SellerkeysError
from provisioning.payload import Offer
from provisioning.state import State
from tests.fakes.amazon import FakeAmazon
from tests.fakes.secrets_manager import Crash
from tests.rotation.berlin import (
    NEW,
    OFFER_VERSION,
    RENEWED,
    SECRET,
    STEPS,
    TOKEN,
    Bench,
    credential,
)

if TYPE_CHECKING:
    from datetime import datetime

ANOTHER = "Atzr|PLACEHOLDER-ANOTHER"


@pytest.mark.parametrize("abandons", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        *("plain", "offer", "approved", "changed token", "refused offer", "dead app"),
        *("renewed consent", "refused consent", "renewed consent, dead app", "renewed consent, changed token"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call(now: datetime, kind: str, when: str, *, abandons: bool) -> None:
    """Killed before or after any call to AWS, AWS's retry and one more rotation reach the undisturbed end state."""
    undisturbed = _bench(now, kind, abandons=abandons)
    _run(undisturbed)
    calls = list(undisturbed.aws.calls)
    _run(undisturbed)
    for number in range(1, len(calls) + 1):
        disturbed = _bench(now, kind, abandons=abandons)
        disturbed.aws.die(when, number)
        with pytest.raises(Crash):
            _run(disturbed)
        disturbed.aws.live()
        _run(disturbed)
        _run(disturbed)

        assert _outcome(disturbed) == _outcome(undisturbed), f"{when} {calls[number - 1]}, call {number}"


def _bench(now: datetime, kind: str, *, abandons: bool) -> Bench:
    tokens = dict.fromkeys((TOKEN, RENEWED), (NEW.client_id, ("A1PA6795UKMFR9",)))
    replaces = {TOKEN: RENEWED} if kind in {"changed token", "dead app"} else {}
    if kind == "renewed consent, changed token":
        tokens[ANOTHER], replaces[RENEWED] = tokens[TOKEN], ANOTHER
    amazon = FakeAmazon({NEW.client_id: NEW.client_secret}, tokens, replaces)
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.aws.any_label_abandons = abandons
    if kind == "offer":
        bench.offer(Offer("berlin", RENEWED))
    if kind == "approved":
        bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))
        bench.held.attach("SELLERKEYS_APPROVED", OFFER_VERSION)
    if kind == "refused offer":
        bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    if "consent" in kind:
        bench.held.tags |= State(consented_on=date(2026, 1, 1)).to_tags()
        bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED" if "refused" in kind else RENEWED))
        bench.held.attach(Consent(date(2026, 11, 20)).label(OFFER_VERSION), OFFER_VERSION)
    if "dead app" in kind:
        amazon.expired.add(NEW.client_id)
    return bench


def _run(bench: Bench) -> None:
    """Play AWS: go on with the rotation that is pending, or begin one; a step that fails ends the attempt."""
    pending = bench.held.holder("AWSPENDING")
    token = pending if pending and pending != bench.held.holder("AWSCURRENT") else bench.aws.begin_rotation(SECRET)
    for step in STEPS:
        try:
            bench.step(step, token)
        except SellerkeysError:
            return


def _outcome(bench: Bench) -> dict[str, object]:
    """What has to be the same: the current value, which values our labels and AWS's stand on, the state tags."""
    values = {label: bench.held.values[version] for label, version in bench.labels.items()}
    ours = {label: value for label, value in values.items() if not label.startswith(("SELLERKEYS_OFFER_", "AWSPREV"))}
    return {"current": bench.current, "labels": ours, "tags": bench.tags}
