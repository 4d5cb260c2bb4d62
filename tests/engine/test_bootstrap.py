"""Where the engine comes from."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from local.engine.bootstrap import MODULE, EngineMissing, cached, engine, pinned_version

if TYPE_CHECKING:
    from pathlib import Path

# A Go that does what is in its script: "$output" is the file it was told to write.
GO = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\noutput=$2\n'


def executable(path: Path, text: str) -> Path:
    """A program at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with neither Pulumi nor Go, and an empty cache."""
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}


def test_the_version_has_one_place() -> None:
    """tools/pulumi/go.mod names it, and the cache's folder follows."""
    assert f"require github.com/pulumi/pulumi/pkg/v3 v{pinned_version()}\n" in (MODULE / "go.mod").read_text()


def test_an_installed_pulumi_is_used(environment: dict[str, str], tmp_path: Path) -> None:
    """Whoever has Pulumi builds nothing."""
    installed = executable(tmp_path / "bin" / "pulumi", "")

    assert engine(environment) == installed


def test_a_built_engine_is_used_again(environment: dict[str, str]) -> None:
    """The engine is built once for each version."""
    built = executable(cached(environment), "")

    assert engine(environment) == built


def test_the_cache_is_where_the_user_says(environment: dict[str, str], tmp_path: Path) -> None:
    """`$XDG_CACHE_HOME` if it is set, else `~/.cache`."""
    name = f"sellerkeys/pulumi-{pinned_version()}/pulumi"
    assert cached(environment) == tmp_path / "cache" / name

    del environment["XDG_CACHE_HOME"]

    assert cached(environment) == tmp_path / ".cache" / name


def test_go_builds_it(environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With Go alone the engine is built into the cache; standard error says so, standard output stays clean."""
    executable(tmp_path / "bin" / "go", f'{GO}echo "{sys.executable}" > "$output"\n')

    built = engine(environment)

    assert built == cached(environment)
    assert list(built.parent.iterdir()) == [built]
    assert capsys.readouterr() == (
        "",
        f"building the Pulumi engine {pinned_version()} with Go, once; this takes a few minutes\nbuilt {built}\n",
    )


def test_a_failed_build_leaves_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    """Half an engine must never be taken for a whole one."""
    executable(tmp_path / "bin" / "go", f'{GO}echo half > "$output"\nexit 1\n')

    with pytest.raises(EngineMissing, match="Go could not build the Pulumi engine: install Pulumi"):
        engine(environment)

    assert list(cached(environment).parent.iterdir()) == []


def test_without_anything_one_line_helps(environment: dict[str, str]) -> None:
    """With neither Pulumi nor Go the command says in one line what to install, and ends with 3."""
    done = subprocess.run(
        [sys.executable, "-m", "local.engine.bootstrap"],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        3,
        "",
        "no pulumi and no go on PATH: install Pulumi (https://www.pulumi.com/docs/install/) or Go\n",
    )
