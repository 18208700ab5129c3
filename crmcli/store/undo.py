"""Taking a change back, and giving it back again (DESIGN §3)."""

import json
from typing import Any

from crmcli.errors import Forbidden, NotFound
from crmcli.locale import N_
from crmcli.rules.references import LETTERS, ref, table_word
from crmcli.store import driver, frozen, search
from crmcli.store.changes import Author, Change, begin, log_range
from crmcli.store.database import Database, Row

_DEPENDENTS = [
    (child, column, parent)
    for child, shape in frozen.TABLES.items()
    for column, parent in shape["links"].items()
]


def undo(db: Database, author: Author, number: int | None, finish: Any) -> Row:
    """Take back change `number`, or the newest that is neither an undo nor undone; returns that change.

    `finish(change)` recomputes what is derived before the transaction ends. NotFound when there is nothing to take
    back; Forbidden when a later change stands in the way, which it names.
    """
    with begin(db, author) as change:
        target = _target(db, number)
        _take_back(change, target)
        _mark(change, target)
        db.writing_at = None  # taking something back is no touch of a record
        finish(change)
    return target


def _target(db: Database, number: int | None) -> Row:
    target = db.row("newest_undoable") if number is None else db.row("change", id=number)
    if target is None:
        if number is None:
            raise NotFound("there is no change to undo")
        raise NotFound("there is no change x{number}; crm history lists them", number=number)
    if target["undone_by"]:
        raise Forbidden(
            "x{number} is already undone by x{by}; to redo it: crm undo x{by}",
            number=target["id"],
            by=target["undone_by"],
        )
    if target["schema_version"] != frozen.SCHEMA_VERSION:
        raise Forbidden(
            "x{number} is older than the last upgrade of the file and cannot be undone",
            number=target["id"],
        )
    return target


def _mark(change: Change, target: Row) -> None:
    """Note who undid whom: up the chain of undos, every second change stands again and the others are undone by this."""
    change.undoes = target["id"]
    key: int | None = target["id"]
    undone_by: int | None = change.number
    while key is not None:
        change.db.run("mark_undone", of=key, undone_by=undone_by)
        above = change.db.row("change", id=key)
        key = above["undoes"] if above else None
        undone_by = None if undone_by else change.number


def _take_back(change: Change, target: Row) -> None:
    db, number = change.db, target["id"]
    rows = db.rows("rows_of_change", change=number)
    ranges = db.rows("ranges_of_change", change=number)
    if not rows and not ranges:
        raise Forbidden("x{number} changed nothing that could be undone", number=number)
    removed: set[tuple[str, int]] = set()
    attached: set[tuple[str, int]] = set()
    try:
        for row in reversed(rows):
            one = (row["row_table"], row["row_id"])
            if row["action"] == "insert":
                _unchanged_since_insert(db, row)
                change.remove(*one)
                removed.add(one)
            elif row["action"] == "update":
                before = _restore(change, row)
                if before.get("deleted_at"):
                    removed.add(one)
                elif (
                    "deleted_at" in before or before.keys() & frozen.TABLES[one[0]]["links"].keys()
                ):
                    attached.add(one)
            else:
                raise Forbidden("x{number} erased rows and cannot be undone", number=number)
        for span in reversed(ranges):
            _take_back_range(change, span, number)
    except driver.IntegrityError as error:
        if "FOREIGN KEY" in str(error):
            raise Forbidden(_GONE, number=number) from None
        raise Forbidden(
            "x{number} cannot be undone: a later record took its place", number=number
        ) from None
    # Only now does everything stand as it will: what was taken away must leave nothing behind that depends on it,
    # and what came back must have something to come back to.
    _refuse_orphans(db, removed, number)
    for table, key in attached:
        _refuse_fatherless(db, table, key, key, number)
        _refuse_torn(db, table, key, number)
    for span in ranges:
        if span["action"] == "remove":
            _refuse_fatherless(db, span["row_table"], span["first_id"], span["last_id"], number)
        else:
            _refuse_orphans_of_range(db, span, number)


