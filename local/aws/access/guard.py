"""Stands between a call and the service: refuses whoever signed wrongly, and whoever the policies do not allow."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from moto.iam.models import iam_backends

from isolation.evaluator import Policies, Request, decide
from isolation.principal import Principal
from isolation.refusal import Refused
from local.aws.access import parameters, signature
from local.aws.access.asked import Where, pairs
from local.aws.access.callers import passed
from local.aws.access.refusing import denied, unauthenticated, unfit
from local.aws.access.services import asks_of
from local.aws.access.services.iam import find
from local.aws.access.sessions import Unfit, passed_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.iam.models import ManagedPolicy

    from local.aws.access.asked import Asked, Parameters
    from local.aws.access.callers import Caller, Callers, Passed
    from local.aws.access.signature import Sent, Signature
    from local.aws.faults.call import Call
    from local.aws.faults.refusal import Answer

_ACCOUNT: Final = "123456789012"  # moto's, of whoever has no account of his own
#: What cuts down the policies of whoever asks, as evaluator and AWS's messages name it.
_LIMITS: Final = ("permissions boundary", "session policy")
#: Whose parameters are looked at, whoever calls: tags of a session, and what CloudTrail tells of.
_READ_ALWAYS: Final = frozenset({"sts", "secretsmanager", "iam", "kms", "lambda", "sqs"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision: who asked for which action on what, and which statement decided."""

    principal: str
    action: str
    resource: str
    allowed: bool
    why: str


class Guard:
    """Decides every call of one account; the administrator may do everything."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        # Each once, for a year of turns asks the same questions thousands of times.
        self._verdicts: Counter[Verdict] = Counter()
        self._lock = threading.Lock()
        # Who is told of each call that somebody with keys made, and of its answer: CloudTrail.
        self.noted: Callable[[Call, str, Caller, Parameters, Answer], None] = lambda *_: None
        # For the table of what each actor needs: `make needs`.
        self._record = os.environ.get("SELLERKEYS_DECISIONS", "")

    def answer(self, call: Call, sent: Sent, proceed: Callable[[], Answer]) -> Answer:
        """Let a call through to its service, or refuse it as AWS does."""
        signed = signature.read(sent.headers.get("authorization", ""))
        caller = self._callers.find(signed.access_key) if signed else None
        why_not = _unknown(signed, caller, sent)
        if why_not or signed is None or caller is None:
            return unauthenticated(why_not or "IncompleteSignature", call)
        given = parameters.read(call, sent) if caller.principal or call.service in _READ_ALWAYS else {}
        answer = self._decided(call, caller, given, proceed)
        self.noted(call, signed.access_key, caller, given, answer)
        return answer

    def _decided(self, call: Call, caller: Caller, given: Parameters, proceed: Callable[[], Answer]) -> Answer:
        """Answer somebody who is known."""
        calling = None
        if caller.principal is not None:
            where = Where(caller.principal.account, call.region)
            calling = Calling(self, caller.principal, where, caller.policies)
            asked = asks_of(call, given, where)
            if asked is None:
                return denied(f"The bench does not know what {call.service}:{call.operation} needs to be allowed", call)
            if refusal := next((sentence for one in asked if (sentence := calling.why_not(one))), None):
                return denied(refusal, call)
        try:
            return _within(calling, passed_by(call, given), proceed)
        except Unfit as error:
            return unfit(error.code, str(error), call)

    def role_lacks(self, role_arn: str, session: str, asked: Iterable[Asked], region: str) -> str | None:
        """Say in AWS's words the first thing that a role lacks, where a service acts as it; None where it may all."""
        account = role_arn.split(":")[4]
        calling = Calling(self, Principal(role_arn, account, session=session), Where(account, region))
        return next((sentence for one in asked if (sentence := calling.why_not(one))), None)

    def verdicts(self) -> list[Verdict]:
        """List every different decision once, in the order in which they first came."""
        with self._lock:
            return list(self._verdicts)

    def asked(self) -> int:
        """Count the questions that were decided."""
        with self._lock:
            return self._verdicts.total()

    def decide(
        self, principal: Principal, asked: Asked, where: Where, session: tuple[str, ...] = ()
    ) -> tuple[Verdict, str]:
        """Decide one question, `session` being policies passed to the session; the text says in AWS's words why not."""
        role = find(principal.account, principal.arn.rpartition("/")[2])
        if role is not None and role.arn == principal.arn:
            principal = replace(principal, tags=dict(pairs(role.tags)))
        policies = replace(_policies(principal, asked), session=session)
        context = {"aws:RequestedRegion": where.region, **asked.context}
        request = Request(principal, asked.action, asked.resource, context)
        try:
            decision = decide(request, policies)
            allowed, why = decision.allowed, decision.why
        except Refused as refused:
            allowed, why = False, f"the evaluator refuses a policy: {refused}"
        verdict = Verdict(principal.arn, asked.action, asked.resource, allowed, why)
        with self._lock:
            self._verdicts[verdict] += 1
            if self._record:
                with Path(self._record).open("a", encoding="utf-8") as lines:
                    row = [principal.arn, asked.action, asked.resource, allowed, _recording()]
                    lines.write(json.dumps(row) + "\n")
        return verdict, "" if allowed else _because(verdict, request, policies)


