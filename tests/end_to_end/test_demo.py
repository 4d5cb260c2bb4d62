"""`make demo`: the whole main job, once, and nothing left that should not be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.end_to_end.canaries import planted, search

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Told


def test_three_sellers_from_declared_to_read(demo: Told) -> None:
    """The demo ends well, with every seller declared, onboarded, rotated, and read by two real SP-API clients."""
    rows = [line for line in demo.output.splitlines() if line.startswith("│")]

    assert demo.exit_code == 0, demo.output
    assert [[cell.strip() for cell in row.strip("│").split("│")][:-1] for row in rows] == [
        [
            name,
            region,
            application,
            "role and empty secret",
            "proven, rotation on",
            "by schedule, proven",
            "python-amazon-sp-api, amzn-sp-api",
        ]
        for name, region, application in (
            ("Maple Outdoor (US and CA)", "NA", "shared"),
            ("Berlin Books", "EU", "shared"),
            ("Kyoto Tea House", "FE", "own"),
        )
    ]


def test_no_consumer_noticed_the_new_client_secret(demo: Told) -> None:
    """The calendar asked once, Amazon sent, every seller followed, the old one died, and no call failed."""
    rows = [line for line in demo.output.splitlines() if line.startswith("│")]
    cells = [row.strip("│").split("│")[-1].strip() for row in rows]

    assert all(re.fullmatch(r"\d{2,}, 0 failed", cell) for cell in cells), cells
    assert re.search(r"asked once on day 12[01], 2 messages, every seller follows; the old one died", demo.output)


def test_others_are_denied_by_name(demo: Told) -> None:
    """One seller's reader and every person try to read another's value; AWS says who may not read what, and why."""
    denied = json.loads((demo.kept / "records/denied.json").read_text(encoding="utf-8"))
    who, secret = "assumed-role/sellerkeys.dev.maple-outdoor/erp-worker", "secret:sellerkeys/dev/sellers/berlin-books/"

    assert list(denied) == ["maple-outdoor's reader", "onboarder", "on-call", "deployer", "auditor", "erp"]
    assert all(
        "is not authorized to perform: secretsmanager:GetSecretValue" in sentence for sentence in denied.values()
    )
    assert who in denied["maple-outdoor's reader"]
    assert secret in denied["maple-outdoor's reader"]


def test_everybody_acted_under_his_own_role(demo: Told) -> None:
    """Deployer, onboarder, on call, the ERP, each reader, each function that ran: AWS decided each of their calls."""
    decisions = json.loads((demo.kept / "records/decisions.json").read_text(encoding="utf-8"))
    roles = {principal.rpartition("/")[2] for principal, *_ in decisions}

    assert roles >= {
        "sellerkeys-deployer",
        "sellerkeys-onboarder",
        "sellerkeys-on-call",
        "erp-worker",
        "sellerkeys-fn.dev.rotation",
        "sellerkeys-fn.dev.calendar",
        *(f"sellerkeys.dev.{seller}" for seller in ("maple-outdoor", "berlin-books", "kyoto-tea")),
    }
    assert {action for _, action, allowed, _ in decisions if not allowed} == {"secretsmanager:GetSecretValue"}


def test_state_holds_no_place_of_the_program(demo: Told) -> None:
    """No resource at AWS keeps a stack trace: it would be half of the state, with paths of the operator's machine."""
    state = demo.kept / "pulumi/state/.pulumi/stacks/sellerkeys/dev.json"
    resources = json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"]["resources"]
    placed = {each["type"] for each in resources if each.keys() & {"stackTrace", "sourcePosition"}}

    assert len(resources) > 100
    assert placed <= {"pulumi:pulumi:Stack", "pulumi:providers:aws", "pulumi:pulumi:StackReference"}


def test_no_value_of_a_secret_is_left_behind(demo: Told) -> None:
    """No value is in any output, log, error, command line, tag, nor in Pulumi's state: only where Amazon issued it."""
    issued = demo.kept / "issued"

    assert len(planted(issued)) == 6
    assert search(demo.kept, planted(issued), but_not=issued) == []


def test_what_was_searched(demo: Told) -> None:
    """The search saw every channel: outputs, command lines, the function's log, tags, and the state itself."""
    kept = {str(path.relative_to(demo.kept)) for path in demo.kept.rglob("*") if path.is_file()}
    state = demo.kept / "pulumi/state/.pulumi/stacks/sellerkeys/dev.json"

    assert kept >= {"demo.out", "records/argv.txt", "records/secrets.json", "logs/sellerkeys-dev-rotation.log"}
    assert "sellerkeys/dev/sellers/berlin-books/sp-api" in state.read_text(encoding="utf-8")
