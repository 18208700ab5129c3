"""Finding records by what people write: the one customer that is meant, or everything that fits (CLI.md, `find`)."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from crmcli.errors import Ambiguous, Listed, NotFound
from crmcli.rules.identity import name_key, phone_key
from crmcli.rules.references import Reference, read_reference, ref
from crmcli.rules.searching import Query, Wanted, either, every
from crmcli.rules.writings import query, simplified, writings
from crmcli.store import former, search
from crmcli.store.database import Database, Row, as_list
from crmcli.store.erased import refuse_erased

_SEVERAL = 20  # candidates named at most
_BEYOND = "\U0010ffff"
_FEWEST_DIGITS = 4  # of a phone number that stands for a customer
_SCRAPS = 100  # of a name that is nearly one
_LOOKED_AT = 1_000  # records that hold its digits somewhere


def find_customer(db: Database, text: str) -> Row:
    """The one customer meant by `c12`, `ext:ID`, or a name: exact, else unique beginning, else unique part, pinyin or
    initials, else unique part of a phone number. What was merged away stands for the customer that was kept.

    NotFound when there is none, naming those that are nearly called so; Ambiguous with the candidates when there are several.
    """
    asked = text.strip()
    head, digits = asked[:1].lower(), asked[1:].partition(":")[0]
    if head == "c" and digits.isascii() and digits.isdigit() and len(digits) < 16:
        return _by_key(db, int(digits))
    if asked.lower().startswith("ext:"):
        number = asked[4:].strip()
        found = db.rows("customers_by_external_id", text=number) or former.with_external_id(db, number)  # fmt: skip
    else:
        found = _by_name(db, asked)
    if len(found) == 1:
        return found[0]
    if not found:
        _refuse_unknown(db, asked)
    raise Ambiguous(
        "{text!r} fits several customers; name one by its reference",
        [f"{ref('customer', row['id'])} {row['name']}" for row in found],
        text=asked,
    )


def _by_key(db: Database, key: int) -> Row:
    row = db.row("customer_by_id", id=key)
    # A file that was moved house holds nothing of what was merged but where it leads.
    if (row is None or row["deleted_at"]) and (heir := former.heir_of(db, key)):
        return heir
    if row is None:
        refuse_erased(db, Reference("customer", key))
        raise NotFound("there is no customer c{key}; crm list-customers shows them all", key=key)
    if row["deleted_at"]:
        raise NotFound(
            "customer c{key} ({name}) was deleted; crm history c{key} says when",
            key=key,
            name=row["name"],
        )
    return row


def _by_name(db: Database, asked: str) -> list[Row]:
    key = name_key(asked)
    if not key:
        return []
    exact = db.rows("customers_by_name", text=key)
    if len(exact) > 1:
        return [row for row in exact if row["name"] == asked] or exact
    return exact or former.called(db, key) or _exact_otherwise(db, key) or named_like(db, asked, _SEVERAL)  # fmt: skip


def _exact_otherwise(db: Database, key: str) -> list[Row]:
    """The customers of exactly this name in other characters, simplified or traditional."""
    found = {
        row["id"]: row
        for one in writings(key)[1:]
        for row in db.rows("customers_by_name", text=one) or former.called(db, one)
    }
    return list(found.values())


def named_like(db: Database, asked: str, limit: int) -> list[Row]:
    """The customers whose name begins so, else has it as a part, else is spoken so, else whose phone has these digits."""
    key = name_key(asked)
    if found := _beginning(db, key):
        return found[:limit]
    wanted = query(key)
    for one in (wanted.names, wanted.sound):
        if keys := search.find(db, "customer", one, limit):
            return search.rows_of(db, "customer", keys)
    return _with_number(db, asked, limit)


def _beginning(db: Database, key: str) -> list[Row]:
    """The customers whose name begins so, in simplified or traditional characters."""
    found = {
        row["id"]: row
        for one in writings(key)
        for row in db.rows("customers_by_name_beginning", text=one, beyond=one + _BEYOND)
    }
    return [found[key] for key in sorted(found)]


def _with_number(db: Database, asked: str, limit: int) -> list[Row]:
    """The customers that have a phone with these digits, or someone who has; what else they are found by is no phone."""
    if any(map(str.isalpha, asked)):
        return []
    found: dict[int, Row] = {}
    for digits in dict.fromkeys((digits_of(asked), digits_of(phone_key(asked)))):
        if len(digits) >= _FEWEST_DIGITS:
            found |= {row["id"]: row for row in _with_digits(db, digits)}
    return [found[key] for key in sorted(found)][:limit]


def _with_digits(db: Database, digits: str) -> list[Row]:
    wanted = query(digits).prose
    people = search.rows_of(db, "person", search.find(db, "person", wanted, _LOOKED_AT))
    keys = {row["customer_id"] for row in people}
    keys |= set(search.find(db, "customer", wanted, _LOOKED_AT))
    with_phone = {
        point["customer_id"]
        for point in db.rows("contact_points_of", customers=as_list(sorted(keys)))
        if point["kind"] == "phone"
        and (digits in digits_of(point["value"]) or digits in digits_of(point["value_key"]))
    }
    return search.rows_of(db, "customer", sorted(with_phone))


def digits_of(text: str) -> str:
    """The digits of a number, however it is divided."""
    return "".join(filter(str.isdigit, text))


def _refuse_unknown(db: Database, asked: str) -> None:
    people = _people_named(db, asked)
    if people:
        raise NotFound(
            "no customer fits {text!r}, but somebody there: {people}; name the customer or the person by reference",
            people,
            text=asked,
            people=Listed(people),
        )
    near = nearly_named(db, asked)
    if near:
        raise NotFound(
            "no customer fits {text!r}; did you mean {near}?",
            [f"{ref('customer', row['id'])} {row['name']}" for row in near],
            text=asked,
            near=Listed(f"{ref('customer', row['id'])} {row['name']}" for row in near[:3]),
        )
    raise NotFound("no customer fits {text!r}; crm list-customers shows them all", text=asked)


def _people_named(db: Database, asked: str) -> list[str]:
    """People who are called so, with their customers: `h3 张伟 (c1 华东精工)`."""
    keys = search.find(db, "person", query(asked).names, 3)
    rows = search.rows_of(db, "person", keys)
    customers = search.rows_of(db, "customer", list({row["customer_id"] for row in rows}))
    names = {row["id"]: f"{ref('customer', row['id'])} {row['name']}" for row in customers}
    return [
        f"{ref('person', row['id'])} {row['name']} ({names[row['customer_id']]})"
        for row in rows
        if row["customer_id"] in names
    ]


def nearly_named(db: Database, asked: str, limit: int = 3) -> list[Row]:
    """Customers whose names are nearly what was asked for, the nearest first."""
    from difflib import SequenceMatcher

    key = simplified(name_key(asked))
    size = 2 if not key.isascii() else 3
    scraps = {key[place : place + size] for place in range(max(1, len(key) - size + 1))}
    wanted = either(query(scrap).names for scrap in sorted(scraps)[:_SCRAPS])
    keys = search.find(db, "customer", wanted, 200)
    alike = [
        (SequenceMatcher(None, key, simplified(row["name_key"])).ratio(), row)
        for row in search.rows_of(db, "customer", keys)
    ]
    alike.sort(key=lambda one: -one[0])
    return [row for ratio, row in alike if ratio >= 0.6][:limit]


# --- everything that fits ---


class Found(NamedTuple):
    """A record that fits, with its customer's row; knowledge articles belong to none."""

    table: str
    row: Row
    customer: Row | None


