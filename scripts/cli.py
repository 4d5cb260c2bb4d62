"""The entry point `sellerkeys`: its options, its commands, and the one place where a failure becomes words.

`sellerkeys --help` has to be quick, so nothing here imports boto3, pydantic, pulumi or rich: a command's module is
imported when that command runs, and `COMMANDS` holds what the list of commands says about it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from scripts.failures import told
from scripts.invocation import Invocation

if TYPE_CHECKING:
    from scripts.session import Outside

#: Every command and its line in the list; each is the function of that name in `scripts.commands.<name>`, where `-` is
#: written `_`.
COMMANDS: Final = {
    "roster": "List and add the fleet's sellers.",
    "up": "Bring every stack of the fleet to the roster, by Pulumi.",
    "app": "Set and renew the fleet's shared application.",
    "onboard": "Prove sellers' credentials and put them into their secrets.",
    "adopt": "Take over the credentials that other tools hold.",
    "invite": "Make sellers' links to the page on which they hand over access.",
    "status": "Show each seller's condition, those first who need a person.",
    "check": "Prove at Amazon what sellers' consumers use, and say what mends it.",
    "rotate": "Rotate sellers' credentials now, and wait for the end.",
    "repair": "Name stuck rotations and mend them.",
    "rollback": "Go back to a seller's previous refresh token.",
    "export": "Write a seller's credential in the form that a client reads.",
    "exec": "Run a program with a seller's credential in its environment.",
    "approve": "Show and approve a credential that waits for a person.",
    "prove": "Prove on the deployed policies that no seller's role reads another's secret.",
    "evidence": "Write what Amazon's policies ask and this account shows.",
    "offboard": "Take sellers out of the fleet, and back within the recovery window.",
    "plan-capacity": "Say what so many sellers take: resources, quotas, time and money.",
}

#: Where a command's name is Python's own.
_MODULES: Final = {"exec": "execute"}

_EPILOG: Final = """\
\b
Exit codes:
  0  all done, or nothing to do
  1  some items failed, for different causes
  2  wrong use or unreadable input; nothing was changed
  3  waiting for someone: `pulumi up`, consent or approval
  4  Amazon refused the credential
  5  AWS or Amazon could not be reached, or denied us

AWS's own variables work (AWS_PROFILE, AWS_ENDPOINT_URL, ...); SP_API_OAUTH_URL and SP_API_BASE_URL replace Amazon's
hosts. Colour and progress bars appear on a terminal only; NO_COLOR is respected.

Completion in your shell: eval "$(_SELLERKEYS_COMPLETE=bash_source sellerkeys)", or zsh_source, or
`_SELLERKEYS_COMPLETE=fish_source sellerkeys | source`.
"""


class Program(click.Group):
    """A group that imports a command when it is wanted, tells failures in one line and exits with their code.

    Each command returns its exit code.
    """

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401  Click's own signature
        """Run to the end; always raises SystemExit."""
        with told():
            code = super().main(*args, **extra | {"standalone_mode": False})
            sys.exit(code)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  Click's signature
        """List the names, in the order a fleet meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  Click's signature
        """Import a command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = getattr(import_module(f"scripts.commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  as above
        """Write the list of commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--stack",
    default="dev",
    show_default=True,
    envvar="SELLERKEYS_STACK",
    show_envvar=True,
    help="The fleet: its Pulumi.STACK.yaml is read from the current folder.",
)
@click.option("--region", metavar="REGION", help="AWS region, instead of the stack's.")
@click.option("--profile", metavar="PROFILE", help="AWS profile, instead of AWS_PROFILE.")
@click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or one JSON document on standard output.",
)
@click.version_option(package_name="sellerkeys", prog_name="sellerkeys", message="%(prog)s %(version)s")
@click.pass_context
def sellerkeys(context: click.Context, stack: str, region: str | None, profile: str | None, output: str) -> None:
    """Keep one secret, one role and one rotation for every Amazon seller.

    Secret values come from a hidden prompt, a file or standard input, never from the command line.
    """
    outside: Outside | None = context.obj
    context.obj = Invocation(stack=stack, region=region, profile=profile, as_json=output == "json", outside=outside)


def main() -> None:
    """Run the command line."""
    sellerkeys(prog_name="sellerkeys")
