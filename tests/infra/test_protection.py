"""What must not be lost."""

from dataclasses import replace

import pulumi

from infra.place import Place
from infra.protection import protected, recovery_days
from tests.fakes.engine import declare


def test_a_fleet_is_protected_unless_it_is_disposable(place: Place) -> None:
    """Then Pulumi may delete, and AWS forgets after seven days instead of thirty."""
    made: list[pulumi.ResourceOptions] = []

    def program() -> None:
        parent = pulumi.ComponentResource("sellerkeys:index:Parent", "parent")
        made.extend(protected(parent, fleet) for fleet in (place, replace(place, disposable=True)))

    declare(program)

    assert [options.protect for options in made] == [True, False]
    assert all(options.parent is made[0].parent for options in made)
    assert [recovery_days(fleet) for fleet in (place, replace(place, disposable=True))] == [30, 7]
