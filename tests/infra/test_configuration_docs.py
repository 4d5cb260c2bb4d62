"""docs/configuration.md and the models say the same."""

import json
import re
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from infra.configuration import PROJECT
from provisioning import roster, settings

Table = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    """The page's tables, each a default and an example by its first column."""
    text = (PROJECT / "docs/configuration.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [dict(_row(line) for line in table.splitlines()[2:]) for table in found]


def test_every_key_is_explained_with_its_default(tables: list[Table]) -> None:
    """In the model's order, those inside `application` with its name before them."""
    defaults = {key: default for key, (default, _) in tables[0].items()}

    assert list(defaults.items()) == list(_defaults(settings.Settings).items())


def test_the_examples_make_a_configuration(tables: list[Table]) -> None:
    """What is copied from the page has to work."""
    config: dict[str, Any] = {"application": {}, "client_secret": {}, "consent": {}, "quotas": {}}
    for key, (_, example) in tables[0].items():
        group, _, name = key.rpartition(".")
        value = json.loads(example) if example.startswith("[") else example
        (config[group] if group else config)[name] = value

    assert settings.from_config(config, "docs/configuration.md").readers == tuple(config["readers"])


def test_every_column_is_explained_with_its_default(tables: list[Table]) -> None:
    """In the order in which a roster is written."""
    defaults = {column: default for column, (default, _) in tables[1].items()}

    assert tuple(defaults) == roster.COLUMNS
    assert defaults == _defaults(roster.Row)


def test_the_examples_make_a_row(tables: list[Table]) -> None:
    """Each is written as the roster writes it."""
    cells = {column: example for column, (_, example) in tables[1].items()}

    assert roster.row_from(cells).cells() == cells


def _row(line: str) -> tuple[str, tuple[str, str]]:
    key, default, example = (cell.strip().strip("`") for cell in line.split("|")[1:4])
    return key, (default, example)


def _defaults(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            texts |= _defaults(field.annotation, f"{name}.")
        else:
            texts[prefix + name] = _text(field)
    return texts


def _text(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, tuple) and field.default:
        (kind,) = {type(item) for item in field.default}
        return "all six" if issubclass(kind, Enum) and field.default == tuple(kind) else "?"
    is_word = isinstance(field.default, bool)
    return "empty" if field.default in ("", None, ()) else str(field.default).lower() if is_word else str(field.default)
