"""A stack's configuration: the `sellerkeys:` keys of `Pulumi.<stack>.yaml`, for the program and the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The namespace of our keys in a stack's configuration; also the project's name.
NAMESPACE = "sellerkeys"

_RATE = re.compile(r"rate\((\d+) (hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)")
_SHORTEST_HOURS = 4
_LONGEST_EXPRESSION = 256


class Application(BaseModel):
    """The vendor's own application at Amazon; the kind decides about consent and caps (sp-api.md 4.5)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["private", "public-unlisted", "public-listed"]
    name: Annotated[str, Field(min_length=1)]
    contact: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Settings(BaseModel):
    """Everything a stack can be told.

    `readers` are the IAM roles or users that may assume a seller's reader role; `rotation` is Secrets Manager's
    schedule expression; `disposable` lifts the protection of secrets and key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    roster: str
    readers: Annotated[
        tuple[str, ...], Field(min_length=1), BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)
    ]
    rotation: str = "rate(30 days)"
    application: Application
    disposable: bool = False

    @field_validator("readers")
    @classmethod
    def _are_principals(cls, readers: tuple[str, ...]) -> tuple[str, ...]:
        for reader in readers:
            if not re.fullmatch(r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+", reader):
                raise ValueError(f"{reader!r} is not the ARN of an IAM role or user")
        return readers

    @field_validator("rotation")
    @classmethod
    def _is_schedule(cls, expression: str) -> str:
        """Accept what Secrets Manager does (aws.md 2.9): at most once in four hours; a cron's year is `*`."""
        rate = _RATE.fullmatch(expression)
        if rate:
            hours = int(rate[1]) * (24 if rate[2].startswith("day") else 1)
            if hours < _SHORTEST_HOURS:
                raise ValueError("Secrets Manager rotates at most once in four hours")
        elif not _CRON.fullmatch(expression) or len(expression) > _LONGEST_EXPRESSION:
            raise ValueError("has to be rate(N hours), rate(N days) or cron(minute hour day month weekday *)")
        return expression


def from_config(config: Mapping[str, Any], source: str) -> Settings:
    """Make settings from keys without their namespace; raises BadInput naming `source` and every key at fault."""
    try:
        return Settings.model_validate(dict(config))
    except ValidationError as error:
        faults = [
            (".".join(map(str, item["loc"])), _said(item["type"], item["msg"]))
            for item in error.errors(include_input=False)
        ]
        raise BadInput("\n".join(f"{source}, {NAMESPACE}:{key}: {said}" for key, said in faults)) from None


def _said(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is no key of sellerkeys; check the spelling"
    return "is missing" if kind == "missing" else message.removeprefix("Value error, ")
