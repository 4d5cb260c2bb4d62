"""How Secrets Manager says no; imports nothing, so that the rules can be read and tested on their own."""

from __future__ import annotations


class Refused(Exception):
    """AWS's error: the code that clients match on, and the sentence they show."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_parameter(message: str) -> Refused:
    """Say that a parameter is wrong in itself."""
    return Refused("InvalidParameterException", message)


def invalid_request(message: str) -> Refused:
    """Say that the secret's state forbids the request."""
    return Refused("InvalidRequestException", message)


def not_found(message: str = "Secrets Manager can't find the specified secret.") -> Refused:
    """Say that the secret, version or value is not there."""
    return Refused("ResourceNotFoundException", message)
