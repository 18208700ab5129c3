"""What every import does alike: rows taken in chunks, inserted by `executemany`, differing ones updated, all findable."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.rules import consent
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.searching import document
from crmcli.store import driver, frozen, search
from crmcli.store.changes import Change
from crmcli.store.importing.inserting import Shared, insert_columns, insert_rows
from crmcli.store.search import Document

CHUNK = 1_000
_CACHE_KB = 22_000
"""How much of the file SQLite may hold in memory: all in all an import takes 120 MB (DESIGN §2)."""
_SAMPLE, _FEW_OF = 500, 6
"""After how many rows it is seen which indexes fewer than one in so many of them are in."""
_STRANGERS_TOLD = 5
ON_DUPLICATE = ("update", "skip", "reject")
_MUST_BE_FILLED = re.compile(r"(\w+) IS NOT NULL")
_DOCUMENT = "search_document"

Pending = tuple[int, Sequence[str], Any]
"""A row that waits: the line of the file it starts on, its cells, and what it says, or what is wrong with it."""


@dataclass
class Counts:
    """What became of the rows."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    dealt_out: int = 0
    strangers: int = 0  # what rows refer to and is not there: a referrer, an order's deal
    first_strangers: list[tuple[int, str]] = field(default_factory=list)  # by their lines

    def note_stranger(self, line: int, name: str) -> None:
        """The row on `line` names what is not in the file, or more than once; the first few are remembered."""
        self.strangers += 1
        self.first_strangers = sorted([*self.first_strangers, (line, name)])[:_STRANGERS_TOLD]


@dataclass
class Plan:
    """How this import goes: what to do with known records, what to match by, and what to call on a bad row."""

    today: date
    to_instant: Callable[[datetime], str]
    book: Rulebook
    reject: Callable[[int, Sequence[str], BadValue], None]
    actor: str
    on_duplicate: str = "update"
    key: str | None = None
    fields: Collection[str] = ()  # the fields that the file has at all
    default_stage: str = "customer"  # of new customers whose row does not say
    spread_days: int | None = (
        None  # over how many working days new customers' first touches are dealt out
    )


