"""The rotation function's entry: what it takes, the one line it logs, and what never leaves it."""

from __future__ import annotations

import importlib
import json
import urllib.request
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.loopback import Handler, Loopback
from provisioning.payload import App, Credential
from provisioning.reminder import Template
from provisioning.rotation import handler as installed
from provisioning.state import State
from provisioning.store import Store
from tests.fakes.secrets_manager import FakeSecretsManager
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from botocore.config import Config

    from tests.fakes.amazon import FakeAmazon

APP_SECRET = "sellerkeys/dev/app"
SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{SECRET}-AbCdEf"
APP = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
BERLIN = Credential(
    seller="berlin",
    region="EU",
    marketplace_id="A1PA6795UKMFR9",
    client_id=APP.client_id,
    client_secret="PLACEHOLDER-OLD-SECRET",
    refresh_token="Atzr|PLACEHOLDER-BERLIN",
    app_version="00000000-0000-4000-8000-000000000009",
)
ROTATION_TOKEN = "PLACEHOLDER-ROTATION-TOKEN"
CANARY = "PLACEHOLDER-CANARY"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
NO_EVENT = "this is no rotation event: Step, SecretId and ClientRequestToken are needed"


class Lambda:
    """The function after a cold start: its module fresh, its boto3 client a strict fake, its log at hand."""

    def __init__(self, module: ModuleType, aws: FakeSecretsManager, caplog: pytest.LogCaptureFixture) -> None:
        self.module = module
        self.aws = aws
        self._caplog = caplog

    def rotate(self, step: str, token: str) -> None:
        self.module.handle(
            {"Step": step, "SecretId": ARN, "ClientRequestToken": token, "RotationToken": ROTATION_TOKEN}
        )

    def fail(self, step: str, token: str) -> BaseException:
        """The one exception that a failing step leaves the function with."""
        with pytest.raises(self.module.StepFailed) as failure:
            self.rotate(step, token)
        return failure.value

    @property
    def lines(self) -> list[Any]:
        """What was logged, line by line, by whatever logger."""
        return [json.loads(record.getMessage()) for record in self._caplog.records]

    @property
    def text(self) -> str:
        return self._caplog.text


@pytest.fixture
def amazon_url(amazon: FakeAmazon) -> Iterator[str]:
    """An Amazon on loopback."""

    class Answering(Handler):
        def do_GET(self) -> None:  # noqa: N802  http.server's name
            request = urllib.request.Request(
                f"http://127.0.0.1{self.path}", self.body() or None, dict(self.headers.items())
            )
            answer = amazon(request)
            self.answer(answer.status, answer.body)

        do_POST = do_GET  # noqa: N815  http.server's name

    loopback = Loopback(Answering, "amazon")
    loopback.start()
    yield loopback.url
    loopback.stop()


@pytest.fixture
def aws() -> FakeSecretsManager:
    """A shared application, and a seller whose secret was composed from an older one."""
    fake = FakeSecretsManager()
    for name, value in ((APP_SECRET, APP.to_json()), (SECRET, BERLIN.to_json())):
        fake.declare(name)
        fake.put_secret_value(
            SecretId=name, SecretString=value, ClientRequestToken="0" * 32, VersionStages=["AWSCURRENT"]
        )
    return fake


