"""The four steps of a rotation, on both kinds of application, with and without an offer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from provisioning.amazon import Amazon, Endpoints
from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable
from provisioning.fingerprint import stores_print
from provisioning.payload import OWN, App, Credential, Offer
from provisioning.rotation.steps import Disagreement, Recipe, Rotation
from provisioning.rotation.versions import NotRotating, Standing
from provisioning.store import Store
from tests.fakes.amazon import FakeAmazon
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from datetime import datetime

APP_SECRET = "sellerkeys/dev/app"
SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
OLD = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-OLD-SECRET")
NEW = App(OLD.client_id, "PLACEHOLDER-SHARED-SECRET")
TOKEN = "Atzr|PLACEHOLDER-BERLIN"
RENEWED = "Atzr|PLACEHOLDER-RENEWED"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIRST_VERSION = "00000000-0000-4000-8000-000000000001"
APP_VERSION = "00000000-0000-4000-8000-00000000000a"
OFFER_VERSION = "00000000-0000-4000-8000-00000000000f"
LATE_VERSION = "00000000-0000-4000-8000-0000000000ff"
OFFERED_TOKEN = "Atzr|PLACEHOLDER-OFFERED"
REFUSED_NOW = dict.fromkeys(("refused", "refused-since"), "2026-11-24T12:00:00Z")


def kept(version: str) -> dict[str, str]:
    """The labels of an offer that was put aside."""
    return {"SELLERKEYS_KEPT": version, f"SELLERKEYS_OFFER_{version}": version}


def credential(**changes: str) -> Credential:
    """Berlin's credential, composed with the old client secret."""
    fields = {
        "seller": "berlin",
        "region": "EU",
        "marketplace_id": "A1PA6795UKMFR9",
        "client_id": OLD.client_id,
        "client_secret": OLD.client_secret,
        "refresh_token": TOKEN,
        "app_version": "00000000-0000-4000-8000-000000000009",
    }
    return Credential(**fields | changes)


class Bench:
    """One seller's secret, its rotation, and AWS calling the steps."""

    def __init__(self, amazon: FakeAmazon, now: datetime, current: Credential | None = None) -> None:
        self.aws = FakeSecretsManager()
        self.amazon = amazon
        self.held = self.aws.declare(SECRET)
        self.aws.declare(APP_SECRET)
        self._put(APP_SECRET, NEW.to_json(), APP_VERSION)
        self._put(SECRET, (current or credential()).to_json(), FIRST_VERSION)
        self.now = now
        self.recipe = Recipe(APP_SECRET)
        self.aws.calls.clear()

    def _put(self, name: str, text: str, version: str, label: str = "AWSCURRENT") -> None:
        self.aws.put_secret_value(SecretId=name, SecretString=text, ClientRequestToken=version, VersionStages=[label])

    def offer(self, offer: Offer, version: str = OFFER_VERSION) -> None:
        self._put(SECRET, offer.to_json(), version, "SELLERKEYS_OFFERED")
        self.aws.calls.clear()

    def step(self, step: str, token: str) -> Standing:
        client = Amazon(Endpoints(), send=self.amazon, sleep=lambda _: None)
        rotation = Rotation(Store(self.aws), client, self.recipe, lambda: self.now, lambda: LATE_VERSION)
        return rotation.run(step, self.held.arn, token)

    def rotate(self) -> str:
        """Run a whole rotation as AWS does; returns its token."""
        token = self.aws.begin_rotation(SECRET)
        for step in STEPS:
            self.step(step, token)
        return token

    @property
    def current(self) -> Credential:
        return Credential.from_json(self.held.current() or "")

    @property
    def tags(self) -> dict[str, str]:
        return {key.removeprefix("sellerkeys-state:"): value for key, value in self.held.tags.items()}

    @property
    def labels(self) -> dict[str, str]:
        """Which version holds which label."""
        return {label: version for version, labels in self.held.labels.items() for label in labels}


