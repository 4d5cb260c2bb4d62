"""`make bench`: run every benchmark, or those named, print its table and write it into docs/benchmarks.md."""

import sys

from rich.console import Console

from benchmarks import (
    client_secret_function,
    consumers,
    fleet_status,
    growth,
    onboarding,
    page,
    rotation_calls,
    rotation_function,
    start_up,
    throughput,
    up,
)

_ALL = {
    "onboarding": onboarding,
    "status": fleet_status,
    "start-up": start_up,
    "growth": growth,
    "up": up,
    "throughput": throughput,
    "consumers": consumers,
    "rotation-calls": rotation_calls,
    "rotation-function": rotation_function,
    "client-secret-function": client_secret_function,
}

if __name__ == "__main__":
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 130)
    if unknown := set(sys.argv[1:]) - set(_ALL):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(_ALL)}")
    for name in sys.argv[1:] or _ALL:
        found = _ALL[name].table()
        console.print(found)
        page.put(name, _ALL[name], found)
