"""Every failure an operator can meet, as one sentence that says what failed, where, and what to do.

SellerkeysError
├── BadInput              2  wrong use or unreadable input; nothing was changed
├── Waiting               3  somebody else has to act first
│   ├── SecretNotDeclared     `pulumi up` has not made the secret
│   ├── TableNotDeclared      nor the fleet's table
│   ├── SecretBeingDeleted    the secret lies in its recovery window
│   ├── SecretEmpty           declared, but nobody has put a value in
│   ├── RotationPending       a rotation is under way; it owns the secret until it ends
│   └── LabelMoved            somebody else moved a staging label first
├── AmazonRefused         4  Amazon answered and said no; carries the cause
└── Unreachable           5  no answer, or an answer that says "later"; safe to run again
    ├── Throttled             AWS was asked too often
    └── AccessDenied          AWS answered and will not let us

Callers pass facts, the classes hold the words. No message ever holds a secret's value.
Standard library only: this module ships in every function's zip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.causes import Cause


class SellerkeysError(Exception):
    """A foreseeable failure; its text is one line for an operator, its exit code that of design.md 8."""

    exit_code: ClassVar[int] = 1


class BadInput(SellerkeysError):
    """What was typed or read cannot be used; nothing was changed."""

    exit_code = 2


class Waiting(SellerkeysError):
    """Somebody has to do something else first."""

    exit_code = 3


class SecretNotDeclared(Waiting):
    """No such secret: the Pulumi program has not declared it yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"secret {name} does not exist: run `pulumi up` first, then this again")


class TableNotDeclared(Waiting):
    """No such table: the Pulumi program has not declared it yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"table {name} does not exist: run `pulumi up` first, then this again")


class SecretBeingDeleted(Waiting):
    """The secret is scheduled for deletion, so it takes no value and its name is not free."""

    def __init__(self, name: str, deleted_on: datetime | None = None) -> None:
        on = f" on {deleted_on:%Y-%m-%d}" if deleted_on else ""
        super().__init__(
            f"secret {name} is scheduled for deletion{on}: bring it back with "
            f"`aws secretsmanager restore-secret --secret-id {name}`, or wait until its recovery window ends"
        )


class SecretEmpty(Waiting):
    """The secret is declared, but holds no value yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"secret {name} holds no value yet: it has to be filled first (`sellerkeys onboard`, `sellerkeys app set`)"
        )


class RotationPending(Waiting):
    """A rotation is under way; a value put now would make Secrets Manager abandon it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"secret {name} is being rotated: wait until that has ended, then run this again")


class LabelMoved(Waiting):
    """A staging label is no longer where it was seen: somebody else was quicker, and nothing was changed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"somebody else changed secret {name} in this very moment: look at it and run this again")


class AmazonRefused(SellerkeysError):
    """Amazon answered and refused; `cause` says why, whose fault it is and what mends it."""

    exit_code = 4

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.sentence)
        self.cause = cause


class Unreachable(SellerkeysError):
    """AWS or Amazon gave no usable answer; running the same again is safe."""

    exit_code = 5


class Throttled(Unreachable):
    """AWS put a call off because there were too many of them."""


class AccessDenied(Unreachable):
    """AWS answered that this principal may not do this."""

    def __init__(self, action: str, target: str) -> None:
        super().__init__(f"AWS denied {action} on {target}: use a role that may do this, then run it again")
