"""`sellerkeys status` beside a loop of `aws secretsmanager describe-secret`; the whole command, its start included."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from benchmarks import peers
from benchmarks.stage import BASE, stage
from provisioning import naming

SELLERS: Final = 5_000
_PEER: Final = 50
_FASTER: Final = 100


def table() -> Table:
    """Measure and lay out."""
    made = Table("status", "measured", "beside", "limit", "held")
    with stage(SELLERS) as at:
        ours = at.sellerkeys("status", expect=(3,))
        page = at.sellerkeys("status", "--html", "fleet.html", expect=(3,))
        size = (at.folder / "fleet.html").stat().st_size
        aws = str(peers.aws())
        names = [naming.seller_secret_name(BASE, slug) for slug in at.slugs[:_PEER]]
        commands = [[aws, "secretsmanager", "describe-secret", "--secret-id", name] for name in names]
        loop = peers.loop(commands, at.environment)
    faster = loop * SELLERS / ours.seconds
    made.add_row(
        f"{SELLERS:,} sellers",
        f"{ours.seconds:.1f} s",
        f"a loop of `aws secretsmanager describe-secret`: {loop:.2f} s each of {_PEER}, so {loop * SELLERS:.0f} s",
        f"{_FASTER} x",
        f"{'yes' if faster >= _FASTER else 'no'}: {faster:.0f} x",
    )
    made.add_row("the same with `--html`", f"{page.seconds:.1f} s, {size / 1e6:.1f} MB", "", "", "")
    return made
