"""A client secret's whole life on the bench: declared, subscribed, asked for, sent, proven, followed; by hand, too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local import control
from provisioning import naming
from tests.end_to_end.conftest import lacking
from tests.end_to_end.renewed import QUEUES, Fleet, onboarded

if TYPE_CHECKING:
    from local.actors import Actors
    from local.bench import Bench


@pytest.fixture(scope="module")
def fleet(bench: Bench, actors: Actors) -> Fleet:
    """The demo's fleet, onboarded."""
    return onboarded(bench, actors)


def test_before_anybody_subscribed_the_manual_step_is_named(fleet: Fleet) -> None:
    """Everything of ours is in order; Amazon does not know where to send."""
    assert fleet.sellerkeys("rotate", "--dry-run")[0] == 0
    code, _, said = fleet.sellerkeys("rotate")
    assert code == 3
    assert "docs/client-secret-rotation.md" in said


def test_the_calendar_asks_and_everybody_follows(fleet: Fleet) -> None:
    """60 days before the end, by itself; the message is received, and two sellers share the application."""
    fleet.console("PUT", "subscriptions", **QUEUES)
    fleet.wait(days=119)
    assert fleet.status()["application"]["request"] in {None, "refused"}
    for seller in ("maple-outdoor", "berlin-books"):
        fleet.read(seller)
    for _ in range(3):
        fleet.wait(days=1)
    for _ in range(4):
        fleet.wait(minutes=6)
    told = fleet.status()
    assert told["application"]["asked_by"] == "calendar"
    assert told["application"]["request"] == "answered"
    assert told["application"]["expiry_source"] == "amazon"
    assert told["application"]["noticed_at"] is not None
    assert told["counts"]["done"] == 2


def test_who_read_before_the_change_and_not_since_is_named(fleet: Fleet) -> None:
    """By CloudTrail, under the policy of whoever is on call; neither the functions' reads count, nor our own."""
    fleet.read("berlin-books")
    code, _, said = fleet.sellerkeys("status", "--reads", "0")
    assert (code, said) == (0, "")
    assert {each["seller"] for each in stale(fleet)} == {"maple-outdoor", "berlin-books"}, "CloudTrail is late"
    fleet.wait(minutes=16)
    (late,) = stale(fleet)
    assert late["seller"] == "maple-outdoor"
    assert late["reader"] == naming.reader_role_arn("123456789012", "dev", "maple-outdoor")
    fleet.check("maple-outdoor")
    fleet.wait(minutes=16)
    assert [each["seller"] for each in stale(fleet)] == ["maple-outdoor"], "a look of ours is no worker's"
    fleet.read("maple-outdoor")
    fleet.wait(minutes=16)
    told = fleet.status()
    assert (told["readers"]["stale"], told["readers"]["whole"], told["readers_unknown"]) == ([], True, None)


def stale(fleet: Fleet) -> Any:
    """Who may hold the old client secret."""
    told = fleet.status()
    assert told["readers_unknown"] is None
    return told["readers"]["stale"]


def test_asking_again_is_refused(fleet: Fleet) -> None:
    """Within the week the old one may still be in use."""
    code, _, said = fleet.sellerkeys("rotate")
    assert code == 3
    assert "less than 7 days ago" in said


def test_a_client_secret_made_in_the_console_reaches_everybody(fleet: Fleet) -> None:
    """Offered by hand, taken up by the function, followed by its schedule."""
    fleet.wait(days=8)
    made = fleet.console("POST", "client-secrets", message=False)["client_secret"]
    file = fleet.bench.home.folder / "by-hand"
    file.write_text(made, encoding="utf-8")
    code, told, said = fleet.sellerkeys("set", "--client-id", fleet.client_id, "--client-secret-file", str(file))
    assert (code, told["application"]["result"], said) == (0, "replaced", "")
    for _ in range(4):
        fleet.wait(minutes=6)
    assert fleet.status()["counts"]["done"] == 2


