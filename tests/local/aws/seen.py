"""What a test sees of a secret, and of a refused call."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[..., object], **arguments: object) -> tuple[str, str]:
    """Return the code and the sentence of a call that AWS refuses."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def labelled(secrets: Any, secret: str) -> dict[str, str]:
    """Return which label is on which version."""
    stages = secrets.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return {label: version for version, labels in stages.items() for label in labels}
