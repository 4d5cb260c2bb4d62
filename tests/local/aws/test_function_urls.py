"""Function URLs: payload format 2.0 both ways, who may call, how much and how many at once."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PUBLIC = (
    {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
)
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Got:
    """An HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The event that `serves` shows."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """A function's URL."""

    url: str

    def get(
        self,
        target: str = "/",
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        """Ask; nothing leaves this machine, whatever address moto made up."""
        assert urlsplit(self.url).hostname == "127.0.0.1"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Got(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@pytest.fixture
def serve(aws, deploy) -> Callable[..., Site]:
    """Deploy `serves` with a URL and the permissions given."""

    def serve(*permissions: Mapping[str, Any], auth_type: str = "NONE", **settings: Any) -> Site:
        deploy("serves", permit=False, **settings)
        client = aws.client("lambda")
        url = client.create_function_url_config(FunctionName="serves", AuthType=auth_type)["FunctionUrl"]
        for number, permission in enumerate(permissions):
            client.add_permission(FunctionName="serves", StatementId=f"url-{number}", Principal="*", **permission)
        return Site(url)

    return serve


@pytest.fixture
def site(serve) -> Site:
    """A public URL."""
    return serve(*PUBLIC)


def test_the_url_is_on_loopback_and_has_a_slash(site, aws) -> None:
    """The address ends with a slash as AWS's does (botocore CreateFunctionUrlConfig; pulumi-aws's `functionUrl`)."""
    shown = aws.client("lambda").get_function_url_config(FunctionName="serves")

    assert site.url.startswith("http://127.0.0.1:")
    assert site.url.endswith("/")
    assert (shown["FunctionUrl"], shown["AuthType"]) == (site.url, "NONE")


@pytest.mark.rule
def test_a_request_is_an_event_of_version_2(site) -> None:
    """A request is an event of payload format 2.0, with the raw path (Lambda's guide, Invoking function URLs)."""
    event = site.get(
        "/a%20b/c?one=1&two=&one=%2F", headers={"User-Agent": "agent", "X-Thing": "é".encode("latin-1")}
    ).event
    context = event["requestContext"]

    assert (event["version"], event["routeKey"], context["stage"]) == ("2.0", "$default", "$default")
    assert (event["rawPath"], event["rawQueryString"]) == ("/a%20b/c", "one=1&two=&one=%2F")
    assert event["queryStringParameters"] == {"one": "1,/", "two": ""}
    assert context["http"] == {
        "method": "GET",
        "path": "/a%20b/c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "agent",
    }
    assert context["domainName"] == urlsplit(site.url).netloc == event["headers"]["host"]
    assert context["accountId"] == "anonymous"
    assert event["isBase64Encoded"] is False
    assert "body" not in event
    assert "cookies" not in event


def test_the_domain_is_not_the_clients_to_choose(site) -> None:
    """`requestContext.domainName` is the URL's own whatever Host says; only the header follows the client."""
    event = site.get(headers={"Host": "evil.example"}).event

    assert event["requestContext"]["domainName"] == urlsplit(site.url).netloc
    assert event["headers"]["host"] == "evil.example"


@pytest.mark.rule
def test_several_headers_of_one_name_are_joined(site) -> None:
    """Several headers of one name come as one, with commas (Lambda's guide, Invoking function URLs)."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    connection.putrequest("GET", "/")
    for value in ("one", "two"):
        connection.putheader("X-Many", value)
    connection.putheader("Cookie", "a=1; b=2=3")
    connection.endheaders()
    event = json.loads(connection.getresponse().read())
    connection.close()

    assert event["headers"]["x-many"] == "one,two"
    assert event["cookies"] == ["a=1", "b=2=3"]


@pytest.mark.rule
@pytest.mark.rule
@pytest.mark.rule
@pytest.mark.rule
@pytest.mark.rule
@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [("text/plain", False), ("application/json", False), (FORM, True), ("image/png", True), ("", True)],
)
def test_a_body_is_text_or_base64_by_its_type(site, content_type, encoded) -> None:
    """A body is text or base64 by its Content-Type; a form counts as binary (brefphp/bref#631)."""
    event = site.get(method="POST", body=b"a=1", headers={"Content-Type": content_type}).event

    assert event["isBase64Encoded"] is encoded
    assert event["body"] == (base64.b64encode(b"a=1").decode() if encoded else "a=1")


@pytest.mark.rule
def test_an_answer_with_a_status_is_taken_as_it_is(site) -> None:
    """An answer with a statusCode is taken as it is, with its cookies (Lambda's guide, Invoking function URLs)."""
    told = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-Own": "yes", "Connection": "close", "Content-Length": "7"},
        "cookies": ["a=1; HttpOnly", "b=2"],
        "body": base64.b64encode(b"\xff\x00").decode(),
        "isBase64Encoded": True,
    }

    got = site.get(f"/?do=answer&with={quote(json.dumps(told))}")

    assert (got.status, got.body, got.headers["x-own"]) == (201, b"\xff\x00", "yes")
    assert got.headers["content-type"] == "text/plain"
    assert got.headers.get_all("set-cookie") == ["a=1; HttpOnly", "b=2"]
    assert got.headers.get_all("content-length") == ["2"]


@pytest.mark.parametrize(("told", "body"), [({"a": 1}, b'{"a": 1}'), ("hello", b"hello"), ([1], b"[1]")])
def test_an_answer_without_a_status_is_a_200(site, told, body) -> None:
    """An answer without a statusCode is the JSON body of a 200 (Lambda's guide, Invoking function URLs)."""
    got = site.get(f"/?do=answer&with={quote(json.dumps(told))}")

    assert (got.status, got.body, got.headers["content-type"]) == (200, body, "application/json")


@pytest.mark.parametrize(
    "target",
    [
        "/?do=raise",
        "/?do=die",
        f"/?do=large&bytes={7 * 1024 * 1024}",
        "/?do=answer&with=" + quote('{"statusCode": "none"}'),
        "/?do=answer&with=" + quote('{"statusCode": 7}'),
        "/?do=answer&with=" + quote('{"statusCode": 200, "body": {}}'),
        "/?do=answer&with=" + quote('{"statusCode": 200, "body": "!", "isBase64Encoded": true}'),
    ],
    ids=["exception", "dead", "over 6 MB", "status no number", "no status of HTTP", "body no text", "no base64"],
)
def test_a_failed_function_is_a_502_without_its_text(site, target) -> None:
    """A function that failed is a 502 that does not tell its text (Lambda's guide, Invoking function URLs)."""
    got = site.get(target)

    assert got.status == 502
    assert b"as told" not in got.body
    assert site.get().status == 200


@pytest.mark.rule
def test_over_6_mb_is_refused_before_the_function(site) -> None:
    """An event of more than 6 MB is a 413 before the function (Lambda's guide, Lambda quotas)."""
    almost, over = b"x" * (4_600_000), b"x" * (4_800_000)
    headers = {"Content-Type": FORM}

    assert site.get(method="POST", body=almost, headers=headers).status == 200
    assert site.get(method="POST", body=over, headers=headers).status == 413


@pytest.mark.parametrize(
    ("permissions", "auth_type"),
    [
        ((), "NONE"),
        (PUBLIC[:1], "NONE"),
        (PUBLIC[1:], "NONE"),
        (({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"}, PUBLIC[1]), "NONE"),
        (PUBLIC, "AWS_IAM"),
    ],
    ids=["no permission", "the old one alone", "the new one alone", "of the other type", "unsigned"],
)
def test_the_policy_decides_who_calls(serve, permissions, auth_type) -> None:
    """InvokeFunctionUrl and InvokeFunction both have to be allowed (Lambda's guide, Control access to URLs)."""
    got = serve(*permissions, auth_type=auth_type).get()

    assert got.status == 403
    assert got.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert b"Forbidden. For troubleshooting Function URL authorization issues" in got.body


@pytest.mark.rule
def test_a_permission_that_is_taken_back_closes_the_url(site, aws) -> None:
    """A permission that is taken back closes the URL (Lambda's guide, Control access to function URLs)."""
    aws.client("lambda").remove_permission(FunctionName="serves", StatementId="url-1")

    assert site.get().status == 403


@pytest.mark.usefixtures("site")
def test_the_two_arguments_are_conditions_of_the_policy(aws) -> None:
    """FunctionUrlAuthType and InvokedViaFunctionUrl become conditions of the policy (botocore AddPermission)."""
    client = aws.client("lambda")
    policy = json.loads(client.get_policy(FunctionName="serves")["Policy"])

    assert [statement["Condition"] for statement in policy["Statement"]] == [
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ]
    with pytest.raises(ClientError, match="InvokedViaFunctionUrl is only supported"):
        client.add_permission(
            FunctionName="serves",
            StatementId="wrong",
            Principal="*",
            Action="lambda:InvokeFunctionUrl",
            InvokedViaFunctionUrl=True,
        )


@pytest.mark.rule
def test_reserved_concurrency_throttles(serve, aws) -> None:
    """Past its reserved concurrency a request is a 429 and not queued (Lambda's guide, Reserved concurrency)."""
    site = serve(*PUBLIC)
    aws.client("lambda").put_function_concurrency(FunctionName="serves", ReservedConcurrentExecutions=1)
    site.get()
    busy = threading.Thread(target=site.get, args=("/?do=sleep&seconds=3",))
    busy.start()
    time.sleep(0.5)

    got = site.get()

    assert (got.status, got.headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
    busy.join()
    assert site.get().status == 200


@pytest.mark.rule
def test_a_url_is_counted(site, aws, pass_time) -> None:
    """UrlRequestCount, Url4xxCount and Url5xxCount count each request (Lambda's guide, Monitoring function URLs)."""
    site.get()
    site.get("/?do=raise")
    aws.client("lambda").put_function_concurrency(FunctionName="serves", ReservedConcurrentExecutions=0)
    site.get()
    now = aws.clock.now()
    pass_time(timedelta(minutes=5))

    def total(metric: str) -> float:
        found = aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": "serves"}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in found["Datapoints"])

    counted = [total(name) for name in ("UrlRequestCount", "Url4xxCount", "Url5xxCount", "Throttles", "Invocations")]
    assert counted == [3, 1, 1, 1, 2]


@pytest.mark.rule
def test_a_function_has_one_url(site, aws) -> None:
    """A second URL of a function: ResourceConflictException (botocore CreateFunctionUrlConfig)."""
    with pytest.raises(ClientError, match="ResourceConflictException"):
        aws.client("lambda").create_function_url_config(FunctionName="serves", AuthType="NONE")

    assert site.get().status == 200


@pytest.mark.parametrize("gone", ["delete_function_url_config", "delete_function"])
def test_a_deleted_url_listens_no_more(site, aws, gone) -> None:
    """The port is closed with the URL, and with the function."""
    site.get()
    getattr(aws.client("lambda"), gone)(FunctionName="serves")

    with pytest.raises(ConnectionRefusedError):
        site.get()


@pytest.mark.rule
def test_no_url_is_not_found(deploy, aws) -> None:
    """Of a URL that is not there: ResourceNotFoundException (botocore GetFunctionUrlConfig)."""
    deploy("serves")
    client = aws.client("lambda")

    for ask in (client.get_function_url_config, client.delete_function_url_config):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            ask(FunctionName="serves")


@pytest.mark.parametrize("length", ["-5", "many"])
def test_a_length_that_is_none_is_a_400(site, length) -> None:
    """It neither hangs nor reaches the function."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", length)
    connection.endheaders()

    assert connection.getresponse().status == 400
    connection.close()
