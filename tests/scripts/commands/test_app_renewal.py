"""`sellerkeys app rotate`, `status`, `note` and `letter`, as the operator sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provisioning.application.keeping import Keeper
from provisioning.application.lives import Life, Source
from provisioning.state import State
from provisioning.store import Store
from tests.fakes.letters import CLIENT, NEW
from tests.fakes.services import FakeServices, queue_arn, read_event

if TYPE_CHECKING:
    from provisioning.amazon import Amazon
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

APP = "sellerkeys/dev/app"
MAPLE = "sellerkeys/dev/sellers/maple/sp-api"
BERLIN = "sellerkeys/dev/sellers/berlin/sp-api"


@pytest.fixture
def renewing(onboarded_desk: Desk, services: FakeServices) -> Desk:
    """A desk whose fleet is declared, queues and their key included."""
    return replace(onboarded_desk, outside=replace(onboarded_desk.outside, service=services.client))


@pytest.fixture
def changed(renewing: Desk, aws: FakeSecretsManager, amazon: FakeAmazon, now: datetime) -> Desk:
    """The same, a day after its client secret was changed by hand; maple has followed, berlin has not."""
    amazon.apps[CLIENT] = NEW
    assert renewing.run("app", "set", "--client-id", CLIENT, "--client-secret-file", "-", piped=NEW).exit_code == 0
    newest = aws.secrets[APP].holder("AWSCURRENT")
    aws.secrets[MAPLE].tags |= State(app_version=newest, proven_at=now).to_tags()
    return renewing


def test_a_dry_run_asks_nothing(renewing: Desk, amazon: FakeAmazon) -> None:
    """It looks at everything on the way."""
    result = renewing.run("app", "rotate", "--dry-run")
    assert (result.exit_code, result.stdout) == (
        0,
        "application would ask: sellerkeys/dev/app: nothing is in the way of the answer\n",
    )
    assert amazon.made == []


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_nothing_is_asked_where_the_answer_would_be_lost(
    renewing: Desk, amazon: FakeAmazon, services: FakeServices, options: list[str]
) -> None:
    """Waiting for `pulumi up`, with the fault."""
    services.function.mappings.pop(queue_arn("sellerkeys-dev-new-secret"))
    result = renewing.run("app", "rotate", *options)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "its event source mapping is missing or disabled" in result.stderr
    assert amazon.made == []


def test_asked_once_and_not_twice(renewing: Desk, amazon: FakeAmazon) -> None:
    """The second is told of the first."""
    assert renewing.run("app", "rotate").stdout.startswith("application asked: Amazon sends the new client secret")
    result = renewing.run("app", "rotate", "--leaked")
    assert result.exit_code == 3
    assert "its message may still come" in result.stderr
    assert amazon.made == [CLIENT]


def test_after_a_leak_it_says_what_works_and_what_to_do(renewing: Desk) -> None:
    """For whoever has just found the client secret in a log."""
    result = renewing.run("app", "rotate", "--leaked")
    assert result.exit_code == 0
    for said in (
        "What still works, for whoever has it:",
        "the leaked client secret: until about 2026-12-01 12:00 UTC",
        "so until about 2026-12-01 13:00 UTC",
        "What to do now:",
        "security@amazon.com",
    ):
        assert said in result.stdout


def test_a_leak_spares_who_still_holds_the_client_secret_before(changed: Desk, amazon: FakeAmazon) -> None:
    """Amazon keeps two: berlin, who is behind, would fail at once; somebody has to want that."""
    result = changed.run("app", "rotate", "--leaked")
    assert result.exit_code == 3
    assert "is still held by 1 seller, and Amazon ends it when it is asked again" in result.stderr
    assert amazon.made == []
    told = changed.run("app", "rotate", "--leaked", "--cut-off").stdout
    assert "it stopped with this request" in told
    assert amazon.made == [CLIENT]


def test_a_leak_once_everybody_has_followed(changed: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> None:
    """A dry run says the same as the run."""
    aws.secrets[BERLIN].tags |= State(app_version=aws.secrets[APP].holder("AWSCURRENT")).to_tags()
    assert changed.run("app", "rotate", "--leaked", "--dry-run").exit_code == 0
    assert changed.run("app", "rotate", "--leaked").exit_code == 0
    assert amazon.made == [CLIENT]


def test_cutting_off_is_for_leaks(renewing: Desk, amazon: FakeAmazon) -> None:
    """Nobody ends what is in use without a reason."""
    result = renewing.run("app", "rotate", "--cut-off")
    assert (result.exit_code, amazon.made) == (2, [])
    assert "--cut-off goes with --leaked" in result.stderr


def test_a_leak_as_json(renewing: Desk) -> None:
    """The same, for a script."""
    told = json.loads(renewing.run("--output", "json", "app", "rotate", "--leaked").stdout)
    assert told["application"]["result"] == "asked"
    assert (len(told["still_works"]), len(told["to_do"])) == (3, 6)


def test_not_subscribed_is_waiting_for_a_person(renewing: Desk, amazon: FakeAmazon) -> None:
    """With the page of the one manual step."""
    amazon.enrolled = False
    result = renewing.run("app", "rotate")
    assert result.exit_code == 3
    assert "docs/client-secret-rotation.md" in result.stderr


def status(desk: Desk, *options: str) -> tuple[int, Any]:
    """What `app status` says, as JSON."""
    result = desk.run("--output", "json", "app", "status", *options)
    return result.exit_code, json.loads(result.stdout)


def test_a_fleet_at_rest(renewing: Desk, aws: FakeSecretsManager) -> None:
    """Nobody is behind; that nobody has typed the end waits for a person, until somebody has."""
    code, told = status(renewing)
    assert (code, told["application"]["expiry_source"], told["application"]["noticed_at"]) == (3, "assumed", None)
    assert told["counts"] == {**dict.fromkeys(told["counts"], 0), "done": 2}
    assert told["application"]["needs"] == [
        "nobody has said when the client secret ends: `sellerkeys app set --expires-on`, as the console says"
    ]
    typed = ("app", "set", "--client-id", CLIENT, "--client-secret-file", "-", "--expires-on", "2027-05-01")
    assert renewing.run(*typed, piped="PLACEHOLDER-SHARED-SECRET").exit_code == 0
    code, told = status(renewing)
    assert (code, told["application"]["expires_at"]) == (0, "2027-05-01T00:00:00Z")
    assert "never: are the queues subscribed?" in renewing.run("app", "status").stdout
    assert aws.secrets[APP].tags["sellerkeys-state:client-secret-expires"] == "2027-05-01"


def test_a_renewal_half_way(changed: Desk, now: datetime) -> None:
    """Both ends, who is done and who is behind."""
    code, told = status(changed)
    assert code == 3
    assert (told["counts"]["done"], told["counts"]["behind"]) == (1, 1)
    assert told["application"]["sellers"] == {"done": ["maple"], "behind": ["berlin"]}
    assert told["application"]["changed_at"] == f"{now:%Y-%m-%dT%H:%M:%SZ}"
    assert told["application"]["old_ends_at"] == f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"
    assert told["application"]["red"] is False
    assert "1 seller behind: berlin" in changed.run("app", "status").stdout


def test_each_kind_is_counted_apart(changed: Desk, aws: FakeSecretsManager) -> None:
    """In JSON every kind has its number, also 0; in text those that somebody is in, and the three to look for."""
    aws.secrets[BERLIN].tags["sellerkeys:paused"] = "yes"
    _, told = status(changed)
    assert told["counts"] == {
        "done": 1,
        "under way": 0,
        "behind": 0,
        "failing": 0,
        "not rotating": 0,
        "revoked": 0,
        "paused": 1,
        "empty": 0,
    }
    lines = changed.run("app", "status").stdout.splitlines()
    for line in ("1 seller done", "0 sellers behind", "0 sellers failing", "1 seller paused, not waited for: berlin"):
        assert line in lines
    aws.secrets[BERLIN].labels.clear()
    assert status(changed)[1]["counts"]["empty"] == 1
    assert "1 seller empty: berlin" in changed.run("app", "status").stdout.splitlines()


def test_a_paused_seller_makes_nothing_red(changed: Desk, aws: FakeSecretsManager, now: datetime) -> None:
    """Whoever paused him knows."""
    aws.secrets[BERLIN].tags["sellerkeys:paused"] = "yes"
    later = replace(changed, outside=replace(changed.outside, now=lambda: now + timedelta(days=6)))
    assert status(later)[1]["application"]["red"] is False


@pytest.mark.parametrize(("days", "red"), [(4.9, False), (5.0, True), (8.0, True)])
def test_red_at_day_5(changed: Desk, now: datetime, days: float, *, red: bool) -> None:
    """Two days before the old client secret ends, and after."""
    later = replace(changed, outside=replace(changed.outside, now=lambda: now + timedelta(days=days)))
    _, told = status(later)
    assert told["application"]["red"] is red
    assert any("hold the old client secret" in need for need in told["application"]["needs"]) is red


def test_who_read_before_and_not_since(changed: Desk, services: FakeServices, now: datetime) -> None:
    """By what CloudTrail tells."""
    services.trail.events = [read_event(now - timedelta(hours=1), MAPLE), read_event(now - timedelta(hours=2), APP)]
    _, told = status(changed)
    assert [each["seller"] for each in told["readers"]["stale"]] == ["maple"]
    assert (told["readers"]["reads"], told["readers"]["whole"]) == (2, True)
    assert "1 reader may still hold the old client secret, by 2 reads" in changed.run("app", "status").stdout
    _, told = status(changed, "--reads", "0")
    assert (told["readers"], told["readers_unknown"]) == (None, "CloudTrail was not asked")


def test_without_cloudtrail_it_says_plainly_that_it_does_not_know(changed: Desk, services: FakeServices) -> None:
    """No silence that could be taken for good news."""
    services.trail.events = None
    assert "is not known: CloudTrail gave no answer: AWS denied LookupEvents" in changed.run("app", "status").stdout


def test_a_request_is_told_of(renewing: Desk, now: datetime) -> None:
    """Outstanding, then unanswered, which waits for a person."""
    renewing.run("app", "rotate")
    assert status(renewing)[1]["application"]["request"] == "outstanding"
    later = replace(renewing, outside=replace(renewing.outside, now=lambda: now + timedelta(hours=1)))
    _, told = status(later)
    assert told["application"]["request"] == "unanswered"
    assert any("no message came" in need for need in told["application"]["needs"])


def test_a_refused_client_secret_is_told_of(
    renewing: Desk, aws: FakeSecretsManager, client: Amazon, now: datetime
) -> None:
    """With its page."""
    keeper = Keeper(Store(aws), client, APP, lambda: now)
    held = keeper.held()
    keeper.keep(held, replace(held.app, client_secret=NEW), Life(now + timedelta(days=400), Source.AMAZON))
    aws.secrets[APP].tags |= State(status="offer-refused", cause="invalid_client").to_tags()
    _, told = status(renewing)
    assert any("client-secret-refused.md" in need for need in told["application"]["needs"])


def test_a_fleet_without_an_application_is_told_so(desk: Desk) -> None:
    """It has to be set first."""
    code, told = status(desk)
    assert (code, told["application"]["needs"]) == (3, ["nobody has set the application: `sellerkeys app set`"])


def test_the_end_of_an_own_client_secret_is_noted(renewing: Desk, aws: FakeSecretsManager) -> None:
    """As typed; a dry run notes nothing; for a seller of the shared application there is nothing to note."""
    held = aws.secrets["sellerkeys/dev/sellers/kyoto/sp-api"]
    result = renewing.run("app", "note", "kyoto", "--expires-on", "2027-05-01", "--dry-run")
    assert (result.exit_code, held.tags.get("sellerkeys-state:client-secret-expires")) == (0, None)
    result = renewing.run("app", "note", "kyoto", "--expires-on", "2027-05-01")
    assert result.stdout == "kyoto noted: the client secret of its own application ends on 2027-05-01\n"
    assert held.tags["sellerkeys-state:client-secret-expires"] == "2027-05-01"
    assert renewing.run("app", "note", "maple", "--expires-on", "2027-05-01").exit_code == 2


def test_the_letter_says_what_to_click(renewing: Desk) -> None:
    """With the end where it is known, and the ARNs of the fleet's queues."""
    assert "ends 180 days after it was made" in renewing.run("app", "letter", "kyoto").stdout
    renewing.run("app", "note", "kyoto", "--expires-on", "2027-05-01")
    text = renewing.run("app", "letter", "kyoto").stdout
    for said in (
        "Dear Kyoto Tea,",
        "ends on 2027-05-01",
        "Notification",
        queue_arn("sellerkeys-dev-new-secret"),
        queue_arn("sellerkeys-dev-secret-expiry"),
        "keys@example.com",
    ):
        assert said in text
    told = json.loads(renewing.run("--output", "json", "app", "letter", "kyoto").stdout)
    assert told["letter"] == text.removesuffix("\n")
    assert renewing.run("app", "letter", "berlin").exit_code == 2


