"""Writing a generated module, or saying whether it is stale."""

import sys
from collections.abc import Callable
from pathlib import Path


def write(target: Path, generate: Callable[[], str]) -> int:
    """Write what `generate` makes to `target`; with `--check` only say whether it is stale."""
    fresh = generate()
    if "--check" in sys.argv:
        return int(not target.exists() or target.read_text(encoding="utf-8") != fresh)
    target.write_text(fresh, encoding="utf-8")
    return 0
