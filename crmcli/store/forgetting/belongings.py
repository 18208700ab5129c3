"""What belongs to whom is erased: rows by table and key, in temporary lists that SQL can ask."""

from collections.abc import Iterator, Sequence

from crmcli.rules.identity import name_key
from crmcli.rules.references import Reference
from crmcli.store import frozen
from crmcli.store.database import Database, as_list
from crmcli.store.exporting import moving_tables
from crmcli.store.records import LOOSE

CHUNK = 500

IS_LISTED = "(SELECT row_id FROM temp.forgotten WHERE row_table = '{table}')"
"""The keys of what is erased of a table, inside a statement."""


FORGOTTEN_ROW = (
    "EXISTS (SELECT 1 FROM temp.forgotten AS gone WHERE gone.row_table = change_row.row_table "
    "AND gone.row_id = change_row.row_id)"
)
"""Of a line of the change log: it is about such a row."""


def make_lists(db: Database) -> None:
    for name in ("forgotten", "mentioning"):
        db.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        db.connection.execute(
            f"CREATE TEMP TABLE {name} (row_table TEXT, row_id INTEGER, PRIMARY KEY (row_table, row_id)) WITHOUT ROWID"
        )


def put(db: Database, table: str, keys: Sequence[int]) -> None:
    sql = "INSERT OR IGNORE INTO temp.forgotten SELECT ?, value FROM json_each(?)"
    db.connection.execute(sql, (table, as_list(keys)))


def listed(db: Database, table: str) -> Iterator[int]:
    sql = "SELECT row_id FROM temp.forgotten WHERE row_table = ? ORDER BY row_id"
    return (key for (key,) in db.connection.execute(sql, (table,)))


def batches(db: Database, name: str, table: str) -> Iterator[list[int]]:
    """The keys that a list has of a table, some at a time."""
    after = -1
    sql = f"SELECT row_id FROM temp.{name} WHERE row_table = ? AND row_id > ? ORDER BY row_id LIMIT {CHUNK}"
    while keys := [key for (key,) in db.connection.execute(sql, (table, after))]:
        yield keys
        after = keys[-1]


def seed(db: Database, subject: Reference) -> list[int]:
    """List the subject itself; the customers whose all goes with it, those that were merged into it too."""
    if subject.table == "customer":
        customers = [subject.key, *_merged_into(db, subject.key)]
        put(db, "customer", customers)
        return customers
    put(db, "person", [subject.key, *_doubles(db, subject.key)])
    return []


def _merged_into(db: Database, customer: int) -> list[int]:
    sql = "SELECT former_id FROM former_customer WHERE customer_id = ? AND deleted_at IS NULL ORDER BY former_id"
    return [key for (key,) in db.connection.execute(sql, (customer,))]


def _doubles(db: Database, person: int) -> list[int]:
    """Deleted rows of the same person at the same customer, such as a merge leaves."""
    row = db.row("person_row", id=person)
    assert row is not None
    customers = [row["customer_id"], *_merged_into(db, row["customer_id"])]
    sql = (
        "SELECT id, name FROM person WHERE id <> ? AND deleted_at IS NOT NULL "
        "AND customer_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    )
    found = db.connection.execute(sql, (person, as_list(customers)))
    return [key for key, name in found if name_key(name) == name_key(row["name"])]


def collect(db: Database) -> None:
    """List what belongs to what is listed, deleted rows too: parents before what belongs to them."""
    for table in moving_tables():
        for column, parent in frozen.TABLES[table]["links"].items():
            if (table, column) not in LOOSE and next(listed(db, parent), None) is not None:
                db.connection.execute(
                    f'INSERT OR IGNORE INTO temp.forgotten SELECT ?, id FROM {table} WHERE "{column}" IN '
                    "(SELECT row_id FROM temp.forgotten WHERE row_table = ?)",
                    (table, parent),
                )
    # An attachment names what it belongs to without a link, for that may be of any table.
    db.connection.execute(
        "INSERT OR IGNORE INTO temp.forgotten SELECT 'attachment', attachment.id FROM attachment JOIN temp.forgotten AS gone "
        "ON gone.row_table = attachment.row_table AND gone.row_id = attachment.row_id"
    )
    # What it was once merged into, and taken out of again, knows it by name.
    db.connection.execute(
        "INSERT OR IGNORE INTO temp.forgotten SELECT 'former_customer', id FROM former_customer "
        f"WHERE former_id IN {IS_LISTED.format(table='customer')}"
    )
    # What another program erased is in its log line as a whole.
    for column, table in (("customer_id", "customer"), ("person_id", "person")):
        db.connection.execute(
            "INSERT OR IGNORE INTO temp.forgotten SELECT row_table, row_id FROM change_row WHERE action = 'erase' AND "
            f"json_extract(before, '$.{column}') IN {IS_LISTED.format(table=table)}"
            + ("" if table == "customer" else " AND row_table IN ('contact_point', 'key_date')")
        )


def counted(db: Database) -> dict[str, int]:
    """How many rows of each table there are to erase, those deleted before too."""
    found = {}
    for table in frozen.TABLES:
        sql = f"SELECT count(*) FROM {table} WHERE id IN {IS_LISTED.format(table=table)}"
        if count := db.connection.execute(sql).fetchone()[0]:
            found[table] = count
    return found


def customer_of(db: Database, subject: Reference) -> int:
    row = db.row("person_row", id=subject.key)
    assert row is not None
    key: int = row["customer_id"]
    return key
