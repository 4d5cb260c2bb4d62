"""How inputs, state and AWS differ."""

from __future__ import annotations

from local.engine.provider.catalogue import resource_type
from local.engine.provider.state import Difference, difference, inputs_after, observed, wanted
from local.engine.provider.tags import TagRules
from local.engine.provider.values import UNKNOWN, Archive

SECRET = resource_type("aws:secretsmanager/secret:Secret")
FUNCTION = resource_type("aws:lambda/function:Function")
RULES = TagRules(defaults={"team": "erp"}, prefixes=("sellerkeys-state:",))
HERE = "eu-west-1"
INPUTS = {"name": "s", "tags": {"a": "b"}, "tagsAll": {"a": "b"}}
STATE = {**INPUTS, "arn": "arn:s", "region": HERE, "recoveryWindowInDays": 30}
POLICY = '{"Statement": [{"Action": "a:B"}]}'
SAME_POLICY = '{"Statement":{"Action":["a:B"]}}'


def compare(**changes: object) -> Difference:
    """What changed inputs do to the secret of `STATE`."""
    return difference(SECRET, {**INPUTS, **changes}, STATE, HERE)


def test_inputs_are_completed() -> None:
    """Defaults and the provider's region are filled in; what AWS once chose stays."""
    assert wanted(SECRET, {"name": "s"}, {"policy": POLICY}, HERE) == {
        "name": "s",
        "policy": POLICY,
        "recoveryWindowInDays": 30,
        "region": HERE,
        "tagsAll": {},
    }


def test_nothing_changed() -> None:
    """Equal inputs are no change; an empty text, list or object is the same as none."""
    assert compare(description="") == Difference(frozenset(), frozenset(), {}, delete_first=False)


def test_a_change_is_told_by_its_place() -> None:
    """What is shown is the tag that changed, not the whole of the tags; an odd key stands in brackets."""
    found = compare(tags={"a": "c", "sellerkeys:base": "dev"}, description="new")

    assert found.places == {
        "description": ("add", False),
        "tags.a": ("update", False),
        'tags["sellerkeys:base"]': ("add", False),
    }
    assert found.replaces == frozenset()


def test_what_was_taken_away_is_a_deletion() -> None:
    """An argument that is gone goes back to what AWS does without it."""
    found = difference(SECRET, INPUTS, {**STATE, "description": "old"}, HERE)

    assert found.places == {"description": ("delete", False)}


def test_a_new_name_replaces() -> None:
    """Old and new have different names, so the new one can come first."""
    found = compare(name="t")

    assert found.places == {"name": ("update", True)}
    assert not found.delete_first


def test_one_name_is_for_one_resource_at_a_time() -> None:
    """A replacement that keeps a name from the program has to wait for the deletion."""
    assert compare(region="us-east-1").delete_first
    assert not compare(region="us-east-1", __defaults=["name"]).delete_first


def test_the_providers_region_counts() -> None:
    """A resource is replaced when its provider moves to another region."""
    assert difference(SECRET, INPUTS, STATE, "us-east-1").replaces == {"region"}


def test_an_unknown_value_may_change_anything() -> None:
    """A preview shows what could change."""
    assert compare(name=UNKNOWN).replaces == {"name"}


def test_a_policy_of_the_same_meaning_is_no_change() -> None:
    """Documents are compared by meaning."""
    assert difference(SECRET, {**INPUTS, "policy": SAME_POLICY}, {**STATE, "policy": POLICY}, HERE).changed == set()


def test_a_policy_that_is_not_declared_stays() -> None:
    """pulumi-aws leaves a secret's policy when the argument goes away (aws.md 7.1)."""
    assert difference(SECRET, INPUTS, {**STATE, "policy": POLICY}, HERE).changed == set()


def test_an_unchanged_zip_is_no_change() -> None:
    """Code is compared by content; the engine leaves paths out of what it compares."""
    inputs = {"code": Archive("same", None)}

    assert "code" not in difference(FUNCTION, inputs, {"code": Archive("same", "/a.zip")}, HERE).changed
    assert "code" in difference(FUNCTION, inputs, {"code": Archive("other", "/a.zip")}, HERE).changed


def test_a_look_keeps_the_spelling() -> None:
    """AWS spells a policy its own way; the state keeps ours while the meaning is the same."""
    now = observed(SECRET, {"arn": "arn:s", "policy": SAME_POLICY}, {**STATE, "policy": POLICY}, RULES)

    assert now == {**STATE, "policy": POLICY}


def test_a_look_leaves_others_tags_out() -> None:
    """Tags under an ignored prefix never reach the state (design.md 4); default tags only reach `tagsAll`."""
    seen = {"tagsAll": {"a": "b", "team": "erp", "sellerkeys-state:status": "ok"}}

    now = observed(SECRET, seen, STATE, RULES)

    assert now["tags"] == {"a": "b"}
    assert now["tagsAll"] == {"a": "b", "team": "erp"}


def test_a_look_sees_drift() -> None:
    """What was changed outside comes into the state, and into the inputs that would have led to it."""
    now = observed(SECRET, {"description": "outside", "tagsAll": {}}, STATE, RULES)

    assert now["description"] == "outside"
    assert "tags" not in now
    assert inputs_after(SECRET, INPUTS, STATE, now) == {"name": "s", "tagsAll": {}, "description": "outside"}


def test_a_choice_of_aws_is_no_input() -> None:
    """A policy the program never asked for is shown, but is nothing it would have said."""
    now = observed(SECRET, {"policy": POLICY}, STATE, RULES)

    assert now["policy"] == POLICY
    assert inputs_after(SECRET, INPUTS, STATE, now) == INPUTS


def test_an_import_reads_its_inputs() -> None:
    """Without a state every argument AWS shows is an input."""
    now = observed(SECRET, {"arn": "arn:s", "name": "s", "region": HERE, "tagsAll": {"a": "b"}}, {}, RULES)

    assert inputs_after(SECRET, {}, {}, now) == {**INPUTS, "region": HERE}
