"""Stay within what AWS and Amazon grant: the store and the client of Amazon, held to budgets that many threads share.

What is put off in spite of it is put off once more, for less often, until it goes through: a bulk run has no failures
that only mean "later".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from provisioning import quotas
from provisioning.budget import Budget
from provisioning.errors import Throttled
from provisioning.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_secretsmanager import SecretsManagerClient

#: How often a call is made before a throttled one counts as failed; each time the budget gets smaller.
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Writes:
    """Secrets Manager's budgets for what changes a secret, each shared by the operations of one row of aws.md 5.1."""

    values: Budget
    rotations: Budget
    tags: Budget

    @classmethod
    def granted(cls, rate: float | None, clock: Callable[[], float], sleep: Callable[[float], None]) -> Self:
        """Make them for an account: `rate` a second in each, None for AWS's usual numbers."""
        usual = (quotas.WRITES, quotas.ROTATION_STARTS, quotas.TAGGINGS)
        return cls(*(Budget(rate or quota.default.number, clock, sleep) for quota in usual))

    @property
    def by_action(self) -> Mapping[str, Budget]:
        """Tell which budget an operation spends."""
        return {
            "PutSecretValue": self.values,
            "UpdateSecretVersionStage": self.values,
            "RotateSecret": self.rotations,
            "TagResource": self.tags,
        }


class PacedStore(Store):
    """A store that waits for its turn before each write, and asks for less where AWS throttles; threads share it."""

    def __init__(self, client: SecretsManagerClient, writes: Writes, clock: Callable[[], Any]) -> None:
        super().__init__(client, clock=clock)
        self._budgets = writes.by_action

    def _ask(self, action: str, secret_id: str, call: Callable[..., Any], **asked: Any) -> Any:  # noqa: ANN401 - boto3's
        budget = self._budgets.get(action)
        if budget is None:
            return super()._ask(action, secret_id, call, **asked)
        for _ in range(_ATTEMPTS - 1):
            budget.wait()
            try:
                answer = super()._ask(action, secret_id, call, **asked)
            except Throttled:
                budget.lower()
                continue
            if (answer or {}).get("ResponseMetadata", {}).get("RetryAttempts"):
                # botocore was put off before it got through.
                budget.lower()
            return answer
        budget.wait()
        return super()._ask(action, secret_id, call, **asked)
