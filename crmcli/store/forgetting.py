"""Erasing all that the file holds of a customer or a person, for good (HANDBOOK §10).

Looking comes first: what belongs to it is listed in a temporary table, the rest of the file is read for mentions. Then
rows, change log, events and search index are rid of it in one transaction, which leaves an event without anything
personal and a mark in `meta`; as long as that stands, pages that were given up may still hold what was on them
(cleaning.py).
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules.erasing import (
    EMAIL,
    MARK,
    NAME,
    PHONE,
    Redactor,
    Trace,
    command_without_arguments,
    redacted_command,
    redacted_values,
    traces_of,
)
from crmcli.rules.identity import name_key
from crmcli.rules.references import LETTERS, Reference, ref
from crmcli.store import cleaning, driver, erased, frozen, search
from crmcli.store.changes import Touched, record_event
from crmcli.store.database import Database, as_list
from crmcli.store.exporting import moving_tables
from crmcli.store.records import LOOSE

Say = Callable[[str], None]
"""Told what is being done now, a stage at a time."""

FREE: Mapping[str, tuple[str, ...]] = {
    "customer": ("address", "source", "note", "loss_reason", "size", "industry", "consent_source", "consent_scope"),
    "person": ("title", "concern", "preferences", "note", "consent_source", "consent_scope"),
    "interaction": ("summary", "feedback", "agreed", "excerpt", "external_id"),
    "participant": ("name",),
    "task": ("text", "owner", "result", "external_id"),
    "key_date": ("kind", "note", "external_id"),
    "need": (
        "text", "wish", "owner", "tech_owner", "category", "workaround", "criterion", "solution", "result", "decline_reason",
        "scheduled_for", "delay_reason", "external_id",
    ),
    "service_event": ("text",),
    "escalation": ("to_name", "reason"),
    "plan_step": ("text", "owner", "delay_reason", "result", "external_id"),
    "promise": (
        "text", "owner", "delay_reason", "impact", "options", "result", "break_reason", "amends", "amends_result", "external_id",
    ),
    "survey": ("by", "good", "bad", "comment", "pain", "future", "external_id"),
    "review": ("action",),
    "article": ("title", "text", "category", "external_id"),
    "tag": ("name",),
    "field_value": ("value",),
    "setting": ("value",),
}  # fmt: skip
"""The columns in which people may have written of anybody: of others' rows these are rid of the traces."""

OWN: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "short_name"),
    "person": ("name",),
    "former_customer": ("name", "short_name"),
    "contact_point": ("value",),
}
"""What others are called and reached by: theirs, even where it is the same, and never changed."""

_SETTINGS = ("fields.%", "tags.allowed", "promise.amends", "tiers.%.benefits", "tiers.%.label_zh")
"""The settings that hold words of the user's; of the others the program rests on each sign."""

_CHUNK = 500
_NAMED = 100  # places named at most


class Namesake(NamedTuple):
    """A record of somebody else that has the same name, phone, e-mail or WeChat, and keeps it."""

    reference: str
    field: str  # name, phone, email or wechat
    customer: int


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
    redactors: "_Redactors"

    @property
    def too_short(self) -> Sequence[str]:
        """Names of one sign, which are not looked for inside longer texts."""
        return self.redactors.whole.too_short


def prepare(db: Database) -> None:
    """What must be settled before a transaction begins; goes on locked.

    Rows are deleted in whole families, which SQLite would check one by one against tables that have no index for it.
    """
    db.unlock()
    with db.speaking():
        db.connection.execute("PRAGMA foreign_keys = OFF")
        db.connection.execute("PRAGMA secure_delete = ON")
    db.lock()


# --- looking ---