def test_what_was_set_aside_is_tried_again(fleet: Fleet) -> None:
    """An outage outlasts the tries, and the message lies in the dead-letter queue, where nobody may receive it."""
    fleet.wait(days=8)
    fleet.give_up_after(2)
    amazon = fleet.bench.amazon.url
    control.call(amazon, "PUT", "/_bench/faults", {"kind": "outage"})
    fleet.console("POST", "client-secrets", message=True)
    for _ in range(4):
        fleet.wait(minutes=16)
    fleet.give_up_after(48)
    control.call(amazon, "DELETE", "/_bench/faults")
    code, told, said = fleet.sellerkeys("redrive", "--dry-run")
    assert (code, told["messages"], said) == (0, {"new-secret": 1, "secret-expiry": 0}, "")
    assert fleet.alarm("new-secret-dead") == "ALARM"
    assert fleet.sellerkeys("redrive")[1]["messages"] == {"new-secret": 1, "secret-expiry": 0}
    for _ in range(4):
        fleet.wait(minutes=6)
    assert fleet.alarm("new-secret-dead") == "OK"
    assert fleet.sellerkeys("redrive")[1]["messages"] == {"new-secret": 0, "secret-expiry": 0}
    told = fleet.status()
    assert (told["counts"]["done"], told["application"]["expiry_source"]) == (2, "amazon")


def test_a_leak_while_amazons_answer_is_overdue(fleet: Fleet) -> None:
    """The alarm rings after an hour; asking again is refused, and what the console shows ends both without a break."""
    fleet.wait(days=8)
    control.call(fleet.bench.amazon.url, "PUT", "/_bench/faults", {"kind": "message-lost", "answers": 1})
    assert fleet.sellerkeys("rotate")[0] == 0
    for _ in range(5):
        fleet.wait(minutes=16)
    assert fleet.alarm("unanswered") == "ALARM"
    code, _, said = fleet.sellerkeys("rotate", "--leaked")
    assert code == 3
    assert "docs/runbooks/client-secret-leaked.md" in said
    newest = fleet.bench.amazon.registry.application(fleet.client_id).secrets[0].value
    file = fleet.bench.home.folder / "shown"
    file.write_text(newest, encoding="utf-8")
    code, told, _ = fleet.sellerkeys("set", "--client-id", fleet.client_id, "--client-secret-file", str(file))
    assert (code, told["application"]["result"]) == (0, "replaced")
    for _ in range(4):
        fleet.wait(minutes=6)
    assert fleet.status()["counts"]["done"] == 2
    assert fleet.alarm("unanswered") == "OK"


def test_a_seller_with_his_own_application_whose_owner_typed_its_end(fleet: Fleet) -> None:
    """The calendar warns 30 days before, and the letter says what he has to click, with our queues to paste."""
    ends = fleet.bench.clock.now().date() + timedelta(days=31)
    code, _, said = fleet.sellerkeys("note", "kyoto-tea", "--expires-on", ends.isoformat())
    assert (code, said) == (0, "")
    fleet.mails()
    fleet.wait(days=2)
    (warning,) = [mail for mail in fleet.mails() if "own client secrets end" in mail]
    assert f"kyoto-tea: on {ends}" in warning
    letter = fleet.sellerkeys("letter", "kyoto-tea")[1]["letter"]
    assert str(ends) in letter
    for what in (naming.NEW_SECRET, naming.EXPIRY):
        assert naming.queue_arn("eu-west-1", "123456789012", "dev", what) in letter


def test_a_seller_whose_owner_subscribed_our_queues_gets_his_new_client_secret(fleet: Fleet) -> None:
    """His notice of expiry is noted, and the new client secret comes in as an offer that his rotation takes up."""
    client_id = fleet.read("kyoto-tea")["clientId"]
    fleet.console("PUT", "subscriptions", client_id=client_id, **QUEUES)
    made = fleet.console("POST", "client-secrets", client_id=client_id, message=True)["client_secret"]
    for _ in range(2):
        fleet.wait(minutes=6)
    assert fleet.read("kyoto-tea")["clientSecret"] == made
    assert fleet.sellerkeys("letter", "kyoto-tea")[1]["client_secret_expires_on"] == str(
        fleet.bench.clock.now().date() + timedelta(days=180)
    )


def test_nobody_lacked_a_permission(fleet: Fleet) -> None:
    """Every call of every role was decided by the declared and attached policies."""
    assert lacking(fleet.bench) == []
