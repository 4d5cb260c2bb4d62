"""A stack's configuration: every key missing, misspelt or wrong is one sentence that names it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.errors import BadInput
from provisioning.reminder import Template
from provisioning.settings import Application, Settings, from_config

READER = "arn:aws:iam::123456789012:role/erp"
CANARY = "PLACEHOLDER-CANARY"
CONFIG: dict[str, Any] = {
    "region": "eu-west-1",
    "roster": "rosters/dev.csv",
    "readers": [READER],
    "onboarders": ["arn:aws:iam::123456789012:role/onboarder"],
    "on_call": ["arn:aws:iam::123456789012:role/on-call"],
    "deployers": ["arn:aws:iam::123456789012:role/deployer"],
    "application": {"kind": "public-unlisted", "name": "Example ERP", "contact": "keys@example.com"},
}


def test_defaults() -> None:
    """Only region, roster, application and who may do what have to be told."""
    assert from_config(CONFIG, "Pulumi.dev.yaml") == Settings(
        region="eu-west-1",
        roster="rosters/dev.csv",
        readers=(READER,),
        onboarders=("arn:aws:iam::123456789012:role/onboarder",),
        on_call=("arn:aws:iam::123456789012:role/on-call",),
        deployers=("arn:aws:iam::123456789012:role/deployer",),
        isolation="role-per-seller",
        rotation="rate(30 days)",
        application=Application(kind="public-unlisted", name="Example ERP", contact="keys@example.com"),
        disposable=False,
    )


@pytest.mark.parametrize(("told", "meant"), [(True, True), ("true", True), (False, False), ("false", False)])
def test_truth_as_yaml_and_as_the_engine_writes_it(told: object, *, meant: bool) -> None:
    """YAML has booleans, Pulumi's engine hands over texts; both count."""
    assert from_config(CONFIG | {"disposable": told}, "Pulumi.dev.yaml").disposable is meant


@pytest.mark.parametrize("key", CONFIG)
def test_a_missing_key(key: str) -> None:
    """A key that has to be told and is not says so."""
    assert _faults({name: value for name, value in CONFIG.items() if name != key}) == [f"{key}: is missing"]


@pytest.mark.parametrize("key", ["regoin", "Region", "sellerkeys:region", "", CANARY])
def test_a_misspelt_key(key: str) -> None:
    """A key that is none of ours fails, because a misspelt one would silently be its default (design.md 5)."""
    assert _faults(CONFIG | {key: "x"}) == [f"{key}: is no key of sellerkeys; check the spelling"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        pytest.param("region", "EU", "region: has to be an AWS region, such as eu-west-1", id="SP-API's region"),
        pytest.param("region", "eu-west-1a", "region: has to be an AWS region, such as eu-west-1", id="a zone"),
        pytest.param("region", 7, "region: has to be text", id="region, a number"),
        pytest.param("region", None, "region: has to be text", id="region, nothing"),
        pytest.param("roster", "", "roster: may not be empty", id="roster, empty"),
        pytest.param("roster", 7, "roster: has to be text", id="roster, a number"),
        pytest.param("readers", [], "readers: may not be empty", id="no reader"),
        pytest.param("on_call", [], "on_call: may not be empty", id="nobody on call"),
        pytest.param(
            "deployers",
            ["arn:aws:iam::123456789012:root"],
            "deployers: number 1 is not the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/erp",
            id="the account as a deployer",
        ),
        pytest.param(
            "isolation", "none", "isolation: has to be 'role-per-seller' or 'one-role'", id="no isolation at all"
        ),
        pytest.param("readers", READER, "readers: has to be a list", id="a reader, no list"),
        pytest.param("readers", {"erp": READER}, "readers: has to be a list", id="readers, an object"),
        pytest.param("readers", [READER, 7], "readers: number 2 has to be text", id="a reader, a number"),
        *(
            pytest.param(
                "readers",
                [READER, reader],
                "readers: number 2 is not the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/erp",
                id=name,
            )
            for name, reader in [
                ("a name", f"erp-{CANARY}"),
                ("everybody", "*"),
                ("an account", "arn:aws:iam::123456789012:root"),
                ("a session", "arn:aws:sts::123456789012:assumed-role/erp/x"),
                ("a wildcard", "arn:aws:iam::123456789012:role/*"),
                ("a short account", "arn:aws:iam::12345678901:role/erp"),
                ("foreign digits", "arn:aws:iam::12345678901٣:role/erp"),
                ("foreign letters", "arn:aws:iam::123456789012:role/ärp"),
            ]
        ),
        pytest.param("rotation", 30, "rotation: has to be text", id="rotation, a number"),
        pytest.param("application", "Example", "application: has to be kind, name and contact", id="application, text"),
        pytest.param("application", None, "application: has to be kind, name and contact", id="application, nothing"),
        pytest.param("quotas", "many", "quotas: has to be roles, secrets and trust_policy", id="quotas, text"),
        pytest.param("quotas", {"roles": "many"}, "quotas.roles: has to be a whole number", id="roles, text"),
        pytest.param("quotas", {"roles": 0}, "quotas.roles: has to be greater than or equal to 1", id="no roles"),
        pytest.param(
            "quotas", {"role": 5000}, "quotas.role: is no key of sellerkeys; check the spelling", id="a misspelt quota"
        ),
        pytest.param(
            "application",
            CONFIG["application"] | {"kind": "public"},
            "application.kind: has to be 'private', 'public-unlisted' or 'public-listed'",
            id="kind",
        ),
        pytest.param(
            "application", CONFIG["application"] | {"name": ""}, "application.name: may not be empty", id="name"
        ),
        *(
            pytest.param(
                "application",
                CONFIG["application"] | {"contact": contact},
                "application.contact: has to be an e-mail address",
                id=f"contact {contact!r}",
            )
            for contact in ["", "keys", "keys@example", "two@example.com, one@example.com", "keys@example.com\n"]
        ),
        pytest.param(
            "application",
            CONFIG["application"] | {"owner": CANARY},
            "application.owner: is no key of sellerkeys; check the spelling",
            id="a key of the application's",
        ),
        pytest.param("disposable", "maybe", "disposable: has to be true or false", id="disposable, text"),
        pytest.param("disposable", 2, "disposable: has to be true or false", id="disposable, a number"),
        pytest.param("disposable", None, "disposable: has to be true or false", id="disposable, nothing"),
    ],
)
def test_a_wrong_value(key: str, value: object, said: str) -> None:
    """A value that cannot be names its key, what it has to be, and never what it is."""
    assert _faults(CONFIG | {key: value}) == [said]


