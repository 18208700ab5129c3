"""What each page of a SQLite file is, read from its bytes, independent of SQLite (its page on the file format)."""

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path

_KINDS = {2: "index interior", 5: "table interior", 10: "index leaf", 13: "table leaf"}
_FREELIST_AT = 32
_HEADER = 100


def pages_of(path: Path) -> dict[int, tuple[str, str]]:
    """Of each page: its kind (leaf or interior of a table or an index, overflow, free), and whose it is."""
    file = path.read_bytes()
    connection = sqlite3.connect(path)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    roots = connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0").fetchall()  # fmt: skip
    connection.close()
    found: dict[int, tuple[str, str]] = {}
    for name, root in [("sqlite_master", 1), *roots]:
        for page, kind in _tree(file, size, root):
            found[page] = (kind, name)
    (trunk,) = struct.unpack_from(">I", file, _FREELIST_AT)
    while trunk:
        found[trunk] = ("free trunk", "")
        start = (trunk - 1) * size
        trunk, count = struct.unpack_from(">II", file, start)
        for leaf in struct.unpack_from(f">{count}I", file, start + 8):
            found[leaf] = ("free leaf", "")
    for page in range(1, len(file) // size + 1):
        found.setdefault(page, ("overflow", ""))  # nothing else is left without vacuuming
    return found


def _tree(file: bytes, size: int, root: int) -> Iterator[tuple[int, str]]:
    waiting = [root]
    while waiting:
        page = waiting.pop()
        start = (page - 1) * size
        at = start + (_HEADER if page == 1 else 0)
        kind, _, cells = struct.unpack_from(">BHH", file, at)
        yield page, _KINDS[kind]
        if kind in (2, 5):
            waiting += struct.unpack_from(">I", file, at + 8)
            for cell in struct.unpack_from(f">{cells}H", file, at + 12):
                waiting += struct.unpack_from(">I", file, start + cell)
