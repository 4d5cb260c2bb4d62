"""The consent function of a simulated world, asked by sellers' browsers, and the person who approves what it holds.

The function's own code from the page's button to the callback; a request is a process, which dies and loses answers as
every other does. What Seller Central does in between is a consent and a code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

from botocore.exceptions import ConnectionClosedError

from provisioning.consent.admission import CONNECTED, RECEIVED, Admission
from provisioning.consent.entries import Entries, Invitations
from provisioning.consent.hosts import Hosts
from provisioning.consent.keeping import Keeping
from provisioning.consent.layout import Vendor
from provisioning.consent.parties import Parties
from provisioning.consent.proof import Prover
from provisioning.consent.refusals import Refused
from provisioning.consent.request import Request
from provisioning.consent.returning import Returning
from provisioning.consent.service import Service, refusal_page
from provisioning.consent.setting import Setting
from provisioning.consent.states import States
from provisioning.errors import Waiting
from provisioning.holding import Holding
from provisioning.inviting import Inviter
from provisioning.offering import Offering
from provisioning.operating.admitting import Admitting
from provisioning.operating.approving import Approving
from provisioning.operating.asking import Asking
from provisioning.operating.reading import Reading
from provisioning.payload import App
from provisioning.sealing import Sealer
from provisioning.store import CURRENT
from provisioning.table import Table
from simulation.invariants import Invariant
from simulation.table import table
from simulation.watch import tokens

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_sts import STSClient

    from provisioning.consent.layout import Reply
    from provisioning.roster import Row
    from provisioning.store import Store
    from simulation.line import Line
    from simulation.secrets_manager import Held
    from simulation.table import Items
    from simulation.world import World

ADDRESS: Final = "https://connect.example"
_CALLBACK: Final = "https://sellercentral.amazon.com/apps/authorize/confirm/amzn1.sp.solution.PLACEHOLDER"
_SEES_OTHER: Final = 303
_NAMES: Final = {
    CONNECTED: "pages that said connected",
    RECEIVED: "pages that left a credential to a person",
    "": "pages that said to start again",
}
_APPROVED: Final = "credentials that a person approved"
_REJECTED: Final = "credentials that a person rejected"


class Pages:
    """One world's consent function; `count` tells by name how its pages ended."""

    def __init__(self, world: World) -> None:
        self.count: dict[str, int] = dict.fromkeys((*_NAMES.values(), _APPROVED, _REJECTED), 0)
        self._world = world
        self._items: Items = {}
        self._keys = _Keys(world.line)

    def by_link(self, row: Row, partner: str) -> bool:
        """Let a seller come by a new link and consent as `partner`; says whether something came of it."""
        link = self._invite(row)
        return self._end(row, self._begin(row, Asked("POST", f"{link}/connect")) if link else None, partner)

    def from_seller_central(self, row: Row) -> bool:
        """Let a seller renew in Manage Your Apps; says whether something came of it."""
        partner = row.selling_partner_id
        form = {"amazon_callback_uri": _CALLBACK, "amazon_state": "PLACEHOLDER", "selling_partner_id": partner}
        return self._end(row, self._begin(row, Asked("POST", "/login", form=form)), partner)

    def by_form(self, row: Row, application: App, token: str) -> bool:
        """Let a seller hand over an application of his own; says whether something came of it."""
        link = self._invite(row)
        form = {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "refresh_token": token,
        }
        return self._told(row, self._ask(row, Asked("POST", f"{link}/own", form=form)) if link else None, token)

    def decide(self, row: Row) -> None:
        """Run `sellerkeys approve`, as a person who knows the store: what is another's is rejected."""
        world = self._world
        store, amazon = world.tools()
        offering = Offering(world.fleet, store)
        reading = Reading(world.fleet, cast("STSClient", _Roles()), lambda _keys: world.client, "approve")
        admitting = Admitting(world.fleet, store, amazon, self._holding(), world.clock.now)
        asking = Asking(world.fleet, store, amazon, offering)
        approving = Approving(world.fleet, store, reading, asking, offering)
        held = world.secrets.find(world.fleet.secret_of(row.seller))
        came: list[str] = []

        def run() -> None:
            if held.version(CURRENT) is None:
                waits = admitting.find(row)
                if waits is None:
                    admitting.reject(row)
                    raise Waiting("what was held has ended")
                is_his = waits.credential.selling_partner_id == row.selling_partner_id
                admitting.admit(waits) if is_his else admitting.reject(row)
            else:
                candidate = approving.candidate(row)
                is_his = candidate.selling_partner_id == row.selling_partner_id
                approving.approve(candidate) if is_his else approving.reject(row)
            came.append(_APPROVED if is_his else _REJECTED)

        world.process(held, run)
        for name in came:
            self.count[name] += 1

    def _invite(self, row: Row) -> str | None:
        """Run `sellerkeys invite`; gives the path of the link."""
        world = self._world
        store, _ = world.tools()
        links: list[str | None] = []
        inviter = Inviter(world.fleet, store, self._table(), lambda: ADDRESS)
        held = world.secrets.find(world.fleet.secret_of(row.seller))
        world.process(held, lambda: links.append(inviter.invite(row, dry_run=False).link))
        return links[0].removeprefix(ADDRESS) if links and links[0] else None

    def _begin(self, row: Row, asked: Asked) -> Begun | None:
        """Press a button of ours; gives the state and cookie with which Amazon's page is opened."""
        reply = self._ask(row, asked)
        if reply is None or reply.status != _SEES_OTHER:
            return None
        told = dict(parse_qsl(urlsplit(reply.headers["location"]).query))
        name, _, value = (reply.cookie or "").partition(";")[0].partition("=")
        return Begun(told["state"], told["redirect_uri"], {name: value})

    def _end(self, row: Row, begun: Begun | None, partner: str) -> bool:
        """Consent at Amazon and come back with the code."""
        if begun is None:
            return self._told(row, None, "")
        world = self._world
        consent = world.amazon.registry.authorize(world.shared.client_id, partner, row.region)
        code = world.amazon.codes.mint(consent, begun.redirect_uri)
        query = {"state": begun.state, "selling_partner_id": partner, "spapi_oauth_code": code}
        reply = self._ask(row, Asked("GET", "/callback", query=query, cookies=begun.cookies))
        return self._told(row, reply, consent.refresh_token)

    def _told(self, row: Row, reply: Reply | None, token: str) -> bool:
        """Count how it ended, and hold what was said against what was kept."""
        world, held = self._world, self._world.secrets.find(self._world.fleet.secret_of(row.seller))
        word = reply.told if reply and reply.told in _NAMES else ""
        self.count[_NAMES[word]] += 1
        if word == CONNECTED and not held.enabled:
            world.watch.report(Invariant.ROTATES, held, "connected, but rotation is off")
        if word == CONNECTED and not self._is_kept(held, token):
            world.watch.report(Invariant.KEPT, held, "a page said connected, and nothing was kept")
        return bool(word)

    def _is_kept(self, held: Held, token: str) -> bool:
        """Whether the consent behind a token is in the secret, by that token or one that Amazon changed it to."""
        registry = self._world.amazon.registry
        consent = registry.authorization(token)
        found = (registry.authorization(kept) for kept in tokens(held.versions))
        return consent is not None and any(
            each and (each.seller, each.consented_on) == (consent.seller, consent.consented_on) for each in found
        )

    def _ask(self, row: Row, asked: Asked) -> Reply | None:
        """Ask the function for a page, in a process of its own; None where it died or failed."""
        world = self._world
        held = world.secrets.find(world.fleet.secret_of(row.seller))
        replies: list[Reply] = []

        def run() -> None:
            vendor = Vendor("Example", "keys@example.com")
            try:
                replies.append(self._service(vendor).answer(asked.request(world)))
            except Refused as refused:
                replies.append(refusal_page(vendor, refused.refusal, refused.seller))

        world.watch.at_page = True
        world.process(held, run)
        world.watch.at_page = False
        world.watch.heard(held, [json.dumps([reply.told, reply.seller]) for reply in replies])
        return replies[0] if replies else None

    def _service(self, vendor: Vendor) -> Service:
        world = self._world
        store, amazon = world.tools()
        now = world.clock.now
        setting = Setting(vendor, Hosts(), "amzn1.sp.solution.PLACEHOLDER", address=ADDRESS)
        links, states = Invitations(self._table(), now), States(self._table(), now)
        entries = Entries(setting, links, states)
        admission = Admission(
            Parties(world.fleet.base, store),
            Prover(amazon, store.now),
            Keeping(world.fleet.base, store, world.fleet, self._holding(), lambda _: None),
            lambda: _app(store, world.app_secret),
        )
        return Service(vendor, entries, Returning(setting, entries, links, states, admission))

    def _table(self) -> Table:
        return Table(table(self._items, self._world.line), "sellerkeys-sim")

    def _holding(self) -> Holding:
        return Holding(self._table(), Sealer(cast("KMSClient", self._keys), self._world.fleet.base, "held-key"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks for."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict, repr=False)
    form: dict[str, str] = field(default_factory=dict, repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def request(self, world: World) -> Request:
        """Write it as the function reads it."""
        query, form = tuple(self.query.items()), tuple(self.form.items())
        return Request(self.method, self.path, ADDRESS, world.clock.now(), query, form, self.cookies)


@dataclass(frozen=True, slots=True)
class Begun:
    """A browser on its way to Amazon."""

    state: str = field(repr=False)
    redirect_uri: str
    cookies: dict[str, str] = field(repr=False)


class _Keys:
    """KMS for one key: opens what it sealed, for whom it sealed it, over the line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._sealed: list[tuple[dict[str, str], bytes]] = []

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        del KeyId

        def seal() -> dict[str, Any]:
            self._sealed.append((EncryptionContext, Plaintext))
            return {"CiphertextBlob": b"%d" % (len(self._sealed) - 1)}

        return self._line.carry(seal, _lost, _lost)

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        del KeyId

        def open_it() -> dict[str, Any]:
            context, text = self._sealed[int(CiphertextBlob)]
            if context != EncryptionContext:
                raise ValueError("sealed for another seller")
            return {"Plaintext": text}

        return self._line.carry(open_it, _lost, _lost)


class _Roles:
    """STS, which lets whoever is on call become a seller's reader."""

    @staticmethod
    def assume_role(**_: object) -> dict[str, Any]:
        keys = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return {"Credentials": dict.fromkeys(keys, "PLACEHOLDER")}


def _app(store: Store, secret: Held) -> tuple[App, str]:
    value = store.read(secret.arn)
    return App.from_json(value.text), value.version


def _lost() -> Exception:
    return ConnectionClosedError(endpoint_url="https://kms.eu-west-1.amazonaws.com")
