"""References as people write them: `c12` a customer, `t3` a task (CLI.md, References)."""

from typing import NamedTuple

LETTERS = {
    "customer": "c",
    "person": "h",
    "interaction": "i",
    "task": "t",
    "key_date": "y",
    "need": "n",
    "plan_step": "l",
    "promise": "p",
    "survey": "s",
    "review": "v",
    "article": "a",
    "deal": "d",
    "contract": "k",
    "customer_order": "o",
    "risk": "r",
    "attachment": "f",
    "change": "x",
}
_TABLES = {letter: table for table, letter in LETTERS.items()}


class Reference(NamedTuple):
    """A record by table and key; `item` names a computed item of it, as in `c12:touch`."""

    table: str
    key: int
    item: str | None = None

    def __str__(self) -> str:
        return f"{LETTERS[self.table]}{self.key}" + (f":{self.item}" if self.item else "")


def read_reference(text: str) -> Reference | None:
    """The reference in `text`, or None when it is something else, such as a name."""
    head, colon, item = text.strip().partition(":")
    table = _TABLES.get(head[:1].lower())
    digits = head[1:]
    if not table or not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        return None
    return Reference(table, int(digits), item.lower() if colon else None)


def table_word(table: str) -> str:
    """What a table is called in sentences."""
    return "order" if table == "customer_order" else table.replace("_", " ")


def ref(table: str, key: int | None) -> str | None:
    """The reference of a record; None for no record."""
    return None if key is None else f"{LETTERS[table]}{key}"
