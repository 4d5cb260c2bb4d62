"""The life of one resource at AWS: create, read, update and delete, the same for every type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.engine.provider.errors import AwsError, Incomplete, sentence
from local.engine.provider.resource import Existing
from local.engine.provider.state import created, difference, inputs_after, observed, wanted
from local.engine.provider.values import UNKNOWN

if TYPE_CHECKING:
    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import ResourceType
    from local.engine.provider.tags import TagRules
    from local.engine.provider.values import Values


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One resource's type, the AWS it lives in, and the tags it shares with others."""

    kind: ResourceType
    aws: Aws
    rules: TagRules

    def preview_create(self, inputs: Values) -> Values:
        """Tell the state as far as it is known before AWS was asked."""
        chosen = (name for name, argument in self.kind.arguments.items() if argument.chosen_by_aws)
        return dict.fromkeys(chosen, UNKNOWN) | created(self.kind, wanted(self.kind, inputs, {}, self.aws.region), {})

    def create(self, inputs: Values) -> tuple[str, Values]:
        """Create it; return id and state; raises Incomplete where it exists but a later step failed."""
        target = wanted(self.kind, inputs, {}, self.aws.region)
        identifier, outputs = self.kind.create(self.aws, target)
        try:
            self.kind.complete(Existing(self.aws, identifier, {}), target)
        except AwsError as error:
            raise Incomplete(identifier, sentence(f"completing {self.kind.pulumi_type} {identifier}", error)) from error
        return identifier, created(self.kind, target, outputs)

    def read(self, identifier: str, inputs: Values, state: Values) -> tuple[Values, Values] | None:
        """Look at it; return state and inputs, or None if it is gone."""
        seen = self.kind.read(Existing(self.aws, identifier, state))
        if seen is None:
            return None
        if "region" in self.kind.arguments:
            seen["region"] = self.aws.region
        now = observed(self.kind, seen, state, self.rules)
        return now, inputs_after(self.kind, inputs, state, now)

    def preview_update(self, inputs: Values, state: Values) -> Values:
        """Tell the state as far as it is known before AWS was asked."""
        return self._kept(state) | dict.fromkeys(self.kind.volatile, UNKNOWN) | self._target(inputs, state)

    def update(self, identifier: str, inputs: Values, state: Values) -> Values:
        """Make what differs as the inputs say; return the state; a tag the program never had is left alone."""
        target = self._target(inputs, state)
        changed = difference(self.kind, inputs, state, self.aws.region).changed
        existing = Existing(self.aws, identifier, state)
        outputs = self.kind.update(existing, target, changed)
        if "tagsAll" in changed:
            self._retag(existing, target)
        return self._kept(state) | target | outputs

    def delete(self, identifier: str, state: Values) -> None:
        """Delete it."""
        self.kind.delete(Existing(self.aws, identifier, state))

    def _target(self, inputs: Values, state: Values) -> Values:
        return wanted(self.kind, inputs, state, self.aws.region)

    def _kept(self, state: Values) -> Values:
        return {name: state[name] for name in self.kind.outputs if name in state}

    def _retag(self, existing: Existing, target: Values) -> None:
        old, new = existing.state.get("tagsAll", {}), target["tagsAll"]
        if gone := sorted(key for key in old.keys() - new.keys() if not self.rules.ignores(key)):
            self.kind.untag(existing, gone)
        if fresh := {key: value for key, value in new.items() if old.get(key) != value}:
            self.kind.tag(existing, fresh)
