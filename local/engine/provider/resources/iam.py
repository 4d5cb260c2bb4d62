"""IAM: roles and their inline policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.resource import NAME, TAGS, Argument, AutoName, ResourceType, document
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.clients import Aws, Client
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values


class Role(ResourceType):
    """A role; its id is its name."""

    pulumi_type = "aws:iam/role:Role"
    autoname = AutoName(limit=64)
    outputs = ("arn", "createDate", "uniqueId")
    arguments: ClassVar[Arguments] = {
        "assumeRolePolicy": document(required=True),
        "description": Argument(),
        "forceDetachPolicies": Argument(default=False),
        "maxSessionDuration": Argument(default=3600),
        "name": NAME,
        "path": Argument(default="/", replaces=True),
        "permissionsBoundary": Argument(),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse a path that does not begin and end with a slash (botocore, CreateRole)."""
        path = inputs.get("path", "/")
        if not (path.startswith("/") and path.endswith("/")):
            yield "path has to begin and end with a slash"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateRole takes everything in one call."""
        optional = {
            "Description": inputs.get("description"),
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
        }
        role = aws.client("iam").create_role(
            RoleName=inputs["name"],
            Path=inputs["path"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            MaxSessionDuration=inputs["maxSessionDuration"],
            Tags=pairs(inputs["tagsAll"]),
            **{name: value for name, value in optional.items() if value is not None},
        )["Role"]
        return role["RoleName"], _role_outputs(role)

    def read(self, existing: Existing) -> Values | None:
        """GetRole shows everything, tags included."""
        client = existing.aws.client("iam")
        try:
            role = client.get_role(RoleName=existing.id)["Role"]
        except client.exceptions.NoSuchEntityException:
            return None
        return {
            **_role_outputs(role),
            "name": role["RoleName"],
            "path": role["Path"],
            "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description"),
            "maxSessionDuration": role.get("MaxSessionDuration"),
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "tagsAll": mapping(role.get("Tags")),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for the trust policy, one for the plain fields, one for the boundary."""
        client = existing.aws.client("iam")
        if "assumeRolePolicy" in changed:
            client.update_assume_role_policy(RoleName=existing.id, PolicyDocument=inputs["assumeRolePolicy"])
        if changed & {"description", "maxSessionDuration"}:
            client.update_role(
                RoleName=existing.id,
                Description=inputs.get("description", ""),
                MaxSessionDuration=inputs["maxSessionDuration"],
            )
        if "permissionsBoundary" in changed and "permissionsBoundary" in inputs:
            client.put_role_permissions_boundary(
                RoleName=existing.id, PermissionsBoundary=inputs["permissionsBoundary"]
            )
        elif "permissionsBoundary" in changed:
            client.delete_role_permissions_boundary(RoleName=existing.id)
        return {}

    def delete(self, existing: Existing) -> None:
        """AWS refuses while policies hang on the role, unless `forceDetachPolicies` takes them off first."""
        client = existing.aws.client("iam")
        try:
            if existing.state.get("forceDetachPolicies"):
                _detach(client, existing.id)
            client.delete_role(RoleName=existing.id)
        except client.exceptions.NoSuchEntityException:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagRole."""
        existing.aws.client("iam").tag_role(RoleName=existing.id, Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagRole."""
        existing.aws.client("iam").untag_role(RoleName=existing.id, TagKeys=keys)


class RolePolicy(ResourceType):
    """A role's inline policy; its id is `role:policy`."""

    pulumi_type = "aws:iam/rolePolicy:RolePolicy"
    autoname = AutoName(limit=128)
    outputs = ()
    arguments: ClassVar[Arguments] = {
        "name": NAME,
        "policy": document(required=True),
        "role": Argument(required=True, replaces=True),
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """PutRolePolicy."""
        aws.client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
        )
        return f"{inputs['role']}:{inputs['name']}", {}

    def read(self, existing: Existing) -> Values | None:
        """GetRolePolicy."""
        client = existing.aws.client("iam")
        role, _, name = existing.id.partition(":")
        try:
            policy = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        except client.exceptions.NoSuchEntityException:
            return None
        return {"role": role, "name": name, "policy": json.dumps(policy)}

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Only the document can change without a new resource."""
        if "policy" in changed:
            self.create(existing.aws, inputs)
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteRolePolicy."""
        client = existing.aws.client("iam")
        role, _, name = existing.id.partition(":")
        try:
            client.delete_role_policy(RoleName=role, PolicyName=name)
        except client.exceptions.NoSuchEntityException:
            return


def _role_outputs(role: Values) -> Values:
    return {"arn": role["Arn"], "createDate": role["CreateDate"].isoformat(), "uniqueId": role["RoleId"]}


def _detach(client: Client, role: str) -> None:
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        client.delete_role_policy(RoleName=role, PolicyName=name)
    for policy in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
