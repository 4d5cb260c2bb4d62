"""The list of documents that the proof looks at is the program's own, and claims about any seller are about each."""

from __future__ import annotations

import json
import runpy
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.configuration import PROJECT
from infra.policies.sellers import reader_policy, seller_secret_policy
from isolation.document import Alone
from isolation.proof.texts import ANY_SELLER
from proving.fleet import KEY, MODES, fleet, place
from provisioning import naming
from tests.fakes.engine import declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.fleet import Fleet
    from provisioning.settings import Isolation

_DOCUMENTS = ("policy", "assumeRolePolicy")


def _sids(document: Any) -> tuple[str, ...]:
    return tuple(row["Sid"] for row in document["Statement"])


def _listed(looked_at: Fleet) -> set[tuple[str, ...]]:
    (seller,) = looked_at.sellers
    trusts = [actor.trust for actor in (*looked_at.actors, seller.reader)]
    own = [document for actor in (*looked_at.actors, seller.reader) for document in actor.identity]
    guards = [guard.policy.document if isinstance(guard.policy, Alone) else guard.policy for guard in looked_at.guards]
    others = guards + [policy for _, policy, _ in looked_at.other_keys]
    every = [looked_at.key_policy, looked_at.app.policy, seller.secret.policy, *trusts, *own, *others]
    return {_sids(document) for document in every if document is not None}


def _declared(mode: str) -> Iterator[tuple[str, ...]]:
    config = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    told = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    told |= {"sellerkeys:isolation": mode, "sellerkeys:events": "true"}
    made = declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=told)
    for resource in made.resources:
        for name in _DOCUMENTS:
            if name in resource.inputs and resource.type.startswith("aws:"):
                yield _sids(json.loads(resource.inputs[name]))


@pytest.mark.parametrize("mode", MODES)
def test_every_declared_document_is_looked_at(mode: Isolation) -> None:
    """A new role or resource with a policy that nobody entered into the list would go unproven."""
    declared = set(_declared(mode))

    assert len(declared) > 8
    assert declared - _listed(fleet(mode)) == set()


@settings(max_examples=50, deadline=None)
@given(st.from_regex(naming.SELLER_PATTERN, fullmatch=True), st.sampled_from(MODES))
def test_documents_say_the_same_of_every_seller(seller: str, mode: Isolation) -> None:
    """What is proven with a variable for the seller holds for his own documents: they differ in his name alone."""
    at = place(mode)

    for written in (lambda slug: reader_policy(at, slug, KEY), lambda slug: seller_secret_policy(at, slug)):
        assert json.dumps(written(ANY_SELLER)).replace(ANY_SELLER, seller) == json.dumps(written(seller))
