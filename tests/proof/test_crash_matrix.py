"""Real processes, killed or cut off at each of their outgoing calls: what is left is as if nothing had happened.

By default every call is struck in one mode; `pytest tests/proof --proof full` strikes in every mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.bench import Bench
from local.home import Home
from tests.proof.crash.flows import FLOWS, RETRIES, Flow
from tests.proof.crash.lane import Lane
from tests.proof.crash.matrix import Ending, Judged, Matrix, Recording, every_call_once, points, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LANES = 3
#: What every value of a secret begins with on the bench.
VALUES = (b"Atzr|PLACEHOLDER", b"Atza|PLACEHOLDER", b"oa2-cs.v1.PLACEHOLDER")


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    """A few stacks on one bench."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    with Bench(Home(folder / "bench"), retries=RETRIES) as bench:
        made = [Lane(bench, f"lane{number}", folder / f"lane{number}") for number in range(LANES)]
        for lane in made:
            lane.start()
        yield made
        for lane in made:
            lane.stop()


@pytest.fixture(scope="module")
def matrix(lanes: list[Lane]) -> Matrix:
    """The matrix over those stacks."""
    return Matrix(lanes)


@pytest.fixture(scope="module")
def flows(size: str) -> list[Flow]:
    """The flows of this run: those that wait for seconds only in full size."""
    return [flow for flow in FLOWS if size == "full" or not flow.slow]


@pytest.fixture(scope="module")
def recordings(matrix: Matrix, flows: list[Flow]) -> list[Recording]:
    """Every flow, undisturbed."""
    return matrix.record(flows)


@pytest.fixture(scope="module")
def judged(matrix: Matrix, recordings: list[Recording], size: str, tables: dict[str, list[str]]) -> list[Judged]:
    """Every point struck at, and its table for the end of the run."""
    chosen = list(points(recordings))
    if size != "full":
        chosen = every_call_once(chosen)
    found = matrix.judge(chosen)
    tables["crash matrix"] = table(found)
    return found


def test_every_flow_is_recorded(recordings: list[Recording], flows: list[Flow]) -> None:
    """Each flow has calls to strike at, so nothing is matched against an empty recording."""
    assert [recording.flow for recording in recordings] == flows
    for recording in recordings:
        assert "DescribeSecret" in recording.calls, recording.flow.name


def test_no_bad_ending(judged: list[Judged]) -> None:
    """Wherever it was struck, AWSCURRENT works, nothing is stuck, no token is lost, and the end state is the same."""
    assert [str(one.point) + ": " + one.why for one in judged if one.ending is Ending.BAD] == []


def test_every_call_was_struck(judged: list[Judged], recordings: list[Recording]) -> None:
    """No recorded call escapes the matrix."""
    struck = {(one.point.recording.flow.name, one.point.strike.call) for one in judged}

    assert struck == {(each.flow.name, call + 1) for each in recordings for call in range(len(each.calls))}


@pytest.mark.usefixtures("judged")
def test_no_value_was_said(lanes: list[Lane]) -> None:
    """No value of a secret is in any output of a command, nor in what a function logged."""
    said = [output for lane in lanes for output in lane.said]
    logs = [path.read_bytes() for path in lanes[0].bench.home.logs.iterdir()]

    assert said
    assert logs
    assert [value for value in VALUES for text in (*said, *logs) if value in text] == []


@pytest.mark.usefixtures("judged")
def test_everybody_acted_under_his_own_role_and_lacked_nothing(lanes: list[Lane]) -> None:
    """With every policy enforced: nobody was denied anything, and each kind of actor was asked about."""
    verdicts = lanes[0].bench.aws.guard.verdicts()

    assert [f"{one.principal}: {one.action} on {one.resource}" for one in verdicts if not one.allowed] == []
    acted = {one.principal.rpartition("/")[2] for one in verdicts}
    for lane in lanes:
        assert {f"{lane.base}-onboarder", f"{lane.base}-on-call", f"sellerkeys-fn.{lane.base}.rotation"} <= acted
