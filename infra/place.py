"""Where a fleet lives and which ARNs follow from that. Plain strings, so policies can be tested without Pulumi."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.people import People
from provisioning import naming

if TYPE_CHECKING:
    from provisioning.settings import Isolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A base stack's name, and the AWS region and account (12 digits) it is declared in.

    The secrets and the key of a `disposable` fleet may be deleted; `isolation` keeps sellers' readers apart, `people`
    are whom the configuration names.
    """

    base: str
    region: str
    account: str
    disposable: bool = False
    isolation: Isolation = "role-per-seller"
    people: People = field(default_factory=People)

    @property
    def app_secret(self) -> str:
        """The ARN pattern of the app secret."""
        return naming.secret_arn_pattern(self.region, self.account, naming.app_secret_name(self.base))

    @property
    def seller_secrets(self) -> str:
        """The ARN pattern of all seller secrets, present and future."""
        return self.seller_secret("*")

    def seller_secret(self, seller: str) -> str:
        """Write the ARN pattern of one seller's secret; it outlives a deletion, an exact ARN would not."""
        return naming.secret_arn_pattern(self.region, self.account, naming.seller_secret_name(self.base, seller))

    @property
    def readers(self) -> str:
        """The ARN pattern of all reader roles."""
        return f"arn:aws:iam::{self.account}:role{naming.reader_role_path(self.base)}*"

    def reader(self, seller: str) -> str:
        """Write the ARN of the role that reads for one seller."""
        if self.isolation == "one-role":
            return self.one_reader
        return naming.reader_role_arn(self.account, self.base, seller)

    @property
    def one_reader(self) -> str:
        """The ARN of the one role that reads for every seller, where isolation is by one role."""
        return naming.one_reader_role_arn(self.account, self.base)

    def log(self, function: str) -> str:
        """Write the ARN of a function's log group."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{naming.log_group_name(self.base, function)}"

    def rule(self, what: str) -> str:
        """Write the ARN of a rule of EventBridge."""
        return f"arn:aws:events:{self.region}:{self.account}:rule/{naming.rule_name(self.base, what)}"

    @property
    def default_bus(self) -> str:
        """The ARN of the bus on which AWS's own services tell."""
        return f"arn:aws:events:{self.region}:{self.account}:event-bus/default"

    @property
    def bus(self) -> str:
        """The ARN of the event bus on which consumers are told."""
        return f"arn:aws:events:{self.region}:{self.account}:event-bus/{naming.bus_name(self.base)}"

    def alarm(self, function: str, what: str) -> str:
        """Write the ARN of an alarm on a function; with a star, the pattern of all of them."""
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{naming.alarm_name(self.base, function, what)}"

    @property
    def alarms(self) -> str:
        """The ARN pattern of the fleet's alarms."""
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:sellerkeys-{self.base}-*"

    @property
    def topic(self) -> str:
        """The ARN of the topic over which alarms and notices reach people."""
        return f"arn:aws:sns:{self.region}:{self.account}:{naming.topic_name(self.base)}"

    @property
    def table(self) -> str:
        """The ARN of the table."""
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{naming.table_name(self.base)}"

    def queue(self, what: str) -> str:
        """Write the ARN of a queue."""
        return naming.queue_arn(self.region, self.account, self.base, what)

    @property
    def rotation_function(self) -> str:
        """The ARN of the rotation function."""
        return naming.function_arn(self.region, self.account, self.base, naming.ROTATION)

    @property
    def rotation_role(self) -> str:
        """The ARN of the rotation function's role."""
        return naming.function_role_arn(self.account, self.base, naming.ROTATION)

    def function(self, name: str) -> str:
        """Write a function's ARN."""
        return naming.function_arn(self.region, self.account, self.base, name)

    def function_role(self, name: str) -> str:
        """Write the ARN of the role a function runs under."""
        return naming.function_role_arn(self.account, self.base, name)

    @property
    def mappings(self) -> str:
        """The ARN pattern of every event source mapping of region and account."""
        return f"arn:aws:lambda:{self.region}:{self.account}:event-source-mapping:*"

    def key_alias(self, name: str) -> str:
        """Write the ARN of a key's alias."""
        return f"arn:aws:kms:{self.region}:{self.account}:{name}"

    @property
    def keys(self) -> str:
        """The ARN pattern of every key of region and account; a condition has to say which is the fleet's."""
        return f"arn:aws:kms:{self.region}:{self.account}:key/*"
