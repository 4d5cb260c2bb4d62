"""The product through its own commands, in a folder of its own: declared, filled, read, rotated, destroyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from live.application import Application
    from live.workshop import Workshop

PROJECT: Final = Path(__file__).resolve().parents[1]
SELLER: Final = "live-seller"
_LINKED: Final = ("infra", "provisioning", "Pulumi.yaml", ".venv")
_LONGEST: Final = 1800
_LAST_LINES: Final = 12


class StepFailed(Exception):
    """A step did not end as it has to; the text says how."""


@dataclass
class Product:
    """A fleet of one seller, by the name of its base stack, declared from `folder`; `say` tells of each step."""

    workshop: Workshop
    application: Application
    folder: Path
    say: Callable[[str], None]

    def run(self) -> str | None:
        """Take every step; returns what failed, None where nothing did."""
        for name, step in self._steps():
            began = time.monotonic()
            try:
                step()
            except StepFailed as failure:
                self.say(f"  {name}: FAILED\n{failure}")
                return name
            self.say(f"  {name}: done, {time.monotonic() - began:.0f} s")
        return None

    def destroy(self) -> list[str]:
        """Destroy the fleet if it may be there; returns what could not be done, with the command that does it."""
        if not (self.folder / f"Pulumi.{self._base}.yaml").exists():
            return []
        try:
            self._pulumi("stack", "select", self._base)
            self._pulumi("destroy", "--yes", "--stack", self._base)
        except StepFailed as failure:
            if "no stack named" in str(failure):
                return []
            return [f"the fleet: run `pulumi destroy --stack {self._base}` in {self.folder} again\n{failure}"]
        return []

    @property
    def _base(self) -> str:
        return self.workshop.base

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "pulumi up, with the provider that is installed", self._up
        yield self.application.words, self._amazon
        yield "sellerkeys app set", self._app
        yield "sellerkeys onboard", self._onboard
        yield "the reader's role reads its secret", self._read
        yield "sellerkeys rotate", self._rotate
        yield "sellerkeys check", lambda: self._sellerkeys("check", SELLER)
        yield "pulumi preview finds nothing to change", self._preview

    def _up(self) -> None:
        self._write()
        self._pulumi("stack", "init", self._base)
        self._pulumi("up", "--yes", "--stack", self._base)

    def _amazon(self) -> None:
        """Have the rotation function ask the stand-in, where there is one; a real application needs nothing."""
        variables = self.application.begin(self.workshop)
        if not variables:
            return
        functions, name = self.workshop.account.client("lambda"), naming.function_name(self._base, naming.ROTATION)
        found = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": found | variables})
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    def _app(self) -> None:
        secret = self._file("client-secret.txt", self.application.client_secret)
        self._sellerkeys("app", "set", "--client-id", self.application.client_id, "--client-secret-file", secret)

    def _onboard(self) -> None:
        rows = f"seller,refresh_token\n{SELLER},{self.application.refresh_token}\n"
        self._sellerkeys("onboard", self._file("sellers.csv", rows))

    def _read(self) -> None:
        account = self.workshop.account
        role = naming.reader_role_arn(account.number, self._base, SELLER)
        reader = account.as_role(role, "secretsmanager")
        name = naming.seller_secret_name(self._base, SELLER)
        answer = account.until_allowed(lambda: reader.get_secret_value(SecretId=name))
        if json.loads(answer["SecretString"])["clientId"] != self.application.client_id:
            raise StepFailed("the secret holds another client id than the one that was set")

    def _rotate(self) -> None:
        before = self._current()
        self._sellerkeys("rotate", SELLER)
        if self._current() == before:
            raise StepFailed("`sellerkeys rotate` says it is done, and AWSCURRENT has not moved")

    def _preview(self) -> None:
        self._pulumi("preview", "--stack", self._base, "--expect-no-changes")

    def _current(self) -> str:
        secrets = self.workshop.account.client("secretsmanager")
        versions = secrets.describe_secret(SecretId=naming.seller_secret_name(self._base, SELLER))["VersionIdsToStages"]
        return str(next(version for version, labels in versions.items() if "AWSCURRENT" in labels))

    def _write(self) -> None:
        """Lay the project's folder: links to the program, a roster of one seller, the stack's configuration."""
        principal, region, market = self.workshop.account.principal, self.application.region, self.application.market
        (self.folder / "rosters").mkdir(parents=True)
        for name in _LINKED:
            if (PROJECT / name).exists():
                (self.folder / name).symlink_to(PROJECT / name)
        roster = f"seller,region,marketplaces\n{SELLER},{region},{market}\n"
        (self.folder / "rosters/live.csv").write_text(roster, encoding="utf-8")
        people = {kind: [principal] for kind in ("readers", "onboarders", "on_call", "deployers")}
        config = {
            "region": self.workshop.account.region,
            "roster": "rosters/live.csv",
            **people,
            "application": {"kind": "private", "name": "make live", "contact": "make-live@example.com"},
            "events": "true",
            "disposable": "true",
        }
        document = {"config": {f"sellerkeys:{key}": value for key, value in config.items()}}
        (self.folder / f"Pulumi.{self._base}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")

    def _file(self, name: str, text: str) -> str:
        """Write a file that nobody else reads."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return str(path)

    def _sellerkeys(self, *arguments: str) -> None:
        tool = str(Path(sys.executable).with_name("sellerkeys"))
        self._command([tool, "--stack", self._base, *arguments])

    def _pulumi(self, *arguments: str) -> None:
        self._command(["pulumi", *arguments, "--color", "never", "--non-interactive"])

    def _command(self, command: list[str]) -> None:
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
        with (self.folder / "records.txt").open("a", encoding="utf-8") as records:
            records.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
            raise StepFailed(f"    `{' '.join(command[:4])} …` ended with {done.returncode}:\n{last}")

    def _environment(self) -> Mapping[str, str]:
        """Tell the commands' variables: a backend in the folder, unless the caller has one."""
        ours = {"PULUMI_BACKEND_URL": f"file://{self.folder}", "PULUMI_CONFIG_PASSPHRASE": ""}
        return {**ours, **os.environ, **self.application.variables, "AWS_REGION": self.workshop.account.region}
