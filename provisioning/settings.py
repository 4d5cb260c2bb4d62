"""A stack's configuration: the `sellerkeys:` keys of `Pulumi.<stack>.yaml`, for the program and the command line."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from provisioning import quotas, schedule
from provisioning.errors import BadInput
from provisioning.profiles import in_order
from provisioning.reminder import AHEAD, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The namespace of our keys in a stack's configuration; also the project's name.
NAMESPACE = "sellerkeys"

#: pydantic's kinds of fault in words for a person; it quotes nothing of these, but speaks Python.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no key of sellerkeys; check the spelling",
    "string_type": "has to be text",
    "string_too_short": "may not be empty",
    "tuple_type": "has to be a list",
    "too_short": "may not be empty",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
}


class Application(BaseModel):
    """The vendor's own application at Amazon; the kind decides about consent and caps (sp-api.md 4.5)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["private", "public-unlisted", "public-listed"]
    name: Annotated[str, Field(min_length=1)]
    contact: str

    @field_validator("contact")
    @classmethod
    def _is_address(cls, contact: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact):
            raise ValueError("has to be an e-mail address")
        return contact


#: IAM roles or users, each by its ARN; a tuple, so that settings cannot be changed.
Principals = Annotated[
    tuple[str, ...], Field(min_length=1), BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)
]

#: How sellers' readers are kept apart: by a role each, or by a tag on the session of one role (design.md 10).
Isolation = Literal["role-per-seller", "one-role"]


def _day(text: object) -> object:
    # pydantic alone would take 20261012 for seconds since 1970.
    if not isinstance(text, date) and not (isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)):
        raise ValueError("has to be a date such as 2026-09-30")
    return text


class DatedRole(BaseModel):
    """A role that the application gained: who consented before that day has to consent again (sp-api.md 3)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1)]
    since: Annotated[date, BeforeValidator(_day)]


class Consent(BaseModel):
    """The pages on which sellers hand over access.

    `pages` says whether there are any; `application_id` is the id under which Amazon shows the application, empty where
    sellers only bring applications of their own; `address` is the vendor's own in front, empty where the function's own
    serves; a `draft` is not yet public. With `reminders`, Seller Central tells sellers that their consent ends, by a
    template that was onboarded at Amazon; its parameter takes the day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    pages: bool = False
    application_id: str = ""
    address: str = ""
    draft: bool = False
    reminders: bool = False
    reminder_template: Annotated[str, Field(pattern=r"^[!-~]{1,100}$")] = "REVOCATION_REMINDER"
    reminder_parameter: Annotated[str, Field(pattern=r"^[!-~]{0,100}$")] = ""
    roles: Annotated[tuple[DatedRole, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)] = ()

    @property
    def template(self) -> Template | None:
        """By what sellers are reminded; None where they are not."""
        return Template(self.reminder_template, self.reminder_parameter) if self.reminders else None

    @field_validator("application_id")
    @classmethod
    def _is_application(cls, application_id: str) -> str:
        if application_id and not re.fullmatch(
            r"amzn1\.(sp\.solution|sellerapps\.app)\.[0-9A-Za-z-]{1,64}", application_id
        ):
            raise ValueError("has to be the application id, such as amzn1.sp.solution.…, and not the client id")
        return application_id

    @field_validator("address")
    @classmethod
    def _is_origin(cls, address: str) -> str:
        if address and not re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+", address):
            raise ValueError("has to be https:// and a host in small letters, without a path, port or slash at the end")
        return address


class ClientSecret(BaseModel):
    """When Amazon is asked for a new client secret, and at which region's host: where the application is registered."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    ask_days: Annotated[int, Field(ge=8, le=170)] = 60
    region: Literal["NA", "EU", "FE"] = "NA"


class Quotas(BaseModel):
    """What AWS lets the account have: say here what it raised, or what others in the account leave over."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    roles: Annotated[int, Field(ge=1)] = quotas.ROLES.default.number
    secrets: Annotated[int, Field(ge=1)] = quotas.SECRETS.default.number
    trust_policy: Annotated[int, Field(ge=1)] = quotas.TRUST_POLICY.default.number


class Settings(BaseModel):
    """Everything a stack can be told.

    `readers` are the IAM roles or users that may become a seller's reader, `onboarders`, `on_call` and `deployers`
    those that do what design.md 6 says; `isolation` keeps readers apart; `rotation` is Secrets Manager's schedule
    expression; `key_profiles` adds names that some clients want to each seller's secret; with `events` consumers are
    told on a bus that a seller's secret changed; `disposable` lifts the protection of secrets and key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    region: str
    roster: Annotated[str, Field(min_length=1)]
    readers: Principals
    onboarders: Principals
    on_call: Principals
    deployers: Principals
    isolation: Isolation = "role-per-seller"
    rotation: str = "rate(30 days)"
    key_profiles: Annotated[
        tuple[Literal["npm", "laravel"], ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)
    ] = ()
    application: Application
    client_secret: ClientSecret = ClientSecret()
    consent: Consent = Consent()
    events: bool = False
    quotas: Quotas = Quotas()
    disposable: bool = False

    @field_validator("region")
    @classmethod
    def _is_region(cls, region: str) -> str:
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
            raise ValueError("has to be an AWS region, such as eu-west-1")
        return region

    @field_validator("readers", "onboarders", "on_call", "deployers")
    @classmethod
    def _are_principals(cls, principals: tuple[str, ...]) -> tuple[str, ...]:
        for number, principal in enumerate(principals, start=1):
            if not re.fullmatch(r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+", principal, re.ASCII):
                raise ValueError(
                    f"number {number} is not the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/erp"
                )
        return principals

    @field_validator("key_profiles")
    @classmethod
    def _are_in_order(cls, profiles: tuple[str, ...]) -> tuple[str, ...]:
        return in_order(profiles)

    @field_validator("consent")
    @classmethod
    def _can_remind(cls, consent: Consent, known: ValidationInfo) -> Consent:
        """Refuse reminders of what never ends, and those that a rotation would come too late for."""
        application, rotation = known.data.get("application"), known.data.get("rotation")
        if consent.reminders and application and application.kind == "private":
            raise ValueError("reminders are for public applications: consent to a private one has no stated end")
        if consent.reminders and rotation and not schedule.comes_within(rotation, AHEAD.days):
            raise ValueError(f"reminders need a rotation every {AHEAD.days} days at least, for a rotation sends them")
        return consent

    @field_validator("rotation")
    @classmethod
    def _is_schedule(cls, expression: str) -> str:
        return schedule.check(expression)


def from_config(config: Mapping[str, Any], source: str) -> Settings:
    """Make settings from keys without their namespace; raises BadInput naming `source` and every key at fault."""
    try:
        return Settings.model_validate(dict(config))
    except ValidationError as error:
        faults = [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors(include_input=False)]
        raise BadInput("\n".join(f"{source}, {NAMESPACE}:{fault}" for fault in faults)) from None


def _fault(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(part for part in loc if isinstance(part, str))
    place = "".join(f"number {part + 1} " for part in loc if isinstance(part, int))
    said = message.removeprefix("Value error, ").replace("Input should be", "has to be", 1)
    if kind == "model_type":
        said = f"has to be {_members(key)}"
    return f"{key}: {place}{_WORDS.get(kind, said)}"


def _members(key: str) -> str:
    """List what belongs into a key that is an object."""
    *most, last = getattr(Settings.model_fields[key].annotation, "model_fields", {key: None})
    return f"{', '.join(most)} and {last}" if most else last