def _restore(change: Change, row: Row) -> dict[str, Any]:
    """Give the changed columns their old values back, and return those."""
    table, after = row["row_table"], json.loads(row["after"] or "{}")
    current = change.db.row(f"{table}_row", id=row["row_id"])
    if current is None or any(current[name] != value for name, value in after.items()):
        _refuse(change.db, row)
    before: dict[str, Any] = json.loads(row["before"])
    change.update(table, row["row_id"], **before)
    return before


def _unchanged_since_insert(db: Database, row: Row) -> None:
    """The row is its own after-image: whatever later steps left different from it stands in the way."""
    later = db.rows("rows_since", after=row["id"], row_table=row["row_table"], row_id=row["row_id"])
    current = db.row(f"{row['row_table']}_row", id=row["row_id"])
    first: dict[str, Any] = {}
    for step in later:
        for name, value in json.loads(step["before"] or "{}").items():
            first.setdefault(name, value)
    if current is None or any(current[name] != value for name, value in first.items()):
        _refuse(db, row)


_GONE = N_("x{number} cannot be undone: what it refers to was erased")


def _refuse(db: Database, row: Row) -> None:
    _refuse_erased(db, row)
    later = db.rows("rows_since", after=row["id"], row_table=row["row_table"], row_id=row["row_id"])
    blockers = [step["change_id"] for step in later if step["change_id"] != row["change_id"]]
    if blockers and blockers[-1] is not None:
        raise Forbidden(
            "x{number} cannot be undone: x{later} changed the same {table} since; undo that first",
            number=row["change_id"],
            later=blockers[-1],
            table=table_word(row["row_table"]),
        )
    raise Forbidden(
        "x{number} cannot be undone: another program changed the same {table} since",
        number=row["change_id"],
        table=table_word(row["row_table"]),
    )


def _refuse_erased(db: Database, row: Row) -> None:
    """What `crm forget` erased is gone for good, and whoever pointed to it points to nobody (HANDBOOK §10)."""
    table, after = row["row_table"], json.loads(row["after"] or "{}")
    if db.row(f"{table}_row", id=row["row_id"]) is None and _was_forgotten(db, row):
        raise Forbidden(
            "x{number} cannot be undone: something of it was erased by crm forget",
            number=row["change_id"],
        )
    for column, parent in frozen.TABLES[table]["links"].items():
        if after.get(column) is not None and not db.row(f"{parent}_row", id=after[column]):
            raise Forbidden(_GONE, number=row["change_id"])


def _was_forgotten(db: Database, row: Row) -> bool:
    """Another program's erasing is in the log."""
    steps = db.rows("history_of_row", row_table=row["row_table"], row_id=row["row_id"], limit=-1)
    return all(step["action"] != "erase" for step in steps)


def _refuse_orphans(db: Database, removed: set[tuple[str, int]], number: int) -> None:
    for table, key in sorted(removed):
        for child, column, parent in _DEPENDENTS:
            if parent == table:
                _refuse_live(db, child, f"{column} = {key:d}", number)
        _refuse_live(db, "attachment", f"row_table = '{table}' AND row_id = {key:d}", number)


def _refuse_live(db: Database, child: str, condition: str, number: int) -> None:
    sql = f"SELECT id FROM {child} WHERE deleted_at IS NULL AND {condition} ORDER BY id LIMIT 1"
    found = db.connection.execute(sql).fetchone()
    if not found:
        return
    if child in LETTERS:
        raise Forbidden(
            "x{number} cannot be undone: the later {table} {record} depends on what it made; undo or delete that first",
            number=number,
            table=table_word(child),
            record=ref(child, found[0]),
        )
    raise Forbidden(
        "x{number} cannot be undone: a later {table} depends on what it made; undo or delete that first",
        number=number,
        table=table_word(child),
    )


def _refuse_fatherless(db: Database, table: str, first: int, last: int, number: int) -> None:
    """What comes back must not come back to a parent that has gone."""
    for column, parent in frozen.TABLES[table]["links"].items():
        sql = (
            f"SELECT 1 FROM {table} AS child JOIN {parent} AS parent ON parent.id = child.{column} "
            "WHERE child.id BETWEEN ? AND ? AND child.deleted_at IS NULL AND parent.deleted_at IS NOT NULL LIMIT 1"
        )
        if db.connection.execute(sql, (first, last)).fetchone():
            raise Forbidden(
                "x{number} cannot be undone: the {parent} it belongs to was deleted since; undo that first",
                number=number,
                parent=table_word(parent),
            )
    if table == "attachment":
        _refuse_detached(db, first, last, number)


