"""Any record by its reference, and deleting one with what belongs to it."""

from typing import TYPE_CHECKING, NamedTuple

from crmcli.errors import BadValue, NotFound
from crmcli.rules.references import Reference, read_reference, table_word
from crmcli.rules.terms import ROUNDS
from crmcli.store import frozen
from crmcli.store.database import Database, Row
from crmcli.store.erased import refuse_erased
from crmcli.store.finding import find_customer

if TYPE_CHECKING:  # readers do without the change log
    from crmcli.store.changes import Change


class Record(NamedTuple):
    """A live row and its reference."""

    reference: Reference
    row: Row

    @property
    def table(self) -> str:
        """Where it is stored."""
        return self.reference.table

    @property
    def key(self) -> int:
        """Its key."""
        return self.reference.key


def find_record(db: Database, text: str) -> Record:
    """The live record meant by `c12`, `t3`, …, or by a customer's name."""
    reference = read_reference(text)
    if reference is not None and reference.item not in (None, *_ITEMS.get(reference.table, ())):
        raise NotFound("{text} is nothing that is due; crm due lists what is", text=text)
    if reference is None or reference.table == "customer":
        row = find_customer(db, text if reference is None else f"c{reference.key}")
        return Record(Reference("customer", row["id"], reference.item if reference else None), row)
    if reference.table not in frozen.TABLES:
        raise BadValue("{text} is a change, not a record; crm history shows it", text=text)
    found = db.row(f"{reference.table}_row", id=reference.key)
    if found is None:
        refuse_erased(db, reference)
        raise NotFound(
            "there is no {table} {text}; crm show CUSTOMER lists them",
            table=table_word(reference.table),
            text=text,
        )
    if found["deleted_at"]:
        raise NotFound(
            "{table} {text} was deleted; crm history {text} says when",
            table=table_word(reference.table),
            text=text,
        )
    return Record(reference, found)


def refuse_item(record: Record) -> None:
    """BadValue for `n1:respond` and the like where the record behind it would be changed or deleted whole."""
    if record.reference.item:
        raise BadValue(
            "{item} is something that is due, no record of its own; write {ref} if the whole record is meant",
            item=str(record.reference),
            ref=str(record.reference).partition(":")[0],
        )


_ITEMS = {
    "customer": (
        "touch",
        "visit",
        "unanswered",
        "win-back",
        "survey",
        *ROUNDS,
        "file-check",
        "reorder",
        "churn",
    ),
    "interaction": ("unanswered",),
    "need": ("respond", "feedback", "solve", "plan-confirm", "progress"),
    "promise": ("amends",),
    "customer_order": ("payment",),
    "contract": ("renewal", "contract-review"),
    "deal": ("quote", "deal"),
}
"""The computed items that each kind of record has."""

LOOSE = {
    ("participant", "person_id"),
    ("customer", "referred_by"),
    ("interaction", "need_id"),
    ("interaction", "promise_id"),
    ("task", "need_id"),
    ("need", "acceptor_id"),
    ("need", "origin_id"),
    ("promise", "need_id"),
    ("survey", "person_id"),
    ("article", "need_id"),
    ("person", "successor_id"),
    ("interaction", "deal_id"),
    ("contract", "deal_id"),
    ("contract", "renewed_id"),
    ("customer_order", "deal_id"),
    ("customer_order", "contract_id"),
}
"""Links that are cut when what they point to goes; along all others, what belongs to a record goes with it."""

ATTACHED = "SELECT id FROM attachment WHERE deleted_at IS NULL AND row_table = ? AND row_id = ?"
"""The live attachments of a record: it may be of any table, so that no link names it."""


def remove(change: "Change", table: str, key: int) -> None:
    """Take a record out of sight, and first all that belongs to it, so that undo brings the record back first."""
    for (attachment,) in change.db.connection.execute(ATTACHED, (table, key)).fetchall():
        change.remove("attachment", attachment)
    for child, shape in frozen.TABLES.items():
        for column, parent in shape["links"].items():
            if parent == table:
                _let_go(change, child, column, key)
    change.remove(table, key)


def _let_go(change: "Change", child: str, column: str, key: int) -> None:
    sql = f"SELECT id FROM {child} WHERE deleted_at IS NULL AND {column} = ?"
    for (one,) in change.db.connection.execute(sql, (key,)).fetchall():
        if (child, column) in LOOSE:
            change.update(child, one, **{column: None})
        else:
            remove(change, child, one)


def created_at_of(db: Database, text: str) -> str | None:
    """When the record with this reference was made, as a stored instant; None for what is none, or is not there."""
    reference = read_reference(text)
    row = db.row(f"{reference.table}_row", id=reference.key) if reference else None
    return row["created_at"] if row is not None and "created_at" in row.keys() else None  # noqa: SIM118 - a Row
