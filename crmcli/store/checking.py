"""Checking a whole file, and mending what can be computed (CLI.md, `doctor`).

A check is a function that looks, in some cases one that mends, and its line in `CHECKS`. Looking writes nothing and
takes constant memory.
"""

import re
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from crmcli.errors import BadValue, CrmError, Damaged, Listed, StoreError
from crmcli.locale import N_
from crmcli.rules.completeness import missing
from crmcli.rules.references import LETTERS, ref, table_word
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.said import Said, counted, said
from crmcli.store import driver, frozen, frozen_schema, search, surroundings
from crmcli.store.backup import are_of_indexes, wrong_lines
from crmcli.store.customers import Parts, keys_of, parts_of
from crmcli.store.database import DAMAGED, Database, Row, as_list, explain
from crmcli.store.derived import refresh, refresh_all
from crmcli.store.derived_service import review_on
from crmcli.store.findings import FIX, NAMED, OK, PROBLEM, WARNING, Check, Examined, Finding
from crmcli.store.opening import open_to_others
from crmcli.store.restoring import range_of, words_of
from crmcli.store.settings import uncleaned

EVENT = "doctor"
"""What mending is noted as; its detail ends with the newest row of another program that it took note of."""

_CHUNK = 1_000


_LAST_KEY = 2**63 - 1
"""After which SQLite has none to give."""

_BACKUP = said("restore a backup, or look into it with crm history")
_UNREADABLE = (ValueError, BadValue)
"""What the rules make of a date or a length of time that is none, and that only another program can have written."""


def look(examined: Examined, tick: Callable[[], None] = lambda: None) -> dict[str, Finding]:
    """What every check sees, by its name; StoreError for a file that is damaged."""
    found = {}
    for check in CHECKS:
        with examined.db.speaking():
            found[check.name] = check.look(examined)
        tick()
    return found


def can_mend(found: Mapping[str, Finding]) -> bool:
    """True when something was found that `mend` would do anything about."""
    return any(check.mend and found[check.name].status != OK for check in CHECKS)


def mend(examined: Examined, found: Mapping[str, Finding]) -> dict[str, Said]:
    """Inside an open transaction: mend what was found and can be mended; what was done, by check."""
    done = {}
    for check in CHECKS:
        if check.mend and found[check.name].status != OK:
            try:
                with examined.db.speaking():
                    done[check.name] = check.mend(examined)
            except driver.IntegrityError + _UNREADABLE as error:
                raise CrmError(
                    "{name} cannot be mended ({reason}); nothing was changed",
                    name=check.name,
                    reason=error,
                ) from None
    return done


# --- the file itself ---


def _integrity(examined: Examined) -> Finding:
    wrong = wrong_lines(
        examined.db.connection, "integrity_check"
    )  # of search there is a check of its own
    if not wrong:
        return Finding(OK, said("every page and index is whole"))
    if not are_of_indexes(wrong):
        raise Damaged(DAMAGED, path=examined.db.path)
    message = counted("an index differs from its table in {n} place", "indexes differ from their tables in {n} places", len(wrong))  # fmt: skip
    return Finding(PROBLEM, message, FIX, len(wrong))


def _reindex(examined: Examined) -> Said:
    examined.db.connection.execute("REINDEX")
    return said("indexes made anew")


def _foreign_keys(examined: Examined) -> Finding:
    rows = examined.db.connection.execute("PRAGMA foreign_key_check")
    first = [f"{row[0]} {_name(row[0], row[1])}" for row in islice(rows, NAMED)]
    count = len(first) + sum(1 for _ in rows)
    if not count:
        return Finding(OK, said("every record that another points to is there"))
    message = counted("{n} record points to one that is not there: {first}", "{n} records point to some that are not there, the first: {first}", count)  # fmt: skip
    message = message._replace(values={"n": count, "first": first[0]})
    return Finding(PROBLEM, message, _BACKUP, count, {"records": first})


def _name(table: str, key: int | None) -> str:
    return f"{LETTERS.get(table, '')}{key}"


def _schema(examined: Examined) -> Finding:
    (version,) = examined.db.connection.execute("PRAGMA user_version").fetchone()
    if lost := lacking(examined.db):
        raise Damaged(
            N_("{path} lacks {names}; restore a backup of it"),
            path=examined.db.path,
            names=Listed(lost),
        )
    wrong = [name for name, _ in _wrong_indexes(examined.db)]
    if not wrong:
        return Finding(OK, said("schema {version}, as this crm knows it", version=version))
    message = said("schema {version}, but with other indexes: {names}", version=version, names=Listed(wrong[:NAMED]))  # fmt: skip
    return Finding(PROBLEM, message, FIX, len(wrong))


