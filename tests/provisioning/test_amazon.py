"""Amazon's client: what it sends, how it takes every answer, and that no token ever leaves by another way."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import causes
from provisioning.amazon import NOTIFICATIONS, Amazon, Answer, Endpoints, Participation, Tokens
from provisioning.errors import AmazonRefused, Unreachable
from provisioning.payload import App
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.causes import Cause

CANARY = "PLACEHOLDER-CANARY"
APP = App("amzn1.application-oa2-client.PLACEHOLDER", f"amzn1.oa2-cs.v1.{CANARY}")
REFRESH = f"Atzr|{CANARY}"
ACCESS = f"Atza|{CANARY}"
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
    assert_silent(refusal.value, CANARY)


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
    assert_silent(refusal.value, CANARY)


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
    assert_silent(failure.value, CANARY)


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

    assert_silent(failure.value, CANARY)


@pytest.mark.parametrize("token", [7, [CANARY], {"a": CANARY}, True])
def test_a_refresh_token_that_is_none(token: object) -> None:
    """A refresh token that is no text must never replace the one that works."""
    with pytest.raises(Unreachable) as failure:
        Wire(answer(access_token=ACCESS, refresh_token=token)).amazon.refresh(APP, REFRESH)

    assert_silent(failure.value, CANARY)


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
    assert_silent(failure.value, CANARY)


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
    assert_silent(failure.value, CANARY)


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


def test_no_token_in_a_repr() -> None:
    """Tokens and answers show nothing when they are printed."""
    assert CANARY not in repr((Tokens(ACCESS, REFRESH), TOKEN))
