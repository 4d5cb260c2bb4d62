"""Who is known: calls are signed by somebody, and by nobody else."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.server import CREDENTIALS
from tests.local.aws.access.acting import ACCOUNT, allow, client, document
from tests.local.aws.seen import refusal

if TYPE_CHECKING:
    from tests.local.aws.access.acting import Acting

KEY, SECRET = CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
WRONG = "The request signature we calculated does not match the signature you provided."
UNKNOWN = "The security token included in the request is invalid."


@pytest.mark.parametrize(
    ("service", "call", "codes"),
    [
        ("secretsmanager", "list_secrets", ("InvalidSignatureException", "UnrecognizedClientException")),
        ("iam", "list_roles", ("SignatureDoesNotMatch", "InvalidClientTokenId")),
        ("lambda", "list_functions", ("InvalidSignatureException", "UnrecognizedClientException")),
        ("cloudwatch", "describe_alarms", ("InvalidSignatureException", "UnrecognizedClientException")),
    ],
)
def test_another_secret_and_an_unknown_key(aws: Any, service: str, call: str, codes: tuple[str, str]) -> None:
    """Each protocol says it in its own words (AWS's "Common errors")."""
    wrong = client(aws.server.url, service, KEY, "PLACEHOLDER-OTHER")
    unknown = client(aws.server.url, service, "AKIAPLACEHOLDER00000", SECRET)
    right = client(aws.server.url, service, KEY, SECRET)

    assert refusal(getattr(wrong, call)) == (codes[0], WRONG)
    assert refusal(getattr(unknown, call)) == (codes[1], UNKNOWN)
    assert getattr(right, call)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_request_that_was_changed_on_its_way(aws: Any) -> None:
    """The signature is over the body and the query, too."""
    secrets = client(aws.server.url, "secretsmanager", KEY, SECRET)
    functions = client(aws.server.url, "lambda", KEY, SECRET)

    def change_body(request: Any, **_: Any) -> None:
        request.body = request.body.replace(b"5", b"7")

    def change_query(request: Any, **_: Any) -> None:
        request.url += "&MaxItems=8"

    secrets.meta.events.register("before-send.secretsmanager", change_body)
    functions.meta.events.register("before-send.lambda", change_query)

    assert refusal(secrets.list_secrets, MaxResults=5)[0] == "InvalidSignatureException"
    assert refusal(functions.list_functions, MaxItems=5)[0] == "InvalidSignatureException"


def test_nobody(aws: Any) -> None:
    """A request without a signature reaches no service."""
    connection = http.client.HTTPConnection(aws.server.url.removeprefix("http://"))
    connection.request("GET", "/?Action=ListRoles")
    answer = connection.getresponse()
    told = answer.read()
    connection.close()

    assert answer.status == 403
    assert b"MissingAuthenticationToken" in told


def test_a_session_is_its_three_keys_together(aws: Any, acting: Acting) -> None:
    """Without its token, or with another's, a session's keys are worth nothing."""
    sts = aws.client("sts")
    acting("worker", allow("secretsmanager:ListSecrets"))
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"
    one, other = (sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"] for name in ("one", "other"))
    keys = (one["AccessKeyId"], one["SecretAccessKey"])

    def listing(token: str | None) -> Any:
        return client(aws.server.url, "secretsmanager", *keys, token).list_secrets

    assert listing(one["SessionToken"])()["SecretList"] == []
    assert refusal(listing(None)) == ("UnrecognizedClientException", UNKNOWN)
    assert refusal(listing(other["SessionToken"])) == ("UnrecognizedClientException", UNKNOWN)


def test_a_session_ends(acting: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the machine's time, as signatures are dated; the bench's clock may be months ahead."""
    worker = acting("worker", allow("secretsmanager:ListSecrets"), DurationSeconds=900)("secretsmanager")
    worker.list_secrets()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 901)

    assert refusal(worker.list_secrets) == (
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )


def test_who_one_is(acting: Acting) -> None:
    """GetCallerIdentity needs no permission, and names the session."""
    assert acting("worker")("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/tests"


def test_a_sessions_policies_cut_down_what_its_role_may(aws: Any, acting: Acting, one: str, two: str) -> None:
    """It may what role and session policies allow both, "the intersection" of them (STS API: AssumeRole)."""
    reads = allow("secretsmanager:GetSecretValue", on=[one, two])
    narrow = document(allow("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", on=one))
    managed = aws.client("iam").create_policy(PolicyName="two", PolicyDocument=narrow.replace(one, two))["Policy"]
    policies = [{"arn": managed["Arn"]}]
    whole, inline = acting("whole", reads), acting("inline", reads, Policy=narrow)
    both = acting("both", reads, Policy=narrow, PolicyArns=policies)
    denying = acting("denying", reads, Policy=document(allow("secretsmanager:*"), {**reads, "Effect": "Deny"}))

    def read(by: Any, secret: str) -> str:
        try:
            return str(by("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
        except by("secretsmanager").exceptions.ClientError as error:
            return str(error.response["Error"]["Message"])

    assert [read(whole, one), read(whole, two)] == ["PLACEHOLDER one", "PLACEHOLDER two"]
    assert read(inline, one) == "PLACEHOLDER one"
    assert read(inline, two).endswith(
        f"on resource: {two} because no session policy allows the secretsmanager:GetSecretValue action"
    )
    # Of several that are passed, one that allows is enough.
    assert [read(both, one), read(both, two)] == ["PLACEHOLDER one", "PLACEHOLDER two"]
    assert read(denying, one).endswith("with an explicit deny in a session policy (GetSecretValue)")
    # What the role may not, its session may not, whatever is passed.
    assert "no identity-based policy allows" in refusal(inline("secretsmanager").describe_secret, SecretId=one)[1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Policy": "not JSON"}, "MalformedPolicyDocument"),
        ({"Policy": document(allow("s3:" + "a" * 2_048))}, "ValidationError"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/gone"}]}, "ValidationError"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/p{each}"} for each in range(11)]}, "ValidationError"),
    ],
    ids=["no JSON", "too long", "not there", "too many"],
)
def test_what_cannot_be_passed_to_a_session(aws: Any, acting: Acting, given: dict[str, Any], code: str) -> None:
    """2,048 characters together, ten managed policies, of the role's own account (STS API: AssumeRole)."""
    acting("worker")
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"

    assert refusal(aws.client("sts").assume_role, RoleArn=role, RoleSessionName="tests", **given)[0] == code
