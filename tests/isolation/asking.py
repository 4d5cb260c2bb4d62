"""Short ways to ask the evaluator."""

from __future__ import annotations

from typing import Any

from isolation.evaluator import Decision, Policies, Request, decide
from isolation.principal import Principal

ACCOUNT = "123456789012"
OTHER = "111122223333"


def user(name: str, account: str = ACCOUNT, **tags: str) -> Principal:
    """A user."""
    return Principal(arn=f"arn:aws:iam::{account}:user/{name}", account=account, tags=tags)


def role(name: str, account: str = ACCOUNT, session: str = "s", **tags: str) -> Principal:
    """A session of a role."""
    return Principal(arn=f"arn:aws:iam::{account}:role/{name}", account=account, session=session, tags=tags)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document of the present version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An allowing statement."""
    return {"Sid": "Allows", "Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A denying statement."""
    return {**allow(action, resource, **more), "Sid": "Denies", "Effect": "Deny"}


def ask(
    principal: Principal, action: str, resource: str, policies: Policies, **context: str | tuple[str, ...]
) -> Decision:
    """Decide a call; `aws__TagKeys` is written for `aws:TagKeys`."""
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    return decide(Request(principal, action, resource, keys), policies)


def own(*statements: dict[str, Any]) -> Policies:
    """Policies of the principal alone."""
    return Policies(identity=[document(*statements)])
