"""The one door through which files are opened: SQLite for a plain file, SQLCipher for an encrypted one (DESIGN §5).

The two are two copies of SQLite in one process, which know nothing of each other's locks: a file is never open by both,
and its first bytes are read only when this process has it not open, for closing a file lets go of all locks on it. What
is to stand beside an open connection therefore comes from `beside` and `copy`.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from crmcli.errors import StoreError

Connection = sqlite3.Connection
"""SQLCipher's connections are taken for these: they have the same methods."""

Keys = Callable[[str, bytes], Iterator[str]]
"""Given a path and the salt of the file: keys to try, in hexadecimal digits, then StoreError: none of them opened it."""

Error: tuple[type[Exception], ...] = (sqlite3.Error,)
DatabaseError: tuple[type[Exception], ...] = (sqlite3.DatabaseError,)
IntegrityError: tuple[type[Exception], ...] = (sqlite3.IntegrityError,)
"""What to catch: SQLCipher's classes are others, and join these when it is loaded. Name them as `driver.Error`."""

BUSY_SECONDS = 10.0
SALT_BYTES = 16
_MAGIC = b"SQLite format 3\0"
_PLAIN_HEADER = b"\x40\x20\x20"
"""What a plain file has at its 22nd byte, whatever was done to its beginning."""
_PAGE = 4096
_DIFFERENT = 240
"""Values that the bytes of a page of random ones all but surely exceed, and those of a text or an empty page do not."""
_NOT_A_DATABASE = 26
VANISHING = ""
"""SQLite's name for a private temporary file: made only when memory gets scarce, gone when it is closed."""


def _no_keys(path: str, salt: bytes) -> Iterator[str]:
    raise StoreError("{path} is encrypted, and nobody was asked for its key", path=path)
    yield ""


_keys: Keys = _no_keys


def ask_for_keys(keys: Keys) -> None:
    """Who is asked for the key of an encrypted file from now on."""
    global _keys
    _keys = keys


# --- opening ---


def connect(path: str, mode: str = "mode=rw", timeout: float = BUSY_SECONDS) -> Connection:
    """A connection to the file at `path`, which this process must not have open; `mode` as SQLite's URIs have it.

    StoreError when it is encrypted and cannot be unlocked; SQLite's own errors otherwise.
    """
    where = _uri(path, mode)
    if not is_encrypted(path):
        return sqlite3.connect(where, uri=True, timeout=timeout, isolation_level=None)
    if not has_sqlcipher():
        raise StoreError(
            "{path} is encrypted; to open it: pip install 'crm-terminal[crypt]'", path=path
        )
    try:
        for key in _keys(path, salt_of(path)):
            if connection := _opened_with(key, where, timeout):
                return connection
    except StoreError:
        if is_encrypted(path):
            raise
    return connect(path, mode, timeout)  # it has been decrypted since


def connect_with(
    key: str, path: str, mode: str = "mode=rw", timeout: float = BUSY_SECONDS
) -> Connection:
    """The same of an encrypted file whose key is known, or of a new one: nothing is tried, nor asked."""
    connection: Any = _sqlcipher().connect(
        _uri(path, mode), uri=True, timeout=timeout, isolation_level=None, factory=_keyed()
    )
    connection.unlock(key)
    return connection  # type: ignore[no-any-return]


def connect_plain_by_sqlcipher(path: str, timeout: float = BUSY_SECONDS) -> Connection:
    """A plain file, opened by SQLCipher, to go over to an encrypted one."""
    return connect_with("", path, timeout=timeout)


