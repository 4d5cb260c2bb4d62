"""The consent function in process: a strict AWS, an Amazon, a browser that keeps its cookie."""

from __future__ import annotations

import base64
import urllib.parse
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provisioning.amazon import Amazon, Endpoints
from provisioning.consent import invitations
from provisioning.consent.admission import Admission
from provisioning.consent.entries import Entries, Invitations
from provisioning.consent.hosts import Hosts
from provisioning.consent.invitations import Invitation
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
from provisioning.holding import Holding
from provisioning.payload import App, Credential
from provisioning.sealing import Sealer
from provisioning.store import FIRST, Store
from provisioning.table import Table
from tests.fakes.keys import FakeKms
from tests.fakes.table import NAME, FakeDynamoDB

if TYPE_CHECKING:
    from provisioning.consent.layout import Reply
    from provisioning.fleet import Fleet
    from provisioning.store import Secret
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager, Held

SHARED = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
CONSENT = "Atzr|PLACEHOLDER-CONSENT"
APPLICATION_ID = "amzn1.sp.solution.PLACEHOLDER"
HOST = "function.example"
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
BERLIN = Invitation(
    seller="berlin",
    account_name="Berlin <Books>",
    store_url="https://berlinbooks.myAmazon.com",
    application="shared",
    region="EU",
    marketplaces=("DE", "FR"),
    fulfillment="fbm",
    permissions=("customer-details", "inventory"),
    selling_partner_id="APLACEHOLDER2",
)
KYOTO = Invitation("kyoto", "Kyoto Tea", "", "own", "FE", ("JP",), "both", ("reports",))


@dataclass
class Pages:
    """The function and one browser; `at` is the time, which a test may move."""

    aws: FakeSecretsManager
    amazon: FakeAmazon
    fleet: Fleet
    at: datetime = NOW
    tables: FakeDynamoDB = field(default_factory=FakeDynamoDB)
    kms: FakeKms = field(default_factory=FakeKms)
    cookies: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    address: str = ""
    application_id: str = APPLICATION_ID
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(self.aws, clock=lambda: self.at)
        self.table = Table(self.tables, NAME)
        self.holding = Holding(self.table, Sealer(self.kms, "dev", "held-key"))
        version = "00000000-0000-4000-8000-00000000000a"
        self.store.put("sellerkeys/dev/app", SHARED.to_json(), version=version, labels=[FIRST])
        self.aws.calls.clear()

    @property
    def service(self) -> Service:
        """The pages."""
        vendor = Vendor("Example ERP", "keys@example.com")
        setting = Setting(vendor, Hosts(), self.application_id, self.draft, self.address)
        links, states = Invitations(self.table, lambda: self.at), States(self.table, lambda: self.at)
        entries = Entries(setting, links, states)
        admission = Admission(
            Parties("dev", self.store),
            Prover(Amazon(Endpoints(), send=self.amazon, sleep=lambda _: None), self.store.now),
            Keeping("dev", self.store, self.fleet, self.holding, self.waited.append),
            lambda: (App.from_json((value := self.store.read("sellerkeys/dev/app")).text), value.version),
        )
        return Service(vendor, entries, Returning(setting, entries, links, states, admission))

    def invite(self, invitation: Invitation = BERLIN, days: int = 14) -> str:
        """Make an invitation; gives the path of its link."""
        token = invitations.new_token()
        self.table.put(invitations.entry(token, invitation, self.at + timedelta(days=days)))
        return f"/i/{token}"

    def ask(self, method: str, path: str, *, form: dict[str, str] | str | None = None, **more: Any) -> Reply:
        """Ask for a page as this browser, as the handler does."""
        service = self.service
        try:
            reply = service.answer(Request.from_event(self.event(method, path, form, **more)))
        except Refused as refused:
            reply = refusal_page(Vendor("Example ERP", "keys@example.com"), refused.refusal, refused.seller)
        if reply.cookie:
            name, _, value = reply.cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    def event(
        self, method: str, path: str, form: dict[str, str] | str | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Write a function URL's event."""
        raw, _, query = path.partition("?")
        body = urllib.parse.urlencode(form) if isinstance(form, dict) else form or ""
        told = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        return {
            "version": "2.0",
            "rawPath": raw,
            "rawQueryString": query,
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "headers": told | (headers or {}),
            "requestContext": {
                "domainName": HOST,
                "timeEpoch": int(self.at.timestamp() * 1000),
                "http": {"method": method, "path": raw},
            },
            "body": base64.b64encode(body.encode()).decode(),
            "isBase64Encoded": True,
        }

    def consent(self, path: str, code: str, partner: str = "APLACEHOLDER2") -> str:
        """Press the button and allow it at Amazon; gives the path that Amazon sends the browser back to."""
        reply = self.ask("POST", f"{path}/connect")
        assert reply.status == 303, reply.told
        return self.back(query_of(reply)["state"], code, partner)

    @staticmethod
    def back(state: str, code: str, partner: str) -> str:
        """Write the callback's path."""
        told = {"state": state, "selling_partner_id": partner, "spapi_oauth_code": code}
        return f"/callback?{urllib.parse.urlencode(told)}"

    def code(self, refresh_token: str, markets: tuple[str, ...] = ("A1PA6795UKMFR9",)) -> str:
        """Have Amazon give a code for a refresh token of the shared application."""
        self.amazon.tokens[refresh_token] = (SHARED.client_id, markets)
        code = f"CODE-{len(self.amazon.codes)}-{refresh_token[-6:]}"
        self.amazon.codes[code] = refresh_token
        return code

    def held(self, seller: str = "berlin") -> Held:
        """A seller's secret at AWS."""
        return self.aws.secrets[f"sellerkeys/dev/sellers/{seller}/sp-api"]

    def current(self, seller: str = "berlin") -> Credential:
        """What a seller's consumers read."""
        return Credential.from_json(self.held(seller).current() or "")

    def secret(self, seller: str = "berlin") -> Secret:
        """A seller's secret as we see it."""
        return self.store.describe(self.held(seller).arn)

    def state(self, seller: str = "berlin") -> dict[str, str]:
        """A seller's state tags."""
        prefix = "sellerkeys-state:"
        return {
            key.removeprefix(prefix): value for key, value in self.held(seller).tags.items() if key.startswith(prefix)
        }

    def connect(self, token: str = CONSENT, invitation: Invitation = BERLIN) -> None:
        """Bring a seller from a new link to a first value or an offer."""
        reply = self.ask("GET", self.consent(self.invite(invitation), self.code(token)))
        assert reply.told == "connected", reply.told

    def written(self) -> list[str]:
        """List the calls of Secrets Manager so far that changed something."""
        return [call for call in self.aws.calls if not call.startswith(("Describe", "List", "Get"))]


def query_of(reply: Reply) -> dict[str, str]:
    """Read the parameters of the address that a browser is sent to."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(reply.headers["location"]).query))


@pytest.fixture
def pages(aws: FakeSecretsManager, amazon: FakeAmazon, fleet: Fleet) -> Pages:
    """The consent function of a fleet whose application is set and whose sellers are empty."""
    return Pages(aws, amazon, fleet)
