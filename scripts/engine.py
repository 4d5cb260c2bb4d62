"""A project's stacks through Pulumi's Automation API, and Pulumi's failures in words.

Whether a stack is up to date stands in Pulumi's own history, as the message of its last update: it is written with the
update's end, by whoever ran it, for every backend; a run that dies writes none, but leaves a younger state.
"""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from provisioning.errors import SellerkeysError, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pulumi.automation import Stack

    from scripts.pulumi_command import Interruptible, Workspace

#: As many of the engine's last error lines as one sentence can bear.
_LAST: Final = 3
#: What Pulumi says of a file that another update writes at this moment (measured, 3.272, file backend).
_HALF_WRITTEN: Final = ("error: EOF", "unexpected end of JSON input")
_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105  a type of resource
_ROLE: Final = "aws:iam/role:Role"
_COMPONENT: Final = "sellerkeys:index:SellerSecret"
#: Pulumi's history knows seconds only.
_A_SECOND: Final = timedelta(seconds=1)


class EngineFailed(SellerkeysError):
    """Pulumi did not carry the update out; the text holds its last error lines."""


@dataclass(frozen=True, slots=True)
class Held:
    """A seller's secret as a stack's state has it."""

    urn: str
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """The sellers of a stack's state: those whose secret it holds, and `begun`, those without a role there.

    With a role for each, begun are those in whose midst a run died: their role may exist all the same. `was_cut_off`
    says that a run died while it made something.
    """

    held: Mapping[str, Held] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    was_cut_off: bool = False


class Engine:
    """Pulumi on the project in `folder`; may be used by several threads, each on another stack.

    Every method raises EngineFailed, or Waiting if a stack has not been made or is being updated by somebody else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stacks(self) -> dict[str, datetime | None]:
        """List the project's stacks, each with the moment its state was last written."""
        with told("stack ls"):
            found = self._workspace.list_stacks()
        return {stack.name.rpartition("/")[2]: _in_utc(stack.last_update) for stack in found}

    def last_message(self, stack: str, written: datetime | None) -> str | None:
        """Give the message of a stack's last update; None if that failed, or the state is younger (`written`)."""
        with told("stack history", stack):
            found = self._stack(stack).history(page_size=1, page=1, show_secrets=False)
        if not found or written is None:
            return None
        last = found[0]
        ended = _in_utc(last.end_time)
        if last.kind != "update" or last.result != "succeeded" or ended is None or written > ended + _A_SECOND:
            return None
        return str(last.message)

    def outputs(self, stack: str) -> dict[str, Any]:
        """Read a stack's outputs; secret ones stay hidden."""
        with told("stack output", stack):
            found = self._stack(stack).outputs()
        return {name: output.value for name, output in found.items()}

    def contents(self, stack: str) -> Contents:
        """List the sellers in a stack's state."""
        with told("stack export", stack):
            found = self._stack(stack).export_stack().deployment or {}
        ours = [
            (each["type"], each["urn"].rpartition("::")[2], each)
            for each in found.get("resources", [])
            if _COMPONENT in each["urn"] and not each.get("delete")
        ]
        held = {name: Held(each["urn"], each.get("protect", False)) for kind, name, each in ours if kind == _SECRET}
        with_role = {name for kind, name, _ in ours if kind == _ROLE}
        begun = frozenset(name for _, name, _ in ours if name not in with_role)
        return Contents(
            held, begun, was_cut_off=any(each["type"] == "creating" for each in found.get("pending_operations") or ())
        )

    def make(self, stack: str) -> None:
        """Make an empty stack."""
        with told("stack init", stack):
            self._workspace.create_stack(stack)

    def unprotect(self, stack: str, urns: list[str]) -> None:
        """Let these be deleted."""
        with told("state unprotect", stack):
            self._run(["state", "unprotect", "--yes", "--stack", stack, *urns])

    def settle(self, stack: str) -> None:
        """Strike off what a run that died was making: what exists of it is adopted, the rest is made."""
        root = f"urn:pulumi:{stack}::{self._project}::pulumi:pulumi:Stack::{self._project}-{stack}"
        with told("refresh", stack):
            # The stack alone, so that AWS is asked nothing.
            self._run(
                ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--target", root, "--stack", stack]
            )

    def adopt(self, stack: str, secrets: Mapping[str, str], roles: Mapping[str, str]) -> None:
        """Take secrets and roles that exist, by seller and ARN or name, into the state of a stack updated before."""
        provider = f"urn:pulumi:{stack}::{self._project}::pulumi:providers:aws::aws"
        found: list[Any] = []
        for seller in {**secrets, **roles}:
            # Component and secret have one name; a parent is found by `name`, so that differs here.
            parent = f"{seller} of the roster"
            found.append({"type": _COMPONENT, "name": parent, "logicalName": seller, "component": True})
            made = {"parent": parent, "provider": "aws"}
            if seller in secrets:
                found.append({"type": _SECRET, "name": seller, "id": secrets[seller], **made})
            if seller in roles:
                role = f"the role of {seller}"
                found.append({"type": _ROLE, "name": role, "logicalName": seller, "id": roles[seller], **made})
        with told("import", stack):
            self._stack(stack).import_resources(
                resources=found, name_table={"aws": provider}, generate_code=False, show_secrets=False
            )

    def preview(self, stack: str, say: Callable[[str], None]) -> dict[str, int]:
        """Say what `up` would change; gives the number of resources by what would be done to them."""
        with told("preview", stack) as heard:
            done = self._stack(stack).preview(
                color="never", on_output=_both(heard, say), on_error=heard.append, suppress_progress=True
            )
        return {str(getattr(kind, "value", kind)): number for kind, number in done.change_summary.items()}

    def up(self, stack: str, message: str, count: Callable[[], None] | None = None) -> dict[str, int]:
        """Bring a stack up to date; gives the number of resources by what was done; `count` is told of each."""

        def see(event: Any) -> None:  # noqa: ANN401  the Automation API's EngineEvent
            if count and event.res_outputs_event:
                count()

        with told("up", stack) as heard:
            done = self._stack(stack, self._updating).up(
                message=message,
                color="never",
                on_output=heard.append,
                on_error=heard.append,
                on_event=see if count else None,
                show_secrets=False,
                suppress_progress=True,
            )
        return {str(kind): number for kind, number in (done.summary.resource_changes or {}).items()}

    def remove(self, stack: str) -> None:
        """Remove a stack that holds no seller any more."""
        with told("destroy", stack) as heard:
            found = self._stack(stack)
            found.destroy(color="never", on_output=heard.append, on_error=heard.append, show_secrets=False)
            self._workspace.remove_stack(stack)

    def interrupt(self) -> None:
        """Let every update that runs come to its end, and none begin."""
        if "_command" in self.__dict__:
            self._command.interrupt()

    @cached_property
    def _command(self) -> Interruptible:
        from scripts.pulumi_command import Interruptible  # noqa: PLC0415  slow to import, and only needed here

        with told("version"):
            return Interruptible()

    @cached_property
    def _workspace(self) -> Workspace:
        from scripts.pulumi_command import Workspace  # noqa: PLC0415  as above

        return Workspace(work_dir=str(self._folder), pulumi_command=self._command)

    @cached_property
    def _updating(self) -> Workspace:
        from scripts.pulumi_command import Updating  # noqa: PLC0415  as above

        return Updating(work_dir=str(self._folder), pulumi_command=self._command)

    @cached_property
    def _project(self) -> str:
        return str(self._workspace.project_settings().name)

    def _stack(self, name: str, workspace: Workspace | None = None) -> Stack:
        from pulumi.automation import Stack  # noqa: PLC0415  as above

        return Stack.select(name, workspace or self._workspace)

    def _run(self, arguments: list[str]) -> None:
        self._command.run(arguments, str(self._folder), {})


