"""Whose tags are whose."""

from __future__ import annotations

from local.engine.provider.tags import TagRules

RULES = TagRules(defaults={"team": "erp"}, keys=frozenset({"CostCenter"}), prefixes=("sellerkeys-state:",))


def test_ignored_and_awss_own_tags_are_others() -> None:
    """A tag belongs to somebody else by its key, by its prefix, or because AWS made it."""
    tags = {"CostCenter": "1", "sellerkeys-state:status": "ok", "aws:cloudformation:stack-id": "x", "seller": "maple"}

    assert RULES.owned(tags) == {"seller": "maple"}


def test_own_tags_lie_over_default_ones() -> None:
    """`tagsAll` is the default tags with the resource's own laid over them."""
    assert RULES.all({"seller": "maple"}) == {"team": "erp", "seller": "maple"}
    assert RULES.all({"team": "ops"}) == {"team": "ops"}


def test_default_tags_are_not_the_resources_own() -> None:
    """A default tag seen at AWS is not the resource's, unless it declares the same."""
    assert RULES.own({"team": "erp", "seller": "maple"}, declared={}) == {"seller": "maple"}
    assert RULES.own({"team": "erp"}, declared={"team": "erp"}) == {"team": "erp"}
