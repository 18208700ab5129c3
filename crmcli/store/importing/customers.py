"""A list of customers: matched, inserted with people, phones, tags and fields, updated (CLI.md, Import).

Keys are looked up a chunk at a time, new rows go in by `executemany`, and only rows that differ are updated, each logged.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.rules import consent
from crmcli.rules.identity import name_key
from crmcli.rules.rulebook import Rulebook
from crmcli.store import former, frozen_schema, search
from crmcli.store.changes import Change, check
from crmcli.store.customers import Parts, keys_of, parts_of
from crmcli.store.database import as_list
from crmcli.store.importing.bulk import (
    CHUNK,
    Passed,
    Pending,
    Plan,
    Sparse,
    differing,
    known_points,
    point_key,
)
from crmcli.store.importing.customer_known import Settled, unchanged
from crmcli.store.importing.customer_pages import CustomerPages, key_columns
from crmcli.store.importing.matching import (
    MatchKey,
    Noticed,
    look_up,
    passing_keys,
    under,
)
from crmcli.store.importing.paging import Paged, Sorted, repeated
from crmcli.store.importing.touches import BEGAN, DECIDING, FOLLOWING, Touches

_ALWAYS = {
    "id", "kind", "name", "name_key", "stage", "do_not_contact", "blacklisted", "priority", "added_on", "created_at", "promised_on",
    "agreed_on", "agreed_at", BEGAN, *FOLLOWING,
}  # fmt: skip
_OF_CONTACT = {
    "last_contact_id",
    "last_contact_on",
    "last_contact_at",
    "last_contact_channel",
    "last_activity_on",
}
_LOOKED_UP = {
    "customer_name_key",
    "customer_short_key",
    "customer_uscc",
    "contact_point_value",
    "contact_point_customer",
    "person_customer",
    "interaction_customer",
}
"""The indexes that an import looks customers up by."""
_PLAIN_PERSON = 8
"""How many columns of a person any list fills; those after them only one that says consent."""
_NOBODY = dict.fromkeys(("title", "roles", *consent.COLUMNS))
_MOST_UNREFERRED = 50_000
_LETS_WAIT_FROM, _MOST_LATE, _MOST_LATE_SIGNS = 5_000, 5_000, 2_000_000
_MAY_BE_ASSUMED = ("kind", "stage")
"""The columns that a list may fill, and that a new customer has in any case."""
_Update = tuple[int, int, Any, bool]
"""A row of a known customer: its line, the customer's key, what it says, whether it means what was merged into it."""
_IMPORTED_CHANNEL = "other"  # a list says that they spoke, not how


