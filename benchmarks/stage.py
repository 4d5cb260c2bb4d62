"""A fleet of any size on a bench of its own: declared as `pulumi up` leaves it, and sellers who have consented.

Made without Pulumi's engine, whose time `up` has a row of its own for. Everybody acts with the bench's own keys, for
which AWS on the bench decides no policies, and the rotation function does nothing: both are AWS's work, not the
command's.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from local import running
from local.amazon.faults import Fault as AmazonFault
from local.amazon.faults import FaultKind as AmazonFaultKind
from local.amazon.records import ApplicationKind
from local.aws.faults.fault import Fault, FaultKind
from local.bench import REGION, Bench
from local.home import Home
from provisioning import naming
from provisioning.marketplaces import Region
from provisioning.roster import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BASE: Final = "bench"
_CALLERS: Final = 8
_HANDLER: Final = "def nothing(event, context):\n    return None\n"
_STACK: Final = f"""\
config:
  sellerkeys:region: {REGION}
  sellerkeys:roster: roster.csv
  sellerkeys:readers: [arn:aws:iam::123456789012:role/erp-worker]
  sellerkeys:onboarders: [arn:aws:iam::123456789012:role/sellerkeys-onboarder]
  sellerkeys:on_call: [arn:aws:iam::123456789012:role/sellerkeys-on-call]
  sellerkeys:deployers: [arn:aws:iam::123456789012:role/sellerkeys-deployer]
  sellerkeys:application: {{kind: public-listed, name: Example, contact: keys@example.com}}
  sellerkeys:disposable: "true"
"""
#: Region and marketplaces of every seller in turn.
_PLACES: Final[tuple[tuple[Region, str], ...]] = (
    (Region.NA, "US;CA"),
    (Region.EU, "DE;FR"),
    (Region.FE, "JP"),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended: what it printed, how long it took, and the most memory it held, in KB."""

    output: str
    seconds: float
    peak: int


