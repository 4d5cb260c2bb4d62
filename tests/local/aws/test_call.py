"""Which operation a request asks for, without a server."""

import json

import pytest

from local.aws.faults.call import Call, read, secret_name

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellers/one"


def request(service: str, method: str = "POST", path: str = "/", body: str = "", **headers: str) -> Call | None:
    """Read a signed request; header names with underscores."""
    scope = f"AWS4-HMAC-SHA256 Credential=KEY/20261124/eu-west-1/{service}/aws4_request, SignedHeaders=host"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(method, path, {"authorization": scope, **named}, body.encode())


@pytest.mark.parametrize(
    ("found", "operation", "form"),
    [
        (request("kms", x_amz_target="TrentService.Decrypt"), "Decrypt", "json"),
        (request("iam", body="Action=GetRole&RoleName=a"), "GetRole", "query"),
        (
            request("monitoring", path="/service/GraniteServiceVersion20100801/operation/PutMetricAlarm"),
            "PutMetricAlarm",
            "cbor",
        ),
        (request("lambda", path="/2015-03-31/functions/one/invocations?Qualifier=1"), "Invoke", "json"),
        (request("lambda", "GET", "/2015-03-31/functions/one"), "GetFunction", "json"),
        (request("lambda", "GET", "/nothing"), "", "json"),
    ],
)
def test_each_protocol_names_its_operation(found, operation, form) -> None:
    """By header, by form, by path (botocore, protocols)."""
    assert (found.operation, found.form) == (operation, form)


def test_a_request_without_a_signature_is_no_call() -> None:
    """Faults leave alone what is not for AWS, such as moto's own pages."""
    assert read("GET", "/moto-api/", {}, b"") is None


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"SecretId": "sellers/one"}, {"sellers/one"}),
        ({"SecretId": f"{ARN}-AbCdEf"}, {"sellers/one"}),
        ({"Name": "sellers/two"}, {"sellers/two"}),
        ({"SecretIdList": ["sellers/two", ARN]}, {"sellers/one", "sellers/two"}),
        ({}, set()),
        ("no object", set()),
        (["no", "object"], set()),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_the_secrets_of_a_call(body, names) -> None:
    """Named in whichever parameter, by name or ARN; what cannot be read names none."""
    text = body if isinstance(body, str) else json.dumps(body)

    assert request("secretsmanager", body=text, x_amz_target="secretsmanager.X").secrets == names


@pytest.mark.parametrize("given", ["sellers/one", ARN, f"{ARN}-AbCdEf"])
def test_a_secrets_name(given) -> None:
    """AWS's six characters are no part of it; a name cannot end like that itself (aws.md 5.1)."""
    assert secret_name(given) == "sellers/one"
