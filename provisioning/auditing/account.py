"""All that is looked at of a deployed fleet, read once: the state from which evidence and proof are computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provisioning import naming
from provisioning.errors import SecretNotDeclared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from provisioning.auditing.attached import Attached, Things
    from provisioning.auditing.identities import Identities, Identity, Logins
    from provisioning.auditing.keys import Key, Keys
    from provisioning.auditing.watch import Alarm, Log, Subscriber, Watch
    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret, Store


@dataclass(frozen=True, slots=True)
class Held:
    """A secret as it is deployed: what is known of it, and the policy attached to it."""

    secret: Secret
    policy: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class OtherKeys:
    """The fleet's other keys, None where there is none: of the queues, and of what waits for a person."""

    queues: Key | None = None
    held: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A fleet as it is deployed; `sellers` holds those of the roster that have a secret, by slug.

    `attached` holds, by ARN, what else has a policy and is there.
    """

    fleet: Fleet
    key: Key
    app: Held
    sellers: Mapping[str, Held]
    identities: tuple[Identity, ...]
    logins: Logins
    logs: tuple[Log, ...]
    alarms: tuple[Alarm, ...]
    subscribers: tuple[Subscriber, ...]
    undeclared: tuple[str, ...] = ()
    other_keys: OtherKeys = field(default_factory=OtherKeys)
    attached: Mapping[str, Attached] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The AWS account's number."""
        return self.app.secret.account


@dataclass(frozen=True, slots=True)
class Auditor:
    """What reads each part of an account."""

    store: Store
    identities: Identities
    keys: Keys
    watch: Watch
    things: Things

    def look(self, fleet: Fleet, passing: Callable[[Iterable[Row]], Iterable[Row]] = lambda rows: rows) -> Account:
        """Read everything; `passing` sees each seller go by. Raises Waiting where `pulumi up` has not been run."""
        key = self.keys.find(naming.key_alias(fleet.base))
        app = self._held(fleet.app_secret)
        sellers, undeclared = {}, []
        for row in passing(sorted(fleet.sellers, key=lambda row: row.seller)):
            try:
                sellers[row.seller] = self._held(fleet.secret_of(row.seller))
            except SecretNotDeclared:
                undeclared.append(row.seller)
        region, account = fleet.settings.region, app.secret.account
        return Account(
            fleet=fleet,
            key=key,
            app=app,
            sellers=sellers,
            identities=self.identities.all(),
            logins=self.identities.logins(),
            logs=self.watch.logs(naming.log_group_name(fleet.base, "")),
            alarms=self.watch.alarms(naming.function_name(fleet.base, "")),
            subscribers=self.watch.subscribers(f"arn:aws:sns:{region}:{account}:{naming.topic_name(fleet.base)}"),
            undeclared=tuple(undeclared),
            other_keys=OtherKeys(
                queues=self.keys.seek(naming.queues_key_alias(fleet.base)),
                held=self.keys.seek(naming.held_key_alias(fleet.base)),
            ),
            attached=self.things.all(fleet.base, region, account),
        )

    def _held(self, name: str) -> Held:
        return Held(self.store.describe(name), self.store.policy(name))
