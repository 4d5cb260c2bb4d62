"""A verdict in words: a counter-example is a request that somebody could send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isolation.proof.proving import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isolation.evaluator import Request
    from isolation.principal import Principal
    from isolation.proof.proving import Verdict

_OWN: Final = "proof:"


def sentence(verdict: Verdict) -> str:
    """Say what the solver found against a claim."""
    if verdict.result is Result.PROVEN:
        return f"{verdict.claim}: proven in {verdict.seconds:.2f} s"
    if verdict.result is Result.UNKNOWN:
        return f"{verdict.claim}: nobody knows, {verdict.why}"
    requests = "; and ".join(_request(request) for request in verdict.broken_by)
    doubt = f" ({verdict.why})" if verdict.why else ""
    return f"{verdict.claim}: broken by {requests}{', which is denied' if verdict.denied else ''}{doubt}"


def _request(request: Request) -> str:
    given = {key: value for key, value in request.context.items() if not key.startswith(_OWN)}
    markers = {key.removeprefix(_OWN): value for key, value in request.context.items() if key.startswith(_OWN)}
    told = [f"{request.action} on {request.resource or '*'}", f"by {_who(request.principal)}"]
    told += [f"where {_listed(given)}"] if given else []
    told += [f"for {_listed(markers)}"] if markers else []
    return " ".join(told)


def _who(principal: Principal) -> str:
    name = (
        principal.service or principal.arn or ("somebody of " + principal.account if principal.account else "anybody")
    )
    return name + (f" with tags {_listed(principal.tags)}" if principal.tags else "")


def _listed(pairs: Mapping[str, object]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in pairs.items())
