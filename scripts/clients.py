"""Clients of AWS. Botocore's own session makes them: boto3's brings S3's transfers along, a third of its import.

Botocore is imported when the first client is made, so that a command's `--help` does without.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from provisioning.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sts import STSClient

    from provisioning.operating.reading import Keys

#: As many connections as a bulk run has hands at most.
_CONNECTIONS: Final = 64
_SECRETS_MANAGER: Final = "secretsmanager"


def connect(profile: str | None, region: str) -> SecretsManagerClient:
    """Make a Secrets Manager client; raises Unreachable if AWS's own configuration cannot be used."""
    client: SecretsManagerClient = connect_to(_SECRETS_MANAGER, profile, region)
    return client


def connect_identities(profile: str | None, region: str) -> STSClient:
    """Make a client of AWS's Security Token Service, which lends roles; raises Unreachable like `connect`."""
    client: STSClient = connect_to("sts", profile, region)
    return client


def connect_to(service: str, profile: str | None, region: str) -> Any:  # noqa: ANN401  a client of the service
    """Make a client of a service of AWS, by boto3's name for it; raises Unreachable like `connect`."""
    import botocore.session  # noqa: PLC0415  slow, see above

    with _usable(profile):
        return _made(botocore.session.Session(profile=profile), service, region)


def connect_as(keys: Keys, region: str) -> SecretsManagerClient:
    """Make a Secrets Manager client for the keys of a role; a thousand of them share one, and its connections."""
    client: Any = _Lent(lent_client(region), keys)
    typed: SecretsManagerClient = client
    return typed


class _Lent:
    """A client whose every call is signed with the keys it was given."""

    def __init__(self, client: Any, keys: Keys) -> None:  # noqa: ANN401  boto3's
        self._client = client
        self._keys = keys

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**asked: Any) -> Any:  # noqa: ANN401  boto3's
            before = _signing.set(self._keys)
            try:
                return method(**asked)
            finally:
                _signing.reset(before)

        return call


_signing: ContextVar[Keys] = ContextVar("signing")


@cache
def lent_client(region: str) -> Any:  # noqa: ANN401  boto3's
    """Make the client that all lent keys share; one for each region and process."""
    import botocore.session  # noqa: PLC0415  slow, see above
    from botocore.credentials import Credentials, ReadOnlyCredentials  # noqa: PLC0415  as above

    class Signing(Credentials):
        """Botocore asks for the keys to sign with at each call, on the caller's thread."""

        def get_frozen_credentials(self) -> ReadOnlyCredentials:
            keys = _signing.get()
            return ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token)

    session = botocore.session.Session()
    # As botocore's own set_credentials does, which takes no object of credentials.
    session._credentials = Signing("lent", "lent")  # type: ignore[attr-defined]  # noqa: SLF001  see above
    return _made(session, _SECRETS_MANAGER, region)


def _made(session: Any, service: str, region: str) -> Any:  # noqa: ANN401  botocore's
    from botocore.config import Config  # noqa: PLC0415  slow, see above

    config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"}, max_pool_connections=_CONNECTIONS)
    return session.create_client(service, region_name=region, config=config)


@contextmanager
def _usable(profile: str | None) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ProfileNotFound  # noqa: PLC0415  slow, see above

    try:
        yield
    except ProfileNotFound:
        named = profile or os.environ.get("AWS_PROFILE", "")
        raise Unreachable(f"AWS profile {named} is not configured: see `aws configure list-profiles`") from None
    except (BotoCoreError, ValueError) as error:
        raise Unreachable(
            f"AWS's settings cannot be used ({type(error).__name__}): check profile, keys, region and AWS_ENDPOINT_URL"
        ) from None
