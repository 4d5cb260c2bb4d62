"""The boto3 clients of one environment, made once and shared by all requests."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

Client: TypeAlias = Any
"""A boto3 client: its methods are made at run time."""

_CONNECTIONS = 32


class Clients:
    """Clients for the endpoint and keys in `environment`; neither profiles nor files of this machine are read."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        nowhere = (None, None, os.devnull, None)
        session = botocore.session.Session(
            session_vars={"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere},
        )
        session.set_credentials(
            environment.get("AWS_ACCESS_KEY_ID", ""),
            environment.get("AWS_SECRET_ACCESS_KEY", ""),
            environment.get("AWS_SESSION_TOKEN"),
        )
        self._session = boto3.session.Session(botocore_session=session)
        self._endpoint = environment["AWS_ENDPOINT_URL"]
        self._clients: dict[tuple[str, str], Client] = {}
        self._account: str | None = None
        self._lock = threading.RLock()
        self.default_region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""

    def client(self, service: str, region: str) -> Client:
        """Hand out the one client for a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.client(  # type: ignore[call-overload]
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    config=Config(max_pool_connections=_CONNECTIONS, proxies={}, retries={"mode": "standard"}),
                )
            return self._clients[service, region]

    def account(self, region: str) -> str:
        """Tell the account's twelve digits, asked once."""
        with self._lock:
            if self._account is None:
                self._account = str(self.client("sts", region).get_caller_identity()["Account"])
            return self._account


@dataclass(frozen=True, slots=True)
class Aws:
    """AWS as one resource sees it: the shared clients, in that resource's region."""

    clients: Clients
    region: str

    def client(self, service: str) -> Client:
        """Hand out the client for `service` in this region."""
        return self.clients.client(service, self.region)

    def arn(self, service: str, resource: str) -> str:
        """Compose the ARN of a resource of this account and region, where AWS's answer does not contain it."""
        return f"arn:aws:{service}:{self.region}:{self.clients.account(self.region)}:{resource}"
