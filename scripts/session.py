"""What one command works with: the stack's files, AWS, Amazon, the engine, the clock and the person at the terminal.

A command's module imports this, and is itself imported for its `--help`: so what is slow to import is imported by the
part that needs it.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec

import click

from provisioning import naming
from provisioning.amazon import Endpoints
from provisioning.budget import Budget
from provisioning.errors import AccessDenied, BadInput
from provisioning.fleet import Fleet
from provisioning.holding import Holding
from provisioning.operating.reading import Reading
from provisioning.pacing import PacedStore, Writes
from provisioning.sealing import Sealer
from provisioning.serving import address
from provisioning.store import Store
from provisioning.table import Table
from scripts.clients import connect, connect_as, connect_identities, connect_to
from scripts.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sts import STSClient

    from provisioning.amazon import Amazon
    from provisioning.auditing.account import Auditor
    from provisioning.auditing.analyzer import Analyzer
    from provisioning.auditing.identities import Identities
    from provisioning.operating.reading import Keys as LentKeys
    from provisioning.roster import Row
    from provisioning.settings import Settings
    from scripts.bringing import Bringing
    from scripts.engine import Engine
    from scripts.invocation import Invocation
    from scripts.watching import Lines

P = ParamSpec("P")


def _connected(endpoints: Endpoints) -> Amazon:
    from scripts.connections import connected  # noqa: PLC0415  urllib3 is slow to import

    return connected(endpoints)


def _engine(folder: Path) -> Engine:
    from scripts.engine import Engine  # noqa: PLC0415  only what runs Pulumi needs it

    return Engine(folder)


def _is_terminal() -> bool:
    # Asked when it matters: a test, or a daemon, may have put another standard input in place by then.
    return sys.stdin.isatty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything outside this process that a command touches; a test puts its own things here.

    `folder` is where the stack's files lie; `secrets` and `identities` make a client for a profile and a region,
    `service` one of any other service, by its name first, `secrets_as` one for a role's keys and a region; `clock` and
    `sleep` are in seconds; `execute` replaces this process by another program.
    """

    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    secrets: Callable[[str | None, str], SecretsManagerClient] = connect
    identities: Callable[[str | None, str], STSClient] = connect_identities
    service: Callable[[str, str | None, str], Any] = connect_to
    secrets_as: Callable[[LentKeys, str], SecretsManagerClient] = connect_as
    amazon: Callable[[Endpoints], Amazon] = _connected
    engine: Callable[[Path], Engine] = _engine
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    is_terminal: Callable[[], bool] = _is_terminal
    execute: Callable[[str, list[str], dict[str, str]], NoReturn] = os.execvpe