_MADE = re.compile(r"CREATE (?:UNIQUE )?(?:VIRTUAL )?(TABLE|INDEX) (\w+)")


def _schema_texts(kind: str) -> dict[str, str]:
    matches = ((_MADE.match(text), text) for text in frozen_schema.SCHEMA)
    return {match[2]: text for match, text in matches if match and match[1] == kind}


def lacking(db: Database) -> list[str]:
    """The tables of the schema that are not there."""
    return sorted(_schema_texts("TABLE").keys() - _present(db, "table").keys())


def _present(db: Database, kind: str) -> dict[str, str]:
    rows = db.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = ?", (kind,))
    return {name: sql for name, sql in rows if sql}


def _wrong_indexes(db: Database) -> list[tuple[str, str]]:
    present = _present(db, "index")
    wanted = _schema_texts("INDEX")
    return [
        (name, text)
        for name, text in sorted(wanted.items())
        if _compact(present.get(name, "")) != _compact(text)
    ]


def _compact(sql: str) -> str:
    """Without spaces and quotes, which a migration may have left otherwise."""
    return re.sub(r'[\s"]+', "", sql)


def _renew_indexes(examined: Examined) -> Said:
    for name, text in _wrong_indexes(examined.db):
        examined.db.connection.execute(f"DROP INDEX IF EXISTS {name}")
        examined.db.connection.execute(text)
    return said("indexes of the schema made anew")


# --- the change log ---


def _triggers(examined: Examined) -> Finding:
    differing = _present(examined.db, "trigger").items() ^ frozen_schema.TRIGGERS.items()
    names = sorted({name for name, _ in differing})
    if not names:
        return Finding(OK, said("every change is logged"))
    message = said("the change log's triggers are not as they should be: {names}", names=Listed(names[:NAMED]))  # fmt: skip
    return Finding(PROBLEM, message, FIX, len(names))


def _renew_triggers(examined: Examined) -> Said:
    for name in _present(examined.db, "trigger"):
        examined.db.connection.execute(f'DROP TRIGGER "{name}"')
    for text in frozen_schema.TRIGGERS.values():
        examined.db.connection.execute(text)
    return said("triggers of the change log made anew")


def _keys(examined: Examined) -> Finding:
    used = list(_used_keys(examined.db))
    if not used:
        return Finding(OK, said("no new record will take another's reference"))
    message = said("new records would take references that are taken: {names}", names=Listed(table for table, _ in used))  # fmt: skip
    return Finding(PROBLEM, message, FIX, len(used))


def _used_keys(db: Database) -> Iterator[tuple[str, int]]:
    """The tables whose next key is taken already, or lost, with their largest."""
    for table in (*frozen.TABLES, "change"):
        (largest,) = db.connection.execute(f'SELECT ifnull(max(id), 0) FROM "{table}"').fetchone()
        row = db.row("next_key", row_table=table)
        if row is None or row["next"] <= largest:
            yield table, largest


def _raise_keys(examined: Examined) -> Said:
    for table, largest in list(_used_keys(examined.db)):
        if largest == _LAST_KEY:
            raise BadValue("{table} has the last key there is", table=table_word(table))
        if examined.db.row("next_key", row_table=table):
            examined.db.run("take_keys", of=table, next=largest + 1)
        else:
            examined.db.run("insert_key_range", row_table=table, next=largest + 1)
    return said("references given out from the next free one")


def _values(examined: Examined) -> Finding:
    count = 0
    first: list[str] = []
    for table in frozen.TABLES:
        for key, *values in _odd_rows(examined.db, table):
            count += 1
            if len(first) < NAMED:
                odd = next(f"{column} {value!r}" for column, value in values if value is not None)
                first.append(f"{_name_of(table, key)} {odd}")
    if not count:
        return Finding(OK, said("every value is one that crm knows"))
    message = counted("{n} record holds what crm does not know: {first}", "{n} records hold what crm does not know, the first: {first}", count)  # fmt: skip
    message = message._replace(values={"n": count, "first": first[0]})
    return Finding(PROBLEM, message, said("crm history REF says what was written; crm edit REF --set FIELD=VALUE puts it right"), count, {"records": first})  # fmt: skip


def _name_of(table: str, key: int) -> str:
    return _name(table, key) if table in LETTERS else f"{table_word(table)} {key}"


