"""IAM: moto keeps the roles; here one may be made while another call looks through them, as at AWS.

moto walks over the table itself, which breaks off where somebody else adds a role meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.iam.models import IAMBackend, iam_backends

if TYPE_CHECKING:
    from moto.iam.models import Role


class Roles(IAMBackend):
    """IAM, whose list of roles is that of one moment."""

    __module__ = "moto.iam.models"  # moto finds a service's URLs through the backend's module

    def get_roles(self) -> list[Role]:
        """List the roles that there are now."""
        return list(self.roles.values())


def install() -> None:
    """Put the bench's IAM in place of moto's, for each new bench of a process."""
    iam_backends.backend = Roles
