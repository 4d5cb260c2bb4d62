"""The pages of the stand-in's Seller Central; a person and a test press the same buttons. Nothing unescaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from local.amazon.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.amazon.records import Application, Authorization, Seller

_FRAME: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Seller Central (stand-in)</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #0f1111; background: #f3f3f3; }}
header {{ background: #232f3e; color: #fff; padding: .75rem 1rem; }}
main {{ max-width: 36rem; margin: 1rem auto; padding: 1rem 1.25rem; background: #fff; border: 1px solid #d5d9d9; }}
fieldset {{ border: 1px solid #d5d9d9; margin: 1rem 0; }}
label {{ display: block; padding: .35rem 0; }}
button {{ font: inherit; padding: .6rem 1.2rem; margin: .5rem .5rem 0 0; border: 1px solid #6f7373; background: #fff; }}
button.go {{ background: #ffd814; border-color: #b89d00; }}
code {{ overflow-wrap: anywhere; }}
</style>
</head>
<body>
<header>Seller Central: the bench's stand-in, not Amazon</header>
<main>
<h1>{title}</h1>
{main}
</main>
</body>
</html>
"""
#: What Amazon's pages say, by code (sp-api.md 4.1); the words around the codes are ours.
PROBLEMS: Final = {
    "MD1000": "The application is a draft and was opened without version=beta, or is none and was opened with it.",
    "MD5101": "The redirect URI is not one that the application has registered.",
    "MD5110": "The redirect URI has a fragment.",
    "MD9100": "The application has registered no login or redirect URI.",
    "SPDC8143": "Only the account's primary user can authorize an application.",
    "SPSA0404": "This kind of account cannot authorize the application here.",
    "CONSENT_LIMIT_REACHED": "The application has reached the number of sellers it may have.",
    "": "The request is incomplete, or has ended.",
}


def page(title: str, main: str, status: int = 200) -> Answer:
    """Put a page into the frame."""
    return Answer(
        status,
        _FRAME.format(title=escape(title), main=main).encode(),
        "text/html; charset=utf-8",
        {"Cache-Control": "no-store"},
    )


def problem(code: str) -> Answer:
    """Show one of `PROBLEMS`; the status is ours."""
    shown = f"<p>Error code: <strong>{escape(code)}</strong></p>" if code else ""
    return page("Something went wrong", f'{shown}<p role="alert">{escape(PROBLEMS[code])}</p>', 400)


def consent(application: Application, sellers: Iterable[Seller], hidden: Mapping[str, str], action: str) -> Answer:
    """Ask a seller whether an application may; who is asked is chosen where nobody is signed in."""
    name = escape(application.registration.name)
    fields = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">\n' for key, value in hidden.items()
    )
    roles = "".join(f"<li>{escape(role)}</li>" for role in sorted(application.roles))
    return page(
        "Authorize an application",
        f"""<form method="post" action="{escape(action)}">
{fields}<fieldset><legend>Signed in as</legend>
{"".join(_choice(seller, number == 0) for number, seller in enumerate(sellers))}</fieldset>
<p><strong>{name}</strong> asks for access to this account's data with these roles:</p>
<ul>{roles}</ul>
<button class="go" name="decision" value="confirm">Confirm</button>
<button name="decision" value="cancel">Cancel</button>
</form>""",
    )


def store(application: Application) -> Answer:
    """Show an application in the Appstore."""
    name = escape(application.registration.name)
    return page(
        "Selling Partner Appstore",
        f"""<h2>{name}</h2>
<form method="post" action="/apps/store/{escape(application.application_id)}">
<button class="go">Authorize now</button>
</form>""",
    )


def manage(consents: Iterable[tuple[Application, Authorization]]) -> Answer:
    """List what a seller allowed, each with the way to renew it."""
    rows = "".join(
        f"""<h2>{escape(application.registration.name)}</h2>
<p>{escape(consent.seller.store_name)} (<code>{escape(consent.seller.selling_partner_id)}</code>),
since {consent.consented_on:%d %B %Y}</p>
<form method="post" action="/apps/manage">
<input type="hidden" name="application_id" value="{escape(application.application_id)}">
<input type="hidden" name="seller" value="{escape(key(consent.seller))}">
<button class="go">Re-Authorize</button>
</form>"""
        for application, consent in consents
    )
    return page("Manage Your Apps", rows or "<p>No application has access to this account.</p>")


def key(seller: Seller) -> str:
    """Write a seller as a form's value."""
    return f"{seller.selling_partner_id}@{seller.region}"


def _choice(seller: Seller, is_first: bool) -> str:  # noqa: FBT001 - a row's only switch
    checked = " checked" if is_first else ""
    return (
        f'<label><input type="radio" name="seller" value="{escape(key(seller))}"{checked}> '
        f"{escape(seller.store_name)} (<code>{escape(seller.selling_partner_id)}</code>, {seller.region})</label>\n"
    )
