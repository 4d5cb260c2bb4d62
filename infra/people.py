"""Whom the configuration names: the principals that policies and trust name beside the fleet's own roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The ARNs of the roles or users of each kind of person, and of the ERP's workers (`readers`)."""

    readers: tuple[str, ...] = ()
    onboarders: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    deployers: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> People:
        """Take them from a stack's configuration."""
        return cls(
            readers=settings.readers,
            onboarders=settings.onboarders,
            on_call=settings.on_call,
            deployers=settings.deployers,
        )

    @property
    def operators(self) -> tuple[str, ...]:
        """Who works with the command line: onboarders and whoever is on call, each named once."""
        return tuple(dict.fromkeys((*self.onboarders, *self.on_call)))

    @property
    def become_readers(self) -> tuple[str, ...]:
        """Who may become a seller's reader: the ERP's workers and whoever is on call, each named once."""
        return tuple(dict.fromkeys((*self.readers, *self.on_call)))