@pytest.fixture
def bench(amazon: FakeAmazon, now: datetime) -> Bench:
    """A seller whose secret still has the old client secret, while the app secret has the new one."""
    return Bench(amazon, now)


def test_recomposes_with_the_newest_client_secret(bench: Bench) -> None:
    """A rotation lays the newest client secret over AWSCURRENT and keeps the refresh token."""
    token = bench.rotate()

    assert bench.current == credential(client_secret=NEW.client_secret, app_version=APP_VERSION)
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}
    assert bench.tags == {
        "status": "active",
        "cause": "",
        "proven": "2026-11-24T12:00:00Z",
        "app": APP_VERSION,
        "stores": stores_print(bench.held.arn, [("A1PA6795UKMFR9", "A store")]),
    }


def test_a_renamed_store_is_noted(bench: Bench) -> None:
    """A renewal at Amazon's own entries is recognised by the stores of the last proof, whoever proved."""
    bench.rotate()
    bench.amazon.stores[TOKEN] = "Another name"

    bench.rotate()

    assert bench.tags["stores"] == stores_print(bench.held.arn, [("A1PA6795UKMFR9", "Another name")])


def test_calls_of_a_rotation(bench: Bench) -> None:
    """A rotation costs twelve calls to AWS, and one proof and one refresh at Amazon (issue 4's limit)."""
    bench.rotate()
    bench.aws.calls.clear()
    bench.amazon.calls.clear()

    bench.rotate()

    assert bench.aws.calls == [
        *("DescribeSecret", "GetSecretValue", "GetSecretValue", "GetSecretValue", "PutSecretValue"),
        *("DescribeSecret", "GetSecretValue", "GetSecretValue"),
        *("DescribeSecret", "GetSecretValue", "UpdateSecretVersionStage", "TagResource"),
    ]
    assert bench.amazon.calls == ["/auth/o2/token", "/auth/o2/token", "/sellers/v1/marketplaceParticipations"]


def test_own_application_is_left_alone(amazon: FakeAmazon, now: datetime) -> None:
    """A seller's own application is never overwritten by the shared one, nor the app secret read."""
    own = credential(client_secret=NEW.client_secret, app_version=OWN)
    bench = Bench(amazon, now, own)

    bench.rotate()

    assert bench.current == own
    assert bench.tags["app"] == "own"


def test_a_changed_refresh_token_is_stored_before_the_proof(bench: Bench) -> None:
    """Should Amazon answer with another refresh token, it lies in AWSPENDING before anything else can fail."""
    bench.amazon.replaces[TOKEN] = RENEWED
    token = bench.aws.begin_rotation(SECRET)

    bench.step("createSecret", token)

    assert Credential.from_json(bench.held.values[token] or "").refresh_token == RENEWED


def test_a_refresh_token_that_comes_late_is_offered(bench: Bench) -> None:
    """One that comes only during testSecret cannot go into AWSPENDING any more: it is put on offer."""
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)

    assert json.loads(bench.held.values[bench.labels["SELLERKEYS_OFFERED"]] or "") == {
        "SELLERKEYS_SELLER": "berlin",
        "SP_API_REFRESH_TOKEN": RENEWED,
        "regionCode": "EU",
    }


def test_an_offer_is_taken_up(bench: Bench) -> None:
    """An offered token is laid over AWSCURRENT, proven, made current, and no longer on offer."""
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED))

    token = bench.rotate()

    assert bench.current.refresh_token == RENEWED
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}


def test_a_refused_offer_leaves_the_old_credential(bench: Bench) -> None:
    """An offered token that Amazon refuses is dropped, the cause noted, and the next rotation starts afresh."""
    bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(AmazonRefused):
        bench.step("createSecret", token)

    assert bench.current == credential()
    assert bench.labels == {"AWSCURRENT": FIRST_VERSION}
    assert bench.tags == {"status": "offer-refused", "cause": "invalid_grant"}


