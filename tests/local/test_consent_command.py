"""`python -m local register` and `sign-in`, as a person uses them on a running bench."""

import pytest
from click.testing import CliRunner

from local.amazon.records import ApplicationKind
from local.cli import main


@pytest.fixture
def local(home):
    """Run one command and return its exit code and all it printed."""

    def local(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--home", str(home.folder), *arguments])
        return result.exit_code, result.output

    return local


def test_the_addresses_are_registered(bench, local) -> None:
    """`register ADDRESS`: Login URI and redirect URI of the newest public application."""
    wanted = bench.amazon.registry.add_application()
    bench.amazon.registry.add_application(ApplicationKind.PRIVATE)

    said = local("register", "https://connect.vendor.example/", "--name", "Example ERP", "--draft")
    made = bench.amazon.registry.application(wanted.client_id).registration

    base = "https://connect.vendor.example"
    assert said == (0, f"{wanted.application_id}: Login URI {base}/login, redirect URI {base}/callback\n")
    assert (made.login_uri, made.redirect_uris, made.draft, made.name) == (
        "https://connect.vendor.example/login",
        ("https://connect.vendor.example/callback",),
        True,
        "Example ERP",
    )


@pytest.mark.usefixtures("bench")
def test_without_an_application_somebody_has_to_make_one(local) -> None:
    """Exit 3 and the command that does (design.md 8)."""
    assert local("register", "https://vendor.example") == (
        3,
        "Error: Amazon knows no public application yet; make one with: python -m local issue FOLDER\n",
    )


@pytest.mark.usefixtures("bench")
def test_without_a_function_somebody_has_to_declare_one(local) -> None:
    """The address is looked up where none is given."""
    assert local("register", "--stack", "dev") == (
        3,
        "Error: no function sellerkeys-dev-consent with a URL is declared: run pulumi up, or give the address\n",
    )


def test_a_seller_signs_in_and_out(bench, local) -> None:
    """`sign-in ID REGION`, and without them nobody is."""
    seller = bench.amazon.registry.add_seller("EU", ["DE"])

    assert local("sign-in", seller.selling_partner_id, "EU") == (
        0,
        f"signed in at Seller Central: {seller.selling_partner_id}\n",
    )
    assert local("sign-in") == (0, "signed in at Seller Central: nobody\n")
    assert local("sign-in", "APLACEHOLDERNOBODY", "EU")[0] == 1
