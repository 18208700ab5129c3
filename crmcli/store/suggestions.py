"""What may be typed next, read without leaving a trace: nothing is made, migrated or waited for (CLI.md, completion)."""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crmcli.errors import StoreError
from crmcli.rules.identity import name_key
from crmcli.rules.references import LETTERS, read_reference
from crmcli.store import driver, frozen
from crmcli.store.database import Database, Row, as_list

MOST = 50
"""How many suggestions are made at most."""

_BEYOND = "\U0010ffff"
_MOST_DIGITS = 12
_FEW = 300  # values that are looked through for a beginning in another case or width


def peek(path: str) -> Database | None:
    """The file as it stands; None when there is none, or none of this version of crm.

    A file without SQLite's helper files beside it is one that nobody is writing to: it is taken as it is, without a
    lock and without making them.
    """
    try:
        file = Path(path).resolve()
        if not file.is_file():
            return None
        has_helpers = all(Path(f"{file}{ending}").exists() for ending in ("-wal", "-shm"))
        mode = f"mode=ro{'' if has_helpers else '&immutable=1'}"
        connection = driver.connect(str(file), mode, timeout=0)
    except (OSError, ValueError, StoreError):
        return None
    except driver.Error:
        return None
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == frozen.SCHEMA_VERSION:
            return Database(connection, path)
    except driver.Error:
        pass
    connection.close()
    return None


class Named(NamedTuple):
    """A customer by a word that means it: its name, its short name when that was begun, or its reference."""

    key: int
    word: str
    name: str


# --- customers by name ---


def customers(db: Database, text: str) -> list[Named]:
    """The customers whose name or short name begins with `text`; else those in whose name it stands or sounds so.

    Written in simplified or traditional characters, whichever were typed.
    """
    from crmcli.rules.writings import writings

    begun = {one.key: one for way in writings(text) for one in customers_beginning(db, way)}
    return list(begun.values())[:MOST] or [_named(row) for row in _found(db, text)]


def customers_beginning(db: Database, text: str) -> list[Named]:
    """The customers whose name or short name begins with `text`, in any case and width."""
    return [_named(row, text) for row in _beginning(db, text)]


def recent_customers(db: Database, limit: int) -> list[Named]:
    """The customers talked to last."""
    return [_named(row) for row in db.rows("offered_recent", limit=limit)]


def _beginning(db: Database, text: str) -> list[Row]:
    key = name_key(text)
    if not key:
        return []
    rows = db.rows("offered_names", text=key, beyond=key + _BEYOND)
    if len(rows) < MOST:
        # `Acme L` and 华东有限公 reach into what a key leaves out, the legal form: there the key is the shorter one.
        keys = as_list(key[:length] for length in range(1, len(key)))
        known = {row["id"] for row in rows}
        rows += [
            row
            for row in db.rows("offered_names_within", keys=keys)
            if row["id"] not in known and _begins(row["name"], text)
        ]
    # The signs that a key leaves out tell names apart that would else be suggested together: `A:` and `Acme`.
    return [row for row in rows if _has(row, text)][:MOST] or rows[:MOST]


def _has(row: Row, text: str) -> bool:
    return any(name and folded(name).startswith(folded(text)) for name in (row["name"], row["short_name"]))  # fmt: skip


def _found(db: Database, text: str) -> list[Row]:
    from crmcli.rules.writings import query
    from crmcli.store import search

    wanted = query(text)
    for one in (wanted.names, wanted.sound):
        if keys := search.find(db, "customer", one, MOST):
            return search.rows_of(db, "customer", keys)
    return []


def named(key: int, name: str, short_name: str | None = None, text: str = "") -> Named:
    """A customer under the name that was begun; under its reference where no name would lead back to it."""
    whole = name
    if short_name and not _begins(name, text) and _begins(short_name, text):
        name = short_name
    word = printable(name)
    means_else = word.startswith("-") or word.lower().startswith("ext:") or read_reference(word)
    is_found = word == name or name_key(word) == name_key(name)
    return Named(key, word if is_found and not means_else else f"c{key}", printable(whole))


def _named(row: Row, text: str = "") -> Named:
    return named(row["id"], row["name"], row["short_name"], text)


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey or that is no plain space; names are found without it, too."""
    if text.isprintable():
        return text
    spaced = (" " if sign.isspace() else sign for sign in text)
    return "".join(sign for sign in spaced if sign.isprintable()).strip()


def _begins(name: str, text: str) -> bool:
    return plain(name).startswith(plain(text))


def folded(text: str) -> str:
    """`text` without width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def plain(text: str) -> str:
    """`text` without width, case, spaces and signs."""
    return "".join(filter(str.isalnum, folded(text)))


