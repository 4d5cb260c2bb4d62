"""A reduced hunt: `make mutants` breaks every document in every way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from proving.breaking import faults, told
from proving.fleet import MODES, fleet
from proving.hunting import Found, caught, hunt, quarry
from proving.mutants import Mutant, mutants, written
from proving.survivors import EXPLAINED

if TYPE_CHECKING:
    from provisioning.settings import Isolation

REDUCED = (
    ("role-per-seller", "the reader of a seller"),
    ("role-per-seller", "the trust of the reader of a seller"),
    ("role-per-seller", "the queue new-secret"),
    ("role-per-seller", "the topic"),
    ("role-per-seller", "an auditor"),
    ("one-role", "the trust of a session of the one reader"),
)


def _mutant(mode: Isolation, document: str, why: str) -> Mutant:
    return next(one for one in mutants(document, written(fleet(mode))[document]) if one.why == why)


def test_there_are_enough_of_them() -> None:
    """In each mode, over all documents, and in the reduced hunt as well."""
    assert all(sum(len(list(mutants(*one))) for one in written(fleet(mode)).items()) > 500 for mode in MODES)
    assert sum(len(list(mutants(name, written(fleet(mode))[name]))) for mode, name in REDUCED) >= 60


def test_every_document_is_broken() -> None:
    """Of both modes, a document that both have once."""
    broken = [written(fleet(mode))[name] for mode, name in quarry()]

    assert all(document in broken for mode in MODES for document in written(fleet(mode)).values())
    assert {name for mode, name in quarry() if mode == "one-role"} >= {
        "a seller's secret", "a session of the one reader", "the trust of a session of the one reader",
        "whoever is on call",
    }  # fmt: skip


@pytest.mark.parametrize(("mode", "name"), REDUCED, ids=[name for _, name in REDUCED])
def test_each_is_caught_or_explained_and_equal(mode: Isolation, name: str) -> None:
    """A star for an ARN, a dropped condition or denial, `-*` for `-??????`, another operator, another principal."""
    found = list(hunt(mode, name))

    assert faults(found, whole=False) == []
    assert sum(bool(one.by) for one in found) > len(found) / 2


@pytest.mark.parametrize(
    ("document", "why", "claim"),
    [
        (
            "the key of what waits",
            "SealAndOpenForThisFleet: its condition is dropped",
            "nobody but the consent function seals, for this fleet",
        ),
        (
            "the key of what waits",
            "SealAndOpenForThisFleet: everybody for its principal",
            "by its grants alone",
        ),
        (
            "the key of what waits",
            "NoOtherUse: the denial forgets kms:CreateGrant",
            "nobody uses it in another way, whatever is granted beside its denials",
        ),
        (
            "the key of what waits",
            "OnlyWhoeverIsOnCallOpens: its condition is dropped",
            "whoever is on call may make every call that its work takes",
        ),
        (
            "the sqs key",
            "AmazonThroughQueues: its condition is dropped",
            "nobody uses the other key but through sqs, by its grants alone",
        ),
        (
            "the sqs key",
            "NoDirectUse: the denial is dropped",
            "nobody uses the other key but through sqs, whatever is granted beside its denials",
        ),
        (
            "the sqs key",
            "AmazonThroughQueues: a star for its actions",
            "nobody uses the other key in another way than sqs does",
        ),
        (
            "the key",
            "NoOtherSecrets: the denial is dropped",
            "whatever is granted beside its denials",
        ),
        (
            "a seller's secret with an application of his own",
            "OnlyOperatorsAndFunctionsWrite: the denial is dropped",
            "a seller's secret with an application of his own: nobody but who is named writes",
        ),
        (
            "the deployer",
            "NoValues: the denial is dropped",
            "the deployer reads and writes no value, whatever else is attached to his role",
        ),
        (
            "the deployer",
            "DeclareSecrets: it also reads",
            "the deployer reads and writes no value, by what he is granted alone",
        ),
        (
            "the deployer",
            "NoForcedDeletion: the denial is dropped",
            "the deployer deletes no secret without a way back",
        ),
        (
            "the deployer",
            "HandFunctionsTheirRole: its condition is dropped",
            "the deployer: it hands functions' roles to Lambda",
        ),
        (
            "an auditor",
            "LookAtKeys: its condition is dropped",
            "an auditor: it knows keys by the fleet's tag",
        ),
        (
            "the client-secret function",
            "AskForRotations: its condition is dropped",
            "the client-secret function: it starts rotations of the fleet's own function",
        ),
        (
            "an onboarder",
            "TakeOutAndBringBack: it also reads",
            "an onboarder reads no seller's value, by what he is granted alone",
        ),
        (
            "the key",
            "FleetsSecretsThroughSecretsManager: any fleet for one",
            "a secret of the fleet in the encryption context, by its grants alone",
        ),
        (
            "a seller's secret",
            "NoForcedDeletion: its condition is dropped",
            "may make every call that its work takes",
        ),
    ],
)
def test_a_claim_catches_what_it_is_for(document: str, why: str, claim: str) -> None:
    """Who may use each key and in which context, each lock alone, and what the fleet's own work takes."""
    by = caught("role-per-seller", _mutant("role-per-seller", document, why))

    assert claim in by
    assert "REFUTED" in by


@pytest.mark.parametrize(
    "why",
    [
        "its condition is dropped",
        "StringLike is dropped",
        "ForAllValues:StringEquals is dropped",
        "Null is dropped",
    ],
)
def test_nobody_becomes_the_one_reader_without_the_tag_or_with_another(why: str) -> None:
    """A session of the one role is for a seller, and bears his tag and no other."""
    trust = "the trust of a session of the one reader"
    by = caught("one-role", _mutant("one-role", trust, f"ConfiguredReadersForASeller: {why}"))

    assert "nobody becomes it but who is named, for a seller (REFUTED)" in by


def test_a_survivor_needs_a_reason_and_a_proof_and_a_reason_its_survivor() -> None:
    """What nobody explains fails the run, as does what allows other requests, and a reason that is out of date."""
    alive, different, dead = Found("one", equal=True), Found("two"), Found("three", by="a claim (REFUTED)")
    reasons = {"one": "it says the same", "two": "it says the same", "three": "it said the same"}

    assert faults([alive], {"one": "it says the same"}) == []
    assert told([alive], reasons) == ["one: survives, proven equal: it says the same"]
    assert faults([alive], {}) == ["one: survives, and nobody says why"]
    assert faults([different], reasons, whole=False) == ["two: survives, and it allows other requests"]
    assert faults([alive, dead], {"one": reasons["one"], "three": reasons["three"]}) == [
        "three: is explained and does not survive any more"
    ]
    assert faults([dead], {"gone": "it said the same"}) == ["gone: is explained and does not survive any more"]


def test_reasons_name_documents_that_there_are() -> None:
    """Each is of a mutant that is made."""
    made = {f"{name}, {one.why}" for mode, name in quarry() for one in mutants(name, written(fleet(mode))[name])}

    assert set(EXPLAINED) <= made
