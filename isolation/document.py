"""A policy document, parsed once (IAM: reference_policies_grammar)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from isolation import condition, principal, template
from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from isolation.condition import Condition
    from isolation.principal import Named
    from isolation.template import Template

_VARIABLES_SINCE: Final = "2012-10-17"
_VERSIONS: Final = (_VARIABLES_SINCE, "2008-10-17")
_ELEMENTS: Final = {
    "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
#: The resource of a statement in a trust policy, which has no such element: the role itself.
_ITSELF: Final = template.pattern("*", variables=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """What Action or Resource lists; with `but`, everything else (NotAction, NotResource)."""

    items: tuple[Template, ...]
    but: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `named` is None in a policy of an identity."""

    sid: str
    allows: bool
    named: Named | None
    actions: Listed
    resources: Listed
    conditions: tuple[Condition, ...]

    def is_about(self, action: str) -> bool:
        """Say whether it speaks of an action at all."""
        named = any(item.matches(action.lower(), {}, ignoring_case=True) for item in self.actions.items)
        return named != self.actions.but


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed document."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """What a document grants by itself, or (with `denials`) denies where all else is granted."""

    document: Document
    denials: bool = False


#: A document as AWS takes it, as its text, parsed, or a part of one.
Document: TypeAlias = Mapping[str, Any] | str | Policy | Alone
_ALL_GRANTED: Final = {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}


def identity(document: Document) -> Policy:
    """Read a policy attached to an identity; raises Refused."""
    if isinstance(document, Alone):
        return _part(document, identity, _ALL_GRANTED)
    return document if isinstance(document, Policy) else _read(_text(document), attached=False)


def resource(document: Document) -> Policy:
    """Read a policy attached to a resource: a secret's, key's, queue's, topic's, function's, or a role's trust."""
    if isinstance(document, Alone):
        return _part(document, resource, {**_ALL_GRANTED, "Principal": "*"})
    return document if isinstance(document, Policy) else _read(_text(document), attached=True)


def _part(part: Alone, read: Callable[[Document], Policy], granted: Mapping[str, str]) -> Policy:
    rows = [row for row in read(part.document).statements if row.allows is not part.denials]
    more = read({"Version": _VARIABLES_SINCE, "Statement": [granted]}).statements if part.denials else ()
    return Policy((*rows, *more))


def _text(document: Mapping[str, Any] | str) -> str:
    return document if isinstance(document, str) else json.dumps(document)


@lru_cache(maxsize=16_384)
def _read(text: str, *, attached: bool) -> Policy:
    try:
        document = json.loads(text)
    except ValueError:
        raise Refused("the policy is no JSON") from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise Refused("the policy has no Statement")
    version = document.get("Version", "2008-10-17")
    unknown = sorted(set(document) - {"Version", "Id", "Statement"})
    if unknown or version not in _VERSIONS:
        raise Refused(f"policy element {unknown[0] if unknown else version} is not known to the evaluator")
    rows = document["Statement"]
    rows = rows if isinstance(rows, list) else [rows]
    variables = version == _VARIABLES_SINCE
    return Policy(tuple(_statement(row, f"#{at}", attached, variables) for at, row in enumerate(rows, 1)))


def _statement(row: object, place: str, attached: bool, variables: bool) -> Statement:  # noqa: FBT001
    if not isinstance(row, dict):
        raise Refused(f"statement {place} is no object")
    sid = str(row.get("Sid") or place)
    try:
        return _parsed(row, sid, attached=attached, variables=variables)
    except Refused as refusal:
        raise Refused(f"statement {sid}: {refusal}") from None


def _parsed(row: Mapping[str, Any], sid: str, *, attached: bool, variables: bool) -> Statement:
    unknown = sorted(set(row) - _ELEMENTS)
    if unknown:
        raise Refused(f"element {unknown[0]} is not known to the evaluator")
    if row.get("Effect") not in {"Allow", "Deny"}:
        raise Refused("Effect is neither Allow nor Deny")
    if ("Principal" in row) != attached:
        raise Refused("a policy of a resource names a Principal, one of an identity does not")
    named = principal.parse(row["Principal"]) if attached else None
    actions = _listed(row, "Action", variables=False)
    is_trust = attached and all(item.text.lower().startswith("sts:") for item in actions.items)
    without = is_trust and not {"Resource", "NotResource"} & set(row)
    resources = Listed((_ITSELF,)) if without else _listed(row, "Resource", variables=variables)
    conditions = tuple(condition.parse(row["Condition"], variables=variables)) if row.get("Condition") else ()
    made = Statement(sid, row["Effect"] == "Allow", named, actions, resources, conditions)
    _refuse_doubt(made)
    return made


def _listed(row: Mapping[str, Any], element: str, *, variables: bool) -> Listed:
    but = f"Not{element}"
    if (element in row) == (but in row):
        raise Refused(f"exactly one of {element} and {but} has to be given")
    value = row[but] if but in row else row[element]
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise Refused(f"{element} lists something that is no text")
    read = _resource if element == "Resource" else _action
    return Listed(tuple(read(text, variables=variables) for text in texts), but in row)


def _resource(text: str, *, variables: bool) -> Template:
    return _ITSELF if text == "*" else template.arn(text, variables=variables)


def _action(text: str, *, variables: bool) -> Template:
    if text != "*" and text.count(":") != 1:
        raise Refused(f"action {text} is not of the form service:operation")
    return template.pattern(text, variables=variables)


def _refuse_doubt(statement: Statement) -> None:
    # A variable AWS cannot resolve "might cause the entire statement to be invalid". So it matches nothing where a
    # statement allows, and voids one that denies; where a negation makes a permission of it, there is no safe side.
    negated = [item for test in statement.conditions if test.negated for item in test.allowed]
    negated += statement.resources.items if statement.resources.but else ()
    if statement.allows and any(item.needs_request for item in negated):
        raise Refused("it allows what does *not* match a policy variable, which needs a default value then")
