"""The flows of the crash matrix: how each is set up, which process is struck, and how it is brought to its end.

A new flow is a row of FLOWS; its calls are found by recording.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from local.amazon.faults import Fault, FaultKind
from local.aws.rotation import Retries
from local.aws.secrets.versions import CURRENT, PENDING
from provisioning.payload import OWN, App, Credential, Offer
from provisioning.roster import Row
from provisioning.state import State
from provisioning.store import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.proof.crash.lane import Lane
    from tests.proof.crash.wire import Strike, Wire

RETRIES = Retries(attempts=5, interval=timedelta(minutes=1))
_MARKET, _MARKET_ID = "DE", "A1PA6795UKMFR9"
#: How long a refresh token that Amazon has replaced lives on: long enough for a retry, in the bench's time.
_OLD_LIVES = timedelta(days=2).total_seconds()
#: How often a command is given in all before its flow counts as stuck.
_RUNS = 5


@dataclass
class Seller:
    """One seller of one run: declared in `lane`, with the tokens that were handed in, oldest first."""

    lane: Lane
    row: Row
    arn: str
    own: App | None
    tokens: list[str] = field(default_factory=list, repr=False)

    def authorize(self) -> str:
        """Let the seller consent, and note the token."""
        app = self.own or self.lane.app
        consent = self.lane.registry.authorize(app.client_id, self.row.selling_partner_id, self.row.region)
        self.tokens.append(consent.refresh_token)
        return consent.refresh_token

    def line(self) -> str:
        """Write the CSV an operator hands in, with the newest token."""
        own = f",{self.own.client_id},{self.own.client_secret}" if self.own else ",,"
        return f"seller,refresh_token,client_id,client_secret\n{self.row.seller},{self.tokens[-1]}{own}\n"

    def put_current(self) -> None:
        """Put a first value by hand, as an onboarding of long ago has left it."""
        self.put(self.authorize(), CURRENT)

    def put(self, token: str, label: str) -> None:
        """Put a credential with this token under a label."""
        app, version = (self.own, OWN) if self.own else (self.lane.app, self.lane.app_version)
        credential = Credential(
            self.row.seller, self.row.region, _MARKET_ID, app.client_id, app.client_secret, token, version
        )
        text = credential.to_json()
        self.lane.secrets.put_secret_value(SecretId=self.arn, SecretString=text, VersionStages=[label])

    def fault(self, kind: FaultKind, **more: float) -> None:
        """Set a fault for this seller's next answer."""
        partner = self.row.selling_partner_id
        self.lane.bench.amazon.faults.put(Fault(kind, selling_partner_id=partner, answers=1, **more))

    def change_token(self) -> None:
        """Let the next token request be answered with another refresh token."""
        self.fault(FaultKind.NEW_REFRESH_TOKEN, seconds=_OLD_LIVES)

    def values(self) -> dict[str, str]:
        """Read every value by each of its labels."""
        versions = self.lane.secrets.describe_secret(SecretId=self.arn).get("VersionIdsToStages", {})
        found = {}
        for version, labels in versions.items():
            with contextlib.suppress(self.lane.secrets.exceptions.ResourceNotFoundException):
                text = self.lane.secrets.get_secret_value(SecretId=self.arn, VersionId=version)["SecretString"]
                found |= dict.fromkeys(labels, text)
        return found

    def is_changed(self, text: str) -> bool:
        """Whether a value holds a refresh token that nobody handed in."""
        return not any(token in text for token in self.tokens)


def declare(lane: Lane, slug: str, *, own: bool) -> Seller:
    """Make a seller at Amazon and an empty secret for it."""
    partner = lane.registry.add_seller("EU", [_MARKET]).selling_partner_id
    application = "own" if own else "shared"
    row = Row(seller=slug, region="EU", marketplaces=(_MARKET,), application=application, selling_partner_id=partner)
    made = lane.registry.add_application() if own else None
    return Seller(lane, row, lane.declare(row), App(made.client_id, made.secrets[0].value) if made else None)


@dataclass(frozen=True)
class Flow:
    """One flow: `prepare` sets the stage, `victim` is the process that is struck, `arguments` are the command's.

    `{seller}` in them is its slug. `watch` sees each call, of the victim or not, before it is made. `is_done` tells
    that the command need not be given again although it was struck; a `slow` one waits for its rotation.
    """

    name: str
    victim: Literal["command", "function"]
    prepare: Callable[[Seller], None]
    arguments: tuple[str, ...] = ()
    own: bool = False
    slow: bool = False
    is_done: Callable[[Seller], bool] = lambda _seller: False
    watch: Callable[[Seller, str], None] = lambda _seller, _name: None

    def run(self, seller: Seller, strike: Strike | None) -> None:
        """Run it with one strike, then let AWS's retries, or the same command again, bring it to its end."""
        for wire in (seller.lane.command_wire, seller.lane.function_wire):
            wire.watch = lambda name: self.watch(seller, name)
        if self.victim == "function":
            seller.lane.rotate(seller.arn, strike)
            settle(seller)
        else:
            self._command(seller, strike)

    def wire(self, lane: Lane) -> Wire:
        """The wire the victim calls through."""
        return lane.function_wire if self.victim == "function" else lane.command_wire

    def _command(self, seller: Seller, strike: Strike | None) -> None:
        arguments = [argument.format(seller=seller.row.seller) for argument in self.arguments]
        code = seller.lane.command(arguments, seller.line(), strike)
        for _ in range(_RUNS):
            settle(seller)
            if code == 0 or self.is_done(seller):
                return
            code = seller.lane.command(arguments, seller.line(), None)
        raise AssertionError(f"the command still exits with {code} after {_RUNS} runs")


