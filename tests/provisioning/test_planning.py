"""Planning: what is to be done for each credential handed in, decided by reading only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.credentials import HandedIn, Unreadable
from provisioning.errors import BadInput, RotationPending, SecretBeingDeleted, SecretNotDeclared, Unreachable, Waiting
from provisioning.fingerprint import fingerprint
from provisioning.planning import Action, Planned, Planner
from provisioning.roster import row_from
from provisioning.state import State
from provisioning.store import Store
from provisioning.surveying import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.errors import SellerkeysError
    from provisioning.fleet import Fleet
    from tests.fakes.secrets_manager import FakeSecretsManager

TOKEN, NEWER = "Atzr|PLACEHOLDER-MAPLE", "Atzr|PLACEHOLDER-RENEWED"
OWN = ("amzn1.application-oa2-client.PLACEHOLDER-KYOTO", "PLACEHOLDER-KYOTO-SECRET")
MAPLE = HandedIn("maple", TOKEN, row=2)
KYOTO = HandedIn("kyoto", "Atzr|PLACEHOLDER-KYOTO", *OWN, row=3)
SECRET = "sellerkeys/dev/sellers/maple/sp-api"
READS = {"DescribeSecret", "ListSecrets"}

Plan = list[Planned | Refused]


@pytest.fixture
def plan(aws: FakeSecretsManager, fleet: Fleet) -> Callable[..., Plan]:
    """Plan for what is handed in, for a fleet that may differ."""

    def run(*rows: HandedIn | Unreadable, of: Fleet = fleet) -> Plan:
        return Planner(of, Store(aws)).plan(rows)

    return run


def fill(aws: FakeSecretsManager, token: str | None = TOKEN, **state: str) -> None:
    """Let maple's secret hold a value and be rotated, with the fingerprint of `token` and further state."""
    aws.put_secret_value(SecretId=SECRET, SecretString="{}", ClientRequestToken="0" * 32, VersionStages=["AWSCURRENT"])
    mark = fingerprint("dev", token, None) if token else None
    held = aws.secrets[SECRET]
    held.tags |= State(fingerprint=mark, **state).to_tags()
    held.rotation = {"RotationEnabled": True}
    aws.calls.clear()


def why(planned: Planned | Refused) -> SellerkeysError:
    """Why nothing can be done."""
    assert isinstance(planned, Refused)
    return planned.why


def test_an_empty_secret_is_filled(aws: FakeSecretsManager, fleet: Fleet, plan: Callable[..., Plan]) -> None:
    """The plan holds all that carrying it out needs: credential, seller, secret and fingerprint."""
    (planned,) = plan(MAPLE)

    assert planned == Planned(
        action=Action.FILL,
        handed_in=MAPLE,
        seller=fleet.sellers[0],
        secret=Store(aws).describe(SECRET),
        fingerprint=fingerprint("dev", TOKEN, None),
    )


@pytest.mark.parametrize(
    ("token", "state", "rotating", "action"),
    [
        pytest.param(TOKEN, {"status": "active"}, True, Action.KEEP, id="the same"),
        pytest.param(TOKEN, {"status": "refused"}, True, Action.KEEP, id="the same, refused since"),
        pytest.param(TOKEN, {"status": "offer-refused"}, True, Action.OFFER, id="the same, refused as an offer"),
        pytest.param(TOKEN, {"status": "active"}, False, Action.TURN_ON, id="the same, not rotating"),
        pytest.param(NEWER, {"status": "active"}, True, Action.OFFER, id="another"),
        pytest.param(NEWER, {"status": "active"}, False, Action.OFFER, id="another, not rotating"),
        pytest.param(None, {}, True, Action.COMPLETE, id="nobody noted whose"),
    ],
)
def test_what_is_to_be_done(
    aws: FakeSecretsManager,
    plan: Callable[..., Plan],
    token: str | None,
    state: dict[str, str],
    action: Action,
    *,
    rotating: bool,
) -> None:
    """The value cannot be read back, so the fingerprint in the state tags decides (issue 3)."""
    fill(aws, token, **state)
    aws.secrets[SECRET].rotation["RotationEnabled"] = rotating

    assert [planned.action for planned in plan(MAPLE) if isinstance(planned, Planned)] == [action]
    assert set(aws.calls) == READS


