"""A list of promises: matched, inserted, updated (CLI.md, Import; HANDBOOK §6).

A promise that a list says was broken is history: no amends fall due for it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import differing

_OUTCOME = ("kept_on", "broken_on", "result", "break_reason", "amends", "need_id")
"""What becomes of a promise, or comes to be known, is no part of what it is: one that was open may be kept by now."""

_OTHER = {"kept_on": "broken_on", "broken_on": "kept_on"}


class PromiseImport(OfCustomers):
    """Takes the rows of a list of promises.

    One is recognised by external id, else by customer, text, and whatever else the row gives, unless both have an
    outcome, and different ones.
    """

    TABLE = "promise"
    BY_IDS = "promises_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "promise": (
            "id", "customer_id", "text", "by", "level", "owner", "due_on", "due_time", "first_due_on", "first_due_time", "kept_at", "kept_on", "result",
            "broken_at", "broken_on", "break_reason", "amends", "amends_done_at", "priority", "external_id", "created_at",
            "tier_weight", "need_id",
        ),
    }  # fmt: skip
    FOUND = ("promise",)
    TELLING = ("due_on", "due_time")
    LINKS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "need_external_id": ("need_id", "match_needs_by_number"),
    }

    _promises: Mapping[tuple[int, str], list[Known]]

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Known]:
        found = {
            row["id"]: row
            for row in self.db.rows(
                "match_promises",
                customers=as_list({customer for customer, _ in rows}),
                texts=as_list({row.columns["text"] for _, row in rows if "text" in row.columns}),
            )
        }
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: Known(row) for key, row in found.items()}
        self._promises = defaultdict(list)
        for known in by_key.values():
            self._promises[known.row["customer_id"], known.row["text"]].append(known)
        return by_key

    def _alike(self, customer: int, row: Any) -> Known | None:
        wanted = {name: value for name, value in row.columns.items() if name != "external_id"}
        for known in self._promises[customer, wanted.get("text", "")]:
            left = _without_first_due(known.row, wanted)
            if not self._is_another(known, row) and all(
                _fits(known.row, name, value) for name, value in left.items()
            ):
                return known
        return None

    def _add(self, customer: int, row: Any) -> Known:
        if "text" not in row.columns:
            raise BadValue("the row does not say what was promised")
        ended_on = row.columns.get("kept_on") or row.columns.get("broken_on")
        values = {
            **self._blank["promise"],
            "due_on": ended_on or self._next_working_day(),
            **row.columns,
            "customer_id": customer,
            "created_at": self.change.author.at,
        }
        values |= self._end(row, values)
        values["id"] = key = self._insert("promise", values)
        self._describe_texts("promise", key, values)
        known = Known(values)
        self._promises[customer, values["text"]].append(known)
        self.change.touched.add(customer)
        return known

    def _next_working_day(self) -> str:
        day: date = self.plan.book.calendar.add_working_days(self.plan.today, 1)
        return day.isoformat()

    def _end(self, row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """How it ended, as its instants; `values` are the columns it has."""
        if row.kept:
            return {"kept_at": self._kept_at(row.kept, values)}
        if row.broken:
            at = row.broken.instant
            return {
                "broken_at": at,
                "amends_done_at": at if values["by"] == "we-owe" else None,
            }
        return {}

    def _kept_at(self, kept: Any, values: Mapping[str, Any]) -> str:
        """Of a day without a time it is not known that it was too late on that day."""
        instant: str = kept.instant
        if kept.whole_day and kept.day == values["due_on"] and values["due_time"]:
            due = datetime.combine(kept.at.date(), time.fromisoformat(values["due_time"]))
            return min(instant, self.plan.to_instant(due))
        return instant

    def _renew(self, known: Known, row: Any, again: bool) -> bool:
        wanted = _without_first_due(known.row, row.columns)
        differs = differing(known.row, wanted, again)
        for name, other in _OTHER.items():
            if name in differs and known.row[other]:
                if again:
                    del differs[name]
                else:
                    differs |= {other: None, other.replace("_on", "_at"): None, "amends_done_at": None}  # fmt: skip
        if "kept_on" in differs or "broken_on" in differs:
            differs |= self._end(row, {**known.row, **differs})
        return self._change(known, differs)


def _without_first_due(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, but for its date where that is the one from before a delay."""
    first = {"due_on": known["first_due_on"], "due_time": known["first_due_time"]}
    left = dict(wanted)
    if "due_on" in left and all(left[name] == first[name] for name in first if name in left):
        for name in first:
            left.pop(name, None)
    return left


def _fits(known: Mapping[str, Any], name: str, value: Any) -> bool:
    """True when the value is what is known, or may have come to be so since."""
    if known[name] == value:
        return True
    other = _OTHER.get(name)
    return name in _OUTCOME and known[name] is None and not (other and known[other])
