"""Recognise a credential without being able to read it back: what the onboarder compares instead of values.

A fingerprint stands in a state tag, so it must tell nobody anything. Refresh tokens and client secrets are long and
random (sp-api.md 1.3), so a SHA-256 cannot be guessed from; it is salted with the fleet, and the two halves are cut
short. Standard library only.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What stands for the application where the seller uses the shared one.
SHARED = "shared"

_HALF = 32


def fingerprint(base: str, refresh_token: str, own_app: tuple[str, str] | None) -> str:
    """Write the fingerprint of what was handed in: the token's half, a dot, the own application's half or `shared`."""
    return f"{token_half(base, refresh_token)}.{app_half(base, own_app) if own_app else SHARED}"


def token_half(base: str, refresh_token: str) -> str:
    """Write the part of a fingerprint that only depends on the refresh token, to find one handed in for two sellers."""
    return _digest(base, "refresh token", refresh_token)[:_HALF]


def app_half(base: str, own_app: tuple[str, str]) -> str:
    """Write the part of a fingerprint that only depends on the seller's own application, client id and secret."""
    return _digest(base, "application", *own_app)[:_HALF]


def client_mark(base: str, client_id: str) -> str:
    """Write what a tag tells of an own application's client id: enough to find whose it is when Amazon names it."""
    return _digest(base, "client id", client_id)[:_HALF]


def partner_print(base: str, selling_partner_id: str) -> str:
    """Write what stands for a selling partner id in a tag: enough to find a seller by, too little to read one."""
    return _digest(base, "selling partner", selling_partner_id)[:_HALF]


def stores_print(secret: str, stores: Iterable[tuple[str, str]]) -> str:
    """Write what stands for a seller's stores in a tag; `stores` pairs marketplace ids with store names.

    Salted with the seller's secret, so two sellers' prints cannot be compared.
    """
    listed = sorted(set(stores))
    return _digest(secret, "stores", *(part for store in listed for part in store))[:_HALF]


def version_id(secret: str, text: str) -> str:
    """Derive a version id from a secret's ARN and the text to put: the same put again is then a no-op at AWS."""
    return str(UUID(hex=_digest(secret, "version", text)[:_HALF]))


def _digest(*parts: str) -> str:
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
