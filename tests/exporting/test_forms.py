"""Forms of files: what is written is read back unchanged by the form's own parser, or refused by name."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.errors import BadInput
from provisioning.exporting import forms

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
PAIRS = st.dictionaries(KEYS, st.text(st.characters(exclude_categories=["Cs"])), min_size=1)
ONE_LINE = st.dictionaries(
    KEYS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0'\\")), min_size=1, max_size=3
)
UGLY = 'Atzr|PLACEHOLDER $HOME `x` "quoted" #none; =&'


def read_by_shell(text: str, names: list[str]) -> list[str]:
    """Let a shell take the file in, and tell the variables it then has."""
    script = text + "".join(f"printf '%s\\0' \"${name}\"\n" for name in names)
    done = subprocess.run(["/bin/sh"], input=script.encode(), capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@given(PAIRS)
def test_json(values: dict[str, str]) -> None:
    """JSON gives every text back."""
    assert json.loads(forms.json_object(values)) == values


def test_json_opens_inner_objects() -> None:
    """A dot in a name opens an object."""
    assert json.loads(forms.json_object({"A.b": "1", "A.c": "2"})) == {"A": {"b": "1", "c": "2"}}


@given(PAIRS)
def test_yaml(values: dict[str, str]) -> None:
    """YAML gives every printable text back, and refuses the rest."""
    try:
        text = forms.yaml_account(values)
    except BadInput:
        assert not all(value.isprintable() for value in values.values())
    else:
        assert yaml.safe_load(text) == {"default": values}


@settings(max_examples=25)
@given(ONE_LINE)
def test_dotenv_in_a_shell(values: dict[str, str]) -> None:
    """A shell that takes a .env file in has exactly the values, whatever would be special in them."""
    names = {f"K_{name}": value for name, value in values.items()}

    assert read_by_shell(forms.dotenv(names), list(names)) == list(names.values())


def test_dotenv() -> None:
    """Quotes stand only where a parser would take something for its own."""
    assert forms.dotenv({"PLAIN": "amzn1.oa2-cs.v1.PLACEHOLDER", "UGLY": UGLY, "NONE": ""}) == (
        f"PLAIN=amzn1.oa2-cs.v1.PLACEHOLDER\nUGLY='{UGLY}'\nNONE=''\n"
    )


def test_environment() -> None:
    """An environment file holds the value as it is."""
    assert forms.environment({"UGLY": UGLY}) == f"UGLY={UGLY}\n"


def test_npm() -> None:
    """The file of npm's amazon-sp-api holds one `=` a line."""
    assert forms.lines({"SELLING_PARTNER_APP_CLIENT_ID": "a", "SELLING_PARTNER_APP_CLIENT_SECRET": "b"}) == (
        "SELLING_PARTNER_APP_CLIENT_ID=a\nSELLING_PARTNER_APP_CLIENT_SECRET=b\n"
    )


def test_module() -> None:
    """A JavaScript module exports one object."""
    assert forms.module({"lwaClientId": 'a"b'}) == 'export const AppConfig = {\n  lwaClientId: "a\\"b",\n};\n'


def test_properties() -> None:
    """A properties file escapes what Java's reader would take for its own, and every letter beyond ASCII."""
    assert forms.properties({"clientId": "a\\b:=#\n", "name": " Bücher \N{BOOKS}"}) == (
        "clientId=a\\\\b:=#\\n\nname=\\ B\\u00FCcher \\uD83D\\uDCDA\n"
    )


def test_php() -> None:
    """A PHP file escapes quotes and backslashes; code stands only under the names that were said to hold it."""
    text = forms.php({"a": "it's \\", "endpoint": "X::EU", "b": "X::EU"}, code=frozenset({"endpoint"}))

    assert text == ("<?php\n\nreturn [\n    'a' => 'it\\'s \\\\',\n    'endpoint' => X::EU,\n    'b' => 'X::EU',\n];\n")


def test_sheet() -> None:
    """A sheet aligns names and values."""
    assert forms.sheet({"App ID": "x", "Password": "y"}) == "App ID    x\nPassword  y\n"


@pytest.mark.parametrize(
    ("form", "value", "words"),
    [
        (forms.environment, "a\nb", "KEY: an environment file cannot hold a value with a line end"),
        (forms.dotenv, "a\nb", "KEY: a .env file cannot hold a value with a line end"),
        (forms.dotenv, "it's", "KEY: a .env file cannot hold a value with a quotation mark"),
        (forms.dotenv, "a\\b", "KEY: a .env file cannot hold a value with a backslash"),
        (forms.lines, "a=b", "KEY: the file of npm's amazon-sp-api cannot hold a value with an equals sign"),
        (forms.lines, " a", "KEY: the file of npm's amazon-sp-api cannot hold a value with blanks at its ends"),
        (forms.yaml_account, "a\x07", "KEY: a YAML file cannot hold a value with a letter that cannot be printed"),
        (forms.php, "a\0", "KEY: a PHP file cannot hold a value with a NUL"),
        (forms.sheet, "a\r", "KEY: a sheet cannot hold a value with a line end"),
    ],
)
def test_what_a_form_cannot_carry(form: Callable[[dict[str, str]], str], value: str, words: str) -> None:
    """A value that would come back changed is refused, by its key and never by its text."""
    with pytest.raises(BadInput) as refused:
        form({"KEY": value})

    assert str(refused.value) == words