def test_an_offer_is_not_blamed_for_the_application(bench: Bench) -> None:
    """Where the shared client secret is wrong, the offered token is kept for a rotation that can prove it."""
    bench.amazon.apps[NEW.client_id] = "PLACEHOLDER-YET-ANOTHER"
    bench.offer(Offer("berlin", RENEWED))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(AmazonRefused):
        bench.step("createSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION, "SELLERKEYS_OFFERED": OFFER_VERSION}
    assert bench.tags == {"status": "refused", "cause": "invalid_client", **REFUSED_NOW}


def test_an_offer_put_while_a_rotation_runs_is_kept(bench: Bench) -> None:
    """An offer that came after createSecret is not in AWSPENDING, so testSecret leaves it on offer."""
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.offer(Offer("berlin", RENEWED))
    bench.step("testSecret", token)
    bench.step("finishSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == OFFER_VERSION


def test_another_sellers_offer_is_dropped(bench: Bench) -> None:
    """An offer that names another seller never reaches AWSPENDING."""
    bench.offer(Offer("maple", RENEWED))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(Disagreement, match="was dropped: the offer was made for another seller"):
        bench.step("createSecret", token)

    assert "SELLERKEYS_OFFERED" not in bench.labels


def test_another_sellers_pending_version_is_refused(bench: Bench) -> None:
    """A pending version that names another seller than AWSCURRENT is never proven, let alone finished."""
    token = bench.aws.begin_rotation(SECRET)
    bench.held.values[token] = credential(seller="maple").to_json()

    with pytest.raises(Disagreement):
        bench.step("testSecret", token)


def test_refused_for_good(bench: Bench) -> None:
    """Where SP-API refuses the recomposed credential, it is taken back: nothing stays stuck in AWSPENDING."""
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.expired.add(NEW.client_id)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION}
    assert bench.tags == {"status": "refused", "cause": "client_secret_expired", **REFUSED_NOW}


def test_the_only_good_copy_goes_forward(bench: Bench) -> None:
    """A changed refresh token in a version that cannot go on is put on offer before that version is taken back."""
    bench.amazon.replaces[TOKEN] = RENEWED
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.expired.add(NEW.client_id)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == LATE_VERSION
    assert "AWSPENDING" not in bench.labels
    assert bench.current == credential()

    bench.amazon.expired.clear()
    bench.amazon.replaces.clear()
    bench.rotate()

    assert bench.current.refresh_token == RENEWED


def test_a_renewed_offer_that_is_at_fault_is_kept(bench: Bench) -> None:
    """A token that only a refused version holds is put aside where the offer it came from is to blame."""
    bench.amazon.tokens[OFFERED_TOKEN] = (NEW.client_id, ("A1VC38T7YXB528",))
    bench.amazon.replaces[OFFERED_TOKEN] = RENEWED
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION, **kept(LATE_VERSION)}
    assert Offer.from_json(bench.held.values[LATE_VERSION] or "").refresh_token == RENEWED
    assert (bench.tags["status"], bench.tags["cause"]) == ("offer-refused", "marketplace_missing")


def test_neither_of_two_tokens_is_lost(bench: Bench) -> None:
    """A token that comes late while somebody else's offer is outstanding is put aside, and the offer stays."""
    bench.amazon.tokens[OFFERED_TOKEN] = bench.amazon.tokens[TOKEN]
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == OFFER_VERSION
    assert bench.labels["SELLERKEYS_KEPT"] == LATE_VERSION


@pytest.mark.parametrize("abandons", [False, True])
def test_a_late_token_is_current_after_the_next_rotation(bench: Bench, *, abandons: bool) -> None:
    """Whether or not the put of a late token abandons the rotation (aws.md 2.6), the next one makes it current."""
    bench.aws.any_label_abandons = abandons
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)
    del bench.amazon.tokens[TOKEN]

    assert ("AWSPENDING" in bench.labels) is not abandons
    if not abandons:
        bench.step("finishSecret", token)
    bench.rotate()
    assert bench.current.refresh_token == RENEWED
    assert "SELLERKEYS_OFFERED" not in bench.labels


