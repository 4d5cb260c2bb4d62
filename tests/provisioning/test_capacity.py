"""What so many sellers take, worked out by hand beside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import quotas
from provisioning.application.pace import STARTS_A_SECOND
from provisioning.capacity import FLEET_ROLES, ROTATIONS, Demand, Mode, Need, Verdict, capacity, limits

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk

GIVEN = {"roles": 1_000, "secrets": 500_000}


def demand(sellers: int, region: str = "eu-west-1") -> Demand:
    """A fleet of so many sellers, rotated monthly, read hourly."""
    return Demand(sellers=sellers, region=region, rotation="rate(30 days)", reads_a_day=24)


@pytest.mark.parametrize(
    ("needed", "roles", "verdict", "way_out"),
    [
        (1_000, 1_000, Verdict.FITS, "move"),
        (
            1_001,
            1_000,
            Verdict.RAISE,
            "have AWS raise it (10,000 at most), then say so in sellerkeys:quotas.x, or move",
        ),
        (1_001, 5_000, Verdict.RAISED, "move"),
        (
            10_000,
            5_000,
            Verdict.RAISE,
            "have AWS raise it (10,000 at most), then say so in sellerkeys:quotas.x, or move",
        ),
        (10_001, 5_000, Verdict.BEYOND, "move"),
        (10_001, 12_000, Verdict.RAISED, "move"),
        (900, 800, Verdict.RAISE, "have AWS raise it (10,000 at most), then say so in sellerkeys:quotas.x, or move"),
    ],
)
def test_a_quota_fits_can_be_raised_or_is_too_small(needed: int, roles: int, verdict: Verdict, way_out: str) -> None:
    """What the account was given counts, then what AWS gives at most; AWS's word to the account beats a blog's."""
    need = Need(quotas.ROLES, needed, roles, "move", "x")

    assert (need.verdict, need.way_out) == (verdict, way_out)


def test_a_quota_that_aws_does_not_raise_has_another_way_out() -> None:
    """Nobody is sent to ask for what AWS refuses."""
    need = Need(quotas.READS, 10_001, 10_000, "keep what was read")

    assert need.verdict is Verdict.BEYOND
    assert str(need) == "10,001 GetSecretValue calls a second are needed where there are 10,000: keep what was read"


def test_one_role_needs_one_role_however_many_sellers() -> None:
    """The mode for fleets past the quota (design.md 10)."""
    per_seller, one = (capacity(mode, demand(20_000), GIVEN) for mode in Mode)

    assert (per_seller.roles, one.roles) == (20_000 + FLEET_ROLES, 1 + FLEET_ROLES)
    assert [need.verdict for need in limits(Mode.ONE_ROLE, 20_000, GIVEN)] == [Verdict.FITS, Verdict.FITS]
    assert per_seller.verdict is Verdict.BEYOND


def test_time_is_what_the_write_rates_leave() -> None:
    """45 of 50 writes a second, a rotation writes twice: the figures of design.md 10."""
    (small, large) = (capacity(Mode.ONE_ROLE, demand(sellers), GIVEN) for sellers in (1_000, 5_000))

    assert [each.seconds for each in small.durations] == [20, 23, 45]
    assert [each.seconds for each in large.durations] == [100, 112, 223]


def test_money() -> None:
    """By hand, for 500 sellers: 501 secrets; two rotations in 31 days of 12 calls, 744 reads; KMS less 20,000."""
    found = capacity(Mode.ROLE_PER_SELLER, demand(500), GIVEN)

    assert [charge.millionths for charge in found.charges] == [
        501 * 400_000,
        (500 * 2 * 12 + 500 * 744) * 5,
        3_000_000,
        (500 * 2 * 8 + 500 * 744 - 20_000) * 3,
    ]
    assert found.cents == 20_040 + 192 + 300 + 108


@given(st.integers(min_value=1, max_value=20_000))
def test_a_role_costs_nothing(sellers: int) -> None:
    """IAM takes no money (aws.md 5.4 has no price of a role), so both modes cost the same."""
    per_seller, one = (capacity(mode, demand(sellers), GIVEN).charges for mode in Mode)

    assert per_seller == one


@pytest.mark.parametrize("mode", Mode)
def test_every_number_has_its_source(mode: Mode) -> None:
    """Whoever reads a plan can look up what it rests on, and sees where nobody has confirmed it."""
    found = capacity(mode, demand(500), GIVEN)
    facts = [*(need.quota.default for need in found.needs), *(need.quota.most for need in found.needs)]
    facts += [*(each.fact for each in found.durations), *(each.price.fact for each in found.charges)]

    assert all(fact.source for fact in facts if fact)
    unsure = {fact.source for fact in facts if fact and fact.status is not quotas.Status.CONFIRMED}
    assert unsure <= {
        "no source found",
        "a third party's page",
        "a blog of 2026; the IAM user guide of 2023 said 5,000",
    }


def test_calls_of_kms_may_all_be_free() -> None:
    """A small fleet's bill has no negative line."""
    assert capacity(Mode.ONE_ROLE, demand(3), GIVEN).charges[3].millionths == 0


def test_a_rotation_asks_what_the_plan_counts(on_call: FakeDesk) -> None:
    """Counted on the strict fake, which sees every call."""
    on_call.rotate()

    calls = on_call.aws.calls
    of_kms = calls.count("GetSecretValue") + 2 * calls.count("PutSecretValue")
    assert (len(calls), of_kms) == (quotas.CALLS_A_ROTATION.number, quotas.KEY_CALLS_A_ROTATION.number)


@pytest.mark.parametrize(
    ("region", "a_second", "status"),
    [
        ("eu-west-1", 100_000, "unconfirmed"),
        ("eu-central-1", 20_000, "confirmed"),
        ("eu-south-2", 10_000, "confirmed"),
    ],
)
def test_kms_answers_more_in_some_regions(region: str, a_second: int, status: str) -> None:
    """And where no source was found for a number, the plan says so (aws.md 5.3)."""
    found = quotas.kms(region).default

    assert (found.number, found.status) == (a_second, status)


def test_rotations_are_started_as_planned() -> None:
    """The function's own pace."""
    assert ROTATIONS == STARTS_A_SECOND


def test_the_most_that_can_hang_in_lambda() -> None:
    """22.5 starts a second, 120 s each: the time-out holds the number down, however large the fleet."""
    found = [capacity(Mode.ONE_ROLE, demand(sellers), GIVEN).needs[-1].needed for sellers in (100, 100_000)]

    assert found == [100, 2_700]


@given(st.integers(min_value=1, max_value=200_000), st.sampled_from(Mode))
def test_more_sellers_never_take_less(sellers: int, mode: Mode) -> None:
    """No threshold in the arithmetic makes a larger fleet cheaper or quicker."""
    less, more = (capacity(mode, demand(number), GIVEN) for number in (sellers, sellers + 1))

    def taken(found: object) -> list[int]:
        return [
            found.stacks,
            found.secrets,
            found.roles,
            found.cents,
            *(need.needed for need in found.needs),
            *(each.seconds for each in found.durations),
        ]

    assert all(a <= b for a, b in zip(taken(less), taken(more), strict=True))
