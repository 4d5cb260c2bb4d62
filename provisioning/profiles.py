"""Further names under which a fleet may want a seller's credential in his secret, by the profile that brings them.

Imports nothing but types, so that the Pulumi program, the command line and the functions share one spelling.
"""

from typing import Final

#: Which part of a credential stands under which name (clients.md 5.2, "Options").
PROFILES: Final[dict[str, dict[str, str]]] = {
    "npm": {
        "SELLING_PARTNER_APP_CLIENT_ID": "client_id",
        "SELLING_PARTNER_APP_CLIENT_SECRET": "client_secret",
    },
    "laravel": {
        "SPAPI_LWA_CLIENT_ID": "client_id",
        "SPAPI_LWA_CLIENT_SECRET": "client_secret",
        "SPAPI_LWA_REFRESH_TOKEN": "refresh_token",
        "SPAPI_ENDPOINT_REGION": "region",
    },
}

#: The functions' variable that tells a fleet's profiles, separated by commas.
VARIABLE: Final = "SELLERKEYS_KEY_PROFILES"


def in_order(profiles: tuple[str, ...]) -> tuple[str, ...]:
    """Bring profiles into the order in which their names are written; unknown ones are left out."""
    return tuple(profile for profile in PROFILES if profile in profiles)


def profiles_from(text: str) -> tuple[str, ...]:
    """Read the functions' variable."""
    return in_order(tuple(text.split(",")))


def variables(profiles: tuple[str, ...]) -> dict[str, str]:
    """Write the functions' variable; none where there are no profiles."""
    return {VARIABLE: ",".join(profiles)} if profiles else {}
