"""What the report quality counts: what is missing, masked, alike and untouched, and how soon it was entered (HANDBOOK §11)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.store import frozen
from crmcli.store.customers import fitting
from crmcli.store.database import Database, Predicate, Row, as_list
from crmcli.store.reporting import Span


class Missing(NamedTuple):
    """How many customers there are of each kind, how many of these lack each wanted field, and how many lack anything."""

    customers: Mapping[str, int]
    missing: Mapping[str, Mapping[str, int]]
    incomplete: int


def missing(
    db: Database, wanted: Mapping[str, Sequence[str]], filters: Sequence[Predicate]
) -> Missing:
    """What is missing of whom, counted in one pass; `wanted` by kind, of lost customers with why they were lost."""
    fields = list(dict.fromkeys(name for names in wanted.values() for name in names))
    bound: dict[str, Any] = {}
    lacks = {name: _lacks(name, place, bound) for place, name in enumerate(fields)}
    # What every kind wants for itself, and of those who are lost why.
    of_kind = {
        kind: " OR ".join([lacks[name] for name in names] or ["0"])
        for kind, names in wanted.items()
    }
    of_kind = {kind: f"({text})" for kind, text in of_kind.items()}
    no_reason = "(customer.stage = 'lost' AND coalesce(customer.loss_reason, '') = '')"
    anything = " ".join(
        f"WHEN '{kind}' THEN {text} OR {no_reason}" for kind, text in of_kind.items()
    )
    sums = [f"sum({lacks[name]})" for name in fields]
    sums += ["sum(customer.stage = 'lost')", f"sum({no_reason})"]
    sums.append(f"sum(CASE customer.kind {anything} ELSE {no_reason} END)")
    sql = f"SELECT customer.kind, count(*), {', '.join(sums)} FROM customer WHERE customer.deleted_at IS NULL"
    for text, values in filters:
        sql += f" AND {text}"
        bound |= values
    with db.speaking():
        rows = db.connection.execute(f"{sql} GROUP BY customer.kind", bound).fetchall()
    customers, lacking = {}, {}
    incomplete = 0
    for kind, n, *counts in rows:
        customers[kind] = n
        lacking[kind] = dict(zip([*fields, LOST, LOSS_REASON], counts, strict=False))
        incomplete += counts[-1]
    return Missing(customers, lacking, incomplete)


LOST, LOSS_REASON = "lost", "loss_reason"
_EMPTY = "coalesce({column}, '') IN ('', 0)"


def _lacks(name: str, place: int, bound: dict[str, Any]) -> str:
    """The condition that a customer lacks a wanted field, as `completeness.missing` has it."""
    if name.startswith("field."):
        bound[f"field{place}"] = name.removeprefix("field.")
        return frozen.PREDICATES["lacks_custom"].replace(":field", f":field{place}")
    if f"lacks_{name}" in frozen.PREDICATES:
        return f"({frozen.PREDICATES[f'lacks_{name}']})"
    if name in frozen.TABLES["customer"]["columns"]:
        return f"({_EMPTY.format(column=f'customer.{name}')})"
    return "1"  # nothing of that name is ever known


class Untouched(NamedTuple):
    """The last days that the touches of stale records lie on, and the instants from which on none was made."""

    core_day: str
    core_instant: str
    others_day: str
    others_instant: str


def files(
    db: Database, untouched: Untouched, filters: Sequence[Predicate]
) -> dict[bool, tuple[int, int]]:
    """How many records there are, and how many of them are stale: of core customers (True), and of others."""
    rows = db.query("quality_files", filters, group=["is_core"], **untouched._asdict())
    return {bool(row["is_core"]): (row["n"], row["stale"]) for row in rows}


def consent(db: Database, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many people there are, customers that are persons with them, and of how many their consent is not known."""
    rows = [db.query(base, filters)[0] for base in ("quality_people", "quality_persons")]
    return sum(row["n"] for row in rows), sum(row["unknown"] for row in rows)


def core(db: Database, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many core customers there are, and how many have no decider."""
    (row,) = db.query("quality_core", filters)
    return row["n"], row["without"]


def reach(db: Database, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many customers there are, and of how many nobody has a phone, an e-mail or a WeChat."""
    (row,) = db.query("quality_reach", filters)
    return row["n"], row["unreachable"]


def contacts(db: Database, span: Span, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many contacts were made in the period, and how many of them were entered within 24 hours."""
    (row,) = db.query("quality_contacts", filters, **span._asdict())
    return row["n"], row["soon"]


def changes(db: Database, first: str, last: str, filters: Sequence[Predicate]) -> list[Row]:
    """The changes of which it was said that they came about in the period: when, and when they were entered (`at`)."""
    told = db.rows("changes_of_days", begin_day=first, end_day=last)
    if not told:
        return []
    asked = as_list(row["id"] for row in told)
    theirs = {row["change_id"] for row in db.query("quality_changes", filters, changes=asked)}
    return [row for row in told if row["id"] in theirs]


def masked(db: Database, filters: Sequence[Predicate]) -> Iterator[tuple[int, str, str, str]]:
    """Values with signs that masks are made of: of which customer, the column, its kind where one has several, the value."""
    for base in ("quality_masked_customers", "quality_masked_people", "quality_masked_points"):
        for rows in db.pages(base, filters):
            for row in rows:
                kind = row["kind"] if "kind" in row.keys() else "person"  # noqa: SIM118, a Row
                for column in row.keys():  # noqa: SIM118, a Row
                    if column not in ("id", "kind") and row[column]:
                        yield row["id"], column, kind, row[column]


def alike(db: Database, asked: Sequence[Predicate]) -> list[list[int]]:
    """The customers that have one and the same name in its normal form, or credit code, those of each together."""
    own = fitting(db, asked) if asked else None
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for statement in ("same_names", "same_codes"):
        for row in db.rows(statement):
            groups[statement, row["what"]].append(row["id"])
    return [group for group in groups.values() if own is None or not own.isdisjoint(group)]
