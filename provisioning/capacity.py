"""What a fleet of so many sellers takes: resources, quotas, stacks, time and money, in either isolation mode.

Pure functions over the numbers of quotas.py; neither AWS nor a clock is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioning import quotas, schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.quotas import Fact, Price, Quota


class Mode(StrEnum):
    """How sellers are kept apart (design.md 10)."""

    ROLE_PER_SELLER = "role-per-seller"
    ONE_ROLE = "one-role"


class Verdict(StrEnum):
    """Whether a fleet stays within a quota."""

    FITS = "fits"
    RAISED = "fits, as raised"
    RAISE = "have it raised"
    BEYOND = "too many"


#: Sellers a stack: the engine's time grows with the square of a stack's size (design.md 10).
SHARD: Final = 100
#: What the fleet has however many sellers there are: a secret for the application, a role for each function
#: and one that forwards events, the keys.
FLEET_SECRETS: Final = 1
FLEET_ROLES: Final = 5
FLEET_KEYS: Final = 3
#: How long the rotation function may take for a step, in seconds.
FUNCTION_SECONDS: Final = 120

#: 90 % of Secrets Manager's 50 writes a second (design.md 10).
_WRITES: Final = 45
#: A rotation writes twice: as many are started by the client-secret function (application/pace.py).
ROTATIONS: Final = _WRITES / 2
_BY_ROTATIONS: Final = f"{ROTATIONS:g} rotations a second"
_DAYS: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A fleet: how many sellers, in which region, rotated by which schedule, each read how often a day."""

    sellers: int
    region: str
    rotation: str
    reads_a_day: int


@dataclass(frozen=True, slots=True)
class Need:
    """How much of a quota is needed; `given` is what the account has, which settings may have raised.

    `otherwise` says what to do where AWS does not raise it; `setting` is where to say that AWS did.
    """

    quota: Quota
    needed: int
    given: int
    otherwise: str
    setting: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it fits."""
        if self.needed <= self.given:
            return Verdict.FITS if self.needed <= self.quota.default.number else Verdict.RAISED
        within = self.quota.most is None or self.needed <= self.quota.most.number
        return Verdict.RAISE if self.quota.adjustable and within else Verdict.BEYOND

    @property
    def is_passed(self) -> bool:
        """Whether more is needed than the account has."""
        return self.needed > self.given

    @property
    def way_out(self) -> str:
        """What to do where it does not fit."""
        if self.verdict is not Verdict.RAISE:
            return self.otherwise
        most = f" ({self.quota.most.number:,} at most)" if self.quota.most else ""
        said = f", then say so in sellerkeys:quotas.{self.setting}" if self.setting else ""
        return f"have AWS raise it{most}{said}, or {self.otherwise}"

    def __str__(self) -> str:
        return f"{self.needed:,} {self.quota.what} are needed where there are {self.given:,}: {self.way_out}"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes at best, in whole seconds, which rate decides, and where that was read."""

    what: str
    seconds: int
    rate: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Charge:
    """What something costs a month, in millionths of a dollar, at which price."""

    what: str
    millionths: int
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Everything a fleet takes in one mode."""

    mode: Mode
    stacks: int
    secrets: int
    roles: int
    keys: int
    resources: int
    needs: tuple[Need, ...]
    durations: tuple[Duration, ...]
    charges: tuple[Charge, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all quotas."""
        return max((need.verdict for need in self.needs), key=list(Verdict).index)

    @property
    def cents(self) -> int:
        """What all charges come to a month, in cents."""
        return round(sum(charge.millionths for charge in self.charges) / 10_000)


def capacity(mode: Mode, demand: Demand, given: Mapping[str, int]) -> Capacity:
    """Compute what a fleet takes; `given` holds the quotas that the account has, by their names in the settings."""
    sellers, per_seller = demand.sellers, 3 if mode is Mode.ROLE_PER_SELLER else 1
    created = quotas.CREATIONS.default.number
    return Capacity(
        mode=mode,
        stacks=_upwards(sellers, SHARD),
        secrets=sellers + FLEET_SECRETS,
        roles=roles(mode, sellers),
        keys=FLEET_KEYS,
        resources=per_seller * sellers,
        needs=(*limits(mode, sellers, given), *_rates(demand)),
        durations=(
            _duration("declaring", sellers, created, f"{created} CreateSecret calls a second", quotas.CREATIONS),
            _duration("first values", sellers, _WRITES, f"{_WRITES} of 50 writes a second", quotas.WRITES),
            _duration("a new client secret", sellers, ROTATIONS, _BY_ROTATIONS, quotas.WRITES),
        ),
        charges=tuple(_charges(demand)),
    )


def roles(mode: Mode, sellers: int) -> int:
    """Count the IAM roles of a fleet."""
    return FLEET_ROLES + (sellers if mode is Mode.ROLE_PER_SELLER else 1)


def limits(mode: Mode, sellers: int, given: Mapping[str, int]) -> tuple[Need, ...]:
    """Tell what a fleet needs of the quotas that would stop `pulumi up`."""
    other = "set sellerkeys:isolation to one-role" if mode is Mode.ROLE_PER_SELLER else "use a second account"
    return (
        Need(quotas.ROLES, roles(mode, sellers), given["roles"], other, "roles"),
        Need(quotas.SECRETS, sellers + FLEET_SECRETS, given["secrets"], "use a second account", "secrets"),
    )


def _rates(demand: Demand) -> Iterator[Need]:
    """Tell what is needed of the limits that would slow a running fleet down, with every seller read in one second."""
    sellers, keep = demand.sellers, "let workers keep what they read for some minutes"
    busy = min(sellers, math.ceil(ROTATIONS * FUNCTION_SECONDS))
    for quota, needed, otherwise in (
        (quotas.WRITES, min(sellers, _WRITES), "sellerkeys never asks for more"),
        (quotas.READS, sellers, keep),
        (quotas.kms(demand.region), sellers, keep),
        (quotas.CONCURRENCY, busy, "the account's other functions wait whenever Amazon does not answer a fan-out"),
    ):
        yield Need(quota, needed, quota.default.number, otherwise)


def _charges(demand: Demand) -> Iterator[Charge]:
    sellers = demand.sellers
    rotations = sellers * schedule.turns_a_month(demand.rotation)
    reads = sellers * demand.reads_a_day * _DAYS
    calls = rotations * quotas.CALLS_A_ROTATION.number + reads
    key_calls = rotations * quotas.KEY_CALLS_A_ROTATION.number + reads
    for what, number, price in (
        ("secrets", sellers + FLEET_SECRETS, quotas.SECRET_MONTH),
        ("calls of Secrets Manager", calls, quotas.SECRET_CALL),
        ("keys", FLEET_KEYS, quotas.KEY_MONTH),
        ("calls of KMS", max(key_calls - quotas.KEY_CALLS_FREE, 0), quotas.KEY_CALL),
    ):
        yield Charge(what, number * price.fact.number, price)


def _duration(what: str, number: int, a_second: float, rate: str, quota: Quota) -> Duration:
    return Duration(what, math.ceil(number / a_second), rate, quota.default)


def _upwards(number: int, by: int) -> int:
    return -(-number // by)
