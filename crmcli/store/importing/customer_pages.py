"""New customers written a page at a time, a column at a time (DESIGN §2): no row of them is ever a Python object.

What comes of them is what `CustomerImport` makes of them one by one; a test compares the two.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, repeat
from typing import Any

from crmcli.rules.many_texts import laid_texts
from crmcli.rules.searching import laid
from crmcli.store import search
from crmcli.store.importing.bulk import Bulk, Sparse
from crmcli.store.importing.customer_names import found_by_name
from crmcli.store.importing.inserting import Common, Shared
from crmcli.store.importing.matching import MATCHED_POINTS
from crmcli.store.importing.paging import Column, Memo
from crmcli.store.importing.touches import BEGAN, DECIDING, FOLLOWING, Touches


def key_columns(page: Any) -> list[tuple[str, Column]]:
    """The columns that customers are recognised by, each with its kind of key; None where a row has none."""
    columns = page.columns
    named = (("name", "name_key"), ("external_id", "external_id"), ("uscc", "uscc"))
    found = [(kind, columns[name]) for kind, name in named if name in columns]
    return found + [(one.kind, one.keys) for one in page.points if one.kind in MATCHED_POINTS]


class CustomerPages:
    """Writes pages of new customers through the import `into`."""

    def __init__(
        self,
        into: Bulk,
        touches: Touches,
        contact: Callable[..., Mapping[str, Any]],
        note_assumed: Callable[[str, Iterable[int]], None],
    ) -> None:
        self._into, self._touches, self._contact = into, touches, contact
        self._due = Common(
            into.db.connection,
            "due",
            (*DECIDING, *FOLLOWING),
            lambda facts: (*facts, *touches.following(facts)),
        )
        self._note_assumed = note_assumed
        self._today = into.plan.today.isoformat()
        self._tags = Memo(_laid_tags)
        self._words = Memo(_laid)
        self._people = Memo(lambda name: search.of_person(Sparse(name=name), ())[:3])

    def write(self, page: Any) -> None:
        """Insert the page's customers with everything that belongs to them, findable."""
        count, at = page.count, self._into.change.author.at
        keys = self._into.next_keys("customer", count)
        columns: dict[str, Column] = {
            "kind": ["company"] * count,
            "stage": [self._into.plan.default_stage] * count,
            "do_not_contact": [0] * count,
            "blacklisted": [0] * count,
            "priority": [0] * count,
            "added_on": [self._today] * count,
            "created_at": [at] * count,
        }
        for name, column in page.columns.items():
            default = columns.get(name)
            if default is not None and None in column:
                self._note_assumed(name, compress(keys, (value is None for value in column)))
                column = [value or default[0] for value in column]
            columns[name] = column
        if page.last_contact is not None:
            columns |= self._known_by_contact(page.last_contact)
        if page.next_touch is not None:
            columns |= self._promises(page, at)
        self._write_customers(columns, count)
        if page.last_contact is not None:
            self._write_contacts(keys, columns)
        people = self._write_people(page, keys, at)
        self._write_points(page, keys, people)
        self._write_tags_and_fields(page, keys)
        self._describe(page, columns, keys, people)
        self._into.counts.added += count

    def _known_by_contact(self, moments: Column) -> dict[str, Column]:
        """The columns of customers that follow from the contacts that their rows make."""
        instant, channel = self._into.plan.to_instant, self._contact(0, "", "")["channel"]
        there = [moment is not None for moment in moments]
        made = iter(self._into.next_keys("interaction", sum(there)))
        on = [moment and moment.date().isoformat() for moment in moments]
        return {
            "last_contact_id": [next(made) if one else None for one in there],
            "last_contact_at": [moment and instant(moment) for moment in moments],
            "last_contact_on": on,
            "last_contact_channel": [channel if one else None for one in there],
            "last_activity_on": on,
        }

    def _write_contacts(self, keys: range, columns: Mapping[str, Column]) -> None:
        there = [one is not None for one in columns["last_contact_id"]]
        count = sum(there)
        if count:
            same = self._contact(0, "", "")
            made: dict[str, Column] = {name: [value] * count for name, value in same.items()}
            made |= {
                "customer_id": list(compress(keys, there)),
                "at": list(compress(columns["last_contact_at"], there)),
                "contacted_on": list(compress(columns["last_contact_on"], there)),
            }
            self._into.insert_columns("interaction", count, made)

    @staticmethod
    def _promises(page: Any, at: str) -> dict[str, Column]:
        """A promised date that the last contact has already met is none."""
        last = page.last_contact or [None] * page.count
        promised = [
            None if day and moment and moment.date().isoformat() >= day else day
            for day, moment in zip(page.next_touch, last, strict=True)
        ]
        return {
            "promised_on": promised,
            "agreed_on": page.next_touch,
            "agreed_at": [day and at for day in page.next_touch],
        }

    def _write_customers(self, columns: Mapping[str, Column], count: int) -> None:
        """What decides when they are due is alike for many, and so is what follows from it."""
        none = [None] * count
        own = {name: column for name, column in columns.items() if name not in DECIDING}
        deciding = {name: columns.get(name, none) for name in DECIDING}
        if "since" in columns:
            own |= dict.fromkeys(("since", BEGAN), columns["since"])
            deciding["since"] = self._touches.alike(
                columns["since"], columns.get("last_contact_on")
            )
        alike = [name for name in DECIDING if name in columns and name not in own]
        keys = self._due.keys(list(zip(*deciding.values(), strict=True)))
        shared = Shared(self._due, (*alike, *FOLLOWING), keys)
        self._into.insert_columns("customer", count, own, shared)

    def _write_people(self, page: Any, keys: range, at: str) -> list[int | None]:
        """The key of each customer's person."""
        names = page.person.get("name")
        if names is None:
            return [None] * page.count
        there = [name is not None for name in names]
        made = self._into.next_keys("person", sum(there))
        if made:
            columns: dict[str, Column] = {
                "customer_id": list(compress(keys, there)),
                **{name: list(compress(column, there)) for name, column in page.person.items()},
                "key_person": [0] * len(made),
                "priority": [0] * len(made),
                "created_at": [at] * len(made),
            }
            self._into.insert_columns("person", len(made), columns)
        ids = iter(made)
        return [next(ids) if one else None for one in there]

    def _write_points(self, page: Any, keys: range, people: list[int | None]) -> None:
        for point in page.points:
            columns: dict[str, Column] = {
                "customer_id": keys,
                "value": point.values,
                "value_key": point.keys,
            }
            if point.of_person:
                columns["person_id"] = people
            there = list(map(bool, point.values))
            count = sum(there)
            if count < page.count:
                columns = {name: list(compress(column, there)) for name, column in columns.items()}
            # Most are written in their normal form, and need not be bound twice.
            if columns["value_key"] == columns["value"]:
                columns["value_key"] = columns["value"]
            if count:
                columns |= {"kind": [point.kind] * count, "active": [1] * count}
                self._into.insert_columns("contact_point", count, columns)

    def _write_tags_and_fields(self, page: Any, keys: range) -> None:
        tags = [
            (key, tag)
            for key, some in zip(keys, page.tags or (), strict=False)
            if some
            for tag in dict.fromkeys(some)
        ]
        if tags:
            customers, names = zip(*tags, strict=True)
            columns: dict[str, Column] = {"customer_id": customers, "name": names}
            self._into.insert_columns("tag", len(tags), columns)
        for name, column in page.fields.items():
            there = [value is not None for value in column]
            if any(there):
                columns = {
                    "customer_id": list(compress(keys, there)),
                    "name": [name] * sum(there),
                    "value": list(compress(column, there)),
                }
                self._into.insert_columns("field_value", sum(there), columns)

    # --- what they are found by: as `search.of_customer` and `search.of_person` make it of one ---

    def _describe(
        self, page: Any, columns: Mapping[str, Column], keys: range, people: list[int | None]
    ) -> None:
        parts: list[Column] = []
        for point in page.points:
            if not point.of_person:
                parts += self._of_points(point)
            elif None in people:  # a phone of nobody is the customer's own
                parts += self._of_points(_of_nobody(people, point))
        for name in ("external_id", "uscc", "city", "address", "industry", "size", "source"):
            if name in columns:
                parts.append(self._laid(name, columns[name]))
        if page.tags:
            parts.append(self._tags.of(page.tags))
        parts += [self._words.of(page.fields[name]) for name in sorted(page.fields)]
        if "note" in columns:
            parts.append(laid_texts(columns["note"]))
        named = found_by_name(columns, page.count)
        self._into.describe_columns("customer", keys, (*named, _together(parts, page.count)))
        if any(people):
            self._describe_people(page, people)

    def _describe_people(self, page: Any, people: list[int | None]) -> None:
        there = [person is not None for person in people]
        spoken = zip(*self._people.of(list(compress(page.person["name"], there))), strict=True)
        parts: list[Column] = []
        if "title" in page.person:
            parts.append(self._words.of(page.person["title"]))
        for point in page.points:
            if point.of_person:
                parts += self._of_points(point)
        if not all(there):
            parts = [list(compress(part, there)) for part in parts]
        keys = [person for person in people if person is not None]
        self._into.describe_columns("person", keys, (*spoken, _together(parts, len(keys))))

    def _laid(self, name: str, column: Column) -> Column:
        """A column in the form of the index: that of cities and industries comes again and again, that of numbers never."""
        if name in ("external_id", "uscc", "address"):
            return laid_texts(column)
        return self._words.of(column)

    @staticmethod
    def _of_points(point: Any) -> list[Column]:
        """Both forms of a phone, where they differ."""
        found: list[Column] = [laid_texts(point.values)]
        if point.values != point.keys:
            found.append(
                laid_texts(
                    [
                        key if key != value else None
                        for value, key in zip(point.values, point.keys, strict=True)
                    ]
                )
            )
        return found


def _together(parts: Sequence[Column], count: int) -> list[str | None]:
    """As `searching.whole` does it with the parts of one, of the columns of parts."""
    if not parts:
        return [None] * count
    if not all(parts[0]):
        rows = ("  ".join(filter(None, row)) for row in zip(*parts, strict=True))
        return [f" {said} " if said else None for said in rows]
    pieces: list[Iterable[str]] = [repeat(" "), parts[0]]
    for part in parts[1:]:
        if all(part):
            pieces += (repeat("  "), part)
        else:
            pieces.append([f"  {said}" if said else "" for said in part])
    return list(map("".join, zip(*pieces, repeat(" "), strict=False)))


def _laid(text: str | None) -> str | None:
    return laid(text) if text else None


def _laid_tags(tags: Sequence[str] | None) -> str | None:
    return "  ".join(filter(None, map(laid, sorted(set(tags))))) if tags else None


def _of_nobody(people: list[int | None], point: Any) -> Any:
    """Of a column of people's phones those where there is nobody."""
    values = [None if person else value for person, value in zip(people, point.values, strict=True)]
    keys = [None if person else key for person, key in zip(people, point.keys, strict=True)]
    return type(point)(point.kind, False, values, keys)
