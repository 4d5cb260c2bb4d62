"""`sellerkeys plan-capacity`: what so many sellers take, in either isolation mode."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from provisioning import quotas
from provisioning.capacity import SHARD, Capacity, Demand, Mode, capacity
from scripts import report
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provisioning.capacity import Need
    from provisioning.quotas import Fact

#: From how many seconds on minutes are told.
_MINUTES_FROM: Final = 120
#: What money is not counted for, because our reference holds no price of it.
_UNCOUNTED: Final = "Lambda, logs, alarms, queues and the table are not counted: no price of them is at hand"


@click.command("plan-capacity")
@click.option("--sellers", type=click.IntRange(min=1), metavar="N", help="How many sellers.  [default: the roster's]")
@click.option(
    "--mode", type=click.Choice([each.value for each in Mode]), help="One isolation mode only.  [default: both]"
)
@click.option(
    "--reads-a-day",
    type=click.IntRange(min=0),
    default=24,
    show_default=True,
    metavar="N",
    help="How often your workers read each seller's secret.",
)
@pass_session
def plan_capacity(session: Session, /, sellers: int | None, mode: str | None, reads_a_day: int) -> int:
    """Say what so many sellers take: resources, quotas, time and money.

    Region, rotation and raised quotas are those of the stack's configuration. AWS is not asked; each number says where
    it was read and how far that can be trusted.
    """
    settings = session.settings
    demand = Demand(
        sellers=sellers or len(session.fleet.sellers),
        region=settings.region,
        rotation=settings.rotation,
        reads_a_day=reads_a_day,
    )
    given = settings.quotas.model_dump()
    found = [capacity(each, demand, given) for each in ([Mode(mode)] if mode else Mode)]
    if session.as_json:
        report.document(_document(demand, found))
    else:
        _print(demand, found)
    return 0


def _print(demand: Demand, found: Sequence[Capacity]) -> None:
    many = "" if demand.sellers == 1 else "s"
    click.echo(
        f"{demand.sellers:,} seller{many} in {demand.region}, rotated by {demand.rotation}, "
        f"each read {demand.reads_a_day} times a day\n"
    )
    report.table(("", *(each.mode for each in found)), list(_measures(found)))
    click.echo()
    report.table(("quota", "isolation", "needed", "here", "at most", "verdict"), list(_quotas(found)))
    for each in found:
        for need in each.needs:
            if need.is_passed:
                click.echo(f"\n{each.mode}: {need}")
    click.echo()
    report.table(("number", "status", "source"), [(what, fact.status, fact.source) for what, fact in _facts(found[0])])
    click.echo(f"\nAt best, and with nothing else in the account. {_UNCOUNTED}.")


def _measures(found: Sequence[Capacity]) -> Iterator[tuple[str, ...]]:
    """Lay out what can be compared, a column a mode."""
    yield (f"stacks of {SHARD} sellers", *(f"{each.stacks:,}" for each in found))
    yield ("secrets", *(f"{each.secrets:,}" for each in found))
    yield ("IAM roles", *(f"{each.roles:,}" for each in found))
    yield ("keys", *(f"{each.keys:,}" for each in found))
    yield ("resources of sellers", *(f"{each.resources:,}" for each in found))
    for row in zip(*(each.durations for each in found), strict=True):
        yield (f"{row[0].what}, by {row[0].rate}", *(_time(duration.seconds) for duration in row))
    for charged in zip(*(each.charges for each in found), strict=True):
        yield (f"{charged[0].what}, a month", *(_dollars(charge.millionths // 10_000) for charge in charged))
    yield ("together, a month", *(_dollars(each.cents) for each in found))


def _quotas(found: Sequence[Capacity]) -> Iterator[tuple[str, ...]]:
    """Lay out each quota, once where it is the same in every mode."""
    for row in zip(*(each.needs for each in found), strict=True):
        same = len({need.needed for need in row}) == 1
        modes = ["any" if len(found) > 1 else found[0].mode] if same else [each.mode for each in found]
        for mode, need in zip(modes, row, strict=False):
            most = need.quota.most
            more = f"{most.number:,}" if most else "more on request" if need.quota.adjustable else "not raised"
            yield (need.quota.what, mode, f"{need.needed:,}", f"{need.given:,}", more, need.verdict)


def _facts(found: Capacity) -> Iterator[tuple[str, Fact]]:
    """Name each number that went in."""
    for need in found.needs:
        yield f"{need.quota.default.number:,} {need.quota.what}", need.quota.default
        if need.quota.most:
            yield f"{need.quota.most.number:,} at most, on request", need.quota.most
    for duration in found.durations:
        if duration.fact not in {need.quota.default for need in found.needs}:
            yield duration.rate, duration.fact
    for charge in found.charges:
        yield charge.price.words, charge.price.fact
    yield f"{quotas.CALLS_A_ROTATION.number} calls of Secrets Manager a rotation", quotas.CALLS_A_ROTATION
    yield f"{quotas.KEY_CALLS_A_ROTATION.number} calls of KMS a rotation", quotas.KEY_CALLS_A_ROTATION


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < _MINUTES_FROM else f"{-(-seconds // 60)} min"


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"


def _document(demand: Demand, found: Sequence[Capacity]) -> dict[str, Any]:
    return {**asdict(demand), "modes": {each.mode: _mode(each) for each in found}, "not_counted": _UNCOUNTED}


def _mode(found: Capacity) -> dict[str, Any]:
    charges = [
        {
            "what": charge.what,
            "dollars_a_month": charge.millionths / 1_000_000,
            "price": charge.price.words,
            **_origin(charge.price.fact),
        }
        for charge in found.charges
    ]
    return {
        "verdict": found.verdict,
        **{name: getattr(found, name) for name in ("stacks", "secrets", "roles", "keys", "resources")},
        "quotas": [_need(need) for need in found.needs],
        "durations": [
            {"what": each.what, "seconds": each.seconds, "rate": each.rate, **_origin(each.fact)}
            for each in found.durations
        ],
        "charges": charges,
        "dollars_a_month": found.cents / 100,
    }


def _need(need: Need) -> dict[str, Any]:
    most = need.quota.most
    return {
        "what": need.quota.what,
        "needed": need.needed,
        "given": need.given,
        "default": _fact(need.quota.default),
        "adjustable": need.quota.adjustable,
        "most": _fact(most) if most else None,
        "verdict": need.verdict,
        "way_out": need.way_out if need.is_passed else None,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"number": fact.number, **_origin(fact)}


def _origin(fact: Fact) -> dict[str, str]:
    return {"status": fact.status, "source": fact.source}