def test_another_own_application_is_another_credential(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """The same token with a new client secret of the seller's own is to be offered."""
    held = aws.secrets["sellerkeys/dev/sellers/kyoto/sp-api"]
    held.values, held.labels = {"0" * 32: "{}"}, {"0" * 32: {"AWSCURRENT"}}
    held.tags |= State(fingerprint=fingerprint("dev", KYOTO.refresh_token, OWN)).to_tags()
    newer = replace(KYOTO, client_secret="PLACEHOLDER-NEWER")

    assert [planned.action for planned in plan(newer) if isinstance(planned, Planned)] == [Action.OFFER]


def test_nothing_is_asked_for_nothing(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """Without a usable credential AWS is not asked at all."""
    unreadable = Unreadable(2, "maple", "the refresh token is empty")

    assert plan() == []
    assert str(why(plan(unreadable)[0])) == "the refresh token is empty"
    assert aws.calls == []


@pytest.mark.parametrize(
    ("handed_in", "kind", "sentence"),
    [
        pytest.param(
            replace(MAPLE, seller="nobody"),
            Waiting,
            "nobody is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`",
            id="not in the roster",
        ),
        pytest.param(
            replace(KYOTO, client_id=None, client_secret=None),
            BadInput,
            "kyoto has an application of its own: client_id and client_secret are needed too",
            id="own application missing",
        ),
        pytest.param(
            replace(MAPLE, client_id=OWN[0], client_secret=OWN[1]),
            BadInput,
            "maple uses the shared application: leave client_id and client_secret empty",
            id="application not its own",
        ),
        pytest.param(
            HandedIn("APLACEHOLDER1", TOKEN, by_partner_id=True, marketplace="A1PA6795UKMFR9"),
            Waiting,
            "APLACEHOLDER1 is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`",
            id="in the roster for another marketplace",
        ),
    ],
)
def test_whom_nothing_can_be_done_for(
    aws: FakeSecretsManager, plan: Callable[..., Plan], handed_in: HandedIn, kind: type[Exception], sentence: str
) -> None:
    """What does not fit the roster says why, before AWS is asked."""
    error = why(plan(handed_in)[0])

    assert (type(error), str(error)) == (kind, sentence)
    assert aws.calls == []


def test_a_paused_seller(fleet: Fleet, plan: Callable[..., Plan]) -> None:
    """A seller that the roster says is paused waits."""
    paused = replace(fleet, sellers=tuple(row.model_copy(update={"status": "paused"}) for row in fleet.sellers))
    error = why(plan(MAPLE, of=paused)[0])

    assert (str(error), error.exit_code) == ("maple is paused in the roster: set its status to active first", 3)


@pytest.fixture
def in_two_regions(aws: FakeSecretsManager, fleet: Fleet) -> Fleet:
    """A fleet in which one selling partner is two sellers, because authorizations are regional (design.md 2)."""
    cells = {"seller": "maple-eu", "region": "EU", "marketplaces": "DE", "selling_partner_id": "APLACEHOLDER1"}
    aws.declare("sellerkeys/dev/sellers/maple-eu/sp-api")
    return replace(fleet, sellers=(*fleet.sellers, row_from(cells)))


@pytest.mark.parametrize(("market", "seller"), [("A2EUQ1WTGCTBG2", "maple"), ("A1PA6795UKMFR9", "maple-eu")])
def test_the_marketplace_tells_the_regions_apart(
    in_two_regions: Fleet, plan: Callable[..., Plan], market: str, seller: str
) -> None:
    """Amazon's CSV names the partner; its marketplace says which of the partner's sellers is meant."""
    (planned,) = plan(HandedIn("APLACEHOLDER1", TOKEN, by_partner_id=True, marketplace=market), of=in_two_regions)

    assert isinstance(planned, Planned)
    assert planned.seller.seller == seller


def test_a_partner_in_two_regions(in_two_regions: Fleet, plan: Callable[..., Plan]) -> None:
    """Without a marketplace nobody can tell which seller is meant."""
    (refused,) = plan(HandedIn("APLACEHOLDER1", TOKEN, by_partner_id=True, row=7), of=in_two_regions)

    assert (str(why(refused)), why(refused).exit_code) == (
        "APLACEHOLDER1 is more than one seller of the roster (maple, maple-eu): give its MarketplaceId",
        2,
    )


def test_the_same_row_twice(plan: Callable[..., Plan]) -> None:
    """The same credential twice is done once."""
    first, second = plan(MAPLE, replace(MAPLE, row=9))

    assert isinstance(first, Planned)
    assert str(why(second)) == "maple stands in an earlier row already"


def test_two_credentials_for_one_seller(plan: Callable[..., Plan]) -> None:
    """Of two different credentials for one seller neither is taken: nobody can tell which is right."""
    errors = [str(why(refused)) for refused in plan(MAPLE, replace(MAPLE, refresh_token=NEWER, row=9))]

    assert errors == ["maple stands in more than one row, with different credentials: keep the right one"] * 2


def test_one_token_for_two_sellers(plan: Callable[..., Plan]) -> None:
    """Of two sellers with the same token neither is done, whatever their applications; a third one is."""
    first, second, third = plan(
        MAPLE, HandedIn("kyoto", TOKEN, *OWN, row=3), HandedIn("berlin", "Atzr|PLACEHOLDER-BERLIN", row=4)
    )

    assert str(why(first)) == "the same refresh token was handed in for kyoto: a token belongs to one seller"
    assert str(why(second)) == "the same refresh token was handed in for maple: a token belongs to one seller"
    assert isinstance(third, Planned)


def test_a_token_that_another_seller_has(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """A token whose half stands in another seller's fingerprint is refused by that seller's name."""
    fill(aws)

    assert str(why(plan(HandedIn("berlin", TOKEN))[0])) == (
        "the same refresh token was handed in for maple: a token belongs to one seller"
    )


def test_no_offer_while_a_rotation_is_under_way(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """An offer waits for the end of a rotation (design.md 4); what needs no offer does not."""
    fill(aws)
    aws.begin_rotation(SECRET)
    same, other = plan(MAPLE)[0], plan(replace(MAPLE, refresh_token=NEWER))[0]

    assert isinstance(same, Planned)
    assert isinstance(why(other), RotationPending)


def test_before_pulumi_up(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """A seller without a secret waits; the others are done."""
    del aws.secrets[SECRET]
    first, second = plan(MAPLE, KYOTO)

    assert isinstance(why(first), SecretNotDeclared)
    assert isinstance(second, Planned)


def test_being_deleted(aws: FakeSecretsManager, plan: Callable[..., Plan], now: datetime) -> None:
    """A secret in its recovery window is planned for nothing."""
    aws.secrets[SECRET].deleted_on = now

    assert isinstance(why(plan(MAPLE)[0]), SecretBeingDeleted)


def test_aws_cannot_be_asked(aws: FakeSecretsManager, plan: Callable[..., Plan]) -> None:
    """Without the list of all secrets no token can be called new, so nothing is planned at all."""

    def fail(_name: str, _number: int) -> None:
        raise Unreachable("AWS is away")

    aws.before = fail

    with pytest.raises(Unreachable):
        plan(MAPLE)


def test_order_and_rows_are_kept(plan: Callable[..., Plan]) -> None:
    """Each entry of the plan is one row of the file, in its order, good or bad."""
    found = plan(KYOTO, Unreadable(5, "", "the row names no seller"), replace(MAPLE, row=6))

    assert [item.row if isinstance(item, Refused) else item.handed_in.row for item in found] == [3, 5, 6]
