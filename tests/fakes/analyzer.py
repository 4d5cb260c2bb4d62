"""IAM Access Analyzer in memory: takes what AWS takes, and says what a test gave it to say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class FakeAnalyzer:
    """`findings` are what ValidatePolicy says of a document that holds the text; `failing` documents grant too much.

    `absent`: every call is refused, as where a region or a bench has no such service.
    """

    findings: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    absent: bool = False
    asked: list[str] = field(default_factory=list)

    def get_paginator(self, name: str) -> FakeAnalyzer:
        assert name == "validate_policy"
        return self

    def paginate(self, *, policyDocument: str, policyType: str) -> Iterator[dict[str, Any]]:
        self._see("ValidatePolicy", policyDocument)
        assert policyType in {"IDENTITY_POLICY", "RESOURCE_POLICY"}
        principals = ["Principal" in row for row in json.loads(policyDocument)["Statement"]]
        assert all(principals) == (policyType == "RESOURCE_POLICY")
        yield {"findings": []}
        yield {
            "findings": [
                {"findingType": kind, "issueCode": code, "findingDetails": said, "learnMoreLink": "", "locations": []}
                for text, found in self.findings.items()
                for kind, code, said in found
                if text in policyDocument
            ]
        }

    def check_access_not_granted(
        self, *, policyDocument: str, access: list[dict[str, list[str]]], policyType: str
    ) -> dict[str, Any]:
        self._see("CheckAccessNotGranted", policyDocument)
        assert policyType == "IDENTITY_POLICY"
        (one,) = access
        assert set(one) <= {"actions", "resources"}
        assert one["actions"]
        assert len(one.get("resources", [])) <= 100
        if any(text in policyDocument for text in self.failing):
            return {"result": "FAIL", "message": "", "reasons": [{"statementIndex": 0, "statementId": "Wide"}]}
        return {"result": "PASS", "message": "", "reasons": []}

    def _see(self, call: str, document: str) -> None:
        self.asked.append(call)
        assert isinstance(json.loads(document)["Statement"], list)
        if self.absent:
            error = {"Code": "UnknownOperationException", "Message": "the bench has no accessanalyzer"}
            raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 404}}, call)
