"""`make bench`: run every benchmark and print its table."""

from rich.console import Console

from benchmarks import rotation_function

if __name__ == "__main__":
    console = Console(highlight=False)
    for benchmark in (rotation_function,):
        console.print(benchmark.table())
