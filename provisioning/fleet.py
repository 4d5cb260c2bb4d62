"""A fleet as the repository describes it: the base stack's name, its settings and its roster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.roster import Row
    from provisioning.settings import Settings


@dataclass(frozen=True, slots=True)
class Reader:
    """How to become a seller's reader: the role to assume, and the tags its session needs."""

    role: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The sellers of one base stack and what holds for all of them."""

    base: str
    settings: Settings
    sellers: tuple[Row, ...]

    @property
    def app_secret(self) -> str:
        """The name of the shared application's secret."""
        return naming.app_secret_name(self.base)

    @property
    def needs_consent(self) -> bool:
        """Whether sellers of the shared application have to renew their consent every 365 days (sp-api.md 3)."""
        return self.settings.application.kind != "private"

    @property
    def schedule(self) -> str:
        """Secrets Manager's schedule expression for every seller."""
        return self.settings.rotation

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of further names that each seller's secret holds."""
        return self.settings.key_profiles

    def secret_of(self, seller: str) -> str:
        """Name a seller's secret."""
        return naming.seller_secret_name(self.base, seller)

    def reader_of(self, seller: str, account: str) -> Reader:
        """Say how to become a seller's reader, as the fleet's isolation wants it."""
        if self.settings.isolation == "one-role":
            return Reader(naming.one_reader_role_arn(account, self.base), {naming.TAG_SELLER: seller})
        return Reader(naming.reader_role_arn(account, self.base, seller), {})

    def rotation_function(self, account: str) -> str:
        """Write the ARN of the rotation function that the Pulumi program declares."""
        return naming.function_arn(self.settings.region, account, self.base, naming.ROTATION)
