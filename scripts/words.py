"""What may be printed: the last net under everything that a person or a file handed in and that is shown again."""

from __future__ import annotations

import re
from typing import Final

#: Refresh tokens, access tokens and client secrets by their beginnings (sp-api.md 1.3).
_SECRETS: Final = re.compile(r"(Atz[ar]\||amzn1\.oa2-cs\.)[^\s,;'\"`)]+")


def plain(text: str) -> str:
    """Hide what looks like a token or client secret, and make letters that could steer a terminal visible as `?`."""
    hidden = _SECRETS.sub(r"\1***", text)
    return "".join(letter if letter.isprintable() else "?" for letter in hidden)


def looks_secret(text: str) -> bool:
    """Say whether this is a token or client secret rather than what was asked for."""
    return _SECRETS.search(text) is not None
