"""Ask Amazon for a new client secret, once: checked before, claimed before, sent once (sp-api.md 5.1).

The order is that of what may be lost. The checks come first, then a token, which costs nothing; then the claim in the
table, then the one POST. Whatever happens after the claim, nobody asks again before it is known what became of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provisioning.application.lives import arrived
from provisioning.application.request import Request, Stage, key, refuse
from provisioning.causes import sp_api_cause
from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable, Waiting
from provisioning.state import State
from provisioning.store import OFFERED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from provisioning.amazon import Amazon, Answer
    from provisioning.application.keeping import Held, Keeper
    from provisioning.table import Table

#: The grantless scope of the request (sp-api.md 1.2).
SCOPE: Final = "sellingpartnerapi::client_credential:rotation"
PATH: Final = "/applications/2023-11-30/clientSecret"

_NO_CONTENT: Final = 204
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_FIRST_SERVER_ERROR: Final = 500
_PAGE: Final = "docs/client-secret-rotation.md"


class NotEnrolled(Waiting):
    """Amazon sends no client secret to us yet: the one manual step is outstanding."""

    def __init__(self) -> None:
        super().__init__(
            f"Amazon does not know where to send a new client secret: subscribe the fleet's queues as {_PAGE} says"
        )


class WouldBeLost(Waiting):
    """What Amazon would send could not be received."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"Amazon was not asked, because its answer would be lost: {'; '.join(faults)}")


class Asker:
    """Asks for the fleet's shared application, at SP-API's host of `region`.

    `faults` lists what would keep the answer from being received; `mark` makes a text that no other request has.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what it works with, each replaceable
        self,
        keeper: Keeper,
        amazon: Amazon,
        table: Table,
        faults: Callable[[], Sequence[str]],
        now: Callable[[], datetime],
        mark: Callable[[], str],
        region: str,
    ) -> None:
        self._keeper = keeper
        self._amazon = amazon
        self._table = table
        self._faults = faults
        self._now = now
        self._mark = mark
        self._region = region

    def last(self, client_id: str) -> Request | None:
        """Read the last request for a client id."""
        item = self._table.get(key(client_id))
        return Request.read(item.values) if item else None

    def check(self, *, leaked: bool, cut_off: bool = False) -> Held:
        """Do everything but ask; raises Waiting, WouldBeLost, Unreachable."""
        held = self._keeper.held()
        self._may_ask(held, leaked=leaked, cut_off=cut_off)
        if faults := self._faults():
            raise WouldBeLost(faults)
        return held

    def ask(self, by: str, *, leaked: bool = False, cut_off: bool = False) -> Request:
        """Ask; raises like `check`, NotEnrolled and AmazonRefused where nothing was made, Unreachable where unknown.

        `cut_off` says, after a leak, that what is in use may stop at once where an earlier answer is overdue.
        """
        held = self.check(leaked=leaked, cut_off=cut_off)
        token = self._amazon.grantless(held.app, SCOPE).access_token
        request, before = self._claim(held, by, leaked=leaked, cut_off=cut_off)
        answer = self._amazon.post_once(self._region, PATH, token)
        if answer.status == _NO_CONTENT:
            return self._note(held, request, replace(request, stage=Stage.ASKED))
        if answer.status >= _FIRST_SERVER_ERROR or answer.status < _BAD_REQUEST:
            raise Unreachable(
                f"SP-API answered HTTP {answer.status}, and whether it made a new client secret is unknown: "
                "wait for its message; `sellerkeys app status` tells when it has come"
            )
        self._withdraw(held, request, before, f"HTTP {answer.status}")
        raise _refusal(answer)

    def _may_ask(self, held: Held, *, leaked: bool, cut_off: bool) -> Request | None:
        if arrived(held.secret):
            raise Waiting("a new client secret has arrived and is being proven: `sellerkeys app status` shows it")
        if held.secret.holder(OFFERED) not in {None, held.version}:
            # Amazon keeps two: a third would kill the one in use, and the offer would be taken up after it.
            raise Waiting("a client secret is on offer and not in use yet: `sellerkeys app status` shows it")
        last = self.last(held.app.client_id)
        changed_at = State.from_tags(held.secret.tags).changed_at
        if refusal := refuse(last, held.version, changed_at, self._now(), leaked=leaked, cut_off=cut_off):
            raise refusal
        return last

    def _claim(self, held: Held, by: str, *, leaked: bool, cut_off: bool) -> tuple[Request, Request | None]:
        """Win the right to ask, against everybody who asks at the same time."""
        last, client_id = self._may_ask(held, leaked=leaked, cut_off=cut_off), held.app.client_id
        request = Request(Stage.ASKING, self._now(), by, held.version, self._mark())
        item = request.item(client_id)
        won = self._table.swap(item, last.values()) if last else self._table.claim(item, self._now())
        # A write that botocore repeated, because the first answer was lost, loses against itself.
        if not won and self.last(client_id) != request:
            raise Waiting("somebody else has just asked Amazon: `sellerkeys app status` shows it")
        if self._keeper.held().version != held.version:
            self._withdraw(held, request, last, "changed")
            raise Waiting("the client secret was changed in this very moment: Amazon was not asked")
        return request, last

    def _withdraw(self, held: Held, request: Request, before: Request | None, why: str) -> None:
        """Note that nothing was made; a request before it that may still be answered counts on."""
        goes_on = before is not None and before.is_open(held.version)
        self._note(held, request, before if before and goes_on else replace(request, stage=Stage.REFUSED, why=why))

    def _note(self, held: Held, request: Request, became: Request) -> Request:
        """Write what became of a request; where that fails it stays open, which is the safe side."""
        self._table.swap(became.item(held.app.client_id), request.values())
        return became


def _refusal(answer: Answer) -> SellerkeysError:
    errors = (answer.json() or {}).get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    if answer.status == _BAD_REQUEST and "not enrolled" in str(first.get("message") or "").lower():
        return NotEnrolled()
    if answer.status == _FORBIDDEN:
        return AmazonRefused(sp_api_cause(str(first.get("details") or "")))
    if answer.status == _TOO_MANY:
        return Waiting("Amazon takes one request a minute, and somebody else has asked: look for its message first")
    return SellerkeysError(f"Amazon refused to make a new client secret (HTTP {answer.status}): nothing was changed")
