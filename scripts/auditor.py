"""Makes what looks at a deployed fleet out of a client of each service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioning.auditing.account import Auditor
from provisioning.auditing.attached import Things
from provisioning.auditing.buses import Buses
from provisioning.auditing.functions import Functions
from provisioning.auditing.identities import Identities
from provisioning.auditing.keys import Keys
from provisioning.auditing.queues import Queues
from provisioning.auditing.tables import Tables
from provisioning.auditing.topics import Topics
from provisioning.auditing.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.store import Store


def auditor_of(store: Store, client: Callable[[str], Any]) -> Auditor:
    """Make an auditor; `client` makes a client of a service, by boto3's name for it, and may raise Unreachable."""
    sns, functions = client("sns"), Functions(client("lambda"))
    return Auditor(
        store,
        Identities(client("iam")),
        Keys(client("kms")),
        Watch(client("logs"), client("cloudwatch"), sns),
        Things(Topics(sns), Queues(client("sqs")), Tables(client("dynamodb")), functions, Buses(client("events"))),
    )
