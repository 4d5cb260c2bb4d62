"""A fleet whose client secret is renewed by the product's own zips, each function behind a wire of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from moto.sqs.models import sqs_backends

from infra import archive, calendar_function, client_secret_function
from infra.credential_queues import VISIBILITY_SECONDS
from infra.policies.calendar import calendar_policy
from infra.policies.client_secret import client_secret_policy
from infra.policies.document import text
from infra.policies.queues import credential_queue_policy, queues_key_policy
from local.amazon.faults import Fault, FaultKind
from local.amazon.records import ApplicationKind
from local.aws.functions import backend as functions
from local.aws.queues import batch
from local.bench import REGION
from provisioning import naming
from provisioning.amazon import Amazon, Endpoints
from provisioning.application.asking import Asker
from provisioning.application.keeping import Keeper
from provisioning.payload import App
from provisioning.roster import render
from provisioning.store import CURRENT, Store
from provisioning.table import VARIABLE, Table
from tests.proof.crash.flows import Seller, declare
from tests.proof.crash.lane import ACCOUNT, PROJECT, Lane, client_of
from tests.proof.crash.wire import Strike, Wire

if TYPE_CHECKING:
    from pathlib import Path

    from infra.policies.document import Document
    from local.bench import Bench

SELLERS: Final = 2
#: So early that every point, twelve days after the one before, finds it is time to ask.
ASK_DAYS: Final = 170
BETWEEN: Final = timedelta(days=12)
VISIBILITY: Final = timedelta(seconds=VISIBILITY_SECONDS)
#: Few enough that a message nobody understands is set aside within a test.
MOST_RECEIVES: Final = 4
_LATE: Final = timedelta(hours=1)


class Plant(Lane):
    """A base stack with sellers of the shared application, its queues subscribed at Amazon, and a first renewal done.

    `function` is the client-secret function's ARN and `calendar` the calendar's; `wires` are theirs, by ARN.
    """

    def __init__(self, bench: Bench, base: str, folder: Path) -> None:
        super().__init__(bench, base, folder)
        # A private application's consents have no end, and the clock moves for years.
        application = self.registry.add_application(ApplicationKind.PRIVATE)
        self.app = App(application.client_id, application.secrets[0].value)
        self.sellers: list[Seller] = []
        self.wires: dict[str, Wire] = {}
        self.function = self.calendar = self.app_arn = ""
        self._lambda = client_of(bench, "lambda")
        self._sqs = client_of(bench, "sqs")

    def start(self) -> None:
        """Declare and onboard everything, subscribe, and let a first renewal reach everybody."""
        super().start()
        self.app_arn = str(self.secrets.describe_secret(SecretId=naming.app_secret_name(self.base))["ARN"])
        client_of(self.bench, "dynamodb").create_table(
            TableName=naming.table_name(self.base),
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        key = client_of(self.bench, "kms").create_key(
            Policy=text(queues_key_policy(self._place)), Tags=[{"TagKey": naming.TAG_BASE, "TagValue": self.base}]
        )["KeyMetadata"]["Arn"]
        self._declare_functions(str(key))
        self._declare_queues(str(key))
        self._onboard()
        self.bench.amazon.notifying.subscribe(
            self.app.client_id,
            new_secret_queue_arn=self._place.queue(naming.NEW_SECRET),
            expiry_queue_arn=self._place.queue(naming.EXPIRY),
            notice_days=(),
        )
        self.ask()
        self.wait(minutes=1)
        self.tick()
        self.wait(minutes=1)

    def stop(self) -> None:
        """Hang up."""
        for wire in self.wires.values():
            wire.stop()
        super().stop()

    @property
    def newest(self) -> str:
        """The client secret that Amazon made last."""
        return self.registry.application(self.app.client_id).secrets[0].value

    def wait(self, **by: float) -> None:
        """Move the clock, and let happen what that makes due."""
        self.bench.clock.advance(timedelta(**by))
        assert self.bench.aws.wait_idle(60)

    def strike(self, function: str, strike: Strike | None) -> None:
        """Begin a recording of a function's calls, with a strike or without."""
        self.wires[function].arm(strike, lambda: self.bench.aws.kill_function(function))

    def tick(self) -> None:
        """Let the schedule of the client-secret function have its turn, whatever comes of it."""
        self._invoke(self.function, {"source": "aws.events"})

    def day(self) -> None:
        """Let the calendar function have its day, whatever comes of it."""
        self._invoke(self.calendar, {"time": self.bench.clock.now().isoformat()})

    def ask(self, *, leaked: bool = False, cut_off: bool = False) -> None:
        """Ask Amazon in process, straight at the bench: what a flow begins with, not what it strikes."""
        store, amazon = Store(self.secrets), Amazon(Endpoints.from_environment(self.bench.environment()))
        keeper = Keeper(store, amazon, self.app_arn, store.now)
        table = Table(client_of(self.bench, "dynamodb"), naming.table_name(self.base))
        mark = str(self.bench.clock.timestamp())
        asker = Asker(keeper, amazon, table, list, store.now, lambda: mark, "EU")
        asker.ask("a test", leaked=leaked, cut_off=cut_off)

    def spoil(self, kind: FaultKind, seconds: float | None = None) -> None:
        """Let Amazon's next message go wrong."""
        self.bench.amazon.faults.put(Fault(kind, answers=1, seconds=seconds))

    def hold_back(self) -> None:
        """Let Amazon's next message come an hour late."""
        self.spoil(FaultKind.MESSAGE_LATE, _LATE.total_seconds())

    def hand_over(self) -> None:
        """Let the hour pass, so that the mapping hands the message over."""
        self.wait(seconds=_LATE.total_seconds() + 5)

    def hand_over_again(self) -> None:
        """Hand what is in the queue to another process once its visibility has ended, though one works on it still."""
        self.bench.clock.advance(VISIBILITY + timedelta(seconds=1))
        queue, arn = naming.queue_name(self.base, naming.NEW_SECRET), self._place.queue(naming.NEW_SECRET)
        found = sqs_backends[ACCOUNT][REGION].receive_message(queue, 10, 0, VISIBILITY_SECONDS)
        assert found, "the message shows again"
        functions.invoke(self.function, json.dumps(batch.event(found, arn)).encode())

    def in_queues(self) -> int:
        """Count the messages in all queues, those that are being worked on, and those set aside."""
        counted = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = 0
        for what in (naming.NEW_SECRET, naming.EXPIRY, *map(naming.dead, (naming.NEW_SECRET, naming.EXPIRY))):
            url = self._sqs.get_queue_url(QueueName=naming.queue_name(self.base, what))["QueueUrl"]
            told = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counted))["Attributes"]
            found += sum(int(told[name]) for name in counted)
        return found

    def held(self) -> dict[str, Any]:
        """Describe the app secret, its current value beside it."""
        told = self.secrets.describe_secret(SecretId=self.app_arn)
        value = self.secrets.get_secret_value(SecretId=self.app_arn, VersionStage=CURRENT)
        return {**told, "Text": value["SecretString"], "Current": value["VersionId"]}

    def _onboard(self) -> None:
        for number in range(SELLERS):
            seller = declare(self, f"s{number}", own=False)
            seller.authorize()
            self.onboard(seller.line())
            self.sellers.append(seller)
        (self._folder / "roster.csv").write_text(render([seller.row for seller in self.sellers]))

    def _declare_functions(self, key: str) -> None:
        place, known = self._place, {"SELLERKEYS_BASE": self.base, "SELLERKEYS_APP_SECRET_ID": self.app_arn}
        known |= {VARIABLE: naming.table_name(self.base)}
        self.function = self._behind_a_wire(
            naming.CLIENT_SECRET,
            client_secret_function.HANDLER,
            known,
            client_secret_policy(place, place.keys, key),
        )
        topic = client_of(self.bench, "sns").create_topic(Name=naming.topic_name(self.base))["TopicArn"]
        of_the_calendar = {
            calendar_function.TOPIC_VARIABLE: topic,
            calendar_function.CONSENTS_VARIABLE: json.dumps({"lapses": False, "roles": []}),
            calendar_function.DAYS_VARIABLE: str(ASK_DAYS),
            calendar_function.REGION_VARIABLE: "EU",
        }
        self.calendar = self._behind_a_wire(
            naming.CALENDAR,
            calendar_function.HANDLER,
            known | of_the_calendar,
            calendar_policy(place, place.keys, key),
        )

    def _behind_a_wire(self, function: str, handler: str, variables: dict[str, str], policy: Document) -> str:
        wire = Wire(self.bench.aws.url, self.bench.amazon.url)
        wire.start()
        made = self._lambda.create_function(
            FunctionName=naming.function_name(self.base, function),
            Runtime="python3.13",
            Role=self.make_role(function, policy),
            Handler=handler,
            Timeout=600,
            Code={"ZipFile": archive.build(PROJECT, function, handler).read_bytes()},
            Environment={"Variables": variables | wire.environment()},
        )
        self.wires[str(made["FunctionArn"])] = wire
        return str(made["FunctionArn"])

    def _declare_queues(self, key: str) -> None:
        for what in (naming.NEW_SECRET, naming.EXPIRY):
            dead, arn = naming.queue_name(self.base, naming.dead(what)), self._place.queue(naming.dead(what))
            self._sqs.create_queue(QueueName=dead, Attributes={"KmsMasterKeyId": key})
            redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIVES})
            attributes = {
                "KmsMasterKeyId": key,
                "VisibilityTimeout": str(VISIBILITY_SECONDS),
                "RedrivePolicy": redrive,
                "Policy": text(credential_queue_policy(self._place, what)),
            }
            self._sqs.create_queue(QueueName=naming.queue_name(self.base, what), Attributes=attributes)
            self._lambda.create_event_source_mapping(
                EventSourceArn=self._place.queue(what),
                FunctionName=naming.function_name(self.base, naming.CLIENT_SECRET),
                BatchSize=10,
                FunctionResponseTypes=["ReportBatchItemFailures"],
            )

    def _invoke(self, function: str, event: dict[str, Any]) -> None:
        self._lambda.invoke(FunctionName=function, Payload=json.dumps(event).encode())