# --- references ---


class Referred(NamedTuple):
    """A record by its reference, and what it is about; `day` where it happened on one."""

    ref: str
    table: str
    about: str
    day: str


def references(db: Database, text: str, tables: tuple[str, ...]) -> list[Referred]:
    """The live records of `tables` whose reference begins with `text`: for a letter alone the newest ones."""
    head, digits = text[:1].lower(), text[1:]
    table = next((table for table in tables if LETTERS[table] == head), None)
    is_number = digits.isascii() and digits.isdigit() and not digits.startswith("0")
    if table is None or not (is_number or not digits):
        return []
    found: list[Referred] = []
    for first, last in _ranges(digits):
        rows = db.rows(f"offered_{table}", first=first, last=last, limit=MOST - len(found))
        found += [_referred(table, row) for row in (reversed(rows) if digits else rows)]
        if len(found) >= MOST:
            break
    return found


def _ranges(digits: str) -> Iterator[tuple[int, int]]:
    """The keys that begin with these digits, the short ones first."""
    if not digits:
        yield 1, 10**_MOST_DIGITS
        return
    for more in range(max(0, _MOST_DIGITS - len(digits)) + 1):
        yield int(digits) * 10**more, (int(digits) + 1) * 10**more - 1


def _referred(table: str, row: Row) -> Referred:
    day = str(row["day"])[:10] if "day" in row.keys() else ""  # noqa: SIM118, a Row
    return Referred(f"{LETTERS[table]}{row['id']}", table, row["about"] or "", day)


# --- needs and promises ---


def queue(db: Database, now: str, today: str, limit: int) -> list[Row]:
    """The first open needs, in the order of the queue; `now` is a stored instant, `today` the local day."""
    keys = [row["id"] for row in db.rows("queue", now=now, today=today, limit=limit)]
    found = {row["id"]: row for row in db.rows("needs_by_ids", ids=as_list(keys))}
    return [found[key] for key in keys if key in found]


def needs_of(db: Database, customers: Sequence[int]) -> list[Row]:
    """The needs of customers by key, the newest first."""
    return db.rows("needs_of", customers=as_list(customers))[::-1]


def promises_of(db: Database, customers: Sequence[int]) -> list[Row]:
    """Their promises that are open, the first to fall due before the others."""
    rows = db.rows("promises_of", customers=as_list(customers))
    return [row for row in rows if not (row["kept_on"] or row["broken_on"])]


def deals_of(db: Database, customers: Sequence[int]) -> list[Row]:
    """Their deals that are open, those expected soonest first."""
    return db.rows("open_deals_of", customers=as_list(customers))


def names_of(db: Database, rows: Sequence[Row]) -> dict[int, str]:
    """What the customers of these records are called, by key."""
    keys = as_list({row["customer_id"] for row in rows})
    found = db.rows("names_of_customers", ids=keys)
    return {row["id"]: printable(row["name"]) for row in found}


# --- people, tags, cities, industries ---


def people_of(db: Database, customer: str) -> list[Referred]:
    """The people of the one customer that `customer` names outright, by reference or name."""
    rows = db.rows("people_of", customers=as_list(named_outright(db, customer)))
    return [Referred(f"h{row['id']}", "person", row["name"], "") for row in rows]


def tags_of(db: Database, customer: str) -> list[str]:
    """Its tags, likewise."""
    customers = as_list(named_outright(db, customer))
    return [row["name"] for row in db.rows("tags_of", customers=customers)]


def named_outright(db: Database, text: str) -> list[int]:
    """The key of the one customer that `text` names, by its own reference or name or that of what belongs to it."""
    asked = read_reference(text)
    if asked is None:
        keys = [row["id"] for row in db.rows("customers_by_name", text=name_key(text))]
    elif asked.table in ("need", "survey", "interaction"):
        row = db.row(f"{asked.table}_row", id=asked.key)
        keys = [row["customer_id"]] if row else []
    else:
        keys = [asked.key] if asked.table == "customer" else []
    return keys if len(keys) == 1 else []


def values(db: Database, of: str, text: str) -> list[str]:
    """The `tags`, `cities` or `industries` in the file that begin with `text`; in another case or width if need be."""
    found = _values(db, of, text, MOST)
    if found or not text:
        return found
    return [value for value in _values(db, of, "", _FEW) if _begins(value, text)][:MOST]


def _values(db: Database, of: str, text: str, limit: int) -> list[str]:
    rows = db.rows(f"offered_{of}", text=text, beyond=text + _BEYOND, limit=limit)
    return [row["value"] for row in rows]
