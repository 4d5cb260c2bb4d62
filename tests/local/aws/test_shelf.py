"""The bench's shelf of secrets answers as moto's own store does, whatever it is asked by."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from moto.secretsmanager.models import SecretsStore

from local.aws.secrets.shelf import Shelf

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
NAMES = ("sellerkeys/dev/app", "sellerkeys/dev/sellers/maple/sp-api", "prod-eu", "prod-eu-AbCdEf")


def filled(store: SecretsStore) -> SecretsStore:
    """Put the same secrets in."""
    for name in NAMES:
        store[name] = SimpleNamespace(name=name, arn=f"{ARN}{name}-XyZ123")
    return store


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["{name}", ARN + "{name}", ARN + "{name}-XyZ123", ARN + "{name}-Other1", "x{name}"])
def test_found_as_moto_finds_it(name: str, form: str) -> None:
    """By name, ARN, partial ARN, or not at all."""
    asked = form.format(name=name)
    ours, motos = filled(Shelf()), filled(SecretsStore())

    assert getattr(ours.get(asked), "name", None) == getattr(motos.get(asked), "name", None)
    assert (asked in ours) == (asked in motos)
    assert getattr(ours.pop(asked), "name", None) == getattr(motos.pop(asked), "name", None)
    assert list(ours) == list(motos)
