"""Attach our provider, and a language host where the engine has none, to any `pulumi` that runs meanwhile."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from local.engine.bootstrap import engine
from local.engine.language import Language
from local.engine.provider.servicer import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_THREADS = 64
_MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit


@contextmanager
def attached(environment: Mapping[str, str], home: Path) -> Iterator[dict[str, str]]:
    """Serve provider and language host on 127.0.0.1; yield what to add to `environment` for `pulumi` to use them.

    `environment` has AWS_ENDPOINT_URL, AWS keys and a region; state and Pulumi's own files go below `home`/pulumi.
    Raises EngineMissing where there is no engine.
    """
    pulumi = engine(environment)
    extra = {**_settings(home), "PATH": _path(environment, pulumi)}
    with ExitStack() as servers:
        provider = Provider(environment)
        port = servers.enter_context(
            _served(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server))
        )
        extra["PULUMI_DEBUG_PROVIDERS"] = f"aws:{port}"
        if shutil.which("pulumi-language-python", path=extra["PATH"]) is None:
            language = Language({**environment, **extra})
            port = servers.enter_context(
                _served(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(language, server))
            )
            extra["PULUMI_DEBUG_LANGUAGES"] = f"python:{port}"
        yield extra


def _settings(home: Path) -> dict[str, str]:
    state, own = home / "pulumi" / "state", home / "pulumi" / "home"
    for folder in (state, own):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_HOME": str(own),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "no_grpc_proxy": "127.0.0.1",  # programs talk to their engine; a proxy of the machine has no part in that
        "PULUMI_SUPPRESS_NEO_LINK": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    }


def _path(environment: Mapping[str, str], pulumi: Path) -> str:
    folders = [str(pulumi.parent), str(Path(sys.executable).parent), environment.get("PATH", "")]
    return os.pathsep.join(folder for folder in folders if folder)


@contextmanager
def _served(register: Callable[[grpc.Server], None]) -> Iterator[int]:
    limits = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    with ThreadPoolExecutor(_THREADS) as threads:
        server = grpc.server(threads, options=limits)
        register(server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield port
        finally:
            server.stop(grace=None).wait()