class Bulk:
    """Takes rows one by one and writes them in chunks inside an open change; the tables are written in their order."""

    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]]
    FOUND: ClassVar[tuple[str, ...]]
    """The tables whose new rows have documents in the search index."""

    def __init__(self, change: Change, plan: Plan) -> None:
        self.change, self.plan, self.db = change, plan, change.db
        self.counts = Counts()
        self._pending: list[Pending] = []
        self._columns = self._wanted_columns()
        self._statements = {
            table: f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            for table, names in self._columns.items()
        }
        # What the model gives the columns that a row does not fill.
        self._blank = {
            table: {name: frozen.TABLES[table]["columns"][name][0] for name in names}
            for table, names in self._columns.items()
        }
        self._given = {table: names[1:] for table, names in self._columns.items()}
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in self._columns}
        self._documents: list[tuple[Any, ...]] = []
        self._aside: dict[str, str] = {}
        self._brought_back: dict[str, str] = {}
        self._sampled: set[str] = set()
        self._next = {table: change.take_keys(table, 0) for table in self._columns}
        self._first = dict(self._next)  # the first keys of this import
        self._written = dict(self._next)  # keys below these are in the file already
        self._said: dict[tuple[str, str], Passed] = defaultdict(Passed)
        self._met: dict[str, Passed] = {table: Passed() for table in self._columns}
        self.db.connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        driver.bind_nothing_fast()

    @classmethod
    def tables(cls) -> tuple[str, ...]:
        """The tables that rows are inserted into."""
        return tuple(cls.COLUMNS)

    def _wanted_columns(self) -> Mapping[str, tuple[str, ...]]:
        return self.COLUMNS

    def add(self, line: int, cells: Sequence[str], row: Any) -> None:
        """Take one row."""
        self._pending.append((line, cells, row))
        if len(self._pending) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        if self._pending:
            self._work_off(self._pending)
            self._write()
            self._pending.clear()

    def set_indexes_aside(self) -> None:
        """Drop the indexes of the tables written that are empty, but for the unique ones: to be brought back when they are
        asked, at the latest in the end. To make an index of many rows takes less than to keep it while they come, unless
        no row of this list is in it.
        """
        sql = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? "
            "AND sql LIKE 'CREATE INDEX %'"
        )
        for table in self.tables():
            if self.db.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                continue
            filled = {*self._columns[table]}
            for name, text in self.db.connection.execute(sql, (table,)).fetchall():
                if filled.issuperset(_MUST_BE_FILLED.findall(text)):
                    self._aside[name] = text
                    self.db.connection.execute(f"DROP INDEX {name}")

    def _keep_small_indexes(self, table: str) -> None:
        """Bring back, once the first rows of a table are written, its indexes that few of them are in: to keep such an index
        costs less than to look at every row in the end.
        """
        if table in self._sampled or self._written[table] - self._first[table] < _SAMPLE:
            return
        self._sampled.add(table)
        for name, text in list(self._aside.items()):
            on, _, within = text.partition(" WHERE ")
            if f" ON {table} (" in on and within:
                sql = f"SELECT count(*) FROM {table} WHERE id >= ? AND {within}"
                (held,) = self.db.connection.execute(sql, (self._first[table],)).fetchone()
                if held * _FEW_OF < self._written[table] - self._first[table]:
                    self.bring_indexes_back([name])

    def bring_indexes_back(self, names: Iterable[str]) -> None:
        """Make those of the indexes set aside that are named."""
        with self.db.speaking():
            for name in names:
                if text := self._aside.pop(name, None):
                    self.db.connection.execute(text)
                    self._brought_back[name] = text

    def set_aside_again(self, names: Iterable[str]) -> None:
        """Drop those of the indexes named that had been set aside, and were brought back."""
        for name in self._brought_back.keys() & set(names):
            self._aside[name] = self._brought_back.pop(name)
            self.db.connection.execute(f"DROP INDEX {name}")

    def finish(self) -> None:
        """Write what waits, and make what was added findable."""
        self.flush()
        self._refuse_dangling()
        self.bring_indexes_back(list(self._aside))
        for table in self.FOUND:
            search.index_range(self.db, table, self._first[table], self._next[table] - 1)

    def _refuse_dangling(self) -> None:
        """Look whether what the new rows refer to is there, which SQLite was told not to do row by row. What this import made
        is, and need not be looked up.
        """
        for table, names in self._columns.items():
            links = frozen.TABLES[table]["links"]
            missing = [
                f"{column} NOT BETWEEN {self._first.get(other, 0)} AND {self._next.get(other, 0) - 1} "
                f"AND {column} NOT IN (SELECT id FROM {other})"
                for column, other in links.items()
                if column in names
            ]
            if missing:
                sql = f"SELECT id FROM {table} WHERE id >= ? AND ({' OR '.join(missing)}) LIMIT 1"
                found = self.db.connection.execute(sql, (self._first[table],)).fetchone()
                if found:
                    raise AssertionError(f"{table} {found[0]} refers to what is not there")

    def check(self, row: Any) -> None:
        """BadValue when a text of the row is too long for its column."""
        raise NotImplementedError

    def _work_off(self, pending: Sequence[Pending]) -> None:
        raise NotImplementedError

    def reject(self, line: int, cells: Sequence[str], reason: BadValue) -> None:
        """Take a bad row, which is handed back in its turn."""
        self._pending.append((line, cells, reason))
        if len(self._pending) >= CHUNK:
            self.flush()

    def _hand_back(self, line: int, cells: Sequence[str], reason: BadValue) -> None:
        self.counts.rejected += 1
        self.plan.reject(line, cells, reason)

    # --- writing ---

    def _key(self, table: str) -> int:
        key = self._next[table]
        self._next[table] = key + 1
        return key

    def _insert(self, table: str, values: Mapping[str, Any]) -> int:
        """A new row of `table` from values by column, for the next writing; returns its key."""
        key = self._key(table)
        self._rows[table].append((key, *map(values.get, self._given[table])))
        return key

    def next_keys(self, table: str, count: int) -> range:
        """The keys that the next `count` new rows of `table` will have."""
        return range(self._next[table], self._next[table] + count)

    def insert_columns(
        self,
        table: str,
        count: int,
        columns: Mapping[str, Sequence[Any]],
        shared: Shared | None = None,
    ) -> None:
        """New rows of `table`, at once, from their columns, all `count` long; nothing may be waiting to be written."""
        keys = self.next_keys(table, count)
        with self.db.speaking():
            insert_columns(self.db.connection, table, {"id": keys, **columns}, shared)
        self.change.take_keys(table, count)
        self._next[table] = self._written[table] = keys.stop
        if self._aside:
            self._keep_small_indexes(table)

    def describe_columns(
        self, table: str, keys: Iterable[int], documents: Sequence[Sequence[str | None]]
    ) -> None:
        """What new rows are found by, at once, by column of the index."""
        ids = list(map(search.key_of(table, 0).__add__, keys))
        columns = {"id": ids, **dict(zip(Document._fields, documents, strict=True))}
        with self.db.speaking():
            insert_columns(self.db.connection, _DOCUMENT, columns)

    def _describe(self, table: str, key: int, made: Document) -> None:
        """What a new row is found by."""
        if any(made):
            self._documents.append((search.key_of(table, key), *made))

    def _describe_texts(self, table: str, key: int, values: Mapping[str, Any]) -> None:
        """The same for a record that is found by what is written in some columns."""
        texts = [values.get(name) for name in search.TEXTS[table]]
        self._describe(table, key, Document(prose=document(texts)))

    def _update(self, table: str, key: int, values: Mapping[str, Any]) -> None:
        """Set columns of one row, logged by itself, even one that is not written yet."""
        if key >= self._written[table]:
            self._write()
        self.change.update(table, key, **values)

    def _write(self) -> None:
        """Insert the rows made so far, and take their keys."""
        with self.db.speaking():
            for table, rows in self._rows.items():
                if rows:
                    self.db.connection.executemany(self._statements[table], rows)
                    self.change.take_keys(table, self._next[table] - self._written[table])
                    self._written[table] = self._next[table]
                    self._rows[table] = []
            names = ("id", *Document._fields)
            insert_rows(self.db.connection, _DOCUMENT, names, self._documents)
        self._documents = []

    def note_met(self, table: str, key: int) -> None:
        """An earlier row of this list was this record."""
        self._met[table].add(key)

    def note_said(self, table: str, key: int, column: str) -> None:
        """An earlier row of this list said so much of this record."""
        self._said[table, column].add(key)

    def _was_said(self, table: str, key: int, column: str) -> bool:
        """True when an earlier row of this list has said what stands in a column of a record: then that holds.

        Otherwise rows would overwrite each other whenever the list is imported again.
        """
        return key >= self._first[table] or key in self._said[table, column]

    def _renewing(
        self, table: str, key: int, now: Any, wanted: Mapping[str, Any], only_missing: bool
    ) -> dict[str, Any]:
        """What a row changes of a record as it is: what no earlier row has said; with `only_missing` what it does not have."""
        if not wanted.keys().isdisjoint(consent.COLUMNS):
            was_said = only_missing or self._was_said(table, key, "consent")
            wanted = consent.prevailing(now, wanted, was_said)
        differs = {
            name: value
            for name, value in wanted.items()
            if now[name] != value
            and (now[name] is None or not (only_missing or self._was_said(table, key, name)))
        }
        if not only_missing:
            for name in wanted:
                self.note_said(table, key, name)
        return differs

    def _was_met(self, table: str, key: int) -> bool:
        """True when an earlier row of this list was this record: then the first one holds, and later ones only add.

        Otherwise they would overwrite each other whenever the list is imported again.
        """
        return key >= self._first[table] or key in self._met[table]


class Sparse(dict[str, Any]):
    """A row as far as it is filled; every other column is null."""

    def __missing__(self, column: str) -> None:
        return None


class Passed:
    """Remembers which keys have passed: a bit each, so that memory hardly grows with the file."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, key: int) -> None:
        """Remember the key."""
        place = key >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1024 - len(self._bits)))
        self._bits[place] |= 1 << (key & 7)

    def __contains__(self, key: int) -> bool:
        place = key >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (key & 7))


def differing(now: Any, wanted: Mapping[str, Any], only_missing: bool) -> dict[str, Any]:
    """What differs from a row as it is; with `only_missing` what it does not have yet."""
    wanted = consent.prevailing(now, wanted, only_missing)
    return {
        name: value
        for name, value in wanted.items()
        if now[name] != value and (not only_missing or now[name] is None)
    }


def point_key(point: Any) -> tuple[str, str]:
    """What makes a phone, e-mail or WeChat the same as another: its kind and normal form, else the text itself."""
    return point.kind, point.key or point.value


def known_points(rows: Iterable[Any]) -> set[tuple[str, str]]:
    """The same of stored ones; one that is out of use is known too, and stays out of use."""
    return {(row["kind"], row["value_key"] or row["value"]) for row in rows}
