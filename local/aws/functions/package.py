"""The files a function's process sees: its unpacked zip, and what AWS's Python runtime brings along."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.aws.functions.answer import Deployed

_unpacking = threading.Lock()

# AWS's Python runtimes carry the runtime client and boto3, each with what it requires.
_BROUGHT_ALONG = ("awslambdaric", "boto3")


def unpack(function: Deployed, folder: Path) -> Path:
    """Unpack the zip once per code digest, also when asked at once by many; raises zipfile.BadZipFile."""
    target = folder / function.name / re.sub(r"\W", "", function.digest)[:16]
    with _unpacking:
        if not target.exists():
            unfinished = target.with_suffix(".unpacking")
            with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
                archive.extractall(unfinished)
            unfinished.rename(target)
    return target


def runtime_packages(folder: Path) -> Path:
    """Make a folder of links to awslambdaric, boto3 and what they require, and to nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _required(set(_BROUGHT_ALONG)):
        package = distribution(name)
        for top in {file.parts[0] for file in package.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            link = folder / top
            if not link.is_symlink():
                link.symlink_to(Path(str(package.locate_file(top))).resolve())
    return folder


def _required(names: set[str]) -> set[str]:
    found: set[str] = set()
    while waiting := names - found:
        name = waiting.pop()
        found.add(name)
        for line in distribution(name).requires or []:
            requirement, _, marker = line.partition(";")
            wanted = re.split(r"[^\w.-]", requirement.strip())[0]
            if "extra" not in marker and _is_installed(wanted):
                names = names | {wanted}
    return found


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
