"""Get the Pulumi engine: from PATH, from the cache, or built once with Go from `tools/pulumi` (design.md 9)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = Path(__file__).resolve().parents[2] / "tools" / "pulumi"
"""The Go module that pins the engine; its `go.mod` is the one place that names the version."""

_ENGINE = "github.com/pulumi/pulumi/pkg/v3"
_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_UNAVAILABLE = 3
_LAST_LINES = 20


class EngineMissing(Exception):
    """There is no Pulumi engine and no way to make one; the text says how to install Pulumi."""


def pinned_version() -> str:
    """Read the engine's version, such as `3.220.0`, from `tools/pulumi/go.mod`."""
    found = re.search(rf"^require {re.escape(_ENGINE)} v(\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise EngineMissing(f"{MODULE / 'go.mod'} does not name the version of the Pulumi engine")
    return found[1]


def engine(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of a `pulumi` that works, building it first if need be (minutes, told on standard error).

    Raises EngineMissing where there is neither Pulumi nor Go, or the build fails.
    """
    if found := shutil.which("pulumi", path=environment.get("PATH")):
        return Path(found)
    target = cached(environment)
    if target.is_file():
        return target
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        raise EngineMissing("no pulumi and no go on PATH: install Pulumi (https://www.pulumi.com/docs/install/) or Go")
    return _build(go, target, environment)


def cached(environment: Mapping[str, str]) -> Path:
    """Tell where the built engine is kept: under `$XDG_CACHE_HOME` or `~/.cache`, in a folder of its version."""
    root = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME", "~")).expanduser() / ".cache"
    return Path(root) / "sellerkeys" / f"pulumi-{pinned_version()}" / "pulumi"


def _build(go: str, target: Path, environment: Mapping[str, str]) -> Path:
    version = pinned_version()
    sys.stderr.write(f"building the Pulumi engine {version} with Go, once; this takes a few minutes\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and renamed, so that an interrupted build leaves nothing that looks whole.
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as folder:
        unfinished = Path(folder) / "pulumi"
        flags = f"-s -w -X {_VERSION}=v{version}"
        command = [go, "build", "-trimpath", "-ldflags", flags, "-o", str(unfinished), f"{_ENGINE}/cmd/pulumi"]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=MODULE,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.stderr.write("\n".join(done.stderr.splitlines()[-_LAST_LINES:]) + "\n")
            raise EngineMissing(
                "Go could not build the Pulumi engine: install Pulumi (https://www.pulumi.com/docs/install/)"
            )
        unfinished.rename(target)
    sys.stderr.write(f"built {target}\n")
    return target


def main() -> int:
    """Print the engine's path, or one line that says what to install; exit 0 or 3."""
    try:
        sys.stdout.write(f"{engine()}\n")
    except EngineMissing as error:
        sys.stderr.write(f"{error}\n")
        return _UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