def _recording() -> str:
    """Name what is running: a file of tests, as pytest tells every process, or what is run by hand."""
    return os.environ.get("PYTEST_CURRENT_TEST", "by hand").partition("::")[0]


@dataclass(frozen=True, slots=True)
class Calling:
    """Whose call is being answered; `session` are the policies that were passed to his session."""

    guard: Guard
    principal: Principal
    where: Where
    session: tuple[str, ...] = ()

    def why_not(self, asked: Asked) -> str | None:
        """Say in AWS's words why the caller may not; None where he may."""
        verdict, because = self.guard.decide(self.principal, asked, self.where, self.session)
        if verdict.allowed:
            return None
        who = self.principal.session_arn if self.principal.session else self.principal.arn
        return f"User: {who} is not authorized to perform: {asked.action} on resource: {asked.resource} {because}"


_calling: ContextVar[Calling | None] = ContextVar("calling", default=None)


def permits(asked: Asked) -> bool:
    """Tell whether whoever calls at this moment may also do this.

    True where nobody does, as when AWS acts by itself, and for the administrator.
    """
    calling = _calling.get()
    return calling is None or calling.why_not(asked) is None


def here() -> Where | None:
    """Tell where the call is made that is being answered; None where no policy holds it back."""
    calling = _calling.get()
    return calling.where if calling else None


def _within(calling: Calling | None, given: Passed, proceed: Callable[[], Answer]) -> Answer:
    """Let the service answer, to which the caller and what he passes to a session are known meanwhile."""
    known, session = _calling.set(calling), passed.set(given)
    try:
        return proceed()
    finally:
        _calling.reset(known)
        passed.reset(session)


def _unknown(signed: Signature | None, caller: Caller | None, sent: Sent) -> str | None:
    """Say what is wrong with the keys or the signature: a code of AWS's."""
    if signed is None:
        return "IncompleteSignature"
    if caller is None or sent.headers.get("x-amz-security-token") != caller.token:
        return "UnrecognizedClient"
    if caller.has_expired:
        return "ExpiredToken"
    if not signature.holds(signed, caller.secret, sent):
        return "InvalidSignature"
    return None


def _policies(principal: Principal, asked: Asked) -> Policies:
    iam = iam_backends[principal.account or _ACCOUNT]["aws"]
    role = find(principal.account, principal.arn.rpartition("/")[2])
    identity: list[str] = []
    boundary = None
    if role is not None and role.arn == principal.arn:
        identity = [
            *role.policies.values(),
            *map(_document, role.managed_policies.values()),
        ]
        limit = iam.managed_policies.get(role.permissions_boundary_arn or "")
        boundary = _document(limit) if limit else None
    is_key = asked.action.startswith("kms:")
    return Policies(
        identity=identity,
        resource=None if is_key else asked.policy,
        key=asked.policy if is_key else None,
        boundary=boundary,
    )


def _document(policy: ManagedPolicy) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)


def _because(verdict: Verdict, request: Request, policies: Policies) -> str:
    """Say why not as AWS does (IAM, "Troubleshoot access denied error messages"), and which statement it was."""
    if not verdict.why.startswith("denied by "):
        if verdict.why.startswith("the evaluator"):
            return f"because {verdict.why}"
        kind = next((name for name in _LIMITS if verdict.why.startswith(f"no {name} ")), "identity-based policy")
        kind = "resource-based policy" if verdict.why.startswith("no statement of the resource") else kind
        return f"because no {kind} allows the {verdict.action} action"
    layers = {
        "an identity-based policy": Policies(policies.identity),
        "a permissions boundary": Policies(boundary=policies.boundary),
        "a session policy": Policies(session=policies.session),
        "a resource-based policy": Policies(resource=policies.resource, key=policies.key),
    }
    kind = next(name for name, alone in layers.items() if decide(request, alone).why.startswith("denied by "))
    return f"with an explicit deny in {kind} ({verdict.why.removeprefix('denied by ')})"
