"""Payloads: what lies in a secret is read strictly, written in one order, and never quoted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.payload import OWN, App, Credential, MalformedPayload, Offer
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "Atzr|PLACEHOLDER-CANARY"
TEXTS = st.text(st.characters(), min_size=1)
APPS = st.builds(App, TEXTS, TEXTS)
CREDENTIALS = st.builds(
    Credential,
    seller=TEXTS,
    region=TEXTS,
    marketplace_id=TEXTS,
    client_id=TEXTS,
    client_secret=TEXTS,
    refresh_token=TEXTS,
    app_version=TEXTS,
    selling_partner_id=st.none() | TEXTS,
    profiles=st.sampled_from([(), ("npm",), ("laravel",), ("npm", "laravel")]),
)
OFFERS = st.one_of(
    st.builds(Offer, TEXTS, TEXTS),
    st.builds(Offer, TEXTS, st.none() | TEXTS, TEXTS, TEXTS),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)

APP = App("amzn1.application-oa2-client.PLACEHOLDER", "PLACEHOLDER-SECRET")
CREDENTIAL = Credential(
    seller="berlin",
    region="EU",
    marketplace_id="A1PA6795UKMFR9",
    client_id=APP.client_id,
    client_secret=APP.client_secret,
    refresh_token="Atzr|PLACEHOLDER",
    app_version="00000000-0000-4000-8000-000000000009",
    selling_partner_id="APLACEHOLDER2",
)
OFFER = Offer("berlin", "Atzr|PLACEHOLDER-RENEWED", APP.client_id, APP.client_secret)
SAMPLES = [
    pytest.param(App.from_json, APP.to_json(), id="app"),
    pytest.param(Credential.from_json, CREDENTIAL.to_json(), id="credential"),
    pytest.param(Offer.from_json, OFFER.to_json(), id="offer"),
]
PLACES = [
    pytest.param(read.values[0], read.values[1], key, id=f"{read.id} {key}")
    for read in SAMPLES
    for key in json.loads(str(read.values[1]))
]


@given(APPS | CREDENTIALS | OFFERS)
def test_what_is_written_is_read(payload: App | Credential | Offer) -> None:
    """Every payload of non-empty strings, whatever characters they hold, is read back as it was."""
    assert type(payload).from_json(payload.to_json()) == payload


@given(CREDENTIALS)
def test_a_secret_is_flat_and_fits(credential: Credential) -> None:
    """A value is one flat JSON object of non-empty strings in ASCII, which every reader can take (clients.md 5)."""
    text = credential.to_json()

    assert text.isascii()
    assert all(isinstance(value, str) and value for value in json.loads(text).values())


def test_the_longest_credential_fits_a_secret() -> None:
    """Amazon's longest values, three times over, stay far under Secrets Manager's 65,536 bytes (aws.md 5.1)."""
    longest = replace(CREDENTIAL, refresh_token="Atzr|" + "x" * 2043, client_id="x" * 100, client_secret="x" * 1000)

    assert len(longest.to_json()) < 65536 / 4


def test_the_app_secret() -> None:
    """The app secret has exactly the two keys that Amazon's Java samples take (clients.md 5.1)."""
    assert APP.to_json() == (
        '{"AppClientId":"amzn1.application-oa2-client.PLACEHOLDER","AppClientSecret":"PLACEHOLDER-SECRET"}'
    )


def test_the_seller_secret() -> None:
    """A seller's secret has the keys of clients.md 5.2 and two of ours, in one order, every alias filled."""
    assert json.loads(CREDENTIAL.to_json(), object_pairs_hook=list) == [
        ("SELLERKEYS_SELLER", "berlin"),
        ("SP_API_REFRESH_TOKEN", "Atzr|PLACEHOLDER"),
        ("LWA_REFRESH_TOKEN", "Atzr|PLACEHOLDER"),
        ("refreshToken", "Atzr|PLACEHOLDER"),
        ("LWA_APP_ID", "amzn1.application-oa2-client.PLACEHOLDER"),
        ("LWA_CLIENT_ID", "amzn1.application-oa2-client.PLACEHOLDER"),
        ("SP_API_CLIENT_ID", "amzn1.application-oa2-client.PLACEHOLDER"),
        ("clientId", "amzn1.application-oa2-client.PLACEHOLDER"),
        ("LWA_CLIENT_SECRET", "PLACEHOLDER-SECRET"),
        ("SP_API_CLIENT_SECRET", "PLACEHOLDER-SECRET"),
        ("clientSecret", "PLACEHOLDER-SECRET"),
        ("regionCode", "EU"),
        ("marketplaceId", "A1PA6795UKMFR9"),
        ("SELLERKEYS_APP_VERSION", "00000000-0000-4000-8000-000000000009"),
        ("SP_API_REGION", "eu"),
        ("sellerId", "APLACEHOLDER2"),
    ]


