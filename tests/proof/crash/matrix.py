"""The crash matrix: every flow, every outgoing call of it, every way to die there; generated from a recording."""

from __future__ import annotations

import queue
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from tests.proof.crash.flows import Flow, Seller, declare, settle
from tests.proof.crash.outcome import State, faults_of, state_of
from tests.proof.crash.wire import Mode, Strike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.proof.crash.lane import Lane


class Ending(StrEnum):
    """How a struck run ended."""

    SAME = "same"
    LATER = "same after the next rotation"
    BAD = "bad"


@dataclass(frozen=True)
class Recording:
    """An undisturbed run: its calls, what it left, and what the next rotation made of that."""

    flow: Flow
    calls: tuple[str, ...]
    left: State
    later: State


@dataclass(frozen=True)
class Point:
    """One place to strike at: the call by its number, and the mode."""

    recording: Recording
    strike: Strike

    def __str__(self) -> str:
        """Say which."""
        name = self.recording.calls[self.strike.call - 1]
        return f"{self.recording.flow.name}, call {self.strike.call} ({name}), {self.strike.mode.value}"


@dataclass(frozen=True)
class Judged:
    """What became of one point; `why` says what is bad."""

    point: Point
    ending: Ending
    why: str = ""


class Matrix:
    """Runs flows on lanes, as many at a time as there are lanes."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        for lane in lanes:
            self._lanes.put(lane)
        self._width = len(lanes)
        self._slugs = (f"s{number}" for number in count(1))

    def record(self, flows: Iterable[Flow]) -> list[Recording]:
        """Run each flow once without a strike."""
        with ThreadPoolExecutor(self._width) as pool:
            return list(pool.map(self._record, flows))

    def judge(self, points: Iterable[Point]) -> list[Judged]:
        """Strike at every point."""
        with ThreadPoolExecutor(self._width) as pool:
            return list(pool.map(self._judge, points))

    def _record(self, flow: Flow) -> Recording:
        lane = self._lanes.get()
        try:
            seller = self._seller(lane, flow)
            flow.run(seller, None)
            calls, left = _once_at_the_end(flow.wire(lane).calls), state_of(seller)
            assert faults_of(seller) == [], flow.name
            later = _after_the_next_rotation(seller)
            lane.remove(seller.arn)
        finally:
            self._lanes.put(lane)
        return Recording(flow, calls, left, later)

    def _judge(self, point: Point) -> Judged:
        lane, flow = self._lanes.get(), point.recording.flow
        try:
            seller = self._seller(lane, flow)
            flow.run(seller, point.strike)
            judged = _judged(point, seller, flow.wire(lane).until)
            lane.remove(seller.arn)
        finally:
            self._lanes.put(lane)
        return judged

    def _seller(self, lane: Lane, flow: Flow) -> Seller:
        seller = declare(lane, next(self._slugs), own=flow.own)
        flow.prepare(seller)
        return seller


def points(recordings: Iterable[Recording]) -> Iterator[Point]:
    """Every call of every flow, in every mode."""
    for recording in recordings:
        for call in range(1, len(recording.calls) + 1):
            yield from (Point(recording, Strike(mode, call)) for mode in Mode)


def every_call_once(all_points: Sequence[Point]) -> list[Point]:
    """Pick one mode for each call, in turn, so that every call and every mode is met."""
    modes = list(Mode)
    return [
        point
        for number, point in enumerate(all_points)
        if point.strike.mode is modes[(number // len(modes)) % len(modes)]
    ]


def table(judged: Sequence[Judged]) -> list[str]:
    """Lay out flows, points and endings, a flow a line, and every bad ending."""
    flows = {one.point.recording.flow.name: one.point.recording for one in judged}
    width = max(map(len, flows))
    lines = [f"{'flow':<{width}}  calls  points  " + "  ".join(ending.value for ending in Ending)]
    for name, recording in flows.items():
        endings = Counter(one.ending for one in judged if one.point.recording.flow.name == name)
        figures = "  ".join(f"{endings[ending]:>{len(ending.value)}}" for ending in Ending)
        lines.append(f"{name:<{width}}  {len(recording.calls):>5}  {endings.total():>6}  {figures}")
    return lines + [f"BAD: {one.point}: {one.why}" for one in judged if one.ending is Ending.BAD]


def _judged(point: Point, seller: Seller, made: tuple[str, ...]) -> Judged:
    expected, left = point.recording, state_of(seller)
    wrong = faults_of(seller)
    if made != expected.calls[: point.strike.call]:
        wrong.append(f"it was not struck where the recording says, but had made: {', '.join(made) or 'no call'}")
    if wrong:
        return Judged(point, Ending.BAD, "; ".join(wrong))
    if left == expected.left:
        return Judged(point, Ending.SAME)
    later = _after_the_next_rotation(seller)
    # Either it caught up with the undisturbed run, or it needed this rotation to come where that one was at once.
    if later in (expected.later, expected.left):
        return Judged(point, Ending.LATER)
    return Judged(point, Ending.BAD, f"it left {left}, then {later}, not {expected.left}, then {expected.later}")


def _once_at_the_end(calls: Sequence[str]) -> tuple[str, ...]:
    """Leave out how often a command looked for the end of its rotation, which time decides."""
    kept = list(calls)
    while kept[-2:] == kept[-1:] * 2:
        kept.pop()
    return tuple(kept)


def _after_the_next_rotation(seller: Seller) -> State:
    seller.lane.rotate(seller.arn, None)
    settle(seller)
    return state_of(seller)
