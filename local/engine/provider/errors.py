"""An error of AWS as one sentence for whoever reads Pulumi's output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

AwsError = (ClientError, BotoCoreError)


class Refused(Exception):
    """The provider itself refuses; its text is the sentence to show."""


class Incomplete(Exception):
    """The resource `id` exists, but a later step of its creation failed; the text says which."""

    def __init__(self, identifier: str, reason: str) -> None:
        super().__init__(reason)
        self.id = identifier


_HINTS: Mapping[tuple[str, str], str] = {
    ("CreateSecret", "scheduled for deletion"): (
        "; restore it (aws secretsmanager restore-secret) and import it, or wait until its recovery window is over"
    ),
}


def sentence(doing: str, error: ClientError | BotoCoreError) -> str:
    """Say in one sentence what was being done (`doing`), what AWS answered, and what helps where that is known."""
    if isinstance(error, ClientError):
        message = error.response["Error"].get("Message", "").rstrip(".")
        code = error.response["Error"].get("Code", "")
        hints = (hint for (call, text), hint in _HINTS.items() if call == error.operation_name and text in message)
        return f"{doing}: AWS refused {error.operation_name} with {code}: {message}{next(hints, '')}"
    if isinstance(error, EndpointConnectionError):
        return f"{doing}: AWS could not be reached: {error}"
    if isinstance(error, ParamValidationError):
        # botocore quotes the value, which may be a secret.
        problems = re.sub(r", value: .*?(?=, (?:type|valid)|$)", "", str(error), flags=re.DOTALL).splitlines()
        return f"{doing}: {problems[0]} {'; '.join(problems[1:])}"
    return f"{doing}: {error}"


def is_missing(error: ClientError) -> bool:
    """Say whether AWS means that the thing does not exist."""
    code = error.response["Error"].get("Code", "")
    return code in {"NotFound", "NotFoundException", "NoSuchEntity"} or code.startswith("ResourceNotFound")
