"""Texts of others that mention the erased: which they are, and how they read without (rules/erasing.py)."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from crmcli.rules import terms
from crmcli.rules.erasing import MARK, Redactor, Trace, redacted_command, redacted_values
from crmcli.rules.references import LETTERS
from crmcli.store import erased, frozen
from crmcli.store.database import Database, as_list
from crmcli.store.forgetting.belongings import CHUNK, FORGOTTEN_ROW, IS_LISTED
from crmcli.store.segments import folded

FREE: Mapping[str, tuple[str, ...]] = {
    "customer": ("address", "source", "note", "loss_reason", "size", "industry", "consent_source", "consent_scope", "credit_grade", "verified_by", "external_id"),
    "person": ("title", "concern", "preferences", "note", "consent_source", "consent_scope", "verified_by", "external_id"),
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
    "deal": ("text", "owner", "note", "loss_reason", "external_id"),
    "contract": ("text", "terms", "owner", "note", "close_reason", "external_id"),
    "customer_order": ("note", "external_id"),
    "risk": ("text", "kind", "owner", "result", "external_id"),
    "attachment": ("name", "note"),
    "tag": ("name",),
    "field_value": ("value",),
    "former_customer": ("external_id",),
    "setting": ("value",),
    "segment": ("name", "name_key", "filters"),
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

_WORDS: Mapping[str, Mapping[str, Collection[str]]] = {
    "customer": {"loss_reason": terms.LOSS_REASON.words},
    "deal": {"loss_reason": terms.LOSS_REASON.words},
    "key_date": {"kind": terms.KEY_DATE.words},
}
"""What such columns hold of ours stays, whoever is called so."""

_FIELDS = ("text", "number", "date", "choice")
"""How the value of a setting begins that says what a custom field holds."""

LOG = ("change_row", "change", "event")
"""What was written down of writing, in which anybody may be mentioned."""

_NAMED = 100  # places named at most


class Redactors:
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


def list_mentions(db: Database, redactors: Redactors) -> tuple[dict[str, int], list[str]]:
    """List the rows of others that mention the erased: how many texts by table, and the first of them."""
    counts: Counter[str] = Counter()
    places: list[str] = []
    if not redactors.whole:
        return {}, []
    for table in (*FREE, *LOG):
        batch: list[int] = []
        for key, columns in _mentioning(db, table, redactors):
            batch.append(key)
            counts[table] += len(columns)
            if table in FREE and len(places) < _NAMED:
                places += [f"{_named(table, key)}.{column}" for column in columns]
            if len(batch) == CHUNK:
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
    db: Database, table: str, redactors: Redactors
) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of a table that are to change, each with the columns that do."""
    whole = redactors.whole
    may_touch = whole.may_touch_command if table == "change" else whole.may_touch
    for row in readable(db, table, bool(redactors.exempt)):
        # Of a line of the log each value is a text of its own, and a name linked to the erased may be any.
        is_looked_at = table == "change_row" or (table in _NAMING and row["_link"] == _ERASED)
        if not is_looked_at and not any(type(text) is str and may_touch(text) for text in row):
            continue
        if made := without(db, table, dict(row), redactors):
            yield row["id"], list(made)


def readable(
    db: Database, table: str, wants_customer: bool, keys: str | None = None
) -> Iterator[sqlite3.Row]:
    """What may be read and changed of a table: all of it, or the rows with these keys (a JSON list)."""
    which = "id IN (SELECT value FROM json_each(:keys))" if keys is not None else "1"  # all
    if table in FREE:
        columns = FREE[table]
        which += f" AND id NOT IN {IS_LISTED.format(table=table)}"
        if table == "setting":
            which += " AND (" + " OR ".join(f"name LIKE '{one}'" for one in _SETTINGS) + ")"
        customer = WHOSE.get(table, "customer_id") if wants_customer else "NULL"
        listed = ", ".join(f'"{name}"' for name in columns)
        extra = f", {_LINK.format(naming=_NAMING[table])}" if table in _NAMING else ""
        sql = f"SELECT id, {customer} AS _customer, {listed}{extra} FROM {table} WHERE {which}"
    elif table == "change_row":
        sql = (
            "SELECT id, row_table, row_id, action, before, after FROM change_row WHERE "
            f"{which} AND before IS NOT NULL AND NOT {FORGOTTEN_ROW}"
        )
    elif table == "change":
        sql = f"SELECT id, command, reason FROM change WHERE {which}"
    else:
        sql = f"SELECT id, detail FROM event WHERE {which} AND detail IS NOT NULL"
    yield from db.connection.execute(sql, {"keys": keys} if keys is not None else {})


