"""AWS's sentences about what is denied, and the secrets that they name."""

from __future__ import annotations

from tests.local.aws.access.acting import ACCOUNT, REGION

SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
SELLER = f"{SECRETS}sellers/${{aws:PrincipalTag/seller}}/sp-api-??????"


def denied(action: str, resource: str, because: str, role: str = "worker") -> tuple[str, str]:
    """Write AWS's sentence (IAM, "Troubleshoot access denied error messages")."""
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/tests"
    return (
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: {action} on resource: {resource} {because}",
    )


def silent(action: str, resource: str) -> tuple[str, str]:
    """Write the sentence for an action that nothing allows."""
    return denied(action, resource, f"because no identity-based policy allows the {action} action")
