"""Another account at a queue of this one: let in only by the queue's policy and, where it is encrypted, by its key's.

Sources: IAM, "Cross-account policy evaluation logic"; SQS's developer guide, "Key management" (a sender to an encrypted
queue needs kms:GenerateDataKey and kms:Decrypt). The stranger's own identity policies are taken to allow everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends
from moto.sqs.models import sqs_backends

from isolation.evaluator import Policies, Request, decide
from isolation.principal import Principal
from isolation.refusal import Refused

if TYPE_CHECKING:
    from moto.sqs.models import Queue

    from local.aws.queues.backend import Queues

_EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Stranger:
    """A role of another account, which looks at queues and sends; both say why not, None if it went well."""

    account: str
    role: str
    principal: Principal = field(init=False)

    def __post_init__(self) -> None:
        arn = f"arn:aws:iam::{self.account}:role/{self.role}"
        object.__setattr__(self, "principal", Principal(arn=arn, account=self.account, session="sending"))

    def look(self, queue_arn: str) -> str | None:
        """GetQueueAttributes."""
        queue = _queue(queue_arn)
        if queue is None:
            return "there is no such queue"
        return self._refused("sqs:GetQueueAttributes", queue)

    def send(self, queue_arn: str, body: str) -> str | None:
        """SendMessage."""
        queue = _queue(queue_arn)
        if queue is None:
            return "there is no such queue"
        if why := self._refused("sqs:SendMessage", queue) or self._locked_out(queue):
            return why
        queues = cast("Queues", sqs_backends[queue.account_id][queue.region])
        message = queues.send_message(queue.name, body)
        message.sender_id = f"AROAPLACEHOLDER{self.account}:sending"
        return None

    def _refused(self, action: str, queue: Queue) -> str | None:
        return self._decide(action, queue.queue_arn, {}, Policies(identity=[_EVERYTHING], resource=queue.policy))

    def _locked_out(self, queue: Queue) -> str | None:
        """Say why the queue's key cannot be used, if it has one of its own; SQS's own keys are everybody's."""
        name = vars(queue).get("kms_master_key_id")
        if not name:
            return None
        if name.endswith("alias/aws/sqs"):
            return "no other account may use AWS's own key for SQS"
        try:
            key = kms_backends[queue.account_id][queue.region].describe_key(name)
        except (JsonRESTError, KeyError):
            return f"there is no key {name}"
        if key.key_state != "Enabled":
            return f"the key {key.arn} is {key.key_state}"
        context = {"kms:ViaService": f"sqs.{queue.region}.amazonaws.com", "kms:CallerAccount": self.account}
        policies = Policies(identity=[_EVERYTHING], key=key.policy)
        answers = (self._decide(action, key.arn, context, policies) for action in _TO_SEND)
        return next(filter(None, answers), None)

    def _decide(self, action: str, arn: str, context: dict[str, str], policies: Policies) -> str | None:
        try:
            decision = decide(Request(self.principal, action, arn, context), policies)
        except Refused as refused:
            return f"the policy of {arn} cannot be read: {refused}"
        return None if decision.allowed else f"{action}: {decision.why}"


_TO_SEND: Final = ("kms:GenerateDataKey", "kms:Decrypt")


def _queue(arn: str) -> Queue | None:
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS:
        return None
    return sqs_backends[parts[4]][parts[3]].queues.get(parts[5])
