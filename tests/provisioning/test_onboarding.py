"""Onboarding: what is planned for a credential, and what doing it leaves behind."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioning.app import AppSetter
from provisioning.credentials import HandedIn, Unreadable, read_csv
from provisioning.fingerprint import partner_print, stores_print
from provisioning.onboarding import DryRun, Executor, Prover, apply
from provisioning.payload import App
from provisioning.planning import Planner
from provisioning.state import ASSUMED, State
from provisioning.store import Store
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.outcomes import Outcome
    from tests.fakes.amazon import FakeAmazon

SHARED = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
MAPLE = HandedIn("maple", "Atzr|PLACEHOLDER-MAPLE")
BERLIN = HandedIn("berlin", "Atzr|PLACEHOLDER-BERLIN")
KYOTO = HandedIn(
    "kyoto",
    "Atzr|PLACEHOLDER-KYOTO",
    "amzn1.application-oa2-client.PLACEHOLDER-KYOTO",
    "PLACEHOLDER-KYOTO-SECRET",
)
MAPLE_SECRET = "sellerkeys/dev/sellers/maple/sp-api"
BERLIN_SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
KYOTO_SECRET = "sellerkeys/dev/sellers/kyoto/sp-api"


@pytest.fixture
def app_is_set(aws: FakeSecretsManager, client: Amazon, fleet: Fleet, now: datetime) -> None:
    """The shared application lies in the app secret."""
    AppSetter(fleet, Store(aws), client, lambda: now).set(SHARED, None, dry_run=False)
    aws.calls.clear()


@pytest.fixture
def onboard(aws: FakeSecretsManager, client: Amazon, fleet: Fleet, now: datetime) -> Callable[..., list[Outcome]]:
    """Plan and carry out what is handed in."""

    def run(*rows: HandedIn | Unreadable, dry_run: bool = False) -> list[Outcome]:
        store = Store(aws)
        prover = Prover(fleet, store, client)
        carrier = DryRun(prover) if dry_run else Executor(fleet, store, prover, lambda: now)
        return list(apply(Planner(fleet, store).plan(rows), carrier))

    return run


def brief(outcomes: list[Outcome]) -> list[tuple[str, str, int]]:
    """Seller, result and exit code of each outcome."""
    return [(outcome.seller, outcome.result, outcome.exit_code) for outcome in outcomes]


@pytest.mark.usefixtures("app_is_set")
def test_first_value(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """A seller's first value is composed with the shared application, proven, current, rotating and noted."""
    outcomes = onboard(MAPLE)

    held = aws.secrets[MAPLE_SECRET]
    app_version = aws.secrets["sellerkeys/dev/app"].holder("AWSCURRENT")
    tags = {key: value for key, value in held.tags.items() if key.startswith("sellerkeys-state:")}
    fingerprint = tags.pop("sellerkeys-state:fingerprint")
    assert brief(outcomes) == [("maple", "onboarded", 0)]
    assert json.loads(held.current() or "") == {
        "SELLERKEYS_SELLER": "maple",
        "SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER-MAPLE",
        "LWA_REFRESH_TOKEN": "Atzr|PLACEHOLDER-MAPLE",
        "refreshToken": "Atzr|PLACEHOLDER-MAPLE",
        "LWA_APP_ID": SHARED.client_id,
        "LWA_CLIENT_ID": SHARED.client_id,
        "SP_API_CLIENT_ID": SHARED.client_id,
        "clientId": SHARED.client_id,
        "LWA_CLIENT_SECRET": SHARED.client_secret,
        "SP_API_CLIENT_SECRET": SHARED.client_secret,
        "clientSecret": SHARED.client_secret,
        "regionCode": "NA",
        "SP_API_REGION": "na",
        "marketplaceId": "ATVPDKIKX0DER",
        "sellerId": "APLACEHOLDER1",
        "SELLERKEYS_APP_VERSION": app_version,
    }
    assert tags == {
        "sellerkeys-state:status": "active",
        "sellerkeys-state:cause": "",
        "sellerkeys-state:consented": "2026-09-01",
        "sellerkeys-state:proven": "2026-11-24T12:00:00Z",
        "sellerkeys-state:app": app_version,
        "sellerkeys-state:partner": partner_print("dev", "APLACEHOLDER1"),
        "sellerkeys-state:stores": stores_print(
            held.arn, [("ATVPDKIKX0DER", "A store"), ("A2EUQ1WTGCTBG2", "A store")]
        ),
    }
    assert fingerprint.endswith(".shared")
    assert aws.rotated == [
        {"secret": MAPLE_SECRET, "immediately": False, "ScheduleExpression": "rate(30 days)"},
    ]


