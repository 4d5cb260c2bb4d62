"""The frame of every page: HTML and one style sheet, no script, nothing from another host, and the headers around it.

The style sheet stands in the page; the content security policy names it by its hash and lets nothing else in.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>{application}</header>
<main>
{main}
</main>
<footer>
<p>{contact}</p>
</footer>
</body>
</html>
"""
_FIXED: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=63072000",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who asks for access: the application's name and the address that sellers may write to."""

    application: str
    contact: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the frame: `main` is HTML; `told` says in one word what it is, for the log.

    Its forms may send here, and from here be led to `form_targets`; None where it has no form.
    """

    title: str
    main: str
    told: str
    status: int = 200
    form_targets: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the browser gets; `told` says in one word what it was, and `seller` about whom, for the log."""

    status: int
    told: str
    headers: Mapping[str, str]
    body: str = ""
    cookie: str | None = None
    seller: str = ""

    def to_answer(self) -> dict[str, Any]:
        """Write the function URL's answer (payload version 2.0)."""
        answer = {"statusCode": self.status, "headers": dict(self.headers), "body": self.body}
        return answer | ({"cookies": [self.cookie]} if self.cookie else {})


def page(vendor: Vendor, sheet: Sheet) -> Reply:
    """Put a sheet into the frame."""
    body = _PAGE.format(
        title=escape(f"{sheet.title} - {vendor.application}"),
        style=_style(),
        application=escape(vendor.application),
        main=sheet.main,
        contact=f'Questions? Write to <a href="mailto:{escape(vendor.contact)}">{escape(vendor.contact)}</a>.',
    )
    return Reply(sheet.status, sheet.told, _FIXED | {"content-security-policy": _policy(sheet.form_targets)}, body)


def redirect(address: str, *, told: str, cookie: str | None = None) -> Reply:
    """Send the browser to an address that was checked; what was posted is not sent along."""
    headers = _FIXED | {"content-security-policy": _policy(None), "location": address}
    return Reply(_SEE_OTHER, told, headers, cookie=cookie)


def _policy(form_targets: Sequence[str] | None) -> str:
    forms = "'none'" if form_targets is None else " ".join(["'self'", *form_targets])
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_style_hash()}'; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return files("provisioning.consent").joinpath("layout.css").read_text(encoding="utf-8").strip()


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
