"""`sellerkeys check`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioning import naming

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.roles import FakeRoles
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

KYOTO = "amzn1.application-oa2-client.PLACEHOLDER-KYOTO"
ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev"


def test_chosen_sellers(onboarded_desk: Desk, amazon: FakeAmazon, roles: FakeRoles) -> None:
    """What works, what Amazon refuses and why, and the command that mends it; each read is told on standard error."""
    del amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]

    result = onboarded_desk.run("check", "berlin", "maple")

    assert (result.exit_code, result.stdout, result.stderr) == (
        4,
        (
            "SELLER  RESULT   PASSED                     PERMISSIONS  CAUSE                                           "
            "   "
            "                                          WHAT MENDS IT\n"
            "maple   refused  -                          -            Amazon does not accept the refresh token "
            "(revoked, "
            "lapsed, incomplete or of another client)  have the seller authorize the application again, then "
            "`sellerkeys "
            "onboard --seller maple`\n"
            "berlin  works    token, call, marketplaces  -            -                                               "
            "   "
            "                                          -\n"
            "\n"
            "2 sellers, 1 work\n"
        ),
        f"maple: value read as {ROLE}.maple\nberlin: value read as {ROLE}.berlin\n",
    )
    assert sorted(roles.lent) == [(f"{ROLE}.berlin", "sellerkeys-check"), (f"{ROLE}.maple", "sellerkeys-check")]


def test_permissions_as_json(onboarded_desk: Desk, amazon: FakeAmazon) -> None:
    """Stages and areas are fields of their own; no value is anywhere."""
    amazon.closed.add("/reports/2021-06-30/reports")

    result = onboarded_desk.run("--output", "json", "check", "berlin", "--permissions")

    assert result.exit_code == 4
    assert json.loads(result.stdout) == {
        "sellers": [
            {
                "seller": "berlin",
                "result": "refused",
                "stages": {"token": True, "call": True, "marketplaces": True},
                "cause": "Amazon does not let the credential into reports (getReports needs Inventory and Order "
                "Tracking"
                " or Product Listing)",
                "mend": "add the role in the developer console, have the seller authorize again, then `sellerkeys "
                "onboard"
                " --seller berlin`",
                "permissions": {
                    "customer-details": True,
                    "transactions-and-fulfillments": True,
                    "products-variants-and-collections": True,
                    "inventory": True,
                    "product-listings": True,
                    "reports": False,
                },
                "read_as": f"{ROLE}.berlin",
                "exit_code": 4,
            }
        ]
    }
    assert result.stderr == ""


def test_an_outage_is_said(onboarded_desk: Desk, amazon: FakeAmazon) -> None:
    """With --all, most of the fleet refused is one sentence, and nobody is marked."""
    own = (
        f"seller,refresh_token,client_id,client_secret\nkyoto,Atzr|PLACEHOLDER-KYOTO,{KYOTO},PLACEHOLDER-KYOTO-SECRET\n"
    )
    assert onboarded_desk.run("onboard", "-", piped=own).exit_code == 0
    amazon.tokens.clear()

    result = onboarded_desk.run("check", "--all")

    assert result.exit_code == 4
    assert result.stderr.splitlines()[3:] == [
        (
            "Amazon refused 3 of 3 sellers in the hour from 2026-11-24 12:00 UTC, "
            "mostly because Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another "
            "client); an outage, so nobody was marked for it"
        )
    ]


def test_of_a_large_fleet_those_who_do_not_work_are_listed(
    open_desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon
) -> None:
    """Sellers are checked side by side; past a hundred the others are counted, in the roster's order all the same."""
    slugs = [f"seller-{number:03}" for number in range(101)]
    client_id, markets = amazon.tokens["Atzr|PLACEHOLDER-BERLIN"]
    for slug in slugs:
        aws.declare(naming.seller_secret_name("dev", slug), naming.identity_tags("dev", slug, "EU", "shared"))
        amazon.tokens[f"Atzr|PLACEHOLDER-{slug}"] = (client_id, markets)
    open_desk.roster.write_text("seller,region,marketplaces\n" + "".join(f"{slug},EU,DE\n" for slug in slugs))
    tokens = "".join(f"{slug},Atzr|PLACEHOLDER-{slug}\n" for slug in slugs)
    assert open_desk.run("onboard", "-", piped=f"seller,refresh_token\n{tokens}").exit_code == 0
    for slug in ("seller-077", "seller-005"):
        del amazon.tokens[f"Atzr|PLACEHOLDER-{slug}"]

    result = open_desk.run("check", "--all")

    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[-1]) == (4, "101 sellers, 99 work")
    assert [line.split()[0] for line in lines[1:-2]] == ["seller-005", "seller-077"]
    assert result.stderr.splitlines()[:2] == [
        "101 values read, each as its own reader role",
        "those that work are not listed; `--output json` has everybody",
    ]
