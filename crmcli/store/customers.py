"""Finding customers by what people write, and reading their whole records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmcli.errors import Ambiguous, NotFound
from crmcli.rules.identity import name_key
from crmcli.rules.references import ref
from crmcli.store.database import Database, Row, as_list


def keys_of(columns: Mapping[str, Any]) -> dict[str, str | None]:
    """The normal forms that names are found by, for those names that `columns` has."""
    keys: dict[str, str | None] = {}
    if "name" in columns:
        keys["name_key"] = name_key(columns["name"])
    if "short_name" in columns:
        keys["short_key"] = name_key(columns["short_name"]) if columns["short_name"] else None
    return keys


def find_customer(db: Database, text: str) -> Row:
    """The one customer meant by `c12`, `ext:ID`, or a name: exact, else unique beginning, else unique part.

    NotFound when there is none, Ambiguous with the candidates when there are several.
    """
    asked = text.strip()
    head, digits = asked[:1].lower(), asked[1:].removesuffix(":touch")
    if head == "c" and digits.isascii() and digits.isdigit() and len(digits) < 16:
        return _by_key(db, int(digits))
    if asked.lower().startswith("ext:"):
        found = db.rows("customers_by_external_id", text=asked[4:].strip())
    else:
        found = _by_name(db, asked)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound("no customer fits {text!r}; crm list-customers shows them all", text=asked)
    raise Ambiguous(
        "{text!r} fits several customers; name one by its reference",
        [f"{ref('customer', row['id'])} {row['name']}" for row in found],
        text=asked,
    )


def _by_key(db: Database, key: int) -> Row:
    row = db.row("customer_by_id", id=key)
    if row is None:
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
    return (
        exact
        or db.rows("customers_by_name_beginning", text=key, beyond=key + "\U0010ffff")
        or db.rows("customers_by_name_part", text=key)
    )


class Parts:
    """What belongs to one customer besides its own row."""

    def __init__(self) -> None:
        self.people: list[Any] = []
        self.points: list[Any] = []
        self.tags: list[str] = []
        self.fields: dict[str, str] = {}


def parts_of(db: Database, customers: Iterable[int]) -> dict[int, Parts]:
    """The people, phones and e-mails, tags and custom fields of customers, by key."""
    keys: Sequence[int] = list(customers)
    parts: dict[int, Parts] = defaultdict(Parts)
    asked = as_list(keys)
    for row in db.rows("people_of", customers=asked):
        parts[row["customer_id"]].people.append(row)
    for row in db.rows("contact_points_of", customers=asked):
        parts[row["customer_id"]].points.append(row)
    for row in db.rows("tags_of", customers=asked):
        parts[row["customer_id"]].tags.append(row["name"])
    for row in db.rows("fields_of", customers=asked):
        parts[row["customer_id"]].fields[row["name"]] = row["value"]
    return parts
