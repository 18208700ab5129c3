"""A list of people: matched, inserted with phones, e-mails and birthdays, updated (CLI.md, Import; HANDBOOK §1, §9)."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from crmcli.errors import BadValue, Listed
from crmcli.rules import consent
from crmcli.rules.references import ref
from crmcli.store import search
from crmcli.store.changes import check
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import Sparse, differing, known_points, point_key

_BIRTHDAY = "birthday"
_REACHABLE = ("phone", "email")


class KnownPerson(Known):
    """Someone who is there, with their phones and e-mails and the key and day of their birthday."""

    __slots__ = ("birthday", "name_key", "points")

    def __init__(self, row: Any, points: set[tuple[str, str]]) -> None:
        super().__init__(row)
        self.name_key = key_of_name(row["name"])
        self.points = points
        self.birthday: tuple[int, str] | None = None

    def is_reachable(self) -> bool:
        """True when there is a phone or an e-mail to compare."""
        return any(kind in _REACHABLE for kind, _ in self.points)


def key_of_name(name: str) -> str:
    """The normal form of a person's name: no case, width or space (张 伟 is 张伟)."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class PeopleImport(OfCustomers):
    """Takes the rows of a list of people.

    Someone is recognised by external id, else by customer and name; of several of one name by phone or e-mail, where
    both have one. Those of one name in the same list are several when their phones or e-mails differ.
    """

    TABLE = "person"
    BY_IDS = "people_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "person": (
            "id", "customer_id", "name", "title", "roles", "key_person", "concern", "preferences", "note", "left_on", "priority",
            "external_id", "created_at", *consent.COLUMNS,
        ),
        "contact_point": ("id", "customer_id", "person_id", "kind", "value", "value_key", "active"),
        "key_date": ("id", "customer_id", "person_id", "kind", "day", "added_on", "created_at", "tier_weight"),
    }  # fmt: skip
    FOUND = ("person", "key_date")

    _people: Mapping[int, list[KnownPerson]]

    def check(self, row: Any) -> None:
        """BadValue when a text of the row is too long for its column."""
        super().check(row)
        for point in row.points:
            check("contact_point", {"value": point.value})

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, KnownPerson]:
        found = {row["id"]: row for row in self._of_keys(numbered)}
        customers = {customer for customer, _ in rows}
        customers.update(row["customer_id"] for row in found.values())
        asked = as_list(customers)
        points = defaultdict(list)
        for point in self.db.rows("contact_points_of", customers=asked):
            points[point["person_id"]].append(point)
        by_key = {
            row["id"]: KnownPerson(row, known_points(points[row["id"]]))
            for row in self.db.rows("people_of", customers=asked)
        }
        for day in self.db.rows("key_dates_of", customers=asked):
            if day["kind"] == _BIRTHDAY and day["person_id"] in by_key:
                by_key[day["person_id"]].birthday = (day["id"], day["day"])
        people = defaultdict(list)
        for known in by_key.values():
            people[known.row["customer_id"]].append(known)
        self._people = people
        return by_key

    def _alike(self, customer: int, row: Any) -> KnownPerson | None:
        name = row.columns.get("name")
        if not name:
            return None
        key, own = key_of_name(name), self._identifying(row)
        same = [
            known
            for known in self._people[customer]
            if known.name_key == key and not self._is_another(known, row)
        ]
        sharing = [known for known in same if known.points & own]
        if sharing:
            return _the_one(sharing)
        if len(same) == 1 and not self._was_met(self.TABLE, same[0].id):
            return same[0]  # whose number changed, or who has several
        return _the_one([known for known in same if not (own and known.is_reachable())])

    @staticmethod
    def _identifying(row: Any) -> set[tuple[str, str]]:
        """The phones and e-mails that tell people apart; what is nobody's own has no normal form."""
        return {(p.kind, p.key) for p in row.points if p.key and p.kind in _REACHABLE}

    def _add(self, customer: int, row: Any) -> KnownPerson:
        if "name" not in row.columns:
            raise BadValue("the row has no name")
        values = {
            **self._blank["person"],
            **row.columns,
            "customer_id": customer,
            "created_at": self.change.author.at,
        }
        values["id"] = self._insert("person", values)
        known = KnownPerson(values, set())
        self._add_points(known, row)
        own = [(point.value, point.key) for point in row.points]
        self._describe("person", known.id, search.of_person(values, own))
        self._people[customer].append(known)
        self._set_birthday(known, row.birthday, False)
        return known

    def _renew(self, known: KnownPerson, row: Any, again: bool) -> bool:
        wanted = dict(row.columns)
        if key_of_name(wanted.get("name", "")) == known.name_key:
            del wanted["name"]  # written a little otherwise
        changed = self._change(known, differing(known.row, wanted, again))
        known.name_key = key_of_name(known.row["name"])
        if self._add_points(known, row):
            self.change.documents.add(("person", known.id))
            changed = True
        return self._set_birthday(known, row.birthday, again) or changed

    def _add_points(self, known: KnownPerson, row: Any) -> bool:
        """Add the phones and e-mails that are not known; one that is out of use is, and stays so."""
        added = False
        for point in row.points:
            if point_key(point) not in known.points:
                known.points.add(point_key(point))
                self._rows["contact_point"].append((
                    self._key("contact_point"), known.row["customer_id"], known.id, point.kind, point.value, point.key, 1,
                ))  # fmt: skip
                added = True
        return added

    def _set_birthday(self, known: KnownPerson, day: str | None, again: bool) -> bool:
        if not day:
            return False
        if known.birthday is None:
            customer = known.row["customer_id"]
            values = {
                **self._blank["key_date"],
                "customer_id": customer,
                "person_id": known.id,
                "kind": _BIRTHDAY,
                "day": day,
                "added_on": self.plan.today.isoformat(),
                "created_at": self.change.author.at,
            }
            key = self._insert("key_date", values)
            self._describe("key_date", key, search.of_key_date(Sparse(values)))
            self.change.touched.add(customer)
            known.birthday = (key, day)
            return True
        key, now = known.birthday
        if again or now == day or now.endswith(f"-{day}"):  # without its year it says nothing new
            return False
        self._update("key_date", key, {"day": day})
        known.birthday = (key, day)
        return True


def _the_one(people: list[KnownPerson]) -> KnownPerson | None:
    if len(people) > 1:
        found = Listed(f"{ref('person', known.id)} {known.row['name']}" for known in people)
        raise BadValue("fits several people: {found}", found=found)
    return people[0] if people else None
