"""`sellerkeys export`, as the operator sees it."""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING

import pytest

from provisioning.exporting.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.roles import FakeRoles
    from tests.scripts.conftest import Desk

ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
READ_AS = f"berlin: value read as {ROLE}\n"
BIZON = (
    "LWA_CLIENT_ID=amzn1.application-oa2-client.PLACEHOLDER-SHARED\n"
    "LWA_CLIENT_SECRET=PLACEHOLDER-SHARED-SECRET\n"
    "LWA_REFRESH_TOKEN='Atzr|PLACEHOLDER-BERLIN'\n"
)


def test_into_a_pipe(onboarded_desk: Desk, roles: FakeRoles) -> None:
    """The file goes to standard output; as whom the value was read, to standard error."""
    result = onboarded_desk.run("export", "berlin", "--format", "bizon")

    assert (result.exit_code, result.stdout, result.stderr) == (0, BIZON, READ_AS)
    assert roles.lent == [(ROLE, "sellerkeys-export")]


def test_into_a_file(onboarded_desk: Desk) -> None:
    """A file is for its owner only, and what it holds is told by name."""
    target = onboarded_desk.folder / "berlin.env"

    result = onboarded_desk.run("export", "berlin", "--format", "bizon", "--to", str(target))

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "",
        f"{READ_AS}{target}: LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN\n",
    )
    assert target.read_text() == BIZON
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(onboarded_desk.folder.glob(".berlin*")) == []


def test_a_file_that_exists(onboarded_desk: Desk, roles: FakeRoles) -> None:
    """What is there stays, unless --force is given; nothing is read in vain."""
    target = onboarded_desk.folder / "berlin.env"
    target.write_text("mine\n")

    result = onboarded_desk.run("export", "berlin", "--format", "bizon", "--to", str(target))

    assert (result.exit_code, result.output) == (2, f"sellerkeys: {target}: exists already; --force replaces it\n")
    assert (target.read_text(), roles.lent) == ("mine\n", [])
    assert onboarded_desk.run("export", "berlin", "--format", "bizon", "--to", str(target), "--force").exit_code == 0
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == (BIZON, 0o600)


def test_a_folder_that_is_not_there(onboarded_desk: Desk) -> None:
    """A file that cannot be written is one sentence."""
    target = onboarded_desk.folder / "none" / "berlin.env"

    result = onboarded_desk.run("export", "berlin", "--format", "bizon", "--to", str(target))

    assert (result.exit_code, result.stderr) == (
        2,
        f"{READ_AS}sellerkeys: {target}: cannot be written (FileNotFoundError)\n",
    )


def test_force_without_a_file(onboarded_desk: Desk) -> None:
    """--force alone is wrong use."""
    result = onboarded_desk.run("export", "berlin", "--format", "bizon", "--force")

    assert (result.exit_code, result.output) == (2, "sellerkeys: --force goes with --to; nothing was written\n")


def test_as_json(onboarded_desk: Desk) -> None:
    """--output json wraps the values, or, where they go to a file, their names."""
    piped = onboarded_desk.run("--output", "json", "export", "berlin", "--format", "npm-amazon-sp-api")
    target = onboarded_desk.folder / "credentials"
    filed = onboarded_desk.run(
        "--output", "json", "export", "berlin", "--format", "npm-amazon-sp-api", "--to", str(target)
    )

    about = {
        "seller": "berlin",
        "format": "npm-amazon-sp-api",
        "for": "npm amazon-sp-api, ~/.amzspapi/credentials",
        "read_as": ROLE,
    }
    values = {
        "SELLING_PARTNER_APP_CLIENT_ID": "amzn1.application-oa2-client.PLACEHOLDER-SHARED",
        "SELLING_PARTNER_APP_CLIENT_SECRET": "PLACEHOLDER-SHARED-SECRET",
    }
    assert json.loads(piped.stdout) == about | {"values": values}
    assert json.loads(filed.stdout) == about | {"names": list(values), "file": str(target)}
    assert filed.stderr == (
        f"{READ_AS}npm-amazon-sp-api: this client takes refresh_token and region by its constructor only: "
        "hand them over there\n"
    )


def test_an_empty_secret(open_desk: Desk) -> None:
    """A seller whose secret is empty has to be onboarded first (exit 3)."""
    result = open_desk.run("export", "berlin", "--format", "env")

    assert (result.exit_code, result.stdout, result.stderr) == (
        3,
        "",
        (
            "sellerkeys: secret sellerkeys/dev/sellers/berlin/sp-api holds no value yet: it has to be filled first "
            "(`sellerkeys onboard`, `sellerkeys app set`)\n"
        ),
    )


def test_a_denied_role(onboarded_desk: Desk, roles: FakeRoles) -> None:
    """Whoever may not become the reader is told which role, and what was missing (exit 5)."""
    roles.denied = True

    result = onboarded_desk.run("export", "berlin", "--format", "env")

    assert (result.exit_code, result.output) == (
        5,
        f"sellerkeys: AWS denied AssumeRole on {ROLE}: use a role that may do this, then run it again\n",
    )


@pytest.mark.parametrize("argv", [("export", "--list"), ("export", "--list", "berlin")])
def test_the_list(desk: Desk, argv: tuple[str, ...]) -> None:
    """--list names every format, whose it is and where that is written."""
    result = desk.run(*argv)

    assert result.exit_code == 0
    rows = [re.split(" {2,}", line) for line in result.stdout.splitlines()]
    assert rows[0] == ["FORMAT", "FOR", "SOURCE"]
    assert [name for name, _, _ in rows[1:]] == list(FORMATS)
    assert rows[13] == ["bizon", "npm @sp-api-sdk/auth, environment", "packages/auth/src/index.ts"]


def test_two_writers_at_once(onboarded_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that appears in the last moment is not replaced either."""
    target = onboarded_desk.folder / "berlin.env"
    export = onboarded_desk.run

    def appear(*_: object, **__: object) -> bool:
        return False

    monkeypatch.setattr("pathlib.Path.exists", appear)
    target.write_text("mine\n")

    assert export("export", "berlin", "--format", "bizon", "--to", str(target)).exit_code == 2
    assert target.read_text() == "mine\n"
    leftovers: list[Path] = list(onboarded_desk.folder.glob(".berlin*"))
    assert leftovers == []


def test_key_profiles_are_in_a_first_value(open_desk: Desk) -> None:
    """With `key_profiles`, a secret holds the further names from its first value on, and an export shows them."""
    stack = open_desk.folder / "Pulumi.dev.yaml"
    stack.write_text(f"{stack.read_text()}  sellerkeys:key_profiles: [npm]\n")
    assert open_desk.run("onboard", "-", piped="seller,refresh_token\nberlin,Atzr|PLACEHOLDER-BERLIN\n").exit_code == 0

    values = json.loads(open_desk.run("export", "berlin", "--format", "json").stdout)

    assert values["SELLING_PARTNER_APP_CLIENT_SECRET"] == "PLACEHOLDER-SHARED-SECRET"
    assert "SPAPI_LWA_CLIENT_ID" not in values
