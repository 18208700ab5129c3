"""Which live records bear which external id, while an import runs (CLI.md, Import)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crmcli.store.database import Database, as_list

_TABLE = "temp.external_id_of_import"


class Numbers:
    """The external ids of one table: by its index, or by a temporary table where it has none.

    Those of new records are told by `learn`.
    """

    def __init__(self, db: Database, table: str) -> None:
        self._db = db
        self._fresh: list[tuple[str, int]] = []
        self._sql = (
            f"SELECT external_id, id FROM {table} WHERE deleted_at IS NULL AND external_id IS NOT NULL "
            "AND external_id IN (SELECT value FROM json_each(?)) ORDER BY id"
        )
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?"
        self._has_index = bool(db.connection.execute(sql, (f"{table}_external_id",)).fetchall())
        if not self._has_index:
            self._execute(
                f"CREATE TABLE {_TABLE} (number TEXT, id INTEGER, PRIMARY KEY (number, id)) WITHOUT ROWID"
            )
            self._execute(
                f"INSERT INTO {_TABLE} SELECT external_id, id FROM {table} "
                "WHERE deleted_at IS NULL AND external_id IS NOT NULL"
            )
            self._sql = f"SELECT number, id FROM {_TABLE} WHERE number IN (SELECT value FROM json_each(?)) ORDER BY id"

    def look_up(self, numbers: Iterable[str]) -> Mapping[str, list[int]]:
        """The keys of the records under these external ids; all records learnt must have been written."""
        with self._db.speaking():
            if self._fresh:
                self._db.connection.executemany(
                    f"INSERT OR IGNORE INTO {_TABLE} VALUES (?, ?)", self._fresh
                )
                self._fresh.clear()
            found: dict[str, list[int]] = defaultdict(list)
            for number, key in self._db.connection.execute(self._sql, (as_list(set(numbers)),)):
                found[number].append(key)
        return found

    def learn(self, number: str, key: int) -> None:
        """A record got this external id."""
        if not self._has_index:
            self._fresh.append((number, key))

    def close(self) -> None:
        """Forget them."""
        if not self._has_index:
            self._execute(f"DROP TABLE {_TABLE}")

    def _execute(self, sql: str) -> None:
        with self._db.speaking():
            self._db.connection.execute(sql)
