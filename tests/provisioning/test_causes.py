"""Causes: Amazon's answers, each with whose fault it is (sp-api.md 1.4 and 2)."""

from __future__ import annotations

import pytest

from provisioning import causes
from provisioning.causes import Cause, Fault, find_cause, is_transient, lwa_cause, sp_api_cause

EVERY = [cause for cause in vars(causes).values() if isinstance(cause, Cause)]


@pytest.mark.parametrize(
    ("error", "code", "fault"),
    [
        ("invalid_client", "invalid_client", Fault.APPLICATION),
        ("invalid_grant", "invalid_grant", Fault.SELLER),
        ("unauthorized_client", "unauthorized_client", Fault.OPERATOR),
        ("invalid_scope", "invalid_scope", Fault.APPLICATION),
        ("invalid_request", "invalid_request", Fault.APPLICATION),
        ("unsupported_grant_type", "invalid_request", Fault.APPLICATION),
        ("access_denied", "unknown", Fault.APPLICATION),
        ("other", "unknown", Fault.APPLICATION),
        ("", "unknown", Fault.APPLICATION),
        (None, "unknown", Fault.APPLICATION),
    ],
)
def test_lwa(error: str | None, code: str, fault: Fault) -> None:
    """LWA's `error` says whose fault it is; one nobody has seen is never the seller's (sp-api.md 1.4)."""
    cause = lwa_cause(error)

    assert (cause.code, cause.fault) == (code, fault)


@pytest.mark.parametrize(
    ("details", "code", "fault"),
    [
        ("The access token you provided has expired.", "access_token_rejected", Fault.APPLICATION),
        (
            "The access token you provided is revoked, malformed or invalid.",
            "access_token_rejected",
            Fault.APPLICATION,
        ),
        ("Access token is missing in the request header.", "access_token_rejected", Fault.APPLICATION),
        ("The LWA secret token you provided has expired.", "client_secret_expired", Fault.APPLICATION),
        ("THE LWA SECRET TOKEN YOU PROVIDED HAS EXPIRED", "client_secret_expired", Fault.APPLICATION),
        ("The marketplaces you provided are not valid for region.", "wrong_region", Fault.OPERATOR),
        ("", "access_denied", Fault.APPLICATION),
        (None, "access_denied", Fault.APPLICATION),
        ("Something new.", "unknown", Fault.APPLICATION),
    ],
)
def test_sp_api(details: str | None, code: str, fault: Fault) -> None:
    """The cause of SP-API's 403 stands in its `details`, empty ones included (sp-api.md 2)."""
    cause = sp_api_cause(details)

    assert (cause.code, cause.fault) == (code, fault)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (408, None),
        (429, None),
        (500, None),
        (503, "invalid_grant"),
        (599, None),
        (400, "server_error"),
        (400, "temporarily_unavailable"),
    ],
)
def test_later(status: int, error: str | None) -> None:
    """A time-out, 429, 5xx and LWA's own two words mean "later", whatever else the answer says (sp-api.md 1.4)."""
    assert is_transient(status, error)


@pytest.mark.parametrize(
    ("status", "error"), [(200, None), (400, "invalid_grant"), (401, "invalid_client"), (403, None)]
)
def test_not_later(status: int, error: str | None) -> None:
    """Other answers are final: asking again would only make the limit worse."""
    assert not is_transient(status, error)


@pytest.mark.parametrize("cause", EVERY, ids=lambda cause: cause.code)
def test_a_cause_is_one_line_for_a_person(cause: Cause) -> None:
    """A cause is words, a colon and a cure, in one line without a full stop; it is found again by its code."""
    assert cause.sentence == f"{cause.words}: {cause.cure}"
    assert "\n" not in cause.sentence
    assert not cause.sentence.endswith(".")
    assert find_cause(cause.code) is cause


def test_codes_are_stable() -> None:
    """The codes stand in state tags and in JSON output, so they stay and are each used once."""
    assert sorted(cause.code for cause in EVERY) == [
        "access_denied",
        "access_token_rejected",
        "client_secret_expired",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "marketplace_missing",
        "unauthorized_client",
        "unknown",
        "wrong_region",
    ]


def test_a_code_of_another_version() -> None:
    """A code that this version does not know is an unknown cause, not a failure."""
    assert find_cause("of_a_later_version") is causes.UNKNOWN
