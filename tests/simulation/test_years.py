"""Small simulated fleets: nothing breaks, the same seed is the same fate, and a failure says how to see it again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from local.amazon.faults import Fault, FaultKind
from simulation.command import main
from simulation.fleet import Part, parts, simulate
from simulation.invariants import Broken, Invariant
from simulation.troubles import Troubles
from simulation.years import Tally, Years

if TYPE_CHECKING:
    from simulation.secrets_manager import Held


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_breaks(seed: int) -> None:
    """Years of rotations, renewals and troubles break no invariant."""
    tally = Years(seed, sellers=10).live(2)

    assert [str(broken) for broken in tally.broken] == []
    assert tally.rotations > 10 * 2 * 365 / 40
    assert tally.disturbances > 0
    assert sum(tally.troubles.values()) > 0


def test_four_late_tokens_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that comes in each of four tests abandons each rotation; an operator sees it overdue, and it recovers."""
    years, left = Years(1, sellers=2), [4]
    years.world.secrets.unsettled = replace(years.world.secrets.unsettled, any_label_abandons=True)

    def strike(_: Troubles, held: Held, step: str) -> None:
        row = years.world.fleet.sellers[0]
        if step == "testSecret" and left[0] and held.version("AWSCURRENT") and "/s000/" in held.name:
            left[0] -= 1
            changed = Fault(
                FaultKind.NEW_REFRESH_TOKEN, selling_partner_id=row.selling_partner_id, answers=1, seconds=0.0
            )
            years.world.amazon.faults.put(changed)

    monkeypatch.setattr("simulation.troubles.TROUBLES", ())
    monkeypatch.setattr(Troubles, "_strike", strike)
    tally = years.live(1)

    assert left == [0]
    assert [str(broken) for broken in tally.broken] == []


def test_the_same_seed_is_the_same_fate() -> None:
    """Nothing but the seed decides: no wall clock, no other randomness."""
    part = Part(years=1, sellers=30, seed=7, stack=1)

    assert simulate(part) == simulate(part)
    assert simulate(part) != simulate(Part(years=1, sellers=30, seed=8, stack=1))


def test_a_fleet_is_cut_into_stacks() -> None:
    """A seed means the same on every machine, so a stack's size is fixed; each has a line that repeats it alone."""
    fleet = parts(years=100, sellers=60, seed=4)

    assert [part.count for part in fleet] == [25, 25, 10]
    assert fleet[2].replay() == "python -m simulation --years 100 --sellers 60 --seed 4 --stack 2"


def test_what_is_printed() -> None:
    """The command prints sellers, rotations, troubles and broken invariants, and exits with 0 where none broke."""
    result = CliRunner().invoke(main, ["--years", "0.3", "--sellers", "5", "--seed", "2", "--jobs", "1"])
    lines = dict(line.rsplit("  ", 1) for line in result.stdout.splitlines())
    figures = {name.strip(): figure.strip() for name, figure in lines.items()}

    assert result.exit_code == 0
    assert {name: figures[name] for name in ("sellers", "years", "seed", "broken invariants")} == {
        "sellers": "5",
        "years": "0.3",
        "seed": "2",
        "broken invariants": "0",
    }
    assert int(figures["rotations"].partition(" ")[0]) >= 5
    # Told a moment earlier than `took`, so that the two may round to different seconds.
    assert re.fullmatch(r"stack 0 done, 1 of 1, \d+ s\n", result.stderr)


def test_a_failure_says_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken invariant is told with its moment, its seller, and the line that repeats it; the exit code is 1."""
    monkeypatch.setattr("simulation.command.simulate_all", _broken)

    result = CliRunner().invoke(main, ["--years", "1", "--sellers", "5", "--seed", "2"])

    assert result.exit_code == 1
    assert result.stderr.splitlines()[1:] == [
        "2027-01-02 03:04 s003: nothing becomes AWSCURRENT that was not proven as it is (never proven)",
        "  again: python -m simulation --years 1 --sellers 5 --seed 2 --stack 0",
    ]


def _broken(fleet: list[Part], _jobs: int) -> list[tuple[Part, Tally]]:
    seen = Broken(Invariant.PROVEN, "s003", datetime(2027, 1, 2, 3, 4, tzinfo=UTC), "never proven")
    return [(fleet[0], Tally(1, 1, 1, 0, 0, {}, (seen,)))]


def test_all_that_may_befall_a_client_secret_does_and_is_counted() -> None:
    """In enough years: Amazon asked, by hand, leaked, and each way in which a message goes wrong."""
    years = Years(5, sellers=2)
    tally = years.live(12)
    about = {name: number for name, number in tally.troubles.items() if "client secret" in name or "set aside" in name}

    assert len(about) == 9
    assert [name for name, number in about.items() if not number] == []
    assert [str(broken) for broken in tally.broken] == []


def test_a_message_that_was_to_go_wrong_does_so_after_an_outage() -> None:
    """The end of an outage ends nothing else; only what went wrong is counted."""
    years = Years(1, sellers=2)
    lost, outage = Fault(FaultKind.MESSAGE_LOST, answers=1), Fault(FaultKind.OUTAGE)
    faults, notifying = years.world.amazon.faults, years.world.amazon.notifying
    faults.put(lost)
    faults.put(outage)
    faults.end(outage)
    assert faults.all() == (lost,)
    assert notifying.spoilt[FaultKind.MESSAGE_LOST] == 0
