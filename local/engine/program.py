"""One run of a Pulumi program, in a process of its own: reads Pulumi's RunRequest from standard input.

Started by `language.py` with the address of the engine as its only argument; configuration may hold secrets and
therefore comes through the pipe. Exits 0, or 32 after an error was told to the engine.
"""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2

TOLD = 32
"""The exit code after an error that the user has seen already."""

_THREADS_PER_RESOURCE = 4


def run(request: language_pb2.RunRequest, engine_address: str) -> str | None:
    """Run the program the request names against its engine; return the error's text, or None if it went well."""
    reset_options(
        project=request.project,
        stack=request.stack,
        organization=request.organization or "organization",
        root_directory=request.info.root_directory,
        monitor_address=request.monitor_address,
        engine_address=engine_address,
        parallel=request.parallel,
        preview=request.dryRun,
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    # A resource that failed is told by the engine; asyncio would tell it again for every task that waited for it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(max(1, request.parallel) * _THREADS_PER_RESOURCE))
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(request)))
    except pulumi.RunError as error:
        return str(error)
    except grpc.RpcError as error:
        # The engine has gone: it was cancelled, or has told the failure of a resource itself.
        return None if error.code() == grpc.StatusCode.UNAVAILABLE else f"the engine refused a call: {error.details()}"
    except SystemExit as error:
        return None if error.code in {None, 0} else f"the program ended itself: {error.code}"
    except Exception as error:  # noqa: BLE001 - whatever a program raises is told, not lost
        return f"the program failed:\n{_traceback(error, _entry(request).parent)}"
    finally:
        loop.run_until_complete(_abandon_tasks())
        loop.close()
    return None


def _entry(request: language_pb2.RunRequest) -> Path:
    return Path(request.info.program_directory or request.pwd, request.info.entry_point or ".")


def _traceback(error: Exception, folder: Path) -> str:
    """Tell where the program failed, leaving out how it came to be run."""
    trace = error.__traceback__
    while trace and not Path(trace.tb_frame.f_code.co_filename).is_relative_to(folder):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace or error.__traceback__))


def _execute(request: language_pb2.RunRequest) -> None:
    entry = _entry(request)
    sys.argv = [str(entry), *request.args]
    # As the official host does: a program's own folder comes first, whether it is started as a folder or as a file.
    sys.path.insert(0, str(entry if entry.is_dir() else entry.parent))
    runpy.run_path(str(entry), run_name="__main__")


async def _abandon_tasks() -> None:
    """End what still waits for resources that will never be there."""
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


def main() -> int:
    """Read the request, run, tell an error; return the exit code."""
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    error = run(request, sys.argv[1])
    if error is None:
        return 0
    try:
        pulumi.log.error(error)
    except grpc.RpcError:
        sys.stderr.write(f"{error}\n")
    return TOLD


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that still wait for an engine that has gone would keep the process.
    os._exit(code)
