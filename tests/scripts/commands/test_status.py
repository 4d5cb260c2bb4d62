"""`sellerkeys status`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

SELLERS = "sellerkeys/dev/sellers"


def onboarded(desk: Desk) -> None:
    """Bring maple and berlin in."""
    piped = "seller,refresh_token\nmaple,Atzr|PLACEHOLDER-MAPLE\nberlin,Atzr|PLACEHOLDER-BERLIN\n"
    assert desk.run("onboard", "-", piped=piped).exit_code == 0


def test_a_new_fleet(desk: Desk, aws: FakeSecretsManager) -> None:
    """Before anybody did anything, the next step is told for each."""
    del aws.secrets[f"{SELLERS}/kyoto/sp-api"]

    result = desk.run("status")

    assert (result.exit_code, result.output) == (
        3,
        (
            "application sellerkeys/dev/app: empty; put the application in: `sellerkeys app set`\n"
            "\n"
            "SELLER  STATE       PROVEN  CONSENT ENDS  APPLICATION  ROTATION  TO DO\n"
            "berlin  empty       -       -             -            -         hand its credential in:"
            " `sellerkeys onboard`, or have the seller do it: `sellerkeys invite berlin`\n"
            "maple   empty       -       2027-09-01    -            -         hand its credential in:"
            " `sellerkeys onboard`, or have the seller do it: `sellerkeys invite maple`\n"
            "kyoto   undeclared  -       -             -            -         run `pulumi up`\n"
            "\n"
            "3 sellers, 3 waiting for someone\n"
        ),
    )


def test_who_needs_a_person_comes_first(open_desk: Desk, aws: FakeSecretsManager, now: datetime) -> None:
    """Refused, being deleted, then those without a need, with what is under way."""
    onboarded(open_desk)
    maple, berlin, kyoto = (aws.secrets[f"{SELLERS}/{name}/sp-api"] for name in ("maple", "berlin", "kyoto"))
    maple.tags |= {"sellerkeys-state:status": "refused", "sellerkeys-state:cause": "client_secret_expired"}
    berlin.rotation["NextRotationDate"] = now.replace(month=12)
    kyoto.deleted_on = now
    aws.begin_rotation(berlin.name)

    result = open_desk.run("status")

    assert (result.exit_code, result.output) == (
        3,
        (
            "application sellerkeys/dev/app: active, proven 2026-11-24\n"
            "\n"
            "SELLER  STATE          PROVEN      CONSENT ENDS             APPLICATION  ROTATION   TO DO\n"
            "maple   refused        2026-11-24  2027-09-01               newest       on         the application's"
            " client secret is older than 180 days and has expired: rotate the client secret; authorizing the"
            " sellers again does not help\n"
            "kyoto   being deleted  -           -                        -            -          bring it back: `aws"
            " secretsmanager"
            " restore-secret --secret-id sellerkeys/dev/sellers/kyoto/sp-api`\n"
            "berlin  active         2026-11-24  by 2027-11-24 (assumed)  newest       under way  -\n"
            "\n"
            "3 sellers, 2 waiting for someone\n"
        ),
    )


def test_chosen_sellers_as_json(open_desk: Desk, aws: FakeSecretsManager, now: datetime) -> None:
    """Every fact has a field of its own; moments are UTC, causes are words, no value is read."""
    onboarded(open_desk)
    aws.secrets[f"{SELLERS}/berlin/sp-api"].rotation["NextRotationDate"] = now.replace(month=12)
    aws.calls.clear()

    result = open_desk.run("--output", "json", "status", "berlin")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "application": {
            "secret": "sellerkeys/dev/app",
            "advice": None,
            "declared": True,
            "has_value": True,
            "status": "active",
            "proven_at": "2026-11-24T12:00:00Z",
            "client_secret_expires_on": None,
        },
        "sellers": [
            {
                "seller": "berlin",
                "name": "Berlin Books",
                "paused": False,
                "need": None,
                "advice": None,
                "declared": True,
                "has_value": True,
                "status": "active",
                "cause": None,
                "proven_at": "2026-11-24T12:00:00Z",
                "consented_on": "2026-11-24",
                "consent_ends_on": "2027-11-24",
                "consent_day_assumed": True,
                "consent_day_unknown": False,
                "reminder": None,
                "missing_roles": [],
                "on_newest_app": True,
                "rotating": True,
                "next_rotation": "2026-12-24T12:00:00Z",
                "rotation_pending": False,
                "offer_outstanding": False,
                "deleted_on": None,
            }
        ],
        "summary": {"sellers": 1, "waiting": 0},
    }
    assert aws.calls == ["DescribeSecret", "ListSecrets"]


def test_what_the_list_does_not_know_is_looked_up(open_desk: Desk, aws: FakeSecretsManager, now: datetime) -> None:
    """AWS's list leaves out what is being deleted and lags behind what is new; DescribeSecret decides."""
    onboarded(open_desk)
    kept = aws.secrets.pop(f"{SELLERS}/berlin/sp-api")
    kept.deleted_on = now
    aws.before = lambda name, _number: aws.secrets.setdefault(kept.name, kept) if name == "DescribeSecret" else None
    aws.after = lambda name, _number: aws.secrets.pop(kept.name, None) if name == "DescribeSecret" else None

    result = open_desk.run("status", "berlin")

    assert (result.exit_code, result.output.splitlines()[-3].split()[:3]) == (3, ["berlin", "being", "deleted"])


def test_an_unknown_seller(desk: Desk) -> None:
    """A seller that is not in the roster has no condition."""
    result = desk.run("status", "ghost", "maple")

    assert (result.exit_code, result.output) == (
        3,
        "sellerkeys: ghost: not in the roster; `sellerkeys roster list` shows who is\n",
    )


def test_a_denial_is_one_line(desk: Desk, aws: FakeSecretsManager) -> None:
    """What AWS will not let us do is named, with the secret."""

    def deny(name: str, _number: int) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, name)

    aws.before = deny

    result = desk.run("status")

    assert (result.exit_code, result.output) == (
        5,
        "sellerkeys: AWS denied DescribeSecret on sellerkeys/dev/app: use a role that may do this, then run it again\n",
    )


def test_who_is_left_after_a_new_role(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """`--needs-consent` lists whoever consented before the application gained a role."""
    aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"].tags["sellerkeys-state:consented"] = "2026-10-31"
    path = onboarded_desk.folder / "Pulumi.dev.yaml"
    roles = "roles: [{name: Pricing, since: '2026-11-01'}, {name: Later, since: '2026-12-01'}]"
    path.write_text(path.read_text().replace("{pages: true,", f"{{pages: true, {roles},"))

    result = onboarded_desk.run("--output", "json", "status", "--needs-consent")

    told = json.loads(result.stdout)["sellers"]
    assert result.exit_code == 3
    assert [(each["seller"], each["need"], each["missing_roles"]) for each in told] == [
        ("berlin", "role added", ["Pricing"]),
        ("maple", "role added", ["Pricing"]),
    ]
    assert told[0]["advice"] == "consented before the application gained Pricing: `sellerkeys invite berlin`"
