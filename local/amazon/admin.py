"""The bench's own way into Amazon: JSON under `/_bench/`, for tests in other processes and for people with curl.

| request | body (`?`: may be left out) | answer |
|---|---|---|
| `POST /_bench/applications` | `kind`?, `scopes`?, `roles`?, `application_id`? | it, `client_id`, `client_secret` |
| `POST /_bench/client-secrets` | `client_id`, `message`? | `client_secret`; the one before works 7 more days |
| `PUT /_bench/subscriptions` | `client_id`, two queues' ARNs (`bodies.py`), `notice_days`? | `subscription_id` |
| `GET /_bench/messages` | | `messages` to queues so far; types and outcomes, never a content |
| `POST /_bench/sellers` | `region`, `marketplaces`, `selling_partner_id`? and more (`bodies.py`) | its id |
| `POST /_bench/authorizations` | `client_id`, `selling_partner_id`, `region`, `consented_on`? | `refresh_token` |
| `POST /_bench/revoke` | `selling_partner_id`, `client_id`? | `revoked`: how many |
| `PUT /_bench/faults` | `kind`, `client_id`?, `selling_partner_id`?, `answers`?, `seconds`? (`faults.py`) | `faults` |
| `DELETE /_bench/faults` | | `faults`: none |
| `GET /_bench/faults` | | `faults` in force |
| `GET /_bench/calls` | | `calls` so far; ids and outcomes, never a token |

What belongs to consents is in `consent_admin.py`.

What is made is answered 201, the rest 200. A body that does not fit is answered 400, an id that nobody has 404, each
with one sentence in `error`.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from local.amazon.bodies import (
    NewApplication,
    NewAuthorization,
    NewClientSecret,
    NewSeller,
    NewSubscription,
    Revocation,
)
from local.amazon.faults import Fault
from local.amazon.messages import Answer, json_answer, read_json_object
from local.amazon.registry import UnknownToAmazon
from local.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.calls import Call, Calls
    from local.amazon.consent_admin import ConsentAdmin
    from local.amazon.faults import Faults
    from local.amazon.messages import Request
    from local.amazon.notifying import Notifying
    from local.amazon.registry import Registry

ADMIN_PREFIX: Final = "/_bench/"


class Admin:
    """Answers the requests of the module's table."""

    def __init__(
        self, registry: Registry, faults: Faults, calls: Calls, notifying: Notifying, consent: ConsentAdmin
    ) -> None:
        self._registry = registry
        self._notifying = notifying
        self._faults = faults
        self._calls = calls
        self._consent = consent

    def answer(self, request: Request) -> Answer:
        """Answer one request under `/_bench/`; raises nothing."""
        asked = (request.method, request.path.removeprefix(ADMIN_PREFIX))
        ours = self.ACTIONS.get(asked)
        action = partial(ours, self) if ours else self._consent.action(*asked)
        if action is None:
            return _sorry(404, f"the bench's Amazon has no {request.method} {request.path}")
        body = read_json_object(request.body or b"{}")
        if body is None:
            return _sorry(400, "the body is not a JSON object")
        try:
            return action(body)
        except UnknownToAmazon as error:
            return _sorry(404, str(error))
        except ValueError as error:
            return _sorry(400, str(error))

    def _add_application(self, body: dict[str, Any]) -> Answer:
        new = read(NewApplication, body)
        application = self._registry.add_application(
            new.kind, scopes=new.scopes, roles=new.roles, application_id=new.application_id
        )
        return json_answer(
            201,
            {
                "client_id": application.client_id,
                "client_secret": application.secrets[0].value,
                "application_id": application.application_id,
            },
        )

    def _replace_client_secret(self, body: dict[str, Any]) -> Answer:
        wanted = read(NewClientSecret, body)
        secret = self._notifying.replace(wanted.client_id, tell=wanted.message)
        return json_answer(201, {"client_secret": secret.value})

    def _subscribe(self, body: dict[str, Any]) -> Answer:
        new = read(NewSubscription, body)
        subscription_id = self._notifying.subscribe(
            new.client_id,
            new_secret_queue_arn=new.new_secret_queue_arn,
            expiry_queue_arn=new.expiry_queue_arn,
            notice_days=new.notice_days,
        )
        return json_answer(200, {"subscription_id": subscription_id})

    def _list_messages(self, _body: dict[str, Any]) -> Answer:
        sent = [{**asdict(item), "at": item.at.isoformat()} for item in self._notifying.sent()]
        return json_answer(200, {"messages": sent})

    def _add_seller(self, body: dict[str, Any]) -> Answer:
        new = read(NewSeller, body)
        seller = self._registry.add_seller(
            new.region,
            new.marketplaces,
            selling_partner_id=new.selling_partner_id,
            store_name=new.store_name,
            has_sold=new.has_sold,
            is_vendor=new.is_vendor,
        )
        return json_answer(201, {"selling_partner_id": seller.selling_partner_id})

    def _authorize(self, body: dict[str, Any]) -> Answer:
        new = read(NewAuthorization, body)
        authorization = self._registry.authorize(new.client_id, new.selling_partner_id, new.region, new.consented_on)
        return json_answer(201, {"refresh_token": authorization.refresh_token})

    def _revoke(self, body: dict[str, Any]) -> Answer:
        revocation = read(Revocation, body)
        revoked = self._registry.revoke(revocation.selling_partner_id, revocation.client_id)
        return json_answer(200, {"revoked": revoked})

    def _put_fault(self, body: dict[str, Any]) -> Answer:
        self._faults.put(read(Fault, body))
        return self._list_faults({})

    def _clear_faults(self, _body: dict[str, Any]) -> Answer:
        self._faults.clear()
        return self._list_faults({})

    def _list_faults(self, _body: dict[str, Any]) -> Answer:
        return json_answer(200, {"faults": [asdict(fault) for fault in self._faults.all()]})

    def _list_calls(self, _body: dict[str, Any]) -> Answer:
        return json_answer(200, {"calls": [_describe(call) for call in self._calls.all()]})

    ACTIONS: Final[dict[tuple[str, str], Callable[[Admin, dict[str, Any]], Answer]]] = {
        ("POST", "applications"): _add_application,
        ("POST", "client-secrets"): _replace_client_secret,
        ("PUT", "subscriptions"): _subscribe,
        ("GET", "messages"): _list_messages,
        ("POST", "sellers"): _add_seller,
        ("POST", "authorizations"): _authorize,
        ("POST", "revoke"): _revoke,
        ("PUT", "faults"): _put_fault,
        ("DELETE", "faults"): _clear_faults,
        ("GET", "faults"): _list_faults,
        ("GET", "calls"): _list_calls,
    }


def _describe(call: Call) -> dict[str, object]:
    return {
        "at": call.at.isoformat(),
        "method": call.method,
        "path": call.path,
        "status": call.status,
        **asdict(call.caller),
    }


def _sorry(status: int, sentence: str) -> Answer:
    return json_answer(status, {"error": sentence})
