"""`make prove`: prove every claim for both ways to keep sellers apart, and print what was found."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.table import Table

from isolation.proof.proving import Result, prove
from isolation.proof.telling import sentence
from proving.fleet import MODES, words
from proving.hunting import every_claim


def main() -> int:
    """Prove, print, and say by the exit code whether everything was proven."""
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 150)
    started, failed = time.monotonic(), 0
    for mode in MODES:
        table = Table("claim", "cases", "seconds", "result", title=f"isolation by {mode}", title_justify="left")
        broken = []
        for claim in every_claim(mode):
            verdict = prove(claim, words=words(mode))
            table.add_row(claim.name, str(len(claim.cases)), f"{verdict.seconds:.2f}", verdict.result.value)
            if verdict.result is not Result.PROVEN:
                broken.append(sentence(verdict))
        console.print(table)
        for line in broken:
            console.print(line, soft_wrap=True)
        failed += len(broken)
    seconds = time.monotonic() - started
    console.print(f"{seconds:.1f} s: " + (f"{failed} claims are not proven" if failed else "every claim is proven"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