def plan(db: Database, subject: Reference, say: Say) -> Plan:
    """What erasing `subject` would take, with nothing changed but temporary tables."""
    with db.speaking():
        _make_lists(db)
        customers = _seed(db, subject)
        _collect(db)
        traces = _traces(db)
        say("names")
        namesakes, exempt = _namesakes(db, traces, customers or [_customer_of(db, subject)])
        redactors = _Redactors(traces, exempt)
        say("texts")
        mentions, places = _mentions(db, redactors)
        return Plan(
            subject,
            customers,
            [f"{LETTERS[table]}{key}" for table in ("customer", "person") for key in _listed(db, table)],
            _counted(db),
            mentions,
            places,
            namesakes,
            _count_of_changes(db),
            traces,
            redactors,
        )  # fmt: skip


def _make_lists(db: Database) -> None:
    for name in ("forgotten", "mentioning"):
        db.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        db.connection.execute(
            f"CREATE TEMP TABLE {name} (row_table TEXT, row_id INTEGER, PRIMARY KEY (row_table, row_id)) WITHOUT ROWID"
        )


def _seed(db: Database, subject: Reference) -> list[int]:
    """List the subject itself; the customers whose all goes with it, those that were merged into it too."""
    if subject.table == "customer":
        customers = [subject.key, *_merged_into(db, subject.key)]
        _list(db, "customer", customers)
        return customers
    _list(db, "person", [subject.key, *_doubles(db, subject.key)])
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


def _list(db: Database, table: str, keys: Sequence[int]) -> None:
    sql = "INSERT OR IGNORE INTO temp.forgotten SELECT ?, value FROM json_each(?)"
    db.connection.execute(sql, (table, as_list(keys)))


def _collect(db: Database) -> None:
    """List what belongs to what is listed, deleted rows too: parents before what belongs to them."""
    for table in moving_tables():
        for column, parent in frozen.TABLES[table]["links"].items():
            if (table, column) not in LOOSE and next(_listed(db, parent), None) is not None:
                db.connection.execute(
                    f'INSERT OR IGNORE INTO temp.forgotten SELECT ?, id FROM {table} WHERE "{column}" IN '
                    "(SELECT row_id FROM temp.forgotten WHERE row_table = ?)",
                    (table, parent),
                )
    # What it was once merged into, and taken out of again, knows it by name.
    db.connection.execute(
        "INSERT OR IGNORE INTO temp.forgotten SELECT 'former_customer', id FROM former_customer "
        f"WHERE former_id IN {_IS_LISTED.format(table='customer')}"
    )
    # What another program erased is in its log line as a whole.
    db.connection.execute(
        "INSERT OR IGNORE INTO temp.forgotten SELECT row_table, row_id FROM change_row WHERE action = 'erase' AND "
        "json_extract(before, '$.customer_id') IN (SELECT row_id FROM temp.forgotten WHERE row_table = 'customer')"
    )


def _listed(db: Database, table: str) -> Iterator[int]:
    sql = "SELECT row_id FROM temp.forgotten WHERE row_table = ? ORDER BY row_id"
    return (key for (key,) in db.connection.execute(sql, (table,)))


_IS_LISTED = "(SELECT row_id FROM temp.forgotten WHERE row_table = '{table}')"


def _counted(db: Database) -> dict[str, int]:
    """How many rows of each table there are to erase, those deleted before too."""
    found = {}
    for table in frozen.TABLES:
        sql = f"SELECT count(*) FROM {table} WHERE id IN {_IS_LISTED.format(table=table)}"
        if count := db.connection.execute(sql).fetchone()[0]:
            found[table] = count
    return found


def _customer_of(db: Database, subject: Reference) -> int:
    row = db.row("person_row", id=subject.key)
    assert row is not None
    key: int = row["customer_id"]
    return key


# --- traces ---

_POINTS = {"phone": PHONE, "email": EMAIL, "wechat": "wechat"}


