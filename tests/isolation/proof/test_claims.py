"""Parts of a document, what an account's root may, and what is claimed of calls that have to be allowed."""

from __future__ import annotations

from isolation.document import Alone
from isolation.evaluator import Policies, Request, decide
from isolation.principal import Principal
from isolation.proof.asked import Asked
from isolation.proof.claims.uses import may
from isolation.proof.claims.widening import same
from isolation.proof.fleet import Use
from isolation.proof.proving import Case, Claim, Result, prove
from isolation.proof.telling import sentence
from isolation.proof.texts import literal
from proving.fleet import MODES, fleet
from tests.isolation.asking import ACCOUNT, allow, deny, document

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TO_ACCOUNT = allow("kms:Decrypt", Principal={"AWS": ROOT})
DENIED = deny("kms:Encrypt", Principal="*")


def _decided(action: str, policy: object, who: str = ROLE) -> bool:
    everything = document(allow("*"))
    return decide(Request(Principal(who, ACCOUNT), action, KEY), Policies([everything], key=policy)).allowed  # type: ignore[arg-type]


def test_a_part_of_a_document_is_what_it_grants_or_denies() -> None:
    """With its denials alone, all else is granted."""
    whole = document(TO_ACCOUNT, DENIED)

    assert [_decided(action, Alone(whole)) for action in ("kms:Decrypt", "kms:Encrypt", "kms:Sign")] == [
        True,
        False,
        False,
    ]
    only_denials = Alone(whole, denials=True)
    assert [_decided(action, only_denials) for action in ("kms:Decrypt", "kms:Encrypt", "kms:Sign")] == [
        True,
        False,
        True,
    ]


def test_a_part_of_an_identitys_document_is_taken_alike() -> None:
    """What a role is granted, though a denial beside it takes it back; and what it is denied, whatever is granted."""
    whole = document(allow("kms:Decrypt"), deny("kms:Decrypt"))

    def decided(action: str, part: Alone) -> bool:
        to_account = document(allow("*", Principal={"AWS": ROOT}))
        return decide(Request(Principal(ROLE, ACCOUNT), action, KEY), Policies([part], key=to_account)).allowed

    assert [decided(action, Alone(whole)) for action in ("kms:Decrypt", "kms:Sign")] == [True, False]
    assert [decided(action, Alone(whole, denials=True)) for action in ("kms:Decrypt", "kms:Sign")] == [False, True]


def test_formula_and_evaluator_agree_on_an_accounts_root() -> None:
    """What a policy gives to the account, its root may without a policy of its own; a role may not."""
    for who, wanted in ((ROOT, True), (ROLE, False)):
        asked = Asked("q", "kms:Decrypt")
        given = [asked.arn == literal(who), asked.account == literal(ACCOUNT), asked.resource == literal(KEY)]
        policies = Policies((), key=document(TO_ACCOUNT))
        verdict = prove(Claim("nobody decrypts", [Case([(asked, policies)], given, ACCOUNT)]))

        assert decide(Request(Principal(who, ACCOUNT), "kms:Decrypt", KEY), policies).allowed is wanted
        assert (verdict.result is Result.REFUTED, verdict.why) == (wanted, "")


def test_a_call_that_is_denied_breaks_the_claim_that_it_may_be_made() -> None:
    """It is told as the request that somebody would see fail."""
    allowed_ = (document(allow("kms:Decrypt")),)
    use = Use(by=ROLE, action="kms:Decrypt", resource=KEY, identity=allowed_, policy=document(TO_ACCOUNT))
    denied = Use(by=ROLE, action="kms:Decrypt", resource=KEY, identity=(), policy=document(TO_ACCOUNT))

    assert prove(may(fleet(MODES[0]), "it", [use])).result is Result.PROVEN
    verdict = prove(may(fleet(MODES[0]), "it", [use, denied]))
    assert sentence(verdict) == (
        f"it may make every call that its work takes: broken by kms:Decrypt on {KEY} by {ROLE} for seller='a', "
        "which is denied"
    )


def test_documents_are_the_same_where_both_allow_the_same() -> None:
    """More is one thing and less another; a document in other words is neither."""
    one, other = document(allow("kms:Decrypt", Principal="*")), document(TO_ACCOUNT)

    def said(before: object, after: object) -> list[bool]:
        return [prove(claim).result is Result.PROVEN for claim in same(before, after, ACCOUNT, attached=True)]  # type: ignore[arg-type]

    assert said(other, document(TO_ACCOUNT, deny("kms:Encrypt", Principal="*"))) == [True, True]
    assert said(other, one) == [False, True]
    assert said(one, other) == [True, False]
