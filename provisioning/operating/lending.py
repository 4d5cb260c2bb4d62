"""Lend a seller's credential to a client: its secret's present value, read as the seller's reader.

Whoever may become the reader may do this, an ERP's worker as well as whoever is on call: it needs no permission but
AssumeRole on that one role.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning.errors import AccessDenied
from provisioning.exporting.fields import fields_of
from provisioning.payload import Credential, MalformedPayload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.fleet import Fleet
    from provisioning.operating.reading import Reading
    from provisioning.roster import Row


@dataclass(frozen=True, slots=True)
class Lent:
    """What a format is filled from: the secret's own names, and the parts of the credential by ours."""

    secret: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


class Lender:
    """Reads sellers' present values through `reading`."""

    def __init__(self, fleet: Fleet, reading: Reading) -> None:
        self._fleet = fleet
        self._reading = reading

    def lend(self, row: Row) -> Lent:
        """Read one seller's; raises SecretNotDeclared, SecretEmpty, MalformedPayload, AccessDenied, Unreachable."""
        name = self._fleet.secret_of(row.seller)
        store = self._reading.become(row.seller, self._reading.account())
        try:
            text = store.read(name).text
        except AccessDenied:
            role = self._reading.roles[row.seller]
            raise AccessDenied("secretsmanager:GetSecretValue", f"{name} for {role}") from None
        try:
            credential = Credential.from_json(text)
        except MalformedPayload as malformed:
            raise MalformedPayload(f"secret {name}: {malformed}; `sellerkeys check {row.seller}` tells more") from None
        fields = fields_of(credential, row, self._fleet.settings.consent.application_id)
        return Lent(json.loads(text), fields)
