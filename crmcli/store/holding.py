"""All that the file holds about one person: what `crm forget` would erase or change, and what they take part in (HANDBOOK §10)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules.erasing import NAME, Redactor, Trace, traces_of
from crmcli.rules.references import LETTERS, Reference, ref
from crmcli.store import forgetting, frozen
from crmcli.store.database import Database, Row, as_list
from crmcli.store.forgetting.belongings import FORGOTTEN_ROW, IS_LISTED, batches, customer_of
from crmcli.store.forgetting.mentions import FREE, OWN, Redactors, readable, without

OWN_DATA, INVOLVED, MENTIONED, LOGGED, NOTED, SEALED = (
    "own",
    "involved",
    "mentioned",
    "logged",
    "noted",
    "sealed",
)
"""Why something is held about them: it is theirs; they take part in it or answer for it; a text of it names them; it is
in the change log; an event is about them; a dossier of their customer may hold them."""

_NAMING = ("owner", "tech_owner", "to_name", "by")
"""Columns that say who answers for a record or answered."""

_LEFT_OUT = ("id", "deleted_at", "name_key", "short_key", "value_key")
EVENT = "subject"
"""What handing it out is noted as."""


class Held(NamedTuple):
    """One thing held: of which kind, by its reference where it has one, why, and its fields; texts are as they are stored."""

    record: str
    ref: str | None
    why: str
    deleted: bool
    fields: Mapping[str, Any]


class Holding(NamedTuple):
    """Everything held about one person; `theirs` and `others` tell in texts what is theirs, and names of others."""

    subject: Reference
    customer: int
    items: Iterator[Held]
    theirs: Redactor
    others: Redactor
    redactors: Redactors

    def names(self, customer: int, text: str) -> bool:
        """True when a text about this customer names the person."""
        return self.redactors.of(customer)(text) != text


def texts_of(table: str) -> Sequence[str]:
    """The fields of a record in which anybody may be written of."""
    return (*FREE.get(table, ()), *OWN.get(table, ()))


def held_about(db: Database, subject: Reference, say: Callable[[str], None]) -> Holding:
    """What is held about a person or a customer that is one; the file must not change while it is read."""
    plan = forgetting.plan(db, subject, say)
    customer = subject.key if subject.table == "customer" else customer_of(db, subject)
    theirs = Redactor(plan.traces)
    others = Redactor(_names_of_others(db, [customer, *plan.customers], theirs))
    return Holding(
        subject, customer, _everything(db, subject, plan.redactors), theirs, others, plan.redactors
    )


def _names_of_others(db: Database, customers: Sequence[int], theirs: Redactor) -> Iterator[Trace]:
    """People at the same customer, and those of ours who deal with it: texts about it may name them."""
    of_customers = "customer_id IN (SELECT value FROM json_each(:customers))"
    named = [f"SELECT name FROM person WHERE {of_customers}"]
    named += [
        f'SELECT "{column}" FROM {table} WHERE {of_customers}'
        for table, columns in FREE.items()
        for column in columns
        if column in _NAMING
    ]
    named.append(
        "SELECT name FROM participant WHERE interaction_id IN "
        f"(SELECT id FROM interaction WHERE {of_customers})"
    )
    for (name,) in db.connection.execute(" UNION ".join(named), {"customers": as_list(customers)}):
        if name and theirs(name) == name:
            yield from traces_of(NAME, name)


def _everything(db: Database, subject: Reference, redactors: Redactors) -> Iterator[Held]:
    with db.speaking():
        for table in frozen.TABLES:
            for keys in batches(db, "forgotten", table):
                yield from _whole(db, table, keys, OWN_DATA)
        involved = _involved(db)
        for table in FREE:
            yield from _others(db, table, involved.pop(table, set()), redactors)
        yield from _log(db, redactors)
        yield from _events(db, subject, redactors)


def _whole(db: Database, table: str, keys: Sequence[int], why: str) -> Iterator[Held]:
    """Rows as they are stored, without what is computed; links as references."""
    for key in keys:
        if row := db.row(f"{table}_row", id=key):
            yield _held(table, row, why, list(frozen.TABLES[table]["columns"]))


def _held(table: str, row: Row, why: str, columns: Sequence[str]) -> Held:
    shape = frozen.TABLES[table]
    fields: dict[str, Any] = {}
    for name in columns:
        if row[name] is None or name in _LEFT_OUT or name in shape["derived"]:
            continue
        parent = shape["links"].get(name)
        if parent is None:
            fields[name] = row[name]
        elif parent in LETTERS:
            fields[name.removesuffix("_id")] = ref(parent, row[name])
    return Held(table, _ref(table, row["id"]), why, row["deleted_at"] is not None, fields)


def _ref(table: str, key: int) -> str | None:
    return ref(table, key) if table in LETTERS else None


def _involved(db: Database) -> dict[str, set[int]]:
    """The records of others that are linked to them."""
    people = IS_LISTED.format(table="person")
    wanted = {
        "interaction": f"SELECT interaction_id FROM participant WHERE person_id IN {people}",
        "need": f"SELECT id FROM need WHERE acceptor_id IN {people}",
        "survey": f"SELECT id FROM survey WHERE person_id IN {people}",
    }
    found = {table: {key for (key,) in db.connection.execute(sql)} for table, sql in wanted.items()}
    by_name = (
        "SELECT interaction_id FROM participant WHERE id IN "
        "(SELECT row_id FROM temp.mentioning WHERE row_table = 'participant')"
    )
    found["interaction"] |= {key for (key,) in db.connection.execute(by_name)}
    for table, keys in found.items():
        gone = db.connection.execute(IS_LISTED.format(table=table)[1:-1])
        keys -= {key for (key,) in gone}
    return found


def _others(db: Database, table: str, involved: set[int], redactors: Redactors) -> Iterator[Held]:
    """Records of others: those they are involved in as a whole, of those that mention them only the texts that do."""
    mentions: dict[int, list[str]] = {}
    for keys in batches(db, "mentioning", table):
        for row in list(readable(db, table, True, as_list(keys))):
            columns = list(without(db, table, dict(row), redactors))
            if any(name in columns for name in _NAMING):
                involved.add(row["id"])
            else:
                mentions[row["id"]] = columns
    yield from _whole(db, table, sorted(involved), INVOLVED)
    for key, columns in sorted(mentions.items()):
        whole = db.row(f"{table}_row", id=key)
        if whole and key not in involved:
            links = [name for name in ("customer_id", "interaction_id") if name in whole.keys()]  # noqa: SIM118, a Row
            yield _held(table, whole, MENTIONED, [*links, *columns])


def _log(db: Database, redactors: Redactors) -> Iterator[Held]:
    """What the change log has of their rows, and what else in it names them."""
    rows = (
        "SELECT id, change_id, row_table, row_id, action, before, after, "
        f"{FORGOTTEN_ROW} AS _theirs FROM change_row WHERE {FORGOTTEN_ROW} OR id IN "
        "(SELECT row_id FROM temp.mentioning WHERE row_table = 'change_row') ORDER BY id"
    )
    changes = {
        key
        for (key,) in db.connection.execute(
            "SELECT row_id FROM temp.mentioning WHERE row_table = 'change'"
        )
    }
    steps = []
    for row in db.connection.execute(rows):
        if row["change_id"]:
            changes.add(row["change_id"])
        sides = {name: json.loads(row[name]) for name in ("before", "after") if row[name]}
        if not row["_theirs"]:
            hit = without(db, "change_row", dict(row), redactors)
            sides = {name: _differing(side, json.loads(hit[name])) for name, side in sides.items() if name in hit}  # fmt: skip
        of = _ref(row["row_table"], row["row_id"])
        fields = {"record": row["row_table"], "of": of, "action": row["action"], **sides}
        steps.append(Held("change_row", ref("change", row["change_id"]), LOGGED, False, {name: value for name, value in fields.items() if value is not None}))  # fmt: skip
    for number in sorted(changes):
        if change := db.row("change", id=number):
            fields = {name: change[name] for name in ("at", "actor", "command", "reason") if change[name]}  # fmt: skip
            yield Held("change", ref("change", number), LOGGED, False, fields)
    yield from steps


def _differing(side: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in side.items() if changed[name] != value}


def _events(db: Database, subject: Reference, redactors: Redactors) -> Iterator[Held]:
    named = re.compile(rf"(?<![A-Za-z0-9]){subject}(?![0-9])", re.IGNORECASE).search
    sql = "SELECT id, at, actor, kind, detail FROM event WHERE detail IS NOT NULL ORDER BY id"
    for row in db.connection.execute(sql):
        if named(row["detail"]) or redactors.whole.may_touch_command(row["detail"]):
            fields = {name: row[name] for name in ("at", "actor", "kind", "detail")}
            yield Held("event", None, NOTED, False, fields)
