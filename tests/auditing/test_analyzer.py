"""What AWS itself says of one document."""

from __future__ import annotations

import pytest

from provisioning.auditing.analyzer import Analyzer
from provisioning.errors import SellerkeysError
from tests.fakes.analyzer import FakeAnalyzer

ROLES = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
RESOURCES = {"Version": "2012-10-17", "Statement": [{**ROLES["Statement"][0], "Principal": "*"}]}


def test_errors_and_security_warnings_are_told() -> None:
    """From every page; suggestions and warnings about style are not."""
    fake = FakeAnalyzer(
        findings={
            '"Action"': [
                ("SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE", "Too wide."),
                ("SUGGESTION", "X", "x"),
                ("WARNING", "Y", "y"),
                ("ERROR", "INVALID_ACTION", "No such action."),
            ]
        }
    )

    assert list(Analyzer(fake).faults("role x", ROLES, "IDENTITY_POLICY")) == [
        "role x: PASS_ROLE_WITH_STAR_IN_RESOURCE: Too wide.",
        "role x: INVALID_ACTION: No such action.",
    ]
    assert list(Analyzer(FakeAnalyzer()).faults("secret x", RESOURCES, "RESOURCE_POLICY")) == []


def test_what_a_policy_may_grant() -> None:
    """None where AWS says that it does not; else the statement is named."""
    good, bad = Analyzer(FakeAnalyzer()), Analyzer(FakeAnalyzer(failing=frozenset({'"Action"'})))

    assert good.grants("role x", ROLES, ["s:Get"], ["arn:b"]) is None
    assert bad.grants("role x", ROLES, ["s:Get", "s:Put"]) == "role x: may grant s:Get or s:Put by statement Wide"


def test_where_there_is_none() -> None:
    """The refusal is one sentence of ours."""
    analyzer = Analyzer(FakeAnalyzer(absent=True))

    with pytest.raises(SellerkeysError, match="the bench has no accessanalyzer"):
        list(analyzer.faults("role x", ROLES, "IDENTITY_POLICY"))
    with pytest.raises(SellerkeysError, match="the bench has no accessanalyzer"):
        analyzer.grants("role x", ROLES, ["s:Get"])
