"""An open file, asked in frozen statements through the standard library's sqlite3, or SQLCipher's like it (DESIGN §2)."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NoReturn

from crmcli.errors import CrmError, Damaged, StoreError
from crmcli.locale import N_
from crmcli.store import driver, frozen

Row = sqlite3.Row
Predicate = tuple[str, Mapping[str, Any]]
_PAGE = 1_000
DAMAGED = N_("{path} is damaged; restore a backup of it: crm doctor names the newest that is whole")
_LOCKED = N_("{path} is locked by another program; try again when that has finished")


class Database:
    """An open file. `path` is for messages; `exists` is False for the empty stand-in of a file not yet made."""

    def __init__(
        self,
        connection: driver.Connection,
        path: str,
        exists: bool = True,
        version: int | None = None,
    ) -> None:
        self.connection = connection
        self.path = path
        self.exists = exists
        self._version = version  # the schema that the file must still have when it is locked
        self._is_still = self._is_closed = False
        self.writing_at: str | None = None  # when the change is made that is being written
        connection.row_factory = driver.row_class(connection)

    # --- asking ---

    def rows(self, name: str, /, **values: Any) -> list[Row]:
        """All rows of the named statement."""
        return self._fetch(frozen.STATEMENTS[name], values)

    def row(self, name: str, /, **values: Any) -> Row | None:
        """The first row of the named statement, or None."""
        found = self.rows(name, **values)
        return found[0] if found else None

    def query(
        self,
        base: str,
        /,
        predicates: Iterable[Predicate] = (),
        order: Sequence[str] = (),
        limit: int | None = None,
        group: Sequence[str] = (),
        **values: Any,
    ) -> list[Row]:
        """A frozen base with predicates and-ed to it: each a text of `frozen.PREDICATES` or `where`, and its values.

        `group` are columns of it by which its rows are summed up.
        """
        return self._fetch(*_composed(base, predicates, order, limit, group, values))

    def pages(
        self,
        base: str,
        /,
        predicates: Iterable[Predicate] = (),
        order: Sequence[str] = (),
        group: Sequence[str] = (),
        **values: Any,
    ) -> Iterator[list[Row]]:
        """The same a page at a time, none kept: for what may be very many."""
        sql, bound = _composed(base, predicates, order, None, group, values)
        with self.speaking():
            cursor = self.connection.execute(sql, bound)
            while rows := cursor.fetchmany(_PAGE):
                yield rows

    def count_together(
        self,
        bases: Sequence[tuple[str, Iterable[Predicate]]],
        varying: str,
        each: Iterable[Any],
        /,
        **values: Any,
    ) -> list[Row]:
        """What bases that count find, each with its predicates, in one statement: a row for each value of `varying`.

        Predicates of different bases must not bind different values by one name.
        """
        if not bases:
            return []
        texts, bound = [], dict(values)
        for base, predicates in bases:
            sql, more = _composed(base, predicates, (), None, (), {})
            texts.append(f"({sql})")
            bound.update(more)
        sql = f"SELECT {', '.join(texts)}"
        return [self._fetch(sql, {**bound, varying: value})[0] for value in each]

    def run(self, name: str, /, **values: Any) -> None:
        """Run the named statement for what it does."""
        with self.speaking():
            self.connection.execute(frozen.STATEMENTS[name], values)

    def run_many(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run the named statement once for each set of values."""
        with self.speaking():
            self.connection.executemany(frozen.STATEMENTS[name], values)

    def _fetch(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        with self.speaking():
            return self.connection.execute(sql, values).fetchall()

    # --- transactions ---

    def lock(self) -> None:
        """Begin a transaction with the write lock, waiting for other writers: what is read from now on stays true."""
        self.move_on()
        if not self.connection.in_transaction:
            with self.speaking():
                self.connection.execute("BEGIN IMMEDIATE")
                self._refuse_migrated()

    def unlock(self) -> None:
        """Take back what `lock` began, before anything was written."""
        with self.speaking():
            self.connection.execute("ROLLBACK")

    @property
    def is_locked(self) -> bool:
        """True when nobody else can write."""
        return self.connection.in_transaction and not self._is_still

    def stand_still(self) -> None:
        """What is read from now on is of one moment, whoever writes meanwhile: until `move_on`, or the next writing."""
        if not self.connection.in_transaction:
            with self.speaking():
                self.connection.execute("BEGIN")
                self._is_still = True
                self._refuse_migrated()

    def move_on(self) -> bool:
        """See what others have written since `stand_still`; True when there was one."""
        was_still, self._is_still = self._is_still, False
        if was_still and self.connection.in_transaction:
            with self.speaking():
                self.connection.execute("ROLLBACK")
        return was_still

    def _refuse_migrated(self) -> None:
        """Between opening the file and holding on to it, a newer program may have migrated it."""
        if self._version is None:
            return
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        if version > self._version:
            self.connection.execute("ROLLBACK")
            refuse_newer(self.path, version, self._version)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; goes on with what `lock` began, if it did."""
        self.lock()
        try:
            yield
            with self.speaking():
                self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Many readings of one and the same state, whoever writes meanwhile."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def leave_links_unchecked(self) -> None:
        """SQLite does not look from here on whether what a row refers to is there; not inside a transaction."""
        with self.speaking():
            self.connection.execute("PRAGMA foreign_keys = OFF")

    def sort_on_disk(self) -> None:
        """What SQLite puts aside while it sorts goes to files without a name from here on; not inside a transaction.

        Not of an encrypted file: they would be plain.
        """
        if not driver.is_plain(self.connection):
            return
        with self.speaking():
            self.connection.execute("PRAGMA temp_store = FILE")

    def speaking(self) -> AbstractContextManager[None]:
        """SQLite's errors become our sentences."""
        return explaining(self.path)

    def close(self) -> None:
        """Let go of the file, once; what was begun and not finished is taken back."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.connection.in_transaction:
            with suppress(*driver.DatabaseError):
                self.connection.execute("ROLLBACK")
        self.connection.close()


def _composed(
    base: str,
    predicates: Iterable[Predicate],
    order: Sequence[str],
    limit: int | None,
    group: Sequence[str],
    values: Mapping[str, Any],
) -> tuple[str, dict[str, Any]]:
    sql, bound = frozen.BASES[base], dict(values)
    for text, more in predicates:
        sql += f" AND {text}"
        bound.update(more)
    if group:
        sql += f" GROUP BY {', '.join(group)}"
    if order:
        sql += f" ORDER BY {', '.join(order)}"
    if limit is not None:
        sql += " LIMIT :_limit"
        bound["_limit"] = limit
    return sql, bound


def predicate(name: str, /, **values: Any) -> Predicate:
    """A frozen predicate with its values; lists are bound as JSON."""
    return frozen.PREDICATES[name], {
        key: as_list(value) if isinstance(value, list) else value for key, value in values.items()
    }


def as_list(values: Iterable[Any]) -> str:
    """Values for an `IN`: a JSON list."""
    listed = list(values)
    if all(type(one) is int for one in listed):  # keys, nearly always; importing json costs 1 ms
        return f"[{', '.join(map(str, listed))}]"
    import json

    return json.dumps(listed, ensure_ascii=False)


def refuse_locked(path: str) -> NoReturn:
    """The StoreError of a file that somebody else is writing into."""
    raise StoreError(_LOCKED, path=path)


def refuse_newer(path: str, version: int, known: int) -> NoReturn:
    """The StoreError of a file whose schema is newer than what this program knows."""
    raise StoreError(
        "{path} was written by a newer crm (schema {version}, this one knows {known}); upgrade crm",
        path=path,
        version=version,
        known=known,
    )


class _Explaining:
    """A class, for each statement goes through it: a generator would take three times as long."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, driver.DatabaseError) and not isinstance(error, driver.IntegrityError):
            explain(error, self._path)
        if isinstance(error, MemoryError) and driver.has_encrypted():
            raise Damaged(DAMAGED, path=self._path) from None


def explaining(path: str) -> AbstractContextManager[None]:
    """SQLite's errors about the file at `path` become StoreErrors; a broken constraint stays what it is."""
    return _Explaining(path)


def explain(error: Exception, path: str) -> NoReturn:
    """Raise the StoreError that says what SQLite means, and what to do."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    sentence = {
        sqlite3.SQLITE_BUSY: _LOCKED,
        sqlite3.SQLITE_LOCKED: _LOCKED,
        sqlite3.SQLITE_FULL: N_(
            "the disk is full; free some space and try again, nothing was changed in {path}"
        ),
        sqlite3.SQLITE_IOERR: N_(
            "{path} could not be read or written ({detail}); check the disk and its free space, nothing was changed"
        ),
        sqlite3.SQLITE_CORRUPT: DAMAGED,
        sqlite3.SQLITE_NOTADB: N_("{path} is not a crm database; choose another file with --db"),
        sqlite3.SQLITE_READONLY: N_(
            "{path} or its folder is read-only; make it writable or choose another file with --db"
        ),
        sqlite3.SQLITE_CANTOPEN: N_(
            "{path} cannot be opened; check that the folder exists and may be written"
        ),
        sqlite3.SQLITE_PERM: N_("{path} may not be opened; check its permissions"),
        sqlite3.SQLITE_TOOBIG: N_("a text is too long for {path}; shorten it"),
    }.get(code)
    if code == sqlite3.SQLITE_ERROR and str(error).startswith("Could not decode to UTF-8"):
        raise Damaged(DAMAGED, path=path) from None  # a text that is none
    if code == sqlite3.SQLITE_ERROR and str(error) == "integer overflow":
        raise CrmError(
            "the amounts add up to more than crm can count; put right those that are too large"
        ) from None
    if sentence is None:
        if os.environ.get("CRM_DEBUG"):
            raise error
        sentence = N_("{path} refused the statement ({detail}); please report this")
    is_damaged = code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    raise (Damaged if is_damaged else StoreError)(sentence, path=path, detail=error) from (
        error if os.environ.get("CRM_DEBUG") else None
    )