class Session:
    """One command's surroundings, each part made when it is first asked for."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._outside = invocation.outside or Outside()
        self.as_json = invocation.as_json
        self.clock = self._outside.clock
        self.sleep = self._outside.sleep

    def now(self) -> datetime:
        """Tell the time, as AWS's last answer told it where there was one."""
        return self.store.now()

    @cached_property
    def settings(self) -> Settings:
        """The stack's configuration; raises BadInput."""
        from provisioning import settings  # noqa: PLC0415  pydantic is slow to import
        from provisioning.stack_file import own_keys  # noqa: PLC0415  as is yaml

        stack, folder = self._invocation.stack, self._outside.folder
        if not naming.is_base(stack):
            raise BadInput("--stack has to be 1 to 20 of a-z, 0-9 and -, with a letter or digit at both ends")
        name = f"Pulumi.{stack}.yaml"
        found = settings.from_config(own_keys(folder / name), name)
        region = self._invocation.region
        return found.model_copy(update={"region": region}) if region else found

    @property
    def roster_path(self) -> Path:
        """Where the stack's roster is, or is to be."""
        return self._outside.folder / self.settings.roster

    @cached_property
    def fleet(self) -> Fleet:
        """The fleet as the files describe it; raises BadInput."""
        from provisioning import roster  # noqa: PLC0415  pydantic is slow to import

        return self.fleet_of(roster.read(self.roster_path))

    def fleet_of(self, sellers: Iterable[Row]) -> Fleet:
        """Make the fleet of these sellers, but for those offboarded, whatever the roster's file says."""
        declared = tuple(row for row in sellers if row.is_declared)
        return Fleet(self._invocation.stack, self.settings, declared)

    def secrets_of(self, profile: str | None) -> SecretsManagerClient:
        """Make a client of another profile's Secrets Manager, None for this command's own; raises Unreachable."""
        return self._outside.secrets(profile, self.settings.region) if profile else self._secrets

    @cached_property
    def _secrets(self) -> SecretsManagerClient:
        return self._outside.secrets(self._invocation.profile, self.settings.region)

    @cached_property
    def store(self) -> Store:
        """The fleet's secrets; raises Unreachable."""
        return Store(self._secrets, clock=self._outside.now)

    def paced_store(self, writes_a_second: float | None) -> PacedStore:
        """Make a store for many threads, within so many writes a second, None for AWS's own number."""
        return PacedStore(self._secrets, Writes.granted(writes_a_second, self.clock, self.sleep), self._outside.now)

    def paced_amazon(self, requests_a_second: float) -> Amazon:
        """Make a client of Amazon that asks Login with Amazon for no more than so many tokens a second."""
        return self.amazon.paced(Budget(requests_a_second, self.clock, self.sleep))

    @cached_property
    def table(self) -> Table:
        """The fleet's table; raises Unreachable."""
        client = self._outside.service("dynamodb", self._invocation.profile, self.settings.region)
        return Table(client, naming.table_name(self._invocation.stack))

    @cached_property
    def holding(self) -> Holding:
        """What waits for a person in the fleet's table; raises Unreachable."""
        client = self._outside.service("kms", self._invocation.profile, self.settings.region)
        base = self._invocation.stack
        return Holding(self.table, Sealer(client, base, naming.held_key_alias(base)))

    def pages_address(self) -> str:
        """Tell where sellers' pages are: the vendor's own address, else the function's; raises Waiting, Unreachable."""
        if own := self.settings.consent.address:
            return own
        client = self._outside.service("lambda", self._invocation.profile, self.settings.region)
        return address(client, naming.function_name(self._invocation.stack, naming.CONSENT))

    def read_template(self, path: str) -> str:
        """Read a template out of the project's folder; raises BadInput."""
        try:
            return (self._outside.folder / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None

    def reading(self, purpose: str) -> Reading:
        """Make what becomes sellers' readers, for the command named `purpose`; raises Unreachable."""
        region = self.settings.region
        sts = self._outside.identities(self._invocation.profile, region)
        return Reading(self.fleet, sts, lambda keys: self._outside.secrets_as(keys, region), purpose)

    def service(self, name: str) -> Any:  # noqa: ANN401  boto3's clients have no common type
        """Make a client of a service of AWS, by boto3's name for it; raises Unreachable."""
        return self._outside.service(name, self._invocation.profile, self.settings.region)

    @cached_property
    def auditor(self) -> Auditor:
        """What looks at the fleet as it is deployed; raises Unreachable."""
        from scripts.auditor import auditor_of  # noqa: PLC0415  only audits need it

        return auditor_of(self.store, self.service)

    @cached_property
    def analyzer(self) -> Analyzer:
        """AWS's own judge of policies; raises Unreachable."""
        from provisioning.auditing.analyzer import Analyzer  # noqa: PLC0415  only audits need it

        return Analyzer(self.service("accessanalyzer"))

    @cached_property
    def amazon(self) -> Amazon:
        """Amazon, at the hosts the environment names."""
        return self._outside.amazon(Endpoints.from_environment(self._outside.environment))

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables this process was started with."""
        return self._outside.environment

    def become(self, program: list[str], variables: Mapping[str, str]) -> NoReturn:
        """Replace this process by a program with those variables; raises OSError where it cannot be run."""
        self._outside.execute(program[0], program, dict(variables))

    @cached_property
    def intake(self) -> Intake:
        """What the person hands in."""
        return Intake(self._outside.is_terminal)

    @cached_property
    def engine(self) -> Engine:
        """Pulumi, on this project; raises BadInput where `--region` would lead it and us to different places."""
        if self._invocation.region:
            raise BadInput("--region cannot go with `up`: Pulumi takes the region from the stack's configuration")
        return self._outside.engine(self._outside.folder)

    def bringing(self, rows: Iterable[Row], watching: Lines, *, everything: bool = False) -> Bringing:
        """Make what brings all stacks to these rows of the roster, those offboarded among them."""
        from provisioning.stack_file import configuration  # noqa: PLC0415  yaml is slow to import
        from scripts.bringing import Bringing, Told  # noqa: PLC0415  only what runs Pulumi needs it
        from scripts.fingerprints import program_of  # noqa: PLC0415  as above

        base, folder = self._invocation.stack, self._outside.folder
        _ = self.settings
        told = Told(
            base=base,
            rows=tuple(rows),
            configuration=configuration(folder / f"Pulumi.{base}.yaml"),
            program=program_of(folder),
        )
        return Bringing(
            told, self.engine, self.store.describe, self._has_role, watching, everything=everything, clock=self.clock
        )

    def _has_role(self, name: str) -> bool:
        """Ask whether AWS has a seller's role of this name, where sellers have such; raises Unreachable.

        A denial means no: a deployer may look below a path, and AWS knows the path of a role only where there is one.
        """
        if self.settings.isolation != "role-per-seller":
            return False
        try:
            return self._identities.has_role(name)
        except AccessDenied:
            return False

    @cached_property
    def _identities(self) -> Identities:
        from provisioning.auditing.identities import Identities  # noqa: PLC0415  only after a run that died

        return Identities(self._outside.service("iam", self._invocation.profile, self.settings.region))


def pass_session(command: Callable[Concatenate[Session, P], int]) -> Callable[P, int]:
    """Give a command its Session as first argument."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> int:
        return command(Session(click.get_current_context().obj), *args, **options)

    return run
