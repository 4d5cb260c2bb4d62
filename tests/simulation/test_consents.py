"""Consents in simulated years: they end, roles come, sellers are late; a calendar that tells too late is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.consent.keeping import Keeping
from provisioning.onboarding import Executor
from simulation.invariants import Invariant
from simulation.people import People
from simulation.troubles import TROUBLES, Troubles
from simulation.years import Years

if TYPE_CHECKING:
    from provisioning.consent.keeping import Proven
    from provisioning.state import State
    from provisioning.store import Secret
    from simulation.consents import Consents

REFUSALS = [trouble for trouble in TROUBLES if trouble.name == "Amazon refuses a good credential in a test"]


@pytest.fixture
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other trouble, and people who only read what the calendar writes."""
    monkeypatch.setattr("simulation.troubles.TROUBLES", ())
    monkeypatch.setattr(Troubles, "_strike", lambda *_: None)
    monkeypatch.setattr(People, "needs", lambda *_: False)


def announced(years: float) -> tuple[dict[str, int], list[str]]:
    """Live, and tell what was counted and which sellers were not told what they should have been."""
    tally = Years(1, sellers=20).live(years)
    assert {broken.invariant for broken in tally.broken} <= {Invariant.ANNOUNCED}
    return dict(tally.troubles), [broken.seen for broken in tally.broken]


@pytest.mark.usefixtures("_calm")
def test_whoever_lapses_was_told() -> None:
    """Late sellers' consents end in use, each after a notice a week before; every new role is told within days."""
    counted, unannounced = announced(2.2)

    assert counted["consents that ended in use"] > 0
    assert counted["roles the application gained"] > 0
    assert unannounced == []


@pytest.mark.usefixtures("_calm")
def test_a_calendar_that_tells_too_late_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its milestones the calendar tells of an end only once it has come."""
    monkeypatch.setattr("provisioning.calendar.consents.MILESTONES", ())
    _, unannounced = announced(1.6)

    assert set(unannounced) == {"a consent ended, and nobody was told a week before"}


@pytest.mark.usefixtures("_calm")
def test_a_role_that_nobody_tells_of_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that knows no roles leaves sellers who lack one untold."""
    monkeypatch.setattr("provisioning.calendar.consents._missing", lambda *_: [])
    counted, unannounced = announced(2.2)

    assert counted["roles the application gained"] > 0
    assert "nobody was told of a new role" in unannounced


def test_roles_come_in_the_order_they_are_listed() -> None:
    """The application begins without them, so that an old consent does not cover them (sp-api.md 3)."""
    years = Years(1, sellers=2)
    consents: Consents = years._consents  # noqa: SLF001 - the part under test
    before = years.world.amazon.registry.application(years.world.shared.client_id).roles
    consents._gain_role()  # noqa: SLF001 - as above
    after = years.world.amazon.registry.application(years.world.shared.client_id).roles

    assert after - before == {"Brand Analytics"}
    assert [role.name for role in years.world.fleet.settings.consent.roles] == ["Brand Analytics"]


@pytest.mark.usefixtures("_calm")
def test_every_way_in_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links, forms, Seller Central by the function's own code; held, approved, rejected; with days or without."""
    monkeypatch.setattr("simulation.people._WRONG_ACCOUNT", 0.2)
    counted, unannounced = announced(2.2)

    ways = [name for name in counted if name.startswith(("pages that", "credentials that a person", "tokens that"))]
    assert len(ways) == 7
    assert [name for name in [*ways, "consents whose day nobody knew"] if not counted[name]] == [
        "pages that said to start again"  # where nothing goes wrong, no page says so
    ]
    assert unannounced == []


@pytest.fixture
def _refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amazon refuses good credentials in tests, again and again; and people only read what the calendar writes."""
    monkeypatch.setattr("simulation.troubles.TROUBLES", tuple(replace(each, a_year=3.0) for each in REFUSALS))
    monkeypatch.setattr(People, "needs", lambda *_: False)


@pytest.mark.usefixtures("_refusing")
@pytest.mark.parametrize("noted_when_offered", [True, False])
def test_a_renewal_noted_when_it_is_offered_is_caught(
    monkeypatch: pytest.MonkeyPatch, *, noted_when_offered: bool
) -> None:
    """Amazon wrongly refuses the offer, the seller is late, and the consent in use ends unannounced; not with ours."""
    if noted_when_offered:
        tag, note = Executor._tag, Keeping._note  # noqa: SLF001 - the defect that there was

        def noted(keeping: Keeping, secret: Secret, proven: Proven, state: State) -> None:
            note(keeping, secret, proven, replace(state, consented_on=keeping._store.now().date()))  # noqa: SLF001

        monkeypatch.setattr(
            Executor, "_tag", lambda self, planned, state: tag(self, planned, self._in_use(planned, state))
        )
        monkeypatch.setattr(Keeping, "_note", noted)
    tally = Years(2, sellers=20).live(2, bool)

    seen = ["a consent ended, and nobody was told a week before"] if noted_when_offered else []
    assert [broken.seen for broken in tally.broken] == seen
