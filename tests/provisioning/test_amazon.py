"""Amazon's client: what it sends, how it takes every answer, and that no token ever leaves by another way."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import traceback
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.loopback import Handler, Loopback
from provisioning import causes
from provisioning.amazon import BASE_URL, NOTIFICATIONS, TOKEN_URL, Amazon, Answer, Endpoints, Participation, Tokens
from provisioning.errors import AmazonRefused, BadInput, Unreachable
from provisioning.payload import App

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioning.causes import Cause

CANARY = "PLACEHOLDER-CANARY"
APP = App("amzn1.application-oa2-client.PLACEHOLDER", f"amzn1.oa2-cs.v1.{CANARY}")
REFRESH = f"Atzr|{CANARY}"
ACCESS = f"Atza|{CANARY}"
JSON = {"Content-Type": "application/json"}
PATH = "/sellers/v1/marketplaceParticipations"


def answer(status: int = 200, **body: object) -> Answer:
    """An answer with a JSON object in it."""
    return Answer(status, json.dumps(body).encode())


def denied(details: object) -> Answer:
    """SP-API's 403 (sp-api.md 2)."""
    message = "Access to requested resource is denied."
    return answer(403, errors=[{"code": "Unauthorized", "message": message, "details": details}])


TOKEN = answer(access_token=ACCESS, refresh_token=REFRESH, token_type="bearer", expires_in=3600)
HTML = Answer(200, b"<html>" + CANARY.encode() + b"</html>")


class Wire:
    """Amazon's end of `send`: gives the answers in order, the last one for ever; counts requests and pauses."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[urllib.request.Request] = []
        self.pauses: list[float] = []
        self.amazon = Amazon(Endpoints(), send=self, sleep=self.pauses.append)

    def __call__(self, request: urllib.request.Request) -> Answer:
        self.requests.append(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        return given


CALLS = [
    pytest.param(lambda amazon: amazon.refresh(APP, REFRESH), "Login with Amazon", id="refresh"),
    pytest.param(lambda amazon: amazon.grantless(APP, NOTIFICATIONS), "Login with Amazon", id="grantless"),
    pytest.param(lambda amazon: amazon.participations("EU", ACCESS), "SP-API", id="participations"),
    pytest.param(lambda amazon: amazon.destinations("NA", ACCESS), "SP-API", id="destinations"),
]


# What is sent.


def test_a_refresh_grant() -> None:
    """A refresh token is traded at the one token host, form-encoded and without a scope (sp-api.md 1.1, 1.2)."""
    wire = Wire(TOKEN)

    assert wire.amazon.refresh(APP, REFRESH) == Tokens(ACCESS, REFRESH)
    (request,) = wire.requests
    assert (request.method, request.full_url) == ("POST", "https://api.amazon.com/auth/o2/token")
    assert request.headers == {
        "Content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        "User-agent": "sellerkeys/0.1 (Language=Python)",
    }
    assert parse_qs(bytes(request.data or b"").decode(), strict_parsing=True) == {
        "grant_type": ["refresh_token"],
        "refresh_token": [REFRESH],
        "client_id": [APP.client_id],
        "client_secret": [APP.client_secret],
    }


def test_a_grantless_token() -> None:
    """A grantless token is asked for with a scope and without a refresh token; none comes back (sp-api.md 1.2)."""
    wire = Wire(answer(access_token=ACCESS, token_type="bearer", expires_in=3600))

    assert wire.amazon.grantless(APP, NOTIFICATIONS) == Tokens(ACCESS, None)
    assert parse_qs(bytes(wire.requests[0].data or b"").decode(), strict_parsing=True) == {
        "grant_type": ["client_credentials"],
        "scope": ["sellingpartnerapi::notifications"],
        "client_id": [APP.client_id],
        "client_secret": [APP.client_secret],
    }


@pytest.mark.parametrize(
    ("region", "host"), [("NA", "sellingpartnerapi-na"), ("EU", "sellingpartnerapi-eu"), ("FE", "sellingpartnerapi-fe")]
)
def test_a_call_goes_to_its_region(region: str, host: str) -> None:
    """SP-API is asked on the seller's regional host, with the access token in a header (sp-api.md 6, 9)."""
    wire = Wire(answer(payload=[{"marketplace": {"id": "A1PA6795UKMFR9"}, "storeName": "Bücher"}]))

    assert wire.amazon.participations(region, ACCESS) == [Participation("A1PA6795UKMFR9", "Bücher")]
    (request,) = wire.requests
    assert (request.get_method(), request.full_url) == ("GET", f"https://{host}.amazon.com{PATH}")
    assert request.headers == {"X-amz-access-token": ACCESS, "User-agent": "sellerkeys/0.1 (Language=Python)"}


