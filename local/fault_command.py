"""`python -m local fault`: let AWS or Amazon go wrong on a running bench, see what is in force, end it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import click

from local import control
from local.amazon import faults as amazon_faults
from local.aws.faults import fault as aws_faults
from local.waiting import bench_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.home import Home, Running

Side = Literal["aws", "amazon"]
_SIDES: tuple[Side, ...] = ("aws", "amazon")
_ANSWERS = click.option("--answers", type=int, help="End after so many answers; without it the fault stays.")


def _kinds(module_docstring: str | None) -> str:
    """Take the table out of a module's docstring, to stand in a command's help as it is."""
    rows = [line for line in (module_docstring or "").splitlines() if line.startswith("|") and not set(line) <= {*"|-"}]
    return "\b\n" + "\n".join(row.strip("| ").replace("`", "") for row in rows[1:])


@click.group("fault")
def fault_command() -> None:
    """Let AWS or Amazon go wrong, on request."""


@fault_command.group("set")
def set_command() -> None:
    """Put a fault in force; it takes the place of one of the same kind for the same calls."""


@set_command.command("aws", epilog=_kinds(aws_faults.__doc__))
@click.argument("kind", metavar="KIND", type=click.Choice([kind.value for kind in aws_faults.FaultKind]))
@click.option("--operation", help="Only these calls, such as PutSecretValue, lambda:Invoke or 'sqs:*'.")
@click.option("--secret", help="Only calls that name this secret, by name or ARN.")
@_ANSWERS
@click.option("--seconds", type=float, help="slow: how long (real time). stale: how far behind (bench's time).")
@click.option("--changes", type=int, help="stale: how many changes behind.")
@click.option("--rate", type=int, help="budget: calls a second, in place of AWS's own number.")
@click.pass_obj
def set_aws(home: Home, /, **fault: object) -> None:
    """Let AWS go wrong: KIND is one of those below."""
    _put(home, "aws", fault)


@set_command.command("amazon", epilog=_kinds(amazon_faults.__doc__))
@click.argument("kind", metavar="KIND", type=click.Choice([kind.value for kind in amazon_faults.FaultKind]))
@click.option("--client-id", help="Only for this application.")
@click.option("--selling-partner-id", help="Only for this seller.")
@_ANSWERS
@click.option("--seconds", type=float, help="slow: how long. new-refresh-token: how long the old one lives on.")
@click.pass_obj
def set_amazon(home: Home, /, **fault: object) -> None:
    """Let Amazon go wrong: KIND is one of those below, told as at LWA, at SP-API, and by which source."""
    _put(home, "amazon", fault)


@fault_command.command("list")
@click.pass_obj
def list_command(home: Home) -> None:
    """Print the faults in force, one a line."""
    bench = bench_in(home)
    for side in _SIDES:
        for fault in _ask(bench, side, "GET")["faults"]:
            click.echo(_line(side, fault))


@fault_command.command("clear")
@click.argument("side", type=click.Choice(_SIDES), required=False)
@click.pass_obj
def clear_command(home: Home, side: Side | None) -> None:
    """End every fault, or those of one SIDE."""
    bench = bench_in(home)
    for cleared in (side,) if side else _SIDES:
        _ask(bench, cleared, "DELETE")


def _put(home: Home, side: Side, fault: Mapping[str, object]) -> None:
    given = {name: value for name, value in fault.items() if value is not None}
    _ask(bench_in(home), side, "PUT", given)
    click.echo(_line(side, given))


def _ask(bench: Running, side: Side, method: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    if side == "aws":
        return control.call(bench.control, method, "/faults", body)
    return control.call(bench.environment["SELLERKEYS_BENCH_AMAZON"], method, "/_bench/faults", body)


def _line(side: Side, fault: Mapping[str, object]) -> str:
    details = [f"{name}={json.dumps(value)}" for name, value in fault.items() if name != "kind" and value is not None]
    return " ".join((side, str(fault["kind"]), *details))
