"""Consents in simulated years: they end, roles come, sellers are late; a calendar that tells too late is caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.invariants import Invariant
from simulation.people import People
from simulation.troubles import Troubles
from simulation.years import Years

if TYPE_CHECKING:
    from simulation.consents import Consents


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
