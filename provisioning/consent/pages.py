"""The pages' words: what a seller sees before, and what he is told after. HTML in, nothing unescaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from provisioning.consent.permissions import AREAS, roles_for
from provisioning.consent.refusals import AMAZONS_CODES
from provisioning.marketplaces import find_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from provisioning.consent.invitations import Invitation
    from provisioning.consent.layout import Vendor
    from provisioning.consent.refusals import Refusal

_REGIONS: Final = {"NA": "North America", "EU": "Europe", "FE": "Far East"}
_FULFILLMENT: Final = {
    "fba": "Amazon ships for you (FBA)",
    "fbm": "You ship yourself (FBM)",
    "both": "Amazon ships for you (FBA), and you ship yourself (FBM)",
}
_SECRECY: Final = """\
<h2>Treat this like a password</h2>
<p>This link is yours alone: whoever opens it could connect another account in your place, so do not pass it on. {more}
Nobody here sees, writes down or is sent what you hand over: it goes straight into a locked store that only the software
for your account opens. You can take your permission back in Seller Central at any time.</p>
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a seller's page is about: `central` is the address of his Seller Central, `action` where its form sends."""

    invitation: Invitation
    until: datetime
    central: str
    action: str

    @property
    def host(self) -> str:
        """Seller Central's host, escaped."""
        return escape(urlsplit(self.central).netloc)


def is_partner_id(text: str) -> bool:
    """Say whether this can be a selling partner id."""
    return re.fullmatch(r"[A-Z0-9]{1,32}", text) is not None


def title_of(invitation: Invitation) -> str:
    """Name a seller's page."""
    return f"Connect {invitation.account_name or invitation.seller} to Amazon"


def invited(vendor: Vendor, shown: Shown) -> str:
    """Write the page from which a seller goes to Amazon's consent."""
    name, host, invitation = escape(vendor.application), shown.host, shown.invitation
    return f"""\
<h1>Connect your Amazon account</h1>
<p>{name} asks for access to the Amazon account below. You allow it at Amazon, in your own Seller Central; your
Amazon password stays there.</p>
{_account(shown)}
{_areas(invitation)}
{_SECRECY.format(more="")}
<h2>How it goes</h2>
<ol class="steps">
<li>The button leads to Seller Central at <strong>{host}</strong>. Sign in as the account's primary user.</li>
<li>Check that Amazon names {name}, and confirm.</li>
<li>Amazon leads you back here, within ten minutes, in this same browser.</li>
</ol>
<form method="post" action="{escape(shown.action)}">
<button type="submit">Connect your Amazon account</button>
</form>
{_codes()}
"""


def own_application(vendor: Vendor, shown: Shown, fault: str = "") -> str:
    """Write the page with the form for a seller's own application; `fault` says what was wrong with the last try."""
    name, host, invitation = escape(vendor.application), shown.host, shown.invitation
    roles = "".join(f"<li>{escape(role)}</li>" for role in roles_for(invitation.permissions, invitation.fulfillment))
    alert = f'<p class="bad" role="alert">{escape(fault)} Nothing was stored.</p>' if fault else ""
    return f"""\
<h1>Hand over your own Amazon application</h1>
{alert}
<p>You connect {name} to the Amazon account below with a private application of your own.</p>
{_account(shown)}
{_areas(invitation)}
<h2>In Seller Central</h2>
<ol class="steps">
<li>Sign in at <strong>{host}</strong> as the account's primary user, and open <strong>Apps and Services</strong>,
<strong>Develop Apps</strong>. The first time, Amazon asks you to register as a private developer.</li>
<li>Choose <strong>Add new app client</strong>. Give it a name, the API type <strong>SP API</strong>, and these
roles:<ul>{roles}</ul></li>
<li>In the list, under <strong>LWA credentials</strong>, choose <strong>View</strong>: there are the client identifier
and the client secret.</li>
<li>In the menu beside <strong>Edit app</strong>, choose <strong>Authorize</strong>, then
<strong>Authorize app</strong>: Amazon shows the refresh token, once.</li>
</ol>
{_SECRECY.format(more="Copy each of the three values straight into its field; keep no copy in a mail or note.")}
<h2>The three values</h2>
<form method="post" action="{escape(shown.action)}" autocomplete="off">
<label for="client_id">Client identifier</label>
<p class="hint" id="client_id_hint">Also called consumer key. It begins with amzn1.application-oa2-client.</p>
<input type="password" id="client_id" name="client_id" required maxlength="200" autocomplete="off" spellcheck="false"
aria-describedby="client_id_hint">
<label for="client_secret">Client secret</label>
<p class="hint" id="client_secret_hint">Also called shared secret. Most begin with amzn1.oa2-cs.v1.</p>
<input type="password" id="client_secret" name="client_secret" required maxlength="500" autocomplete="off"
spellcheck="false" aria-describedby="client_secret_hint">
<label for="refresh_token">Refresh token</label>
<p class="hint" id="refresh_token_hint">It begins with Atzr| and is several lines long.</p>
<input type="password" id="refresh_token" name="refresh_token" required maxlength="3000" autocomplete="off"
spellcheck="false" aria-describedby="refresh_token_hint">
<button type="submit">Hand over and connect</button>
</form>
"""


