"""Consumers with AWS's caching library on the real bench: nobody notices a new client secret; overwriting is noticed.

The small, real counterpart of benchmarks/consumers.py, which models the library in process and on an exact clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.bench import Bench
from local.home import Home
from provisioning.payload import App
from tests.proof.crash.plant import BETWEEN, Plant
from tests.proof.crash.readers import AGES, Tally, Week

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A fleet that has been renewed once."""
    folder = tmp_path_factory.mktemp("consumers")
    with Bench(Home(folder / "bench")) as bench:
        plant = Plant(bench, "dev", folder / "fleet")
        plant.start()
        plant.wait(days=BETWEEN.days)
        yield plant
        plant.stop()


def test_nobody_notices_until_somebody_overwrites(plant: Plant, tables: dict[str, list[str]]) -> None:
    """The same calls: through sellerkeys none fails; with the app secret overwritten by hand they fail from day 7."""
    ours = Week(plant, plant.ask, turns=True).live()
    plant.wait(days=BETWEEN.days)

    def overwrite() -> None:
        new = plant.bench.amazon.notifying.replace(plant.app.client_id, tell=False).value
        plant.secrets.put_secret_value(SecretId=plant.app_arn, SecretString=App(plant.app.client_id, new).to_json())

    by_hand = Week(plant, overwrite, turns=False).live()
    rows = {"sellerkeys": ours, "the app secret overwritten by hand": by_hand}
    tables["consumers over HTTP, with aws-secretsmanager-caching"] = [_row(name, tally) for name, tally in rows.items()]

    assert ours.consumers == by_hand.consumers == 3 * len(plant.sellers) * len(AGES)
    assert ours.calls == by_hand.calls == 6 * ours.consumers
    assert ours.failed == {}
    assert set(by_hand.failed) == {"AmazonRefused"}


def _row(name: str, tally: Tally) -> str:
    said = ", ".join(f"{number} {what}" for what, number in tally.failed.items())
    return (
        f"{name:<35}  {tally.consumers} consumers  {tally.calls:,} calls  {tally.failed.total()} failed"
        f"{f' ({said})' if said else ''}  events up to {tally.latest.total_seconds():.1f} s late"
    )
