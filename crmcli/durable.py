"""What is to survive power loss: the names in a folder."""

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """The names in a folder survive power loss from here on, where the system has a way to see to it; OSError when it fails."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def try_sync_folder(folder: Path) -> None:
    """The same after what is done already, and stays done where folders cannot be synchronised."""
    with suppress(OSError):
        sync_folder(folder)
