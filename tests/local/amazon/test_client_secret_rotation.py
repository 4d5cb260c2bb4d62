"""rotateApplicationClientSecret and the messages about it, as sp-api.md 5 says, without an AWS."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.amazon import faults

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.vendor import Reply, Vendor

PATH = "/applications/2023-11-30/clientSecret"
NEW = "arn:aws:sqs:eu-west-1:123456789012:new"
EXPIRY = "arn:aws:sqs:eu-west-1:123456789012:expiry"


@dataclass
class Box:
    """A way to queues that keeps what is sent, and does what is due when it is asked to."""

    clock: Clock
    letters: list[tuple[str, str]] = field(default_factory=list)
    due: list[tuple[datetime, Any]] = field(default_factory=list)
    refuses: str | None = None

    def look(self, _queue_arn: str) -> str | None:
        """See every queue."""
        return self.refuses

    def send(self, queue_arn: str, body: str) -> str | None:
        """Take every message."""
        self.letters.append((queue_arn, body))
        return self.refuses

    def now(self) -> datetime:
        """Tell the bench's time."""
        return self.clock.now()

    def at(self, when: datetime, action: Any) -> None:
        """Remember what is due."""
        self.due.append((when, action))

    def pass_time(self, by: timedelta = timedelta()) -> None:
        """Move the clock and do what that makes due."""
        self.clock.advance(by)
        while due := sorted((item for item in self.due if item[0] <= self.now()), key=lambda item: item[0]):
            self.due.remove(due[0])
            due[0][1]()

    def messages(self) -> list[dict[str, Any]]:
        """Read what arrived."""
        return [json.loads(body) for _, body in self.letters]


@pytest.fixture
def box(amazon: AmazonServer, clock: Clock, vendor: Vendor) -> Box:
    """Subscribe the vendor's application to two queues."""
    box = Box(clock)
    amazon.notifying.connect(box, box)
    vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, new_secret_queue_arn=NEW, expiry_queue_arn=EXPIRY)
    return box


def rotate(vendor: Vendor, scope: str = "sellingpartnerapi::client_credential:rotation") -> Reply:
    """Ask Amazon for a new client secret."""
    token = vendor.ask({**vendor.grantless, "scope": scope}).body["access_token"]
    return vendor.send("POST", "/eu" + PATH, x_amz_access_token=token, User_Agent="tests/1")


def test_the_new_secret_comes_by_the_queue_only(vendor: Vendor, box: Box) -> None:
    """204 and nothing in it; the message has the shape of sp-api.md 5.4, and its secret works."""
    reply = rotate(vendor)
    box.pass_time()
    (message,) = box.messages()
    told = message["payload"]["applicationOAuthClientNewSecret"]
    old = vendor.ask(vendor.refresh).status
    vendor.client_secret = told["newClientSecret"]

    assert (reply.status, reply.body) == (204, "")
    assert box.letters[0][0] == NEW
    assert message["notificationType"] == "APPLICATION_OAUTH_CLIENT_NEW_SECRET"
    assert set(message) == {
        "notificationVersion",
        "notificationType",
        "payloadVersion",
        "eventTime",
        "payload",
        "notificationMetadata",
    }
    assert set(message["notificationMetadata"]) == {
        "applicationId",
        "subscriptionId",
        "publishTime",
        "notificationId",
    }
    assert told["clientId"] == vendor.client_id
    assert (old, vendor.ask(vendor.refresh).status) == (200, 200)


def test_the_times_told_are_those_that_hold(vendor: Vendor, box: Box) -> None:
    """The old secret dies 7 days later, the new one expires after 180 (sp-api.md 5.2)."""
    now = box.clock.now()
    rotate(vendor)
    box.pass_time()
    told = box.messages()[0]["payload"]["applicationOAuthClientNewSecret"]
    dies, ends = (datetime.fromisoformat(told[f"{which}ClientSecretExpiryTime"]) for which in ("old", "new"))
    lives = vendor.ask(vendor.refresh).status
    box.pass_time(timedelta(days=7))

    assert (round((dies - now) / timedelta(days=1)), round((ends - now) / timedelta(days=1))) == (7, 180)
    assert told["oldClientSecretExpiryTime"].endswith("Z")
    assert (lives, vendor.ask(vendor.refresh).status) == (200, 401)


def test_one_request_a_minute(vendor: Vendor, box: Box) -> None:
    """0.0167 a second, burst 1 (sp-api.md 5.1)."""
    first, second = rotate(vendor), rotate(vendor)
    box.pass_time(timedelta(seconds=61))

    assert (first.status, second.status, rotate(vendor).status) == (204, 429, 204)


def test_who_has_subscribed_no_queue_is_not_enrolled(vendor: Vendor) -> None:
    """400 InvalidInput, and nothing rotates (sp-api.md 5.1)."""
    reply = rotate(vendor)

    assert reply.status == 400
    assert reply.body["errors"][0]["code"] == "InvalidInput"
    assert "not enrolled for rotation notification" in reply.body["errors"][0]["message"]


def test_another_scope_does_not_rotate(vendor: Vendor, box: Box) -> None:
    """403 (sp-api.md 13: scope missing)."""
    reply = rotate(vendor, "sellingpartnerapi::notifications")
    box.pass_time()

    assert (reply.status, box.letters) == (403, [])


