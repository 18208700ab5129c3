"""Which live customers the rows of a list are (CLI.md, Import): looked up a chunk at a time."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmcli.errors import BadValue, Listed
from crmcli.rules.identity import name_key
from crmcli.store.database import Database, Row, as_list

KEYS = ("external_id", "uscc", "phone", "email", "name")
"""What `--key` may name."""

_NUMBERS = ("external_id", "uscc")
"""What no two customers share, and one that was merged away leaves to its heir."""


MATCHED_POINTS = ("phone", "email")

MatchKey = tuple[str, str]
"""A kind of key and the key."""


def passing_keys(row: Any) -> list[MatchKey]:
    """The keys that a row may be recognised by."""
    columns = row.columns
    keys = [("name", columns["name_key"])]
    keys += [(name, columns[name]) for name in ("external_id", "uscc") if name in columns]
    keys += [(one.kind, one.key) for one in row.points if one.key and one.kind in MATCHED_POINTS]
    return keys


def look_up(db: Database, rows: Iterable[Any], key: str | None) -> "Known":
    """Which live customers stand under the keys of these rows; `key` is the only one to match by, if any."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for kind, value in passing_keys(row):
            wanted[kind].add(value)
    known = Known(key)
    for kind, values in wanted.items():
        known.learn(kind, under(db, kind, values))
    if known.ids:
        ids = as_list(known.ids)
        known.describe(db.rows("customers_by_ids", ids=ids), db.rows("formers_of", customers=ids))
    return known


_STATEMENTS = {"external_id": "match_external_ids", "uscc": "match_usccs", "name": "match_names"}


def under(db: Database, kind: str, keys: Iterable[str]) -> list[Row]:
    """The live customers that stand under keys of one kind."""
    if kind in MATCHED_POINTS:
        return db.rows("match_points", kind=kind, keys=as_list(keys))
    return db.rows(_STATEMENTS[kind], keys=as_list(keys))


KeyColumns = Sequence[tuple[str, Sequence[str | None]]]
"""Columns of keys, each with their kind; None is no key."""


class Noticed:
    """Remembers in constant memory which keys have passed: all of them at first, of very many nearly so.

    In a file that began empty only the list itself can hold a customer twice, so a row none of whose keys has
    passed is new, and need not be looked up.
    """

    _FEW = 400_000

    def __init__(self) -> None:
        self._passed: _Exactly | _Nearly = _Exactly()

    def notice(self, keys: Iterable[MatchKey]) -> bool:
        """Remember the keys of a row; True when one of them may have passed before."""
        return bool(self.notice_columns([(kind, (key,)) for kind, key in keys]))

    def notice_columns(self, columns: KeyColumns) -> set[int]:
        """Remember the keys of many rows; the places of those one of whose keys may have passed before them."""
        found: set[int] = set()
        several = [
            kind for kind, times in Counter(kind for kind, _ in columns).items() if times > 1
        ]
        for kind, keys in columns:  # the mobile of one may be the phone of a later one
            ask = self._passed.look if kind in several else self._passed.notice
            found.update(ask(kind, keys))
        for kind, keys in columns:
            if kind in several:
                self._passed.notice(kind, keys)
        if isinstance(self._passed, _Exactly) and self._passed.count > self._FEW:
            self._passed = _Nearly(self._passed)
        return found


class _Exactly:
    """The hashes of all keys."""

    def __init__(self) -> None:
        self.hashes: dict[str, set[int]] = defaultdict(set)

    @property
    def count(self) -> int:
        return sum(map(len, self.hashes.values()))

    def look(self, kind: str, keys: Sequence[str | None]) -> list[int]:
        """The places of those that have passed."""
        hashes, known = list(map(hash, keys)), self.hashes[kind]
        if known.isdisjoint(hashes):
            return []
        both = zip(hashes, keys, strict=True)
        return [place for place, (one, key) in enumerate(both) if one in known and key]

    def notice(self, kind: str, keys: Sequence[str | None]) -> list[int]:
        """The same, and remember them all."""
        found = self.look(kind, keys)
        self.hashes[kind].update(map(hash, keys))
        return found


class _Nearly:
    """A Bloom filter of 64-bit words, in one of which each key sets up to five bits: 16 MB. Of four million keys about a
    thousand are taken for one that has passed, and those of another kind that are the same text.
    """

    _WORDS, _MASKS = 1 << 21, 1 << 12
    _FACTORS = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1
    """Large primes, to choose bits as if by chance."""

    def __init__(self, known: _Exactly) -> None:
        # What takes the most memory goes before what takes the second most comes.
        packed = [array("q", known.hashes.pop(kind)) for kind in list(known.hashes)]
        self._words = array("Q", bytes(8)) * self._WORDS
        self._masks = [
            sum({1 << (one * factor >> 7 & 63) for factor in self._FACTORS})
            for one in range(1, self._MASKS + 1)
        ]
        for hashes in packed:
            self._keep(hashes)

    def look(self, _kind: str, keys: Sequence[str | None]) -> list[int]:
        """The places of those that may have passed."""
        words, last_word, masks, last_mask = self._words, self._WORDS - 1, self._masks, self._MASKS - 1  # fmt: skip
        found = []
        for place, one in enumerate(map(hash, keys)):
            mask = masks[one >> 40 & last_mask]
            if words[one & last_word] & mask == mask and keys[place]:
                found.append(place)
        return found

    def notice(self, _kind: str, keys: Sequence[str | None]) -> list[int]:
        """The same, and remember them all; of several that are the same here, the later ones have passed, too."""
        found = self._keep(map(hash, keys))
        return [place for place in found if keys[place]]

    def _keep(self, hashes: Iterable[int]) -> list[int]:
        words, last_word, masks, last_mask = self._words, self._WORDS - 1, self._masks, self._MASKS - 1  # fmt: skip
        found = []
        for place, one in enumerate(hashes):
            at, mask = one & last_word, masks[one >> 40 & last_mask]
            word = words[at]
            if word & mask == mask:
                found.append(place)
            else:
                words[at] = word | mask
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
        return any(asked in (one["name_key"], one["short_key"]) for one in self.former.get(key, ()))

    def may_be(self, row: Any) -> set[int]:
        """The customers that stand under a key of the row."""
        if not self.ids:
            return set()
        return {key for kind, value in passing_keys(row) for key in self._under(kind, value)}

    def match(self, row: Any) -> int | None:
        """The customer that the row is, or None; BadValue when it may be several (CLI.md, Import)."""
        if not self.ids:
            return None
        for ids in self._by_precedence(row):
            fitting = sorted({key for key in ids if self._may_be(key, row)})
            if len(fitting) > 1:
                raise BadValue(
                    "fits several customers: {found}",
                    found=Listed(f"c{key} {self.named[key]['name']}" for key in fitting),
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
