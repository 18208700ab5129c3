"""Which live customers the rows of a list are (CLI.md, Import): looked up a chunk at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crmcli.errors import BadValue
from crmcli.rules.identity import name_key
from crmcli.store.database import Database, Row, as_list

KEYS = ("external_id", "uscc", "phone", "email", "name")
"""What `--key` may name."""

_NUMBERS = ("external_id", "uscc")
"""What no two customers share, and one that was merged away leaves to its heir."""


def passing_keys(row: Any) -> list[str]:
    """The keys that a row may be recognised by, each kind told apart by a letter."""
    columns = row.columns
    keys = ["n" + columns["name_key"]]
    if "external_id" in columns:
        keys.append("x" + columns["external_id"])
    if "uscc" in columns:
        keys.append("u" + columns["uscc"])
    keys += [point.kind[0] + point.key for point in row.points if point.key]
    return keys


def look_up(db: Database, rows: Iterable[Any], key: str | None) -> "Known":
    """Which live customers stand under the keys of these rows; `key` is the only one to match by, if any."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        columns = row.columns
        wanted["name"].add(columns["name_key"])
        for name in ("external_id", "uscc"):
            if name in columns:
                wanted[name].add(columns[name])
        for point in row.points:
            if point.key:
                wanted[point.kind].add(point.key)
    known = Known(key)
    for name, statement in (
        ("external_id", "match_external_ids"),
        ("uscc", "match_usccs"),
        ("name", "match_names"),
    ):
        if wanted[name]:
            known.learn(name, db.rows(statement, keys=as_list(wanted[name])))
    for kind in ("phone", "email"):
        if wanted[kind]:
            known.learn(kind, db.rows("match_points", kind=kind, keys=as_list(wanted[kind])))
    if known.ids:
        ids = as_list(known.ids)
        known.describe(db.rows("customers_by_ids", ids=ids), db.rows("formers_of", customers=ids))
    return known


class Noticed:
    """Remembers in constant memory which keys have passed: a Bloom filter with one hash.

    In a file that began empty only the list itself can hold a customer twice, so a row none of whose keys has
    passed is new, and need not be looked up.
    """

    _BITS = 1 << 26

    def __init__(self) -> None:
        self._bits = bytearray(self._BITS // 8)

    def notice(self, keys: Iterable[str]) -> bool:
        """Remember the keys; True when one of them may have passed before."""
        bits, mask, found = self._bits, self._BITS - 1, False
        for key in keys:
            place = hash(key) & mask
            byte, bit = place >> 3, 1 << (place & 7)
            if bits[byte] & bit:
                found = True
            else:
                bits[byte] |= bit
        return found


@dataclass
class Known:
    """Which live customers stand under the keys of a chunk."""

    key: str | None
    found: dict[str, dict[str, list[tuple[int, str | None]]]] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    named: dict[int, Row] = field(default_factory=dict)
    former: dict[int, list[Row]] = field(default_factory=dict)

    def learn(self, name: str, rows: Iterable[Row]) -> None:
        """Take the customers found under one kind of key."""
        table: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
        for row in rows:
            # A number that is given to another now is no longer that of what was merged away.
            if name in _NUMBERS and row["former"] and row["key"] in table:
                continue
            table[row["key"]].append((row["id"], row["city"] if name == "name" else None))
            self.ids.add(row["id"])
        self.found[name] = table

    def describe(self, rows: Iterable[Row], former: Iterable[Row] = ()) -> None:
        """Take the rows of those customers, for their names and numbers, and what was merged into them."""
        self.named = {row["id"]: row for row in rows}
        for row in former:
            self.former.setdefault(row["customer_id"], []).append(row)

    def is_former(self, key: int, row: Any) -> bool:
        """True when the row is what was merged into this customer, not the customer itself: it only adds to it."""
        former = self.former.get(key)
        if not former:
            return False
        for name in _NUMBERS:
            number = row.columns.get(name)
            if number and number == self.named[key][name]:
                return False
            if number and any(one[name] == number for one in former):
                return True
        return self.has_former_name(key, row)

    def has_former_name(self, key: int, row: Any) -> bool:
        """True when the row calls this customer as one was called that was merged into it: that is no renaming."""
        asked, now = row.columns["name_key"], self.named[key]
        if asked in (now["name_key"], name_key(now["short_name"] or "")):
            return False
        return any(
            asked in (one["name_key"], one["short_key"]) for one in self.former.get(key, ())
        )

    def match(self, row: Any) -> int | None:
        """The customer that the row is, or None; BadValue when it may be several (CLI.md, Import)."""
        if not self.ids:
            return None
        for ids in self._by_precedence(row):
            fitting = sorted({key for key in ids if self._may_be(key, row)})
            if len(fitting) > 1:
                raise BadValue(
                    "fits several customers: {found}",
                    found=", ".join(f"c{key} {self.named[key]['name']}" for key in fitting),
                )
            if fitting:
                return fitting[0]
        return None

    def refuse_taken(self, row: Any, match: int | None) -> None:
        """BadValue when the row's external id is another customer's, which happens under `--key`."""
        number = row.columns.get("external_id")
        for key in self._under("external_id", number) if number else ():
            if key != match:
                raise BadValue(
                    "external id {number} is that of {customer}",
                    number=number,
                    customer=f"c{key} {self.named[key]['name']}",
                )

    def _by_precedence(self, row: Any) -> Iterable[list[int]]:
        columns = row.columns
        asked = KEYS if self.key is None else (self.key,)
        if "external_id" in asked and "external_id" in columns:
            yield self._under("external_id", columns["external_id"])
        if "uscc" in asked and "uscc" in columns:
            yield self._under("uscc", columns["uscc"])
        points = [point for point in row.points if point.key and point.kind in asked]
        if points:
            yield [key for point in points for key in self._under(point.kind, point.key)]
        if "name" in asked:
            named = self.found.get("name", {}).get(columns["name_key"], [])
            city = columns.get("city")
            yield [key for key, its in named if not city or not its or city == its]

    def _under(self, name: str, key: str) -> list[int]:
        return [found for found, _ in self.found.get(name, {}).get(key, [])]

    def _may_be(self, key: int, row: Any) -> bool:
        """Two numbers that differ are two customers, whatever else is alike."""
        for name in _NUMBERS:
            theirs, ours = self.named[key][name], row.columns.get(name)
            former = (one[name] for one in self.former.get(key, ()))
            if theirs and ours and theirs != ours and ours not in former:
                return False
        return True