def _traces(db: Database) -> list[Trace]:
    """What the erased are called and reached by, and were before."""
    found: dict[Trace, None] = {}
    for table, columns in OWN.items():
        kinds = ", kind" if table == "contact_point" else ", NULL"
        sql = f"SELECT {', '.join(columns)}{kinds} FROM {table} WHERE id IN {_IS_LISTED.format(table=table)}"
        for *values, kind in db.connection.execute(sql):
            _note(found, values, kind)
        for values, kind in _earlier(db, table, columns):
            _note(found, values, kind)
    sql = f"SELECT name FROM customer WHERE kind <> 'person' AND id IN {_IS_LISTED.format(table='customer')}"
    for (name,) in db.connection.execute(sql):
        _note(found, [name_key(name)], None)  # a company is written of without its legal form
    return list(found)


def _note(found: dict[Trace, None], values: Sequence[str | None], kind: str | None) -> None:
    for value in values:
        found |= dict.fromkeys(traces_of(_POINTS.get(kind or NAME, NAME), value))


def _earlier(
    db: Database, table: str, columns: Sequence[str]
) -> Iterator[tuple[list[str | None], str | None]]:
    """The values that the change log has of rows that are erased, with the kind of a contact point."""
    kinds = (
        "(SELECT kind FROM contact_point WHERE id = row_id)" if table == "contact_point" else "NULL"
    )
    sql = (
        f"SELECT before, after, {kinds} FROM change_row WHERE row_table = '{table}' AND before IS NOT NULL "
        f"AND row_id IN {_IS_LISTED.format(table=table)}"
    )
    for before, after, kind in db.connection.execute(sql):
        for text in (before, after):
            values = json.loads(text or "{}")
            yield [values.get(name) for name in columns], values.get("kind") or kind


def _namesakes(
    db: Database, traces: Sequence[Trace], own: Sequence[int]
) -> tuple[list[Namesake], dict[int, set[tuple[str, str]]]]:
    """Who else has a name, phone, e-mail or WeChat of these; and by customer what its texts may go on holding.

    Where another one of the same name is at another customer, texts about that customer mean that one.
    """
    known = {trace.key for trace in traces}
    redact = Redactor(traces)
    found: list[Namesake] = []
    exempt: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for table, columns in OWN.items():
        whose = "id" if table == "customer" else "customer_id"
        person = "person_id" if table == "contact_point" else "NULL"
        kinds = "kind" if table == "contact_point" else "NULL"
        sql = (
            f"SELECT id, {whose}, {person}, {kinds}, {', '.join(columns)} FROM {table} "
            f"WHERE id NOT IN {_IS_LISTED.format(table=table)} ORDER BY id"
        )
        for key, customer, person_key, kind, *values in db.connection.execute(sql):
            same: set[tuple[str, str]] = set()
            for value in filter(None, values):
                mine = {one.key for one in traces_of(_POINTS.get(kind or NAME, NAME), value)}
                if table == "customer" and (short := name_key(value)):
                    mine |= {one.key for one in traces_of(NAME, short)}
                same |= mine & known
            if same or any(redact(value) != value for value in values if value):
                named = (
                    ref("person", person_key) if person_key
                    else ref("person", key) if table == "person" else ref("customer", customer)
                )  # fmt: skip
                found.append(Namesake(str(named), kind or "name", customer))
                if customer not in own:
                    exempt[customer] |= same
    return list(dict.fromkeys(found)), {key: same for key, same in exempt.items() if same}


class _Redactors:
    """Who takes the traces out of the texts of which customer."""

    def __init__(self, traces: Sequence[Trace], exempt: Mapping[int, set[tuple[str, str]]]) -> None:
        self.whole = Redactor(traces)
        self.exempt = {
            customer: Redactor(trace for trace in traces if trace.key not in kept)
            for customer, kept in exempt.items()
        }

    def of(self, customer: int | None) -> Redactor:
        """For texts about this customer; None for those about nobody or about many."""
        return self.exempt.get(customer, self.whole) if customer is not None else self.whole


# --- mentions ---