def settle(seller: Seller) -> None:
    """Let what AWS has begun come to its end, each of its retries included."""
    seller.lane.settle()
    for _ in range(RETRIES.attempts):
        if not is_unfinished(seller):
            return
        seller.lane.bench.clock.advance(RETRIES.interval)
        seller.lane.settle()


def is_unfinished(seller: Seller) -> bool:
    """Whether AWSPENDING waits on another version than AWSCURRENT."""
    versions = seller.lane.secrets.describe_secret(SecretId=seller.arn).get("VersionIdsToStages", {})
    return any(PENDING in labels and CURRENT not in labels for labels in versions.values())


def _first(seller: Seller) -> None:
    seller.authorize()


def _ending(seller: Seller) -> None:
    """Leave a seller whose consent ends in a month, and who has not been reminded."""
    seller.put_current()
    given = seller.lane.bench.clock.now().date() - timedelta(days=335)
    tags = State(consented_on=given).to_tags()
    seller.lane.secrets.tag_resource(
        SecretId=seller.arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )


def _replacement(seller: Seller) -> None:
    seller.authorize()
    seller.lane.onboard(seller.line())
    settle(seller)
    seller.authorize()


def _offered(seller: Seller) -> None:
    """Leave an offer on the secret, as onboarding puts it, without the rotation it starts."""
    seller.put_current()
    seller.lane.offer(seller.arn, Offer(seller.row.seller, refresh_token=seller.authorize()))


def _offered_and_revoked(seller: Seller) -> None:
    offer = _somebody_elses(seller)
    seller.lane.offer(seller.arn, offer)
    seller.lane.registry.revoke(str(offer.selling_partner_id))


def _waiting(seller: Seller) -> None:
    """Leave a credential that waits for a person, because its selling partner id is another one."""
    seller.lane.offer(seller.arn, _somebody_elses(seller), WAITING)


def _somebody_elses(seller: Seller) -> Offer:
    """Give the seller a first value, and make the offer that brings another selling partner's token."""
    seller.put_current()
    other = seller.lane.registry.add_seller("EU", [_MARKET]).selling_partner_id
    consent = seller.lane.registry.authorize(seller.lane.app.client_id, other, "EU")
    seller.tokens.append(consent.refresh_token)
    return Offer(seller.row.seller, refresh_token=consent.refresh_token, selling_partner_id=other)


def _cancelled(seller: Seller) -> None:
    """Leave a rotation that was cancelled midway, whose pending version holds the only copy of a newer token."""
    seller.put_current()
    seller.put(seller.authorize(), PENDING)


def _replaced(seller: Seller) -> None:
    """Leave a seller whose token has been replaced: AWSPREVIOUS holds the one before."""
    _offered(seller)
    seller.lane.rotate(seller.arn, None)
    settle(seller)


def _has_newest_token(seller: Seller) -> bool:
    return seller.tokens[-1] in seller.values()[CURRENT]


def _has_first_token(seller: Seller) -> bool:
    return seller.tokens[0] in seller.values()[CURRENT]


def _changed(seller: Seller, name: str) -> None:
    """Let Amazon answer with another token, and go on doing so as long as nobody has stored it."""
    if name == "LWA refresh_token" and not any(seller.is_changed(text) for text in seller.values().values()):
        seller.change_token()


def _changed_in_test(seller: Seller, name: str) -> None:
    if PENDING in seller.values():
        _changed(seller, name)


FLOWS = (
    Flow("onboard: a first value", "command", _first, ("onboard", "-")),
    Flow("onboard: a first value, own application", "command", _first, ("onboard", "-"), own=True),
    Flow("onboard: a replacement", "command", _replacement, ("onboard", "-")),
    Flow("repair: a rotation cancelled midway", "command", _cancelled, ("repair", "{seller}")),
    Flow("repair: an offer that nobody takes up", "command", _offered, ("repair", "{seller}")),
    Flow("roll back", "command", _replaced, ("rollback", "{seller}"), slow=True, is_done=_has_first_token),
    Flow("approve", "command", _waiting, ("approve", "{seller}", "--yes"), slow=True, is_done=_has_newest_token),
    Flow("rotate: the command", "command", Seller.put_current, ("rotate", "{seller}"), slow=True),
    Flow("rotate: plain", "function", Seller.put_current),
    Flow("rotate: own application", "function", Seller.put_current, own=True),
    Flow("rotate: with an offer", "function", _offered),
    Flow("rotate: with an offer that Amazon refuses", "function", _offered_and_revoked),
    Flow("rotate: with a changed refresh token", "function", Seller.put_current, watch=_changed),
    Flow("rotate: with a reminder of the consent's end", "function", _ending),
    Flow("rotate: with a token changed in the test", "function", Seller.put_current, watch=_changed_in_test),
)
