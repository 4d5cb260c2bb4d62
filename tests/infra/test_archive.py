"""A function's zip: all it needs, nothing else, the same bytes every time."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import archive, calendar_function, client_secret_function, consent_function, rotation_function
from infra.configuration import PROJECT

SOURCES = {
    "provisioning/__init__.py": "",
    "provisioning/fn/__init__.py": "",
    "provisioning/fn/handler.py": """
        import json
        from typing import TYPE_CHECKING
        import boto3
        from provisioning import words
        from provisioning.fn.steps import step
        if TYPE_CHECKING:
            from provisioning.typed import Typed
        else:
            from provisioning.other import Other
        def handle(event, context):
            from .late import late
    """,
    "provisioning/fn/steps.py": "import provisioning.deep.bottom",
    "provisioning/fn/late.py": "",
    "provisioning/fn/unused.py": "",
    "provisioning/deep/__init__.py": "from provisioning.deep import inner",
    "provisioning/lone/__init__.py": "",
    "provisioning/lone/handler.py": "",
    "provisioning/deep/bottom.py": "from provisioning.fn import handler",
    "provisioning/deep/inner.py": "",
    "provisioning/words.py": "",
    "provisioning/words.csv": "a,b",
    "provisioning/other.py": "",
    "provisioning/other.txt": "",
    "provisioning/typed.py": "",
    "infra/other.py": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A source tree with every kind of import."""
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line[8:] for line in text.splitlines()) if "\n" in text else text, encoding="utf-8")
    return tmp_path


def sha256(path: Path) -> str:
    """Digest a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_files_are_what_the_handler_imports(project: Path) -> None:
    """Directly or not, packages and data included; not what only a type checker imports."""
    found = [path.as_posix() for path in archive.files(project, "provisioning.fn.handler")]

    assert found == [
        "provisioning/__init__.py",
        "provisioning/deep/__init__.py",
        "provisioning/deep/bottom.py",
        "provisioning/deep/inner.py",
        "provisioning/fn/__init__.py",
        "provisioning/fn/handler.py",
        "provisioning/fn/late.py",
        "provisioning/fn/steps.py",
        "provisioning/other.py",
        "provisioning/words.csv",
        "provisioning/words.py",
    ]


def test_a_handler_that_imports_nothing_still_lies_in_its_packages(project: Path) -> None:
    """Without their `__init__.py` Python would not find it."""
    found = [path.as_posix() for path in archive.files(project, "provisioning.lone.handler")]

    assert found == ["provisioning/__init__.py", "provisioning/lone/__init__.py", "provisioning/lone/handler.py"]


def test_a_handler_that_is_not_there_is_an_error(project: Path) -> None:
    """An empty zip would be a function that fails at three in the morning."""
    with pytest.raises(ModuleNotFoundError) as failure:
        archive.build(project, "fn", "provisioning.fn.gone.handle")

    assert str(failure.value) == f"provisioning.fn.gone is no module of {project}"


def test_the_same_sources_give_the_same_bytes(project: Path) -> None:
    """Other dates must not look like other code, or every `pulumi up` would update the function."""
    first = sha256(archive.build(project, "fn", "provisioning.fn.handler.handle"))
    for path in project.rglob("*.py"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
        path.chmod(0o600)

    assert sha256(archive.build(project, "fn", "provisioning.fn.handler.handle")) == first


def test_other_sources_give_other_bytes(project: Path) -> None:
    """A change of the code has to reach the function."""
    first = sha256(archive.build(project, "fn", "provisioning.fn.handler.handle"))
    (project / "provisioning/words.py").write_text("changed = True\n", encoding="utf-8")

    assert sha256(archive.build(project, "fn", "provisioning.fn.handler.handle")) != first


def test_entries_are_sorted_undated_and_readable_by_lambda(project: Path) -> None:
    """Lambda runs the function as another user; an entry without mode bits cannot be read by him."""
    built = archive.build(project, "fn", "provisioning.fn.handler.handle")

    entries = zipfile.ZipFile(built).infolist()
    assert built == project / "dist/fn.zip"
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3, 0o100644)
    }
    assert list(built.parent.iterdir()) == [built]


ALONE = """
import sys

ABSENT = {"pulumi", "pulumi_aws", "click", "pydantic", "rich", "yaml", "infra", "scripts", "local"}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ImportError(name + " is not in the function")

sys.meta_path.insert(0, Nothing())
sys.path.insert(0, sys.argv[1])
import importlib
module, _, function = sys.argv[2].rpartition(".")
assert callable(getattr(importlib.import_module(module), function))
for name, module in sorted(sys.modules.items()):
    if name.partition(".")[0] == "provisioning":
        print(module.__file__)
"""


HANDLERS = {
    "rotation": rotation_function.HANDLER,
    "calendar": calendar_function.HANDLER,
    "client-secret": client_secret_function.HANDLER,
    "consent": consent_function.HANDLER,
}
#: What each zip may weigh, in bytes; those that talk to Amazon, to the table and to the queues' services weigh more.
LARGEST = {"rotation": 47_000, "calendar": 60_000, "client-secret": 60_000, "consent": 83_000}


@pytest.mark.parametrize("function", HANDLERS)
def test_a_function_runs_from_its_zip_alone(tmp_path: Path, function: str) -> None:
    """An installed source tree hides a file that is missing from the zip, so each one says where it came from."""
    handler = HANDLERS[function]
    built = archive.build(PROJECT, function, handler)

    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(built), handler], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    code = {str(built / path) for path in archive.files(PROJECT, handler.rpartition(".")[0]) if path.suffix == ".py"}
    assert set(done.stdout.splitlines()) == code


@pytest.mark.parametrize("function", HANDLERS)
def test_a_function_stays_small(function: str) -> None:
    """Lambda starts it anew for most of its work, so its size is paid for each time."""
    built = archive.build(PROJECT, function, HANDLERS[function])

    assert built.stat().st_size <= LARGEST[function]
    assert {Path(entry.filename).parts[0] for entry in zipfile.ZipFile(built).infolist()} == {"provisioning"}


def test_the_calendar_function_cannot_read_a_sellers_value() -> None:
    """Nothing of the rotation is in its zip; of the payloads it reads the application, to ask Amazon with it."""
    names = {path.stem for path in archive.files(PROJECT, "provisioning.calendar.handler")}

    assert names & {"steps", "offers", "receiving"} == set()
