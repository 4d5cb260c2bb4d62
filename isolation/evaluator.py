"""May this principal do that? One request, decided as AWS decides it within and across accounts.

IAM: reference_policies_evaluation-logic_policy-eval-basics and …-cross-account; KMS: key-policies, for the key's
exception; IAM: id_roles_compare-resource-policies, for that of trust policies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

from isolation import document as documents
from isolation.keys import OF_PRINCIPAL
from isolation.principal import Grant, Principal
from isolation.template import Unresolved, any_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from isolation.document import Document, Listed, Policy, Statement

#: Where a resource's own policy has to speak: "they must explicitly allow access for principals" (IAM, same page).
RESOURCE_MUST_SPEAK: Final = ("kms:", "sts:assumerole", "sts:tagsession", "sts:setsourceidentity")
#: "No permissions are required to perform this operation" (STS API: GetCallerIdentity).
_FREE: Final = "sts:getcalleridentity"
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `resource` is an ARN, or `*` for an action that knows no resource.

    `context` holds the condition keys of the call (several values as a tuple); those of the principal are added.
    """

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """All that is attached where the request goes by: documents as AWS takes them, as text, or parsed.

    `key` stands in for `resource` where the action is one of KMS; a role's trust policy is its `resource`. `session`
    holds the policies that were passed when the session was made: what the role may is cut down to what they allow
    ("the intersection of the role's identity-based policy and the session policies", STS API: AssumeRole). Of several,
    one that allows is enough, as among a role's own policies (inference).
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    key: Document | None = None
    boundary: Document | None = None
    session: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the request is allowed, and which statement said so."""

    allowed: bool
    why: str


def decide(request: Request, policies: Policies) -> Decision:
    """Decide a request; raises refusal.Refused for a document that says something unknown."""
    if request.action.lower() == _FREE:
        return Decision(allowed=True, why="GetCallerIdentity needs no permission")
    asked = _Asked(request)
    attached = policies.key if asked.action.startswith("kms:") else policies.resource
    of_resource = documents.resource(attached) if attached is not None else None
    identity = [documents.identity(item) for item in policies.identity]
    limits = {
        "permissions boundary": [documents.identity(policies.boundary)] if policies.boundary is not None else [],
        "session policy": [documents.identity(item) for item in policies.session],
    }
    if not request.principal.has_policies:
        # Nothing can be attached to a service or to an anonymous caller.
        identity, limits = [], {}
    every = [*identity, *chain.from_iterable(limits.values()), *([of_resource] if of_resource else [])]
    denial = next((row for policy in every for row in asked.matching(policy, allows=False)), None)
    if denial:
        return Decision(allowed=False, why=f"denied by {denial.sid}")
    return _granted(asked, identity, limits, of_resource)


def _granted(
    asked: _Asked, identity: list[Policy], limits: Mapping[str, list[Policy]], of_resource: Policy | None
) -> Decision:
    grant, named = asked.grant(of_resource)
    if grant is Grant.SELF and asked.same_account:
        return Decision(allowed=True, why=f"allowed by {named}")
    for kind, given in limits.items():
        if given and not any(asked.allowing(limit) for limit in given):
            return Decision(allowed=False, why=f"no {kind} allows {asked.what}")
    if grant is Grant.ROLE and asked.same_account:
        return Decision(allowed=True, why=f"allowed by {named}")
    own = next((sid for policy in identity if (sid := asked.allowing(policy))), None)
    own = own or ("the account's root" if asked.request.principal.is_root else None)
    needs_resource = not asked.same_account or asked.action.startswith(RESOURCE_MUST_SPEAK)
    if own and (grant is not Grant.NONE or not needs_resource):
        return Decision(allowed=True, why=f"allowed by {own}" + (f" and {named}" if named and needs_resource else ""))
    silent = "the resource's policy" if own else "any policy"
    return Decision(allowed=False, why=f"no statement of {silent} allows {asked.what}")


class _Asked:
    """A request with all its condition keys, ready to be compared with statements."""

    __slots__ = ("action", "context", "request", "same_account", "values", "what")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.action = request.action.lower()
        self.what = f"{request.action} on {request.resource}"
        self.context = _context(request)
        self.values = {key: given[0] for key, given in self.context.items() if len(given) == 1}
        parts = request.resource.split(":", _ARN_PARTS - 1)
        owner = parts[4] if len(parts) == _ARN_PARTS else ""
        # A service or an anonymous caller has no policies of its own: only the resource's can speak.
        self.same_account = not request.principal.has_policies or owner in {"", request.principal.account}

    def matching(self, policy: Policy, *, allows: bool) -> Iterable[Statement]:
        """List the statements of one effect that apply."""
        return (row for row in policy.statements if row.allows is allows and self._applies(row))

    def allowing(self, policy: Policy) -> str | None:
        """Name the first statement that allows."""
        return next((row.sid for row in self.matching(policy, allows=True)), None)

    def grant(self, policy: Policy | None) -> tuple[Grant, str | None]:
        """Say how closely a resource's policy allows, and which statement does so most closely."""
        principal, best, named = self.request.principal, Grant.NONE, None
        for row in self.matching(policy, allows=True) if policy else ():
            grant = row.named.grant(principal) if row.named else Grant.NONE
            if grant > best:
                best, named = grant, row.sid
        return best, named

    def _applies(self, row: Statement) -> bool:
        if row.named is not None and row.named.grant(self.request.principal) is Grant.NONE:
            return False
        try:
            return (
                self._listed(row.actions, self.action, strict=False, ignoring_case=True)
                and self._listed(row.resources, self.request.resource, strict=not row.allows)
                and all(
                    # A list: a denial with a variable that has no value applies under no circumstances.
                    [test.holds(self.context, self.values, strict=not row.allows) for test in row.conditions]  # noqa: C419
                )
            )
        except Unresolved:
            return False

    def _listed(self, listed: Listed, value: str, *, strict: bool, ignoring_case: bool = False) -> bool:
        found = any_matches(listed.items, value, self.values, strict=strict, ignoring_case=ignoring_case)
        return found != listed.but


def _context(request: Request) -> dict[str, tuple[str, ...]]:
    made = {}
    for name, value in request.context.items():
        key = name.lower()
        if key.startswith(OF_PRINCIPAL):
            raise ValueError(f"{name} follows from the principal and is no part of a request's context")
        made[key] = (value,) if isinstance(value, str) else tuple(value)
    return {**{key: value for key, value in made.items() if value}, **request.principal.context()}
