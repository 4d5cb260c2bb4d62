"""The table of formats: each row's names and values, whole."""

from __future__ import annotations

import json

import pytest

from provisioning.errors import BadInput
from provisioning.exporting.fields import fields_of
from provisioning.exporting.formats import FORMATS, find_format, variables
from provisioning.payload import Credential
from provisioning.roster import row_from

CREDENTIAL = Credential("berlin", "EU", "A1PA6795UKMFR9", "CID", "CSECRET", "Atzr|PLACEHOLDER", "v1", "APLACEHOLDER2")
ROW = row_from(
    {
        "seller": "berlin",
        "account_name": "Berlin Books",
        "region": "EU",
        "marketplaces": "DE;FR",
        "store_url": "https://berlin.example",
    }
)
SECRET = json.loads(CREDENTIAL.to_json())
FIELDS = fields_of(CREDENTIAL, ROW, "amzn1.sp.solution.PLACEHOLDER")
LWA = {"LWA_CLIENT_ID": "CID", "LWA_CLIENT_SECRET": "CSECRET", "LWA_REFRESH_TOKEN": "Atzr|PLACEHOLDER"}
CAMEL = {"clientId": "CID", "clientSecret": "CSECRET", "refreshToken": "Atzr|PLACEHOLDER"}
HOST = "https://sellingpartnerapi-eu.amazon.com"
TOKENS = "https://api.amazon.com/auth/o2/token"
EXPECTED = {
    "env": {key: value for key, value in SECRET.items() if key.isupper() and not key.startswith("SELLERKEYS_")},
    "json": SECRET,
    "saleweaver": {
        "LWA_APP_ID": "CID",
        "LWA_CLIENT_SECRET": "CSECRET",
        "SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER",
        "SP_API_DEFAULT_MARKETPLACE": "DE",
    },
    "saleweaver-file": {"lwa_app_id": "CID", "lwa_client_secret": "CSECRET", "refresh_token": "Atzr|PLACEHOLDER"},
    "official-python": {
        "client_id": "CID",
        "client_secret": "CSECRET",
        "refresh_token": "Atzr|PLACEHOLDER",
        "region": "EU",
    },
    "official-js": {
        "lwaClientId": "CID",
        "lwaClientSecret": "CSECRET",
        "lwaRefreshToken": "Atzr|PLACEHOLDER",
        "spApiEUEndpoint": HOST,
    },
    "official-java": CAMEL | {"endpoint": TOKENS, "spApiEndpoint": HOST},
    "official-csharp": {
        "ClientId": "CID",
        "ClientSecret": "CSECRET",
        "RefreshToken": "Atzr|PLACEHOLDER",
        "Endpoint": TOKENS,
        "SpApiEndpoint": HOST,
    },
    "official-php": CAMEL | {"endpoint": TOKENS, "spApiEndpoint": HOST},
    "mcp": {
        "SP_API_CLIENT_ID": "CID",
        "SP_API_CLIENT_SECRET": "CSECRET",
        "SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER",
        "SP_API_REGION": "eu",
    },
    "npm-amazon-sp-api": {"SELLING_PARTNER_APP_CLIENT_ID": "CID", "SELLING_PARTNER_APP_CLIENT_SECRET": "CSECRET"},
    "bizon": LWA,
    "peddler": LWA,
    "jlevers": CAMEL | {"endpoint": r"\SellingPartnerApi\Enums\Endpoint::EU"},
    "laravel": {
        "SPAPI_LWA_CLIENT_ID": "CID",
        "SPAPI_LWA_CLIENT_SECRET": "CSECRET",
        "SPAPI_LWA_REFRESH_TOKEN": "Atzr|PLACEHOLDER",
        "SPAPI_ENDPOINT_REGION": "EU",
    },
    "fika": {
        "FikaAmazonAPI.ClientId": "CID",
        "FikaAmazonAPI.ClientSecret": "CSECRET",
        "FikaAmazonAPI.RefreshToken": "Atzr|PLACEHOLDER",
        "FikaAmazonAPI.MarketPlaceID": "A1PA6795UKMFR9",
        "FikaAmazonAPI.SellerId": "APLACEHOLDER2",
    },
    "amazon-php": CAMEL,
    "frappe": {
        "doctype": "Amazon SP API Settings",
        "country": "DE",
        "client_id": "CID",
        "client_secret": "CSECRET",
        "refresh_token": "Atzr|PLACEHOLDER",
    },
    "airbyte": {
        "auth_type": "oauth2.0",
        "aws_environment": "PRODUCTION",
        "region": "DE",
        "account_type": "Seller",
        "app_id": "amzn1.sp.solution.PLACEHOLDER",
        "lwa_app_id": "CID",
        "lwa_client_secret": "CSECRET",
        "refresh_token": "Atzr|PLACEHOLDER",
    },
    "xoro": {
        "Account Name": "Berlin Books",
        "App ID": "https://berlin.example",
        "App Shared Secret": "CSECRET",
        "Consumer Key": "CID",
        "Password": "Atzr|PLACEHOLDER",
    },
}
EXPECTED["dotenv"] = EXPECTED["env"]


