"""`sellerkeys prove --live`: the claims of `make prove`, asked of every policy that is deployed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from provisioning.auditing.access import access
from provisioning.auditing.drift import drift
from provisioning.auditing.rows import oddities
from provisioning.auditing.second_opinion import Opinion, opinion
from provisioning.errors import BadInput
from scripts import report
from scripts.progress import counted
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proving.live import Live
    from provisioning.auditing.account import Account

_BROKEN: Final = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A claim, whether it is proven, and what speaks against it."""

    claim: str
    proven: bool
    against: str


@click.command()
@click.option("--live", is_flag=True, help="Prove what is deployed; `make prove` proves what the program declares.")
@pass_session
def prove(session: Session, /, *, live: bool) -> int:
    """Prove on the deployed policies that no seller's role reads another's secret.

    Reads the policies of roles, secrets, keys, queues, topic, table and functions as they are deployed, and no value;
    names what was changed by hand since `pulumi up`; puts the same claims as `make prove` to a solver; decides for
    every identity of the account who reads what; and asks IAM Access Analyzer where it may. Says what it does not look
    at. Exits with 1 if anything speaks against a claim.
    """
    if not live:
        raise BadInput("what the program declares is proven by `make prove`; add --live to prove what is deployed")
    proof = _solver()
    sellers = len(session.fleet.sellers)
    account = session.auditor.look(session.fleet, lambda rows: counted(rows, sellers, "looking"))
    at = proof(account)
    changed = drift(account, at.declared())
    answers = [Answer(*answer) for answer in at.claims()]
    odd = oddities(access(account))
    said = opinion(session.analyzer, account)
    if session.as_json:
        report.document(_document(account, changed, answers, odd, said) | {"not_looked_at": list(at.not_looked_at)})
    else:
        _print(account, changed, answers, odd, said)
        _list("Not looked at:", at.not_looked_at)
        _count(account, answers)
    is_good = not (changed or odd or said.against) and all(answer.proven for answer in answers)
    return 0 if is_good else _BROKEN


def _solver() -> type[Live]:
    try:
        from proving.live import Live  # noqa: PLC0415  the solver takes a second to import, and may not be there
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        raise BadInput("the solver is not installed: `pip install 'sellerkeys[prove]'`, then run this again") from None
    return Live


def _print(
    account: Account, changed: Sequence[str], answers: Sequence[Answer], odd: Sequence[str], said: Opinion
) -> None:
    report.table(("claim", "result"), [(each.claim, "proven" if each.proven else "NOT PROVEN") for each in answers])
    for answer in answers:
        if not answer.proven:
            click.echo(f"\n{answer.claim}: {answer.against}")
    _list(
        "Changed by hand since `pulumi up`:" if changed else "Nothing was changed by hand since `pulumi up`.", changed
    )
    everybody = f"{len(account.identities)} roles and users of the account, and its root user"
    _list(
        f"Against the design, decided for {everybody}:"
        if odd
        else f"Nobody reads what he should not, decided for {everybody}.",
        odd,
    )
    _list(_opinion(said), said.against)


def _list(head: str, lines: Sequence[str]) -> None:
    click.echo(f"\n{head}")
    for line in lines:
        click.echo(f"  {line}")


def _count(account: Account, answers: Sequence[Answer]) -> None:
    failed = sum(not answer.proven for answer in answers)
    click.echo(f"\n{len(answers)} claims, {len(answers) - failed} proven for {account.fleet.base} as it is deployed")


def _opinion(said: Opinion) -> str:
    if said.silent:
        return f"IAM Access Analyzer was not asked to the end: {said.silent}"
    found = "has something against it:" if said.against else "has nothing against it."
    return f"IAM Access Analyzer, asked {said.questions} times, {found}"


def _document(
    account: Account, changed: Sequence[str], answers: Sequence[Answer], odd: Sequence[str], said: Opinion
) -> dict[str, Any]:
    return {
        "base": account.fleet.base,
        "account": account.number,
        "claims": [asdict(answer) for answer in answers],
        "changed_by_hand": list(changed),
        "against_the_design": list(odd),
        "access_analyzer": {
            "questions": said.questions,
            "against": list(said.against),
            "not_asked_because": said.silent,
        },
    }
