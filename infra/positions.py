"""Where in the program something was declared stays out of Pulumi's state."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: As many frames as the SDK itself has between a resource's class and its trace: none is left that it would keep.
_OF_THE_SDK = 4


@contextmanager
def without_source_positions() -> Iterator[None]:
    """Let what is declared inside keep no stack trace in its state; an error is told with the whole of its own.

    Python's SDK sends the files and lines of every frame with every resource, about 2 KB of the 3 to 7 that one takes,
    paths of the operator's machine among them; and the engine writes the whole state anew for every step. The SDK has
    no switch for it, but asks `traceback.extract_stack`, which honours `sys.tracebacklimit`. Were it to stop doing so,
    states would be larger and updates slower, nothing else.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _OF_THE_SDK
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
