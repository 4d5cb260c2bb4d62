"""What of a fleet has a policy attached beside roles, secrets and keys, as it is declared; and what nobody looks at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from infra.policies.functions import FUNCTIONS, OPEN, function_policy
from infra.policies.queues import credential_queue_policy, dead_letter_policy
from infra.policies.topic import topic_policy
from provisioning import naming
from provisioning.auditing import functions, queues
from provisioning.auditing.attached import Attached
from provisioning.errors import SellerkeysError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.place import Place

#: What `sellerkeys prove --live` does not look at, and why or where to look instead.
NOT_LOOKED_AT: Final = (
    "people's and the ERP's roles, which are yours: what they read is decided, nothing compared with docs/policies/",
    "functions' code, environment, versions and aliases: the alarm on changed policies and code tells of each change",
    "schedules, queue mappings, alarms and log groups, which let nobody in: `pulumi preview --refresh` compares them",
    "service control policies, resource control policies and VPC endpoints, which can only take away",
)


class Unread(SellerkeysError):
    """A document of a kind that nobody reads on a live account; to leave it out would be to call it proven."""

    def __init__(self, what: str, resource: str) -> None:
        super().__init__(
            f"{what}: `prove --live` does not know how to read the policy of {resource}: this is a defect of"
            " sellerkeys; report it"
        )


def things(at: Place, queues_key: str, *, pages: bool, events: bool) -> Iterator[tuple[str, Attached]]:
    """List, by ARN, each as it is declared; `pages` says that sellers have pages, `events` that consumers are told.

    `queues_key` is the ARN of the queues' key.
    """
    yield at.topic, Attached(f"topic {naming.topic_name(at.base)}", topic_policy(at))
    for what in (naming.NEW_SECRET, naming.EXPIRY):
        dead = naming.dead(what)
        under = {queues.KEY: queues.key_id(queues_key)}
        name = f"queue {naming.queue_name(at.base, what)}"
        yield at.queue(what), Attached(name, credential_queue_policy(at, what), under)
        takes = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [at.queue(what)]}, sort_keys=True)
        name = f"queue {naming.queue_name(at.base, dead)}"
        yield at.queue(dead), Attached(name, dead_letter_policy(at, what), {**under, queues.TAKES: takes})
    yield at.table, Attached(f"table {naming.table_name(at.base)}", None)
    if events:
        yield at.bus, Attached(f"event bus {naming.bus_name(at.base)}", None)
    for name in FUNCTIONS:
        is_open = name == naming.CONSENT
        if is_open and not pages:
            continue
        told = {functions.ROLE: at.function_role(name), functions.ADDRESS: OPEN if is_open else functions.NO_ADDRESS}
        called = f"function {naming.function_name(at.base, name)}"
        yield at.function(name), Attached(called, function_policy(at, name), told)
