"""A function's zip, built from the source tree: what its handler imports, and the same bytes every time.

The list of files is computed, so it cannot go stale. Nothing outside `provisioning` is packed: Lambda's runtime brings
boto3, and a function needs no more (design.md 7).
"""

from __future__ import annotations

import ast
import io
import os
import zipfile
from importlib.util import resolve_name
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = "provisioning"
_DATA: Final = (".csv", ".css")
_UNDATED: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_REGULAR_FILE: Final = 0o100644 << 16


def build(project: Path, name: str, handler: str) -> Path:
    """Write `dist/{name}.zip` for a handler such as `package.module.function`, and return its path.

    The same sources give the same bytes, whatever their dates. Builds at the same time do not disturb each other.
    """
    module = handler.rpartition(".")[0]
    target = project / "dist" / f"{name}.zip"
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(_zip(project, files(project, module)))
    return unfinished.replace(target)


def files(project: Path, module: str) -> list[Path]:
    """List what `module` needs of `provisioning`, itself included, sorted and relative to `project`.

    Modules, the packages they lie in, and a module's data: the CSV or style sheet of its own name. Imports that only a
    type checker makes do not count. Raises ModuleNotFoundError if there is no such module.
    """
    if _source(project, module) is None:
        raise ModuleNotFoundError(f"{module} is no module of {project}")
    found: set[Path] = set()
    waiting = _with_packages(module)
    while waiting:
        path = _source(project, waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting += _imports(project, path)
    data = {path.with_suffix(suffix) for path in found for suffix in _DATA}
    return sorted(found | {path for path in data if (project / path).is_file()})


def _source(project: Path, module: str) -> Path | None:
    """Find a module's file, relative to `project`; None where `module` is no module of ours."""
    stem = Path(*module.split("."))
    if stem.parts[0] != _PACKAGE:
        return None
    candidates = (stem / "__init__.py", stem.with_suffix(".py"))
    return next((path for path in candidates if (project / path).is_file()), None)


def _with_packages(module: str) -> list[str]:
    """Name a module after the packages that Python imports on the way to it."""
    return list(accumulate(module.split("."), "{}.{}".format))


def _imports(project: Path, path: Path) -> Iterator[str]:
    """Name everything a file imports, packages included."""
    package = ".".join(path.parent.parts)
    for node in _executed(ast.parse((project / path).read_text(encoding="utf-8"))):
        for name in _names(node, package):
            yield from _with_packages(name)


def _names(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        origin = resolve_name("." * node.level + (node.module or ""), package)
        # `from package import name` may mean a module or something inside one; _source knows which.
        return [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
    return []


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, leaving out what stands under `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            executed: list[ast.stmt] | list[ast.AST] = node.orelse
        else:
            executed = [node]
        for child in executed:
            yield child
            yield from _executed(child)


def _zip(project: Path, paths: list[Path]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.as_posix(), _UNDATED)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE
            archive.writestr(entry, (project / path).read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return content.getvalue()
