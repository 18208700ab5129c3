"""Writing everything of another file into an empty one: rows keep their keys, what is computed is computed anew.

The rows come as plain records; each is checked as it comes, and written a chunk at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from crmcli.errors import BadValue, Forbidden, Listed
from crmcli.locale import N_
from crmcli.rules import consent, currencies, key_dates, terms
from crmcli.rules.identity import email_key, phone_key
from crmcli.rules.masking import looks_masked, mask_kind
from crmcli.rules.references import LETTERS, table_word
from crmcli.rules.service import states
from crmcli.rules.service.surveying import SCORES
from crmcli.rules.span import Span
from crmcli.rules.year import deals
from crmcli.store import driver, frozen, search, segments
from crmcli.store.changes import Change, check, log_range
from crmcli.store.customers import keys_of
from crmcli.store.database import Database
from crmcli.store.exporting import UNNUMBERED, moving_columns, moving_tables

_CHUNK = 1_000
_MOST = 10**15 - 1
_LAST_KEY = search._SPAN - 1
"""The search index has no room for more."""

_GAP = 1_000
"""Keys that are this close are logged as one range, though some between them are nobody's."""

Record = dict[str, Any]
Form = Callable[[str], object]


class BadRow(BadValue):
    """A row that cannot stand in the file, and the line it came from."""

    def __init__(self, line: int, message: str, **values: object) -> None:
        super().__init__(message, (), **values)
        self.line = line


class Dangling(BadValue):
    """A row refers to one that is not there."""

    def __init__(self, table: str, key: int, column: str, other: int) -> None:
        super().__init__(
            N_("{table} {key}: the {field} {other} is not in the file"),
            table=table_word(table),
            key=key,
            field=column.removesuffix("_id").replace("_", " "),
            other=other,
        )
        self.table, self.key = table, key


def refuse_unless_empty(db: Database) -> None:
    """Forbidden when the file holds or ever held any record; its settings do not count."""
    for table in moving_tables():
        if table in UNNUMBERED:
            continue
        if db.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            raise Forbidden(
                "{path} holds records, or did; everything of a file goes into a new one: "
                "crm --db NEW.db import FILE --as all",
                path=db.path,
            )


# --- what a value must look like ---


def _day(text: str) -> None:
    if len(text) != 10:
        raise ValueError(text)
    date.fromisoformat(text)


def _day_or_none(text: str) -> None:
    if text:
        _day(text)


def _instant(text: str) -> None:
    if len(text) != 20 or text[10] != "T" or text[19] != "Z":
        raise ValueError(text)
    datetime.fromisoformat(text)


def _day_of_the_year(text: str) -> None:
    if key_dates.read_day(text) != text:
        raise ValueError(text)


def _time_of_day(text: str) -> None:
    if len(text) != 5:
        raise ValueError(text)
    datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a time of day only


def _digest(text: str) -> None:
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError(text)


def _roles(text: str) -> None:
    if not set(text.split(",")) <= set(terms.ROLE.words):
        raise ValueError(text)


def _one_of(words: Container[str]) -> Form:
    def look(text: str) -> None:
        if text not in words:
            raise ValueError(text)

    return look


ATTACHED_TO = tuple(table for table in LETTERS if table not in ("attachment", "change"))
"""What an attachment may belong to."""