def test_own_application(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """A seller with an application of its own needs no app secret, and its consent date is not invented."""
    outcomes = onboard(KYOTO)

    held = aws.secrets[KYOTO_SECRET]
    assert brief(outcomes) == [("kyoto", "onboarded", 0)]
    assert json.loads(held.current() or "")["SELLERKEYS_APP_VERSION"] == "own"
    assert "sellerkeys-state:consented" not in held.tags


@pytest.mark.usefixtures("app_is_set")
def test_again(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """The same credential again changes nothing and asks Amazon nothing."""
    onboard(MAPLE)
    aws.calls.clear()

    assert brief(onboard(MAPLE)) == [("maple", "unchanged", 0)]
    assert aws.calls == ["ListSecrets", "DescribeSecret"]


@pytest.mark.usefixtures("app_is_set")
def test_new_token_is_offered(
    aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[..., list[Outcome]]
) -> None:
    """A new token for a seller that has one never becomes current by itself: it is offered and a rotation started."""
    onboard(MAPLE)
    held = aws.secrets[MAPLE_SECRET]
    before = held.current()
    amazon.tokens["Atzr|PLACEHOLDER-RENEWED"] = amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]

    outcomes = onboard(HandedIn("maple", "Atzr|PLACEHOLDER-RENEWED"))

    offered = held.values[held.holder("SELLERKEYS_OFFERED") or ""]
    assert brief(outcomes) == [("maple", "offered", 0)]
    assert held.current() == before
    assert json.loads(offered or "") == {
        "SELLERKEYS_SELLER": "maple",
        "SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER-RENEWED",
        "regionCode": "NA",
        "sellerId": "APLACEHOLDER1",
    }
    assert aws.rotated[-1] == {
        "secret": MAPLE_SECRET,
        "immediately": True,
        "ScheduleExpression": "rate(30 days)",
    }


@pytest.mark.usefixtures("app_is_set")
def test_no_offer_while_a_rotation_is_pending(
    aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[..., list[Outcome]]
) -> None:
    """While a rotation is pending nothing is offered; the operator is told to wait (exit 3)."""
    onboard(MAPLE)
    aws.begin_rotation(MAPLE_SECRET)
    amazon.tokens["Atzr|PLACEHOLDER-RENEWED"] = amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]
    aws.calls.clear()

    assert brief(onboard(HandedIn("maple", "Atzr|PLACEHOLDER-RENEWED"))) == [("maple", "waiting", 3)]
    assert "PutSecretValue" not in aws.calls


