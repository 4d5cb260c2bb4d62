"""The part of the bench's own interface that belongs to consents (`admin.py` has the rest).

| request | body (`?`: may be left out) | answer |
|---|---|---|
| `PUT /_bench/registration` | `client_id`, and what is to change of `records.Registration` | all of it |
| `GET /_bench/registrations` | | `registrations`: every application's |
| `PUT /_bench/roles` | `client_id`, `roles` | `roles`; consents given before do not cover a new one |
| `PUT /_bench/signed-in` | `selling_partner_id`, `region`, `primary_user`?; nothing: nobody | `selling_partner_id` |
| `GET /_bench/notifications` | | `notifications` that sellers found in Seller Central |
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from local.amazon.bodies import NewRegistration, NewRoles, SignIn
from local.amazon.messages import Answer, json_answer
from local.amazon.seller_central import SellerCentral, SignedIn
from local.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.notices import Notices
    from local.amazon.records import Application
    from local.amazon.registry import Registry


class ConsentAdmin:
    """Answers the requests of the module's table."""

    def __init__(self, registry: Registry, seller_central: SellerCentral, notices: Notices) -> None:
        self._registry = registry
        self._seller_central = seller_central
        self._notices = notices

    def action(self, method: str, path: str) -> Callable[[dict[str, Any]], Answer] | None:
        """Find what answers a request, from its body; None if nothing does. Raises as `Admin` expects it."""
        found = self._ACTIONS.get((method, path))
        return partial(found, self) if found else None

    def _register(self, body: dict[str, Any]) -> Answer:
        new = read(NewRegistration, body)
        now = self._registry.application(new.client_id).registration
        given = {item.name: getattr(new, item.name) for item in fields(new) if item.name != "client_id"}
        changed = replace(now, **{name: value for name, value in given.items() if value is not None})
        return json_answer(200, _describe(self._registry.register(new.client_id, changed)))

    def _list(self, _body: dict[str, Any]) -> Answer:
        return json_answer(200, {"registrations": [_describe(found) for found in self._registry.applications()]})

    def _set_roles(self, body: dict[str, Any]) -> Answer:
        new = read(NewRoles, body)
        return json_answer(200, {"roles": sorted(self._registry.set_roles(new.client_id, new.roles).roles)})

    def _sign_in(self, body: dict[str, Any]) -> Answer:
        who = read(SignIn, body)
        if who.region is None:
            self._seller_central.sign_in(None)
            return json_answer(200, {"selling_partner_id": None})
        seller = self._registry.seller(who.selling_partner_id, who.region)
        self._seller_central.sign_in(SignedIn(seller, who.primary_user))
        return json_answer(200, {"selling_partner_id": seller.selling_partner_id})

    def _list_notices(self, _body: dict[str, Any]) -> Answer:
        found = [{**asdict(notice), "at": notice.at.isoformat()} for notice in self._notices.all()]
        return json_answer(200, {"notifications": found})

    _ACTIONS: Final[dict[tuple[str, str], Callable[[ConsentAdmin, dict[str, Any]], Answer]]] = {
        ("PUT", "registration"): _register,
        ("GET", "registrations"): _list,
        ("PUT", "roles"): _set_roles,
        ("PUT", "signed-in"): _sign_in,
        ("GET", "notifications"): _list_notices,
    }


def _describe(application: Application) -> dict[str, object]:
    return {
        "client_id": application.client_id,
        "application_id": application.application_id,
        "kind": application.kind,
        **asdict(application.registration),
    }