@pytest.mark.parametrize("name", FORMATS)
def test_names_and_values(name: str) -> None:
    """Every format holds the names its client reads (clients.md 1), each with the right part of the credential."""
    assert FORMATS[name].values(SECRET, FIELDS) == EXPECTED[name]


def test_the_sheet_for_xoro() -> None:
    """Each field of the guide's last step stands with its value, and with what it is at Amazon today."""
    form = FORMATS["xoro"]

    assert form.render(form.values(SECRET, FIELDS)) == (
        "Account Name       Berlin Books\n"
        "App ID             https://berlin.example\n"
        "App Shared Secret  CSECRET\n"
        "Consumer Key       CID\n"
        "Password           Atzr|PLACEHOLDER\n"
        "\n"
        "Account Name: a name by which people know the store; Amazon does not know it.\n"
        "\n"
        "App ID: the store's address, such as https://mystorename.myAmazon.com; at Amazon no credential.\n"
        "\n"
        "App Shared Secret: at Amazon today the LWA client secret of the application; it ends after 180 days.\n"
        "\n"
        "Consumer Key: at Amazon today the LWA client id of the application.\n"
        "\n"
        "Password: at Amazon today the seller's refresh token. Treat it, as all of these, like any password.\n"
    )


def test_what_is_not_known_is_left_out_where_it_may_be() -> None:
    """A seller without a store's address or partner id has a sheet, and an appsettings.json, without them."""
    fields = {**FIELDS, "store_url": "", "selling_partner_id": ""}

    assert "App ID" not in FORMATS["xoro"].values(SECRET, fields)
    assert "FikaAmazonAPI.SellerId" not in FORMATS["fika"].values(SECRET, fields)


def test_what_is_not_known_and_needed_is_named() -> None:
    """A format whose client needs what nobody knows is refused by that name."""
    with pytest.raises(BadInput, match=r"^country: not known of this seller; the roster's row can say it$"):
        FORMATS["frappe"].values(SECRET, {**FIELDS, "country": ""})


def test_an_own_application_has_no_id_of_the_shared_one() -> None:
    """Amazon's id of the vendor's application says nothing about a seller's own."""
    own = Credential("berlin", "EU", "A1PA6795UKMFR9", "CID", "CSECRET", "Atzr|PLACEHOLDER", "own")

    assert fields_of(own, ROW, "amzn1.sp.solution.PLACEHOLDER")["application_id"] == ""


def test_an_unknown_format() -> None:
    """An unknown format is answered with the list."""
    with pytest.raises(BadInput) as refused:
        find_format("ruby")

    assert str(refused.value) == f"there is no format of that name; the formats are {', '.join(EXPECTED_ORDER)}"


EXPECTED_ORDER = [
    "env", "dotenv", "json", "saleweaver", "saleweaver-file", "official-python", "official-js", "official-java",
    "official-csharp", "official-php", "mcp", "npm-amazon-sp-api", "bizon", "peddler", "jlevers", "laravel", "fika",
    "amazon-php", "frappe", "airbyte", "xoro",
]  # fmt: skip


def test_variables_that_may_win() -> None:
    """Every variable from which some client takes a credential is known."""
    assert {"LWA_APP_ID", "LWA_REFRESH_TOKEN", "SP_API_AWS_SECRET_ID", "SPAPI_LWA_CLIENT_SECRET"} <= variables()
