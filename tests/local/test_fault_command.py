"""`python -m local fault`, as a person uses it on a running bench."""

import http.client
import json
import subprocess
import sys
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
import pytest
from click.testing import CliRunner

from local.amazon.faults import FaultKind as AmazonKind
from local.aws.faults.fault import FaultKind as AwsKind
from local.cli import main


@pytest.fixture
def fault(home):
    """Run one `fault` command and return its exit code and all it printed."""

    def fault(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--home", str(home.folder), "fault", *arguments])
        return result.exit_code, result.output

    return fault


def test_aws_goes_wrong_by_hand(bench, fault) -> None:
    """`fault set aws` strikes the calls it names, until `fault clear`."""
    said = fault("set", "aws", "throttled", "--operation", "ListSecrets")
    struck = listing(bench)
    cleared = fault("clear")

    assert said == (0, 'aws throttled operation="ListSecrets"\n')
    assert struck == "ThrottlingException"
    assert (cleared, listing(bench)) == ((0, ""), "done")


def test_amazon_goes_wrong_by_hand(bench, fault) -> None:
    """`fault set amazon` reaches the stand-in for Amazon."""
    said = fault("set", "amazon", "outage", "--answers", "2")

    assert said == (0, "amazon outage answers=2\n")
    assert [(found.kind, found.answers) for found in bench.amazon.faults.all()] == [(AmazonKind.OUTAGE, 2)]


@pytest.mark.usefixtures("bench")
def test_both_sides_are_listed_and_cleared(fault) -> None:
    """`fault list` prints a line for each, `fault clear SIDE` ends those of one side."""
    fault("set", "aws", "stale", "--changes", "1", "--secret", "sellers/one")
    fault("set", "amazon", "slow", "--seconds", "2")

    both = fault("list")
    fault("clear", "aws")

    assert both == (0, 'aws stale secret="sellers/one" changes=1\namazon slow seconds=2.0\n')
    assert fault("list") == (0, "amazon slow seconds=2.0\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("aws", "slow"), "the bench refused PUT /faults: slow: needs seconds"),
        (("amazon", "slow"), "the bench refused PUT /_bench/faults: seconds: a slow answer needs to be told how slow"),
    ],
)
@pytest.mark.usefixtures("bench")
def test_a_fault_that_makes_no_sense(home, fault, arguments, sentence) -> None:
    """What the bench refuses is one line on standard error, exit 1, and no fault."""
    command = [sys.executable, "-m", "local", "--home", str(home.folder), "fault", "set", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")
    assert fault("list") == (0, "")


@pytest.mark.parametrize(("side", "kinds"), [("aws", AwsKind), ("amazon", AmazonKind)])
def test_the_help_explains_every_kind(fault, side, kinds) -> None:
    """`fault set SIDE --help` has a row for each kind."""
    code, text = fault("set", side, "--help")

    told = {kind for line in text.splitlines() if " | " in line for kind in line.split(" | ")[0].strip().split(", ")}
    assert (code, told) == (0, {kind.value for kind in kinds})


@pytest.mark.parametrize("command", [("list",), ("clear",), ("set", "aws", "lost"), ("set", "amazon", "lost")])
def test_no_bench(home, fault, command) -> None:
    """Without a bench each says how to start one; exit 3."""
    sentence = f"Error: no bench is up in {home.folder}; start one with: python -m local up --detach\n"

    assert fault(*command) == (3, sentence)


@pytest.mark.parametrize(
    ("method", "body", "answer"),
    [
        ("PUT", {"kind": "lost", "answers": 1}, (200, [{"kind": "lost", "answers": 1}])),
        ("GET", {}, (200, [])),
        ("DELETE", {}, (200, [])),
        ("PUT", {"kind": "sad"}, (400, None)),
        ("PUT", {"kind": "lost", "who": "me"}, (400, None)),
    ],
)
def test_over_http(bench, method, body, answer) -> None:
    """`/faults` of the control API, as its table says."""
    connection = http.client.HTTPConnection(urlsplit(bench.control.url).netloc, timeout=30)
    connection.request(method, "/faults", json.dumps(body))
    response = connection.getresponse()
    faults = json.loads(response.read()).get("faults")
    connection.close()

    given = faults and [{name: value for name, value in fault.items() if value is not None} for fault in faults]
    assert (response.status, given) == answer


def listing(bench) -> str:
    """Name what ListSecrets comes to."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=bench.aws.url,
        region_name="eu-west-1",
        aws_access_key_id="BENCHBENCHBENCHBENCH",
        aws_secret_access_key="placeholder",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    try:
        client.list_secrets()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