def _odd_rows(db: Database, table: str) -> Iterator[tuple[Any, ...]]:
    """The live rows with a word, a number or a day that does not stand there: the key, and pairs of column and odd value."""
    odd: dict[str, str] = {}
    for column in frozen.TABLES[table]["columns"]:
        if words := words_of(table, column):
            listed = ", ".join(f"'{word}'" for word in words)
            odd[column] = f'"{column}" NOT IN ({listed})'
        elif limits := range_of(table, column):
            odd[column] = f'"{column}" NOT BETWEEN {limits[0]} AND {limits[1]}'
        elif column.endswith("_on"):  # a day, which may have a time behind it
            odd[column] = (
                f"""substr("{column}", 1, 10) IS NOT date(substr("{column}", 1, 10), '+0 days')"""
            )
    if not odd:
        return
    picked = ", ".join(f'CASE WHEN {wrong} THEN "{column}" END' for column, wrong in odd.items())
    sql = f"SELECT id, {picked} FROM {table} WHERE deleted_at IS NULL AND ({' OR '.join(odd.values())})"
    for key, *values in db.connection.execute(sql):
        yield (key, *zip(odd, values, strict=True))


def _outside(examined: Examined) -> Finding:
    count, _ = _outside_rows(examined.db)
    if not count:
        return Finding(OK, said("nothing was written by another program"))
    message = counted("{n} row was written by another program", "{n} rows were written by other programs", count)  # fmt: skip
    advice = said("crm history shows them as outside; crm doctor --fix takes note of them")
    return Finding(WARNING, message, advice, count)


def _outside_rows(db: Database) -> tuple[int, int]:
    """How many rows other programs wrote since the last mending, and the newest of all."""
    event = db.row("newest_event", kind=EVENT)
    seen = int(event["detail"].rpartition(" ")[2]) if event else 0
    row = db.row("outside_rows", after=seen)
    assert row is not None
    return row["n"], row["newest"] or seen


def _note_outside(examined: Examined) -> Said:
    return said("rows of other programs taken note of")


def detail_of(db: Database, mended: Iterable[str]) -> str:
    """What the event of a mending says: the checks that were mended, and the newest row of another program."""
    return f"{' '.join(mended)} {_outside_rows(db)[1]}"


# --- what is computed ---


def _names(examined: Examined) -> Finding:
    with examined.db.standing_still():
        count = sum(1 for table in _NAMED_TABLES for _ in _stale_names(examined.db, table))
    if not count:
        return Finding(OK, said("every customer is known by its name"))
    message = counted("{n} customer is still known by an earlier name", "{n} customers are still known by earlier names", count)  # fmt: skip
    return Finding(PROBLEM, message, FIX, count)


_NAMED_TABLES = ("customer", "former_customer")


def _stale_names(db: Database, table: str) -> Iterator[dict[str, Any]]:
    """The normal forms of names that are not those of the names as they now are."""
    sql = f"SELECT id, name, name_key, short_name, short_key FROM {table} WHERE deleted_at IS NULL"
    for row in db.connection.execute(sql):
        keys = keys_of(dict(row))
        if (row["name_key"], row["short_key"]) != (keys["name_key"], keys["short_key"]):
            yield {"id": row["id"], **keys}


def _renew_names(examined: Examined) -> Said:
    for table in _NAMED_TABLES:
        sql = f"UPDATE {table} SET name_key = :name_key, short_key = :short_key WHERE id = :id"
        examined.db.connection.executemany(sql, list(_stale_names(examined.db, table)))
    return said("names made findable anew")


