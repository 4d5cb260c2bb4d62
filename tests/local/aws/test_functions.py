"""Lambda: the deployed zip in a process of its own."""

import json
import threading
import time
from pathlib import Path

import pytest


@pytest.fixture
def functions(aws):
    """Make a Lambda client."""
    return aws.client("lambda")


@pytest.fixture
def invoke(functions):
    """Invoke a function and return its answer and FunctionError."""

    def invoke(name: str = "obeys", **event) -> tuple[object, str | None]:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    return invoke


def runs(process: object) -> bool:
    """Tell whether a process is there."""
    return Path(f"/proc/{process}").exists()


@pytest.mark.rule(12)
def test_an_answer_comes_back_as_json(deploy, invoke) -> None:
    """Invoke runs the deployed handler and returns what it returned (aws.md 10.1 no. 12; botocore Invoke)."""
    deploy("obeys")

    assert invoke(do="answer", **{"with": {"a": [1, None, "é"]}}) == ({"a": [1, None, "é"]}, None)


def test_an_exception_is_a_function_error(deploy, invoke) -> None:
    """The error's body names type and text; the call itself succeeds (building-blocks.md 3)."""
    deploy("obeys")

    body, error = invoke(do="raise")

    assert error == "Unhandled"
    assert (body["errorType"], body["errorMessage"]) == ("ValueError", "as told")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"do": "exit"}, "Runtime.ExitError"),
        ({"do": "die"}, "Runtime.ExitError"),
        ({"do": "set"}, "Runtime.MarshalError"),
    ],
    ids=["exit", "killed", "no json"],
)
def test_a_lost_process_is_a_function_error_and_is_replaced(deploy, invoke, event, kind) -> None:
    """A process that ends fails its invocation, the next one gets a new process (building-blocks.md 3)."""
    deploy("obeys")

    body, error = invoke(**event)

    assert (body["errorType"], error) == (kind, "Unhandled")
    assert invoke(do="answer", **{"with": 1}) == (1, None)


@pytest.mark.rule
def test_the_timeout_is_enforced(deploy, invoke) -> None:
    """Past the function's Timeout the process is ended (aws.md 5.3; building-blocks.md 3)."""
    deploy("obeys", Timeout=1)
    process, _ = invoke(do="who")

    body, error = invoke(do="sleep", seconds=60)

    assert (body["errorType"], error) == ("Sandbox.Timedout", "Unhandled")
    assert body["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert not runs(process)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"main.py": "import provisioning.naming"}, "Runtime.ImportModuleError"),
        ({"main.py": "import local.clock"}, "Runtime.ImportModuleError"),
        ({"main.py": "import pydantic"}, "Runtime.ImportModuleError"),
        ({"main.py": "def handler(:"}, "Runtime.UserCodeSyntaxError"),
        ({"main.py": "other = 1"}, "Runtime.HandlerNotFound"),
        ({"elsewhere.py": ""}, "Runtime.ImportModuleError"),
    ],
    ids=["the product", "the bench", "a package", "syntax", "no handler", "no module"],
)
def test_nothing_outside_the_zip_can_be_imported(deploy, invoke, files, kind) -> None:
    """A zip that lacks a module fails as at AWS, though the module is installed here (building-blocks.md 3)."""
    deploy(files=files)

    body, error = invoke("function")

    assert (body["errorType"], error) == (kind, "Unhandled")


def test_what_aws_brings_along_can_be_imported(deploy, invoke) -> None:
    """boto3 is there without being in the zip, and the folder of this repository on no path (building-blocks.md 3)."""
    source = "import boto3, sys\ndef handler(event, context): return sys.path + [boto3.__name__]"
    deploy(files={"main.py": source})

    answer, _ = invoke("function")

    assert answer[-1] == "boto3"
    assert not any("site-packages" in entry or entry.startswith(str(Path.cwd())) for entry in answer)


