"""Whose rows are those that belong to customers: by exact name or `ext:ID` (CLI.md, Import)."""

from collections import defaultdict
from collections.abc import Iterable

from crmcli.errors import BadValue, Listed
from crmcli.rules.identity import name_key
from crmcli.rules.references import read_reference
from crmcli.store.database import Database, Row, as_list

_REMEMBERED = 150_000
_EXTERNAL = "ext:"
_CALLED = (
    "owners_by_name",
    "owners_by_short_name",
    "owners_by_former_name",
    "owners_by_former_short_name",
)
"""What a customer may be called by, the best first."""


class Owners:
    """Customers by what a list calls them, looked up a chunk at a time; a list calls them by few names, often."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._found: dict[str, int | BadValue] = {}

    def look_up(self, texts: Iterable[str]) -> None:
        """Get to know the customers called by these texts."""
        wanted = set(texts)
        if len(self._found) > _REMEMBERED:
            self._found.clear()
        # Not by `-`, which goes through all that is known.
        asked = {text for text in wanted if text not in self._found}
        if not asked:
            return
        numbers = {text: text[4:].strip() for text in asked if text[:4].lower() == _EXTERNAL}
        names = {text: name_key(text) for text in asked - numbers.keys()}
        by_number: dict[str, int] = {}
        for row in self._db.rows("match_external_ids", keys=as_list(numbers.values())):
            by_number.setdefault(row["key"], row["id"])  # before what was merged away
        named: dict[str, list[Row]] = {}
        for statement in _CALLED:  # each of those that are not called so in a better way
            left = names.values() - named.keys()
            if left:
                named |= self._named(statement, left)
        for text, number in numbers.items():
            self._found[text] = by_number.get(number) or BadValue(
                "no customer has external id {number}", number=number
            )
        for text, key in names.items():
            self._found[text] = _the_one(text, named.get(key, []))

    def find(self, text: str) -> int | None:
        """The key of the customer called so, who was looked up; None when there is none, or several."""
        found = self._found[text]
        return None if isinstance(found, BadValue) else found

    def of(self, text: str) -> int:
        """The key of the customer called so; BadValue when there is none, or several."""
        found = self._found[text]
        if isinstance(found, BadValue):
            raise found
        return found

    def _named(self, statement: str, keys: Iterable[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._db.rows(statement, keys=as_list(filter(None, keys))):
            found[row["key"]].append(row)
        return found


def _the_one(text: str, named: list[Row]) -> int | BadValue:
    if not text:
        return BadValue("the row names no customer")
    if len(named) > 1:
        # Two of the same normal form are told apart where one is written just so.
        named = [row for row in named if row["name"] == text] or named
    if len(named) > 1:
        found = Listed(f"c{row['id']} {row['name']}" for row in named)
        return BadValue("customer {text!r} fits several customers: {found}", text=text, found=found)
    if named:
        key: int = named[0]["id"]
        return key
    reference = read_reference(text)
    if reference and reference.table == "customer":
        return BadValue(
            "{text} is a reference, which is for --as all only; write the customer's name or ext: and its external id",
            text=text,
        )
    return BadValue(
        "there is no customer {text!r}; write its exact name, or ext: and its external id",
        text=text,
    )