def test_the_selling_partner_id_may_be_missing() -> None:
    """Only `sellerId` may be left out, for a seller whose id nobody knows yet."""
    unknown = replace(CREDENTIAL, selling_partner_id=None)

    assert "sellerId" not in json.loads(unknown.to_json())
    assert Credential.from_json(unknown.to_json()) == unknown


def test_an_offer_holds_only_what_changes() -> None:
    """An offer names its seller and the keys that are to change, no other (design.md 4)."""
    assert Offer("berlin", "Atzr|PLACEHOLDER").to_json() == (
        '{"SELLERKEYS_SELLER":"berlin","SP_API_REFRESH_TOKEN":"Atzr|PLACEHOLDER"}'
    )


@given(st.text() | JSON.map(json.dumps))
def test_everything_else_is_refused(text: str) -> None:
    """Whatever else lies in a secret, JSON or not, is a MalformedPayload and no other failure."""
    for read in (App.from_json, Credential.from_json, Offer.from_json):
        with pytest.raises(MalformedPayload):
            read(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "the value is not JSON", id="empty"),
        pytest.param("{'AppClientId': 1}", "the value is not JSON", id="not JSON"),
        pytest.param("[" * 65536, "the value is not JSON", id="nested too deeply"),
        pytest.param("9" * 5000, "the value is not JSON", id="a number too long"),
        pytest.param("null", "the value is not a JSON object", id="null"),
        pytest.param('["AppClientId"]', "the value is not a JSON object", id="a list"),
        pytest.param("{}", "missing AppClientId, AppClientSecret", id="no key"),
        pytest.param('{"AppClientId":"x"}', "missing AppClientSecret", id="one key"),
        pytest.param('{"AppClientId":"x","AppClientSecret":"x","Note":"x"}', "1 unknown key(s)", id="a third key"),
        pytest.param(
            '{"AppClientId":"","AppClientSecret":null}',
            "AppClientId, AppClientSecret: every value has to be a non-empty string",
            id="empty values",
        ),
        pytest.param(
            '{"AppClientId":"x","AppClientSecret":"x","AppClientSecret":"y"}', "a key stands twice", id="a key twice"
        ),
    ],
)
def test_why_an_app_secret_is_refused(text: str, why: str) -> None:
    """The reason names what is wrong."""
    with pytest.raises(MalformedPayload) as refusal:
        App.from_json(text)

    assert str(refusal.value) == why


def test_aliases_have_to_agree() -> None:
    """Two clients that read the same secret under two names must never get two credentials."""
    flat = json.loads(CREDENTIAL.to_json()) | {"refreshToken": "Atzr|PLACEHOLDER-OTHER"}

    with pytest.raises(MalformedPayload) as refusal:
        Credential.from_json(json.dumps(flat))

    assert str(refusal.value) == (
        "the aliases SP_API_REFRESH_TOKEN, LWA_REFRESH_TOKEN, refreshToken do not hold the same value"
    )


def test_both_regions_have_to_agree() -> None:
    """`SP_API_REGION` is `regionCode` in small letters, or two clients would ask two hosts."""
    flat = json.loads(CREDENTIAL.to_json()) | {"SP_API_REGION": "na"}

    with pytest.raises(MalformedPayload) as refusal:
        Credential.from_json(json.dumps(flat))

    assert str(refusal.value) == "SP_API_REGION is not regionCode in small letters"


@pytest.mark.parametrize("value", [[CANARY], {CANARY: CANARY}, None, 7, "", True])
@pytest.mark.parametrize(("read", "text", "key"), PLACES)
def test_a_wrong_value_is_not_quoted(read: Callable[[str], object], text: str, key: str, value: object) -> None:
    """Every key has to hold a non-empty string; what it holds instead stands nowhere in the error."""
    flat = dict.fromkeys(json.loads(text), CANARY) | {key: value}

    with pytest.raises(MalformedPayload) as refusal:
        read(json.dumps(flat))

    assert str(refusal.value) == f"{key}: every value has to be a non-empty string"
    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize(("read", "text"), SAMPLES)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda flat: json.dumps({**flat, CANARY: CANARY}), id="a key more"),
        pytest.param(lambda flat: json.dumps({**flat, CANARY: 7}), id="a key more, not a string"),
        pytest.param(lambda flat: json.dumps(dict(list(flat.items())[1:])), id="a key less"),
        pytest.param(lambda flat: json.dumps(flat)[:-1], id="cut off"),
        pytest.param(lambda flat: json.dumps(list(flat.values())), id="a list"),
        pytest.param(lambda _: json.dumps(CANARY), id="a string"),
        pytest.param(lambda _: CANARY, id="the token alone"),
    ],
)
def test_a_wrong_document_is_not_quoted(
    read: Callable[[str], object], text: str, spoil: Callable[[dict[str, Any]], str]
) -> None:
    """Whatever is wrong with a document, nothing of it stands in the error, keys that are not ours included."""
    with pytest.raises(MalformedPayload) as refusal:
        read(spoil(dict.fromkeys(json.loads(text), CANARY)))

    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize(
    "payload",
    [
        App("id", CANARY),
        replace(CREDENTIAL, client_secret=CANARY, refresh_token=CANARY),
        Offer("berlin", CANARY, "id", CANARY),
    ],
)
def test_no_secret_in_a_repr(payload: App | Credential | Offer) -> None:
    """A payload that ends up in a log by accident shows neither token nor client secret."""
    assert CANARY not in repr(payload)