def test_the_environment_is_lambdas(aws, deploy, invoke, monkeypatch) -> None:
    """A function sees its own variables, Lambda's and the bench's, nothing of the bench's own (design.md 9)."""
    monkeypatch.setenv("OF_THE_BENCH", "not for functions")
    deploy("obeys", variables={"OWN": "yes"}, MemorySize=256)

    seen, _ = invoke(do="environment")

    expected = {
        "OWN": "yes",
        "AWS_LAMBDA_FUNCTION_NAME": "obeys",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": aws.server.url,
        "SP_API_BASE_URL": "http://127.0.0.1:9/{region}",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert {"OF_THE_BENCH", "HOME", "PYTHONPATH", "VIRTUAL_ENV"}.isdisjoint(seen)


@pytest.mark.rule
def test_a_process_stays_warm_until_the_code_changes(functions, deploy, invoke, pack) -> None:
    """Invocations share a process; new code or configuration gets a new one (botocore UpdateFunctionCode)."""
    deploy("obeys")
    first, again = invoke(do="who")[0], invoke(do="who")[0]

    functions.update_function_configuration(FunctionName="obeys", MemorySize=512)
    reconfigured, _ = invoke(do="who")
    functions.update_function_code(FunctionName="obeys", ZipFile=pack("idles"))
    answer, _ = invoke(do="who")

    assert first == again != reconfigured
    assert answer is None


@pytest.mark.rule
def test_two_invocations_run_at_once(deploy, invoke) -> None:
    """A function runs in several processes where it is called several times at once (aws.md 5.3)."""
    deploy("obeys")
    processes: list[object] = []
    callers = [threading.Thread(target=lambda: processes.append(invoke(do="sleep", seconds=1)[0])) for _ in range(2)]

    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert len(set(processes)) == 2


def test_output_goes_to_file_and_to_cloudwatch(aws, deploy, invoke) -> None:
    """What a function prints is in the bench's logs folder and in its log group (building-blocks.md 3)."""
    deploy("obeys")
    invoke(do="say this")
    logs = aws.client("logs")

    messages: list[str] = []
    for _ in range(100):
        found = logs.filter_log_events(logGroupName="/aws/lambda/obeys")["events"]
        messages = [event["message"] for event in found]
        if messages:
            break
        time.sleep(0.05)

    assert messages == ["say this"]
    assert (aws.folder / "logs" / "obeys.log").read_text() == "say this\n"


@pytest.mark.rule
@pytest.mark.parametrize(("kind", "status"), [("Event", 202), ("DryRun", 204)])
def test_other_kinds_of_invocation(functions, deploy, tmp_path, kind, status) -> None:
    """Event is answered before it ran, DryRun runs nothing (botocore InvocationType)."""
    deploy("rotates", variables={"RECORD": str(tmp_path / "record")})

    answer = functions.invoke(FunctionName="rotates", InvocationType=kind, Payload=json.dumps({"Step": "setSecret"}))

    assert answer["StatusCode"] == status
    for _ in range(200 if kind == "Event" else 0):
        if (tmp_path / "record").exists():
            break
        time.sleep(0.05)
    assert (tmp_path / "record").exists() is (kind == "Event")


@pytest.mark.rule
def test_an_absent_function(functions) -> None:
    """Invoke of no function: ResourceNotFoundException (botocore Invoke)."""
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName="absent")


def test_deleting_a_function_ends_its_processes(functions, deploy, invoke) -> None:
    """No process outlives its function (the bench's own rule)."""
    deploy("obeys")
    process, _ = invoke(do="who")

    functions.delete_function(FunctionName="obeys")

    assert not runs(process)


def test_stopping_ends_what_runs(aws, deploy, invoke) -> None:
    """Stopping the bench ends a function in the middle of its work (the bench's own rule)."""
    deploy("obeys")
    process, _ = invoke(do="who")

    aws.server.stop()

    assert not runs(process)
