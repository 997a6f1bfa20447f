"""One changing line on standard error while somebody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """One changing line on standard error while somebody watches, nothing otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    started = time.monotonic()
    with Console(stderr=True).status("searching") as status:
        yield lambda line: status.update(Text(f"{line} ({time.monotonic() - started:.0f} s)"))
