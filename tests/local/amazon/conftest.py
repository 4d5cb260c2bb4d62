"""Amazon, running, with one EU seller who consented to one public application; and a way to talk to it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from local.amazon.server import AmazonServer
from local.clock import Clock
from provisioning.marketplaces import Region
from tests.local.amazon.vendor import Connection, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Give a clock to move."""
    clock = Clock()
    yield clock
    clock.stop()


@pytest.fixture
def amazon(clock: Clock) -> Iterator[AmazonServer]:
    """Run an empty Amazon, with the same ids and tokens every time."""
    server = AmazonServer(clock, random.Random(180))  # noqa: S311 - placeholders
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connection(amazon: AmazonServer) -> Connection:
    """Talk HTTP to Amazon."""
    return Connection(int(amazon.url.rpartition(":")[2]))


@pytest.fixture
def vendor(amazon: AmazonServer, connection: Connection) -> Vendor:
    """Make a vendor with one EU seller."""
    application = amazon.registry.add_application()
    seller = amazon.registry.add_seller(Region.EU, ["DE", "FR"], store_name="Placeholder Books")
    authorization = amazon.registry.authorize(application.client_id, seller.selling_partner_id, Region.EU)
    return Vendor(
        connection.port,
        application.client_id,
        application.secrets[0].value,
        authorization.refresh_token,
        seller.selling_partner_id,
    )
