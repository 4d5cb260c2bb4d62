"""How a failure looks to a person: lines on standard error that begin with the program's name, and an exit code."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from provisioning.errors import SellerkeysError
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a shell reports for a process that Ctrl-C ended: 128 and the signal's number.
INTERRUPTED: Final = 130
_DEFECT: Final = 1


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever goes wrong inside into lines and SystemExit; a traceback never leaves the program."""
    try:
        yield
    except SellerkeysError as error:
        _end(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        where = f"; `{error.ctx.command_path} --help` tells more" if error.ctx else ""
        _end(error.format_message().rstrip(".") + where, error.exit_code)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end("interrupted: run the same command again to continue", INTERRUPTED)
    except Exception as error:  # noqa: BLE001  whatever it is, its text must not be printed
        # Foreign exceptions may quote what they were given, so only their kind and place are told.
        place = traceback.extract_tb(error.__traceback__)[-1]
        _end(f"defect: {type(error).__name__} in {place.name}, line {place.lineno}: please report it", _DEFECT)


def _end(text: str, code: int) -> None:
    for line in text.splitlines():
        click.echo(f"sellerkeys: {plain(line)}", err=True)
    sys.exit(code)
