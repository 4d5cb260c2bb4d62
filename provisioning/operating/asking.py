"""Ask Amazon whether a credential works, and lose no refresh token that it answers with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from provisioning.payload import App, Credential
from provisioning.proving import prove
from provisioning.rotation.offers import difference

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.offering import Offering
    from provisioning.proving import Proof
    from provisioning.store import Secret, Store


class Asking:
    """Asks for sellers of one fleet; a token that comes unexpectedly is put aside through `offering`."""

    def __init__(self, fleet: Fleet, store: Store, amazon: Amazon, offering: Offering) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._offering = offering

    def works(
        self,
        secret: Secret,
        current: Credential,
        credential: Credential,
        expected: Collection[str] = (),
        instead_of: str | None = None,
    ) -> Proof:
        """Prove `credential`, which is to come after `current`; raises AmazonRefused or Unreachable.

        `expected` are marketplace ids; `instead_of` is the waiting version that the credential comes from. The proof's
        refresh token is the one to use from now on.
        """

        def keep(refresh_token: str) -> None:
            self._offering.put_aside(secret.arn, difference(current, credential, refresh_token), instead_of)

        return prove(self._amazon, credential, expected, keep)

    def with_newest_app(self, credential: Credential) -> Credential:
        """Lay the newest shared application over it; one of the seller's own stays."""
        return credential if credential.has_own_application else credential.with_app(*self._shared_app)

    @cached_property
    def _shared_app(self) -> tuple[App, str]:
        value = self._store.read(self._fleet.app_secret)
        return App.from_json(value.text), value.version
