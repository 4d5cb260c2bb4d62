"""What a rotation asks of AWS and Amazon, step by step, beside the steps of AWS's generic template (aws.md 2.2).

The second of a seller: his first one also notes which stores Amazon names, where `onboard` has not done so already.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from rich.table import Table

from provisioning.amazon import Amazon, Endpoints
from provisioning.payload import App, Credential
from provisioning.rotation.steps import Recipe, Rotation
from provisioning.store import CURRENT, Store
from tests.fakes.amazon import FakeAmazon
from tests.fakes.rotation import STEPS
from tests.fakes.secrets_manager import FakeSecretsManager

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

_MOST = 12
_APP = "sellerkeys/dev/app"
_SECRET = "sellerkeys/dev/sellers/berlin/sp-api"  # noqa: S105  a name, not a secret
_VERSION = "00000000-0000-4000-8000-00000000000"
#: The gate's DescribeSecret in every step, then what the template does in each (aws.md 2.2, 3.1).
_TEMPLATE = {
    "createSecret": ("DescribeSecret", "GetSecretValue", "GetSecretValue", "PutSecretValue"),
    "setSecret": ("DescribeSecret", "GetSecretValue", "GetSecretValue"),
    "testSecret": ("DescribeSecret", "GetSecretValue"),
    "finishSecret": ("DescribeSecret", "UpdateSecretVersionStage"),
}


def table() -> Table:
    """Rotate once on the strict fake, counting, and lay out."""
    made = Table("one rotation", "AWS calls", "AWS's generic template", "LWA calls", "SP-API calls", "limit", "held")
    total = [0, 0, 0, 0]
    for step, aws, amazon in _counted():
        lwa = sum(path.endswith("/token") for path in amazon)
        row = [len(aws), len(_TEMPLATE[step]), lwa, len(amazon) - lwa]
        total = [before + now for before, now in zip(total, row, strict=True)]
        made.add_row(step, *map(str, row), "", "", end_section=step == STEPS[-1])
    held = "yes" if total[0] <= _MOST else "no"
    made.add_row("all, app secret and state tag included", *map(str, total), f"{_MOST} AWS calls", held)
    return made


def _counted() -> list[tuple[str, list[str], list[str]]]:
    app = App("amzn1.application-oa2-client.PLACEHOLDER", "PLACEHOLDER")
    token, market = "Atzr|PLACEHOLDER", "A1PA6795UKMFR9"
    aws, amazon = (
        FakeSecretsManager(),
        FakeAmazon({app.client_id: app.client_secret}, {token: (app.client_id, (market,))}),
    )
    store = Store(cast("SecretsManagerClient", aws))
    credential = Credential(
        seller="berlin",
        region="EU",
        marketplace_id=market,
        client_id=app.client_id,
        client_secret=app.client_secret,
        refresh_token=token,
        app_version=_VERSION + "1",
    )
    for name, text in ((_APP, app.to_json()), (_SECRET, credential.to_json())):
        aws.declare(name)
        store.put(name, text, version=_VERSION + "1", labels=[CURRENT])
    client = Amazon(Endpoints(), send=amazon, sleep=lambda _: None)
    rotation = Rotation(store, client, Recipe(_APP), lambda: datetime.now(UTC), lambda: _VERSION + "2")
    first = aws.begin_rotation(_SECRET)
    for step in STEPS:
        rotation.run(step, _SECRET, first)
    version = aws.begin_rotation(_SECRET)
    found = []
    for step in STEPS:
        aws.calls.clear()
        amazon.calls.clear()
        rotation.run(step, _SECRET, version)
        found.append((step, list(aws.calls), list(amazon.calls)))
    return found