class CustomerImport(Paged):
    """Takes the rows of a list of customers."""

    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer": (
            "id", "kind", "name", "name_key", "short_name", "short_key", "stage", "tier", "industry", "size", "city", "address", "uscc",
            "source", "since", "prefer", "note", "referred_by", "cadence", "external_id", "agreed_on", "agreed_at", "promised_on", "do_not_contact", "blacklisted",
            "priority", "added_on", "created_at", "last_contact_id", "last_contact_on", "last_contact_at",
            "last_contact_channel", "last_activity_on", BEGAN, *FOLLOWING, *consent.COLUMNS,
        ),
        "person": ("id", "customer_id", "name", "title", "roles", "key_person", "priority", "created_at", *consent.COLUMNS),
        "contact_point": ("id", "customer_id", "person_id", "kind", "value", "value_key", "active"),
        "interaction": (
            "id", "customer_id", "at", "contacted_on", "channel", "direction", "two_way", "awaits_answer", "no_answer", "care",
            "signed", "entered_at",
        ),
        "tag": ("id", "customer_id", "name"),
        "field_value": ("id", "customer_id", "name", "value"),
    }  # fmt: skip
    FOUND = ("customer", "person")

    def __init__(self, change: Change, plan: Plan) -> None:
        super().__init__(change, plan)
        self._asking: list[Any] = []  # those of the pending that may be known
        self._seen: set[MatchKey] = set()
        self._noticed = None
        self._late: list[Pending] = []  # rows that are to be looked up in the end
        self._late_size = 0
        self._held: list[tuple[int, Sequence[str], BadValue]] = []  # bad rows until then
        self._may_wait = self._is_waited_for = False
        if not self._has_customers():
            self._noticed, self._may_wait = Noticed(), True
            self.set_indexes_aside()
        self._touches = Touches(plan.today, plan.book)
        self._unreferred: list[tuple[int, int, str, bool]] = []
        self._today = plan.today.isoformat()
        # What was taken for granted of new customers, whose row did not say it: a later row of the list may.
        self._assumed = {name: Passed() for name in _MAY_BE_ASSUMED if name in plan.fields}
        self._pages = CustomerPages(self, self._touches, self._contact, self._note_assumed)

    def _wanted_columns(self) -> Mapping[str, tuple[str, ...]]:
        fields = self.plan.fields
        wanted = _ALWAYS | set(fields) | (_OF_CONTACT if "last_contact" in fields else set())
        wanted |= {"short_key"} if "short_name" in fields else set()
        chosen = tuple(name for name in self.COLUMNS["customer"] if name in wanted)
        people = self.COLUMNS["person"]
        if {"consent", "person_consent"}.isdisjoint(fields):
            people = tuple(name for name in people if name not in consent.COLUMNS)
        return {**self.COLUMNS, "customer": chosen, "person": people}

    def add(self, line: int, cells: Sequence[str], row: Any) -> None:
        """Take one row; a row that may be the same customer as a waiting one sends those off first.

        Into a file that began empty, those of whom a key has passed wait until the end when many are there already, and are
        looked up then, in their order: as long as they are few, the indexes for it need not be kept meanwhile.
        """
        keys = passing_keys(row)
        has_passed = not self._is_new and (self._noticed is None or self._noticed.notice(keys))
        if has_passed and self._lets_wait():
            self._late.append((line, cells, row))
            self._late_size += sum(map(len, cells))
            if len(self._late) >= _MOST_LATE or self._late_size >= _MOST_LATE_SIGNS:
                self._take_late()
            return
        if not self._seen.isdisjoint(keys) or len(self._pending) >= CHUNK:
            self.flush()
        self._seen.update(keys)
        self._pending.append((line, cells, row))
        if has_passed:
            self._asking.append(row)

    def _lets_wait(self) -> bool:
        """True when rows that may be a customer of this list have to wait."""
        if self._may_wait and not self._is_waited_for:
            if self._next["customer"] - self._first["customer"] < _LETS_WAIT_FROM:
                return False
            self._is_waited_for = True
            self.flush()
            self.set_aside_again(_LOOKED_UP)
        return self._may_wait

    def _take_late(self) -> None:
        self._may_wait = False
        for one in self._late:
            self.add(*one)
        self.flush()
        self._late.clear()
        for line, cells, reason in sorted(self._held, key=itemgetter(0)):
            super()._hand_back(line, cells, reason)
        self._held.clear()

    def flush(self) -> None:
        """Write the rows that wait."""
        super().flush()
        if self._may_wait and len(self._held) >= _MOST_LATE:
            self._take_late()

    def _hand_back(self, line: int, cells: Sequence[str], reason: BadValue) -> None:
        """While others wait, bad rows do, too: they are handed back in the order of the file."""
        if self._late:
            self._held.append((line, cells, reason))
        else:
            super()._hand_back(line, cells, reason)

    # --- new customers, many at once ---

    def _sort_out(self, page: Any) -> Sorted:
        """One by one go the rows that may be a customer in the file and change it, or that of an earlier row."""
        columns = key_columns(page)
        found = _repeated_in(columns)
        asked: Iterable[int] = range(page.count)
        if self._noticed is not None:
            asked = self._noticed.notice_columns(columns)
            if asked and self._lets_wait():
                return Sorted({}, found | asked)
        matches: dict[int, set[int]] = defaultdict(set)
        if asked:
            self.bring_indexes_back(_LOOKED_UP)
        for kind, keys in columns if asked else ():
            wanted = {keys[place] for place in asked} - {None}
            known: dict[str, set[int]] = defaultdict(set)
            for row in under(self.db, kind, wanted) if wanted else ():
                known[row["key"]].add(row["id"])
            for place in asked:
                if keys[place] in known:
                    matches[place] |= known[keys[place]]
        settled: dict[int, Settled] = {}
        if matches and self.plan.on_duplicate == "update" and self.plan.key is None:
            clear = {
                place: next(iter(ids))
                for place, ids in matches.items()
                if len(ids) == 1 and place not in found
            }
            settled = unchanged(self.db, page, clear)
            self._note_settled(page, settled)
        return Sorted(settled, found | (matches.keys() - settled.keys()))

    def _note_settled(self, page: Any, settled: Mapping[int, Settled]) -> None:
        """What rows said that changed nothing holds as well."""
        said = [
            *page.columns.items(),
            *((f"field.{name}", each) for name, each in page.fields.items()),
        ]
        if page.next_touch:
            said.append(("agreed_on", page.next_touch))
        for place, (customer, person) in settled.items():
            for name, column in said:
                if column[place] is None or (name == "address" and place in page.only_provinces):
                    continue
                self.note_said("customer", customer, name)
            if person is not None:
                for name, column in page.person.items():
                    if column[place] is not None:
                        self.note_said("person", person, name)

    def _write_new(self, page: Any) -> None:
        self._pages.write(page)

    def finish(self) -> None:
        """Write what waits, make what was added findable, and deal first touches out if that was asked for."""
        self._noticed = None  # its memory is wanted
        self._take_late()
        self.flush()
        self._refer_late()
        super().finish()
        if self.plan.spread_days is not None:
            first, today = self._first["customer"], self.plan.today
            dealt_out = spread(self.change, first, self.plan.book, today, self.plan.spread_days)
            self.counts.dealt_out = dealt_out

    def _note_assumed(self, column: str, keys: Iterable[int]) -> None:
        """New customers with these keys have in `column` what is taken for granted, for their rows do not say it."""
        if column in self._assumed:
            for key in keys:
                self._assumed[column].add(key)

    def _was_said(self, table: str, key: int, column: str) -> bool:
        if table == "customer" and column in self._assumed and key in self._assumed[column]:
            return key in self._said[table, column]
        return super()._was_said(table, key, column)

    def check(self, row: Any) -> None:
        """BadValue when a text of the row is too long for its column."""
        check("customer", row.columns)
        if row.person:
            check("person", row.person)
        for tag in row.tags:
            check("tag", {"name": tag})
        for point in row.points:
            check("contact_point", {"value": point.value})
        for value in row.fields.values():
            check("field_value", {"value": value})

    def _has_customers(self) -> bool:
        return bool(self.db.rows("all_customer_ids", after=0, limit=1))

    def _work_off(self, pending: Sequence[Pending]) -> None:
        if self._asking:
            self.bring_indexes_back(_LOOKED_UP)
        looked_up = look_up(self.db, self._asking, self.plan.key)
        how, first = self.plan.on_duplicate, self._first["customer"]
        updates: list[_Update] = []
        changed: set[int] = set()
        for line, cells, row in pending:
            known = looked_up
            try:
                if isinstance(row, BadValue):
                    raise row
                if not changed.isdisjoint(looked_up.may_be(row)):
                    # Another row may just have said which city or number it has, by which it is another.
                    self._update_all(updates)
                    self._write()
                    updates.clear()
                    known = look_up(self.db, [row], self.plan.key)
                match = known.match(row)
                known.refuse_taken(row, match)
                # A customer of this list is no duplicate: the row may be of one more of its people.
                is_duplicate = match is not None and match < first
                if is_duplicate and how == "reject":
                    raise BadValue("is there already as {record}", record=f"c{match}")
            except BadValue as error:
                self._hand_back(line, cells, error)
                continue
            if match is None:
                self._add_customer(line, row)
            elif is_duplicate and how == "skip":
                self.counts.unchanged += 1
            else:
                updates.append((line, match, row, known.is_former(match, row)))
                changed.add(match)
                if known.has_former_name(match, row):
                    row.columns = {
                        name: value
                        for name, value in row.columns.items()
                        if name not in ("name", "name_key")
                    }
        self._update_all(updates)
        self._asking.clear()
        self._seen.clear()

    # --- new customers ---

    def _add_customer(self, line: int, row: Any) -> None:
        columns, customer = row.columns, self._next["customer"]
        referrer = self._referrer(line, customer, row, True) if row.referred_by else None
        values: dict[str, Any] = {
            "kind": "company",
            "stage": self.plan.default_stage,
            "do_not_contact": 0,
            "blacklisted": 0,
            "priority": 0,
            "added_on": self._today,
            "created_at": self.change.author.at,
            "promised_on": self._promise(row),
            "agreed_on": row.next_touch,
            "agreed_at": self.change.author.at if row.next_touch else None,
            **columns,
        }
        if row.last_contact:
            self._insert_contact(customer, values, row.last_contact)
        values |= self._touches.of([values.get(name) for name in DECIDING])
        values["referred_by"] = referrer
        self._insert("customer", values)
        for name, assumed in self._assumed.items():
            if name not in columns:
                assumed.add(customer)
        person = self._insert_person(customer, row.person, row.points) if row.person else None
        for point in row.points:
            self._insert_point(customer, person if point.of_person else None, point)
        tags = dict.fromkeys(row.tags)
        for tag in tags:
            self._rows["tag"].append((self._key("tag"), customer, tag))
        for name, value in row.fields.items():
            self._rows["field_value"].append((self._key("field_value"), customer, name, value))
        if values["do_not_contact"]:
            self.change.touched.add(customer)  # nothing is due of it
        own = [(point.value, point.key) for point in row.points if not point.of_person]
        # In the order in which they will be read, or the document would seem to be stale.
        fields = [value for _, value in sorted(row.fields.items())]
        made = search.of_customer(Sparse(values), own, sorted(tags), fields)
        self._describe("customer", customer, made)
        self.counts.added += 1

    @staticmethod
    def _promise(row: Any) -> str | None:
        """A promised date that the last contact has already met is none."""
        if (
            row.next_touch
            and row.last_contact
            and row.last_contact.date().isoformat() >= row.next_touch
        ):
            return None
        promise: str | None = row.next_touch
        return promise

    def _insert_contact(self, customer: int, values: dict[str, Any], moment: datetime) -> None:
        at, on = self.plan.to_instant(moment), moment.date().isoformat()
        values["last_contact_id"] = self._insert("interaction", self._contact(customer, at, on))
        values["last_contact_at"], values["last_contact_on"] = at, on
        values["last_contact_channel"], values["last_activity_on"] = _IMPORTED_CHANNEL, on

    def _contact(self, customer: int, at: str, on: str) -> dict[str, Any]:
        return {
            "customer_id": customer,
            "at": at,
            "contacted_on": on,
            "channel": _IMPORTED_CHANNEL,
            "direction": "both",
            "two_way": 1,
            "awaits_answer": 0,
            "no_answer": 0,
            "care": 0,
            "signed": 0,
            "entered_at": self.change.author.at,
        }

    def _insert_person(self, customer: int, person: dict[str, Any], points: Iterable[Any]) -> int:
        key = self._key("person")
        title, roles = person.get("title"), person.get("roles")
        said = map(person.get, self._columns["person"][_PLAIN_PERSON:])
        self._rows["person"].append(
            (key, customer, person["name"], title, roles, 0, 0, self.change.author.at, *said)
        )
        own = [(point.value, point.key) for point in points if point.of_person]
        self._describe("person", key, search.of_person(Sparse(person), own))
        return key

    def _insert_point(self, customer: int, person: int | None, point: Any) -> None:
        self._rows["contact_point"].append(
            (self._key("contact_point"), customer, person, point.kind, point.value, point.key, 1)
        )

    def _referrer(self, line: int, customer: int, row: Any, only_if_missing: bool) -> int | None:
        """The customer that sent this one; one that is not there yet may stand below, and is looked for at the end."""
        referrer = self._called(row.referred_by)
        if referrer is None and len(self._unreferred) < _MOST_UNREFERRED:
            self._unreferred.append((line, customer, row.referred_by, only_if_missing))
        elif referrer is None:
            self.counts.note_stranger(line, row.referred_by)
        return None if referrer == customer else referrer

    def _refer_late(self) -> None:
        """Those who were sent by a customer of a later row; or the same list would change something the next time."""
        for line, customer, text, only_if_missing in self._unreferred:
            referrer = self._called(text)
            if referrer is None:
                self.counts.note_stranger(line, text)
            if referrer is None or referrer == customer:
                continue
            (now,) = self.db.rows("customers_by_ids", ids=as_list([customer]))
            if not differing(now, {"referred_by": referrer}, only_if_missing):
                continue
            self._update("customer", customer, {"referred_by": referrer})
            if customer < self._first["customer"] and customer not in self.change.touched.whole:
                self.change.touched.add(customer)
                self.counts.updated += 1
                self.counts.unchanged -= 1

    def _called(self, text: str) -> int | None:
        """The one customer of this exact name or `ext:ID`, None when there is none or more than one."""
        self._write()
        self.bring_indexes_back(_LOOKED_UP)
        if text.lower().startswith("ext:"):
            number = text[4:].strip()
            found = self.db.rows("customers_by_external_id", text=number)
            found = found or former.with_external_id(self.db, number)
        else:
            key = name_key(text)
            found = self.db.rows("customers_by_name", text=key) or former.called(self.db, key)
        return found[0]["id"] if len(found) == 1 else None

    # --- known customers ---

    def _update_all(self, updates: list[_Update]) -> None:
        if not updates:
            return
        keys = [key for _, key, _, _ in updates]
        known = {
            row["id"]: dict(row) | keys_of({"short_name": row["short_name"]})
            for row in self.db.rows("customers_by_ids", ids=as_list(keys))
        }
        parts = parts_of(self.db, keys)
        days: dict[int, set[str]] = defaultdict(set)
        for one in self.db.rows("match_interactions", customers=as_list(keys)):
            days[one["customer_id"]].add(one["contacted_on"])
        for line, key, row, is_former in updates:
            # What a row adds is known to the next one, which may be the same customer.
            own = parts.setdefault(key, Parts())
            if self._update_customer(line, known[key], own, days[key], row, is_former):
                self.counts.updated += 1
                self.change.touched.add(key)
            else:
                self.counts.unchanged += 1

    def _update_customer(
        self,
        line: int,
        now: dict[str, Any],
        parts: Parts,
        days: set[str],
        row: Any,
        only_missing: bool,
    ) -> bool:
        """Bring one customer up to what the row says; an empty cell erases nothing. True when anything differed.

        `only_missing`: the row is of what was merged into this one; it only adds to it.
        """
        wanted = dict(row.columns)
        if row.is_province_only and now["address"]:
            del wanted["address"]
        if "kind" not in self.plan.fields and self._was_said("customer", now["id"], "name"):
            wanted.pop("kind", None)  # which is that of the name it gives, and another holds
        if row.next_touch:
            wanted["agreed_on"] = row.next_touch
        if row.referred_by and (referrer := self._referrer(line, now["id"], row, only_missing)):
            wanted["referred_by"] = referrer
        asks_not_to_be = wanted.pop("do_not_contact", 0) and not now["do_not_contact"]
        differs = self._renewing("customer", now["id"], now, wanted, only_missing)
        if asks_not_to_be:  # whichever row says so; and no list takes it back
            differs["do_not_contact"] = 1
        if "agreed_on" in differs:
            differs["agreed_at"] = self.change.author.at
        if differs:
            self._update("customer", now["id"], differs)
            now.update(differs)
        added = self._add_person_and_points(now["id"], parts, row, only_missing)
        for tag in dict.fromkeys(row.tags):
            if tag not in parts.tags:
                self._rows["tag"].append((self._key("tag"), now["id"], tag))
                self._note_document(now["id"])
                parts.tags.append(tag)
                added = True
        added |= self._add_fields(now["id"], parts, row.fields, only_missing)
        if row.last_contact and (on := row.last_contact.date().isoformat()) not in days:
            at = self.plan.to_instant(row.last_contact)
            self._insert("interaction", self._contact(now["id"], at, on))
            days.add(on)
            added = True
        return bool(differs) or added

    def _add_person_and_points(
        self, customer: int, parts: Parts, row: Any, only_missing: bool
    ) -> bool:
        person, changed = None, False
        known = known_points(parts.points)
        points = [point for point in row.points if point_key(point) not in known]
        if row.person:
            same = [one for one in parts.people if one["name"] == row.person["name"]]
            if same:
                person = same[0]["id"]
                differs = self._renewing("person", person, same[0], row.person, only_missing)
                if differs:
                    self._update("person", person, differs)
                    parts.people[parts.people.index(same[0])] = {**dict(same[0]), **differs}
                    changed = True
            else:
                others = known - _only_of_customer(parts.points)
                points = [
                    point
                    for point in row.points
                    if point_key(point) not in (others if point.of_person else known)
                ]
                person, changed = self._insert_person(customer, row.person, points), True
                parts.people.append({**_NOBODY, "id": person, **row.person})
        for point in points:
            self._insert_point(customer, person if point.of_person else None, point)
            self._note_document(customer, person if point.of_person else None)
            told = {"kind": point.kind, "value": point.value, "value_key": point.key}
            parts.points.append(
                {**told, "person_id": person if point.of_person else None, "active": 1}
            )
        return changed or bool(points)

    def _note_document(self, customer: int, person: int | None = None) -> None:
        """What a customer or a person is found by has changed."""
        self.change.documents.add(("customer", customer) if person is None else ("person", person))

    def _add_fields(
        self, customer: int, parts: Parts, fields: dict[str, str], only_missing: bool
    ) -> bool:
        changed = False
        for name, value in fields.items():
            holds = only_missing or self._was_said("customer", customer, f"field.{name}")
            if not only_missing:
                self.note_said("customer", customer, f"field.{name}")
            if name not in parts.fields:
                self._rows["field_value"].append((self._key("field_value"), customer, name, value))
                self._note_document(customer)
            elif parts.fields[name] != value and not holds:
                ids = {
                    one["name"]: one["id"]
                    for one in self.db.rows("fields_of", customers=as_list([customer]))
                }
                self._update("field_value", ids[name], {"value": value})
            else:
                continue
            parts.fields[name] = value
            changed = True
        return changed


