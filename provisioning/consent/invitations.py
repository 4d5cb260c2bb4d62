"""Invitations: a link per seller with a time limit, in the fleet's table under the hash of what the link holds.

The command line makes them, the consent function reads them; whoever reads the table learns no link.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

from provisioning.table import Item

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: Where a link leads, before what it holds.
PATH: Final = "/i/"

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LIST: Final = ";"
_USED: Final = "used_at"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a seller's page shows and needs: the seller's row of the roster when he was invited.

    `used_at` is when the account was connected through it, in ISO 8601; empty before.
    """

    seller: str
    account_name: str
    store_url: str
    application: str
    region: str
    marketplaces: tuple[str, ...]
    fulfillment: str
    permissions: tuple[str, ...]
    selling_partner_id: str = ""
    used_at: str = ""

    @property
    def home(self) -> str:
        """The marketplace whose Seller Central the seller is sent to."""
        return self.marketplaces[0]

    @property
    def brings_application(self) -> bool:
        """Whether the seller hands over an application of his own, by the form, instead of consenting."""
        return self.application == "own"

    def to_values(self) -> dict[str, str]:
        """Write it as the table holds it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _LIST.join(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Self:
        """Read it as the table holds it; what another version of us left out is empty."""
        texts = {field.name: values.get(field.name, "") for field in fields(cls)}
        read: dict[str, Any] = {**texts, **{name: _list(texts[name]) for name in ("marketplaces", "permissions")}}
        return cls(**read)


def new_token() -> str:
    """Make what a link holds: 256 random bits."""
    return secrets.token_urlsafe(32)


def key_of(token: str) -> str | None:
    """Name the entry of the table behind a link; None for what can be no link of ours."""
    if not _TOKEN.fullmatch(token):
        return None
    return f"invitation#{hashlib.sha256(token.encode()).hexdigest()}"


def entry(token: str, invitation: Invitation, expires_at: datetime) -> Item:
    """Make the table's entry of a new invitation."""
    key = key_of(token)
    if key is None:
        raise ValueError("this is no invitation's token")
    return Item(key, invitation.to_values(), expires_at)


def link(address: str, token: str) -> str:
    """Write the link; `address` is the consent function's, with or without a slash at its end."""
    return f"{address.rstrip('/')}{PATH}{token}"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(_LIST) if part)
