"""`make bench`: run every benchmark and print its table."""

import sys

from rich.console import Console

from benchmarks import consumers, rotation_calls, rotation_function, throughput

if __name__ == "__main__":
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 130)
    for benchmark in (rotation_calls, rotation_function, consumers, throughput):
        console.print(benchmark.table())