def _only_of_customer(points: Sequence[Any]) -> set[tuple[str, str]]:
    """The numbers and addresses in use that are the customer's own and none of its people's: a new person may share them."""
    own: list[Any] = []
    others: list[Any] = []
    for one in points:
        (own if one["person_id"] is None and one["active"] else others).append(one)
    return known_points(own) - known_points(others)


def _repeated_in(columns: Sequence[tuple[str, Sequence[str | None]]]) -> set[int]:
    """The rows a key of which stands in an earlier row, be it in another column: the mobile of one is the phone of the next."""
    by_kind: dict[str, list[Sequence[str | None]]] = defaultdict(list)
    for kind, keys in columns:
        by_kind[kind].append(keys)
    found: set[int] = set()
    for alike in by_kind.values():
        if len(alike) == 1:
            found.update(repeated(alike[0]))
            continue
        first: dict[str, int] = {}
        for place, keys in enumerate(zip(*alike, strict=True)):
            found.update(place for key in keys if key and first.setdefault(key, place) != place)
    return found


def spread(change: Change, first: int, book: Rulebook, today: date, days: int) -> int:
    """Deal the first touches of the new, never contacted customers out over `days` working days, core first.

    Returns how many were dealt out. These rows are their own after-image, so nothing more is logged.
    """
    connection = change.db.connection
    found = connection.execute(
        "SELECT id, tier, tier_weight FROM customer WHERE id >= ? AND last_contact_on IS NULL AND promised_on IS NULL "
        "AND touch_due_on IS NOT NULL ORDER BY tier_weight DESC, id",
        (first,),
    ).fetchall()
    day = book.calendar.roll(today, "next")
    dealt = [day := book.calendar.add_working_days(day, 1) if n else day for n in range(days)]
    connection.execute("DROP TRIGGER log_customer_update")
    connection.executemany(
        "UPDATE customer SET first_touch_on = :day, next_touch_on = :day, touch_due_on = :day, "
        "dormant_on = max(dormant_on, date(:day, '+1 day')), win_back_on = max(win_back_on, date(:day, '+1 day')) "
        "WHERE id = :id",
        (
            {"id": row[0], "day": dealt[place * days // len(found)].isoformat()}
            for place, row in enumerate(found)
        ),
    )
    connection.execute(frozen_schema.TRIGGERS["log_customer_update"])
    for one in dealt[: len(found)]:
        book.note(one)
    return len(found)
