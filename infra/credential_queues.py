"""The two queues that Amazon writes to: a client secret's coming expiry, and a new client secret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.keys import declare_key
from infra.policies.document import text
from infra.policies.queues import credential_queue_policy, dead_letter_policy, queues_key_policy
from infra.protection import protected
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place

#: As long as SQS keeps a message; a new client secret exists nowhere else (sp-api.md 5.1).
RETENTION_SECONDS: Final = 14 * 24 * 60 * 60

#: As long as a function may run at all, so that no message is handed out twice at a time.
VISIBILITY_SECONDS: Final = 15 * 60

#: Twelve hours of tries: an outage of Amazon's is waited out, a message nobody understands is set aside the same day.
MOST_RECEIVES: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialQueuesArgs:
    """The fleet whose application's client secret is told of."""

    place: Place


class CredentialQueues(pulumi.ComponentResource):
    """Two standard queues under a key of their own, each with a dead-letter queue that takes from it alone."""

    def __init__(self, name: str, args: CredentialQueuesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:CredentialQueues", name, None, opts)
        place = args.place
        key = declare_key(
            name,
            naming.queues_key_alias(place.base),
            f"Encrypts what Amazon writes to the queues of the fleet {place.base}.",
            queues_key_policy(place),
            place,
            self,
        )
        self.key_arn: pulumi.Output[str] = key.arn
        new_secret = self._queue(place, naming.NEW_SECRET)
        expiry = self._queue(place, naming.EXPIRY)
        self.new_secret_arn: pulumi.Output[str] = new_secret.arn
        self.expiry_arn: pulumi.Output[str] = expiry.arn
        self.register_outputs(
            {"new_secret_arn": self.new_secret_arn, "expiry_arn": self.expiry_arn, "key_arn": self.key_arn}
        )

    def _queue(self, place: Place, what: str) -> aws.sqs.Queue:
        dead = aws.sqs.Queue(
            naming.dead(what),
            name=naming.queue_name(place.base, naming.dead(what)),
            kms_master_key_id=self.key_arn,
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [place.queue(what)]}, separators=(",", ":")
            ),
            tags={naming.TAG_BASE: place.base},
            opts=protected(self, place),
        )
        queue = aws.sqs.Queue(
            what,
            name=naming.queue_name(place.base, what),
            kms_master_key_id=self.key_arn,
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            redrive_policy=dead.arn.apply(_redrive),
            tags={naming.TAG_BASE: place.base},
            opts=protected(self, place),
        )
        aws.sqs.QueuePolicy(
            what,
            queue_url=queue.url,
            policy=text(credential_queue_policy(place, what)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.sqs.QueuePolicy(
            naming.dead(what),
            queue_url=dead.url,
            policy=text(dead_letter_policy(place, what)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return queue


def _redrive(dead_arn: str) -> str:
    return json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": MOST_RECEIVES}, separators=(",", ":"))