WHOSE = {
    "customer": "id",
    "participant": "(SELECT customer_id FROM interaction WHERE interaction.id = interaction_id)",
    "article": "NULL",
    "setting": "NULL",
    "segment": "NULL",
}
_NAMING = {"participant": "name", "survey": "by"}
"""The columns that name whom the row is linked to, if it is linked to anybody."""

_NOBODY, _ERASED, _OTHER = 0, 1, 2
_LINK = (
    f"CASE WHEN person_id IS NULL THEN {_NOBODY} WHEN person_id IN {IS_LISTED.format(table='person')} THEN {_ERASED} "
    f'WHEN "{{naming}}" = (SELECT name FROM person WHERE person.id = person_id) THEN {_OTHER} ELSE {_NOBODY} END AS _link'
)


def without(db: Database, table: str, row: Any, redactors: Redactors) -> dict[str, str]:
    """The columns of a row that change, as they are to be."""
    if table == "change":
        made = {"command": redacted_command(row["command"], redactors.whole)}
        if row["reason"]:
            made["reason"] = redactors.whole(row["reason"])
        return {name: value for name, value in made.items() if value != row[name]}
    if table == "event":
        made = {"detail": _note_without(row["detail"], redactors.whole)}
        return {name: value for name, value in made.items() if value != row[name]}
    redact = redactors.of(row["_customer"] if table in FREE else None)
    if table != "change_row":
        link = row["_link"] if table in _NAMING else _NOBODY
        return _texts_without(table, row["id"], row, redact, link)
    return _log_without(db, row, redactors)


def _note_without(detail: str, redact: Redactor) -> str:
    """What an event says: of an earlier erasure only the reason is in somebody's words, and all else is read again."""
    erasure = erased.read_note(detail)
    if erasure is None:
        return redact(detail)
    if not (reason := erasure.get("reason")) or redact(reason) == reason:
        return detail
    return json.dumps({**erasure, "reason": redact(reason)}, ensure_ascii=False)


def _texts_without(
    table: str, key: int, values: Mapping[str, Any], redact: Redactor, link: int
) -> dict[str, str]:
    """The texts of a row that change; a name linked to the erased is theirs whatever it is, one of another's stays."""
    made = redacted_values(values, FREE[table], redact)
    for column, words in _WORDS.get(table, {}).items():
        if values.get(column) in words:
            made.pop(column, None)
    if link != _NOBODY:
        naming, names = _NAMING[table], values.keys()
        made.pop(naming, None)
        if link == _ERASED and naming in names and values[naming] not in (None, MARK):
            made[naming] = MARK
    if table == "customer" and "external_id" in made:
        made["external_id"] = f"{MARK} {key}"  # no two may have the same
    if table == "segment" and {"name", "name_key"} & made.keys():  # nor the same name
        name = f"{MARK} {key}"
        made |= {"name": name, "name_key": folded(name)}
    if table == "setting" and made:  # what kind of field it is stays
        kind, colon, choices = values["value"].partition(":")
        if kind in _FIELDS:
            made = {"value": kind + colon + redact(choices)} if colon else {}
    # No longer than the column holds: the mark is longer than most names.
    limits = frozen.TABLES[table]["columns"]
    return {name: value[: limits[name][1]] for name, value in made.items()}


def _log_without(db: Database, row: Any, redactors: Redactors) -> dict[str, str]:
    """A line of the change log, changed as the row is that it is about, so that undo finds both alike."""
    table = row["row_table"]
    sides = {name: json.loads(row[name]) for name in ("before", "after") if row[name]}
    if row["action"] == "erase":  # by another program: the line is all there is of the row
        columns = (*FREE.get(table, ()), *OWN.get(table, ()))
        made = {name: redacted_values(side, columns, redactors.whole) for name, side in sides.items()}  # fmt: skip
    elif table not in FREE or not any(
        table in _NAMING or redacted_values(side, FREE[table], redactors.whole)
        for side in sides.values()
    ):
        return {}
    else:
        about = next(readable(db, table, True, as_list([row["row_id"]])), None)
        if about is None:
            return {}
        redact = redactors.of(about["_customer"])
        made = {
            name: _texts_without(table, row["row_id"], side, redact, _link_of(table, side, about))
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