_WORDS: dict[str, Collection[str]] = {
    "customer.kind": terms.KIND.words,
    "contact_point.kind": ("phone", "email", "wechat"),
    "task.kind": ("task", "follow-up"),
    "need.kind": terms.NEED_KIND.words,
    "need.status": states.STORED,
    "urgency": terms.URGENCY.words,
    "strength": terms.STRENGTH.words,
    "service_event.kind": states.EVENTS,
    "promise.by": terms.PROMISE_BY.words,
    "promise.level": terms.PROMISE_LEVEL.words,
    "survey.kind": terms.SURVEY_KIND.words,
    "survey.status": terms.SURVEY_STATUS,
    "cause": terms.CAUSE.words,
    "article.kind": terms.ARTICLE_KIND.words,
    "deal.stage": deals.STAGES,
    "currency": currencies.CODES,
    "row_table": ATTACHED_TO,
    "consent": (consent.GIVEN, consent.REFUSED),
    "stage": terms.ALL_STAGES,
    "from_stage": terms.ALL_STAGES,
    "to_stage": terms.ALL_STAGES,
    "channel": terms.CHANNEL.words,
    "prefer": terms.CHANNEL.words,
    "direction": terms.DIRECTION.words,
    "intent": terms.INTENT.words,
    "side": ("ours", "theirs"),
}
"""The only texts that stand in a column, by column or by table and column."""

_FORMS: dict[str, Form] = {
    "roles": _roles,
    "cadence": Span.read,
    "visit_cadence": Span.read,
    "key_date.day": _day_of_the_year,
    "due_time": _time_of_day,
    "first_due_time": _time_of_day,
    "at": _instant,
    "since": _day,
    "needed_by": _day,
    "pay_by": _day,
    "visit_snooze_after": _day_or_none,
    "as_of": _day,
    "digest": _digest,
}
"""How texts that rules reckon with are written, by column or by table and column."""

_FLAGS = (
    "do_not_contact", "priority", "key_person", "active", "two_way", "awaits_answer", "no_answer", "care", "signed", "tells", "blacklisted", "is_below",
)  # fmt: skip

_RANGES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_FLAGS, (0, 1)),
    **dict.fromkeys((*SCORES, "need.value", "need.fit", "need.cost"), (1, 5)),
    "nps": (0, 10),
    "escalation.level": (1, 3),
    "risk.level": (1, 3),
    "probability": (0, 100),
}
"""From which number to which a column goes, by column or by table and column."""


def words_of(table: str, column: str) -> Collection[str] | None:
    """The only texts that stand in the column; None when there are others."""
    return _WORDS.get(f"{table}.{column}") or _WORDS.get(column)


def range_of(table: str, column: str) -> tuple[int, int] | None:
    """From which number to which the column goes; None when nobody says."""
    return _RANGES.get(f"{table}.{column}") or _RANGES.get(column)


def form_of(table: str, column: str) -> Form | None:
    """What a text of the column must look like; None for free text."""
    if words := words_of(table, column):
        return _one_of(words)
    if column.endswith(("_on", "_until", "_done_for")):
        return _day
    if column.endswith("_at"):
        return _instant
    return _FORMS.get(f"{table}.{column}") or _FORMS.get(column)


def _reader_of(table: str, column: str, texts: bool) -> Callable[[Any], Any]:
    """What makes of a value in a record the one that is stored; BadValue when it cannot be one."""
    if frozen.TABLES[table]["columns"][column][1] is not None:
        return _text_reader(table, column)
    is_key = column == "id" or column in frozen.TABLES[table]["links"]
    if is_key:
        return _number_reader(column, 1, _LAST_KEY, texts)
    least, most = range_of(table, column) or (0, _MOST)
    return _number_reader(column, least, most, texts)


def _number_reader(column: str, least: int, most: int, texts: bool) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if (
            texts
            and isinstance(value, str)
            and value.isascii()
            and value.isdigit()
            and len(value) < 17
        ):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadValue(
                "{column} {value} is no whole number from {least} to {most}",
                column=column,
                value=_shortened(value),
                least=least,
                most=most,
            )
        return value

    return read


def _text_reader(table: str, column: str) -> Callable[[Any], str]:
    form = form_of(table, column)
    # A file repeats its words and days, but hardly its instants.
    known = form if form in (None, _instant) else lru_cache(maxsize=4_000)(form)
    limit = frozen.TABLES[table]["columns"][column][1]

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise BadValue("{column} {value} is no text", column=column, value=_shortened(value))
        if not value.isprintable() and any(
            sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value
        ):
            raise BadValue("{column} is not valid text", column=column)
        if len(value) > limit:
            check(table, {column: value})
        if known:
            try:
                known(value)
            except (ValueError, BadValue):
                raise BadValue(
                    "{column} {value} is nothing that stands there",
                    column=column,
                    value=_shortened(value),
                ) from None
        return value

    return read


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


