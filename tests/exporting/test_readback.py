"""Files of `export`, read back by what reads them in life: Node, Java, PHP, python-dotenv."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import dotenv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.exporting import forms
from provisioning.exporting.formats import find_format
from tests.clients.conftest import need

if TYPE_CHECKING:
    from pathlib import Path

UGLY = {
    "lwaClientId": "amzn1.application-oa2-client.PLACEHOLDER",
    "lwaClientSecret": "a \\ \" ' : = # ! $X `y` \N{BOOKS} \N{LINE SEPARATOR} ü\t",
    "lwaRefreshToken": " Atzr|PLACEHOLDER== ",
}
JAVA = """\
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

class Read {
  public static void main(String[] arguments) throws Exception {
    var found = new Properties();
    found.load(new FileInputStream(arguments[0]));
    for (var name : new String[] {"lwaClientId", "lwaClientSecret", "lwaRefreshToken"}) {
      System.out.write(found.getProperty(name).getBytes(StandardCharsets.UTF_8));
      System.out.write(0);
    }
    System.out.flush();
  }
}
"""
NODE = "import(process.argv[1]).then(({ AppConfig }) => console.log(JSON.stringify(AppConfig)))"


#: jlevers' package has that enumeration, a case of which its file names.
PHP = """\
<?php
namespace SellingPartnerApi\\Enums { enum Endpoint: string { case EU = "https://eu.example"; } }
namespace {
  $plain = fn($value) => $value instanceof UnitEnum ? $value->name : $value;
  echo json_encode(array_map($plain, require $argv[1]), JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
}
"""


def program(name: str) -> str:
    """A language's program; without it the test is skipped, and fails in CI."""
    found = shutil.which(name)
    need(name, is_here=found is not None)
    return found or name


def test_node_reads_a_module(tmp_path: Path) -> None:
    """Node imports what was exported, letter by letter."""
    node = program("node")
    file = tmp_path / "app.config.mjs"
    file.write_text(forms.module(UGLY), encoding="utf-8")

    done = subprocess.run([node, "-e", NODE, str(file)], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == UGLY


def test_java_reads_properties(tmp_path: Path) -> None:
    """Java loads what was exported, letter by letter."""
    java = program("java")
    source, file = tmp_path / "Read.java", tmp_path / "seller.properties"
    source.write_text(JAVA, encoding="utf-8")
    file.write_text(forms.properties(UGLY), encoding="utf-8")

    done = subprocess.run([java, str(source), str(file)], capture_output=True, check=True)

    assert done.stdout.decode().split("\0")[:-1] == list(UGLY.values())


@pytest.mark.parametrize("name", ["official-php", "jlevers", "amazon-php"])
def test_php_reads_an_array(tmp_path: Path, name: str) -> None:
    """PHP requires what a format wrote and has its names and values, letter by letter; jlevers' region is a case."""
    php, form = program("php"), find_format(name)
    reader, file = tmp_path / "read.php", tmp_path / "seller.php"
    reader.write_text(PHP, encoding="utf-8")
    values = dict.fromkeys(form.names or (), UGLY["lwaClientSecret"] + "\\\\ \\' \\")
    case = {"endpoint": r"\SellingPartnerApi\Enums\Endpoint::EU"} if name == "jlevers" else {}
    file.write_text(form.render(values | case), encoding="utf-8")

    done = subprocess.run([php, str(reader), str(file)], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == values | dict.fromkeys(case, "EU")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0'\\")))
def test_dotenv_reads_a_dotenv_file(value: str) -> None:
    """python-dotenv, without interpolation of its own, has exactly the value."""
    found = dotenv.dotenv_values(stream=io.StringIO(forms.dotenv({"KEY": value})), interpolate=False)

    assert found == {"KEY": value}


def test_docker_reads_an_environment_file() -> None:
    """`docker run --env-file` takes what stands behind the first `=`, quotes and all, so none are written."""
    (line,) = forms.environment({"KEY": "a = 'b'"}).splitlines()

    assert line.split("=", 1) == ["KEY", "a = 'b'"]
