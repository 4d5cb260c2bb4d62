"""The real engine, attached to our provider, over plain moto."""

from __future__ import annotations

import http.client
import os
import subprocess
import textwrap
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from local.engine.attach import attached
from local.engine.provider.clients import Aws, Clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PULUMI_YAML = "name: trial\nruntime: python\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command of Pulumi did: its exit code and all it printed."""

    code: int
    text: str


class Project:
    """A Pulumi project in a folder of its own, with one stack `dev`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        state = folder / "state"
        state.mkdir()
        self.environment = {**environment, "PULUMI_BACKEND_URL": f"file://{state}"}
        (folder / "Pulumi.yaml").write_text(_PULUMI_YAML)
        assert self.pulumi("stack", "init", "dev").code == 0

    def declare(self, program: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(textwrap.dedent(program))

    def command(self, *arguments: str) -> list[str]:
        """Compose a command line of Pulumi."""
        return ["pulumi", "--cwd", str(self.folder), "--non-interactive", "--color", "never", *arguments]

    def up(self, *arguments: str) -> Outcome:
        """Run `pulumi up` without asking and without a preview first."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments)

    def pulumi(self, *arguments: str) -> Outcome:
        """Run Pulumi to its end."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def moto() -> Iterator[dict[str, str]]:
    """The environment that leads to a moto server."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        **os.environ,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "AKIAPLACEHOLDER00000",
        "AWS_SECRET_ACCESS_KEY": "placeholder",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    server.stop()


@pytest.fixture(scope="session")
def engine(moto: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which `pulumi` uses our provider."""
    with attached(moto, tmp_path_factory.mktemp("home")) as extra:
        yield {**moto, **extra}


@pytest.fixture(scope="session")
def clients(moto: dict[str, str]) -> Clients:
    """Clients for moto, as the provider makes them."""
    return Clients(moto)


@pytest.fixture
def aws(moto: dict[str, str], clients: Clients) -> Aws:
    """AWS in Ireland, empty."""
    connection = http.client.HTTPConnection(moto["AWS_ENDPOINT_URL"].removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    connection.getresponse().read()
    connection.close()
    return Aws(clients, "eu-west-1")


@pytest.fixture
def project(engine: dict[str, str], aws: Aws, tmp_path: Path) -> Project:
    """An empty project over an empty AWS."""
    del aws
    return Project(tmp_path, engine)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A zip with a handler in it."""
    path = tmp_path / "function.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): ...")
    return path
