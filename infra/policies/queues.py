"""Who may send to and receive from the queues that Amazon writes to, and who may use their key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import ITSELF, document
from infra.policies.key import ADMINISTRATION, USE
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: What Amazon's account needs: to send, and to look at the queue when somebody subscribes it (sp-api.md 5.3).
_AMAZON: Final = {"AWS": f"arn:aws:iam::{naming.AMAZON_ACCOUNT}:root"}


def credential_queue_policy(place: Place, queue: str) -> Document:
    """Let Amazon in, to send and nothing more; of this account, nobody but the client-secret function receives.

    The messages hold the new client secret, so a receiver is a reader. Sending is not closed: SQS redrives in the name
    of the function, and the function believes no message that it has not proven.
    """
    resource = place.queue(queue)
    return document(
        {
            "Sid": "AmazonSends",
            "Effect": "Allow",
            "Principal": _AMAZON,
            "Action": ["sqs:GetQueueAttributes", "sqs:SendMessage"],
            "Resource": resource,
        },
        _only_the_function_receives(place, resource),
    )


def dead_letter_policy(place: Place, queue: str) -> Document:
    """Let nobody but the client-secret function receive what `queue` gave up: it holds what the queue held.

    SQS asks whoever starts a redrive for that permission as well, so it is the function's, too.
    """
    return document(_only_the_function_receives(place, place.queue(naming.dead(queue))))


def _only_the_function_receives(place: Place, resource: str) -> Document:
    return {
        "Sid": "OnlyTheClientSecretFunctionReceives",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:ReceiveMessage",
        "Resource": resource,
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": place.function_role(naming.CLIENT_SECRET)}},
    }


def queues_key_policy(place: Place) -> Document:
    """Say who may use the queues' key: Amazon to send, this account as its identity policies say; only through SQS.

    A key of its own, so that Amazon's account never appears on the key of the credentials (design.md 6). SQS asks for
    a data key as the sender, and to decrypt it as well.
    """
    through_sqs = {"StringEquals": {"kms:ViaService": f"sqs.{place.region}.amazonaws.com"}}
    account = {"AWS": f"arn:aws:iam::{place.account}:root"}
    use = ["kms:Decrypt", "kms:GenerateDataKey"]
    return document(
        {
            "Sid": "AccountAdministers",
            "Effect": "Allow",
            "Principal": account,
            "Action": list(ADMINISTRATION),
            "Resource": ITSELF,
        },
        {
            "Sid": "AmazonThroughQueues",
            "Effect": "Allow",
            "Principal": _AMAZON,
            "Action": use,
            "Resource": ITSELF,
            "Condition": through_sqs,
        },
        {
            "Sid": "AccountThroughQueues",
            "Effect": "Allow",
            "Principal": account,
            "Action": use,
            "Resource": ITSELF,
            "Condition": through_sqs,
        },
        {
            "Sid": "NoDirectUse",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [*USE, "kms:CreateGrant"],
            "Resource": ITSELF,
            # A direct call has no ViaService, and "not equals" then denies: no Null guard.
            "Condition": {"StringNotEquals": through_sqs["StringEquals"]},
        },
    )
