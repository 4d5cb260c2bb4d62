"""A fleet on the bench for the clients to read: three sellers, of which one is read, and what happens to it."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import boto3

from clients.aging import ClientClock
from local import running
from local.actors import ROLES, Actors
from local.bench import REGION, Bench
from local.demo.account import Account
from local.demo.recording import CommandFailed, Recording, tool
from local.disguise import Disguise
from local.engine.attach import attached
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.home import Home

STACK: Final = "dev"
SELLER: Final = "berlin-books"
#: What Amazon's stand-in has on record for the seller: where he takes part.
MARKETPLACES: Final = ["A13V1IB3VIYZZH", "A1PA6795UKMFR9"]
PROJECT: Final = Path(__file__).resolve().parents[1]
_PATIENCE_SECONDS: Final = 120.0
_REST: Final = timedelta(minutes=16)
_OVERLAP: Final = timedelta(days=7, hours=1)
_HOUR: Final = timedelta(minutes=61)
_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Fleet:
    """Declared, onboarded and read on a bench in `home`; a context manager; raises CommandFailed, EngineMissing."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._recording = Recording(home.folder / "records")
        self._undo = ExitStack()
        self._bench: Bench
        self._plain: dict[str, str] = {}
        self._moved = timedelta()
        self.clock = ClientClock(home.folder / "client-clock")
        self._actors: Actors
        self.disguise: Disguise

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._bench = undo.enter_context(Bench(self._home))
            self.disguise = Disguise(self._bench.amazon.url, self._home.folder / "disguise")
            self.disguise.start()
            undo.callback(self.disguise.stop)
            self.clock.set(self._moved)
            self._plain = running.environment(os.environ, self._bench.environment())
            self._actors = Actors(self._plain, PROJECT)
            self._actors.attach()
            with attached(self._plain | self._actors.keys("deployer"), self._home.folder) as pulumi:
                self._plain |= pulumi
                self._run("stack", ["pulumi", "stack", "select", "--create", STACK], "deployer")
                self._run("up", ["pulumi", "up", "--yes", "--stack", STACK, "--suppress-progress"], "deployer")
            self._fill()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._undo.close()

    @property
    def folder(self) -> Path:
        """Where the run's files lie."""
        return self._home.folder

    def environment(self, actor: str) -> dict[str, str]:
        """Tell the variables of one of the people or programs, with keys lent anew."""
        return self._plain | self._actors.keys(actor)

    def reader(self) -> dict[str, str]:
        """Tell the variables of a worker that becomes the seller's reader, again when his session ends."""
        held = {name: value for name, value in self._plain.items() if name not in _KEYS}
        return held | {
            "AWS_PROFILE": "reader",
            "AWS_CONFIG_FILE": str(self._profiles()),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SP_API_AWS_SECRET_ID": naming.seller_secret_name(STACK, SELLER),
            "SP_API_DEFAULT_MARKETPLACE": "DE",
        }

    def credential(self) -> dict[str, str]:
        """Read the seller's present value, as his reader."""
        return Account(STACK, self.environment("erp")).credential(SELLER)

    @contextmanager
    def reader_without_policy(self) -> Iterator[str]:
        """Take the reader's policy away for a while, as somebody's hand would; gives the role's ARN."""
        keys = self._plain["AWS_ACCESS_KEY_ID"], self._plain["AWS_SECRET_ACCESS_KEY"]
        iam = boto3.Session(*keys, region_name=REGION).client("iam", endpoint_url=self._plain["AWS_ENDPOINT_URL"])
        role = naming.reader_role_name(STACK, SELLER)
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        iam.delete_role_policy(RoleName=role, PolicyName=name)
        try:
            yield naming.reader_role_arn(Account(STACK, self._plain).number, STACK, SELLER)
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def rotate(self) -> None:
        """Have the seller's secret rotated, and wait for the end."""
        self._sellerkeys("rotate", "on-call", "rotate", SELLER)

    def renew(self) -> None:
        """Replace the client secret at Amazon, hand it in, and wait until the seller follows."""
        file = self._home.folder / "new-client-secret.txt"
        self._run("new-secret", [tool("python"), "-m", "local", "new-secret", str(file)], None)
        secret = ("--client-secret-file", str(file))
        self._sellerkeys("app-set", "onboarder", "app", "set", "--client-id", self._client_id, *secret)
        self._pass(timedelta(minutes=6))
        if self.credential()["clientSecret"] != file.read_text(encoding="utf-8").strip():
            raise CommandFailed(f"{SELLER} does not follow the new client secret; {self._home.logs} has the logs")

    def rest(self) -> None:
        """Let a quarter of an hour pass, after which Amazon takes 15 calls for the seller again (sp-api.md 9)."""
        self._pass(_REST)

    def pass_an_hour(self) -> None:
        """Let caches of an hour end, and access tokens."""
        self._pass(_HOUR)

    def outlive(self) -> None:
        """Let the old client secret end."""
        self._pass(_OVERLAP)

    def _pass(self, by: timedelta) -> None:
        """Move the bench's clock and the clients', and wait until all that is due by then is done."""
        self._moved += by
        self._bench.clock.advance(by)
        self.clock.set(self._moved)
        self._settle()

    def _profiles(self) -> Path:
        """Write a profile whose keys a process of ours gets: AWS's libraries ask it again when a session ends."""
        account = Account(STACK, self._plain).number
        told = {
            "key": self._plain["AWS_ACCESS_KEY_ID"],
            "secret": self._plain["AWS_SECRET_ACCESS_KEY"],
            "endpoint": self._plain["AWS_ENDPOINT_URL"],
            "region": REGION,
            "roles": [
                f"arn:aws:iam::{account}:role/{ROLES['erp']}",
                naming.reader_role_arn(account, STACK, SELLER),
            ],
        }
        file, profiles = self._home.folder / "becoming.json", self._home.folder / "profiles"
        file.write_text(json.dumps(told), encoding="utf-8")
        file.chmod(0o600)
        command = f"{tool('python')} {PROJECT / 'clients/programs/becoming.py'} {file}"
        profiles.write_text(f"[profile reader]\ncredential_process = {command}\n", encoding="utf-8")
        return profiles

    def _fill(self) -> None:
        issued = self._home.folder / "issued"
        self._run("issue", [tool("python"), "-m", "local", "issue", str(issued), "--roster", "rosters/dev.csv"], None)
        self._client_id = (issued / "client-id.txt").read_text(encoding="utf-8").strip()
        secret = ("--client-secret-file", str(issued / "client-secret.txt"))
        self._sellerkeys("first-app-set", "onboarder", "app", "set", "--client-id", self._client_id, *secret)
        self._sellerkeys("onboard", "onboarder", "onboard", str(issued / "sellers.csv"))

    def _settle(self) -> None:
        if not self._bench.aws.wait_idle(_PATIENCE_SECONDS):
            raise CommandFailed(f"rotations still run after {_PATIENCE_SECONDS:.0f} s; {self._home.logs} has the logs")

    def _sellerkeys(self, name: str, actor: str, *arguments: str) -> None:
        self._run(name, [tool("sellerkeys"), "--stack", STACK, *arguments], actor)

    def _run(self, name: str, command: list[str], actor: str | None) -> None:
        environment = self.environment(actor) if actor else self._plain
        self._recording.run(name, command, environment, PROJECT)
