"""A list of contacts: matched, inserted with who took part and what comes next, updated (CLI.md, Import; HANDBOOK §2).

What they do to each customer's clock is derived once, at the end, from all of them together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.store import search
from crmcli.store.changes import Change, check
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import Plan, Sparse, differing
from crmcli.store.importing.contact_pages import USUAL, ContactPages, first_recent, kind_of_contact
from crmcli.store.importing.paging import Paged, Sorted
from crmcli.store.importing.tasks import TASK_COLUMNS

_DECIDING = {"channel", "direction", "no_answer", "contacted_on"}
_USUAL = {name: USUAL[name] for name in ("channel", "direction")}
"""What a row means that does not say."""
_NOON = time(12)
_LOOKED_UP = {"interaction_customer", "interaction_external_id", "participant_interaction"}
"""The indexes that an import looks contacts up by."""
_SAID = (
    "minutes", "no_answer", "summary", "feedback", "agreed", "excerpt", "intent", "promised_on", "stage", "care", "cost",
    "signed", "need_id", "promise_id", "external_id",
)  # fmt: skip
_ABOUT = ("need_id", "promise_id", "deal_id")
"""What a contact was about is no part of what it is: it may come to be known."""


Present = tuple[str, int | None, str]
"""Who took part: on which side, the key of one of the customer's people, and the name."""


class KnownContact(Known):
    """A contact that is there, who took part, and the texts of its follow-ups."""

    __slots__ = ("present", "steps")

    def __init__(self, row: Any) -> None:
        super().__init__(row)
        self.present: list[Present] = []
        self.steps: set[str] = set()


