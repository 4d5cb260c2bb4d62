"""What IAM's calls ask, and those of STS, which lends roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.iam.models import iam_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held

if TYPE_CHECKING:
    from moto.iam.models import Role

    from local.aws.access.asked import Context, Parameters, Where


def asks(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of IAM asks."""
    action = f"iam:{operation}"
    name = str(given.get("RoleName", ""))
    if not name:
        return [Asked(action, str(given.get("PolicyArn", ANY)))]
    context = {**tags_asked(pairs(given.get("Tags"))), **keys_asked(given.get("TagKeys") or ())}
    named = {"iam:PermissionsBoundary": given.get("PermissionsBoundary"), "iam:PolicyARN": given.get("PolicyArn")}
    context |= {key: str(value) for key, value in named.items() if value}
    role = find(where.account, name)
    if role is not None:
        return [Asked(action, role.arn, {**context, **tags_held(pairs(role.tags), "iam:")})]
    arn = f"arn:aws:iam::{where.account}:role{given.get('Path', '/')}{name}"
    tagging = [Asked("iam:TagRole", arn, context)] if "aws:TagKeys" in context else []
    return [Asked(action, arn, context), *tagging]


def lending(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of STS asks; the role's trust policy is the resource's own."""
    action = f"sts:{operation}"
    if operation != "AssumeRole":
        return [Asked(action)]
    arn = str(given.get("RoleArn", ""))
    role = find(arn.split(":")[4] if arn.count(":") > 4 else where.account, arn.rpartition("/")[2])  # noqa: PLR2004
    tags = tags_asked(pairs(given.get("Tags")))
    context: Context = {"sts:RoleSessionName": str(given.get("RoleSessionName", "")), **tags}
    if given.get("ExternalId"):
        context["sts:ExternalId"] = str(given["ExternalId"])
    if given.get("TransitiveTagKeys"):
        context["sts:TransitiveTagKeys"] = tuple(given["TransitiveTagKeys"])
    if role is None or role.arn != arn:
        return [Asked(action, arn, context)]
    context |= tags_held(pairs(role.tags), "iam:")
    actions = (action, "sts:TagSession") if tags else (action,)
    return [Asked(name, arn, context, str(role.assume_role_policy_document)) for name in actions]


def find(account: str, name: str) -> Role | None:
    """Find a role by its name, which IAM compares without regard to case where it makes one."""
    return next((role for role in list(iam_backends[account]["aws"].roles.values()) if role.name == name), None)
