"""A roster row as options of a command: `--account-name` and so on, one for each column that a person fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from provisioning import roster
from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

F = TypeVar("F", bound="Callable[..., Any]")

#: Column, how its value is shown in the help, and what it is; the roster checks the values.
COLUMNS: Final = (
    ("account_name", "NAME", "What people call this seller."),
    ("application", "shared|own", "Whose application the seller authorized: yours, or the seller's own."),
    ("region", "NA|EU|FE", "The SP-API region of the authorization; not the AWS region."),
    ("selling_partner_id", "ID", "Amazon's id of the seller."),
    ("marketplaces", "CODES", "Country codes or marketplace ids, such as 'DE;FR'; the first is the home."),
    ("store_url", "URL", "The store's https address."),
    ("fulfillment", "fba|fbm|both", "Who ships."),
    ("permissions", "AREAS", f"Permission areas, with ; between: {', '.join(roster.Permission)}. [default: all]"),
    ("consented_on", "YYYY-MM-DD", "When the seller gave consent."),
)


def row_options(command: F) -> F:
    """Give a command the options of a roster row, all but `--seller`."""
    for column, metavar, told in reversed(COLUMNS):
        command = click.option(f"--{column.replace('_', '-')}", metavar=metavar, help=f"Roster: {told}")(command)
    return command


def split(options: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Take the cells of a roster row that were given out of a command's options; gives cells and other options."""
    columns = {column for column, _, _ in COLUMNS}
    cells = {name: value for name, value in options.items() if name in columns and value is not None}
    return cells, {name: value for name, value in options.items() if name not in columns}


def record_from(seller: str, cells: Mapping[str, str]) -> roster.Record:
    """Make the roster's row; raises BadInput that names the columns at fault."""
    try:
        return roster.Record(None, roster.row_from({"seller": seller, **cells}))
    except BadInput as error:
        said = str(error).replace("column ", "").splitlines()
        raise BadInput("\n".join(f"{seller}, {fault}" for fault in said)) from None