# --- the work ---

_POINT_KEYS = {"phone": phone_key, "email": email_key, "wechat": str.lower}
_EMPTY_WITHOUT = {"contact_point": "value", "field_value": "value"}
"""A row of these tables says nothing when this value is masked."""


class Restore:
    """Takes the records of a whole file one by one and writes them inside an open change.

    In a file of `texts` numbers are written as such. `set_to` gives a setting's value, or BadValue. Of a `masked`
    file, values that look masked are left out (HANDBOOK §10); `emptied` counts them by column, and
    `kept` those that must stay because a record needs them.
    """

    def __init__(
        self,
        change: Change,
        set_to: Callable[[str, str], str],
        *,
        masked: bool,
        texts: bool,
    ) -> None:
        self._change = change
        self._masked = masked
        self._set_to = set_to
        self._readers = {
            table: {
                column: _reader_of(table, column, texts)
                for column in dict.fromkeys(["id", *moving_columns(table)])
            }
            for table in moving_tables()
        }
        self._read_key = _number_reader("next", 1, _LAST_KEY, texts)
        self.tables = [table for table in self._readers if table not in UNNUMBERED]
        self._defaults: dict[str, Record] = {
            table: {name: default for name, (default, _) in shape["columns"].items()}
            for table, shape in frozen.TABLES.items()
        }
        self._needed = {
            table: [
                column
                for column in self._readers[table]
                if column == "id" or self._defaults[table][column] == ""
            ]
            for table in self.tables
        }
        self._waiting: dict[str, list[tuple[int, Record]]] = defaultdict(list)
        self._next: dict[str, int] = {}
        self.settings: dict[str, str] = {}
        self.added = 0
        self.emptied: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()

    def add(self, line: int, record: Record) -> None:
        """Take one record; BadValue says what is wrong with it."""
        kind = record.pop("record", None)
        if kind == "key_range":
            self._take_next_key(record)
        elif kind == "setting":
            self._take_setting(record)
        elif isinstance(kind, str) and kind in self._readers:
            self._take_row(kind, line, record)
        else:
            raise BadValue(
                "record {kind} is unknown; there are {known}",
                kind=_shortened(kind),
                known=Listed([*self._readers, "key_range"]),
            )

    def finish(self) -> None:
        """Write what waits; BadRow or Dangling when the rows do not fit together."""
        for table in list(self._waiting):
            self._write(table)
        self._refuse_dangling(self._change.db)
        search.rebuild(self._change.db)

    def log(self) -> None:
        """Log which keys were written, and keep those that were ever given out from being given out again."""
        for table in self.tables:
            last = self._log(self._change.db, table)
            here = self._change.take_keys(table, 0)
            wanted = max(here, last + 1, self._next.get(table, 1))
            self._change.take_keys(table, wanted - here)

    # --- one record ---

    def _read(self, table: str, record: Mapping[str, Any]) -> Record:
        readers, values = self._readers[table], {}
        for column, value in record.items():
            reader = readers.get(column)
            if reader is None:
                raise BadValue(
                    "a {table} has no column {column}",
                    table=table_word(table),
                    column=_shortened(column),
                )
            if value is not None:
                values[column] = reader(value)
        return values

    def _take_row(self, table: str, line: int, record: Record) -> None:
        values = self._read(table, record)
        for column in self._needed[table]:
            if column not in values:
                raise BadValue(
                    "the {table} has no {column}", table=table_word(table), column=column
                )
        if self._masked and not self._unmask(table, values):
            return
        row = {**self._defaults[table], **values}
        if table in ("customer", "former_customer"):
            row |= keys_of(row)
        elif table == "contact_point":
            row["value_key"] = _POINT_KEYS[row["kind"]](row["value"])
        elif table == "segment":
            row |= {"name_key": segments.folded(row["name"]), "filters": segments.checked(row)}
        waiting = self._waiting[table]
        waiting.append((line, row))
        self.added += 1
        if len(waiting) >= _CHUNK:
            self._write(table)

    def _unmask(self, table: str, values: Record) -> bool:
        """Leave out what looks masked; False when nothing is left that would be worth a row."""
        defaults = self._defaults[table]
        for column, value in list(values.items()):
            kind = str(values["kind"]) if table == "contact_point" else column
            if not isinstance(value, str) or not looks_masked(value, mask_kind(kind)):
                continue
            name = f"{table}.{column}"
            if _EMPTY_WITHOUT.get(table) == column:
                self.emptied[name] += 1
                return False
            if defaults[column] is None:
                self.emptied[name] += 1
                del values[column]
            else:
                self.kept[name] += 1
        return True

    def _take_setting(self, record: Record) -> None:
        values = self._read("setting", record)
        name = values.get("name", "")
        if name in self.settings:
            raise BadValue("setting {name!r} is there twice", name=name)
        self.settings[name] = self._set_to(name, values.get("value", ""))
        self.added += 1

    def _take_next_key(self, record: Record) -> None:
        table, following = record.pop("row_table", None), record.pop("next", None)
        if record or table not in self.tables or table in self._next:
            raise BadValue("key_range {table} is unknown, or there twice", table=_shortened(table))
        self._next[table] = self._read_key(following)

    # --- many ---

    def _write(self, table: str) -> None:
        waiting, self._waiting[table] = self._waiting[table], []
        db, statement = self._change.db, f"insert_{table}"
        db.connection.execute("SAVEPOINT chunk")
        try:
            db.run_many(statement, (row for _, row in waiting))
        except driver.IntegrityError:
            db.connection.execute("ROLLBACK TO chunk")
            self._find_bad(table, waiting)
        db.connection.execute("RELEASE chunk")

    def _find_bad(self, table: str, waiting: list[tuple[int, Record]]) -> None:
        """Insert one by one, to name the line that does not fit."""
        for line, row in waiting:
            try:
                self._change.db.run(f"insert_{table}", **row)
            except driver.IntegrityError as error:
                columns = str(error).rpartition(": ")[2].replace(f"{table}.", "")
                if "NOT NULL" in str(error):
                    raise BadRow(
                        line,
                        N_("the {table} has no {columns}"),
                        table=table_word(table),
                        columns=columns,
                    ) from None
                raise BadRow(
                    line,
                    N_("another {table} before it has the same {columns}"),
                    table=table_word(table),
                    columns=columns,
                ) from None

    def _refuse_dangling(self, db: Database) -> None:
        found = db.connection.execute("PRAGMA foreign_key_check").fetchone()
        if found is None:
            return
        table, key, _, number = found
        (column,) = (
            row["from"]
            for row in db.connection.execute(f"PRAGMA foreign_key_list({table})")
            if row["id"] == number
        )
        (other,) = db.connection.execute(
            f"SELECT {column} FROM {table} WHERE id = ?", (key,)
        ).fetchone()
        raise Dangling(table, key, column, other)

    def _log(self, db: Database, table: str) -> int:
        """Log the keys that were written, as ranges; returns the last one."""
        last = 0
        for first, last in _ranges(
            row[0] for row in db.connection.execute(f"SELECT id FROM {table} ORDER BY id")
        ):
            log_range(self._change, table, first, last, "insert")
        return last


def _ranges(keys: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Ascending keys as ranges without wide gaps."""
    first = last = next(keys, None)
    if first is None or last is None:
        return
    for key in keys:
        if key - last > _GAP:
            yield first, last
            first = key
        last = key
    yield first, last
