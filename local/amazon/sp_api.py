"""The Selling Partner API's doorkeeper: who may call what, where and how often (sp-api.md 2, 6, 7, 9).

A path under `/na`, `/eu` or `/fe` stands for the regional host; without it, no region is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from local.amazon import refusals
from local.amazon.calls import Caller
from local.amazon.faults import AT_SP_API
from local.amazon.lwa import TOKEN_PATH
from local.amazon.messages import Answer, Request, json_answer
from local.amazon.notices import Notices
from local.amazon.operations import CREATE_NOTIFICATION, OPERATIONS, RotationOperation, SellerOperation
from local.amazon.rate import RateLimits
from local.amazon.refusals import Refused
from provisioning.marketplaces import Region, find_marketplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.operations import Operation
    from local.amazon.placeholders import Placeholders
    from local.amazon.records import AccessToken, Seller
    from local.amazon.registry import Registry
    from local.clock import Clock

_PREFIXES: Final = {region.lower(): region for region in Region}
_LONGEST_USER_AGENT: Final = 500


class SpApi:
    """The regional hosts."""

    refusals = AT_SP_API

    def __init__(
        self, registry: Registry, clock: Clock, placeholders: Placeholders, rotate: Callable[[str], None]
    ) -> None:
        self.notices = Notices()
        self._registry = registry
        self._clock = clock
        self._placeholders = placeholders
        self._rotate = rotate
        self._limits = RateLimits(clock)

    def caller(self, request: Request) -> Caller:
        """Say who asks, unchecked: whom the access token was made for, if it is known."""
        operation = OPERATIONS.get((request.method, _split(request.path)[1]))
        token = self._registry.access_token(request.headers.get("x-amz-access-token", ""))
        authorization = self._registry.authorization(token.refresh_token) if token else None
        return Caller(
            operation=operation.name if operation else "",
            client_id=token.client_id if token else None,
            selling_partner_id=authorization.seller.selling_partner_id if authorization else None,
        )

    def answer(self, request: Request) -> Answer:
        """Answer 200 with the operation's payload, or with a refusal of sp-api.md 2."""
        try:
            return self._serve(request)
        except Refused as refused:
            return refused.refusal.answer(self._placeholders.request_id())

    def _serve(self, request: Request) -> Answer:
        region, path = _split(request.path)
        if path == TOKEN_PATH:
            raise Refused(refusals.MISSING_AUTHENTICATION_TOKEN)
        _check_user_agent(request)
        token = self._token(request)
        operation = OPERATIONS.get((request.method, path))
        if operation is None:
            # The sandbox does not say 404 (sp-api.md 2).
            raise Refused(refusals.DENIED)
        _check_marketplaces(request, region)
        payload, spender = self._open(operation, token, region)
        if not self._limits.allows((operation.name, *spender), operation.rate):
            raise Refused(refusals.QUOTA_EXCEEDED)
        if operation.name == CREATE_NOTIFICATION:
            payload = self._notify(token, region, request)
        headers = {
            "x-amzn-RateLimit-Limit": str(operation.rate.per_second),
            "x-amzn-RequestId": self._placeholders.request_id(),
        }
        if isinstance(operation, RotationOperation):
            self._rotate(token.client_id)
            return Answer(204, b"", headers=headers)
        is_bare = isinstance(operation, SellerOperation) and operation.bare
        return json_answer(200, payload if is_bare else {"payload": payload}, headers)

    def _token(self, request: Request) -> AccessToken:
        """Take the access token, which has to be known, live and got with a client secret under 180 days old."""
        value = request.headers.get("x-amz-access-token")
        if not value:
            raise Refused(refusals.TOKEN_MISSING)
        token = self._registry.access_token(value)
        if token is None:
            raise Refused(refusals.TOKEN_INVALID)
        if self._clock.now() >= token.ends_on:
            raise Refused(refusals.TOKEN_EXPIRED)
        if self._clock.now() >= token.secret_expires_on:
            raise Refused(refusals.CLIENT_SECRET_EXPIRED)
        return token

    def _open(self, operation: Operation, token: AccessToken, region: Region | None) -> tuple[object, tuple[str, ...]]:
        """Give the payload, and who spends the rate: the seller-application pair, or the application (sp-api.md 9)."""
        if isinstance(operation, SellerOperation):
            seller = self._seller(operation, token, region)
            return operation.payload(seller), (token.client_id, seller.selling_partner_id, seller.region)
        if operation.scope not in token.scopes:
            raise Refused(refusals.DENIED)
        payload = None if isinstance(operation, RotationOperation) else operation.payload
        return payload, (token.client_id,)

    def _notify(self, token: AccessToken, region: Region | None, request: Request) -> object:
        operation = OPERATIONS[request.method, _split(request.path)[1]]
        if isinstance(operation, SellerOperation):
            seller = self._seller(operation, token, region)
            self.notices.create(self._registry.application(token.client_id), seller, request, self._clock.now())
        return {"notificationId": self._placeholders.request_id()}

    def _seller(self, operation: SellerOperation, token: AccessToken, region: Region | None) -> Seller:
        """Find the seller whose consent still stands, in this region, with a role that the consent covers."""
        authorization = self._registry.authorization(token.refresh_token)
        if authorization is None:
            raise Refused(refusals.DENIED)
        if not authorization.is_consent_live(self._clock.now()):
            # What a live access token is worth after that is not documented; the text names it "revoked".
            raise Refused(refusals.TOKEN_INVALID)
        if region not in (None, authorization.seller.region):
            raise Refused(refusals.DENIED)
        if authorization.seller.is_vendor and not operation.for_vendors:
            raise Refused(refusals.DENIED)
        if not operation.roles & authorization.roles & self._registry.application(token.client_id).roles:
            raise Refused(refusals.DENIED)
        return authorization.seller


def _split(path: str) -> tuple[Region | None, str]:
    """Split a path into the region it begins with, if it does, and the rest."""
    prefix, slash, rest = path.removeprefix("/").partition("/")
    region = _PREFIXES.get(prefix)
    return (region, slash + rest) if region else (None, path)


def _check_user_agent(request: Request) -> None:
    if not 0 < len(request.headers.get("user-agent", "")) <= _LONGEST_USER_AGENT:
        raise Refused(refusals.USER_AGENT_INVALID)


def _check_marketplaces(request: Request, region: Region | None) -> None:
    """Refuse a marketplace of another region, as the sandbox does (sp-api.md 2); none given is right too (10)."""
    for name in (name for ids in request.query.get("marketplaceIds", []) for name in ids.split(",")):
        marketplace = find_marketplace(name)
        if region and marketplace and marketplace.region != region:
            raise Refused(refusals.WRONG_MARKETPLACE)
