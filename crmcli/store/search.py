"""The search index: what each record can be found by, kept with every change (DESIGN §5).

A document is what one record is found by; its key is the table's number and the record's key, so that each kind
of record is a range of the index, the newest last. The index keeps no text of its own, nor which stretch of a text stands
where: what it lets through is compared with the document, which is stored beside it. What is taken out of it must be told as
it was put in, which is the other reason.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from crmcli.rules.identity import name_key
from crmcli.rules.searching import NAME, Every, Holds, Wanted, document, only_in, sounds
from crmcli.rules.terms import KEY_DATE, NEED_KIND
from crmcli.store import frozen
from crmcli.store.customers import parts_of
from crmcli.store.database import Database, Row, as_list

_SPAN = 1 << 40
_CHUNK = 1_000


class Document(NamedTuple):
    """What one record is found by, by column of the index, in the form of `rules/searching`."""

    names: str | None = None
    sound: str | None = None
    initials: str | None = None
    prose: str | None = None


# --- what a record is found by ---

Points = Iterable[tuple[str, str]]
"""Phones, e-mails and WeChats as they are written, each with its normal form."""


def _numbers(points: Points) -> list[str]:
    """Both forms, for `010-6234 5678` is looked for as it is written and in one piece."""
    return [text for value, key in points for text in ((value, key) if key != value else (value,))]


def of_customer(
    row: Any, points: Points, tags: Iterable[str], fields: Iterable[str], former: Iterable[Any] = ()
) -> Document:
    """A customer: its names, its own phones and e-mails, whatever is written about it, and what was merged into it."""
    names = [row["name"], row["short_name"]]
    # The normal form leaves out spaces and legal suffixes: `华 东` is found as one word, and its sound is short.
    key = row["name_key"]
    if key not in row["name"].lower():
        names.append(key)
    is_person = row["kind"] == "person"
    spoken = [(name, is_person) for name in dict.fromkeys((key, row["short_name"])) if name]
    prose = [
        *_numbers(points), row["external_id"], row["uscc"], row["city"], row["address"], row["industry"], row["size"],
        row["source"], row["loss_reason"], *tags, *fields, row["note"],
    ]  # fmt: skip
    for one in former:
        names += [one["name"], one["name_key"], one["short_name"]]
        spoken += [(name, is_person) for name in (one["name_key"], one["short_name"]) if name]
        prose += [one["external_id"], one["uscc"]]
    return Document(document(names, NAME), *sounds(spoken), document(prose))


def of_person(row: Any, points: Points) -> Document:
    """Someone at a customer."""
    prose = [
        row["title"], *_numbers(points), row["external_id"], row["concern"], row["preferences"], row["note"],
    ]  # fmt: skip
    return Document(*_of_name(row["name"]), document(prose))


@lru_cache(maxsize=20_000)
def _of_name(name: str) -> tuple[str | None, str | None, str | None]:
    """What a person's name is found by: many people are called alike."""
    return (document([name], NAME), *sounds([(name_key(name), True)]))


def _both(point: Row) -> tuple[str, str]:
    return point["value"], point["value_key"]


