"""What a run says before, and at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning import quotas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from live.questions import Question, Seen

_SECRETS: Final = 7
_KEYS: Final = 3
_HOURS: Final = 730

_EXPLAINED: Final = """\
make live puts sellerkeys to the test in a real AWS account. It has done nothing yet.

It declares a fleet of one seller under a name of its own (live-xxxxx) with the Pulumi provider that is installed,
onboards the seller at a stand-in for Amazon, reads and rotates him, asks AWS {questions} open questions, and destroys
all of it again. Everything bears the tags sellerkeys:base=live-xxxxx and, beside the fleet, sellerkeys:live=disposable.

  time    about {minutes} minutes, most of them spent watching a rotation that fails on purpose
  cost    about ${hour:.2f}: {secrets} secrets ({secret}) and {keys} keys ({key}) for an hour, and some calls.
          Were it all forgotten: about ${month:.2f} a month
  left    secrets of the fleet and keys, which AWS deletes by itself after seven days, without charge meanwhile
  needs   a role or user who may administer the account (not its root), a region (AWS_REGION), and `pulumi`

It begins once you say which account: type its twelve digits when asked, or set SELLERKEYS_LIVE=<account>.
docs/live.md has the rest: a real draft application, what to see, where to report."""


def explained(questions: int, seconds: float) -> str:
    """Say what a run is, takes and costs."""
    secrets, keys = quotas.SECRET_MONTH.fact.number * _SECRETS, quotas.KEY_MONTH.fact.number * _KEYS
    month = (secrets + keys) / 1e6
    return _EXPLAINED.format(
        questions=questions,
        minutes=round(seconds / 60) + 10,
        hour=max(month / _HOURS, 0.01),
        month=month,
        secrets=_SECRETS,
        secret=quotas.SECRET_MONTH.words,
        keys=_KEYS,
        key=quotas.KEY_MONTH.words,
    )


def told(question: Question, seen: Seen) -> str:
    """Say a question, what is assumed, what was seen, and whether the two agree."""
    verdict = {True: "agrees", False: "DIFFERS: please report it (docs/live.md)", None: "not answered"}[seen.agrees]
    return f"{question.number}. {question.text}\n   assumed: {question.assumed}\n   seen:    {seen.text}\n   {verdict}"


def closing(failed: str | None, seen: Sequence[Seen], left: Iterable[str], folder: str) -> str:
    """Say how it ended, and what is left."""
    agree, differ, unanswered = ([one.agrees for one in seen].count(each) for each in (True, False, None))
    remains = list(left)
    lines = [
        f"the product: {'every step done' if failed is None else f'FAILED at: {failed}'}",
        f"the questions: {agree} agree, {differ} differ, {unanswered} not answered",
        "left: " + ("nothing" if not remains else ""),
        *(f"  {one}" for one in remains),
    ]
    if any("STILL THERE" in one or "again" in one for one in remains):
        lines.append(f"  {folder} is kept for another try: make live CLEAN=<the base's name>")
    return "\n".join(lines)
