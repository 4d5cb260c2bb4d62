"""The forms of a file: how names and values are written so that the reader of that form gets them back unchanged.

Each takes a mapping of names to values and gives text, or raises BadInput that names the key whose value the form
cannot carry; it never writes a broken file. Pure functions; standard library only.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Form = Callable[[Mapping[str, str]], str]

#: What no shell and no parser of `.env` files takes for anything but itself.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+,=-]+", re.ASCII)


def environment(values: Mapping[str, str]) -> str:
    """Write `KEY=VALUE`, the value as it is: what `env` prints and `docker run --env-file` reads."""
    for key, value in values.items():
        _refuse(key, value, "\n\r\0", "an environment file")
    return "".join(f"{key}={value}\n" for key, value in values.items())


def dotenv(values: Mapping[str, str]) -> str:
    """Write `KEY='VALUE'` where quotes are needed: for parsers of `.env` files, and for a shell's `.` command alike.

    Their rules differ inside quotes (python-dotenv knows a backslash there, a shell does not), so what would need one
    is refused.
    """
    for key, value in values.items():
        _refuse(key, value, "\n\r\0'\\", "a .env file")
    return "".join(f"{key}={value if _PLAIN.fullmatch(value) else _single(value)}\n" for key, value in values.items())


def lines(values: Mapping[str, str]) -> str:
    """Write `KEY=VALUE` for npm's amazon-sp-api, which ignores a line with a second `=` (clients.md 1)."""
    for key, value in values.items():
        _refuse(key, value, "\n\r\0=", "the file of npm's amazon-sp-api")
        if value != value.strip():
            raise BadInput(f"{key}: the file of npm's amazon-sp-api cannot hold a value with blanks at its ends")
    return "".join(f"{key}={value}\n" for key, value in values.items())


def json_object(values: Mapping[str, str]) -> str:
    """Write one JSON object; a `.` in a name opens an inner one."""
    document: dict[str, Any] = {}
    for key, value in values.items():
        *path, last = key.split(".")
        inner = document
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def yaml_account(values: Mapping[str, str]) -> str:
    """Write YAML with one account, `default`; a JSON string is a YAML string (YAML 1.2, chapter 1.3)."""
    for key, value in values.items():
        if not value.isprintable():
            raise BadInput(f"{key}: a YAML file cannot hold a value with a letter that cannot be printed")
    return "default:\n" + "".join(
        f"  {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()
    )


def module(values: Mapping[str, str]) -> str:
    """Write a JavaScript module that exports `AppConfig`."""
    inside = "".join(f"  {key}: {json.dumps(value)},\n" for key, value in values.items())
    return f"export const AppConfig = {{\n{inside}}};\n"


def properties(values: Mapping[str, str]) -> str:
    """Write a Java properties file, in the escapes of `java.util.Properties.load`."""
    return "".join(f"{key}={_java(value)}\n" for key, value in values.items())


def php(values: Mapping[str, str], code: frozenset[str] = frozenset()) -> str:
    """Write a PHP file that returns an array; under the names of `code` stands PHP, such as an enumeration's case."""
    for key, value in values.items():
        _refuse(key, value, "\0", "a PHP file")
    items = ((key, value if key in code else _php(value)) for key, value in values.items())
    return "<?php\n\nreturn [\n" + "".join(f"    '{key}' => {written},\n" for key, written in items) + "];\n"


def sheet(values: Mapping[str, str]) -> str:
    """Write names and values under each other, for a person who types them into a form."""
    for key, value in values.items():
        _refuse(key, value, "\n\r\0", "a sheet")
    width = max(map(len, values))
    return "".join(f"{key:{width}}  {value}\n" for key, value in values.items())


def _refuse(key: str, value: str, letters: str, form: str) -> None:
    named = {"\n": "a line end", "\r": "a line end", "\0": "a NUL", "=": "an equals sign", "'": "a quotation mark"}
    for letter in letters:
        if letter in value:
            raise BadInput(f"{key}: {form} cannot hold a value with {named.get(letter, 'a backslash')}")


def _single(value: str) -> str:
    return f"'{value}'"


def _java(value: str) -> str:
    escaped = value.translate(
        {ord(letter): f"\\{name}" for letter, name in zip("\\\n\r\t\f", ("\\", "n", "r", "t", "f"), strict=True)}
    )
    if escaped.startswith(" "):
        escaped = f"\\{escaped}"
    units = escaped.encode("utf-16-be")
    pairs = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(unit) if 0x20 <= unit < 0x7F else f"\\u{unit:04X}" for unit in pairs)  # noqa: PLR2004  ASCII


def _php(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
