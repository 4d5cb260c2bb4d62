"""The letter to a seller whose own application needs a new client secret; pure text, no value in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def letter_to(name: str, ends: date | None, new_secret_queue: str, expiry_queue: str, contact: str) -> str:
    """Write it; `ends` is when the client secret ends, where that is known."""
    when = f"ends on {ends}" if ends else "ends 180 days after it was made"
    return f"""\
Dear {name},

the client secret of your own application at Amazon, with which we call Amazon for you, {when}. From
then on every call for your store fails, and authorizing the application again does not help. Only you can
make a new one. It takes five minutes.

1. Sign in to Amazon's Solution Provider Portal (or Seller Central, Apps and Services, Develop Apps) as the
   primary user of your developer account.
2. Find the application in the list, and open "View" beside its LWA credentials.
3. Choose "Rotate secret" (or "Generate new secret"), and confirm. The old client secret goes on working for
   seven days, so nothing stops.

Then either of these:

- Hand the new client secret to us, over the way that we agreed on, never by e-mail, and within seven days.
- Or have Amazon send it to us by itself, now and every time after: before step 3 open "Notification
  preferences" in the developer console, choose "Add new destination" and "Subscribe", once for each row:
    Application Client New Secret:     {new_secret_queue}
    Application Client Secret Expiry:  {expiry_queue}

Please do not send the client secret, or a picture of that page, in a reply to this letter.

Questions: {contact}
"""
