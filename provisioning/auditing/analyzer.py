"""IAM Access Analyzer in two calls: AWS's own word on a document. The one module that knows boto3's shapes of it.

It judges one document at a time: neither a secret's policy together with a role's, nor KMS. So it adds to the proof and
replaces none of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from types_boto3_accessanalyzer import AccessAnalyzerClient
    from types_boto3_accessanalyzer.type_defs import AccessTypeDef

_SERIOUS: Final = ("ERROR", "SECURITY_WARNING")
Kind = Literal["IDENTITY_POLICY", "RESOURCE_POLICY"]


class Analyzer:
    """Asks a boto3 Access Analyzer client; raises AccessDenied, Unreachable, or what else AWS refuses with."""

    def __init__(self, client: AccessAnalyzerClient) -> None:
        self._client = client

    def faults(self, where: str, document: Mapping[str, Any], kind: Kind) -> Iterator[str]:
        """Say, in a sentence each, the errors and security warnings that AWS finds in a document."""
        pages = self._client.get_paginator("validate_policy")
        with aws_errors("ValidatePolicy", where):
            for page in pages.paginate(policyDocument=json.dumps(document), policyType=kind):
                for found in page["findings"]:
                    if found["findingType"] in _SERIOUS:
                        yield f"{where}: {found['issueCode']}: {found['findingDetails']}"

    def grants(
        self, where: str, document: Mapping[str, Any], actions: Sequence[str], resources: Sequence[str] = ()
    ) -> str | None:
        """Say in a sentence that a role's policy grants an action (on one of `resources`); None if it grants none."""
        access: AccessTypeDef = {"actions": list(actions)}
        if resources:
            access["resources"] = list(resources)
        with aws_errors("CheckAccessNotGranted", where):
            answer = self._client.check_access_not_granted(
                policyDocument=json.dumps(document), access=[access], policyType="IDENTITY_POLICY"
            )
        if answer["result"] == "PASS":
            return None
        named = [str(reason.get("statementId") or reason.get("statementIndex")) for reason in answer.get("reasons", [])]
        return f"{where}: may grant {' or '.join(actions)} by statement {', '.join(named) or 'unnamed'}"
