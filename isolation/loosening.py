"""Documents cut down to what matters for one action, and loosened where circumstances are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from isolation import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A policy as JSON has it.
Raw: TypeAlias = "Mapping[str, Any]"

#: Condition keys whose value, or absence, follows from principal and resource, in lower case; others are circumstances.
_CERTAIN: Final = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:resourceaccount",
    "aws:resourcetag/",
    "kms:calleraccount",
    "kms:encryptioncontext:secretarn",
    "kms:viaservice",
    "secretsmanager:resource/allowrotationlambdaarn",
    "secretsmanager:resourcetag/",
    "secretsmanager:secretid",
)
_FIXED: Final = tuple(key for key in _CERTAIN if key != "aws:principaltag/")


def concerning(document: Raw, action: str) -> dict[str, Any]:
    """Leave out of a document the statements that cannot concern an action."""
    kept = [row for row in rows(document) if _concerns(row, action.lower())]
    return {"Version": document.get("Version", "2008-10-17"), "Statement": kept}


def loosened(document: Raw, *, any_tags: bool = False) -> dict[str, Any]:
    """Take away what an allowing statement asks of circumstances, and every denial that needs some.

    Whoever is not allowed by the loosened document is not allowed in any circumstances. With `any_tags` the tags of the
    one who asks are circumstances too: whoever becomes it chooses them.
    """
    kept = []
    for row in rows(document):
        certain = _certain(row.get("Condition"), _FIXED if any_tags else _CERTAIN)
        if row.get("Effect") == "Allow":
            kept.append(
                {
                    **{name: row[name] for name in row if name != "Condition"},
                    **({"Condition": certain} if certain else {}),
                }
            )
        elif certain == (row.get("Condition") or {}):
            kept.append(dict(row))
    return {**document, "Statement": kept}


def beginnings(document: Raw) -> Iterator[str]:
    """Give what the resources of allowing statements begin with, as far as that is certain."""
    for row in rows(document):
        if row.get("Effect") == "Deny":
            continue
        listed = texts(row.get("Resource"))
        if not listed:
            yield ""
        for text in listed:
            parts = template.pattern(str(text), variables=False).parts
            # What stands before the first wildcard or variable.
            yield parts[0].partition("${")[0] if parts and isinstance(parts[0], str) else ""


def rows(document: Raw) -> list[Raw]:
    """List a document's statements."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def texts(value: object) -> list[Any]:
    """List what may stand alone or in a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _concerns(row: Raw, action: str) -> bool:
    # What names no action that can be read is kept, so that the evaluator refuses it by name.
    listed = [text for text in texts(row.get("Action")) if isinstance(text, str)]
    if "NotAction" in row or not listed:
        return True
    return any(template.pattern(text, variables=False).matches(action, {}, ignoring_case=True) for text in listed)


def _certain(condition: object, keys: tuple[str, ...]) -> Any:  # noqa: ANN401  as JSON has it
    """Keep the tests on keys that are certain; what is no block of tests stays for the evaluator to refuse."""
    if not isinstance(condition, dict) or not all(isinstance(tests, dict) for tests in condition.values()):
        return condition or {}
    kept = {
        operator: {key: value for key, value in tests.items() if key.lower().startswith(keys)}
        for operator, tests in condition.items()
    }
    return {operator: tests for operator, tests in kept.items() if tests}