def test_what_was_set_aside_is_tried_again(renewing: Desk, services: FakeServices) -> None:
    """By the function, for nobody else may receive it; a dry run counts."""
    services.function.answer = lambda: {"outcome": "moved", "set_aside": {"new-secret": 1, "secret-expiry": 2}}
    told = renewing.run("app", "redrive")
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        [
            "new-secret: 1 message goes back to its queue, and is tried again at once",
            "secret-expiry: 2 messages go back to their queue, and are tried again at once",
        ],
    )
    assert renewing.run("app", "redrive", "--dry-run").stdout.splitlines()[0] == "new-secret: 1 message lies set aside"
    assert services.function.payloads == [
        {"action": "redrive", "dry_run": False},
        {"action": "redrive", "dry_run": True},
    ]


def test_nothing_was_set_aside(renewing: Desk, services: FakeServices) -> None:
    """Said as it is; as JSON with a number for each queue."""
    services.function.answer = lambda: {"outcome": "moved", "set_aside": {"new-secret": 0, "secret-expiry": 0}}
    assert renewing.run("app", "redrive").stdout == "nothing was set aside\n"
    assert json.loads(renewing.run("--output", "json", "app", "redrive").stdout) == {
        "result": "redriven",
        "messages": {"new-secret": 0, "secret-expiry": 0},
    }
