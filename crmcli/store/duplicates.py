"""Customers that may be one and the same, found without comparing each with each (CLI.md, `doctor --duplicates`).

Only those are judged that share something: a number, a credit code, a name or what is left of it, or a brand that is
nearly alike or spoken alike. Each of these is a group by a key, so that time grows with the file and not with its square;
of a large group not all pairs are judged, and what very many share says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from crmcli.rules import duplicates
from crmcli.rules.duplicates import Known, Pair, fold, judge, paired
from crmcli.rules.identity import uscc_key
from crmcli.rules.writings import simplified
from crmcli.store.database import Database

_CHUNK = 1_000
_MOST_OF_BRAND = 20
"""A brand that more customers have, each in a business of its own, is a word like others."""

_MOST_CROSSED = 64
_MOST_PLACES = 4
Point = tuple[str, str]
Places = frozenset[str]


class _Groups(dict[Any, Any]):
    """Customers by what they have in common: a key alone for the first one, for most are alone."""

    def put(self, what: Any, key: int) -> None:
        """Add a customer; they come in the order of their keys."""
        there = self.get(what)
        if there is None:
            self[what] = key
        elif isinstance(there, list):
            if there[-1] != key:
                there.append(key)
        elif there != key:
            self[what] = [there, key]

    def of(self, what: Any) -> Sequence[int]:
        """Everyone who has it."""
        there = self.get(what, ())
        return (there,) if isinstance(there, int) else there

    def several(self) -> Iterator[tuple[Any, list[int]]]:
        """What more than one has, and who."""
        return ((what, there) for what, there in self.items() if isinstance(there, list))


def find(db: Database) -> list[Pair]:
    """The pairs that are worth a look, the likeliest first."""
    holders, points = _shared_points(db)
    found = _by_points(holders)
    found |= _by_names(db)
    known = _known(db, {key for pair in found for key in pair}, points)
    counts = {point: len(keys) for point, keys in holders.items()}
    judged = (
        Pair(one, other, verdict)
        for one, other in found
        if (verdict := judge(known[one], known[other], counts))
    )
    return duplicates.worth_listing(judged)


def _shared_points(db: Database) -> tuple[dict[Point, list[int]], dict[int, list[Point]]]:
    """The phones, e-mails and WeChats that several customers have, with whose they are; and the same by customer."""
    holders: dict[Point, list[int]] = defaultdict(list)
    points: dict[int, list[Point]] = defaultdict(list)
    for row in db.rows("shared_points"):
        point = row["kind"], row["value_key"]
        holders[point].append(row["customer_id"])
        points[row["customer_id"]].append(point)
    return holders, points


def _by_points(holders: dict[Point, list[int]]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for keys in holders.values():
        if len(keys) <= duplicates.MOST_HOLDERS:
            found.update(paired(keys))
    return found


def _by_names(db: Database) -> set[tuple[int, int]]:
    """The pairs that are called alike, or have the same credit code."""
    plain, core, brand = _Groups(), _Groups(), _Groups()
    sound, code, short = _Groups(), _Groups(), _Groups()
    placed: dict[int, frozenset[str]] = {}
    for row in _rows(db):
        key, name = row["id"], fold(row["name"])
        plain.put(name.plain, key)
        core.put(name.core, key)
        if len(name.brand) >= duplicates.SHORTEST_NEAR:
            brand.put(name.brand, key)
        for spoken in duplicates.spoken(name.brand):
            sound.put((spoken, name.trade, *sorted(name.places)), key)
        if name.places:
            placed[key] = name.places
        if row["short_key"]:
            short.put(row["short_key"], key)
        if number := uscc_key(row["uscc"] or ""):
            code.put(number, key)
    found: set[tuple[int, int]] = set()
    for groups in (plain, code, sound):
        for _, keys in groups.several():
            found.update(paired(keys))
    for _, keys in core.several():
        found |= _in_places(keys, placed)
    for _, keys in brand.several():
        if len(keys) <= _MOST_OF_BRAND:
            found.update(paired(keys))
    for what in short:
        found.update(paired(sorted({*short.of(what), *plain.of(simplified(what))})))
    for groups, near in (
        (brand, duplicates.near_texts(brand)),
        (core, duplicates.near_texts([one for one in core if one.isascii()], duplicates.NEAR_WHOLE)),
    ):  # fmt: skip
        for one, other in near:
            found.update(_crossed(groups.of(one), groups.of(other)))
    return found


def _in_places(keys: Sequence[int], placed: Mapping[int, Places]) -> set[tuple[int, int]]:
    """Of those with one name but for its places, the pairs of which one leaves out places that the other has."""
    by_places: dict[Places, list[int]] = defaultdict(list)
    for key in keys:
        by_places[placed.get(key, frozenset())].append(key)
    found: set[tuple[int, int]] = set()
    for places, here in by_places.items():
        for size in range(min(len(places), _MOST_PLACES)):
            for fewer in map(frozenset, combinations(sorted(places), size)):
                found.update(_crossed(by_places.get(fewer, ()), here))
    return found


def _crossed(ours: Sequence[int], theirs: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Each of the one with each of the other; of very many only the first of either with all."""
    if len(ours) * len(theirs) <= _MOST_CROSSED:
        found = product(ours, theirs)
        return [(min(pair), max(pair)) for pair in found if pair[0] != pair[1]]
    return [
        *_crossed(ours[:1], theirs[:_MOST_CROSSED]),
        *_crossed(ours[:_MOST_CROSSED], theirs[:1]),
    ]


def _rows(db: Database) -> Iterator[Any]:
    after = 0
    while rows := db.rows("names_after", after=after, limit=_CHUNK):
        yield from rows
        after = rows[-1]["id"]


def _known(db: Database, wanted: set[int], points: dict[int, list[Point]]) -> dict[int, Known]:
    return {
        row["id"]: Known(
            row["id"],
            row["kind"],
            fold(row["name"]),
            row["short_key"],
            row["city"],
            uscc_key(row["uscc"] or ""),
            row["external_id"],
            frozenset(points.get(row["id"], ())),
        )
        for row in _rows(db)
        if row["id"] in wanted
    }