@pytest.mark.usefixtures("app_is_set")
def test_one_token_two_sellers(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """The same token for two sellers of one file is refused for both: nobody can tell whose it is."""
    outcomes = onboard(MAPLE, HandedIn("berlin", MAPLE.refresh_token))

    assert brief(outcomes) == [("maple", "unusable", 2), ("berlin", "unusable", 2)]
    assert aws.rotated == []


@pytest.mark.usefixtures("app_is_set")
def test_token_of_a_seller_onboarded_earlier(onboard: Callable[..., list[Outcome]]) -> None:
    """A token that another seller was onboarded with is refused by that seller's name."""
    onboard(MAPLE)

    assert [outcome.detail for outcome in onboard(HandedIn("berlin", MAPLE.refresh_token))] == [
        "the same refresh token was handed in for maple: a token belongs to one seller"
    ]


@pytest.mark.usefixtures("app_is_set")
@pytest.mark.parametrize(
    ("row", "result", "detail"),
    [
        pytest.param(
            HandedIn("nobody", "Atzr|PLACEHOLDER-MAPLE"),
            ("nobody", "waiting", 3),
            "nobody is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`",
            id="not in the roster",
        ),
        pytest.param(
            Unreadable(7, "maple", "the refresh token is empty"),
            ("maple", "unusable", 2),
            "the refresh token is empty",
            id="unreadable row",
        ),
        pytest.param(
            HandedIn("kyoto", "Atzr|PLACEHOLDER-KYOTO"),
            ("kyoto", "unusable", 2),
            "kyoto has an application of its own: client_id and client_secret are needed too",
            id="own application missing",
        ),
        pytest.param(
            HandedIn("maple", "Atzr|PLACEHOLDER-MAPLE", SHARED.client_id, SHARED.client_secret),
            ("maple", "unusable", 2),
            "maple uses the shared application: leave client_id and client_secret empty",
            id="application not its own",
        ),
        pytest.param(
            HandedIn("maple", "Atzr|PLACEHOLDER-UNKNOWN"),
            ("maple", "refused", 4),
            "Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client): check that "
            "it was pasted whole; if it was, the seller has to authorize the application again",
            id="refused by Amazon",
        ),
        pytest.param(
            HandedIn("maple", "Atzr|PLACEHOLDER-BERLIN"),
            ("maple", "refused", 4),
            "the token works, but the seller does not take part in an expected marketplace: check that this is the "
            "right seller's token, or correct `marketplaces` in the roster",
            id="another seller's token",
        ),
    ],
)
def test_refusals(
    aws: FakeSecretsManager,
    onboard: Callable[..., list[Outcome]],
    row: HandedIn | Unreadable,
    result: tuple[str, str, int],
    detail: str,
) -> None:
    """What cannot be onboarded says why, writes nothing, and stops no other seller."""
    outcomes = onboard(row, BERLIN if "BERLIN" not in getattr(row, "refresh_token", "") else KYOTO)

    assert brief(outcomes)[0] == result
    assert outcomes[0].detail == detail
    assert outcomes[1].result == "onboarded"
    assert [name for name, held in aws.secrets.items() if held.current()][1:] == [
        f"sellerkeys/dev/sellers/{outcomes[1].seller}/sp-api"
    ]


@pytest.mark.usefixtures("app_is_set")
def test_amazon_down(aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[..., list[Outcome]]) -> None:
    """An outage is nobody's refusal: exit 5, nothing written."""
    amazon.down = True

    assert brief(onboard(MAPLE)) == [("maple", "unreachable", 5)]
    assert aws.secrets[MAPLE_SECRET].values == {}


def test_before_pulumi_up(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """A seller whose secret is not declared waits for `pulumi up` (exit 3)."""
    del aws.secrets[MAPLE_SECRET]

    assert [(outcome.detail, outcome.exit_code) for outcome in onboard(MAPLE)] == [
        (f"secret {MAPLE_SECRET} does not exist: run `pulumi up` first, then this again", 3)
    ]


def test_before_app_set(onboard: Callable[..., list[Outcome]]) -> None:
    """A seller of the shared application waits for `sellerkeys app set` (exit 3)."""
    assert brief(onboard(MAPLE)) == [("maple", "waiting", 3)]


def test_being_deleted(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]], now: datetime) -> None:
    """A secret in its recovery window says how to bring it back (exit 3)."""
    aws.secrets[KYOTO_SECRET].deleted_on = now

    assert [(outcome.detail, outcome.exit_code) for outcome in onboard(KYOTO)] == [
        (
            (
                f"secret {KYOTO_SECRET} is scheduled for deletion on 2026-11-24: bring it back with "
                f"`aws secretsmanager restore-secret --secret-id {KYOTO_SECRET}`, "
                "or wait until its recovery window ends"
            ),
            3,
        )
    ]


@pytest.mark.usefixtures("app_is_set")
def test_dry_run(aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]]) -> None:
    """A dry run proves, says what it would do, and writes nothing."""
    aws.calls.clear()

    assert brief(onboard(MAPLE, KYOTO, dry_run=True)) == [("maple", "would fill", 0), ("kyoto", "would fill", 0)]
    assert set(aws.calls) == {"ListSecrets", "DescribeSecret", "GetSecretValue"}