def login(vendor: Vendor, fields: Iterable[tuple[str, str]]) -> str:
    """Write the page on which who comes from Seller Central or the Appstore goes on; `fields` go along, hidden."""
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n' for name, value in fields)
    name = escape(vendor.application)
    return f"""\
<h1>Connect your Amazon account</h1>
<p>You come from Amazon to allow {name} access to your account, or to renew your permission.</p>
<p>The button leads you back to Amazon. Confirm there, and Amazon leads you here again, within ten minutes, in this same
browser.</p>
<form method="post" action="/login">
{hidden}<button type="submit">Continue to Amazon</button>
</form>
{_codes()}
"""


def connected(vendor: Vendor) -> str:
    """Write what a seller sees at the end, when all went well."""
    return f"""\
<h1>Your Amazon account is connected</h1>
<p class="good" role="status">Amazon confirmed it: {escape(vendor.application)} has the access that you allowed.</p>
<p>Nothing is left to do. You can close this window.</p>
"""


def received() -> str:
    """Write what a seller sees whose account a person here has to recognise first."""
    return """\
<h1>Thank you: we look at it</h1>
<p class="good" role="status">Amazon confirmed your permission, and it is kept locked.</p>
<p>We could not tell by ourselves that this is the account we expected, so one of us looks at it before it is used.
Nothing is left for you to do; we write to you if anything is missing.</p>
"""


def refused(refusal: Refusal) -> str:
    """Write what a browser sees where nothing was done."""
    return f'<h1>{escape(refusal.title)}</h1>\n<p class="bad" role="alert">{escape(refusal.text)}</p>\n'


def _account(shown: Shown) -> str:
    invitation = shown.invitation
    countries = [found.country for code in invitation.marketplaces if (found := find_marketplace(code))]
    rows = [
        ("Account name", escape(invitation.account_name or invitation.seller)),
        ("Store", escape(invitation.store_url)),
        ("Region", escape(_REGIONS.get(invitation.region, invitation.region))),
        ("Marketplaces", escape(", ".join(countries))),
        ("Seller Central", shown.host),
        ("Shipping", escape(_FULFILLMENT.get(invitation.fulfillment, ""))),
        ("This link works until", f"{shown.until:%d %B %Y, %H:%M} UTC"),
    ]
    listed = "".join(f"<div><dt>{term}</dt><dd>{told}</dd></div>\n" for term, told in rows if told)
    return f"<dl>\n{listed}</dl>"


def _codes() -> str:
    """Say what Amazon's errors mean: it shows them on pages of its own, from which nobody is led back here."""
    codes: dict[str, list[str]] = {}
    for code, words in AMAZONS_CODES.items():
        codes.setdefault(words, []).append(code)
    listed = "".join(
        f"<div><dt>{escape(', '.join(names))}</dt><dd>{escape(words)}</dd></div>\n" for words, names in codes.items()
    )
    return f"<details>\n<summary>If Amazon shows an error code</summary>\n<dl>\n{listed}</dl>\n</details>"


def _areas(invitation: Invitation) -> str:
    known = [AREAS[name] for name in invitation.permissions if name in AREAS]
    items = "".join(
        f'<li><h3>{escape(area.name)}</h3><p>{escape(area.allows)}</p><p class="roles">Amazon\'s roles: '
        f"{escape(', '.join(area.roles_for(invitation.fulfillment)))}</p></li>\n"
        for area in known
    )
    return f'<h2>What you allow</h2>\n<ul class="areas">\n{items}</ul>'