def _mentions(db: Database, redactors: _Redactors) -> tuple[dict[str, int], list[str]]:
    """List the rows of others that mention the erased: how many texts by table, and the first of them."""
    counts: Counter[str] = Counter()
    places: list[str] = []
    if not redactors.whole:
        return {}, []
    for table in (*FREE, "change_row", "change", "event"):
        batch: list[int] = []
        for key, columns in _mentioning(db, table, redactors):
            batch.append(key)
            counts[table] += len(columns)
            if table in FREE and len(places) < _NAMED:
                places += [f"{_named(table, key)}.{column}" for column in columns]
            if len(batch) == _CHUNK:
                _note_mentions(db, table, batch)
        _note_mentions(db, table, batch)
    return dict(counts), places[:_NAMED]


def _note_mentions(db: Database, table: str, batch: list[int]) -> None:
    sql = "INSERT OR IGNORE INTO temp.mentioning SELECT ?, value FROM json_each(?)"
    db.connection.execute(sql, (table, as_list(batch)))
    batch.clear()


def _named(table: str, key: int) -> str:
    return f"{LETTERS[table]}{key}" if table in LETTERS else f"{table} {key}"


def _mentioning(
    db: Database, table: str, redactors: _Redactors
) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of a table that are to change, each with the columns that do."""
    may_touch = redactors.whole.may_touch
    if table == "change":
        may_touch = redactors.whole.may_touch_command
    for row in _readable(db, table, bool(redactors.exempt)):
        # Of a line of the log each value is a text of its own, and a name linked to the erased may be any.
        is_looked_at = table == "change_row" or (table in _NAMING and row["_link"] == _ERASED)
        if not is_looked_at and not any(type(text) is str and may_touch(text) for text in row):
            continue
        if made := _without(db, table, dict(row), redactors):
            yield row["id"], list(made)


def _readable(
    db: Database, table: str, wants_customer: bool, keys: str | None = None
) -> Iterator[sqlite3.Row]:
    """What may be read and changed of a table: all of it, or the rows with these keys (a JSON list)."""
    which = "id IN (SELECT value FROM json_each(:keys))" if keys is not None else "1"  # all
    if table in FREE:
        columns = FREE[table]
        which += f" AND id NOT IN {_IS_LISTED.format(table=table)}"
        if table == "setting":
            which += " AND (" + " OR ".join(f"name LIKE '{one}'" for one in _SETTINGS) + ")"
        customer = _WHOSE.get(table, "customer_id") if wants_customer else "NULL"
        listed = ", ".join(f'"{name}"' for name in columns)
        extra = f", {_LINK.format(naming=_NAMING[table])}" if table in _NAMING else ""
        sql = f"SELECT id, {customer} AS _customer, {listed}{extra} FROM {table} WHERE {which}"
    elif table == "change_row":
        sql = (
            "SELECT id, row_table, row_id, action, before, after FROM change_row WHERE "
            f"{which} AND before IS NOT NULL AND NOT {_FORGOTTEN_ROW}"
        )
    elif table == "change":
        sql = f"SELECT id, command, reason FROM change WHERE {which}"
    else:
        sql = f"SELECT id, detail FROM event WHERE {which} AND detail IS NOT NULL"
    yield from db.connection.execute(sql, {"keys": keys} if keys is not None else {})


_WHOSE = {
    "customer": "id",
    "participant": "(SELECT customer_id FROM interaction WHERE interaction.id = interaction_id)",
    "article": "NULL",
    "setting": "NULL",
}
_NAMING = {"participant": "name", "survey": "by"}
"""The columns that name whom the row is linked to, if it is linked to anybody."""

_NOBODY, _ERASED, _OTHER = 0, 1, 2
_LINK = (
    f"CASE WHEN person_id IS NULL THEN {_NOBODY} WHEN person_id IN {_IS_LISTED.format(table='person')} THEN {_ERASED} "
    f'WHEN "{{naming}}" = (SELECT name FROM person WHERE person.id = person_id) THEN {_OTHER} ELSE {_NOBODY} END AS _link'
)
_FORGOTTEN_ROW = (
    "EXISTS (SELECT 1 FROM temp.forgotten AS gone WHERE gone.row_table = change_row.row_table "
    "AND gone.row_id = change_row.row_id)"
)


def _without(db: Database, table: str, row: Any, redactors: _Redactors) -> dict[str, str]:
    """The columns of a row that change, as they are to be."""
    if table == "change":
        made = {"command": redacted_command(row["command"], redactors.whole)}
        if row["reason"]:
            made["reason"] = redactors.whole(row["reason"])
        return {name: value for name, value in made.items() if value != row[name]}
    if table == "event":
        return redacted_values(row, ("detail",), redactors.whole)
    redact = redactors.of(row["_customer"] if table in FREE else None)
    if table != "change_row":
        return _texts_without(table, row, redact, row["_link"] if table in _NAMING else _NOBODY)
    return _log_without(db, row, redactors)


def _texts_without(
    table: str, values: Mapping[str, Any], redact: Redactor, link: int
) -> dict[str, str]:
    """The texts of a row that change; a name linked to the erased is theirs whatever it is, one of another's stays."""
    made = redacted_values(values, FREE[table], redact)
    if link != _NOBODY:
        naming, names = _NAMING[table], values.keys()
        made.pop(naming, None)
        if link == _ERASED and naming in names and values[naming] not in (None, MARK):
            made[naming] = MARK
    if table == "setting" and made:  # what kind of field it is stays
        kind, colon, choices = values["value"].partition(":")
        made = {"value": kind + colon + redact(choices)} if kind == "choice" else {}
    # No longer than the column holds: the mark is longer than most names.
    limits = frozen.TABLES[table]["columns"]
    return {name: value[: limits[name][1]] for name, value in made.items()}


