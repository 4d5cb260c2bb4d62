"""The rotation function ships alone: its zip, the standard library and what Lambda's runtime brings."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from infra import archive
from infra.rotation_function import HANDLER
from local.aws.functions.package import runtime_packages
from provisioning import naming

PROJECT = Path(__file__).resolve().parents[2]
LOADED = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
importlib.import_module(sys.argv[3])
named = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps({name: file for name, file in named.items() if file}))
"""


def test_nothing_outside_the_zip_is_imported(tmp_path: Path) -> None:
    """Every module of ours comes from the zip, and nothing loads but the standard library and boto3 (design.md 7)."""
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(archive.build(PROJECT, naming.ROTATION, HANDLER)) as zipped:
        zipped.extractall(unpacked)
    runtime = runtime_packages(tmp_path / "runtime")
    module = HANDLER.rpartition(".")[0]

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOADED, str(unpacked), str(runtime), module],
        capture_output=True,
        text=True,
        check=True,
    )

    files: dict[str, str] = json.loads(done.stdout)
    ours = {name: file for name, file in files.items() if name.partition(".")[0] == "provisioning"}
    foreign = {name.partition(".")[0] for name, file in files.items() if str(runtime) in file}
    assert ours
    assert all(Path(file).is_relative_to(unpacked) for file in ours.values())
    assert foreign <= {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
    assert not {name.partition(".")[0] for name in files} & {"pydantic", "click", "rich", "pulumi", "infra", "scripts"}
