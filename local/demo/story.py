"""The demo's chapters: declare, issue, onboard, wait a month, read, try what is forbidden, find nothing to undo.

Everybody in it acts under a role of his own, with the policies of docs/policies/ or those the program declares.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.table import Table

from local import running
from local.actors import ROLES, Actors
from local.aws.rotation import Retries
from local.bench import Bench
from local.demo.account import Account
from local.demo.consumers import Consumers
from local.demo.erp import CLIENTS, Erp
from local.demo.isolated import isolated
from local.demo.recording import CommandFailed, Recording, tool
from local.demo.renewing import Renewing
from local.engine.attach import attached
from provisioning import naming, roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.console import Console

    from local.home import Home
    from provisioning.settings import Isolation

_STACK = "dev"
_ROSTER = "rosters/dev.csv"
_A_MONTH = timedelta(days=31)
_PATIENCE_SECONDS = 120.0
_RETRIES = Retries()


@dataclass
class Told:
    """One seller's row of the closing table."""

    declared: str = ""
    onboarded: str = ""
    rotated: str = ""
    read: list[str] = field(default_factory=list)
    renewed: str = ""


class Demo:
    """Tells the story once, on a bench of its own in `home`, from the project's folder."""

    def __init__(self, home: Home, project: Path, console: Console, isolation: Isolation = "role-per-seller") -> None:
        self._home = home
        self._project = project
        self._isolation = isolation
        self._console = console
        self._recording = Recording(home.folder / "records")
        self._rows = roster.read(project / _ROSTER)
        self._told = {row.seller: Told() for row in self._rows}
        self._keys: dict[str, dict[str, str]] = {}
        self._environment: dict[str, str] = {}
        self._account: Account

    def run(self) -> Table:
        """Run every chapter; returns the closing table; raises CommandFailed or EngineMissing."""
        with Bench(self._home) as bench:
            plain = running.environment(os.environ, bench.environment())
            if self._isolation != "role-per-seller":
                self._project = isolated(self._project, self._home.folder / "project", _STACK, self._isolation)
            actors = Actors(plain, self._project)
            actors.attach()
            self._keys = {actor: actors.keys(actor) for actor in ROLES}
            # The engine's provider has keys of its own, the deployer's, also where somebody else runs the engine.
            with attached(plain | self._keys["deployer"], self._home.folder) as pulumi:
                self._environment = plain | pulumi
                self._account = Account(_STACK, plain | self._keys["on-call"], self._isolation)
                for title, chapter in self._chapters(bench):
                    self._tell(title, chapter)
        return self._table()

    def _chapters(self, bench: Bench) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "pulumi up", self._declare
        yield "Amazon issues an application and refresh tokens", self._issue
        yield "sellerkeys app set", self._set_app
        yield "Amazon's console: subscribe the queues", self._subscribe
        yield "sellerkeys onboard", self._onboard
        yield "a month passes", lambda: self._wait_a_month(bench)
        yield "the ERP reads", self._read
        yield "a new client secret", lambda: self._renew(bench)
        yield "others try to", self._try_others
        yield "pulumi up --refresh --expect-no-changes", self._expect_no_changes
        yield "AWS decided", lambda: self._count_decisions(bench)

    def _tell(self, title: str, chapter: Callable[[], str]) -> None:
        began = time.monotonic()
        with self._console.status(f"{title} …"):
            said = chapter()
        self._console.print(f"[green]✓[/] [bold]{title}[/]: {said} [dim]({time.monotonic() - began:.1f} s)[/]")

    def _declare(self) -> str:
        self._run("stack", ["pulumi", "stack", "select", "--create", _STACK], "deployer")
        self._run("up", ["pulumi", "up", "--yes", "--stack", _STACK, "--suppress-progress"], "deployer")
        for seller, told in self._told.items():
            held = self._account.describe(seller)
            told.declared = "role and empty secret" if "VersionIdsToStages" not in held else "[red]not empty[/]"
        return f"{len(self._rows)} sellers, each an empty secret and its reader; keys, functions, queues, alarms"

    def _issue(self) -> str:
        self._run("issue", [tool("python"), "-m", "local", "issue", str(self._issued), "--roster", _ROSTER], None)
        return f"one shared, {sum(row.application == 'own' for row in self._rows)} own; in files only their owner reads"

    def _set_app(self) -> str:
        client_id = (self._issued / "client-id.txt").read_text(encoding="utf-8").strip()
        secret = str(self._issued / "client-secret.txt")
        self._sellerkeys("app-set", "onboarder", "app", "set", "--client-id", client_id, "--client-secret-file", secret)
        return "proven by a grantless token and call, then stored"

    def _subscribe(self) -> str:
        self._run("subscribe", [tool("python"), "-m", "local", "subscribe", "--stack", _STACK], None)
        return "the one step by hand: Amazon will write there when the client secret expires, and the new one"

    def _onboard(self) -> str:
        self._sellerkeys("onboard", "onboarder", "onboard", str(self._issued / "sellers.csv"))
        for seller, told in self._told.items():
            held = self._account.describe(seller)
            told.onboarded = "proven, rotation on" if held.get("RotationEnabled") else "[red]no[/]"
        return "each proven in three stages, put, rotation turned on"

    def _wait_a_month(self, bench: Bench) -> str:
        self._settle(bench)
        before = {seller: self._account.current_version(seller) for seller in self._told}
        waiting = list(before)
        bench.clock.advance(_A_MONTH)
        for _ in range(_RETRIES.attempts):
            self._settle(bench)
            waiting = [seller for seller, version in before.items() if self._account.current_version(seller) == version]
            if not waiting:
                break
            # A busy machine runs a step into its time-out; Secrets Manager tries such a rotation again a little later.
            bench.clock.advance(_RETRIES.interval)
        else:
            failures = [event.detail for event in bench.aws.trail.events() if event.name == "RotationFailed"]
            raise CommandFailed(f"not rotated: {', '.join(waiting)}; {failures}; {self._home.logs} has the logs")
        for told in self._told.values():
            told.rotated = "by schedule, proven"
        self._sellerkeys("status", "onboarder", "status")
        self._sellerkeys("check", "on-call", "check", "--all")
        return f"{len(self._told)} rotations, each by the deployed zip in a process of its own"

    def _settle(self, bench: Bench) -> None:
        if not bench.aws.wait_idle(_PATIENCE_SECONDS):
            raise CommandFailed(f"rotations still run after {_PATIENCE_SECONDS:.0f} s; {self._home.logs} has the logs")

    def _read(self) -> str:
        worker = Account(_STACK, self._environment | self._keys["erp"], self._isolation)
        erp = Erp(_STACK, worker, self._environment, self._recording, self._project)
        for row in self._rows:
            for client in CLIENTS:
                if not {market.id for market in row.markets} <= set(erp.marketplaces(row, client)):
                    raise CommandFailed(f"{client} did not find {row.seller}'s marketplaces")
                self._told[row.seller].read.append(client)
        return f"each seller as its own reader, by {' and '.join(CLIENTS)}"

    def _renew(self, bench: Bench) -> str:
        worker = Account(_STACK, self._environment | self._keys["erp"], self._isolation)
        sellers = [row.seller for row in self._rows]
        consumers = Consumers(sellers, worker, self._environment, bench.clock.now)
        looking = Account(_STACK, self._environment | self._keys["on-call"], self._isolation)
        said = Renewing(bench, looking, worker, self._rows, consumers, lambda: self._settle(bench)).run()
        for consumer in consumers.all:
            self._told[consumer.seller].renewed = f"{consumer.calls}, {len(consumer.failed)} failed"
        renewed = bench.amazon.registry.application(consumers.all[0].secret["clientId"]).secrets[0].value
        # Where Amazon's secrets are meant to lie, so that it is searched for everywhere else.
        (self._issued / "renewed-client-secret.txt").write_text(f"{renewed}\n", encoding="utf-8")
        self._sellerkeys("app-status", "on-call", "app", "status")
        return said

    def _try_others(self) -> str:
        """Let a seller's reader and each person try to read another's value; AWS has to deny every one by name."""
        worker = Account(_STACK, self._environment | self._keys["erp"], self._isolation)
        one, other = self._rows[0].seller, self._rows[1].seller
        tried = {f"{one}'s reader": worker.reader_keys(one)}
        tried |= {actor: self._keys[actor] for actor in ("onboarder", "on-call", "deployer", "auditor", "erp")}
        sentences = {who: worker.refusal(other, keys) for who, keys in tried.items()}
        self._recording.keep("denied", sentences)
        if could := [who for who, sentence in sentences.items() if not sentence]:
            raise CommandFailed(f"{', '.join(could)} could read {other}'s value")
        # Rich would make a picture of `:secret:`.
        self._console.print(f"  {sentences[next(iter(tried))]}", style="dim", markup=False, emoji=False)
        return f"{one}'s reader is denied {other}'s secret, and so are {', '.join(list(tried)[1:])}"

    def _count_decisions(self, bench: Bench) -> str:
        """See that nobody lacked a permission: whatever was denied is what the chapter before tried."""
        verdicts = bench.aws.guard.verdicts()
        tried = naming.seller_secret_name(_STACK, self._rows[1].seller)
        denied = [verdict for verdict in verdicts if not verdict.allowed]
        lacking = [v for v in denied if v.action != "secretsmanager:GetSecretValue" or tried not in v.resource]
        self._recording.keep("decisions", sorted({(v.principal, v.action, v.allowed, v.why) for v in verdicts}))
        if lacking:
            raise CommandFailed("\n".join(f"{v.principal} lacks {v.action} on {v.resource}: {v.why}" for v in lacking))
        roles = len({verdict.principal for verdict in verdicts})
        asked = f"{bench.aws.guard.asked():,} questions of {roles} roles, each call under one"
        return f"{asked}; {len(denied)} refused, all meant"

    def _expect_no_changes(self) -> str:
        command = ["pulumi", "up", "--yes", "--stack", _STACK, "--refresh", "--expect-no-changes"]
        self._run("no-changes", [*command, "--suppress-progress"], "deployer")
        self._recording.keep("secrets", self._account.all_secrets())
        return "values, labels and state tags belong to others; the program leaves them alone"

    def _sellerkeys(self, name: str, actor: str, *arguments: str) -> None:
        self._run(name, [tool("sellerkeys"), "--stack", _STACK, *arguments], actor)

    def _run(self, name: str, command: list[str], actor: str | None) -> None:
        """Run a command as an actor, or as somebody who does not call AWS."""
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        keys = self._keys[actor] if actor else nobody
        self._recording.run(name, command, self._environment | keys, self._project)

    @property
    def _issued(self) -> Path:
        return self._home.folder / "issued"

    def _table(self) -> Table:
        table = Table(
            "seller",
            "region",
            "application",
            "declared",
            "onboarded",
            "rotated",
            "read as the ERP would",
            "calls in the renewal",
        )
        for row in self._rows:
            told = self._told[row.seller]
            seen = (told.declared, told.onboarded, told.rotated, ", ".join(told.read), told.renewed)
            table.add_row(row.name, row.region, row.application, *seen)
        return table
