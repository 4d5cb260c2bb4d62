"""What a browser is told where nothing was done: a status, what happened, and what to do; pure text.

None of it says whether a seller, a link or a state exists beyond what whoever holds it knows already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_AGAIN: Final = "Open the link you were sent once more and start from there."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One page without a way on: `code` is stable and stands in the log."""

    code: str
    status: int
    title: str
    text: str


class Refused(Exception):
    """A request that ends with a refusal; what it was about stays unchanged. `seller` is for the log."""

    def __init__(self, refusal: Refusal, seller: str = "") -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.seller = seller


def amazons(code: str | None) -> Refusal:
    """Say what Amazon's answer in place of a code means: a no, or one of its errors."""
    words = AMAZONS_CODES.get((code or "").upper())
    if words is None:
        return DENIED
    return Refusal("amazons-error", 403, "Amazon did not let you allow it", f"Nothing was connected. {words}")


UNKNOWN_PAGE: Final = Refusal(
    "unknown-page", 404, "There is no such page", "Check that the link was opened whole, as you received it."
)
WRONG_METHOD: Final = Refusal("wrong-method", 405, "This page cannot be used that way", _AGAIN)
TOO_LONG: Final = Refusal("too-long", 414, "This address is too long", _AGAIN)
TOO_LARGE: Final = Refusal("too-large", 413, "Too much was sent", "Only the fields of the form belong into it.")
NO_FORM: Final = Refusal("no-form", 415, "This was not sent by our form", _AGAIN)
UNREADABLE: Final = Refusal("unreadable", 400, "This request cannot be read", _AGAIN)
FROM_ELSEWHERE: Final = Refusal(
    "from-elsewhere",
    403,
    "This was sent by another website",
    "Nothing was done. Open the link you were sent yourself and press the button there.",
)
NO_INVITATION: Final = Refusal(
    "no-invitation",
    404,
    "This link is not known",
    "Check that it was opened whole, as you received it. If it was, ask whoever sent it for a new one.",
)
INVITATION_EXPIRED: Final = Refusal(
    "invitation-expired", 410, "This link has expired", "Ask whoever sent it for a new one."
)
INVITATION_USED: Final = Refusal(
    "invitation-used", 410, "This link has done its work", "Your account is connected; nothing is left to do."
)
WRONG_WAY: Final = Refusal("wrong-way", 409, "This link works another way", _AGAIN)
NO_COOKIE: Final = Refusal(
    "no-cookie",
    403,
    "This has to end in the browser in which it began",
    "Nothing was connected. Open the link you were sent in this browser, with cookies allowed, and start from there.",
)
STATE_ENDED: Final = Refusal(
    "state-ended",
    410,
    "This attempt has ended",
    "It was used already, or took longer than ten minutes. If you have not seen that your account is connected, open "
    "the link you were sent once more, or start again in Seller Central.",
)
DENIED: Final = Refusal(
    "access-denied",
    403,
    "You did not allow access at Amazon",
    f"Nothing was connected. If that was a mistake: {_AGAIN}",
)
_OURS: Final = "Our application is not set up at Amazon as it has to be. Write to us, and name the code."
#: What Amazon's own pages show instead of a consent, by code, and what it means to who sees it (sp-api.md 4.1).
AMAZONS_CODES: Final = {
    "SPDC8143": "You are signed in as another user of the account. Have the account's primary user open your link.",
    "SPSA0404": "This kind of account cannot be connected. Sign in with a seller's account, not with a vendor's.",
    "SPSA2043": "Your user belongs to a vendor's account, in Vendor Central, and may not manage applications there. A "
    "vendor's account cannot be connected here: sign in with a seller's account.",
    "CONSENT_LIMIT_REACHED": "Our application has as many sellers as Amazon lets it have. Write to us.",
    **dict.fromkeys(("MD1000", "MD5101", "MD5110", "MD9100"), _OURS),
}
MISSING: Final = Refusal("missing-parameter", 400, "Amazon's answer is incomplete", f"Nothing was connected. {_AGAIN}")
FOREIGN_CALLBACK: Final = Refusal(
    "foreign-callback",
    400,
    "This did not come from Amazon",
    "Nothing was done. Start in Seller Central, under Apps and Services, Manage Your Apps.",
)
CODE_REFUSED: Final = Refusal(
    "code-refused",
    410,
    "Amazon's permission has run out",
    f"Amazon gives five minutes from your confirmation, once. Nothing was connected. {_AGAIN}",
)
NO_MARKETPLACE: Final = Refusal(
    "no-marketplace",
    409,
    "Amazon names no marketplace of this account",
    "Nothing was connected. Check in Seller Central that the account you signed in with sells in the region that your "
    "link names, then start again from the link.",
)
ANOTHER_ID: Final = Refusal("another-id", 403, "Amazon names another account", f"Nothing was connected. {_AGAIN}")
UNKNOWN_SELLER: Final = Refusal(
    "unknown-seller",
    404,
    "This account is not known here yet",
    "Nothing was connected. Ask us for a link, then connect your account with it.",
)
NO_APPLICATION: Final = Refusal(
    "no-application", 503, "This is not set up yet", "Nothing was done. Tell us that you saw this page."
)
NOT_A_SELLER: Final = Refusal(
    "not-a-seller",
    409,
    "Amazon lets nobody look into this account",
    "Nothing was connected. Sign in with a seller's account of the region that your link names: a vendor's account, "
    "which is managed in Vendor Central, cannot be connected, nor can one of another region. If it was the right one, "
    "tell us that you saw this page.",
)
AMAZON_REFUSED: Final = Refusal(
    "amazon-refused",
    409,
    "Amazon did not accept it",
    f"Nothing was connected. {_AGAIN}",
)
LATER: Final = Refusal(
    "later", 503, "This did not work just now", f"Nothing was connected. Wait a few minutes. {_AGAIN}"
)
DEFECT: Final = Refusal("defect", 500, "Something went wrong here", f"It has been noted. Wait a few minutes. {_AGAIN}")
WAITS_ALREADY: Final = Refusal(
    "waits-already",
    409,
    "One connection waits for us already",
    "We look at every connection whose account we cannot recognise. One of yours waits for that: nothing more was "
    "taken. If it is urgent, write to us.",
)