@pytest.mark.parametrize("empty", ["client_id", "client_secret", "refresh_token", "seller"])
def test_nothing_empty_is_written(empty: str) -> None:
    """An empty field is refused when it is written, not when a client fails on it."""
    with pytest.raises(MalformedPayload, match="must not be empty"):
        replace(CREDENTIAL, **{empty: ""}).to_json()


def test_an_offer_lays_over_what_is_there() -> None:
    """An offer replaces what it holds and keeps everything else."""
    own = replace(CREDENTIAL, app_version=OWN)

    assert Offer("berlin", "Atzr|PLACEHOLDER-NEW").over(CREDENTIAL) == replace(
        CREDENTIAL, refresh_token="Atzr|PLACEHOLDER-NEW"
    )
    assert Offer("berlin", client_id="id", client_secret="PLACEHOLDER").over(own) == replace(
        own, client_id="id", client_secret="PLACEHOLDER"
    )


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        pytest.param(Offer("maple", CANARY), "the offer was made for another seller", id="another seller's"),
        pytest.param(
            Offer("berlin", CANARY, "id", CANARY),
            "the offer brings an application, but this seller uses the shared one",
            id="another kind's",
        ),
    ],
)
def test_an_offer_that_does_not_fit(offer: Offer, why: str) -> None:
    """An offer is laid over its own seller's credential only, an application only over an own one."""
    with pytest.raises(MalformedPayload) as refusal:
        offer.over(CREDENTIAL)

    assert str(refusal.value) == why
    assert_silent(refusal.value, CANARY)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "an offer has to change something"),
        (
            {"refresh_token": CANARY, "client_id": "id"},
            "an offered application needs both LWA_CLIENT_ID and LWA_CLIENT_SECRET",
        ),
        ({"client_secret": CANARY}, "an offered application needs both LWA_CLIENT_ID and LWA_CLIENT_SECRET"),
    ],
    ids=["nothing", "client id alone", "client secret alone"],
)
def test_half_an_offer(fields: dict[str, str], why: str) -> None:
    """An offer changes something, and an application comes whole."""
    with pytest.raises(MalformedPayload) as refusal:
        Offer("berlin", **fields)

    assert str(refusal.value) == why


def test_a_new_client_secret_keeps_the_authorization() -> None:
    """Recomposing changes the application and its version, nothing else."""
    composed = CREDENTIAL.with_app(App("id", "PLACEHOLDER-NEW"), OWN)

    assert composed == replace(CREDENTIAL, client_id="id", client_secret="PLACEHOLDER-NEW", app_version=OWN)
    assert composed.has_own_application
    assert composed.app == App("id", "PLACEHOLDER-NEW")


def test_profiles_add_names() -> None:
    """A profile's names hold the same values as ours, and stand behind them."""
    flat = json.loads(replace(CREDENTIAL, profiles=("npm", "laravel")).to_json())

    assert {key: value for key, value in flat.items() if key.startswith(("SELLING", "SPAPI"))} == {
        "SELLING_PARTNER_APP_CLIENT_ID": APP.client_id,
        "SELLING_PARTNER_APP_CLIENT_SECRET": APP.client_secret,
        "SPAPI_LWA_CLIENT_ID": APP.client_id,
        "SPAPI_LWA_CLIENT_SECRET": APP.client_secret,
        "SPAPI_LWA_REFRESH_TOKEN": "Atzr|PLACEHOLDER",
        "SPAPI_ENDPOINT_REGION": "EU",
    }


def test_half_a_profile_is_refused() -> None:
    """Some names of a profile without the others were not written by sellerkeys."""
    flat = json.loads(replace(CREDENTIAL, profiles=("npm",)).to_json())
    del flat["SELLING_PARTNER_APP_CLIENT_ID"]

    with pytest.raises(MalformedPayload, match=r"^the names of npm are not all there$"):
        Credential.from_json(json.dumps(flat))


def test_a_profiles_name_that_disagrees_is_refused() -> None:
    """A further name with another value than ours would make two clients differ."""
    flat = json.loads(replace(CREDENTIAL, profiles=("npm",)).to_json())
    flat["SELLING_PARTNER_APP_CLIENT_ID"] = "other"

    with pytest.raises(MalformedPayload) as refused:
        Credential.from_json(json.dumps(flat))

    assert str(refused.value) == (
        "the aliases LWA_APP_ID, LWA_CLIENT_ID, SP_API_CLIENT_ID, clientId, SELLING_PARTNER_APP_CLIENT_ID do not hold "
        "the same value"
    )
