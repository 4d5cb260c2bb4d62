"""A copy of the project with another isolation in the stack's file, for a demo of either kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from provisioning.settings import Isolation

_LINKED = ("infra", "provisioning", "rosters", "docs", "local", "Pulumi.yaml")


def isolated(project: Path, copy: Path, stack: str, isolation: Isolation) -> Path:
    """Link what a demo needs of the project into a new folder, and write the stack's file with the isolation."""
    copy.mkdir(parents=True)
    for name in _LINKED:
        (copy / name).symlink_to(project / name)
    told = (project / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    changed = told.replace("config:\n", f"config:\n  sellerkeys:isolation: {isolation}\n", 1)
    (copy / f"Pulumi.{stack}.yaml").write_text(changed, encoding="utf-8")
    return copy