def _customers(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    parts = parts_of(db, keys)
    for row in db.rows("customers_by_ids", ids=as_list(keys)):
        own = parts[row["id"]]
        points = [_both(point) for point in own.points if point["person_id"] is None]
        yield row["id"], of_customer(row, points, own.tags, own.fields.values(), own.former)


def _people(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    rows = db.rows("people_by_ids", ids=as_list(keys))
    points = defaultdict(list)
    for point in db.rows(
        "contact_points_of", customers=as_list({row["customer_id"] for row in rows})
    ):
        points[point["person_id"]].append(_both(point))
    for row in rows:
        yield row["id"], of_person(row, points[row["id"]])


def _texts(
    statement: str, *columns: str
) -> Callable[[Database, Sequence[int]], Iterator[tuple[int, Document]]]:
    """A record that is found by what is written in these columns."""

    def made(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
        for row in db.rows(statement, ids=as_list(keys)):
            yield row["id"], Document(prose=document([row[name] for name in columns]))

    return made


def of_key_date(row: Any) -> Document:
    """A birthday and its like, by the handbook's words for it in both languages."""
    words = KEY_DATE.words.get(row["kind"], ())
    return Document(prose=document([row["kind"], *words, row["note"], row["external_id"]]))


def _key_dates(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    for row in db.rows("key_dates_by_ids", ids=as_list(keys)):
        yield row["id"], of_key_date(row)


def of_need(row: Any, steps: Iterable[Any] = ()) -> Document:
    """A need: what was written of it and of the steps of its plan, its kind by the handbook's word in both languages."""
    kind = row["kind"]
    words = (kind, NEED_KIND.words[kind][0]) if kind in NEED_KIND.words else (kind,)
    written = [step[name] for step in steps for name in ("text", "result")]
    return Document(prose=document([*(row[name] for name in TEXTS["need"]), *written, *words]))


def _needs(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    steps = defaultdict(list)
    for step in db.rows("plan_steps_of_needs", needs=as_list(keys)):
        steps[step["need_id"]].append(step)
    for row in db.rows("needs_by_ids", ids=as_list(keys)):
        yield row["id"], of_need(row, steps[row["id"]])


def of_contract(row: Any, milestones: Iterable[Any] = ()) -> Document:
    """A contract: what was written of it and of its milestones."""
    written = [step[name] for step in milestones for name in ("text", "result")]
    return Document(prose=document([*(row[name] for name in TEXTS["contract"]), *written]))


def _contracts(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    milestones = defaultdict(list)
    for step in db.rows("plan_steps_of_contracts", contracts=as_list(keys)):
        milestones[step["contract_id"]].append(step)
    for row in db.rows("contracts_by_ids", ids=as_list(keys)):
        yield row["id"], of_contract(row, milestones[row["id"]])


def of_interaction(row: Any, present: Iterable[str]) -> Document:
    """A contact: what was said, and by whom."""
    return Document(
        prose=document([*(row[name] for name in TEXTS["interaction"]), *sorted(present)])
    )


def _interactions(db: Database, keys: Sequence[int]) -> Iterator[tuple[int, Document]]:
    present = defaultdict(list)
    for one in db.rows("participants_of", interactions=as_list(keys)):
        present[one["interaction_id"]].append(one["name"])
    for row in db.rows("interactions_by_ids", ids=as_list(keys)):
        yield row["id"], of_interaction(row, present[row["id"]])


class Kind(NamedTuple):
    """How records of one table are found: the table's number in the index, and how their documents are made."""

    number: int
    documents: Callable[[Database, Sequence[int]], Iterator[tuple[int, Document]]]
    newest_first: bool = True
    columns: Sequence[str] = ("prose",)


TEXTS = {
    "key_date": ("kind", "note", "external_id"),
    "need": ("text", "wish", "solution", "workaround", "criterion", "result", "category", "external_id"),
    "promise": ("text", "result", "impact", "break_reason", "amends", "external_id"),
    "article": ("title", "text", "category", "external_id"),
    "task": ("text", "result", "external_id"),
    "survey": ("good", "bad", "comment", "pain", "future", "by", "external_id"),
    "interaction": ("summary", "feedback", "agreed", "excerpt", "external_id"),
    "deal": ("text", "note", "loss_reason", "external_id"),
    "contract": ("text", "terms", "note", "close_reason", "external_id"),
    "customer_order": ("note", "external_id"),
    "risk": ("text", "kind", "result", "external_id"),
    "attachment": ("name", "note"),
}  # fmt: skip
"""The columns that records without a name are found by; their statement is `TABLEs_by_ids`."""

KINDS: dict[str, Kind] = {
    "customer": Kind(0, _customers, newest_first=False, columns=Document._fields),
    "person": Kind(1, _people, newest_first=False, columns=Document._fields),
    "key_date": Kind(2, _key_dates),
    "deal": Kind(9, _texts("deals_by_ids", *TEXTS["deal"])),
    "contract": Kind(10, _contracts),
    "need": Kind(5, _needs),
    "risk": Kind(12, _texts("risks_by_ids", *TEXTS["risk"])),
    "promise": Kind(6, _texts("promises_by_ids", *TEXTS["promise"])),
    "article": Kind(8, _texts("articles_by_ids", *TEXTS["article"])),
    "task": Kind(3, _texts("tasks_by_ids", *TEXTS["task"])),
    "survey": Kind(7, _texts("surveys_by_ids", *TEXTS["survey"])),
    "customer_order": Kind(11, _texts("customer_orders_by_ids", *TEXTS["customer_order"])),
    "attachment": Kind(13, _texts("attachments_by_ids", *TEXTS["attachment"])),
    "interaction": Kind(4, _interactions),
}
"""Every kind of record that is found, in the order in which it is; a new one is one more line.

Its number is part of the keys in every file: it never changes, and none is used again.
"""


# --- keeping it ---


def document_of(table: str, row: Mapping[str, Any]) -> tuple[str, int] | None:
    """The record whose document a row of `table` is part of; None when it is part of none."""
    if table in KINDS:
        return table, row["id"]
    if table == "contact_point" and row["person_id"] is not None:
        return "person", row["person_id"]
    if table in ("contact_point", "tag", "field_value", "former_customer"):
        return "customer", row["customer_id"]
    if table == "plan_step":
        return ("need", row["need_id"]) if row["need_id"] else ("contract", row["contract_id"])
    if table == "participant":
        return "interaction", row["interaction_id"]
    return None


def documents_of_range(
    db: Database, table: str, first: int, last: int
) -> Iterator[tuple[str, int]]:
    """The same for all rows of `table` with these keys."""
    links = ", ".join(frozen.TABLES[table]["links"])
    if table in KINDS or not links:
        return
    sql = f"SELECT DISTINCT {links} FROM {table} WHERE id BETWEEN ? AND ?"
    for row in db.connection.execute(sql, (first, last)):
        found = document_of(table, row)
        if found:
            yield found


Range = tuple[str, int, int]


def renew(db: Database, records: Iterable[tuple[str, int]], ranges: Sequence[Range] = ()) -> None:
    """Bring the documents of these records, as (table, key), and of ranges of keys, up to what the records now are."""
    for table, first, last in ranges:
        _renew_range(db, table, first, last)
    keys: dict[str, list[int]] = defaultdict(list)
    for table, key in records:
        if not any(table == one and first <= key <= last for one, first, last in ranges):
            keys[table].append(key)
    for table, some in keys.items():
        for start in range(0, len(some), _CHUNK):
            _renew(db, table, some[start : start + _CHUNK])


def _renew_range(db: Database, table: str, first: int, last: int) -> None:
    bounds = {"first": key_of(table, first), "last": key_of(table, last)}
    db.run("unindex_documents_from", **bounds)
    db.run("drop_search_documents", **bounds)
    add_range(db, table, first, last)


def _renew(db: Database, table: str, keys: Sequence[int]) -> None:
    base = KINDS[table].number * _SPAN
    fresh = {base + key: made for key, made in KINDS[table].documents(db, keys) if any(made)}
    known = {
        row["id"]: row
        for row in db.rows("search_documents", ids=as_list(base + key for key in keys))
    }
    for key, row in known.items():
        if fresh.get(key) == Document(*row[1:]):
            del fresh[key]
        else:
            db.run("unindex_document", **_indexed(key, Document(*row[1:])))
            db.run("drop_search_document", of=key)
    add(db, fresh)


def add(db: Database, documents: Mapping[int, Document]) -> None:
    """Store and index new documents, by their keys."""
    for key, made in documents.items():
        db.run("insert_search_document", id=key, **made._asdict())
        db.run("index_document", **_indexed(key, made))


def _indexed(key: int, made: Document) -> dict[str, Any]:
    return {"rowid": key, **made._asdict()}


def key_of(table: str, key: int) -> int:
    """The key of a record's document."""
    return KINDS[table].number * _SPAN + key


def index_range(db: Database, table: str, first: int, last: int) -> None:
    """Index the documents of a whole range of records, stored but not indexed yet."""
    low, high = key_of(table, first), key_of(table, last)
    if high < low:
        return
    # Not in one statement: SQLite keeps in memory what is needed to take a statement back. Counted by what there is, for
    # keys may lie far apart.
    sql = "SELECT max(id), count(*) FROM (SELECT id FROM search_document WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)"
    last, count = db.connection.execute(sql, (low, high, _AT_ONCE)).fetchone()
    is_large = count >= _LARGE
    if is_large:
        _tell_index(db, hashsize=_MANY_TERMS, automerge=_NEVER)
    while count:
        db.run("index_documents_from", first=low, last=last)
        low = last + 1
        last, count = db.connection.execute(sql, (low, high, _AT_ONCE)).fetchone()
    if is_large:
        _tell_index(db, hashsize=_USUAL_TERMS, automerge=_USUAL_PARTS)


_LARGE, _AT_ONCE = 20_000, 250_000
_USUAL_TERMS, _MANY_TERMS = 1 << 20, 20 << 20
"""How many bytes of terms the index gathers before it writes them out as a part of its own."""
_USUAL_PARTS, _NEVER = 4, 0
"""How many parts of a size it has when it begins to merge them. Of many documents the parts are large and few: they are
asked one after the other as fast, and later changes merge them little by little; 16 it merges at any rate."""


def _tell_index(db: Database, **settings: int) -> None:
    db.connection.executemany(
        "INSERT INTO search_index (search_index, rank) VALUES (?, ?)", settings.items()
    )


def add_range(db: Database, table: str, first: int, last: int) -> None:
    """Make, store and index the documents of a whole range of new records."""
    for start in range(first, last + 1, _CHUNK):
        _store(db, table, range(start, min(start + _CHUNK, last + 1)))
    index_range(db, table, first, last)


def _store(db: Database, table: str, keys: Sequence[int]) -> None:
    db.run_many(
        "insert_search_document",
        (
            {"id": key_of(table, key), **made._asdict()}
            for key, made in KINDS[table].documents(db, keys)
            if any(made)
        ),
    )


def rebuild(db: Database) -> None:
    """Make the whole index anew, inside an open transaction."""
    db.connection.execute("DELETE FROM search_document")
    db.connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    for table in KINDS:
        for keys in _live_keys(db, table):
            _store(db, table, keys)
        index_range(db, table, 0, _SPAN - 1)


def differences(db: Database) -> int:
    """How many documents are not what their records say; the index itself is checked by SQLite's own command."""
    stale, live = 0, 0
    for table in KINDS:
        for keys in _live_keys(db, table):
            fresh = {
                key_of(table, key): made
                for key, made in KINDS[table].documents(db, keys)
                if any(made)
            }
            asked = as_list(key_of(table, key) for key in keys)
            known = {
                row["id"]: Document(*row[1:]) for row in db.rows("search_documents", ids=asked)
            }
            stale += sum(known.get(key) != made for key, made in fresh.items())
            live += len(fresh)
    stored: int = db.connection.execute("SELECT count(*) FROM search_document").fetchone()[0]
    return stale + max(0, stored - live)


def _live_keys(db: Database, table: str) -> Iterator[list[int]]:
    after = 0
    sql = f"SELECT id FROM {table} WHERE deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?"
    while found := [row[0] for row in db.connection.execute(sql, (after, _CHUNK))]:
        yield found
        after = found[-1]


# --- asking it ---


def find(
    db: Database, table: str, wanted: Wanted | None, limit: int | None, found: Sequence[int] = ()
) -> list[int]:
    """The keys of records of `table` whose documents hold what is wanted, leaving out those `found` already."""
    kind = KINDS[table]
    wanted = only_in(wanted, kind.columns)
    if not wanted or (limit is not None and limit <= 0):
        return []
    base = kind.number * _SPAN
    most = None if limit is None else limit + len(found)
    values: dict[str, Any] = {}
    rows = db.query(
        "sieved_documents",
        [(_condition(wanted, values), values)],
        ("id DESC",) if kind.newest_first else ("id",),
        most,
        terms=wanted.sieve,
        first=base,
        last=base + _SPAN - 1,
    )
    known = set(found)
    keys = [row["id"] - base for row in rows if row["id"] - base not in known]
    return keys if limit is None else keys[:limit]


def _condition(wanted: Wanted, values: dict[str, Any]) -> str:
    """What is wanted of a document in SQL, its texts among the `values` to be bound."""
    if isinstance(wanted, Holds):
        name = f"held{len(values)}"
        if wanted.one_of:
            values[name] = f"*{wanted.text}[{wanted.one_of}]*"
            return frozen.PREDICATES[f"{wanted.column}_hold_one"].replace(":pattern", f":{name}")
        values[name] = wanted.text
        return frozen.PREDICATES[f"{wanted.column}_hold"].replace(":held", f":{name}")
    word = " AND " if isinstance(wanted, Every) else " OR "
    return f"({word.join([_condition(one, values) for one in wanted.parts])})"


def rows_of(db: Database, table: str, keys: Sequence[int]) -> list[Row]:
    """The live rows of records found, in the order of `keys`."""
    statement = {"customer": "customers_by_ids", "person": "people_by_ids"}.get(
        table, f"{table}s_by_ids"
    )
    by_key = {row["id"]: row for row in db.rows(statement, ids=as_list(keys))}
    return [by_key[key] for key in keys if key in by_key]
