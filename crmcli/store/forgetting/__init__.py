"""Erasing all that the file holds of a customer or a person, for good (HANDBOOK §10).

Looking comes first: what belongs to it is listed in a temporary table, the rest of the file is read for mentions. Then
rows, change log, events and search index are rid of it in one transaction, which leaves an event without anything
personal and a mark in `meta`; as long as that stands, pages that were given up may still hold what was on them
(cleaning.py).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules.erasing import MARK, Redactor, Trace, command_without_arguments, redacted_command
from crmcli.rules.references import LETTERS, Reference
from crmcli.store import cleaning, driver, erased, frozen, frozen_schema, search
from crmcli.store.changes import Touched, record_event
from crmcli.store.database import Database, as_list
from crmcli.store.forgetting.attached import files_left, note_files
from crmcli.store.forgetting.belongings import (
    FORGOTTEN_ROW,
    IS_LISTED,
    batches,
    collect,
    counted,
    customer_of,
    listed,
    make_lists,
    put,
    seed,
)
from crmcli.store.forgetting.mentions import (
    FREE,
    LOG,
    OWN,
    WHOSE,
    Redactors,
    list_mentions,
    readable,
    without,
)
from crmcli.store.forgetting.traces import Namesake, namesakes_of, traces_left
from crmcli.store.records import LOOSE

Say = Callable[[str], None]
"""Told what is being done now, a stage at a time."""


class Plan(NamedTuple):
    """What an erasure takes: rows by table, texts elsewhere by table, and what is left to others."""

    subject: Reference
    customers: Sequence[int]  # whose all is erased; empty for a person
    references: Sequence[str]  # of customers and people erased
    rows: Mapping[str, int]
    mentions: Mapping[str, int]
    places: Sequence[str]  # the first of these, as `i40.summary`
    namesakes: Sequence[Namesake]
    changes: int  # that can no longer be undone
    traces: Sequence[Trace]
    redactors: "Redactors"
    files_left: Sequence[
        int
    ] = ()  # attached files of a person's customer, into which nobody looked

    @property
    def too_short(self) -> Sequence[str]:
        """Names of one sign, which are not looked for inside longer texts."""
        return self.redactors.whole.too_short


def prepare(db: Database) -> None:
    """What must be settled before a transaction begins; goes on locked.

    Rows are deleted in whole families, which SQLite would check one by one against tables that have no index for it.
    """
    db.unlock()
    db.leave_links_unchecked()
    with db.speaking():
        db.connection.execute("PRAGMA secure_delete = ON")
    db.lock()


# --- looking ---


def plan(db: Database, subject: Reference, say: Say) -> Plan:
    """What erasing `subject` would take, with nothing changed but temporary tables."""
    with db.speaking():
        make_lists(db)
        customers = seed(db, subject)
        collect(db)
        traces = traces_left(db)
        say("names")
        namesakes, exempt = namesakes_of(db, traces, customers or [customer_of(db, subject)])
        redactors = Redactors(traces, exempt)
        say("texts")
        mentions, places = list_mentions(db, redactors)
        return Plan(
            subject,
            customers,
            [f"{LETTERS[table]}{key}" for table in ("customer", "person") for key in listed(db, table)],
            counted(db),
            mentions,
            places,
            namesakes,
            _count_of_changes(db),
            traces,
            redactors,
            files_left(db, customer_of(db, subject)) if subject.table == "person" else (),
        )  # fmt: skip


def _count_of_changes(db: Database) -> int:
    sql = f"SELECT count(*) FROM ({_TOUCHED})"
    count: int = db.connection.execute(sql).fetchone()[0]
    return count


_TOUCHED = (
    f"SELECT change_id FROM change_row WHERE change_id IS NOT NULL AND {FORGOTTEN_ROW} UNION "
    "SELECT change_id FROM change_range AS span WHERE EXISTS (SELECT 1 FROM temp.forgotten AS gone "
    "WHERE gone.row_table = span.row_table AND gone.row_id BETWEEN span.first_id AND span.last_id)"
)


# --- erasing ---


def erase(db: Database, plan: Plan, at: str, actor: str, on: str, reason: str | None) -> Touched:
    """Inside a transaction that `prepare` made ready and after `plan`: erase all of it; what is to be recomputed.

    `at` is the instant, `on` the local day, which `show` names afterwards.
    """
    touched = Touched()
    with db.speaking():
        for name in frozen_schema.TRIGGERS:
            db.connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        if plan.subject.table == "person":
            touched.add(customer_of(db, plan.subject))
        _redact(db, plan, touched)
        _cut_links(db, touched)
        note_files(db)
        _erase_log(db)
        _erase_rows(db)
        for text in frozen_schema.TRIGGERS.values():
            db.connection.execute(text)
        if db.connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'"
        ).fetchone():
            db.connection.execute("DELETE FROM sqlite_stat4")  # samples of what is in the indexes
    touched.whole -= set(listed(db, "customer"))
    detail = {
        "ref": str(plan.subject),
        "refs": list(plan.references),
        "on": on,
        "rows": dict(plan.rows),
        "mentions": dict(plan.mentions),
        "reason": plan.redactors.whole(reason) if reason else None,
    }
    record_event(db, at, actor, erased.EVENT, json.dumps(detail, ensure_ascii=False))
    cleaning.mark(db, cleaning.DOSSIERS)
    return touched


def _redact(db: Database, plan: Plan, touched: Touched) -> None:
    """Take the traces out of what mentions the erased; search finds these records as they then are."""
    for table in (*FREE, *LOG):
        for keys in batches(db, "mentioning", table):
            stale: set[tuple[str, int]] = set()
            for row in list(map(dict, readable(db, table, True, as_list(keys)))):
                _write(db, table, row["id"], without(db, table, row, plan.redactors))
                if table in FREE and (whole := db.row(f"{table}_row", id=row["id"])):
                    stale |= {found} if (found := search.document_of(table, dict(whole))) else set()
            search.renew(db, stale)


def _write(db: Database, table: str, key: int, values: Mapping[str, str]) -> None:
    if not values:
        return
    columns = ", ".join(f'"{name}" = :{name}' for name in values)
    try:
        db.connection.execute(f"UPDATE {table} SET {columns} WHERE id = :_id", {**values, "_id": key})  # fmt: skip
    except driver.IntegrityError:  # the same tag twice at one customer
        db.connection.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
        put(db, table, [key])


def _cut_links(db: Database, touched: Touched) -> None:
    """What stays points to nothing that goes."""
    for table, column in LOOSE:
        parent = frozen.TABLES[table]["links"][column]
        which = f'"{column}" IN {IS_LISTED.format(table=parent)} AND id NOT IN {IS_LISTED.format(table=table)}'
        if next(listed(db, parent), None) is None:
            continue
        whose = "id" if table == "customer" else WHOSE.get(table, "customer_id")
        for (customer,) in db.connection.execute(
            f"SELECT DISTINCT {whose} FROM {table} WHERE {which}"
        ):
            if customer is not None:
                touched.add(customer)
        db.connection.execute(f'UPDATE {table} SET "{column}" = NULL WHERE {which}')


def _erase_log(db: Database) -> None:
    """Of the erased rows the log keeps who wrote something and when, so that what is built on it cannot be undone."""
    changes = [number for (number,) in db.connection.execute(_TOUCHED)]
    for number in changes:
        row = db.row("change", id=number)
        if row is not None:
            _write(db, "change", number, _command_without(db, row))
    db.connection.execute(f"UPDATE change_row SET before = NULL, after = NULL WHERE {FORGOTTEN_ROW}")  # fmt: skip
    # An import logs its rows as a range: a line of their own says that some of them are gone.
    db.connection.execute(
        "INSERT INTO change_row (change_id, row_table, row_id, action) SELECT span.change_id, span.row_table, "
        "min(gone.row_id), 'insert' FROM change_range AS span JOIN temp.forgotten AS gone ON "
        "gone.row_table = span.row_table AND gone.row_id BETWEEN span.first_id AND span.last_id GROUP BY span.id"
    )


def _command_without(db: Database, change: Any) -> dict[str, str]:
    """What stays of the words of a change that wrote erased rows: if it wrote nothing else, what it was."""
    others = (
        f"SELECT 1 FROM change_row WHERE change_id = :change AND NOT {FORGOTTEN_ROW} UNION ALL "
        "SELECT 1 FROM change_range WHERE change_id = :change LIMIT 1"
    )
    values = {"change": change["id"]}
    if db.connection.execute(others, values).fetchone() is None:
        made = {"command": command_without_arguments(change["command"])}
        return {**made, "reason": MARK} if change["reason"] else made
    known: set[str] = set()
    sql = f"SELECT row_table, row_id FROM change_row WHERE change_id = :change AND {FORGOTTEN_ROW}"
    for table, key in db.connection.execute(sql, values):
        row = db.row(f"{table}_row", id=key)
        columns = (*FREE.get(table, ()), *OWN.get(table, ()))
        stored = [dict(row) if row else {}]
        for step in db.rows("history_of_row", row_table=table, row_id=key, limit=-1):
            stored += [json.loads(step["before"] or "{}"), json.loads(step["after"] or "{}")]
        known |= {text for one in stored for name in columns if (text := one.get(name))}
    return {"command": redacted_command(change["command"], Redactor(()), known)}


def _erase_rows(db: Database) -> None:
    stale: set[tuple[str, int]] = set()
    for table in frozen.TABLES:
        for keys in batches(db, "forgotten", table):
            listed = as_list(keys)
            if table not in search.KINDS:
                stale |= set(_found_by(db, table, listed))
            db.connection.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (listed,)
            )
            if table in search.KINDS:
                search.renew(db, ((table, key) for key in keys))
    search.renew(db, stale)


def _found_by(db: Database, table: str, keys: str) -> Iterator[tuple[str, int]]:
    """The records that stay and are found by what these rows, which go, say."""
    sql = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    for row in db.connection.execute(sql, (keys,)):
        found = search.document_of(table, dict(row))
        if (
            found
            and not db.connection.execute(
                "SELECT 1 FROM temp.forgotten WHERE row_table = ? AND row_id = ?", found
            ).fetchone()
        ):
            yield found
