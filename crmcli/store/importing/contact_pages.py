"""Plain contacts a page at a time (DESIGN §2): which of them are in the file, and the new ones written by column.

What comes of them is what `InteractionImport` makes of them one by one; a test compares the two.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from crmcli.rules.contacts import is_two_way
from crmcli.rules.many_texts import laid_texts
from crmcli.rules.searching import laid, whole
from crmcli.rules.silence import HISTORY_AFTER_DAYS, awaits_answer
from crmcli.store import search
from crmcli.store.database import as_list
from crmcli.store.importing.bulk import Bulk
from crmcli.store.importing.owners import Owners
from crmcli.store.importing.paging import Column, Memo, Sorted, repeated

_ASKED = "temp.asked_of_import"
USUAL = {
    "channel": "call", "direction": "both", "no_answer": 0, "care": 0, "signed": 0,
}  # fmt: skip
"""What a contact is where its row does not say."""

FindPerson = Callable[[int, str], tuple[int | None, str]]


class ContactPages:
    """Sorts out and writes pages of contacts through the import `into`."""

    def __init__(self, into: Bulk, owners: Owners, find_person: FindPerson) -> None:
        self._into, self._owners, self._find_person = into, owners, find_person
        self._db = into.db.connection
        self._db.execute(
            f"CREATE TABLE {_ASKED} (place INTEGER PRIMARY KEY, customer INTEGER, at TEXT, day TEXT, is_whole INTEGER)"
        )
        self._recent = first_recent(into.plan.today)
        self._kinds = Memo(lambda given: kind_of_contact(*given))
        self._named = Memo(lambda names: "  ".join(filter(None, map(laid, sorted(names)))))

    def close(self) -> None:
        """Leave nothing behind."""
        self._db.execute(f"DROP TABLE {_ASKED}")

    # --- what is there ---

    def sort_out(self, page: Any) -> Sorted:
        """The rows that are in the file just so, and those that may be one that is, or earlier in the page."""
        self._owners.look_up(page.customers)
        customers = [self._owners.find(text) for text in page.customers]
        others = {place for place, customer in enumerate(customers) if customer is None}
        columns = page.columns
        others.update(repeated(list(zip(customers, page.instants, strict=True))))
        if page.whole_days:
            others.update(repeated(list(zip(customers, page.days, strict=True))))
        numbers = columns.get("external_id")
        by_number = self._numbered(numbers) if numbers else {}
        if numbers:
            others.update(repeated(numbers))
        candidates = self._candidates(page, customers)
        known: dict[int, Sequence[int]] = {}
        for place, ids in candidates.items():
            known[place] = ids
        if numbers and by_number:
            for place, number in enumerate(numbers):
                if number in by_number:
                    known[place] = by_number[number]
        settled = self._settled(page, customers, known) - others
        return Sorted(settled, others | (known.keys() - settled))

    def _numbered(self, numbers: Column) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        sql = (
            "SELECT external_id, id FROM interaction WHERE deleted_at IS NULL AND external_id IS NOT NULL "
            "AND external_id IN (SELECT value FROM json_each(?))"
        )
        asked = as_list({number for number in numbers if number})
        for number, key in self._db.execute(sql, (asked,)):
            found[number].append(key)
        return found

    def _candidates(self, page: Any, customers: Sequence[int | None]) -> dict[int, list[int]]:
        """By place the contacts of the same moment, of the same day where the row names no time, and those that only say so much."""
        self._db.execute(f"DELETE FROM {_ASKED}")
        whole = page.whole_days
        self._db.executemany(
            f"INSERT INTO {_ASKED} VALUES (?, ?, ?, ?, ?)",
            (
                (place, customer, at, day, place in whole)
                for place, (customer, at, day) in enumerate(
                    zip(customers, page.instants, page.days, strict=True)
                )
                if customer is not None
            ),
        )
        sql = (
            f"SELECT asked.place, interaction.id FROM {_ASKED} AS asked CROSS JOIN interaction "
            "ON interaction.customer_id = asked.customer "
            "AND interaction.at BETWEEN date(asked.day, '-1 day') AND date(asked.day, '+2 day') "
            "WHERE interaction.deleted_at IS NULL AND (interaction.at = asked.at "
            "OR (interaction.contacted_on = asked.day AND (asked.is_whole OR interaction.channel = 'other')))"
        )
        found: dict[int, list[int]] = defaultdict(list)
        for place, key in self._db.execute(sql):
            found[place].append(key)
        return found

    def _settled(
        self, page: Any, customers: Sequence[int | None], known: Mapping[int, Sequence[int]]
    ) -> set[int]:
        """The places of rows that say of the one contact that they may be nothing but what it is."""
        if not known or self._into.plan.on_duplicate != "update":
            return set()
        # A contact whose row names no channel was a call: so it is compared even where the list has no such column.
        names = (*page.columns, *({"channel", "direction", "summary"} - page.columns.keys()))
        keys = sorted({key for ids in known.values() for key in ids})
        sql = (
            f"SELECT id, customer_id, at, contacted_on, {', '.join(names)} FROM interaction "
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        stored = {row[0]: tuple(row) for row in self._db.execute(sql, (as_list(keys),))}
        present = self._present_at(keys) if page.theirs or page.ours else {}
        none = [None] * page.count
        rows = list(zip(*(page.columns.get(name, none) for name in names), strict=True))
        blank = tuple(USUAL.get(name) for name in names)
        settled = set()
        for place, ids in known.items():
            if len(ids) != 1:
                continue
            (key,) = ids
            row = stored[key]
            if row[1] != customers[place] or row[3] != page.days[place]:
                continue
            if place not in page.whole_days and row[2] != page.instants[place]:
                continue
            said, is_so = rows[place], row[4:]
            if said != is_so and not all(
                one == other or (one is None and other == usual)
                for one, other, usual in zip(said, is_so, blank, strict=True)
            ):
                continue
            there = present.get(key, ())
            if all(
                (side, name) in there
                for side, column in (("theirs", page.theirs), ("ours", page.ours))
                if column
                for name in column[place] or ()
            ):
                settled.add(place)
                self._into.note_met("interaction", key)
        return settled

    def _present_at(self, keys: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
        found: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for row in self._into.db.rows("participants_of", interactions=as_list(keys)):
            found[row["interaction_id"]].add((row["side"], row["name"]))
        return found

    # --- what is new ---

    def write(self, page: Any) -> None:
        """Insert the page's contacts with those who took part, findable."""
        into, count = self._into, page.count
        customers = [self._owners.of(text) for text in page.customers]
        columns: dict[str, Column] = {
            "customer_id": customers,
            "at": page.instants,
            "contacted_on": page.days,
            **{name: [usual] * count for name, usual in USUAL.items()},
            "entered_at": [into.change.author.at] * count,
        }
        for name, column in page.columns.items():
            usual = USUAL.get(name)
            if usual is not None and None in column:
                column = [usual if value is None else value for value in column]
            columns[name] = column
        recent = self._recent
        facts = zip(
            columns["channel"], columns["direction"], columns["no_answer"],
            [day >= recent for day in page.days], strict=True,
        )  # fmt: skip
        columns["two_way"], columns["awaits_answer"] = zip(
            *self._kinds.of(list(facts)), strict=True
        )
        keys = into.next_keys("interaction", count)
        into.insert_columns("interaction", count, columns)
        present = self._write_present(page, keys, customers)
        self._describe(columns, keys, present)
        into.counts.added += count
        into.change.touched.update(customers)

    def _write_present(
        self, page: Any, keys: range, customers: Sequence[int]
    ) -> list[tuple[str, ...] | None]:
        """Who took part, once each; the names by contact."""
        rows: list[tuple[int, int | None, str, str]] = []
        names: list[tuple[str, ...] | None] = [None] * page.count
        for place, key in enumerate(keys):
            theirs = page.theirs[place] if page.theirs else None
            ours = page.ours[place] if page.ours else None
            if not theirs and not ours:
                continue
            find, customer = self._find_person, customers[place]
            found = dict.fromkeys(
                chain(
                    ((*find(customer, name), "theirs") for name in theirs or ()),
                    ((None, name, "ours") for name in ours or ()),
                )
            )
            rows += [(key, *one) for one in found]
            names[place] = tuple(name for _, name, _ in found)
        if rows:
            contacts, people, called, sides = zip(*rows, strict=True)
            columns = {
                "interaction_id": contacts,
                "person_id": people,
                "name": called,
                "side": sides,
            }
            self._into.insert_columns("participant", len(rows), columns)
        return names

    def _describe(
        self, columns: Mapping[str, Column], keys: range, present: Sequence[tuple[str, ...] | None]
    ) -> None:
        parts: list[Column] = [
            laid_texts(columns[name]) for name in search.TEXTS["interaction"] if name in columns
        ]
        parts.append([names and self._named[names] for names in present])
        prose = map(whole, zip(*parts, strict=True))
        found = [(key, said) for key, said in zip(keys, prose, strict=True) if said]
        if found:
            ids, told = zip(*found, strict=True)
            none = [None] * len(ids)
            self._into.describe_columns("interaction", ids, (none, none, none, told))


def first_recent(today: date) -> str:
    """The first day, ISO, of which contacts are no history yet."""
    return (today - timedelta(days=HISTORY_AFTER_DAYS)).isoformat()


def kind_of_contact(
    channel: str, direction: str, no_answer: int, is_recent: bool
) -> tuple[int, int]:
    """Whether both sides spoke, and whether an answer is waited for; nobody waits for one to an old message."""
    two_way = is_two_way(channel, direction, bool(no_answer))
    return int(two_way), int(is_recent and awaits_answer(channel, direction, two_way))
