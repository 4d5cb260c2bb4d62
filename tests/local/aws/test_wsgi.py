"""moto behind the bench's server: connections, bodies, failures."""

import gzip
import http.client
import json
import logging
import socket
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.aws.server import CREDENTIALS

KEYS = Credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])


def signed(operation: str, body: bytes, **headers: str) -> dict[str, str]:
    """Write the headers of a request of Secrets Manager, signed by the bench's own keys."""
    headers |= {"X-Amz-Target": f"secretsmanager.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", "http://127.0.0.1/", headers, body)
    SigV4Auth(KEYS, "secretsmanager", "eu-west-1").add_auth(request)
    return {**request.headers, "Host": "127.0.0.1"}


@pytest.fixture
def connection(aws):
    """Open one connection to the server."""
    connection = http.client.HTTPConnection(urlsplit(aws.server.url).netloc, timeout=30)
    yield connection
    connection.close()


def ask(connection, operation: str, **arguments) -> tuple[int, dict[str, object]]:
    """Send one request of Secrets Manager and read its answer."""
    body = json.dumps(arguments).encode()
    connection.request("POST", "/", body, signed(operation, body))
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_a_connection_serves_many_requests(connection) -> None:
    """The connection stays open between requests (building-blocks.md 1)."""
    ask(connection, "ListSecrets")
    local_address = connection.sock.getsockname()

    ask(connection, "ListSecrets")

    assert connection.sock.getsockname() == local_address


def test_a_body_in_chunks(connection) -> None:
    """A chunked body is read whole, and the connection goes on (RFC 9112 section 7.1)."""
    body = [b'{"Name": ', b'"in-chunks"}']
    connection.request("POST", "/", iter(body), signed("CreateSecret", b"".join(body)))
    created = json.loads(connection.getresponse().read())

    status, listed = ask(connection, "ListSecrets")

    assert (status, created["Name"], len(listed["SecretList"])) == (200, "in-chunks", 1)


def test_a_compressed_body(connection) -> None:
    """A gzipped body is taken, as botocore sends some large ones (botocore request compression)."""
    body = gzip.compress(b"{}")
    connection.request("POST", "/", body, signed("ListSecrets", body, **{"Content-Encoding": "gzip"}))

    assert connection.getresponse().status == 200


def test_a_failure_quotes_nothing(connection, caplog) -> None:
    """What moto cannot do is a 500 that names a kind of error, in answer and log, never a text (design.md 6)."""
    with caplog.at_level(logging.ERROR):
        status, answer = ask(connection, "NoSuchOperation", SecretString="PLACEHOLDER canary")

    assert (status, answer) == (
        500,
        {"__type": "InternalFailure", "message": "the bench failed with NotImplementedError"},
    )
    assert [record.getMessage().split()[0] for record in caplog.records] == ["NotImplementedError"]


def test_answers_are_dated_by_the_benchs_clock(aws, connection) -> None:
    """The Date header tells the bench's time, so that who asks AWS for the time follows a moved clock (design.md 9)."""
    aws.clock.advance(timedelta(days=90))
    connection.request("POST", "/", b"{}", signed("ListSecrets", b"{}"))
    response = connection.getresponse()
    response.read()

    date = parsedate_to_datetime(response.headers["Date"])

    assert abs(date - aws.clock.now()) < timedelta(minutes=1)


def test_stopping_hangs_up(aws, connection) -> None:
    """A stopped server answers nobody, not even on a connection that is open (the bench's own rule)."""
    ask(connection, "ListSecrets")
    aws.server.stop()

    with pytest.raises((http.client.HTTPException, OSError)):
        ask(connection, "ListSecrets")


def test_it_listens_on_loopback_only(aws) -> None:
    """The server's address is 127.0.0.1, and no other of this machine's answers (brief of the bench)."""
    port = urlsplit(aws.server.url).port
    with socket.socket() as other:
        other.settimeout(5)

        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_a_service_that_the_bench_has_not(aws) -> None:
    """It is refused by name, and not as a failure that a client tries again."""
    analyzer = aws.client("accessanalyzer")

    with pytest.raises(ClientError, match="the bench has no IAM Access Analyzer") as refusal:
        analyzer.validate_policy(policyDocument="{}", policyType="IDENTITY_POLICY")

    assert refusal.value.response["ResponseMetadata"]["RetryAttempts"] == 0
