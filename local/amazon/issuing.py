"""What a vendor gets from Amazon before the first `sellerkeys onboard`: an application, and every seller's token.

Written as the files that a person would have: `client-id.txt`, `client-secret.txt`, `application-id.txt` and
`sellers.csv`.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click
import yaml

from local.amazon.records import ApplicationKind
from provisioning import roster
from provisioning.errors import SellerkeysError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioning.roster import Row

COLUMNS: Final = ("seller", "refresh_token", "client_id", "client_secret")
_TIMEOUT_SECONDS: Final = 30


class BenchFailure(Exception):
    """The bench's Amazon did not answer, or would not do what it was asked; the text says which."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An application's client id and client secret."""

    client_id: str
    client_secret: str = field(repr=False)
    application_id: str = ""


class AdminClient:
    """The admin API of a running bench's Amazon, at its base address; every method raises BenchFailure."""

    def __init__(self, url: str) -> None:
        self._url = url

    def add_application(self, kind: ApplicationKind, application_id: str = "") -> Keys:
        """Register an application; an empty application id makes one up."""
        made = self._post("applications", {"kind": kind, "application_id": application_id})
        return Keys(made["client_id"], made["client_secret"], made["application_id"])

    def add_seller(self, row: Row) -> str:
        """Put a roster's seller on record and return its selling partner id, made up if the roster has none."""
        seller = {
            "region": row.region,
            "marketplaces": row.marketplaces,
            "selling_partner_id": row.selling_partner_id,
            "store_name": row.name,
        }
        return self._post("sellers", seller)["selling_partner_id"]

    def authorize(self, client_id: str, selling_partner_id: str, region: str) -> str:
        """Let a seller consent to an application and return the refresh token."""
        consent = {"client_id": client_id, "selling_partner_id": selling_partner_id, "region": region}
        return self._post("authorizations", consent)["refresh_token"]

    def _post(self, path: str, body: object) -> dict[str, str]:
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("POST", f"/_bench/{path}", json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer: dict[str, str] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BenchFailure(
                f"the bench's Amazon at {self._url} gave no answer ({type(error).__name__}): is the bench up?"
            ) from None
        finally:
            connection.close()
        if response.status != http.client.CREATED:
            raise BenchFailure(f"the bench's Amazon refused /_bench/{path}: {answer.get('error')}")
        return answer


def issue(amazon: AdminClient, rows: Iterable[Row], folder: Path, application_id: str = "") -> None:
    """Register what the roster needs and write the vendor's files into `folder` (0700, files 0600).

    One listed public application for all rows with `application` = `shared`, a private one for each with `own`. Every
    seller consents now, whatever `consented_on` says: a roster's old date would be a lapsed consent. A second issue
    makes new applications and tokens; those of the first go on working.
    """
    shared = amazon.add_application(ApplicationKind.PUBLIC_LISTED, application_id)
    lines = [_onboarding_line(amazon, row, shared) for row in rows]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _write(folder / "client-id.txt", f"{shared.client_id}\n")
    _write(folder / "application-id.txt", f"{shared.application_id}\n")
    _write(folder / "client-secret.txt", f"{shared.client_secret}\n")
    _write(folder / "sellers.csv", _csv(lines))


def _onboarding_line(amazon: AdminClient, row: Row, shared: Keys) -> tuple[str, ...]:
    own = amazon.add_application(ApplicationKind.PRIVATE) if row.application == "own" else None
    selling_partner_id = amazon.add_seller(row)
    refresh_token = amazon.authorize((own or shared).client_id, selling_partner_id, row.region)
    return (row.seller, refresh_token, own.client_id if own else "", own.client_secret if own else "")


def _csv(lines: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _declared_application_id(stack: Path) -> str:
    """Read which application the fleet's pages are to ask consent for; empty where none is named."""
    if not stack.is_file():
        return ""
    consent = (yaml.safe_load(stack.read_text(encoding="utf-8")).get("config") or {}).get("sellerkeys:consent") or {}
    return str(consent.get("application_id", ""))


@click.command("issue")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--roster",
    "roster_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rosters/dev.csv"),
    show_default=True,
    help="The sellers that consent.",
)
@click.option(
    "--amazon",
    "amazon_url",
    required=True,
    envvar="SELLERKEYS_BENCH_AMAZON",
    show_envvar=True,
    help="The address of the bench's Amazon.",
)
@click.option(
    "--application-id",
    default=lambda: _declared_application_id(Path("Pulumi.dev.yaml")),
    show_default="that of Pulumi.dev.yaml",
    help="The id by which consent pages are to know the application.",
)
def issue_command(folder: Path, roster_path: Path, amazon_url: str, application_id: str) -> None:
    """Write into FOLDER what Amazon gives a vendor: client id, client secret, one refresh token per seller."""
    try:
        rows = roster.read(roster_path)
        issue(AdminClient(amazon_url), rows, folder, application_id)
    except (SellerkeysError, BenchFailure) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder}: an application (client-id.txt, client-secret.txt) and {len(rows)} sellers (sellers.csv)")
