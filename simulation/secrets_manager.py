"""Secrets Manager in memory: the bench's pure rules over versions and labels, without HTTP, moto or threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.aws.secrets import versions as rules
from local.aws.secrets.refusal import not_found
from local.aws.secrets.versions import CURRENT, PENDING, Value, Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from local.aws.secrets.schedule import Schedule
    from local.aws.unsettled import Unsettled
    from local.clock import Clock

ACCOUNT = "123456789012"
REGION = "eu-west-1"


@dataclass(slots=True)
class Held:
    """One secret: its versions, its tags, and how it rotates."""

    name: str
    tags: dict[str, str]
    versions: Mapping[str, Version] = field(default_factory=dict)
    enabled: bool = False
    function: str | None = None
    rules: Schedule | None = None
    next_rotation: datetime | None = None
    last_rotated: datetime | None = None

    @property
    def arn(self) -> str:
        """Its ARN; AWS's six characters are always the same here."""
        return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{self.name}-AbCdEf"

    def text(self, label: str) -> str | None:
        """Read the value under a label; None where no version, or an empty one, has it."""
        found = rules.holder(self.versions, label)
        return found.value.text if found and found.value else None

    def version(self, label: str) -> str | None:
        """Name the version under a label."""
        found = rules.holder(self.versions, label)
        return found.id if found else None

    @property
    def unfinished(self) -> Version | None:
        """The version of a rotation that is not complete."""
        return rules.unfinished(self.versions)


class Watcher:
    """Whoever wants to see each change as it happens; this one looks away."""

    def changed(self, held: Held, before: Mapping[str, Version]) -> None:
        """Versions or labels have changed."""

    def tagged(self, held: Held, tags: Mapping[str, str]) -> None:
        """Tags were set."""

    def abandoned(self, held: Held, token: str) -> None:
        """AWSPENDING was taken off version `token` by a put (aws.md 2.6)."""


class SecretsManager:
    """One account's secrets; raises the rules' Refused."""

    def __init__(self, clock: Clock, unsettled: Unsettled) -> None:
        self.clock = clock
        self.unsettled = unsettled
        self.watcher = Watcher()
        self._secrets: dict[str, Held] = {}
        self._by_arn: dict[str, Held] = {}

    def declare(self, name: str, tags: Mapping[str, str]) -> Held:
        """Make an empty secret, as the Pulumi program does."""
        held = Held(name, dict(tags))
        self._secrets[name] = self._by_arn[held.arn] = held
        return held

    def find(self, secret_id: str) -> Held:
        """Find a secret by name or ARN."""
        held = self._secrets.get(secret_id) or self._by_arn.get(secret_id)
        if held is None:
            raise not_found()
        return held

    def list(self, prefix: str) -> Iterator[Held]:
        """List the secrets whose names begin with `prefix`."""
        return (held for name, held in self._secrets.items() if name.startswith(prefix))

    def read(self, secret_id: str, version: str | None, label: str | None) -> Version:
        """Find the version that GetSecretValue means."""
        return rules.read(self.find(secret_id).versions, version, label)

    def put(self, secret_id: str, text: str, version: str, labels: frozenset[str]) -> None:
        """Store a value in a new version, or in the empty one of a rotation."""
        held = self.find(secret_id)
        new = Version(version, Value(text), labels, self.clock.now())
        done = rules.put(held.versions, new, any_label_abandons=self.unsettled.any_label_abandons)
        self.change(held, done.versions)
        if done.abandoned:
            self.watcher.abandoned(held, done.abandoned)

    def move(self, secret_id: str, label: str, source: str | None, target: str | None) -> None:
        """Move, add or take off a label."""
        held = self.find(secret_id)
        self.change(held, rules.move(held.versions, label, source, target))

    def tag(self, secret_id: str, tags: Mapping[str, str]) -> None:
        """Set tags."""
        held = self.find(secret_id)
        held.tags.update(tags)
        self.watcher.tagged(held, tags)

    def begin(self, held: Held, token: str, *, trial: bool) -> None:
        """Make the AWSPENDING version that a rotation, or the trial of one, starts with."""
        current = rules.holder(held.versions, CURRENT)
        copied = current.value if trial and current and self.unsettled.trial_has_value else None
        self.change(held, rules.begin(held.versions, token, copied, self.clock.now()))

    def settle(self, held: Held) -> None:
        """End a rotation that succeeded; AWSPENDING goes off what became AWSCURRENT, where AWS does (aws.md 2.3)."""
        held.last_rotated = self.clock.now()
        if not self.unsettled.pending_stays:
            self.change(held, rules.settle(held.versions))

    def drop(self, held: Held, token: str) -> None:
        """Remove the version that a trial was run against (aws.md 2.4)."""
        self.change(held, {key: version for key, version in held.versions.items() if key != token})

    def waits(self, held: Held, token: str) -> bool:
        """Tell whether the rotation of `token` may go on."""
        pending = rules.holder(held.versions, PENDING)
        return held.enabled and pending is not None and pending.id == token

    def change(self, held: Held, versions: Mapping[str, Version]) -> None:
        """Write versions back, and let the watcher see."""
        before, held.versions = held.versions, versions
        if before is not versions:
            self.watcher.changed(held, before)
