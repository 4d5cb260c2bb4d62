"""A language host for Python programs, for engines that come without theirs (design.md 9)."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from local.engine import program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO


_PRINTED = 1
"""The stream that carries what a program prints, apart from what the engine says itself."""

_DIRECT = [("grpc.enable_http_proxy", 0)]


class Language(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs each program in a process of its own with `environment`, so that edits are seen and runs cannot mix.

    Several engines may be attached at once; each has a connection of its own, which tells them apart.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._engines: dict[str, str] = {}

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Keep the address of the engine for its later `Run`."""
        self._engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Claim no version."""
        del request, context
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Require nothing: the provider is attached, so the engine has nothing to download."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Tell which Python runs the programs."""
        del context
        return language_pb2.AboutResponse(executable=_interpreter(request.info), version=platform.python_version())

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Tell `pulumi about` which SDKs there are."""
        del request, context
        found = [language_pb2.DependencyInfo(name=name, version=version(name)) for name in ("pulumi", "pulumi-aws")]
        return language_pb2.GetProgramDependenciesResponse(dependencies=found)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Take note that the user wants to stop; the engine then gives up its `Run`, which ends the program."""
        del request, context
        return empty_pb2.Empty()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end, passing on what it prints; a cancelled call ends its process."""
        engine = self._engines[context.peer()]
        command = [_interpreter(request.info), "-u", "-P", program.__file__, engine]
        with (
            subprocess.Popen(  # noqa: S603 - our own program, and the interpreter that Pulumi.yaml names
                command,
                cwd=request.info.program_directory or request.pwd,
                env=dict(self._environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the engine, which cancels this call; the program is not to see it twice.
                start_new_session=True,
            ) as process,
            grpc.insecure_channel(engine, _DIRECT) as channel,
        ):
            context.add_callback(process.kill)
            _hand_over(process.stdin, request)
            _pass_on(process.stdout, engine_pb2_grpc.EngineStub(channel))
            code = process.wait()
        if code == program.TOLD:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program's process ended with {code}" if code else "")


def _interpreter(info: language_pb2.ProgramInfo) -> str:
    """Find Pulumi.yaml's `virtualenv`, as the official host does; without one the bench's own Python serves."""
    virtualenv = json_format.MessageToDict(info.options).get("virtualenv", "")
    python = Path(info.root_directory, virtualenv, "bin", "python")
    return str(python) if virtualenv and python.exists() else sys.executable


def _hand_over(pipe: IO[bytes] | None, request: language_pb2.RunRequest) -> None:
    if pipe is None:
        return
    try:
        with pipe:
            pipe.write(request.SerializeToString())
    except BrokenPipeError:
        return  # The process has ended already; its exit code tells why.


def _pass_on(lines: IO[bytes] | None, engine: engine_pb2_grpc.EngineStub) -> None:
    """Log each line the program prints; an engine that has gone needs none."""
    for line in lines or ():
        text = line.decode(errors="replace")
        request = engine_pb2.LogRequest(severity=engine_pb2.LogSeverity.INFO, message=text, streamId=_PRINTED)
        try:
            engine.Log(request)
        except grpc.RpcError:
            continue
