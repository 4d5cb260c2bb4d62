"""A statement that carries its reason, so that docs/policies/ can tell it beside the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.policies.document import document

if TYPE_CHECKING:
    from infra.policies.document import Document


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A statement, and why it is there."""

    why: str
    statement: Document

    @property
    def sid(self) -> str:
        """The statement's name."""
        return str(self.statement["Sid"])


def policy(statements: list[Reasoned]) -> Document:
    """Make a document of them."""
    return document(*(reasoned.statement for reasoned in statements))


def allow(sid: str, why: str, actions: list[str], resources: list[str], condition: Document | None = None) -> Reasoned:
    """Write a statement that allows."""
    made: Document = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return Reasoned(why, made | ({"Condition": condition} if condition else {}))


def deny(sid: str, why: str, actions: list[str], resources: list[str], condition: Document | None = None) -> Reasoned:
    """Write a statement that denies, whatever else is attached to the role."""
    allowed = allow(sid, why, actions, resources, condition)
    return Reasoned(why, {**allowed.statement, "Effect": "Deny"})
