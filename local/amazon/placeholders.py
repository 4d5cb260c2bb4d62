"""Values with the documented shape and prefix that nobody can mistake for a real one (sp-api.md 1.3).

Each says PLACEHOLDER after its prefix. None is ever valid outside the bench that made it.
"""

from __future__ import annotations

import string
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

#: 353 characters were measured on a live access token; 379 is the refresh token that clients.md 4 was measured with.
_ACCESS_TOKEN_LENGTH = 353
_REFRESH_TOKEN_LENGTH = 379


class Placeholders:
    """Makes ids, secrets and tokens out of the given randomness; a seeded one makes the same values again."""

    def __init__(self, randomness: Random) -> None:
        self._randomness = randomness

    def client_id(self) -> str:
        """Make an LWA client id."""
        return f"amzn1.application-oa2-client.PLACEHOLDER{self._hex(32)}"

    def client_secret(self) -> str:
        """Make an LWA client secret of the newer form."""
        return f"amzn1.oa2-cs.v1.PLACEHOLDER{self._hex(64)}"

    def application_id(self) -> str:
        """Make an application id, the thing people paste where a client id belongs."""
        return f"amzn1.sp.solution.PLACEHOLDER-{self.request_id()}"

    def selling_partner_id(self) -> str:
        """Make a selling partner id: a capital A, then capitals and digits."""
        letters = string.ascii_uppercase + string.digits
        return "APLACEHOLDER" + "".join(self._randomness.choices(letters, k=6))

    def access_token(self) -> str:
        """Make an access token."""
        return self._token("Atza|PLACEHOLDER-", _ACCESS_TOKEN_LENGTH)

    def refresh_token(self) -> str:
        """Make a refresh token."""
        return self._token("Atzr|PLACEHOLDER-", _REFRESH_TOKEN_LENGTH)

    def code(self) -> str:
        """Make the code of a consent: AN, then letters and digits (developer guide's example)."""
        return f"ANPLACEHOLDER{self._hex(16)}"

    def amazon_state(self) -> str:
        """Make the state by which Amazon knows its own flow again."""
        return f"amazonstatePLACEHOLDER{self._hex(24)}"

    def request_id(self) -> str:
        """Make the id that Amazon gives an answer."""
        return str(uuid.UUID(int=self._randomness.getrandbits(128), version=4))

    def _token(self, prefix: str, length: int) -> str:
        return prefix + self._hex(length - len(prefix))

    def _hex(self, length: int) -> str:
        return f"{self._randomness.getrandbits(4 * length):0{length}x}"