class Stage:
    """`folder` holds the stack's files, and `sellers.csv` what the operator was handed."""

    def __init__(self, bench: Bench, folder: Path, sellers: int) -> None:
        self.bench = bench
        self.folder = folder
        self.slugs = [f"seller-{number:05}" for number in range(sellers)]
        self.environment = running.environment(os.environ, bench.environment())
        self._secrets = self.client("secretsmanager")
        self._declare()

    def client(self, service: str) -> Any:  # noqa: ANN401  boto3's clients have no common type
        """Make a client of the bench's AWS."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(max_pool_connections=_CALLERS, retries={"total_max_attempts": 1}),
        )

    def latency(self, seconds: float) -> None:
        """Let every answer of AWS and of Amazon come so much later."""
        self.bench.aws.faults.put(Fault(FaultKind.SLOW, seconds=seconds))
        self.bench.amazon.faults.put(AmazonFault(AmazonFaultKind.SLOW, seconds=seconds))

    def limit_writes(self) -> None:
        """Let Secrets Manager take what it takes a second, and put off the rest."""
        self.bench.aws.faults.put(Fault(FaultKind.BUDGET))

    def sellerkeys(self, *arguments: str, expect: Sequence[int] = (0,)) -> Ran:
        """Run the command in a process of its own; raises CalledProcessError on an exit code that is not expected."""
        return run([str(tool("sellerkeys")), "--stack", BASE, *arguments], self.environment, self.folder, expect)

    def onboarded(self) -> int:
        """Count the sellers whose secret has a value."""
        pages = self._secrets.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 100})
        listed = [secret for page in pages for secret in page["SecretList"]]
        return sum(bool(secret.get("SecretVersionsToStages")) and "/sellers/" in secret["Name"] for secret in listed)

    def settle(self) -> None:
        """Wait until the bench itself has nothing left to do."""
        self.bench.aws.wait_idle(300)

    def calm(self) -> None:
        """Take latency and limits away again."""
        self.bench.aws.faults.clear()
        self.bench.amazon.faults.clear()

    def set_app(self) -> None:
        """Put the application in."""
        (self.folder / "client-secret.txt").write_text(self._client_secret, encoding="utf-8")
        arguments = ("--client-id", self._client_id, "--client-secret-file", "client-secret.txt")
        self.sellerkeys("app", "set", *arguments)

    def _declare(self) -> None:
        rows = [{"seller": slug, "region": _place(n)[0], "marketplaces": _place(n)[1]} for n, slug in self._numbered()]
        with (self.folder / "roster.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        (self.folder / f"Pulumi.{BASE}.yaml").write_text(_STACK, encoding="utf-8")
        self._make_function()
        self._secrets.create_secret(Name=naming.app_secret_name(BASE))
        with ThreadPoolExecutor(_CALLERS) as pool:
            list(pool.map(self._make_secret, self._numbered()))
        self._consent()

    def _numbered(self) -> Iterator[tuple[int, str]]:
        return iter(enumerate(self.slugs))

    def _make_secret(self, numbered: tuple[int, str]) -> None:
        number, slug = numbered
        tags = naming.identity_tags(BASE, slug, _place(number)[0], "shared")
        self._secrets.create_secret(
            Name=naming.seller_secret_name(BASE, slug),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )

    def _make_function(self) -> None:
        iam, functions = self.client("iam"), self.client("lambda")
        role = iam.create_role(RoleName="nothing", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
        with io.BytesIO() as content:
            with zipfile.ZipFile(content, "w") as archive:
                archive.writestr("nothing.py", _HANDLER)
            code = content.getvalue()
        name = naming.function_name(BASE, naming.ROTATION)
        functions.create_function(
            FunctionName=name, Runtime="python3.13", Role=role, Handler="nothing.nothing", Code={"ZipFile": code}
        )
        functions.add_permission(
            FunctionName=name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
        )

    def _consent(self) -> None:
        registry = self.bench.amazon.registry
        application = registry.add_application(ApplicationKind.PUBLIC_LISTED)
        self._client_id, self._client_secret = application.client_id, application.secrets[0].value
        with (self.folder / "sellers.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("seller", "refresh_token"))
            for number, slug in self._numbered():
                region, markets = _place(number)
                seller = registry.add_seller(region, markets.split(";"), store_name=slug)
                consent = registry.authorize(application.client_id, seller.selling_partner_id, region)
                writer.writerow((slug, consent.refresh_token))


_TRUST: Final = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)


@contextmanager
def stage(sellers: int) -> Iterator[Stage]:
    """Set a fleet of so many sellers up, and take everything down again."""
    with TemporaryDirectory(prefix="sellerkeys-bench-") as name:
        folder = Path(name) / "project"
        folder.mkdir()
        with Bench(Home(Path(name) / "bench")) as bench:
            made = Stage(bench, folder, sellers)
            # A collection that goes over a whole fleet would stop AWS and Amazon for a quarter of a second.
            gc.collect()
            gc.freeze()
            try:
                yield made
            finally:
                gc.unfreeze()


def tool(name: str) -> Path:
    """Find a program of the virtual environment this runs in."""
    return Path(sys.executable).with_name(name)


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None, expect: Sequence[int] = (0,)
) -> Ran:
    """Run a command to its end, and measure it; raises CalledProcessError on an exit code that is not expected."""
    with TemporaryDirectory(prefix="sellerkeys-peak-") as name:
        peak = Path(name) / "peak"
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own programs
            [sys.executable, "-S", "-E", "-c", _WATCH, str(peak), *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        if done.returncode not in expect:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
        return Ran(done.stdout, seconds, int(peak.read_text(encoding="utf-8")))


#: A small process between: what a child is said to have held counts what its parent held when it was forked.
_WATCH: Final = """\
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def _place(number: int) -> tuple[Region, str]:
    return _PLACES[number % len(_PLACES)]
