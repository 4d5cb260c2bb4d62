"""What is claimed of a fleet, each as the cases in which it would be false (design.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolation.proof.claims import actors, guards, keys, names, readers, secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.fleet import Fleet
    from isolation.proof.proving import Claim


def of(fleet: Fleet) -> Iterator[Claim]:
    """List every claim."""
    yield from names.of_names(fleet)
    for seller in fleet.sellers:
        yield from readers.of_reader(fleet, seller)
    for guard in fleet.guards:
        yield guards.guarded(fleet, guard)
    yield from keys.of_key(fleet)
    yield from keys.of_other_keys(fleet)
    yield from keys.of_grants(fleet)
    for secret in (fleet.app, *(seller.secret for seller in fleet.sellers), *fleet.other_secrets):
        yield from secrets.of_secret(fleet, secret)
    for actor in fleet.actors:
        yield from actors.of_actor(fleet, actor)
