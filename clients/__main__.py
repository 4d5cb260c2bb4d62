"""`make clients`: run every client and write docs/clients.md."""

from __future__ import annotations

import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from clients.fleet import PROJECT, Fleet
from clients.matrix import Matrix
from clients.page import page
from local.home import Home


def main() -> int:
    """Run, print what happens, write the page; 1 where a row is not green."""
    with tempfile.TemporaryDirectory() as folder, Fleet(Home(Path(folder) / "home")) as fleet:
        results = Matrix(fleet, lambda line: print(line, flush=True)).run()  # noqa: T201  its output
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    (PROJECT / "docs/clients.md").write_text(page(results, f"{datetime.now(UTC):%Y-%m-%d}", machine), encoding="utf-8")
    return 0 if all(result.is_green for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
