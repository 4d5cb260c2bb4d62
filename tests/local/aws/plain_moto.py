"""moto as it comes, in a process of its own, to run the bench's rules against; run as a program it is that process.

Its Lambda is the one that needs no Docker. What moto has no notion of, such as a clock to move, does nothing here.
"""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from subprocess import PIPE, Popen
from types import SimpleNamespace


class PlainMoto:
    """Offers what the tests ask of the bench's AWSServer and Clock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.rotations = SimpleNamespace(wait_idle=lambda _timeout: True)
        self.trail = SimpleNamespace(events=lambda _arn=None: [])
        self.keys = SimpleNamespace(uses=[])

    def reset(self) -> None:
        """Empty the account."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            answer.read()

    def wait_idle(self, _timeout: float) -> bool:
        """Whatever moto does is done within the call."""
        return True

    def now(self) -> datetime:
        """The real time."""
        return datetime.now(UTC)

    def advance(self, _by: timedelta) -> datetime:
        """Do nothing: moto's time cannot be moved."""
        return self.now()


@contextmanager
def plain_moto() -> Iterator[PlainMoto]:
    """Run it in a process that ends with its standard input."""
    with Popen([sys.executable, __file__], stdin=PIPE, stdout=PIPE, text=True) as process:
        yield PlainMoto(process.stdout.readline().strip())
        process.stdin.close()


def _serve() -> None:
    from moto.core.config import default_user_config  # noqa: PLC0415 - only this process needs moto
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    default_user_config["lambda"] = {"use_docker": False}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    sys.stdout.write("http://{}:{}\n".format(*server.get_host_and_port()))
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    _serve()
