"""What else of a fleet has a policy attached, beside secrets and keys: its topic, queues, table, bus and functions.

Each module that reads one of them knows boto3's shapes of that service alone, and gives what this says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.auditing.buses import Buses
    from provisioning.auditing.functions import Functions
    from provisioning.auditing.queues import Queues
    from provisioning.auditing.tables import Tables
    from provisioning.auditing.topics import Topics

FUNCTIONS: Final = (naming.ROTATION, naming.CALENDAR, naming.CLIENT_SECRET, naming.CONSENT)
QUEUES: Final = tuple(name for what in (naming.NEW_SECRET, naming.EXPIRY) for name in (what, naming.dead(what)))


@dataclass(frozen=True, slots=True)
class Attached:
    """A thing, called as people are told of it, with its policy, None where there is none.

    `settings` are those beside the policy that say who may, in words for people: the key it is encrypted with, the
    role it runs under.
    """

    name: str
    policy: Mapping[str, Any] | None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Things:
    """What reads each kind of thing; raises AccessDenied or Unreachable."""

    topics: Topics
    queues: Queues
    tables: Tables
    functions: Functions
    buses: Buses

    def all(self, base: str, region: str, account: str) -> dict[str, Attached]:
        """Read every thing that is there, by its ARN."""
        return {arn: found for arn, found in self._asked(base, region, account) if found is not None}

    def _asked(self, base: str, region: str, account: str) -> Iterator[tuple[str, Attached | None]]:
        topic = f"arn:aws:sns:{region}:{account}:{naming.topic_name(base)}"
        yield topic, self.topics.find(topic)
        for what in QUEUES:
            yield naming.queue_arn(region, account, base, what), self.queues.find(naming.queue_name(base, what))
        table = f"arn:aws:dynamodb:{region}:{account}:table/{naming.table_name(base)}"
        yield table, self.tables.find(table)
        bus = naming.bus_name(base)
        yield f"arn:aws:events:{region}:{account}:event-bus/{bus}", self.buses.find(bus)
        for name in FUNCTIONS:
            arn = naming.function_arn(region, account, base, name)
            yield arn, self.functions.find(naming.function_name(base, name))