def test_an_abandoned_rotations_labels_go_with_the_next(bench: Bench) -> None:
    """A rotation that was abandoned never says that its labels have served; the next createSecret takes them off."""
    bench.aws.any_label_abandons = True
    bench.amazon.tokens[OFFERED_TOKEN] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    abandoned = bench.aws.begin_rotation(SECRET)
    bench.held.attach(f"SELLERKEYS_OFFER_{OFFER_VERSION}", OFFER_VERSION)
    bench.step("createSecret", abandoned)
    bench.amazon.replaces[OFFERED_TOKEN] = RENEWED
    bench.step("testSecret", abandoned)
    assert bench.labels[f"SELLERKEYS_OFFER_{OFFER_VERSION}"] == abandoned

    bench.step("createSecret", bench.aws.begin_rotation(SECRET))

    assert f"SELLERKEYS_OFFER_{OFFER_VERSION}" not in bench.labels
    assert "SELLERKEYS_OFFERED" in bench.labels


def test_another_selling_partner_waits(amazon: FakeAmazon, now: datetime) -> None:
    """An offer that changes the selling partner id is sent to wait, and AWSCURRENT is rotated without it."""
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))

    token = bench.rotate()

    assert (bench.current.refresh_token, bench.current.selling_partner_id) == (TOKEN, "APLACEHOLDER2")
    assert bench.labels == {
        "AWSCURRENT": token,
        "AWSPENDING": token,
        "AWSPREVIOUS": FIRST_VERSION,
        "SELLERKEYS_WAITING": OFFER_VERSION,
    }


def test_an_approved_selling_partner_is_taken_up(amazon: FakeAmazon, now: datetime) -> None:
    """With a person's approval the same offer is proven and made current, and its labels go."""
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))
    bench.held.attach("SELLERKEYS_APPROVED", OFFER_VERSION)

    token = bench.rotate()

    assert (bench.current.refresh_token, bench.current.selling_partner_id) == (RENEWED, "APLACEHOLDER9")
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}


def test_a_refusal_of_an_offer_is_not_forgotten(bench: Bench) -> None:
    """The rotations after it prove the old credential and leave the refusal for whoever handed the offer in."""
    bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    refused = bench.aws.begin_rotation(SECRET)
    with pytest.raises(AmazonRefused):
        bench.step("createSecret", refused)

    bench.rotate()

    assert (bench.tags["status"], bench.tags["cause"]) == ("offer-refused", "invalid_grant")
    assert bench.tags["proven"] == "2026-11-24T12:00:00Z"


def test_a_secret_that_never_had_a_value(now: datetime, amazon: FakeAmazon) -> None:
    """Rotation turned on too early leaves an empty AWSPENDING; the step takes it back, so that a value can come."""
    bench = Bench(amazon, now)
    bench.held.values.clear()
    bench.held.labels.clear()
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(NotRotating, match="never held a value"):
        bench.step("createSecret", token)

    assert bench.labels == {}


def test_an_outage_is_no_refusal(bench: Bench) -> None:
    """While Amazon is down nothing is noted against the seller and the pending version stays for the retry."""
    token = bench.aws.begin_rotation(SECRET)
    bench.amazon.down = True

    with pytest.raises(Unreachable):
        bench.step("createSecret", token)

    assert bench.labels["AWSPENDING"] == token
    assert bench.tags == {}


def test_test_alone(bench: Bench) -> None:
    """Under RotateImmediately=false testSecret runs alone, with no value pending: AWSCURRENT is tested (aws.md 2.4)."""
    bench.amazon.apps[OLD.client_id] = OLD.client_secret
    token = bench.aws.begin_rotation(SECRET)

    bench.step("testSecret", token)

    assert bench.amazon.calls == ["/auth/o2/token", "/sellers/v1/marketplaceParticipations"]
    assert bench.current == credential()


@pytest.mark.parametrize("step", ["createSecret", "testSecret"])
def test_a_finished_version_is_left_alone(bench: Bench, step: str) -> None:
    """A step for a version that is current already succeeds and does nothing (aws.md 2.2)."""
    token = bench.rotate()
    bench.aws.calls.clear()

    assert bench.step(step, token) is Standing.FINISHED
    assert bench.aws.calls == ["DescribeSecret"]


