"""What a stack was brought up to date with, as one short word: nothing in it says anything about a value."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from provisioning.roster import Row

_FOLDERS: Final = ("infra", "provisioning")
_KINDS: Final = frozenset({".py", ".csv", ".css"})
_LENGTH: Final = 20
#: Outputs that say what a stack holds itself: no shard takes anything from them.
_OWN: Final = frozenset({"sellers"})


def program_of(folder: Path) -> str:
    """Digest what runs: the program, what it packs into functions, the project's file, SDKs; raises BadInput."""
    digest = hashlib.sha256()
    files = (path for name in _FOLDERS for path in (folder / name).rglob("*") if path.suffix in _KINDS)
    project = folder / "Pulumi.yaml"
    if not project.exists():
        raise BadInput("Pulumi.yaml: there is none here: go to the project's folder")
    for path in (project, *sorted(files)):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for package in ("pulumi", "pulumi-aws", "pydantic"):
        digest.update(f"{package} {version(package)}\0".encode())
    return digest.hexdigest()


def stack_of(
    program: str, configuration: Mapping[str, Any], rows: Iterable[Row], base_outputs: Mapping[str, Any]
) -> str:
    """Digest everything that decides what a stack is: program, configuration, its rows, what the base stack gives."""
    outputs = {name: value for name, value in base_outputs.items() if name not in _OWN}
    told = [program, configuration, [row.model_dump(mode="json") for row in rows], outputs]
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
