"""The same fleet with one reader for all sellers: the whole main job, and who is denied what."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import Told, told


@pytest.fixture(scope="module")
def one_role(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Run the demo with `isolation: one-role`."""
    return told(tmp_path_factory.mktemp("one-role") / "home", "--isolation", "one-role")


def test_every_seller_is_read_by_the_one_role(one_role: Told) -> None:
    """Declared, onboarded, rotated, checked and read by two real clients, as sessions that bear the seller's tag."""
    decisions = json.loads((one_role.kept / "records/decisions.json").read_text(encoding="utf-8"))
    roles = {principal.rpartition("/")[2] for principal, *_ in decisions}

    assert one_role.exit_code == 0, one_role.output
    assert one_role.output.count("python-amazon-sp-api, amzn-sp-api") == 3
    assert "sellerkeys-reader.dev" in roles
    assert [role for role in roles if role.startswith("sellerkeys.dev.")] == []


def test_a_session_for_one_seller_is_denied_anothers_secret(one_role: Told) -> None:
    """By the secret's own policy, though the role is the reader of both."""
    denied = json.loads((one_role.kept / "records/denied.json").read_text(encoding="utf-8"))

    assert "assumed-role/sellerkeys-reader.dev/erp-worker" in denied["maple-outdoor's reader"]
    assert "sellers/berlin-books/" in denied["maple-outdoor's reader"]
    assert "(OnlyASessionForThisSeller)" in denied["maple-outdoor's reader"]
