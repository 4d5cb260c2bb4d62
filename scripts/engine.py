"""`pulumi up` through Pulumi's Automation API, for `onboard --up`."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from provisioning.errors import SellerkeysError, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi.automation import Stack

#: As many of the engine's last error lines as one sentence can bear.
_LAST: Final = 3


class EngineFailed(SellerkeysError):
    """Pulumi did not carry the update out; the text holds its last error lines."""


class Engine:
    """Pulumi on the project in `folder`; both methods hand each line of progress to `say`.

    They raise EngineFailed, or Waiting if the stack has not been made or is being updated by somebody else.
    """

    def __init__(self, folder: Path, stack: str) -> None:
        self._folder = folder
        self._stack = stack

    def preview(self, say: Callable[[str], None]) -> None:
        """Say what `up` would change."""
        self._run(
            "preview",
            lambda stack, hear: stack.preview(color="never", on_output=hear, on_error=hear, suppress_progress=True),
            say,
        )

    def up(self, say: Callable[[str], None]) -> None:
        """Bring the stack up to date, asking nobody."""
        self._run(
            "up",
            lambda stack, hear: stack.up(
                color="never", on_output=hear, on_error=hear, show_secrets=False, suppress_progress=True
            ),
            say,
        )

    def _run(
        self, what: str, act: Callable[[Stack, Callable[[str], None]], object], say: Callable[[str], None]
    ) -> None:
        from pulumi import automation  # noqa: PLC0415  slow to import, and only --up needs it
        from pulumi.automation import errors  # noqa: PLC0415  as above

        heard: list[str] = []

        def hear(line: str) -> None:
            if line.strip():
                heard.append(line.strip())
                say(line.rstrip())

        try:
            act(automation.select_stack(self._stack, work_dir=str(self._folder)), hear)
        except errors.StackNotFoundError:
            raise Waiting(
                f"Pulumi has no stack {self._stack} yet: run `pulumi stack init {self._stack}` first"
            ) from None
        except errors.ConcurrentUpdateError:
            raise Waiting(f"stack {self._stack} is being updated by somebody else: wait, then run this again") from None
        except errors.CommandError as error:
            raise EngineFailed(f"`pulumi {what}` failed: {_last_errors(heard or str(error).splitlines())}") from None
        except (OSError, subprocess.SubprocessError, errors.InvalidVersionError) as error:
            raise EngineFailed(
                f"`pulumi` cannot be run ({type(error).__name__}): install it, see https://www.pulumi.com/docs/install/"
            ) from None


def _last_errors(lines: list[str]) -> str:
    """Pick what an operator needs out of the engine's output, or of the Automation API's account of it."""
    said = [text for line in lines if (text := line.strip().removeprefix("stdout:").removeprefix("stderr:").strip())]
    errors = [line for line in said if "error" in line.lower()]
    return " | ".join((errors or said)[-_LAST:])
