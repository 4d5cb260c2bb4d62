"""Amazon's client over a real wire: what really goes out, and that no token goes anywhere else."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from local.loopback import Handler, Loopback
from provisioning import causes
from provisioning.amazon import BASE_URL, NOTIFICATIONS, TOKEN_URL, Amazon, Endpoints
from provisioning.errors import AmazonRefused, BadInput, Unreachable
from provisioning.payload import App
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


CANARY = "PLACEHOLDER-CANARY"
APP = App("amzn1.application-oa2-client.PLACEHOLDER", f"amzn1.oa2-cs.v1.{CANARY}")
REFRESH = f"Atzr|{CANARY}"
ACCESS = f"Atza|{CANARY}"
PATH = "/sellers/v1/marketplaceParticipations"


TOKEN = b'{"access_token":"' + ACCESS.encode() + b'","token_type":"bearer","expires_in":3600}'

CALLS = [
    pytest.param(lambda amazon: amazon.refresh(APP, REFRESH), "Login with Amazon", id="refresh"),
    pytest.param(lambda amazon: amazon.grantless(APP, NOTIFICATIONS), "Login with Amazon", id="grantless"),
    pytest.param(lambda amazon: amazon.participations("EU", ACCESS), "SP-API", id="participations"),
    pytest.param(lambda amazon: amazon.destinations("NA", ACCESS), "SP-API", id="destinations"),
]


@dataclass
class Server:
    """A loopback server that gives one answer to everything and keeps what it was sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = TOKEN
    hangs_up: bool = False
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Server], Server]]:
    """Start loopback servers; they stop with the test."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running: list[Loopback] = []

    def start(server: Server) -> Server:
        class Answering(Handler):
            def do_GET(self) -> None:  # noqa: N802  http.server's name
                sent = {name.lower(): value for name, value in self.headers.items()}
                server.seen.append((self.command, self.path, sent, self.body()))
                self.close_connection = server.hangs_up
                if not server.hangs_up:
                    self.answer(server.status, server.body, server.headers)

            do_POST = do_GET  # noqa: N815  http.server's name

        loopback = Loopback(Answering, "amazon")
        loopback.start()
        running.append(loopback)
        server.url = loopback.url
        return server

    yield start
    for loopback in running:
        loopback.stop()


def amazon_at(server: Server) -> Amazon:
    """The client as the product makes it, in front of that server."""
    return Amazon(Endpoints(f"{server.url}/auth/o2/token", f"{server.url}/{{region}}"), sleep=lambda _: None)


def test_on_the_wire(serve: Callable[[Server], Server]) -> None:
    """What really goes out: the form in the body, the access token in its header, the region in the path."""
    lwa = serve(Server())
    sp_api = serve(Server(body=b'{"payload":[]}'))
    tokens = amazon_at(lwa).refresh(APP, REFRESH)

    assert amazon_at(sp_api).participations("EU", tokens.access_token) == []
    method, path, headers, body = lwa.seen[0]
    assert (method, path, headers["content-type"]) == (
        "POST",
        "/auth/o2/token",
        "application/x-www-form-urlencoded;charset=UTF-8",
    )
    assert parse_qs(body.decode())["refresh_token"] == [REFRESH]
    method, path, headers, body = sp_api.seen[0]
    assert (method, path, headers["x-amz-access-token"], body) == ("GET", f"/eu{PATH}", ACCESS, b"")
    assert headers["user-agent"] == "sellerkeys/0.1 (Language=Python)"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("call", "whom"), CALLS)
def test_no_redirect_is_followed(
    serve: Callable[[Server], Server], call: Callable[[Amazon], object], whom: str, status: int
) -> None:
    """A token never travels to a host that an answer names, neither in a body nor in a header."""
    elsewhere = serve(Server())
    here = serve(Server(status, {"Location": f"{elsewhere.url}/auth/o2/token"}, b""))

    with pytest.raises(Unreachable) as failure:
        call(amazon_at(here))

    assert str(failure.value) == (
        f"{whom} answered HTTP {status} with something that is not its JSON: run this again later"
    )
    assert (len(here.seen), elsewhere.seen) == (1, [])


@pytest.mark.parametrize(
    ("server", "named"),
    [
        pytest.param(Server(503, body=b"<html>" + CANARY.encode() + b"</html>"), "HTTP 503", id="503"),
        pytest.param(Server(429, body=b"{}"), "HTTP 429", id="429"),
        pytest.param(Server(hangs_up=True), "RemoteDisconnected", id="hung up"),
    ],
)
def test_outages_on_the_wire(serve: Callable[[Server], Server], server: Server, named: str) -> None:
    """A real outage is asked about three times and told by its kind."""
    serve(server)

    with pytest.raises(Unreachable) as failure:
        amazon_at(server).refresh(APP, REFRESH)

    assert str(failure.value) == f"Login with Amazon gave no usable answer ({named}, 3 attempts): run this again later"
    assert len(server.seen) == 3
    server.seen.clear()
    assert_silent(failure.value, CANARY)


def test_a_refusal_on_the_wire(serve: Callable[[Server], Server]) -> None:
    """A refusal's body is read although urllib calls it an error."""
    server = serve(Server(400, body=b'{"error":"invalid_grant"}'))

    with pytest.raises(AmazonRefused) as refusal:
        amazon_at(server).refresh(APP, REFRESH)

    assert refusal.value.cause is causes.REVOKED