# What is answered.


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        pytest.param(answer(401, error="invalid_client"), causes.INVALID_CLIENT, id="401"),
        pytest.param(answer(400, error="invalid_grant", error_description=CANARY), causes.REVOKED, id="400"),
        pytest.param(answer(400, error="something_new"), causes.UNKNOWN, id="a new error"),
        pytest.param(answer(403), causes.UNKNOWN, id="no error"),
        pytest.param(answer(400, error={"code": [CANARY]}), causes.UNKNOWN, id="an error that is no text"),
    ],
)
def test_lwa_refuses(said: Answer, cause: Cause) -> None:
    """LWA's refusal carries its cause, is asked for once, and quotes nothing."""
    wire = Wire(said)

    with pytest.raises(AmazonRefused) as refusal:
        wire.amazon.refresh(APP, REFRESH)

    assert refusal.value.cause is cause
    assert len(wire.requests) == 1
    _assert_silent(refusal.value)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        pytest.param(denied("The LWA secret token you provided has expired."), causes.SECRET_EXPIRED, id="expired"),
        pytest.param(denied(""), causes.NO_ROLE, id="no details"),
        pytest.param(denied(None), causes.NO_ROLE, id="null"),
        pytest.param(denied([CANARY]), causes.UNKNOWN, id="details that are no text"),
        pytest.param(answer(403), causes.NO_ROLE, id="no errors"),
        pytest.param(answer(403, errors=CANARY), causes.NO_ROLE, id="errors that are no list"),
        pytest.param(answer(400, errors=[]), causes.UNKNOWN, id="400"),
        pytest.param(answer(404, errors=[]), causes.UNKNOWN, id="404"),
    ],
)
def test_sp_api_refuses(said: Answer, cause: Cause) -> None:
    """SP-API's refusal carries its cause, is asked for once, and quotes nothing."""
    wire = Wire(said)

    with pytest.raises(AmazonRefused) as refusal:
        wire.amazon.participations("EU", ACCESS)

    assert refusal.value.cause is cause
    assert len(wire.requests) == 1
    _assert_silent(refusal.value)


@pytest.mark.parametrize(("call", "whom"), CALLS)
@pytest.mark.parametrize("status", [200, 201, 204, 302, 307, 403])
@pytest.mark.parametrize("body", [b"", HTML.body, b"[]", b"\xff", b"[" * 100_000, b'"' + CANARY.encode() + b'"'])
def test_what_is_not_amazons_json(call: Callable[[Amazon], object], whom: str, status: int, body: bytes) -> None:
    """An answer that is no JSON object, as a proxy's page, is nobody's refusal: run it again later."""
    wire = Wire(Answer(status, body))

    with pytest.raises(Unreachable) as failure:
        call(wire.amazon)

    assert str(failure.value) == (
        f"{whom} answered HTTP {status} with something that is not its JSON: run this again later"
    )
    _assert_silent(failure.value)


@pytest.mark.parametrize(("call", "whom"), CALLS)
@pytest.mark.parametrize("status", [201, 302, 308])
def test_only_200_is_a_success(call: Callable[[Amazon], object], whom: str, status: int) -> None:
    """A redirect or the like proves nothing, not even with a fitting body: it came from somebody else."""
    wire = Wire(answer(status, access_token=ACCESS, payload=[]))

    with pytest.raises(Unreachable) as failure:
        call(wire.amazon)

    assert str(failure.value) == (
        f"{whom} answered HTTP {status} with something that is not its JSON: run this again later"
    )


@pytest.mark.parametrize("token", [None, "", 7, [CANARY], {"a": CANARY}, f"{CANARY}\r\nX-Evil: 1", f"{CANARY}é"])
def test_an_access_token_that_is_none(token: object) -> None:
    """A token that cannot stand in a header is refused at once: http.client would quote it in an error of its own."""
    with pytest.raises(Unreachable) as failure:
        Wire(answer(access_token=token)).amazon.refresh(APP, REFRESH)

    _assert_silent(failure.value)


@pytest.mark.parametrize("token", [7, [CANARY], {"a": CANARY}, True])
def test_a_refresh_token_that_is_none(token: object) -> None:
    """A refresh token that is no text must never replace the one that works."""
    with pytest.raises(Unreachable) as failure:
        Wire(answer(access_token=ACCESS, refresh_token=token)).amazon.refresh(APP, REFRESH)

    _assert_silent(failure.value)


@pytest.mark.parametrize("token", [None, ""])
def test_no_refresh_token(token: object) -> None:
    """An answer without a refresh token means: keep the old one (sp-api.md 3)."""
    assert Wire(answer(access_token=ACCESS, refresh_token=token)).amazon.refresh(APP, REFRESH) == Tokens(ACCESS, None)