@pytest.fixture
def function(
    aws: FakeSecretsManager, amazon_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Lambda]:
    """The function as Lambda starts it."""
    monkeypatch.setenv("SELLERKEYS_APP_SECRET_ID", APP_SECRET)
    monkeypatch.setenv("SP_API_OAUTH_URL", f"{amazon_url}/auth/o2/token")
    monkeypatch.setenv("SP_API_BASE_URL", f"{amazon_url}/{{region}}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: aws)
    yield Lambda(importlib.reload(installed), aws, caplog)
    # Whoever comes next finds no client of ours in the module.
    importlib.reload(installed)


def test_a_whole_rotation(function: Lambda) -> None:
    """Four events make the recomposed credential current; each leaves one line, and no value in any."""
    token = function.aws.begin_rotation(SECRET)
    for step in STEPS:
        function.rotate(step, token)

    current = Credential.from_json(function.aws.secrets[SECRET].current() or "")
    assert current.client_secret == APP.client_secret
    assert function.lines == [{"step": step, "secret": ARN, "version": token, "outcome": "done"} for step in STEPS]
    secrets = (BERLIN.refresh_token, BERLIN.client_secret, APP.client_secret, ROTATION_TOKEN)
    assert not [secret for secret in secrets if secret in function.text]


@pytest.mark.parametrize("step", STEPS)
def test_both_spellings(function: Lambda, step: str) -> None:
    """AWS's code says createSecret, its prose create_secret (aws.md 2.1); both do the same step."""
    token = function.aws.begin_rotation(SECRET)
    prose = step.replace("Secret", "_secret")
    request = function.module.Request.from_event({"Step": prose, "SecretId": ARN, "ClientRequestToken": token})

    assert request == function.module.Request(step, ARN, token)


def test_the_line(function: Lambda, caplog: pytest.LogCaptureFixture) -> None:
    """A step logs one line of JSON at INFO, in this order, so that a metric filter can read it."""
    token = function.aws.begin_rotation(SECRET)
    function.rotate("setSecret", token)

    assert caplog.record_tuples == [
        (
            "sellerkeys",
            20,
            f'{{"step": "setSecret", "secret": "{ARN}", "version": "{token}", "outcome": "done"}}',
        )
    ]


def test_a_version_that_is_current_already(function: Lambda) -> None:
    """A step that comes again after the end succeeds and says that it found the end (aws.md 2.2)."""
    function.aws.secrets[SECRET].rotation["RotationEnabled"] = True
    function.rotate("testSecret", "0" * 32)

    assert function.lines == [{"step": "testSecret", "secret": ARN, "version": "0" * 32, "outcome": "finished before"}]


def test_a_foreseen_failure(function: Lambda, amazon: FakeAmazon) -> None:
    """A failure we have a sentence for is logged and raised with that sentence; Secrets Manager tries again."""
    del amazon.tokens[BERLIN.refresh_token]
    token = function.aws.begin_rotation(SECRET)
    failure = function.fail("createSecret", token)

    why = (
        "Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client): check that it "
        "was pasted whole; if it was, the seller has to authorize the application again"
    )
    assert str(failure) == why
    assert function.lines == [
        {"step": "createSecret", "secret": ARN, "version": token, "outcome": "failed", "why": why}
    ]
    assert_silent(failure, CANARY)


@pytest.mark.parametrize(
    "foreign",
    [
        RuntimeError(CANARY),
        ValueError(f"Invalid header value b'{CANARY}'"),
        json.JSONDecodeError(CANARY, CANARY, 0),
        KeyError(CANARY),
        UnicodeEncodeError("latin-1", CANARY, 0, 1, CANARY),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_defect(function: Lambda, foreign: Exception) -> None:
    """Any other exception may quote what it was given: only its kind and place leave the function, nothing chained."""
    token = function.aws.begin_rotation(SECRET)

    def fail(_name: str, _number: int) -> None:
        raise foreign from RuntimeError(CANARY)

    function.aws.before = fail
    failure = function.fail("createSecret", token)

    why = f"defect: {type(foreign).__name__} in fail, line {fail.__code__.co_firstlineno + 1}"
    assert str(failure) == why
    assert function.lines == [
        {"step": "createSecret", "secret": ARN, "version": token, "outcome": "failed", "why": why}
    ]
    assert CANARY not in function.text
    assert_silent(failure, CANARY)


def test_a_function_that_was_not_told_its_app_secret(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its environment the function fails like with any other defect, in one line."""
    monkeypatch.delenv("SELLERKEYS_APP_SECRET_ID")
    failure = function.fail("createSecret", function.aws.begin_rotation(SECRET))

    assert str(failure).startswith("defect: KeyError in ")
    assert [line["outcome"] for line in function.lines] == ["failed"]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param(CANARY, id="a string"),
        pytest.param({}, id="empty"),
        *(
            pytest.param({key: value for key, value in whole.items() if key != missing}, id=f"without {missing}")
            for whole in [{"Step": "setSecret", "SecretId": ARN, "ClientRequestToken": "0" * 32}]
            for missing in whole
        ),
        *(
            pytest.param(
                {"Step": "setSecret", "SecretId": ARN, "ClientRequestToken": "0" * 32, key: value},
                id=f"{key} {value!r}",
            )
            for key in ("Step", "SecretId", "ClientRequestToken")
            for value in ([CANARY], {CANARY: CANARY}, 7)
        ),
        pytest.param({"Step": CANARY, "SecretId": ARN, "ClientRequestToken": "0" * 32}, id="an unknown step"),
        pytest.param({"Step": "setSecret", "SecretId": None, "ClientRequestToken": "0" * 32}, id="null"),
        pytest.param({"Step": "setSecret", "SecretId": "", "ClientRequestToken": "0" * 32}, id="an empty secret"),
        pytest.param({"Step": "createSecret", "SecretId": ARN, "ClientRequestToken": ""}, id="an empty token"),
    ],
)
def test_what_is_no_event(function: Lambda, event: Any) -> None:
    """What Secrets Manager would not send is refused in one sentence, unquoted, before anything is asked."""
    asked = list(function.aws.calls)

    with pytest.raises(function.module.StepFailed) as failure:
        function.module.handle(event)

    assert str(failure.value) == NO_EVENT
    assert (function.lines, function.aws.calls) == ([], asked)
    assert_silent(failure.value, CANARY)


def test_no_rotation_token_in_a_repr(function: Lambda) -> None:
    """The rotation token is as good as a password for one rotation: a printed request does not show it (aws.md 2.1)."""
    request = function.module.Request.from_event(
        {"Step": "setSecret", "SecretId": ARN, "ClientRequestToken": "0" * 32, "RotationToken": ROTATION_TOKEN}
    )

    assert ROTATION_TOKEN not in repr(request)
    assert request.rotation_token == ROTATION_TOKEN


@pytest.mark.parametrize("given", [{}, {"RotationToken": None}, {"RotationToken": ""}, {"RotationToken": 7}], ids=repr)
def test_no_rotation_token(function: Lambda, given: dict[str, object]) -> None:
    """An older event has no rotation token, which is no fault; one that is no text is not passed on."""
    event = {"Step": "setSecret", "SecretId": ARN, "ClientRequestToken": "0" * 32}

    assert function.module.Request.from_event(event | given).rotation_token is None


def test_the_rotation_token_goes_with_every_put(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the event holds is passed on to PutSecretValue (aws.md 2.1)."""
    seen: list[str | None] = []
    put = function.aws.put_secret_value

    def record(**asked: Any) -> None:
        seen.append(asked.get("RotationToken"))
        put(**asked)

    monkeypatch.setattr(function.aws, "put_secret_value", record)
    function.rotate("createSecret", function.aws.begin_rotation(SECRET))

    assert seen == [ROTATION_TOKEN]


def test_one_client_for_all_events(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is made once per cold start, with time-outs far below the function's 120 seconds (aws.md 8)."""
    made: list[tuple[str, Config]] = []

    def client(service: str, config: Config) -> FakeSecretsManager:
        made.append((service, config))
        return function.aws

    monkeypatch.setattr(boto3, "client", client)
    token = function.aws.begin_rotation(SECRET)
    for step in STEPS:
        function.rotate(step, token)

    ((service, config),) = made
    assert service == "secretsmanager"
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 120 / 4


def test_a_reminder_after_the_end(function: Lambda, amazon: FakeAmazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent by the last step, said in its line, and only where the fleet wants it; an outage of it fails nothing."""
    today = Store(function.aws).now().date()
    function.aws.secrets[SECRET].tags |= State(consented_on=today - timedelta(days=330)).to_tags()
    token = function.aws.begin_rotation(SECRET)
    for step in STEPS:
        function.rotate(step, token)
    monkeypatch.setenv("SELLERKEYS_REMINDERS", Template("REVOCATION_REMINDER").to_json())
    amazon.down = True
    function.rotate("finishSecret", token)
    amazon.down = False
    function.rotate("finishSecret", token)

    assert [line["outcome"] for line in function.lines] == ["done"] * 4 + ["finished before"] * 2
    assert [str(line.get("reminded"))[:12] for line in function.lines[3:]] == ["None", "not reminded", "sent"]
    assert len(amazon.notified) == 1


class Telling:
    """EventBridge beside the strict fake; `fails` so many times."""

    def __init__(self, fails: int = 0) -> None:
        self.fails, self.put = fails, list[Any]()

    def put_events(self, *, Entries: list[Any]) -> dict[str, Any]:
        self.fails -= 1
        self.put += Entries
        return {"FailedEntryCount": int(self.fails >= 0), "Entries": [{"ErrorCode": "ThrottlingException"}]}


def test_consumers_are_told_after_the_end(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the very step that moved AWSCURRENT, and its line says of what; a failure to tell fails that step alone."""
    bus = Telling(fails=1)
    monkeypatch.setenv("SELLERKEYS_BUS", "sellerkeys-dev")
    monkeypatch.setattr(boto3, "client", lambda service, **_: bus if service == "events" else function.aws)
    token = function.aws.begin_rotation(SECRET)
    for step in STEPS[:3]:
        function.rotate(step, token)
    assert bus.put == []

    function.fail("finishSecret", token)
    assert function.aws.secrets[SECRET].holder("AWSCURRENT") == token
    function.rotate("finishSecret", token)

    assert [json.loads(entry["Detail"])["changed"] for entry in bus.put] == [["clientSecret"]] * 2
    assert function.lines[-1] == {
        "step": "finishSecret",
        "secret": ARN,
        "version": token,
        "outcome": "finished before",
        "told": "clientSecret",
    }