class _Comparing(Database):
    """The file as it is; what would be written is compared with what is there instead."""

    def __init__(self, db: Database) -> None:
        super().__init__(db.connection, db.path, db.exists)
        self.differing: Counter[str] = Counter()

    def run_many(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Count the rows that the named update would change."""
        table = frozen.STATEMENTS[name].removeprefix("UPDATE ").partition(" ")[0]
        columns = frozen.TABLES[table]["derived"]
        wanted = {row["of"]: [row[column] for column in columns] for row in values}
        sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id IN (SELECT value FROM json_each(:keys))"
        for key, *present in self._fetch(sql, {"keys": as_list(wanted)}):
            self.differing[table] += present != wanted[key]

    def run(self, name: str, /, **values: Any) -> None:
        """The same for one row."""
        self.run_many(name, [values])


def _derived(examined: Examined) -> Finding:
    comparing = _Comparing(examined.db)
    with comparing.standing_still():
        try:
            refresh_all(comparing, examined.book)
        except _UNREADABLE as error:
            return _unreadable(comparing, examined.book, error)
    count = comparing.differing.total()
    if not count:
        return Finding(OK, said("every stored date is what the rules say"))
    message = counted("the stored dates of {n} record are not what the rules say", "the stored dates of {n} records are not what the rules say", count)  # fmt: skip
    return Finding(PROBLEM, message, FIX, count, {"rows": dict(+comparing.differing)})


def _unreadable(db: Database, book: Rulebook, error: Exception) -> Finding:
    """Which customer it was that the rules could not read, asked for one by one."""
    after, culprit = 0, None
    while not culprit and (found := db.row("all_customer_ids", after=after, limit=1)):
        after = found["id"]
        try:
            refresh(db, [after], book)
        except _UNREADABLE:
            culprit = ref("customer", after)
    if culprit is None:
        culprit = _unreadable_article(db, book)
    message = said("the stored dates of {ref} cannot be computed ({reason})", ref=culprit, reason=str(error))  # fmt: skip
    advice = said("crm history {ref} says what was written; crm edit {ref} --set FIELD=VALUE puts it right", ref=culprit)  # fmt: skip
    return Finding(PROBLEM, message, advice, 1, {"records": [culprit]})


def _unreadable_article(db: Database, book: Rulebook) -> str | None:
    for row in db.rows("all_articles", limit=-1):
        try:
            review_on(row, book)
        except _UNREADABLE:
            return ref("article", row["id"])
    return None


def _recompute(examined: Examined) -> Said:
    examined.recompute()
    return said("stored dates recomputed")


def _search(examined: Examined) -> Finding:
    with examined.db.standing_still():
        count = search.differences(examined.db)
    if count:
        message = counted("{n} record is not found by what it says", "{n} records are not found by what they say", count)  # fmt: skip
        return Finding(PROBLEM, message, FIX, count)
    if not _index_is_whole(examined.db):
        return Finding(PROBLEM, said("the search index is damaged"), FIX, 1)
    return Finding(OK, said("every record is found by what it says"))


def _index_is_whole(db: Database, is_copy: bool = False) -> bool:
    """FTS5's own check of the index against the documents; SQLite takes it for writing, so a read-only file is copied."""
    ask = "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"
    try:
        db.connection.execute(ask)
    except driver.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY and not is_copy:
            copy = Database(driver.copy(db.connection), db.path)
            try:
                return _index_is_whole(copy, is_copy=True)
            finally:
                copy.close()
        if code != sqlite3.SQLITE_CORRUPT:
            explain(error, db.path)
        return False
    # FTS5 compares what its own list of pages names: of an empty list, nothing.
    has_words = "SELECT EXISTS (SELECT 1 FROM search_index_idx) OR NOT EXISTS (SELECT 1 FROM search_document)"
    return bool(db.connection.execute(has_words).fetchone()[0])


def _rebuild_search(examined: Examined) -> Said:
    search.rebuild(examined.db)
    return said("search index made anew")


# --- what is known ---


def _calendar(examined: Examined) -> Finding:
    first = examined.book.calendar.estimated_from
    if examined.country == "none":
        return Finding(OK, said("Monday to Friday are worked, no public holidays are known"))
    # The dates have just been computed for comparison, which told the book the years they lie in.
    guessed = sorted({*examined.book.guessed, *range(first, examined.year + 1)})
    known = {"country": examined.country, "last": first - 1}
    if not guessed:
        return Finding(OK, said("the holidays of {country} are known up to {last}", **known))
    message = said("the holidays of {country} are known up to {last}; dates in {years} are estimated", years=Listed(map(str, guessed)), **known)  # fmt: skip
    advice = said("once they are announced: crm calendar import FILE, or upgrade crm")
    return Finding(WARNING, message, advice, len(guessed), {"years": guessed})


def _missing(examined: Examined) -> Finding:
    lacking: Counter[str] = Counter()
    incomplete = customers = 0
    required = {kind: examined.required(kind) for kind in ("company", "person")}
    with examined.db.standing_still():
        for row, parts in _customers(examined.db):
            found = missing(_as_recorded(row, parts), required.get(row["kind"], ()))
            lacking.update(found)
            incomplete += bool(found)
            customers += 1
    details = {
        "customers": customers,
        "share": incomplete / customers if customers else None,
        "fields": dict(lacking.most_common()),
    }
    if not incomplete:
        return Finding(OK, said("no customer lacks what is wanted"), details=details)
    message = counted("{n} of {all} customers lacks something that is wanted ({share} %)", "{n} of {all} customers lack something that is wanted ({share} %)", incomplete)  # fmt: skip
    shown = {"n": incomplete, "all": customers, "share": round(100 * incomplete / customers)}
    return Finding(WARNING, message._replace(values=shown), said("crm show REF names it"), incomplete, details)  # fmt: skip


def _customers(db: Database) -> Iterator[tuple[Row, Parts]]:
    after = 0
    while keys := [row["id"] for row in db.rows("all_customer_ids", after=after, limit=_CHUNK)]:
        parts = parts_of(db, keys)
        for row in db.rows("customers_by_ids", ids=as_list(keys)):
            yield row, parts.get(row["id"]) or Parts()
        after = keys[-1]


def _as_recorded(row: Row, parts: Parts) -> dict[str, Any]:
    """A customer under its JSON names, as far as anything can be missing from it."""
    people = {one["id"]: {"title": one["title"]} for one in parts.people}
    record: dict[str, Any] = {**row, "people": list(people.values())}
    record |= {"tags": parts.tags, "fields": parts.fields}
    for point in parts.points:
        owner = people.get(point["person_id"]) if point["person_id"] else record
        if owner is not None and point["active"]:
            owner[_POINTS[point["kind"]]] = point["value"]
    return record


_POINTS = {"phone": "phones", "email": "emails", "wechat": "wechat"}


def _deciders(examined: Examined) -> Finding:
    keys = [row["id"] for row in examined.db.rows("core_without_decider")]
    if not keys:
        return Finding(OK, said("every core customer has a decider"))
    first = [ref("customer", key) for key in keys[:NAMED]]
    message = counted("{n} core customer has no decider", "{n} core customers have no decider", len(keys))  # fmt: skip
    advice = said("crm add-person {ref} NAME --role decider", ref=first[0])
    return Finding(WARNING, message, advice, len(keys), {"records": first})


def _consent(examined: Examined) -> Finding:
    """Of how many it is not known: for information, for most of those one deals with were never asked."""
    row = examined.db.row("people_of_unknown_consent")
    people, unknown = (row["people"], row["n"]) if row else (0, 0)
    if not unknown:
        return Finding(OK, said("of everybody it is known whether they consent"))
    message = said(
        "whether they consent is not known of {n} of {people} people", n=unknown, people=people
    )
    return Finding(OK, message, None, unknown)


# --- its place ---


def _permissions(examined: Examined) -> Finding:
    paths = [path for path, _ in open_to_others(examined.db.path)]
    if not paths:
        return Finding(OK, said("only you can read the file"))
    message = said("other users can get at {path}", path=paths[0])
    return Finding(WARNING, message, FIX, len(paths), {"paths": paths})


def _close_to_others(examined: Examined) -> Said:
    for path, rights in open_to_others(examined.db.path):
        try:
            Path(path).chmod(stat.S_IMODE(rights))
        except OSError as error:
            raise StoreError(
                "the permissions of {path} cannot be changed ({reason}); ask its owner",
                path=path,
                reason=error.strerror or error,
            ) from None
    return said("permissions taken from other users")


def _erasure(examined: Examined) -> Finding:
    if uncleaned(examined.db) is None:
        return Finding(OK, said("nothing of what was erased is left"))
    message = said("what was erased may still stand in pages of the file that were given up")
    return Finding(WARNING, message, FIX, 1)


def _finish_erasing(examined: Examined) -> Said:
    """Whoever opens the file for writing tries it, for it cannot be done inside a transaction (cleaning.py)."""
    if uncleaned(examined.db) is None:
        return said("what was erased is overwritten")
    return said(
        "what was erased is not overwritten yet: others are reading the file, or the disk is full"
    )


CHECKS = (
    Check("integrity", _integrity, _reindex),
    Check("foreign-keys", _foreign_keys),
    Check("schema", _schema, _renew_indexes),
    Check("triggers", _triggers, _renew_triggers),
    Check("keys", _keys, _raise_keys),
    Check("values", _values),
    Check("names", _names, _renew_names),
    Check("derived", _derived, _recompute),
    Check("search", _search, _rebuild_search),
    Check("outside", _outside, _note_outside),
    Check("calendar", _calendar),
    Check("missing", _missing),
    Check("deciders", _deciders),
    Check("consent", _consent),
    Check("erasure", _erasure, _finish_erasing),
    Check("permissions", _permissions, _close_to_others),
    Check("statistics", surroundings.statistics, surroundings.drop_statistics),
    Check("wal", surroundings.wal),
    Check("backups", surroundings.backups),
    Check("backup-folder", surroundings.backup_folder),
    Check("dossiers", surroundings.archived),
    Check("attachments", surroundings.attached),
    Check("unnamed-files", surroundings.unnamed, surroundings.remove_unnamed),
    Check("leftovers", surroundings.leftovers, surroundings.remove_leftovers),
)
"""Every check, in the order in which they look and mend: what others rest on first."""
