"""What belongs to customers besides their own row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmcli.rules.identity import name_key
from crmcli.store.database import Database, Predicate, as_list


def keys_of(columns: Mapping[str, Any]) -> dict[str, str | None]:
    """The normal forms that names are found by, for those names that `columns` has."""
    keys: dict[str, str | None] = {}
    if "name" in columns:
        keys["name_key"] = name_key(columns["name"])
    if "short_name" in columns:
        keys["short_key"] = name_key(columns["short_name"]) if columns["short_name"] else None
    return keys


class Parts:
    """What belongs to one customer besides its own row."""

    def __init__(self) -> None:
        self.people: list[Any] = []
        self.points: list[Any] = []
        self.tags: list[str] = []
        self.fields: dict[str, str] = {}
        self.former: list[Any] = []


def parts_of(db: Database, customers: Iterable[int]) -> dict[int, Parts]:
    """The people, phones and e-mails, tags, custom fields and former selves of customers, by key."""
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
    for row in db.rows("formers_of", customers=asked):
        parts[row["customer_id"]].former.append(row)
    return parts


def fitting(db: Database, filters: Sequence[Predicate]) -> set[int]:
    """The keys of the customers that fit these filters."""
    return {row["id"] for rows in db.pages("customer_keys", filters) for row in rows}
