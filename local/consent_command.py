"""`python -m local register` and `sign-in`: what a vendor and a seller do at Amazon before a consent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import ClientError

from local import control
from local.waiting import Waiting, bench_in
from provisioning import naming
from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_lambda import LambdaClient

    from local.home import Home, Running


@click.command("register")
@click.argument("address", required=False)
@click.option("--client-id", help="The application; without it the newest public one.")
@click.option("--name", help="What Amazon's pages call it.")
@click.option("--draft/--no-draft", default=None, help="Whether it is a draft, which needs version=beta.")
@click.option("--login-first/--no-login-first", default=None, help="Whether a consent passes by the Login URI too.")
@click.option("--stack", default="dev", show_default=True, help="The fleet whose page ADDRESS is looked up.")
@click.pass_obj
def register_command(home: Home, /, *, stack: str, address: str | None, client_id: str | None, **given: object) -> None:
    """Register an application's Login URI and redirect URI with Amazon.

    ADDRESS is where the sellers' page is served; without it, the URL of the consent function that is declared, and
    Amazon's pages call the application what that function's do.
    """
    bench = bench_in(home)
    function = naming.function_name(stack, naming.CONSENT)
    base = (address or _function_url(bench, function)).rstrip("/")
    named = {} if address else {"name": _application(bench, function)}
    changed = named | {name: value for name, value in given.items() if value is not None}
    made = ask(
        bench,
        "PUT",
        "registration",
        {
            "client_id": client_id or newest_public(bench),
            "login_uri": f"{base}/login",
            "redirect_uris": [f"{base}/callback"],
            **changed,
        },
    )
    click.echo(f"{made['application_id']}: Login URI {made['login_uri']}, redirect URI {made['redirect_uris'][0]}")


@click.command("sign-in")
@click.argument("selling_partner_id", required=False)
@click.argument("region", required=False, type=click.Choice([region.value for region in Region]))
@click.option("--secondary-user", is_flag=True, help="A user who may not authorize applications.")
@click.pass_obj
def sign_in_command(home: Home, selling_partner_id: str | None, region: str | None, *, secondary_user: bool) -> None:
    """Sign a seller in at Seller Central; without arguments nobody is, and its pages ask who it is."""
    body = {"selling_partner_id": selling_partner_id or "", "region": region, "primary_user": not secondary_user}
    who = ask(bench_in(home), "PUT", "signed-in", body)["selling_partner_id"]
    click.echo(f"signed in at Seller Central: {who or 'nobody'}")


def ask(bench: Running, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask the interface of the bench's Amazon."""
    return control.call(bench.environment["SELLERKEYS_BENCH_AMAZON"], method, f"/_bench/{path}", body)


def newest_public(bench: Running) -> str:
    """Find the client id of the application that `issue` made last; raises Waiting."""
    found = [made for made in ask(bench, "GET", "registrations")["registrations"] if made["kind"] != "private"]
    if not found:
        raise Waiting("Amazon knows no public application yet; make one with: python -m local issue FOLDER")
    return str(found[-1]["client_id"])


def _function_url(bench: Running, name: str) -> str:
    try:
        return str(_lambda(bench).get_function_url_config(FunctionName=name)["FunctionUrl"])
    except ClientError:
        raise Waiting(f"no function {name} with a URL is declared: run pulumi up, or give the address") from None


def _application(bench: Running, name: str) -> str:
    """Read what the pages call the application: a seller is told there to look for that name at Amazon."""
    told = _lambda(bench).get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return str(json.loads(told["SELLERKEYS_CONSENT"])["application"])


def _lambda(bench: Running) -> LambdaClient:
    return boto3.client(
        "lambda",
        endpoint_url=bench.environment["AWS_ENDPOINT_URL"],
        region_name=bench.environment["AWS_REGION"],
        aws_access_key_id=bench.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=bench.environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(proxies={}),
    )
