"""`sellerkeys onboard` beside a loop of AWS's own command, beside Secrets Manager's limit, and beside itself in memory.

The whole command is measured, its start included: it reads a CSV, proves every credential at Amazon's two hosts, puts
the value, turns rotation on and writes the state tags, 6 calls a seller. The loop does what Amazon's own script does:
one `put-secret-value` a seller, and nothing else. What rotates runs once the command has ended, because at AWS it takes
no computer of the command's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

from benchmarks import peers
from benchmarks.stage import BASE, stage
from provisioning import naming, quotas

if TYPE_CHECKING:
    from benchmarks.stage import Ran, Stage

SELLERS: Final = 1_000
MANY: Final = 10_000
_PEER: Final = 50
LATENCY: Final = 0.02
_FASTER: Final = 50
_SHARE: Final = 0.9
#: What may be added for each further seller, in KB: his row of the roster and two digests.
_KB_A_SELLER: Final = 4.0
FREE: Final = ("--write-rate", "2000", "--lwa-rate", "2000")


def onboard(at: Stage, *options: str) -> Ran:
    """Onboard everybody of a stage, and see that it was everybody."""
    with at.bench.aws.rotations.held():
        ran = at.sellerkeys("onboard", "sellers.csv", *options)
    if f"{len(at.slugs)} onboarded" not in ran.output:
        raise RuntimeError(f"not everybody was onboarded: {ran.output[-300:]}")
    at.settle()
    return ran


def table() -> Table:
    """Measure and lay out."""
    made = Table("onboarding", "measured", "beside", "limit", "held")
    ours, loop = _beside_a_loop()
    faster = loop * SELLERS / ours.seconds
    made.add_row(
        f"{SELLERS:,} sellers, {LATENCY * 1000:.0f} ms latency, no limit on writes",
        f"{ours.seconds:.1f} s, {SELLERS / ours.seconds:.0f} a second",
        f"a loop of `aws secretsmanager put-secret-value`: {loop:.2f} s each of {_PEER}, so {loop * SELLERS:.0f} s",
        f"{_FASTER} x",
        f"{'yes' if faster >= _FASTER else 'no'}: {faster:.0f} x",
    )
    limited = _limited()
    rate, granted = SELLERS / limited.seconds, quotas.WRITES.default.number
    made.add_row(
        f"{SELLERS:,} sellers, {granted} writes a second enforced",
        f"{limited.seconds:.1f} s, {rate:.1f} a second, 0 failures",
        "the limit itself",
        f"{_SHARE:.0%}",
        f"{'yes' if rate >= _SHARE * granted else 'no'}: {rate / granted:.0%}",
    )
    few, many = _peak(SELLERS), _peak(MANY)
    each = (many.peak - few.peak) / (MANY - SELLERS)
    made.add_row(
        f"peak memory of onboarding {MANY:,}",
        f"{many.peak / 1024:.0f} MB",
        f"{few.peak / 1024:.0f} MB for {SELLERS:,}",
        f"{_KB_A_SELLER:.0f} KB a seller",
        f"{'yes' if each <= _KB_A_SELLER else 'no'}: {each:.1f} KB a seller",
    )
    return made


def _beside_a_loop() -> tuple[Ran, float]:
    with stage(SELLERS) as at:
        at.set_app()
        at.latency(LATENCY)
        ours = onboard(at, *FREE)
    with stage(_PEER) as at:
        at.latency(LATENCY)
        aws = str(peers.aws())
        put = [
            [
                *(aws, "secretsmanager", "put-secret-value", "--secret-id", naming.seller_secret_name(BASE, slug)),
                *("--secret-string", '{"refreshToken": "PLACEHOLDER"}'),
            ]
            for slug in at.slugs
        ]
        return ours, peers.loop(put, at.environment)


def _limited() -> Ran:
    with stage(SELLERS) as at:
        at.set_app()
        at.limit_writes()
        return onboard(at)


def _peak(sellers: int) -> Ran:
    with stage(sellers) as at:
        at.set_app()
        return onboard(at, *FREE)