@contextmanager
def told(what: str, stack: str = "") -> Iterator[list[str]]:
    """Turn the Automation API's errors about `pulumi {what}` into ours; gives a list for the lines heard meanwhile."""
    from pulumi.automation import errors  # noqa: PLC0415  as above

    heard: list[str] = []
    try:
        yield heard
    except errors.StackNotFoundError:
        raise Waiting(f"Pulumi has no stack {stack} yet: run `sellerkeys up` first") from None
    except errors.ConcurrentUpdateError:
        raise Waiting(
            f"stack {stack} is being updated by somebody else: wait, then run this again; if nobody is, and a run "
            f"died, give its lock back with `pulumi cancel --stack {stack}`"
        ) from None
    except errors.CommandError as error:
        if any(line.endswith(_HALF_WRITTEN) for line in str(error).splitlines()):
            raise Waiting(
                f"`pulumi {what}` found half a state, because a stack is being updated by somebody else: wait, then run"
                f" this again; if nobody is, that state is damaged: Pulumi's backend has a copy of the one before"
            ) from None
        raise EngineFailed(f"`pulumi {what}` failed: {_last_errors(heard or str(error).splitlines())}") from None
    except (OSError, subprocess.SubprocessError, errors.InvalidVersionError) as error:
        raise EngineFailed(
            f"`pulumi` cannot be run ({type(error).__name__}): install it, see https://www.pulumi.com/docs/install/"
        ) from None


def _both(heard: list[str], say: Callable[[str], None]) -> Callable[[str], None]:
    def hear(line: str) -> None:
        if line.strip():
            heard.append(line.strip())
            say(line.rstrip())

    return hear


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _last_errors(lines: list[str]) -> str:
    """Pick what an operator needs out of the engine's output, or of the Automation API's account of it."""
    said = [text for line in lines if (text := line.strip().removeprefix("stdout:").removeprefix("stderr:").strip())]
    errors = [line for line in said if "error" in line.lower()]
    return " | ".join((errors or said)[-_LAST:])