def find(db: Database, text: str, limit: int | None, tables: Sequence[str] = ()) -> list[Found]:
    """The records that fit `text`, at most `limit`: customers first, by name before by anything else; then people,
    then the rest kind by kind, the newest first. `tables` are the kinds looked for; all when empty."""
    found: list[Found] = []
    for table in tables or search.KINDS:
        room = None if limit is None else limit - len(found)
        if room is not None and room <= 0:
            break
        keys: list[int] = []
        for some in _keys(db, table, text):
            keys += list(some(None if room is None else room - len(keys), keys))
            if room is not None and len(keys) >= room:
                break
        rows = search.rows_of(db, table, keys)
        found += _with_customers(db, table, rows)
    return found


_Step = Callable[[int | None, Sequence[int]], list[int]]


def _keys(db: Database, table: str, text: str) -> Iterator[_Step]:
    """The steps in which keys of `table` are looked for, the surest first."""
    asked = read_reference(text)
    if asked and asked.table == table:
        yield lambda room, known: [row["id"] for row in search.rows_of(db, table, [asked.key])]
    if table == "customer" and (key := name_key(text)):
        yield lambda room, known: _named(db, key, room, known)
    for one in _queries(text):
        yield lambda room, known, one=one: search.find(db, table, one, room, known)  # type: ignore[misc]


def _named(db: Database, key: str, room: int | None, known: Sequence[int]) -> list[int]:
    rows = [row for one in writings(key) for row in db.rows("customers_by_name", text=one)]
    rows += _beginning(db, key)
    keys = [one for one in dict.fromkeys(row["id"] for row in rows) if one not in known]
    return keys if room is None else keys[:room]


def _queries(text: str) -> Iterator[Wanted | None]:
    wanted: Query = query(text)
    yield wanted.names
    yield wanted.sound
    # A number typed with its country, or divided otherwise than it is written here.
    number = phone_key(text) if not any(map(str.isalpha, text)) else ""
    if number and number != text:
        yield query(number.lstrip("+")).prose
    yield wanted.prose
    words = list(filter(_counts, text.split()))
    if len(words) > 1:  # one in the name, another in the city
        yield every(either(query(word)) for word in words)


def _counts(word: str) -> bool:
    """A word of signs alone is not looked for beside others."""
    return any(
        character.isalnum() or "\u2600" <= character <= "\u27bf" or character >= "\U0001f000"
        for character in word
    )


def _with_customers(db: Database, table: str, rows: Sequence[Row]) -> list[Found]:
    if table == "customer":
        return [Found(table, row, row) for row in rows]
    if table == "article":
        return [Found(table, row, None) for row in rows]
    keys = list(dict.fromkeys(row["customer_id"] for row in rows if row["customer_id"]))
    customers = {row["id"]: row for row in search.rows_of(db, "customer", keys)}
    return [
        Found(table, row, customers.get(row["customer_id"]))
        for row in rows
        if row["customer_id"] is None or row["customer_id"] in customers
    ]
