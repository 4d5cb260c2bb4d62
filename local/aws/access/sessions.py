"""What an AssumeRole passes to its session: tags, and policies that cut down what the role may (STS API)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from moto.iam.models import iam_backends

from local.aws.access.asked import pairs
from local.aws.access.callers import Passed

if TYPE_CHECKING:
    from local.aws.access.asked import Parameters
    from local.aws.faults.call import Call

_NOTHING: Final = Passed()
_MOST: Final = 10
#: "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters".
_CHARACTERS: Final = 2_048


class Unfit(Exception):
    """STS does not take what is passed; `code` is its error's."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def passed_by(call: Call, given: Parameters) -> Passed:
    """Read what a call passes to the session it asks for; raises Unfit."""
    if (call.service, call.operation) != ("sts", "AssumeRole"):
        return _NOTHING
    managed = [_managed(str(each.get("arn", "")), str(given.get("RoleArn", ""))) for each in _listed(given)]
    inline = [str(given["Policy"])] if given.get("Policy") else []
    documents = (*inline, *managed)
    if sum(map(len, documents)) > _CHARACTERS:
        raise Unfit("ValidationError", f"The session policies have more than {_CHARACTERS} characters together")
    for document in documents:
        _check(document)
    return Passed(dict(pairs(given.get("Tags"))), documents)


def _listed(given: Parameters) -> list[dict[str, Any]]:
    found = given.get("PolicyArns") or []
    if len(found) > _MOST:
        raise Unfit("ValidationError", f"PolicyArns: {len(found)} policies, of which there may be {_MOST}")
    return list(found)


def _managed(arn: str, role_arn: str) -> str:
    """Find a managed policy; "the policies must exist in the same account as the role"."""
    account = role_arn.split(":")[4] if role_arn.count(":") > 4 else ""  # noqa: PLR2004
    policy = iam_backends[account]["aws"].managed_policies.get(arn) if account else None
    if policy is None:
        raise Unfit("ValidationError", f"PolicyArns: {arn} is no policy of the role's account")
    return next(str(version.document) for version in policy.versions if version.is_default)


def _check(document: str) -> None:
    try:
        read = json.loads(document)
    except ValueError:
        read = None
    if not isinstance(read, dict) or "Statement" not in read:
        raise Unfit("MalformedPolicyDocument", "A session policy is no JSON object with a Statement")
