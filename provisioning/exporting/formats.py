"""Every format of `sellerkeys export` and `exec`, as data: whose it is, its names, its form, where that is written.

A name stands for a template over the fields of `fields.py`; one whose field is empty is left out where it is optional.
The sources are the pages and files listed in clients.md 1, at the snapshots of its section 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from provisioning.errors import BadInput
from provisioning.exporting import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.exporting.forms import Form

#: The names of an SP-API host and of an SP-API region's case in jlevers' enumeration.
_ENDPOINT: Final = "{endpoint}"
_JLEVERS: Final = r"\SellingPartnerApi\Enums\Endpoint::{region}"


@dataclass(frozen=True, slots=True)
class Format:
    """One row: `names` maps what the client reads to a template; None takes the secret's own names, as `whole` says.

    `explains` holds a sentence for each name that a person types by hand; `note` says what the client wants besides.
    """

    whose: str
    form: Form
    source: str
    names: Mapping[str, str] | None
    optional: frozenset[str] = frozenset()
    is_environment: bool = False
    note: str = ""
    explains: Mapping[str, str] = field(default_factory=dict)

    def values(self, secret: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
        """Give each name its value; raises BadInput naming what is not known of this seller."""
        if self.names is None:
            return {key: value for key, value in secret.items() if not self.is_environment or _is_variable(key)}
        filled = {name.format_map(fields): text.format_map(fields) for name, text in self.names.items()}
        if missing := [name for name, value in filled.items() if not value and name not in self.optional]:
            raise BadInput(f"{', '.join(missing)}: not known of this seller; the roster's row can say it")
        return {name: value for name, value in filled.items() if value}

    def render(self, values: Mapping[str, str]) -> str:
        """Write the file; raises BadInput naming the key whose value the form cannot carry."""
        if not self.explains:
            return self.form(values)
        told = "".join(f"\n{name}: {sentence}\n" for name, sentence in self.explains.items())
        return self.form(values) + told


def _is_variable(key: str) -> bool:
    return key.isupper() and not key.startswith("SELLERKEYS_")


def _application(client_id: str, client_secret: str, refresh_token: str) -> dict[str, str]:
    return {client_id: "{client_id}", client_secret: "{client_secret}", refresh_token: "{refresh_token}"}


_LWA: Final = _application("LWA_CLIENT_ID", "LWA_CLIENT_SECRET", "LWA_REFRESH_TOKEN")
_CAMEL: Final = _application("clientId", "clientSecret", "refreshToken")

FORMATS: Final[Mapping[str, Format]] = {
    "env": Format("any program", forms.environment, "clients.md 5.2", None, is_environment=True),
    "dotenv": Format("any program", forms.dotenv, "clients.md 5.2", None, is_environment=True),
    "json": Format("any program", forms.json_object, "clients.md 5.2", None),
    "saleweaver": Format(
        "python-amazon-sp-api, environment",
        forms.dotenv,
        "sp_api/base/credential_provider.py",
        _application("LWA_APP_ID", "LWA_CLIENT_SECRET", "SP_API_REFRESH_TOKEN")
        | {"SP_API_DEFAULT_MARKETPLACE": "{country}"},
        is_environment=True,
    ),
    "saleweaver-file": Format(
        "python-amazon-sp-api, ~/.config/python-sp-api/credentials.yml",
        forms.yaml_account,
        "sp_api/base/credential_provider.py",
        _application("lwa_app_id", "lwa_client_secret", "refresh_token"),
    ),
    "official-python": Format(
        "Amazon's Python SDK: SPAPIConfig(**json.load(file))",
        forms.json_object,
        "python/sdk/spapi/auth/credentials.py",
        _application("client_id", "client_secret", "refresh_token") | {"region": "{region}"},
    ),
    "official-js": Format(
        "Amazon's JavaScript SDK, app.config.mjs",
        forms.module,
        "javascript/sdk/sample-node-app/",
        _application("lwaClientId", "lwaClientSecret", "lwaRefreshToken") | {"spApi{region}Endpoint": _ENDPOINT},
    ),
    "official-java": Format(
        "Amazon's Java SDK, LWAAuthorizationCredentials",
        forms.properties,
        "java: LWAAuthorizationCredentials",
        _CAMEL | {"endpoint": "https://api.amazon.com/auth/o2/token", "spApiEndpoint": _ENDPOINT},
    ),
    "official-csharp": Format(
        "Amazon's C# SDK, LWAAuthorizationCredentials",
        forms.json_object,
        "csharp/authlib/",
        _application("ClientId", "ClientSecret", "RefreshToken")
        | {"Endpoint": "https://api.amazon.com/auth/o2/token", "SpApiEndpoint": _ENDPOINT},
    ),
    "official-php": Format(
        "Amazon's PHP SDK, LWAAuthorizationCredentials",
        forms.php,
        "php: LWAAuthorizationCredentials",
        _CAMEL | {"endpoint": "https://api.amazon.com/auth/o2/token", "spApiEndpoint": _ENDPOINT},
    ),
    "mcp": Format(
        "Amazon's MCP servers, the `env` of a server",
        forms.json_object,
        "use-cases/sp-api-dev-mcp/README.md",
        _application("SP_API_CLIENT_ID", "SP_API_CLIENT_SECRET", "SP_API_REFRESH_TOKEN")
        | {"SP_API_REGION": "{region_small}"},
        is_environment=True,
    ),
    "npm-amazon-sp-api": Format(
        "npm amazon-sp-api, ~/.amzspapi/credentials",
        forms.lines,
        "lib/Credentials.js",
        {
            "SELLING_PARTNER_APP_CLIENT_ID": "{client_id}",
            "SELLING_PARTNER_APP_CLIENT_SECRET": "{client_secret}",
        },
        is_environment=True,
        note="this client takes refresh_token and region by its constructor only: hand them over there",
    ),
    "bizon": Format(
        "npm @sp-api-sdk/auth, environment", forms.dotenv, "packages/auth/src/index.ts", _LWA, is_environment=True
    ),
    "peddler": Format(
        "peddler (Ruby), environment",
        forms.dotenv,
        "lib/peddler/token.rb",
        _LWA,
        is_environment=True,
        note="this client takes the refresh token as an option: refresh_token: ENV['LWA_REFRESH_TOKEN']",
    ),
    "jlevers": Format(
        "jlevers/selling-partner-api (PHP): SellingPartnerApi::seller(...(require 'file.php'))",
        partial(forms.php, code=frozenset({"endpoint"})),
        "src/SellingPartnerApi.php",
        _CAMEL | {"endpoint": _JLEVERS},
    ),
    "laravel": Format(
        "highsidelabs/laravel-spapi, one seller",
        forms.dotenv,
        "config/spapi.php",
        _application("SPAPI_LWA_CLIENT_ID", "SPAPI_LWA_CLIENT_SECRET", "SPAPI_LWA_REFRESH_TOKEN")
        | {"SPAPI_ENDPOINT_REGION": "{region}"},
        is_environment=True,
    ),
    "fika": Format(
        "FikaAmazonAPI (C#), appsettings.json",
        forms.json_object,
        "Source/FikaAmazonAPI.SampleCode/Program.cs",
        _application("FikaAmazonAPI.ClientId", "FikaAmazonAPI.ClientSecret", "FikaAmazonAPI.RefreshToken")
        | {"FikaAmazonAPI.MarketPlaceID": "{marketplace_id}", "FikaAmazonAPI.SellerId": "{selling_partner_id}"},
        optional=frozenset({"FikaAmazonAPI.SellerId"}),
    ),
    "amazon-php": Format(
        "amazon-php/sp-api-sdk: Configuration::forIAMUser",
        forms.php,
        "src/AmazonPHP/SellingPartner/Configuration.php",
        {"clientId": "{client_id}", "clientSecret": "{client_secret}", "refreshToken": "{refresh_token}"},
        note="this client still asks for AWS keys, which SP-API has not wanted since 2023",
    ),
    "frappe": Format(
        "ERPNext, DocType Amazon SP API Settings",
        forms.json_object,
        "ecommerce_integrations/amazon/doctype/",
        {"doctype": "Amazon SP API Settings", "country": "{country}"}
        | _application("client_id", "client_secret", "refresh_token"),
        note="ERPNext keeps the refresh token as plain text in its database",
    ),
    "airbyte": Format(
        "Airbyte, source-amazon-seller-partner",
        forms.json_object,
        "source-amazon-seller-partner/manifest.yaml",
        {
            "auth_type": "oauth2.0",
            "aws_environment": "PRODUCTION",
            "region": "{country}",
            "account_type": "Seller",
            "app_id": "{application_id}",
            "lwa_app_id": "{client_id}",
            "lwa_client_secret": "{client_secret}",
            "refresh_token": "{refresh_token}",
        },
        optional=frozenset({"app_id"}),
        note="for a Vendor Central account, account_type has to be Vendor",
    ),
    "xoro": Format(
        "XoroERP, Sales Channels > Amazon",
        forms.sheet,
        "How to Generate Credentials for Amazon-Xoro Integration (design.md 1)",
        {
            "Account Name": "{account_name}",
            "App ID": "{store_url}",
            "App Shared Secret": "{client_secret}",
            "Consumer Key": "{client_id}",
            "Password": "{refresh_token}",
        },
        optional=frozenset({"App ID"}),
        explains={
            "Account Name": "a name by which people know the store; Amazon does not know it.",
            "App ID": "the store's address, such as https://mystorename.myAmazon.com; at Amazon no credential.",
            "App Shared Secret": "at Amazon today the LWA client secret of the application; it ends after 180 days.",
            "Consumer Key": "at Amazon today the LWA client id of the application.",
            "Password": "at Amazon today the seller's refresh token. Treat it, as all of these, like any password.",
        },
    ),
}


def find_format(name: str) -> Format:
    """Give the format of that name; raises BadInput with the list."""
    if name not in FORMATS:
        raise BadInput(f"there is no format of that name; the formats are {', '.join(FORMATS)}")
    return FORMATS[name]


def variables() -> frozenset[str]:
    """Name every environment variable that some client reads a credential from."""
    own = (found.names or {} for found in FORMATS.values() if found.is_environment)
    secret = {"SP_API_AWS_SECRET_ID"}
    return frozenset(name for names in own for name in names) | secret