def _log_without(db: Database, row: Any, redactors: _Redactors) -> dict[str, str]:
    """A line of the change log, changed as the row is that it is about, so that undo finds both alike."""
    table = row["row_table"]
    if table not in FREE:
        return {}
    sides = {name: json.loads(row[name]) for name in ("before", "after") if row[name]}
    if row["action"] == "erase":  # by another program: the line is all there is of the row
        columns = (*FREE[table], *OWN.get(table, ()))
        made = {name: redacted_values(side, columns, redactors.whole) for name, side in sides.items()}  # fmt: skip
    elif table not in _NAMING and not any(
        redacted_values(side, FREE[table], redactors.whole) for side in sides.values()
    ):
        return {}
    else:
        about = next(_readable(db, table, True, as_list([row["row_id"]])), None)
        if about is None:
            return {}
        redact = redactors.of(about["_customer"])
        made = {
            name: _texts_without(table, side, redact, _link_of(table, side, about))
            for name, side in sides.items()
        }
    return {
        name: json.dumps(sides[name] | changed, ensure_ascii=False, separators=(",", ":"))
        for name, changed in made.items()
        if changed
    }


def _link_of(table: str, side: Mapping[str, Any], about: Any) -> int:
    """To whom a logged name is linked: another's name of before is but a text."""
    if table not in _NAMING:
        return _NOBODY
    link: int = about["_link"]
    naming = _NAMING[table]
    return _NOBODY if link == _OTHER and side.get(naming) != about[naming] else link


def _count_of_changes(db: Database) -> int:
    sql = f"SELECT count(*) FROM ({_TOUCHED})"
    count: int = db.connection.execute(sql).fetchone()[0]
    return count


