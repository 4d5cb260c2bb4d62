"""IAM in five calls: who there is in the account, and every document that says what they may.

The one module that knows boto3's shapes of IAM. Only identities of this account are seen; those of another one come in
through a resource's policy or a role's trust, which name them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import ClientError

from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from types_boto3_iam import IAMClient

#: A policy as boto3 hands it over, parsed.
Document: TypeAlias = "Mapping[str, Any]"

_ALL: Final = "GetAccountAuthorizationDetails"
#: AWS's own managed policies would be a thousand; those that are attached are asked for one by one.
_KINDS: Final = ("User", "Role", "Group", "LocalManagedPolicy")


@dataclass(frozen=True, slots=True)
class Identity:
    """A role or a user, and all that IAM holds about it.

    `policies` are inline, attached and, of a user, those of its groups, each by its name; `trust` is None of a user.
    """

    arn: str
    policies: Mapping[str, Document] = field(default_factory=dict)
    trust: Document | None = None
    boundary: Document | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_role(self) -> bool:
        """Whether it is a role."""
        return ":role/" in self.arn


@dataclass(frozen=True, slots=True)
class Logins:
    """How people of the account log in to IAM; None is a rule that is not set.

    `root_has_mfa` is about the account's root user; `users` counts the IAM users.
    """

    users: int
    root_has_mfa: bool
    shortest: int | None = None
    mixed: bool = False
    remembered: int | None = None
    oldest_days: int | None = None


class Identities:
    """Reads the account's identities through a boto3 IAM client; raises AccessDenied or Unreachable."""

    def __init__(self, client: IAMClient) -> None:
        self._client = client
        self._managed: dict[str, Document] = {}

    def all(self) -> tuple[Identity, ...]:
        """List every role and user, by ARN."""
        pages = self._client.get_paginator("get_account_authorization_details")
        users: list[Any] = []
        roles: list[Any] = []
        groups: dict[str, Any] = {}
        with aws_errors(_ALL, "the account"):
            for page in pages.paginate(Filter=list(_KINDS)):
                users += page.get("UserDetailList", [])
                roles += page.get("RoleDetailList", [])
                groups |= {group["GroupName"]: group for group in page.get("GroupDetailList", [])}
                self._managed |= dict(_defaults(page.get("Policies", [])))
        found = [self._role(role) for role in roles]
        found += [self._user(user, [groups[name] for name in user.get("GroupList", [])]) for user in users]
        return tuple(sorted(found, key=lambda identity: identity.arn))

    def has_role(self, name: str) -> bool:
        """Tell whether there is a role of this name."""
        with aws_errors("GetRole", name):
            try:
                self._client.get_role(RoleName=name)
            except ClientError as error:
                if _is_missing(error):
                    return False
                raise
        return True

    def logins(self) -> Logins:
        """Tell how people log in."""
        with aws_errors("GetAccountSummary", "the account"):
            summary = self._client.get_account_summary()["SummaryMap"]
        rules = self._password_policy()
        mixed = ("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters")
        return Logins(
            users=summary.get("Users", 0),
            root_has_mfa=bool(summary.get("AccountMFAEnabled", 0)),
            shortest=rules.get("MinimumPasswordLength"),
            mixed=all(rules.get(name) for name in mixed),
            remembered=rules.get("PasswordReusePrevention"),
            oldest_days=rules.get("MaxPasswordAge"),
        )

    def _password_policy(self) -> Mapping[str, Any]:
        with aws_errors("GetAccountPasswordPolicy", "the account"):
            try:
                return self._client.get_account_password_policy()["PasswordPolicy"]
            except ClientError as error:
                if _is_missing(error):
                    return {}
                raise

    def _role(self, role: Mapping[str, Any]) -> Identity:
        return Identity(
            arn=role["Arn"],
            policies=self._attached(role, "RolePolicyList"),
            trust=role["AssumeRolePolicyDocument"],
            boundary=self._boundary(role),
            tags=_tags(role),
        )

    def _user(self, user: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> Identity:
        policies = self._attached(user, "UserPolicyList")
        for group in groups:
            of_group = self._attached(group, "GroupPolicyList")
            policies |= {f"{group['GroupName']}: {name}": document for name, document in of_group.items()}
        return Identity(arn=user["Arn"], policies=policies, boundary=self._boundary(user), tags=_tags(user))

    def _attached(self, holder: Mapping[str, Any], inline: str) -> dict[str, Document]:
        found = {policy["PolicyName"]: policy["PolicyDocument"] for policy in holder.get(inline, [])}
        managed = {policy["PolicyArn"] for policy in holder.get("AttachedManagedPolicies", [])}
        return found | {arn: self._document(arn) for arn in sorted(managed)}

    def _boundary(self, holder: Mapping[str, Any]) -> Document | None:
        arn = holder.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return self._document(arn) if arn else None

    def _document(self, arn: str) -> Document:
        """Read a managed policy in the version that is in force, once."""
        if arn not in self._managed:
            with aws_errors("GetPolicy", arn):
                version = self._client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            with aws_errors("GetPolicyVersion", arn):
                answer = self._client.get_policy_version(PolicyArn=arn, VersionId=version)
            self._managed[arn] = _parsed(answer["PolicyVersion"])
        return self._managed[arn]


def _defaults(policies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Document]]:
    for policy in policies:
        for version in policy.get("PolicyVersionList", []):
            if version["IsDefaultVersion"]:
                yield policy["Arn"], _parsed(version)


def _parsed(version: Mapping[str, Any]) -> Document:
    document: Document = version["Document"]
    return document


def _tags(holder: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in holder.get("Tags", [])}


def _is_missing(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") == "NoSuchEntity"