def _refuse_detached(db: Database, first: int, last: int, number: int) -> None:
    """An attached file comes back to a record that is there: it names that without a link."""
    sql = "SELECT row_table, row_id FROM attachment WHERE id BETWEEN ? AND ? AND deleted_at IS NULL"
    for named, key in db.connection.execute(sql, (first, last)).fetchall():
        row = db.row(f"{named}_row", id=key)
        if row is None:
            raise Forbidden(_GONE, number=number)
        if row["deleted_at"]:
            raise Forbidden(
                "x{number} cannot be undone: the {parent} it belongs to was deleted since; undo that first",
                number=number,
                parent=table_word(named),
            )


def _refuse_torn(db: Database, table: str, key: int, number: int) -> None:
    """What goes back to another customer must not leave behind what was done about it since."""
    if "customer_id" not in frozen.TABLES[table]["columns"]:
        return
    for child, column, parent in _DEPENDENTS:
        if parent == table and "customer_id" in frozen.TABLES[child]["columns"]:
            whose = f"(SELECT customer_id FROM {table} WHERE id = {key:d})"
            _refuse_live(db, child, f"{column} = {key:d} AND customer_id <> {whose}", number)


# --- ranges: the rows of an import ---


def _take_back_range(change: Change, span: Row, number: int) -> None:
    """Remove or restore a whole range of rows at once, logged as a range."""
    from crmcli.store import frozen_schema

    table, first, last = span["row_table"], span["first_id"], span["last_id"]
    _refuse_changed_range(change.db, span, number)
    restoring = span["action"] == "remove"
    stamp = None if restoring else change.author.at
    connection = change.db.connection
    connection.execute(f"DROP TRIGGER log_{table}_update")
    connection.execute(
        f"UPDATE {table} SET deleted_at = ? WHERE id BETWEEN ? AND ?", (stamp, first, last)
    )
    connection.execute(frozen_schema.TRIGGERS[f"log_{table}_update"])
    log_range(change, table, first, last, "restore" if restoring else "remove")
    if table in search.KINDS:
        change.document_ranges.append((table, first, last))
    else:
        change.documents.update(search.documents_of_range(change.db, table, first, last))
    column = "id" if table == "customer" else "customer_id"
    if column in frozen.TABLES[table]["columns"]:
        found = connection.execute(
            f"SELECT DISTINCT {column} FROM {table} WHERE id BETWEEN ? AND ?", (first, last)
        )
        change.touched.update(row[0] for row in found)


def _refuse_changed_range(db: Database, span: Row, number: int) -> None:
    later: dict[int, dict[str, Any]] = {}
    for step in db.rows(
        "rows_since_in_range",
        row_table=span["row_table"],
        first=span["first_id"],
        last=span["last_id"],
        change=number,
    ):
        columns = later.setdefault(step["row_id"], {})
        for name, value in json.loads(step["before"] or "{}").items():
            columns.setdefault(name, (value, step))
    for key, columns in later.items():
        current = db.row(f"{span['row_table']}_row", id=key)
        for name, (value, step) in columns.items():
            if current is None or current[name] != value:
                raise Forbidden(
                    "x{number} cannot be undone: x{later} changed a {table} of it since; undo that first",
                    number=number,
                    later=step["change_id"] or "?",
                    table=table_word(span["row_table"]),
                )


def _refuse_orphans_of_range(db: Database, span: Row, number: int) -> None:
    for child, column, parent in _DEPENDENTS:
        if parent == span["row_table"]:
            condition = f"{column} BETWEEN {span['first_id']:d} AND {span['last_id']:d}"
            _refuse_live(db, child, condition, number)
    keys = f"row_id BETWEEN {span['first_id']:d} AND {span['last_id']:d}"
    _refuse_live(db, "attachment", f"row_table = '{span['row_table']}' AND {keys}", number)
