"""Ctrl-C while an import runs: before it is saved it takes everything back, after that it comes too late."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Ctrl-C ends what is done within, until what is yielded is called: from then on it is not heard.

    So that nobody is told that nothing was imported when just then it was.
    """
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()

    def hold() -> None:
        if is_main:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    try:
        yield hold
    finally:
        if is_main and before is not None:
            signal.signal(signal.SIGINT, before)
