"""From what a seller brings to where it is kept: exchange, proof, whose it is, first value, offer or waiting.

A code is exchanged at once and once. Whatever could be missing on our side is looked for before it is spent; whatever
fails after that ends in a page that says to start again, and nothing of it is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioning.consent import refusals
from provisioning.consent.identity import Evidence, Verdict, judge
from provisioning.consent.proof import Handed
from provisioning.consent.refusals import Refused
from provisioning.fingerprint import stores_print
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from provisioning.consent.keeping import Keeping, Proven
    from provisioning.consent.parties import Parties, Party
    from provisioning.consent.proof import Prover
    from provisioning.payload import App
    from provisioning.store import Secret

#: How it can come out: in use, or waiting for a person here.
CONNECTED: Final = "connected"
RECEIVED: Final = "received"


@dataclass(frozen=True, slots=True)
class Consent:
    """What Amazon's callback brings; `claimed` is its selling partner id, `by_link` whether a link of ours began it."""

    code: str = field(repr=False)
    claimed: str
    redirect_uri: str
    by_link: bool


class Admission:
    """Lets credentials in; `shared_app` reads the fleet's application and which version of it that is."""

    def __init__(
        self, parties: Parties, prover: Prover, keeping: Keeping, shared_app: Callable[[], tuple[App, str]]
    ) -> None:
        self._parties = parties
        self._prover = prover
        self._keeping = keeping
        self._shared_app = shared_app

    def known_by(self, selling_partner_id: str) -> list[Party]:
        """List the sellers who consent and are known by an id; raises Refused where there is none."""
        known = [party for party in self._parties.known_by(selling_partner_id) if not party.brings_application]
        if not known:
            raise Refused(refusals.UNKNOWN_SELLER)
        return known

    def consented(self, consent: Consent, meant: Sequence[Party]) -> tuple[str, str]:
        """Take in a consent for one of the sellers it may be `meant` for; gives the seller and how it came out."""
        secrets = {party.seller: self._parties.secret_of(party) for party in meant}
        app, version = self._shared_app()
        tokens = self._prover.exchange(app, consent.code, consent.redirect_uri)
        handed = Handed(app, version, tokens.refresh_token or "")
        party, proven = self._prover.prove(handed, meant, consent.claimed)
        confirmed = self._prover.confirmed(party.region, tokens.access_token)
        secret = secrets[party.seller]
        verdict = judge(self._evidence(consent, party, secret, proven, confirmed))
        if verdict is Verdict.REFUSE:
            raise Refused(refusals.ANOTHER_ID, party.seller)
        if verdict is Verdict.HOLD:
            self._keeping.hold(secret, proven.credential)
            return party.seller, RECEIVED
        return party.seller, self._keep(secret, proven)

    def handed_over(self, handed: Handed, party: Party) -> str:
        """Take in an application of a seller's own, by his link; tells how it came out."""
        secret = self._parties.secret_of(party)
        _, proven = self._prover.prove(handed, [party], party.selling_partner_id)
        return self._keep(secret, proven)

    def _keep(self, secret: Secret, proven: Proven) -> str:
        return CONNECTED if self._keeping.keep(secret, proven) else RECEIVED

    def _evidence(
        self, consent: Consent, party: Party, secret: Secret, proven: Proven, confirmed: str | None
    ) -> Evidence:
        has_to_be_recognised = not consent.by_link and confirmed is None
        others = [other for other in self._parties.known_by(consent.claimed) if other.seller != party.seller]
        return Evidence(
            by_link=consent.by_link,
            claimed=consent.claimed,
            confirmed=confirmed,
            expected=self._parties.is_known_by(secret, party, consent.claimed),
            elsewhere=any(other.region == party.region for other in others),
            same_stores=self._same_stores(secret, proven) if has_to_be_recognised else None,
        )

    def _same_stores(self, secret: Secret, proven: Proven) -> bool | None:
        """Say whether a seller can be recognised by his stores: those of his last proof, named, and nobody else's."""
        recorded = State.from_tags(secret.tags).stores
        if recorded is None:
            return None
        is_same = recorded == stores_print(secret.arn, proven.stores)
        # A store without a name is one marketplace of many sellers'.
        return (
            is_same and all(name for _, name in proven.stores) and not self._parties.has_double(secret, proven.stores)
        )