class InteractionImport(OfCustomers, Paged):
    """Takes the rows of a list of contacts.

    One is recognised by external id, else by customer, time, channel, direction, summary and whatever else the row
    gives; a day without a time is any time of that day. A row of the time of an empty contact, such as a list of
    customers makes of when each was last contacted, is that contact.
    """

    TABLE = "interaction"
    BY_IDS = "interactions_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "interaction": (
            "id", "customer_id", "at", "contacted_on", "channel", "direction", "two_way", "awaits_answer", "minutes", "no_answer",
            "summary", "feedback", "agreed", "excerpt", "intent", "promised_on", "care", "cost", "signed", "external_id",
            "entered_at",
        ),
        "participant": ("id", "interaction_id", "person_id", "name", "side"),
        "task": TASK_COLUMNS,
    }  # fmt: skip
    FOUND = ("interaction", "task")
    LINKS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "need_external_id": ("need_id", "match_needs_by_number"),
        "promise_external_id": ("promise_id", "match_promises_by_number"),
        "deal_external_id": ("deal_id", "match_deals_by_number"),
    }

    def __init__(self, change: Change, plan: Plan) -> None:
        super().__init__(change, plan)
        self._has_stand_ins = bool(self.db.rows("any_stand_in"))
        self._people = {}
        self._recent = first_recent(plan.today)
        self.set_indexes_aside()
        self.bring_indexes_back(_LOOKED_UP)
        self._pages = ContactPages(self, self._owners, self._person)

    def _wanted_columns(self) -> Mapping[str, tuple[str, ...]]:
        linked = (column for name, (column, _) in self.LINKS.items() if name in self.plan.fields)
        return {**self.COLUMNS, "interaction": (*self.COLUMNS["interaction"], *linked)}

    def finish(self) -> None:
        """Write what waits, and make what was added findable."""
        super().finish()
        self._pages.close()

    # --- many at once ---

    def _sort_out(self, page: Any) -> Sorted:
        return self._pages.sort_out(page)

    def _write_new(self, page: Any) -> None:
        if page.theirs:
            customers = {
                self._owners.of(text)
                for text, names in zip(page.customers, page.theirs, strict=True)
                if names
            }
            self._learn_people(customers)
        self._pages.write(page)

    _by_moment: Mapping[tuple[int, str], list[KnownContact]]
    _by_day: Mapping[tuple[int, str], list[KnownContact]]
    _people: Mapping[int, list[tuple[int, str]]]
    """Of each customer in the chunk, as key and name."""

    def check(self, row: Any) -> None:
        """BadValue when a text of the row is too long for its column."""
        super().check(row)
        for name in (*row.theirs, *row.ours):
            check("participant", {"name": name})
        check("task", {"text": row.next})

    # --- what is there ---

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, KnownContact]:
        spans = dict.fromkeys(
            (customer, *self._span(row)) for customer, row in rows if row.moment is not None
        )
        if self._has_stand_ins:
            noons = (
                (customer, self._noon(row)) for customer, row in rows if row.moment is not None
            )
            spans |= dict.fromkeys((customer, noon, noon) for customer, noon in noons)
        found = {row["id"]: row for row in self.db.rows("match_contacts", spans=as_list(spans))}
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        # In the order in which they came in, so that a row that may be several is the same one every time.
        by_key = {key: KnownContact(row) for key, row in sorted(found.items())}
        self._by_moment, self._by_day = defaultdict(list), defaultdict(list)
        for known in by_key.values():
            self._place(known)
        self._learn_people({customer for customer, row in rows if row.theirs})
        if self._has_stand_ins or any(row.theirs or row.ours for _, row in rows):
            for one in self.db.rows("participants_of", interactions=as_list(by_key)):
                present = (one["side"], one["person_id"], one["name"])
                by_key[one["interaction_id"]].present.append(present)
        if any(row.next for _, row in rows):
            for one in self.db.rows("tasks_of_interactions", interactions=as_list(by_key)):
                by_key[one["interaction_id"]].steps.add(one["text"])
        return by_key

    def _span(self, row: Any) -> tuple[str, str]:
        """From when to when a contact may be this one; of a day without a time, in any time zone."""
        if not row.moment.whole_day:
            return row.moment.instant, row.moment.instant
        day, one = row.moment.at.date(), timedelta(days=1)
        return f"{day - one}T00:00:00Z", f"{day + one}T23:59:59Z"

    def _learn_people(self, customers: Collection[int]) -> None:
        people = defaultdict(list)
        if customers:
            # Of very many people only what they are called.
            sql = (
                "SELECT customer_id, id, name FROM person WHERE deleted_at IS NULL "
                "AND customer_id IN (SELECT value FROM json_each(?)) ORDER BY customer_id, id"
            )
            for customer, key, name in self.db.connection.execute(sql, (as_list(customers),)):
                people[customer].append((key, name))
        self._people = people

    def _place(self, known: KnownContact) -> None:
        customer = known.row["customer_id"]
        self._by_moment[customer, known.row["at"]].append(known)
        self._by_day[customer, known.row["contacted_on"]].append(known)

    def _displace(self, known: KnownContact) -> None:
        customer = known.row["customer_id"]
        for places, key in ((self._by_moment, "at"), (self._by_day, "contacted_on")):
            places[customer, known.row[key]].remove(known)

    def _alike(self, customer: int, row: Any) -> KnownContact | None:
        if row.moment is None:
            return None
        return self._same(customer, row) or self._stand_in(customer, row)

    def _stand_in(self, customer: int, row: Any) -> KnownContact | None:
        """The empty contact that a list of customers made of when its last one was: the row says what that was."""
        if not self._has_stand_ins:
            return None
        moments = (row.moment.instant, self._noon(row))
        return next(
            (
                known
                for known in self._by_day[customer, row.moment.day]
                if (row.moment.whole_day or known.row["at"] in moments) and self._is_stand_in(known)
            ),
            None,
        )

    def _is_stand_in(self, known: KnownContact) -> bool:
        if self._was_met("interaction", known.id):  # by a row that says no more than this
            return False
        row = known.row
        is_imported = row["channel"] == "other" and row["direction"] == "both"
        return is_imported and not known.present and not any(row[name] for name in _SAID)

    def _noon(self, row: Any) -> str:
        """Where a contact of that day stands whose time was not known."""
        return self.plan.to_instant(datetime.combine(row.moment.at.date(), _NOON))

    def _same(self, customer: int, row: Any) -> KnownContact | None:
        if row.moment.whole_day:
            may_be = self._by_day[customer, row.moment.day]
        else:
            may_be = self._by_moment[customer, row.moment.instant]
        if not may_be:
            return None
        wanted = {**_USUAL, "summary": None, **row.columns}
        wanted.pop("external_id", None)
        compared = [(name, value) for name, value in wanted.items() if name not in row.masked]
        fitting = (
            known
            for known in may_be
            if all(
                known.row[name] == value or (name in _ABOUT and known.row[name] is None)
                for name, value in compared
            )
            and not self._is_another(known, row)
            and self._same_present(known, customer, row)
        )
        if not row.next:
            return next(fitting, None)
        found = list(fitting)  # of several, the one that has what comes next already
        return next((known for known in found if row.next in known.steps), next(iter(found), None))

    def _same_present(self, known: KnownContact, customer: int, row: Any) -> bool:
        """True when those the row names took part, and no others; a side that it does not name is not compared."""
        for side, named in (("theirs", row.theirs), ("ours", row.ours)):
            if not named:
                continue
            present = [one for one in known.present if one[0] == side]
            wanted = self._present(customer, row, side)
            missing = [one for one in wanted if not any(_is_same(one, other) for other in present)]
            others = [one for one in present if not any(_is_same(other, one) for other in wanted)]
            if missing or others:
                return False
        return True

    # --- what is new ---

    def _add(self, customer: int, row: Any) -> KnownContact:
        if row.moment is None:
            raise BadValue("the row does not say when the contact was")
        values = {
            **self._blank["interaction"],
            **row.columns,
            "customer_id": customer,
            "at": row.moment.instant,
            "contacted_on": row.moment.day,
            "entered_at": self.change.author.at,
        }
        values |= self._kind_of_contact(values)
        values["id"] = key = self._insert("interaction", values)
        known = KnownContact(values)
        self._place(known)
        self._add_present(known, row)
        present = [name for _side, _person, name in known.present]
        self._describe("interaction", key, search.of_interaction(Sparse(values), present))
        self._add_step(known, row)
        self.change.touched.add(customer)
        return known

    def _kind_of_contact(self, values: Mapping[str, Any]) -> dict[str, int]:
        """Whether both sides spoke, and whether an answer is waited for; nobody waits for one to an old message."""
        facts = (values["channel"], values["direction"], values["no_answer"])
        two_way, awaits = kind_of_contact(*facts, values["contacted_on"] >= self._recent)
        return {"two_way": two_way, "awaits_answer": awaits}

    def _present(self, customer: int, row: Any, side: str) -> Collection[Present]:
        """Those of one side whom the row names, each once."""
        if side == "ours":
            return dict.fromkeys(("ours", None, name) for name in row.ours)
        return dict.fromkeys(("theirs", *self._person(customer, asked)) for asked in row.theirs)

    def _person(self, customer: int, asked: str) -> tuple[int | None, str]:
        """One of the customer's people when exactly one fits, else just the name."""
        people, folded = self._people[customer], asked.casefold()
        found = [one for one in people if one[1].casefold() == folded]
        found = found or [one for one in people if one[1].casefold().startswith(folded)]
        return found[0] if len(found) == 1 else (None, asked)

    def _add_present(self, known: KnownContact, row: Any) -> bool:
        """Add those who are not known to have taken part."""
        customer, there = known.row["customer_id"], tuple(known.present)
        for side in ("theirs", "ours"):
            for one in self._present(customer, row, side):
                if not any(_is_same(one, other) for other in there):
                    key, (_, person, name) = self._key("participant"), one
                    self._rows["participant"].append((key, known.id, person, name, side))
                    known.present.append(one)
        return len(known.present) > len(there)

    def _add_step(self, known: KnownContact, row: Any) -> bool:
        """Add the follow-up, unless the contact has one of this text."""
        if not row.next or row.next in known.steps:
            return False
        plan, when = self.plan, row.next_on
        due = when.day if when else plan.book.calendar.add_working_days(plan.today, 1)
        values = {
            **self._blank["task"],
            "customer_id": known.row["customer_id"],
            "interaction_id": known.id,
            "kind": "follow-up",
            "text": row.next,
            "owner": plan.actor,
            "due_on": due.isoformat(),
            "due_time": when.time.strftime("%H:%M") if when and when.time else None,
            "created_at": self.change.author.at,
        }
        key = self._insert("task", values)
        self._describe_texts("task", key, values)
        known.steps.add(row.next)
        self.change.touched.add(known.row["customer_id"])
        return True

    # --- what is known ---

    def _renew(self, known: KnownContact, row: Any, again: bool) -> bool:
        wanted = dict(row.columns)
        if self._has_stand_ins and self._is_stand_in(known):
            wanted = _USUAL | wanted
        if row.moment is not None:
            wanted |= self._moment(known, row)
        differs = differing(known.row, wanted, again)
        if not _DECIDING.isdisjoint(differs):
            kind = self._kind_of_contact({**known.row, **differs})
            differs |= differing(known.row, kind, False)
        is_moved = "at" in differs or "contacted_on" in differs
        if is_moved:
            self._displace(known)
        changed = self._change(known, differs)
        if is_moved:
            self._place(known)
        if self._add_present(known, row):
            self.change.documents.add(("interaction", known.id))
            changed = True
        return self._add_step(known, row) or changed

    def _moment(self, known: KnownContact, row: Any) -> dict[str, str]:
        """When it was; a day without a time leaves the time of that day alone."""
        day = row.moment.day
        if row.moment.whole_day and known.row["contacted_on"] == day:
            return {}
        return {"at": row.moment.instant, "contacted_on": day}


def _is_same(one: Present, other: Present) -> bool:
    """True for the same person, or names of which one is written out further."""
    if one[0] != other[0]:
        return False
    if one[1] is not None and other[1] is not None:
        return one[1] == other[1]
    mine, theirs = one[2].casefold(), other[2].casefold()
    return mine == theirs or (one[0] == "theirs" and theirs.startswith(mine))
