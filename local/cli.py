"""`python -m local`: bring the bench up and down, run commands against it, move its clock."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.panel import Panel

from local import control, running
from local.amazon.issuing import issue_command
from local.consent_command import register_command, sign_in_command
from local.console_command import new_secret_command, subscribe_command
from local.demo.command import demo_command
from local.fault_command import fault_command
from local.home import VARIABLE, Home, HomeBusy, Running
from local.waiting import Waiting, bench_in

_LONGEST_START = 60.0
_LONGEST_END = 60.0
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Span(click.ParamType[timedelta]):
    """A length of time such as 45s, 10m, 12h or 30d."""

    name = "span"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or fail with click's own message."""
        match = re.fullmatch(r"(\d{1,6})([smhd])", value)
        if not match:
            self.fail(f"{value!r} is not a number with s, m, h or d, such as 30d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


@click.group(help=__doc__)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=VARIABLE,
    default=".bench",
    show_default=True,
    show_envvar=True,
    help="The bench's folder.",
)
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """Take the folder and, where a bench is up, what its other commands have to know of it."""
    context.obj = Home(home)
    if bench := context.obj.running():
        context.default_map = {"issue": {"amazon_url": bench.environment["SELLERKEYS_BENCH_AMAZON"]}}


@main.command()
@click.option("--detach", is_flag=True, help="Return once the bench is ready; it runs on until `down`.")
@click.pass_obj
def up(home: Home, *, detach: bool) -> None:
    """Bring AWS and Amazon up on loopback, until Ctrl-C."""
    if home.is_taken():
        raise click.ClickException(f"a bench is up already in {home.folder}; end it with: python -m local down")
    if detach:
        _start_detached(home)
    else:
        _run_bench(home)


@main.command()
@click.pass_obj
def down(home: Home) -> None:
    """End the bench."""
    bench = home.running()
    if bench is None:
        click.echo(f"no bench is up in {home.folder}")
        return
    control.call(bench.control, "POST", "/stop")
    deadline = time.monotonic() + _LONGEST_END
    while home.is_taken():
        if time.monotonic() > deadline:
            raise click.ClickException(f"the bench has not ended after {_LONGEST_END:.0f} s; it is process {bench.pid}")
        time.sleep(0.02)
    click.echo(f"the bench in {home.folder} has ended")


@main.command()
@click.pass_obj
def status(home: Home) -> None:
    """Tell whether the bench is up, and where."""
    _show(home, bench_in(home))


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option(
    "--as",
    "actor",
    type=click.Choice(["deployer", "onboarder", "on-call", "auditor", "erp"]),
    help="Under this actor's role, with its policy of docs/policies/; without it by the bench's own keys, which may "
    "do everything.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def run(home: Home, command: tuple[str, ...], actor: str | None) -> None:
    """Run COMMAND against the bench: `python -m local run --as deployer -- pulumi up`."""
    from local.engine.attach import attached  # noqa: PLC0415 - the engine's libraries take a second to import
    from local.engine.bootstrap import EngineMissing  # noqa: PLC0415 - as above

    variables = running.environment(os.environ, bench_in(home).environment)
    deployer, own = _keys(variables, actor) if actor else ({}, {})
    with ExitStack() as stack:
        try:
            # The engine's provider has the deployer's keys, whoever runs the engine (`onboard --up`).
            variables |= stack.enter_context(attached(variables | deployer, home.folder))
        except EngineMissing as missing:
            if Path(command[0]).name == "pulumi":
                raise Waiting(str(missing)) from None
            click.echo(f"Warning: {missing}", err=True)
        code = running.run(command, variables | own)
    sys.exit(code)


@main.group()
def clock() -> None:
    """Tell and move the bench's time."""


@clock.command()
@click.pass_obj
def now(home: Home) -> None:
    """Tell the bench's time."""
    click.echo(control.call(bench_in(home).control, "GET", "/time")["now"])


@clock.command()
@click.argument("span", type=Span())
@click.pass_obj
def advance(home: Home, span: timedelta) -> None:
    """Move the bench's time forward by SPAN, such as 30d, and wait for the rotations that makes due."""
    bench = bench_in(home)
    moved = control.call(bench.control, "POST", "/time/advance", {"seconds": span.total_seconds()})
    idle = control.call(bench.control, "GET", "/rotations/idle?timeout=300")["idle"]
    click.echo(moved["now"] if idle else f"{moved['now']} (rotations still run)")


@main.command()
@click.pass_obj
def events(home: Home) -> None:
    """Print the rotation events so far, one CloudTrail record a line."""
    for record in control.call(bench_in(home).control, "GET", "/events")["events"]:
        click.echo(json.dumps(record))


main.add_command(issue_command)
main.add_command(demo_command)
main.add_command(fault_command)
main.add_command(register_command)
main.add_command(sign_in_command)
main.add_command(subscribe_command)
main.add_command(new_secret_command)


def _keys(variables: dict[str, str], actor: str) -> tuple[dict[str, str], dict[str, str]]:
    """Let the roles be there, and become the deployer and an actor."""
    from local.actors import Actors  # noqa: PLC0415 - boto3 takes a second to import

    actors = Actors(variables, Path.cwd())
    actors.attach()
    return actors.keys("deployer"), actors.keys(actor)


def _run_bench(home: Home) -> None:
    from local.bench import Bench  # noqa: PLC0415 - moto takes a second to import

    # A profile or a region of the user's own must not reach moto's botocore.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    bench = Bench(home)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: bench.stopping.set())
    try:
        with bench:
            _show(home, bench_in(home))
            bench.stopping.wait()
    except HomeBusy as busy:
        raise click.ClickException(str(busy)) from None


def _start_detached(home: Home) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / "bench.log"
    command = [sys.executable, "-m", "local", "--home", str(home.folder), "up"]
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    deadline = time.monotonic() + _LONGEST_START
    while (bench := home.running()) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise click.ClickException(f"the bench did not start; {log} says why")
        time.sleep(0.02)
    _show(home, bench)


def _show(home: Home, bench: Running) -> None:
    rows = [
        f"{name:<18}{bench.environment[name]}" for name in ("AWS_ENDPOINT_URL", "SP_API_OAUTH_URL", "SP_API_BASE_URL")
    ]
    hints = (
        "python -m local issue .bench/issued  what Amazon gives a vendor",
        "python -m local run -- pulumi up     declare the fleet",
        "python -m local register             tell Amazon where the sellers' page is",
        "python -m local run -- sellerkeys invite SELLER   a link to that page; open it in a browser",
        "python -m local clock advance 30d    let what is due happen",
        "python -m local down                 end the bench",
    )
    rows.append(f"{'Seller Central':<18}{bench.environment['SELLERKEYS_CONSENT_HOSTS']}/apps/manage")
    text = "\n".join((*rows, f"{'control API':<18}{bench.control}", f"{'logs':<18}{home.logs}", "", *hints))
    Console(highlight=False).print(Panel(text, title=f"bench up, process {bench.pid}", expand=False))