@pytest.mark.parametrize(("days", "when"), [((90,), [90]), ((53,), [127]), ((90, 53, 10), [90, 127, 170])])
def test_the_expiry_is_told_ahead(vendor: Vendor, box: Box, days: tuple[int, ...], when: list[int]) -> None:
    """90 days ahead (secondary), 53 (Amazon's sample), or several times: not known (sp-api.md 5.2; 14, no. 5)."""
    vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, expiry_queue_arn=EXPIRY, notice_days=list(days))
    told = []
    for day in range(1, 181):
        box.pass_time(timedelta(days=1))
        told += [day] * len(box.letters)
        box.letters, kept = [], box.letters
        assert all(queue == EXPIRY for queue, _ in kept)

    assert told == when


def test_an_expiry_notice_has_the_documented_shape(vendor: Vendor, box: Box) -> None:
    """With the time the client secret ends (sp-api.md 5.4)."""
    box.pass_time(timedelta(days=91))
    (message,) = box.messages()
    told = message["payload"]["applicationOAuthClientSecretExpiry"]

    assert message["notificationType"] == "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY"
    assert (told["clientId"], told["clientSecretExpiryReason"]) == (vendor.client_id, "PERIODIC_ROTATION")
    assert datetime.fromisoformat(told["clientSecretExpiryTime"]) > box.clock.now() + timedelta(days=88)


def test_a_replaced_secrets_expiry_is_not_told(vendor: Vendor, box: Box) -> None:
    """Its successor's is."""
    box.pass_time(timedelta(days=30))
    rotate(vendor)
    box.pass_time(timedelta(days=61))
    early = [message["notificationType"][-6:] for message in box.messages()]
    box.pass_time(timedelta(days=30))

    assert (early, len(box.letters)) == (["SECRET"], 2)


def test_in_the_console_a_secret_is_replaced_without_a_message_unless_asked(vendor: Vendor, box: Box) -> None:
    """Whether Amazon then tells is not documented."""
    vendor.admin("POST", "client-secrets", client_id=vendor.client_id)
    box.pass_time()
    silent = len(box.letters)
    vendor.admin("POST", "client-secrets", client_id=vendor.client_id, message=True)
    box.pass_time()

    assert (silent, len(box.letters)) == (0, 1)


def test_messages_go_wrong_on_request(vendor: Vendor, box: Box, amazon: AmazonServer) -> None:
    """Lost, twice, late, wrapped and malformed; each fault ends after its answers."""

    def after(kind: str, seconds: float | None = None) -> list[str]:
        vendor.admin("PUT", "faults", kind=kind, answers=1, **({} if seconds is None else {"seconds": seconds}))
        box.letters.clear()
        box.pass_time(timedelta(minutes=2))
        vendor.client_secret = amazon.registry.application(vendor.client_id).secrets[0].value
        rotate(vendor)
        box.pass_time()
        return [body for _, body in box.letters]

    lost, twice = after("message-lost"), after("message-twice")
    late = after("message-late", 3600)
    box.pass_time(timedelta(minutes=59))
    later = len(box.letters)
    box.pass_time(timedelta(minutes=2))
    came = len(box.letters)
    wrapped, malformed = after("message-wrapped"), after("message-malformed")

    assert (lost, len(twice), len(set(twice))) == ([], 2, 1)
    assert (late, later, came) == ([], 0, 1)
    assert json.loads(json.loads(wrapped[0])["Message"])["payloadVersion"] == "2023-11-30"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(malformed[0])


def test_what_was_sent_can_be_read_without_its_content(vendor: Vendor, box: Box) -> None:
    """Types, queues and outcomes; the new secret is nowhere in it."""
    rotate(vendor)
    box.pass_time()
    secret = box.messages()[0]["payload"]["applicationOAuthClientNewSecret"]["newClientSecret"]
    listed = vendor.admin("GET", "messages")

    assert [(item["kind"], item["queue_arn"], item["lost"]) for item in listed.body["messages"]] == [
        ("APPLICATION_OAUTH_CLIENT_NEW_SECRET", NEW, None)
    ]
    assert secret not in json.dumps(listed.body)


def test_a_queue_is_given_by_its_arn(vendor: Vendor, box: Box) -> None:
    """And Amazon looks at it first; an application that nobody has is answered 404."""
    wrong = vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, new_secret_queue_arn="new")
    nobody = vendor.admin("PUT", "subscriptions", client_id="amzn1.application-oa2-client.PLACEHOLDER")
    days = vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, notice_days=[180])
    box.refuses = "it may not"
    hidden = vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, new_secret_queue_arn=NEW)

    assert (wrong.status, nobody.status, days.status, hidden.status) == (400, 404, 400, 400)
    assert hidden.body["error"] == f"Amazon cannot look at {NEW}: it may not"


def test_without_an_aws_a_message_is_lost(vendor: Vendor, amazon: AmazonServer, clock: Clock) -> None:
    """As in life where the queue is gone."""
    vendor.admin("PUT", "subscriptions", client_id=vendor.client_id, new_secret_queue_arn=NEW)
    rotate(vendor)
    clock.at(clock.now(), (done := threading.Event()).set)

    assert done.wait(10)
    assert [item.lost for item in amazon.notifying.sent()] == [f"there is no AWS, so no {NEW}"]


def test_every_fault_of_a_message_is_in_the_table() -> None:
    """The help of `python -m local fault set amazon` is the module's table."""
    named = [kind.value for kind in faults.FaultKind if kind.value.startswith("message-")]

    assert len(named) == 5
    assert all(f"| `{name}` |" in (faults.__doc__ or "") for name in named)