def test_what_was_not_said_is_said_by_the_retry(bench: Bench) -> None:
    """A finish that died behind the label move has not written its tags; AWS's retry writes them."""
    token = bench.rotate()
    said = dict(bench.held.tags)
    stores = said["sellerkeys-state:stores"]
    bench.held.tags.clear()
    bench.held.tags["sellerkeys-state:stores"] = stores

    assert bench.step("finishSecret", token) is Standing.FINISHED
    assert bench.held.tags == said


@pytest.mark.parametrize("step", ["createSecret", "testSecret", "finishSecret"])
def test_only_the_pending_version(bench: Bench, step: str) -> None:
    """A step for a version that is not pending fails and does nothing."""
    token = bench.aws.begin_rotation(SECRET)
    bench.held.labels[token].clear()

    with pytest.raises(NotRotating):
        bench.step(step, token)


@pytest.mark.parametrize("abandons", [False, True])
@pytest.mark.parametrize("kind", ["plain", "offer", "approved", "changed token", "refused offer", "dead app"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call(now: datetime, kind: str, when: str, *, abandons: bool) -> None:
    """Killed before or after any call to AWS, AWS's retry and one more rotation reach the undisturbed end state."""
    undisturbed = _bench(now, kind, abandons=abandons)
    _run(undisturbed)
    calls = list(undisturbed.aws.calls)
    _run(undisturbed)
    for number in range(1, len(calls) + 1):
        disturbed = _bench(now, kind, abandons=abandons)
        disturbed.aws.die(when, number)
        with pytest.raises(Crash):
            _run(disturbed)
        disturbed.aws.live()
        _run(disturbed)
        _run(disturbed)

        assert _outcome(disturbed) == _outcome(undisturbed), f"{when} {calls[number - 1]}, call {number}"


def _bench(now: datetime, kind: str, *, abandons: bool) -> Bench:
    tokens = dict.fromkeys((TOKEN, RENEWED), (NEW.client_id, ("A1PA6795UKMFR9",)))
    replaces = {TOKEN: RENEWED} if kind in {"changed token", "dead app"} else {}
    amazon = FakeAmazon({NEW.client_id: NEW.client_secret}, tokens, replaces)
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.aws.any_label_abandons = abandons
    if kind == "offer":
        bench.offer(Offer("berlin", RENEWED))
    if kind == "approved":
        bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))
        bench.held.attach("SELLERKEYS_APPROVED", OFFER_VERSION)
    if kind == "refused offer":
        bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    if kind == "dead app":
        amazon.expired.add(NEW.client_id)
    return bench


def _run(bench: Bench) -> None:
    """Play AWS: go on with the rotation that is pending, or begin one; a step that fails ends the attempt."""
    pending = bench.held.holder("AWSPENDING")
    token = pending if pending and pending != bench.held.holder("AWSCURRENT") else bench.aws.begin_rotation(SECRET)
    for step in STEPS:
        try:
            bench.step(step, token)
        except SellerkeysError:
            return


def _outcome(bench: Bench) -> dict[str, object]:
    """What has to be the same: the current value, which values our labels and AWS's stand on, the state tags."""
    values = {label: bench.held.values[version] for label, version in bench.labels.items()}
    ours = {label: value for label, value in values.items() if not label.startswith(("SELLERKEYS_OFFER_", "AWSPREV"))}
    return {"current": bench.current, "labels": ours, "tags": bench.tags}


def test_a_fleets_further_names_come_with_the_next_rotation(bench: Bench) -> None:
    """A profile that the configuration gained is in the next version; one that it lost is gone from the one after."""
    bench.recipe = Recipe(APP_SECRET, ("npm", "laravel"))
    bench.rotate()
    assert bench.current.profiles == ("npm", "laravel")

    bench.recipe = Recipe(APP_SECRET)
    bench.rotate()
    assert bench.current.profiles == ()