def beside(connection: Connection, path: str, mode: str = "mode=rwc") -> Connection:
    """A connection to another file of the same kind as the open one: with its key when it is encrypted."""
    if is_plain(connection):
        return sqlite3.connect(
            _uri(path, mode), uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
    return connect_with(connection.key, path, mode)  # type: ignore[attr-defined]


def copy(connection: Connection) -> Connection:
    """A copy of the open file to throw away; of an encrypted one in memory only, for SQLite's temporary files are plain."""
    made = empty(VANISHING) if is_plain(connection) else beside(connection, ":memory:")
    connection.backup(made)
    return made


def empty(name: str) -> Connection:
    """A database that is no file: `:memory:`, or `VANISHING`."""
    return sqlite3.connect(name, isolation_level=None)


def bind_nothing_fast() -> None:
    """Have None written as fast as anything else: the module looks in vain for how to adapt it, at four times the cost."""
    nothing: dict[None, None] = {}
    look_up: Callable[[None], None] = (
        nothing.get
    )  # written in C: a function of ours would cost as much as it saves
    sqlite3.register_adapter(type(None), look_up)


def is_plain(connection: Connection) -> bool:
    """True when the connection is to a plain file."""
    return isinstance(connection, sqlite3.Connection)


def row_class(connection: Connection) -> type[sqlite3.Row]:
    """What the connection's rows can be."""
    if is_plain(connection):
        return sqlite3.Row
    row: type[sqlite3.Row] = _sqlcipher().Row
    return row


def module_of(connection: Connection) -> Any:
    """The module that the connection is from, as the DB-API has them."""
    return sqlite3 if is_plain(connection) else _sqlcipher()


def _uri(path: str, mode: str) -> str:
    from urllib.parse import quote

    return path if path == ":memory:" else f"file:{quote(os.path.abspath(path))}?{mode}"


def _opened_with(key: str, where: str, timeout: float) -> Connection | None:
    """The connection, when the key fits; SQLCipher finds out by the first page."""
    connection: Any = _sqlcipher().connect(
        where, uri=True, timeout=timeout, isolation_level=None, factory=_keyed()
    )
    try:
        connection.unlock(key)
        connection.execute("PRAGMA user_version").fetchone()
    except DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != _NOT_A_DATABASE:
            raise
        return None
    return connection  # type: ignore[no-any-return]


# --- what a file is ---


def is_encrypted(path: str) -> bool:
    """True when the file does not begin as a plain one does, but looks like random bytes; a missing one is not."""
    begin = _beginning(path, len(_MAGIC))
    return begin != b"" and not begins_plain(begin) and _looks_random(_beginning(path, _PAGE))


def is_plain_file(path: str) -> bool:
    """True when the file is a plain database, which anybody who gets it can read."""
    return begins_plain(_beginning(path, len(_MAGIC)))


def begins_plain(beginning: bytes) -> bool:
    """True when a file with these first bytes is a plain one."""
    return beginning.startswith(_MAGIC)


def salt_of(path: str) -> bytes:
    """The 16 bytes that an encrypted file begins with, by which a passphrase becomes a key."""
    return _beginning(path, SALT_BYTES)


def _beginning(path: str, count: int) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))  # fmt: skip
    except OSError:  # whoever opens it says why
        return b""
    try:
        return os.read(file, count)
    except OSError:
        return b""
    finally:
        os.close(file)


def _looks_random(page: bytes) -> bool:
    return (
        len(page) == _PAGE
        and page[21:24] != _PLAIN_HEADER
        and len(set(page)) > _DIFFERENT
        and page.find(bytes(8)) < 0
    )


# --- SQLCipher, loaded for encrypted files only ---


def has_sqlcipher() -> bool:
    """True when the extra `crypt` is installed."""
    try:
        _sqlcipher()
    except ImportError:
        return False
    return True


def has_encrypted() -> bool:
    """True when this process has opened an encrypted file: of a page that cannot be decrypted its pager says that there is
    no memory.
    """
    return _sqlcipher.cache_info().currsize > 0


@lru_cache(maxsize=1)
def _sqlcipher() -> Any:
    from sqlcipher3 import dbapi2

    global Error, DatabaseError, IntegrityError
    Error = (sqlite3.Error, dbapi2.Error)
    DatabaseError = (sqlite3.DatabaseError, dbapi2.DatabaseError)
    IntegrityError = (sqlite3.IntegrityError, dbapi2.IntegrityError)
    return dbapi2


@lru_cache(maxsize=1)
def _keyed() -> Any:
    class Keyed(_sqlcipher().Connection):  # type: ignore[misc]
        """A connection that knows its key, for what is opened beside it."""

        key = ""

        def unlock(self, key: str) -> None:
            """Take the key, 64 hexadecimal digits, or 96 with the file's salt; '' leaves the file plain."""
            self.execute("PRAGMA cipher_log_level = NONE")  # it would speak on stderr
            if key:
                self.execute(f"PRAGMA key = \"x'{bytes.fromhex(key).hex()}'\"")
            self.key = key

    return Keyed