_TOUCHED = (
    f"SELECT change_id FROM change_row WHERE change_id IS NOT NULL AND {_FORGOTTEN_ROW} UNION "
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
        for name in frozen.TRIGGERS:
            db.connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        if plan.subject.table == "person":
            touched.add(_customer_of(db, plan.subject))
        _redact(db, plan, touched)
        _cut_links(db, touched)
        _erase_log(db)
        _erase_rows(db)
        for text in frozen.TRIGGERS.values():
            db.connection.execute(text)
        if db.connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'"
        ).fetchone():
            db.connection.execute("DELETE FROM sqlite_stat4")  # samples of what is in the indexes
    touched.whole -= set(_listed(db, "customer"))
    detail = {
        "ref": str(plan.subject),
        "refs": list(plan.references),
        "on": on,
        "rows": dict(plan.rows),
        "mentions": dict(plan.mentions),
        "reason": plan.redactors.whole(reason) if reason else None,
    }
    record_event(db, at, actor, erased.EVENT, json.dumps(detail, ensure_ascii=False))
    cleaning.mark(db, cleaning.PAGES)
    return touched


def _redact(db: Database, plan: Plan, touched: Touched) -> None:
    """Take the traces out of what mentions the erased; search finds these records as they then are."""
    for table in (*FREE, "change_row", "change", "event"):
        for keys in _batches(db, "mentioning", table):
            stale: set[tuple[str, int]] = set()
            for row in list(map(dict, _readable(db, table, True, as_list(keys)))):
                _write(db, table, row["id"], _without(db, table, row, plan.redactors))
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
        _list(db, table, [key])


def _batches(db: Database, name: str, table: str) -> Iterator[list[int]]:
    """The keys that a list has of a table, some at a time."""
    after = -1
    sql = f"SELECT row_id FROM temp.{name} WHERE row_table = ? AND row_id > ? ORDER BY row_id LIMIT {_CHUNK}"
    while keys := [key for (key,) in db.connection.execute(sql, (table, after))]:
        yield keys
        after = keys[-1]


def _cut_links(db: Database, touched: Touched) -> None:
    """What stays points to nothing that goes."""
    for table, column in LOOSE:
        parent = frozen.TABLES[table]["links"][column]
        which = f'"{column}" IN {_IS_LISTED.format(table=parent)} AND id NOT IN {_IS_LISTED.format(table=table)}'
        if next(_listed(db, parent), None) is None:
            continue
        whose = "id" if table == "customer" else _WHOSE.get(table, "customer_id")
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
    db.connection.execute(f"UPDATE change_row SET before = NULL, after = NULL WHERE {_FORGOTTEN_ROW}")  # fmt: skip
    # An import logs its rows as a range: a line of their own says that some of them are gone.
    db.connection.execute(
        "INSERT INTO change_row (change_id, row_table, row_id, action) SELECT span.change_id, span.row_table, "
        "min(gone.row_id), 'insert' FROM change_range AS span JOIN temp.forgotten AS gone ON "
        "gone.row_table = span.row_table AND gone.row_id BETWEEN span.first_id AND span.last_id GROUP BY span.id"
    )


def _command_without(db: Database, change: Any) -> dict[str, str]:
    """What stays of the words of a change that wrote erased rows: if it wrote nothing else, what it was."""
    others = (
        f"SELECT 1 FROM change_row WHERE change_id = :change AND NOT {_FORGOTTEN_ROW} UNION ALL "
        "SELECT 1 FROM change_range WHERE change_id = :change LIMIT 1"
    )
    values = {"change": change["id"]}
    if db.connection.execute(others, values).fetchone() is None:
        made = {"command": command_without_arguments(change["command"])}
        return {**made, "reason": MARK} if change["reason"] else made
    known = set()
    sql = f"SELECT row_table, row_id FROM change_row WHERE change_id = :change AND {_FORGOTTEN_ROW}"
    for table, key in db.connection.execute(sql, values):
        row = db.row(f"{table}_row", id=key)
        columns = (*FREE.get(table, ()), *OWN.get(table, ()))
        known |= {row[name] for name in columns if row[name]} if row else set()
    return {"command": redacted_command(change["command"], Redactor(()), known)}


def _erase_rows(db: Database) -> None:
    stale: set[tuple[str, int]] = set()
    for table in frozen.TABLES:
        for keys in _batches(db, "forgotten", table):
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
