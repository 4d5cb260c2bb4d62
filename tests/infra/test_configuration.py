"""From a stack's configuration and a roster to a fleet, or to the reasons why not."""

import json
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from infra import configuration
from provisioning.capacity import FLEET_ROLES
from provisioning.fleet import Fleet
from tests.fakes.engine import declare

HEADER = "seller,region,marketplaces\n"


Load = Callable[..., Fleet]


@pytest.fixture
def load(dev_config: dict[str, str], tmp_path: Path) -> Load:
    """Load the demo's configuration with some keys replaced, and a roster's text."""

    def run(roster: str = f"{HEADER}berlin,EU,DE\n", *, stack: str = "dev", **keys: str) -> Fleet:
        path = tmp_path / "roster.csv"
        path.write_text(roster, encoding="utf-8")
        config = {**dev_config, "sellerkeys:roster": str(path)}
        config |= {f"sellerkeys:{key}": value for key, value in keys.items()}
        loaded: list[Fleet] = []
        declare(lambda: loaded.append(configuration.load()), stack=stack, config=config)
        return loaded[0]

    return run


def test_texts_become_settings(load: Load) -> None:
    """The engine hands over texts: JSON for lists and objects, `true` for a boolean."""
    reader = "arn:aws:iam::123456789012:user/erp"

    fleet = load(readers=json.dumps([reader]), disposable="true")

    assert fleet.base == "dev"
    assert fleet.settings.readers == (reader,)
    assert fleet.settings.disposable is True
    assert fleet.settings.application.contact == "amazon-keys@example.com"
    assert [row.seller for row in fleet.sellers] == ["berlin"]


def test_a_configuration_in_the_environment_counts_too(
    dev_config: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulumi's own language host hands everything over in PULUMI_CONFIG, other namespaces included."""
    told = {**dev_config, "sellerkeys:rotation": "rate(7 days)", "aws:profile": "other"}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(told))
    loaded: list[Fleet] = []
    declare(lambda: loaded.append(configuration.load()))

    assert loaded[0].settings.rotation == "rate(7 days)"


def test_a_roster_lies_relative_to_the_project(dev_config: dict[str, str]) -> None:
    """Pulumi runs the program inside `infra/`, but the path is written beside Pulumi.yaml."""
    loaded: list[Fleet] = []
    declare(lambda: loaded.append(configuration.load()), config=dev_config)

    assert [row.seller for row in loaded[0].sellers] == ["maple-outdoor", "berlin-books", "kyoto-tea"]


def test_a_bad_roster_fails_with_file_row_and_column(load: Load, tmp_path: Path) -> None:
    """Every fault is said at once, each with its place."""
    with pytest.raises(pulumi.RunError) as failure:
        load(f"{HEADER}Berlin,EU,DE\nkyoto,EU,JP\nkyoto,FE,JP\nkyoto,FE,JP\n")

    path = tmp_path / "roster.csv"
    assert str(failure.value).splitlines() == [
        f"{path}, row 2, column seller: has to be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit",
        f"{path}, row 3, column marketplaces: JP belongs to FE, but region is EU",
        f"{path}, row 5, column seller: kyoto stands in row 4 already",
    ]


def test_a_structure_that_is_no_json_is_said_to_be_wrong(load: Load) -> None:
    """A text where an object belongs names its key, not a traceback."""
    with pytest.raises(pulumi.RunError) as failure:
        load(application="{private")

    assert str(failure.value).startswith("Pulumi.dev.yaml, sellerkeys:application: ")


@pytest.mark.parametrize("stack", ["Prod", "p_1", "a-stack-of-21-letters", "dev-"])
def test_a_stacks_name_has_to_fit_into_every_name(load: Load, stack: str) -> None:
    """`sellerkeys.{base}.{seller}` has to stay under IAM's 64 characters."""
    with pytest.raises(pulumi.RunError) as failure:
        load(stack=stack)

    assert str(failure.value) == (
        f"stack {stack}: a fleet's stack is named with 1 to 20 of a-z, 0-9 and -, a letter or digit at both ends"
    )


def test_readers_that_no_trust_policy_can_hold_are_refused(load: Load) -> None:
    """IAM would refuse each of the sellers' roles, after half an hour."""
    readers = [f"arn:aws:iam::123456789012:role/{number:064}" for number in range(20)]

    with pytest.raises(pulumi.RunError) as failure:
        load(readers=json.dumps(readers))

    assert str(failure.value) == (
        "Pulumi.dev.yaml, sellerkeys:readers and on_call: 21 principals make a trust policy of 2147 characters where "
        "IAM takes 2048: let them share a role, or have AWS raise it, then say so in sellerkeys:quotas.trust_policy"
    )


def test_a_raised_trust_policy_holds_more_readers(load: Load) -> None:
    """AWS gives up to 8,192 characters on request, and the program believes whoever says so."""
    readers = [f"arn:aws:iam::123456789012:role/{number:064}" for number in range(20)]

    fleet = load(readers=json.dumps(readers), quotas=json.dumps({"trust_policy": 4096}))

    assert len(fleet.settings.readers) == 20


def test_a_roster_that_passes_a_quota_is_refused_with_the_way_out(load: Load) -> None:
    """IAM would refuse the last sellers' roles, after an hour of creating the others."""
    rows = "".join(f"s{number},EU,DE\n" for number in range(1_001 - FLEET_ROLES))

    with pytest.raises(pulumi.RunError) as failure:
        load(HEADER + rows)

    told = str(failure.value)
    assert told.startswith("Pulumi.dev.yaml, ")
    assert told.endswith(
        "roster.csv: 1,001 IAM roles in the account are needed where there are 1,000: have AWS raise it (10,000 at"
        " most), then say so in sellerkeys:quotas.roles, or set sellerkeys:isolation to one-role"
    )


def test_a_raised_quota_lets_the_roster_through(load: Load) -> None:
    """What AWS raised is said in the configuration."""
    rows = "".join(f"s{number},EU,DE\n" for number in range(999))

    fleet = load(HEADER + rows, quotas=json.dumps({"roles": 5000}))

    assert len(fleet.sellers) == 999


def test_one_role_for_all_needs_no_more_roles(load: Load) -> None:
    """The other isolation mode is a way out of the roles' quota, as the refusal says."""
    rows = "".join(f"s{number},EU,DE\n" for number in range(999))

    fleet = load(HEADER + rows, isolation="one-role")

    assert len(fleet.sellers) == 999


def test_every_quota_that_is_passed_is_named(load: Load) -> None:
    """One run tells everything that is in the way."""
    with pytest.raises(pulumi.RunError) as failure:
        load(f"{HEADER}berlin,EU,DE\nparis,EU,FR\n", quotas=json.dumps({"roles": 2, "secrets": 2}))

    assert [line.partition(": ")[2].partition(":")[0] for line in str(failure.value).splitlines()] == [
        f"{2 + FLEET_ROLES} IAM roles in the account are needed where there are 2",
        "3 secrets in the account and region are needed where there are 2",
    ]
