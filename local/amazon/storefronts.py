"""How a marketplace introduces itself in `getMarketplaceParticipations` (sp-api.md 9).

The fields are those of Amazon's model. Name and domain follow the store's address; currency and language are the
country's, which no check of ours may depend on.
"""

from __future__ import annotations

from typing import Final

from provisioning.marketplaces import find_marketplace

#: Domain, currency and language by country code.
_STOREFRONTS: Final = {
    "CA": ("amazon.ca", "CAD", "en_CA"),
    "US": ("amazon.com", "USD", "en_US"),
    "MX": ("amazon.com.mx", "MXN", "es_MX"),
    "BR": ("amazon.com.br", "BRL", "pt_BR"),
    "IE": ("amazon.ie", "EUR", "en_IE"),
    "ES": ("amazon.es", "EUR", "es_ES"),
    "GB": ("amazon.co.uk", "GBP", "en_GB"),
    "FR": ("amazon.fr", "EUR", "fr_FR"),
    "BE": ("amazon.com.be", "EUR", "fr_BE"),
    "NL": ("amazon.nl", "EUR", "nl_NL"),
    "DE": ("amazon.de", "EUR", "de_DE"),
    "IT": ("amazon.it", "EUR", "it_IT"),
    "SE": ("amazon.se", "SEK", "sv_SE"),
    "ZA": ("amazon.co.za", "ZAR", "en_ZA"),
    "PL": ("amazon.pl", "PLN", "pl_PL"),
    "EG": ("amazon.eg", "EGP", "ar_AE"),
    "TR": ("amazon.com.tr", "TRY", "tr_TR"),
    "SA": ("amazon.sa", "SAR", "ar_AE"),
    "AE": ("amazon.ae", "AED", "en_AE"),
    "IN": ("amazon.in", "INR", "en_IN"),
    "SG": ("amazon.sg", "SGD", "en_SG"),
    "AU": ("amazon.com.au", "AUD", "en_AU"),
    "JP": ("amazon.co.jp", "JPY", "ja_JP"),
}


def describe(code: str) -> dict[str, str]:
    """Write the `marketplace` object of a marketplace, by country code; raises KeyError on an unknown one."""
    marketplace = find_marketplace(code)
    if marketplace is None:
        raise KeyError(code)
    domain, currency, language = _STOREFRONTS[marketplace.code]
    return {
        "id": marketplace.id,
        "name": domain.capitalize(),
        "countryCode": marketplace.code,
        "defaultCurrencyCode": currency,
        "defaultLanguageCode": language,
        "domainName": f"www.{domain}",
    }
