"""DynamoDB: moto keeps the tables; here a write with a condition is one step, as at AWS.

moto looks and then writes, so that of two writers at once both could find the condition met.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

if TYPE_CHECKING:
    from moto.dynamodb.models.dynamo_type import Item


class Tables(DynamoDBBackend):
    """DynamoDB's writes, one after another."""

    __module__ = "moto.dynamodb.models"  # moto finds a service's URLs through the backend's module

    lock: ClassVar[threading.RLock] = threading.RLock()

    def put_item(self, *arguments: Any, **options: Any) -> Item:  # noqa: ANN401 - moto's signature
        """Put an item where its condition holds."""
        with self.lock:
            return super().put_item(*arguments, **options)

    def update_item(self, *arguments: Any, **options: Any) -> Item:  # noqa: ANN401 - moto's signature
        """Change an item where its condition holds."""
        with self.lock:
            return super().update_item(*arguments, **options)

    def delete_item(self, *arguments: Any, **options: Any) -> Item | None:  # noqa: ANN401 - moto's signature
        """Delete an item where its condition holds."""
        with self.lock:
            return super().delete_item(*arguments, **options)

    def transact_write_items(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - moto's signature
        """Write several items, all or none."""
        with self.lock:
            super().transact_write_items(*arguments, **options)


def install() -> None:
    """Put the bench's DynamoDB in place of moto's, for each new bench of a process."""
    dynamodb_backends.backend = Tables