def test_a_wrong_schedule() -> None:
    """A rotation is Secrets Manager's schedule expression, or its key is named."""
    assert _faults(CONFIG | {"rotation": "rate(3 hours)"}) == [
        "rotation: Secrets Manager rotates at most once in 4 hours"
    ]


def test_every_fault_at_once() -> None:
    """All faults are told together, a line each, with the file and the whole key."""
    with pytest.raises(BadInput) as refusal:
        from_config({"region": "EU", "disposible": True, "application": {"kind": "private"}}, "Pulumi.prod.yaml")

    assert str(refusal.value).splitlines() == [
        "Pulumi.prod.yaml, sellerkeys:region: has to be an AWS region, such as eu-west-1",
        "Pulumi.prod.yaml, sellerkeys:roster: is missing",
        "Pulumi.prod.yaml, sellerkeys:readers: is missing",
        "Pulumi.prod.yaml, sellerkeys:onboarders: is missing",
        "Pulumi.prod.yaml, sellerkeys:on_call: is missing",
        "Pulumi.prod.yaml, sellerkeys:deployers: is missing",
        "Pulumi.prod.yaml, sellerkeys:application.name: is missing",
        "Pulumi.prod.yaml, sellerkeys:application.contact: is missing",
        "Pulumi.prod.yaml, sellerkeys:disposible: is no key of sellerkeys; check the spelling",
    ]


@given(
    st.dictionaries(
        st.sampled_from([*CONFIG, "rotation", "disposable"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["kind", "name", "contact"]), inner),
        ),
    )
)
def test_any_configuration_at_all(changes: dict[str, object]) -> None:
    """Whatever YAML holds is a configuration or a BadInput in our words, and no other failure."""
    try:
        settings = from_config(CONFIG | changes, "Pulumi.dev.yaml")
    except BadInput as error:
        told = str(error)
    else:
        told = settings.region

    assert not any(jargon in told for jargon in ("Input", "String", "Tuple", "valid ", "pattern", "instance"))


def _faults(config: dict[str, Any]) -> list[str]:
    """Each fault without file and namespace; none of them, nor what is chained to them, quotes a value."""
    with pytest.raises(BadInput) as refusal:
        from_config(config, "Pulumi.dev.yaml")

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    return [line.removeprefix("Pulumi.dev.yaml, sellerkeys:") for line in str(refusal.value).splitlines()]


def test_key_profiles_stand_in_one_order() -> None:
    """However they are listed, the same profiles are the same configuration."""
    assert from_config(CONFIG | {"key_profiles": ["laravel", "npm"]}, "x").key_profiles == ("npm", "laravel")


def test_an_unknown_key_profile() -> None:
    """A profile that does not exist names those that do."""
    assert _faults(CONFIG | {"key_profiles": ["ruby"]}) == ["key_profiles: number 1 has to be 'npm' or 'laravel'"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"application": {"kind": "private", "name": "Example ERP", "contact": "keys@example.com"}},
            "consent: reminders are for public applications: consent to a private one has no stated end",
        ),
        (
            {"rotation": "rate(90 days)"},
            "consent: reminders need a rotation every 60 days at least, for a rotation sends them",
        ),
        (
            {"consent": {"reminders": True, "reminder_template": ""}},
            "consent.reminder_template: String should match pattern '^[!-~]{1,100}$'",
        ),
    ],
)
def test_reminders_that_could_not_be(more: dict[str, Any], said: str) -> None:
    """What never ends, what no rotation comes round for in time, and a template without a name fail the preview."""
    assert _faults(CONFIG | {"consent": {"reminders": True}} | more) == [said]


def test_reminders() -> None:
    """Off unless told; the template is that of Amazon's sample unless told."""
    on = from_config(CONFIG | {"consent": {"reminders": True, "reminder_parameter": "day"}}, "x").consent

    assert (from_config(CONFIG, "x").consent.template, on.template) == (None, Template("REVOCATION_REMINDER", "day"))