@pytest.mark.usefixtures("app_is_set")
def test_amazons_own_csv(onboard: Callable[..., list[Outcome]]) -> None:
    """Amazon's sample CSV, BOM, CRLF and e-mail included, finds its seller by selling partner id and marketplace."""
    batch = read_csv(
        "\ufeffSellerId,RefreshToken,MarketplaceId,Mail\r\n"
        "APLACEHOLDER1,Atzr|PLACEHOLDER-MAPLE,ATVPDKIKX0DER,someone@example.com\r\n",
        "amazon.csv",
    )

    assert batch.dropped == ("Mail",)
    assert brief(onboard(*batch.rows)) == [("maple", "onboarded", 0)]


def test_two_operators_at_once(
    aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[..., list[Outcome]]
) -> None:
    """A value somebody else put between our look and our put stays current; ours is offered."""
    amazon.tokens["Atzr|PLACEHOLDER-OTHER"] = amazon.tokens["Atzr|PLACEHOLDER-KYOTO"]
    other = HandedIn("kyoto", "Atzr|PLACEHOLDER-OTHER", KYOTO.client_id, KYOTO.client_secret)

    def first(name: str, _number: int) -> None:
        if name == "PutSecretValue":
            aws.before = lambda _name, _number: None
            onboard(other)

    aws.before = first

    outcomes = onboard(KYOTO)

    held = aws.secrets[KYOTO_SECRET]
    assert brief(outcomes) == [("kyoto", "offered", 0)]
    assert json.loads(held.current() or "")["SP_API_REFRESH_TOKEN"] == "Atzr|PLACEHOLDER-OTHER"
    assert held.holder("SELLERKEYS_OFFERED")


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call(client: Amazon, fleet: Fleet, now: datetime, when: str) -> None:
    """Killed before or after any call to AWS, the same command again reaches the undisturbed end state."""
    undisturbed = _onboard_kyoto(client, fleet, now)
    for number in range(1, len(undisturbed.calls) + 1):
        disturbed = _onboard_kyoto(client, fleet, now, die=(when, number))

        assert _end_state(disturbed) == _end_state(undisturbed), f"{when} {undisturbed.calls[number - 1]}"


def _onboard_kyoto(
    client: Amazon, fleet: Fleet, now: datetime, die: tuple[str, int] | None = None
) -> FakeSecretsManager:
    aws = FakeSecretsManager()
    aws.declare(KYOTO_SECRET, {"sellerkeys:seller": "kyoto"})
    store = Store(aws)

    def run() -> None:
        carrier = Executor(fleet, store, Prover(fleet, store, client), lambda: now)
        list(apply(Planner(fleet, store).plan([KYOTO]), carrier))

    if die:
        aws.die(*die)
        with pytest.raises(Crash):
            run()
        aws.live()
    run()
    return aws


def _end_state(aws: FakeSecretsManager) -> dict[str, object]:
    held = aws.secrets[KYOTO_SECRET]
    return {"values": held.values, "labels": held.labels, "rotation": held.rotation, "tags": held.tags}


@pytest.mark.usefixtures("app_is_set")
def test_a_consent_of_which_nobody_said_when(
    aws: FakeSecretsManager, onboard: Callable[..., list[Outcome]], fleet: Fleet, client: Amazon, now: datetime
) -> None:
    """Today is the latest day that it can be of, and is noted as no more; the roster's word then takes its place."""
    onboard(BERLIN)
    state = State.from_tags(aws.secrets[BERLIN_SECRET].tags)
    said = date(2026, 3, 1)
    dated = replace(fleet, sellers=tuple(row.model_copy(update={"consented_on": said}) for row in fleet.sellers))
    carrier = Executor(dated, Store(aws), Prover(dated, Store(aws), client), lambda: now)
    again = [next(apply(Planner(dated, Store(aws)).plan([BERLIN]), carrier)) for _ in range(2)]
    corrected = State.from_tags(aws.secrets[BERLIN_SECRET].tags)

    assert (state.consented_on, state.consent_day) == (now.date(), ASSUMED)
    assert (corrected.consented_on, corrected.consent_day) == (said, None)
    assert [(outcome.result, outcome.detail) for outcome in again] == [
        ("completed", "the consent's day, 2026-03-01, was noted from the roster"),
        ("unchanged", "this credential is in place already"),
    ]
