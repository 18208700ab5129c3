"""Reading a file out: kinds of records as streams, and everything there is for moving house (CLI.md, Export)."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crmcli.store import frozen
from crmcli.store.database import Database, Predicate, Row, as_list

CHUNK = 1_000
LEFT_OUT = {"name_key", "short_key", "value_key", "deleted_at"}
"""Beside what is derived, these do not move: normal forms are made anew, and only live rows move."""

UNNUMBERED = ("setting",)
"""Rows known by their name, whose keys nobody ever sees: a new file has keys of its own for them."""


def stream(db: Database, statement: str, /, **values: Any) -> Iterator[list[Row]]:
    """The rows of the named statement, a chunk at a time, none kept."""
    with db.speaking():
        cursor = db.connection.execute(frozen.STATEMENTS[statement], values)
        while rows := cursor.fetchmany(CHUNK):
            yield rows


# --- a kind of records ---


def customer_keys(db: Database, predicates: Iterable[Predicate]) -> "array[int]":
    """The keys of the live customers that fit, ascending: eight bytes each, for there may be very many."""
    found = db.query("customer_keys", predicates, ["customer.id"])
    return array("q", (row["id"] for row in found))


def customers(db: Database, predicates: Sequence[Predicate]) -> Iterator[list[Row]]:
    """The live customers that fit, in the order of their keys."""
    keys = customer_keys(db, predicates)
    for start in range(0, len(keys), CHUNK):
        rows = db.rows("customers_by_ids", ids=as_list(keys[start : start + CHUNK]))
        yield sorted(rows, key=lambda row: row["id"])


def of_customers(db: Database, table: str, predicates: Sequence[Predicate]) -> Iterator[list[Row]]:
    """The live records of `table` of the customers that fit, in the order of their own keys."""
    name = f"full_{table}" if f"full_{table}" in frozen.STATEMENTS else f"live_{table}"
    if predicates:
        fitting = as_list(customer_keys(db, predicates))
        yield from stream(db, f"{name}_of", customers=fitting)
    else:
        yield from stream(db, name)


# --- everything ---


def moving_columns(table: str) -> list[str]:
    """The columns of `table` that move: its base columns."""
    shape = frozen.TABLES[table]
    left = LEFT_OUT.union(shape["derived"], ("id",) if table in UNNUMBERED else ())
    return [name for name in shape["columns"] if name not in left]


def moving_tables() -> list[str]:
    """The tables that move: settings, which say how the rest is meant, then every table after those it refers to."""
    waiting = [name for name in frozen.TABLES if name not in UNNUMBERED]
    ordered = list(UNNUMBERED)
    while waiting:
        ready = next(
            name
            for name in waiting
            if all(
                parent in ordered or parent == name
                for parent in frozen.TABLES[name]["links"].values()
            )
        )
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def next_keys(db: Database) -> list[tuple[str, int]]:
    """The next free key of each table whose keys are references, so that none is ever given out twice."""
    found = []
    for table in moving_tables():
        if table not in UNNUMBERED:
            row = db.row("next_key", row_table=table)
            assert row is not None, table
            found.append((table, row["next"]))
    return found


def everything(db: Database) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every live row of every table that moves, as its table and its base columns that have a value."""
    for table in moving_tables():
        columns = moving_columns(table)
        for rows in stream(db, f"live_{table}"):
            if table in UNNUMBERED:
                rows = sorted(rows, key=lambda row: row["name"])
            for row in rows:
                yield table, {name: row[name] for name in columns if row[name] is not None}