@pytest.mark.parametrize(
    "payload",
    [None, 7, {}, CANARY, [CANARY], [None], [{}], [{"marketplace": CANARY}], [{"marketplace": {"id": 7}}], [[]]],
    ids=repr,
)
def test_participations_that_are_none(payload: object) -> None:
    """A payload of another shape is nobody's missing marketplace: run it again later."""
    with pytest.raises(Unreachable) as failure:
        Wire(answer(payload=payload)).amazon.participations("EU", ACCESS)

    assert str(failure.value) == "SP-API answered HTTP 200 with something that is not its JSON: run this again later"
    _assert_silent(failure.value)


def test_a_store_may_have_no_name() -> None:
    """A participation needs its marketplace's id; the name is only shown."""
    wire = Wire(answer(payload=[{"marketplace": {"id": "A"}}, {"marketplace": {"id": "B"}, "storeName": None}]))

    assert wire.amazon.participations("EU", ACCESS) == [Participation("A", ""), Participation("B", "")]


@given(st.binary() | st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x) | st.lists(x)))
def test_any_answer_at_all(body: object) -> None:
    """Whatever comes back with a 200 is understood or Unreachable, and no other failure."""
    said = Answer(200, body if isinstance(body, bytes) else json.dumps(body).encode())

    with pytest.raises(Unreachable):
        Wire(said).amazon.refresh(APP, REFRESH)


# When it is asked again.


@pytest.mark.parametrize(("call", "whom"), CALLS)
@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param(Answer(408, b""), "HTTP 408", id="408"),
        pytest.param(Answer(429, b'{"errors":[]}'), "HTTP 429", id="429"),
        pytest.param(Answer(500, b"{}"), "HTTP 500", id="500"),
        pytest.param(Answer(503, HTML.body), "HTTP 503", id="503 in HTML"),
        pytest.param(TimeoutError(CANARY), "TimeoutError", id="timeout"),
        pytest.param(ConnectionResetError(CANARY), "ConnectionResetError", id="reset"),
        pytest.param(http.client.RemoteDisconnected(CANARY), "RemoteDisconnected", id="hung up"),
        pytest.param(http.client.IncompleteRead(CANARY.encode()), "IncompleteRead", id="cut off"),
        pytest.param(urllib.error.URLError(socket.gaierror(CANARY)), "gaierror", id="no such host"),
        pytest.param(urllib.error.URLError(ssl.SSLCertVerificationError(CANARY)), "SSLCertVerificationError", id="TLS"),
        pytest.param(urllib.error.URLError(CANARY), "URLError", id="a reason that is a text"),
    ],
)
def test_later_means_three_times(
    call: Callable[[Amazon], object], whom: str, said: Answer | Exception, named: str
) -> None:
    """What only means "later" is asked for three times, half a second and two seconds apart, and then named by kind."""
    wire = Wire(said)

    with pytest.raises(Unreachable) as failure:
        call(wire.amazon)

    assert str(failure.value) == f"{whom} gave no usable answer ({named}, 3 attempts): run this again later"
    assert (len(wire.requests), wire.pauses) == (3, [0.5, 2.0])
    _assert_silent(failure.value)


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_lwas_own_words_for_later(error: str) -> None:
    """Two of LWA's errors mean "later" whatever their status (sp-api.md 1.4)."""
    wire = Wire(answer(400, error=error), TOKEN)

    assert wire.amazon.refresh(APP, REFRESH) == Tokens(ACCESS, REFRESH)
    assert wire.pauses == [0.5]


@pytest.mark.parametrize("failures", [1, 2])
def test_the_first_good_answer_counts(failures: int) -> None:
    """A second or third attempt that succeeds is a success."""
    wire = Wire(*[ConnectionResetError()] * failures, TOKEN)

    assert wire.amazon.refresh(APP, REFRESH) == Tokens(ACCESS, REFRESH)
    assert wire.pauses == [0.5, 2.0][:failures]


# Over a real wire.


@dataclass
class Server:
    """A loopback server that gives one answer to everything and keeps what it was sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = TOKEN.body
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
        pytest.param(Server(503, body=HTML.body), "HTTP 503", id="503"),
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
    _assert_silent(failure.value)


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
    _assert_silent(refusal.value)


def test_a_slash_more(serve: Callable[[Server], Server]) -> None:
    """A base address may end in a slash."""
    server = serve(Server(body=b'{"payload":[]}'))
    amazon = Amazon(Endpoints(base_url=f"{server.url}/{{region}}/"), sleep=lambda _: None)
    amazon.participations("FE", ACCESS)

    assert server.seen[0][1] == f"/fe{PATH}"


def test_no_token_in_a_repr() -> None:
    """Tokens and answers show nothing when they are printed."""
    assert CANARY not in repr((Tokens(ACCESS, REFRESH), TOKEN))


def _assert_silent(error: BaseException) -> None:
    """Neither the text nor a printed traceback with its chain hold the canary."""
    assert CANARY not in "".join((repr(error), *traceback.format_exception(error)))
    assert error.__suppress_context__ or error.__context__ is None
