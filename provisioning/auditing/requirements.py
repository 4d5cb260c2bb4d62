"""What Amazon's Data Protection Policy and Acceptable Use Policy ask of a developer, row by row (sp-api.md 11).

The rows follow the version effective 2025-11-25. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EFFECTIVE: Final = "2025-11-25"
#: What has to be said wherever the rows are shown.
CAVEAT: Final = (
    "The rows follow the version of Amazon's policies that is effective since 2025-11-25. A further update took effect"
    " in August 2026; its contents are not known here. Compare with Amazon's own pages before relying on a row."
)

SECONDARY: Final = "secondary source"
_CHANGE: Final = "changelog, updates to the Data Protection Policy and Acceptable Use Policy"
_GUIDE: Final = "guidance on key security controls in SP-API integration"
_KEEPING: Final = "page on safeguarding credentials"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row: what is asked, and where Amazon says so (or who else does)."""

    id: str
    asks: str
    source: str


REQUIREMENTS: Final = (
    Requirement("C01", "Incidents are reported to security@amazon.com within 24 hours.", _GUIDE),
    Requirement("C02", "Access of people who leave ends within 24 hours.", _GUIDE),
    Requirement("C03", "Logs are kept for at least 12 months.", _CHANGE),
    Requirement("C04", "Logs hold no personal data, and access to them is controlled.", _GUIDE),
    Requirement("C05", "Logs are reviewed every two weeks, or alerts come in real time.", SECONDARY),
    Requirement("C06", "API keys and related credentials rotate automatically, at least once a year.", _CHANGE),
    Requirement("C07", "The LWA client secret is replaced within 180 days.", "guide to rotating client secrets"),
    Requirement(
        "C08",
        "Passwords have 12 or more mixed characters, are not among the last 10, and are at most 365 days old.",
        f"{_CHANGE}; {SECONDARY} but for the history",
    ),
    Requirement("C09", "An account is locked after 10 failed logins.", _CHANGE),
    Requirement("C10", "Every account needs a second factor.", SECONDARY),
    Requirement("C11", "Access is reviewed at least every quarter, by least privilege.", _GUIDE),
    Requirement("C12", "Data travels over TLS 1.2 or newer.", _CHANGE),
    Requirement("C13", "Personal data at rest is encrypted, AES-128 or RSA-2048 at least.", f"{_GUIDE}; {_CHANGE}"),
    Requirement("C14", "API keys from Amazon are encrypted, and only who needs them reaches them.", SECONDARY),
    Requirement("C15", "No credential stands in code; test and production are apart.", _KEEPING),
    Requirement("C16", "A credential that became public is replaced at once.", "changelog, 2023-07-10"),
    Requirement("C17", "Personal data is deleted 30 days after delivery.", _GUIDE),
    Requirement("C18", "Other data is deleted after 18 months, unless the law asks for longer.", _CHANGE),
    Requirement("C19", "Data is deleted within 30 days of Amazon's request.", SECONDARY),
    Requirement("C20", "Critical vulnerabilities are fixed in 7 days, high ones in 30.", f"{_CHANGE}; {_GUIDE}"),
    Requirement(
        "C21", "Systems are scanned every 30 days and penetration-tested every year.", f"{_GUIDE}; scans: {SECONDARY}"
    ),
    Requirement("C22", "The plan for incidents is reviewed every six months.", _GUIDE),
    Requirement("C23", "A contact for incidents is named.", _CHANGE),
    Requirement("C24", "Backups lie in separate geographies.", _CHANGE),
    Requirement("C25", "Audit records last for the agreement's term and 12 months more.", SECONDARY),
    Requirement("C26", "The risk of subcontractors is assessed.", _CHANGE),
    Requirement(
        "C27",
        "Abuse of the API is reported to spapi-abuse@amazon.com; one acts only for users who authorized it.",
        "Acceptable Use Policy",
    ),
)
