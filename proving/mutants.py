"""Policies with one thing wrong: each has to be caught, by a claim of the proof or by the table of what is needed."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from isolation.document import Alone
from isolation.proof.texts import ANY_SELLER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isolation.proof.fleet import Fleet

    Row = dict[str, Any]

#: What is put in the place of whom a policy names.
_SOMEBODY: Final = "arn:aws:iam::123456789012:role/somebody"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one change; `why` says what was done to which statement."""

    document: str
    why: str
    before: Row
    after: Row

    @property
    def attached(self) -> bool:
        """Say whether the document is a resource's, and not an identity's."""
        return any("Principal" in row for row in self.before["Statement"])


def mutants(name: str, document: Row) -> Iterator[Mutant]:
    """Make every mutant of a document, each different from it."""
    seen = {json.dumps(document)}
    for at, row in enumerate(document["Statement"]):
        for why, changed in _changes(row):
            rows = [*document["Statement"][:at], *([changed] if changed else []), *document["Statement"][at + 1 :]]
            after = {**document, "Statement": rows}
            if (text := json.dumps(after)) not in seen:
                seen.add(text)
                yield Mutant(name, f"{row['Sid']}: {why}", document, after)


def _changes(row: Row) -> Iterator[tuple[str, Row | None]]:
    if row["Effect"] == "Deny":
        yield "the denial is dropped", None
    yield from _of_conditions(row)
    yield from _of_texts(row)
    yield from _of_principal(row)
    if row["Effect"] == "Allow":
        # In a policy that is attached to a resource a star means that resource alone.
        if "Principal" not in row and _many(row["Resource"]) != ["*"]:
            yield "a star for its resources", {**row, "Resource": "*"}
        service = _many(row["Action"])[0].partition(":")[0]
        yield "a star for its actions", {**row, "Action": f"{service}:*"}
        if service == "secretsmanager" and "secretsmanager:GetSecretValue" not in _many(row["Action"]):
            yield "it also reads", {**row, "Action": [*_many(row["Action"]), "secretsmanager:GetSecretValue"]}
    elif len(_many(row["Action"])) > 1:
        for action in _many(row["Action"]):
            left = [item for item in _many(row["Action"]) if item != action]
            yield f"the denial forgets {action}", {**row, "Action": left}


def _of_conditions(row: Row) -> Iterator[tuple[str, Row]]:
    condition = row.get("Condition", {})
    if condition:
        yield "its condition is dropped", {key: value for key, value in row.items() if key != "Condition"}
    yield from _of_values(row)
    for operator, tests in condition.items():
        if len(condition) > 1:
            yield f"{operator} is dropped", _with(row, _gone(operator))
        for name in tests if len(tests) > 1 else ():
            yield f"{operator} on {name} is dropped", _with(row, _gone(operator, name))
        for other in _turned(operator):

            def turn(made: Row, was: str = operator, now: str = other) -> None:
                made.setdefault(now, {}).update(made.pop(was))

            yield f"{other} for {operator}", _with(row, turn)


def _of_values(row: Row) -> Iterator[tuple[str, Row]]:
    tested = [(operator, *test) for operator, tests in row.get("Condition", {}).items() for test in tests.items()]
    for operator, name, value in tested:
        for item in _many(value) if len(_many(value)) > 1 else ():
            left = [one for one in _many(value) if one != item]
            yield f"{operator} forgets {item}", _with(row, _set(operator, name, left))
        if operator == "Bool":
            yield f"Bool on {name} takes both", _with(row, _set(operator, name, ["true", "false"]))
        elif operator.startswith("Arn"):
            yield (
                f"{operator} on {name} adds a star",
                _with(row, _set(operator, name, [*_many(value), "arn:*:*:*:*:*"])),
            )
        elif operator != "Null":
            like = operator.replace("Equals", "Like")

            def change(made: Row, was: str = operator, now: str = like, key: str = name) -> None:
                starred = [*_many(made[was].pop(key)), "*"]
                made.setdefault(now, {})[key] = starred
                if not made[was]:
                    del made[was]

            yield f"{like} with a star for {operator} on {name}", _with(row, change)


def _turned(operator: str) -> Iterator[str]:
    if operator.startswith("ForAllValues:"):
        yield operator.replace("ForAllValues:", "ForAnyValue:")
    if operator.startswith("ForAnyValue:"):
        yield operator.replace("ForAnyValue:", "ForAllValues:")
    if "Equals" in operator and "Arn" not in operator:
        yield operator.replace("Equals", "Like")
    if operator != "Null":
        yield f"{operator}IfExists"
    if "Not" in operator:
        yield operator.replace("Not", "")


def _of_texts(row: Row) -> Iterator[tuple[str, Row]]:
    """Loosen the patterns that stand in resources and conditions."""
    for why, before, after in (
        ("-* for -??????", "-??????", "-*"),
        ("any seller for one", f"sellers/{ANY_SELLER}/", "sellers/*/"),
        ("any session's seller for one", "sellers/${aws:PrincipalTag/sellerkeys:seller}/", "sellers/*/"),
        ("any fleet for one", "sellerkeys/dev/", "sellerkeys/*/"),
        ("any tag for state tags", "sellerkeys-state:*", "sellerkeys*"),
    ):
        text = json.dumps({key: row[key] for key in ("Resource", "Condition") if key in row})
        if before in text:
            yield why, {**row, **json.loads(text.replace(before, after))}


def _of_principal(row: Row) -> Iterator[tuple[str, Row]]:
    principal = row.get("Principal")
    if principal is None:
        return
    if principal != "*":
        yield "everybody for its principal", {**row, "Principal": "*"}
        yield "somebody for its principal", {**row, "Principal": {"AWS": _SOMEBODY}}
    elif row["Effect"] == "Deny":
        yield "only somebody is denied", {**row, "Principal": {"AWS": _SOMEBODY}}


def _with(row: Row, change: Callable[[Row], object]) -> Row:
    made = copy.deepcopy(row)
    change(made["Condition"])
    return made


def _gone(operator: str, name: str = "") -> Callable[[Row], None]:
    def change(condition: Row) -> None:
        (condition[operator] if name else condition).pop(name or operator)

    return change


def _set(operator: str, name: str, value: list[str]) -> Callable[[Row], None]:
    def change(condition: Row) -> None:
        condition[operator][name] = value

    return change


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def written(fleet: Fleet) -> dict[str, Row]:
    """Give every document of a fleet once, by a name that says where it is attached."""
    (seller,) = fleet.sellers
    named = [
        ("the app secret", fleet.app.policy),
        *((secret.name, secret.policy) for secret in (seller.secret, *fleet.other_secrets)),
        *((key.name, key.policy) for key in fleet.keys),
    ]
    for actor in (seller.reader, *fleet.actors):
        own = enumerate(actor.identity, 1)
        named += [(actor.name if at == 1 else f"{actor.name} ({at})", document) for at, document in own]
        named += [(f"the trust of {actor.name}", actor.trust)] if actor.trust else []
    parts = ((guard.what, guard.policy) for guard in fleet.guards)
    named += [(what.partition(":")[0], part.document if isinstance(part, Alone) else part) for what, part in parts]
    found: dict[str, Row] = {}
    for name, document in named:
        assert isinstance(document, dict)  # noqa: S101  the program makes dictionaries
        if document not in found.values():
            assert name not in found, name  # noqa: S101  or one of two would be broken by nobody
            found[name] = document
    return found
