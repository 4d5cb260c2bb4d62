"""`sellerkeys app set`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.fakes.services import FakeServices
    from tests.scripts.conftest import Desk

CLIENT_ID = "amzn1.application-oa2-client.PLACEHOLDER-SHARED"
SECRET = "PLACEHOLDER-SHARED-SECRET"
VALUE = f'{{"AppClientId":"{CLIENT_ID}","AppClientSecret":"{SECRET}"}}'


def test_set_by_prompts(desk: Desk, aws: FakeSecretsManager) -> None:
    """Who gives nothing is asked for both; the client secret is not shown while it is typed."""
    result = desk.run("app", "set", "--expires-on", "2027-05-01", typed=f"{CLIENT_ID}\n{SECRET}\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "application set: proven and stored in sellerkeys/dev/app\n",
        f"Client id: {CLIENT_ID}\nClient secret: \n",
    )
    assert aws.secrets["sellerkeys/dev/app"].current() == VALUE
    assert aws.secrets["sellerkeys/dev/app"].tags["sellerkeys-state:client-secret-expires"] == "2027-05-01"


def test_set_from_a_file(desk: Desk, aws: FakeSecretsManager) -> None:
    """The client secret may come from a file; the line end and quotes around it are no part of it."""
    result = desk.run(
        "app", "set", "--client-id", CLIENT_ID, "--client-secret-file", desk.write("s", f'"{SECRET}"\r\n')
    )

    assert (result.exit_code, result.output) == (0, "application set: proven and stored in sellerkeys/dev/app\n")
    assert aws.secrets["sellerkeys/dev/app"].current() == VALUE


def test_set_from_standard_input(desk: Desk) -> None:
    """The same, from another program; told as JSON."""
    result = desk.run(
        *("--output", "json", "app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-"), piped=SECRET
    )

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "application": {"result": "set", "detail": "proven and stored in sellerkeys/dev/app", "exit_code": 0}
    }


def test_a_dry_run_proves_and_stores_nothing(desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> None:
    """Amazon is asked; AWS is only read."""
    result = desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", "--dry-run", piped=SECRET)

    assert (result.exit_code, result.output) == (0, "application would set: proven; would store it\n")
    assert amazon.calls == ["/auth/o2/token", "/notifications/v1/destinations"]
    assert aws.secrets["sellerkeys/dev/app"].current() is None


def test_the_same_again_is_unchanged(open_desk: Desk) -> None:
    """Running it twice is running it once."""
    result = open_desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", piped=SECRET)

    assert (result.exit_code, result.output) == (0, "application unchanged: this application is in place already\n")


def test_another_application_is_another_fleet(open_desk: Desk, amazon: FakeAmazon) -> None:
    """Sellers' refresh tokens are bound to the client id."""
    amazon.apps[f"{CLIENT_ID}-2"] = SECRET

    result = open_desk.run("app", "set", "--client-id", f"{CLIENT_ID}-2", "--client-secret-file", "-", piped=SECRET)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("sellerkeys: sellerkeys/dev/app holds another client id, to which every seller's")


def test_a_client_secret_made_in_the_console_is_taken_up(
    open_desk: Desk, amazon: FakeAmazon, aws: FakeSecretsManager, services: FakeServices
) -> None:
    """The function is invoked; where it cannot be, its schedule takes the offer up."""
    for secret, works, said in (
        ("PLACEHOLDER-2", True, "replaced: proven"),
        ("PLACEHOLDER-3", False, "offered: proven"),
    ):
        amazon.apps[CLIENT_ID] = secret
        services.function.works = works
        result = open_desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", piped=secret)
        assert (result.exit_code, result.stdout.startswith(f"application {said}")) == (0, True)
        assert secret not in result.output
    assert services.function.payloads == [{"action": "take-up"}, {"action": "take-up"}]
    assert "PLACEHOLDER-2" in (aws.secrets["sellerkeys/dev/app"].current() or "")


def test_before_pulumi_up_nothing_is_asked_of_amazon(desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> None:
    """A stack that was not deployed yet is somebody's next step, in words."""
    del aws.secrets["sellerkeys/dev/app"]

    result = desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", piped=SECRET)

    assert (result.exit_code, result.output) == (
        3,
        "sellerkeys: secret sellerkeys/dev/app does not exist: run `pulumi up` first, then this again\n",
    )
    assert amazon.calls == []


def test_swapped_values_are_recognised(desk: Desk) -> None:
    """The commonest slip of all; the value is not quoted."""
    result = desk.run("app", "set", typed=f"amzn1.oa2-cs.v1.PLACEHOLDER-CANARY\n{SECRET}\n")

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "sellerkeys: this is the client secret: client id and client secret are swapped",
    )


def test_a_refusal_has_its_cause_and_code(desk: Desk, aws: FakeSecretsManager) -> None:
    """Amazon's no is told in words, and nothing is stored."""
    result = desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", piped="PLACEHOLDER-WRONG")

    assert (result.exit_code, result.output) == (
        4,
        (
            "sellerkeys: Amazon does not know this client id and client secret: check both in the developer console; a"
            " client secret dies 7 days after it was replaced\n"
        ),
    )
    assert aws.secrets["sellerkeys/dev/app"].current() is None


def test_amazon_out_of_reach_is_safe_to_repeat(desk: Desk, amazon: FakeAmazon) -> None:
    """No answer is no refusal."""
    amazon.down = True

    result = desk.run("app", "set", "--client-id", CLIENT_ID, "--client-secret-file", "-", piped=SECRET)

    assert (result.exit_code, result.output) == (
        5,
        "sellerkeys: Login with Amazon gave no usable answer (HTTP 503, 3 attempts): run this again later\n",
    )


def test_without_a_terminal_nothing_hangs(desk: Desk) -> None:
    """Each question that cannot be asked says which option answers it."""
    id_missing = desk.run("app", "set", piped="")
    secret_missing = desk.run("app", "set", "--client-id", CLIENT_ID, piped="")

    assert [(result.exit_code, result.output) for result in (id_missing, secret_missing)] == [
        (2, "sellerkeys: there is no terminal to ask for the client id on: give --client-id\n"),
        (2, "sellerkeys: there is no terminal to ask for the client secret on: give --client-secret-file\n"),
    ]


def test_an_answer_that_ends_early_is_an_interruption(desk: Desk) -> None:
    """Ctrl-D or Ctrl-C at a question ends the command with 130 and nothing done."""
    result = desk.run("app", "set", typed=f"{CLIENT_ID}\n")

    assert (result.exit_code, result.stdout, result.stderr.splitlines()[-1]) == (
        130,
        "",
        "sellerkeys: interrupted: run the same command again to continue",
    )