def test_an_endless_answer_is_cut(serve: Callable[[Server], Server]) -> None:
    """No more than a mebibyte of an answer is read, so that nobody can fill the function's memory."""
    server = serve(Server(body=b'{"access_token":"x","padding":"' + b"x" * 2**20 + b'"}'))

    with pytest.raises(Unreachable, match="not its JSON"):
        amazon_at(server).refresh(APP, REFRESH)


def test_nobody_listens() -> None:
    """A closed port is told by its kind, too."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"

        with pytest.raises(Unreachable) as failure:
            amazon_at(Server(url=url)).refresh(APP, REFRESH)

    assert str(failure.value) == (
        "Login with Amazon gave no usable answer (ConnectionRefusedError, 3 attempts): run this again later"
    )


def test_an_attempt_ends_after_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection has a time-out: two calls of three attempts fit the function's 120 seconds."""
    waited: list[object] = []

    def connect(_address: object, timeout: object = None, _source: object = None) -> socket.socket:
        waited.append(timeout)
        raise TimeoutError

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(Unreachable):
        amazon_at(Server(url="http://127.0.0.1:9")).refresh(APP, REFRESH)

    assert waited == [10, 10, 10]


# Where Amazon is.


@pytest.mark.parametrize(
    ("environment", "endpoints"),
    [
        pytest.param({}, Endpoints(TOKEN_URL, BASE_URL), id="Amazon's"),
        pytest.param({"SP_API_OAUTH_URL": "", "SP_API_BASE_URL": ""}, Endpoints(TOKEN_URL, BASE_URL), id="empty"),
        pytest.param(
            {"SP_API_OAUTH_URL": "http://127.0.0.1:8080/auth/o2/token", "SP_API_BASE_URL": "http://localhost/{region}"},
            Endpoints("http://127.0.0.1:8080/auth/o2/token", "http://localhost/{region}"),
            id="this machine",
        ),
        pytest.param(
            {"SP_API_OAUTH_URL": "https://lwa.example.com/token", "SP_API_BASE_URL": "https://{region}.example.com"},
            Endpoints("https://lwa.example.com/token", "https://{region}.example.com"),
            id="another host",
        ),
    ],
)
def test_where_amazon_is(environment: dict[str, str], endpoints: Endpoints) -> None:
    """Amazon's own variables replace its hosts (clients.md 1); an empty one counts as not set."""
    assert Endpoints.from_environment(environment) == endpoints


@pytest.mark.parametrize("variable", ["SP_API_OAUTH_URL", "SP_API_BASE_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://api.amazon.com/auth/o2/token",
        "http://127.0.0.1.example.com/",
        f"ftp://{CANARY}@example.com/",
        "file:///etc/hosts",
        "data:,{}",
        "api.amazon.com",
        "https://",
        "https://[::1",
        "https://example.com:port/",
        "https://example.com/a b",
        "https://example.com/é",
        "https://example.com/\r\nX: 1",
    ],
)
def test_where_amazon_cannot_be(variable: str, url: str) -> None:
    """A credential goes over TLS or stays on this machine; a wrong address names its variable and is not quoted."""
    with pytest.raises(BadInput) as refusal:
        Endpoints.from_environment({variable: url})

    assert str(refusal.value) == f"{variable} has to be an https address, or an http one on this machine"
    assert_silent(refusal.value, CANARY)


def test_a_slash_more(serve: Callable[[Server], Server]) -> None:
    """A base address may end in a slash."""
    server = serve(Server(body=b'{"payload":[]}'))
    amazon = Amazon(Endpoints(base_url=f"{server.url}/{{region}}/"), sleep=lambda _: None)
    amazon.participations("FE", ACCESS)

    assert server.seen[0][1] == f"/fe{PATH}"
