"""A list of tasks: matched, inserted, updated (CLI.md, Import; HANDBOOK §6)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import differing

TASK_COLUMNS = (
    "id", "customer_id", "interaction_id", "kind", "text", "owner", "due_on", "due_time", "done_at", "done_on", "result",
    "priority", "external_id", "created_at", "tier_weight", "tells",
)  # fmt: skip
_OUTCOME = ("done_on", "result")
"""What becomes of a task is no part of what it is: one that was open may be done by now."""


class TaskImport(OfCustomers):
    """Takes the rows of a list of tasks.

    One is recognised by external id, else by customer, text, and the day, time and owner that the row gives, unless
    both have an outcome, and different ones.
    """

    TABLE = "task"
    BY_IDS = "tasks_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {"task": TASK_COLUMNS}
    FOUND = ("task",)
    TELLING = ("due_on", "due_time")

    _tasks: Mapping[tuple[int, str], list[Known]]

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Known]:
        asked = as_list({customer for customer, _ in rows})
        found = {row["id"]: row for row in self.db.rows("all_tasks_of", customers=asked)}
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: Known(row) for key, row in found.items()}
        self._tasks = defaultdict(list)
        for known in by_key.values():
            self._tasks[known.row["customer_id"], known.row["text"]].append(known)
        return by_key

    def _alike(self, customer: int, row: Any) -> Known | None:
        wanted = {name: value for name, value in row.columns.items() if name != "external_id"}
        for known in self._tasks[customer, wanted.get("text", "")]:
            if not self._is_another(known, row) and all(
                known.row[name] == value or (name in _OUTCOME and known.row[name] is None)
                for name, value in wanted.items()
            ):
                return known
        return None

    def _add(self, customer: int, row: Any) -> Known:
        if "text" not in row.columns:
            raise BadValue("the row does not say what is to be done")
        values = {
            **self._blank["task"],
            "owner": self.plan.actor,
            "due_on": row.columns.get("done_on") or self._next_working_day(),
            **row.columns,
            **self._done(row),
            "customer_id": customer,
            "created_at": self.change.author.at,
        }
        values["id"] = key = self._insert("task", values)
        self._describe_texts("task", key, values)
        known = Known(values)
        self._tasks[customer, values["text"]].append(known)
        self.change.touched.add(customer)
        return known

    def _next_working_day(self) -> str:
        day: date = self.plan.book.calendar.add_working_days(self.plan.today, 1)
        return day.isoformat()

    def _done(self, row: Any) -> dict[str, str]:
        return {"done_at": row.done.instant} if row.done else {}

    def _renew(self, known: Known, row: Any, again: bool) -> bool:
        differs = differing(known.row, row.columns, again)
        if "done_on" in differs:
            differs |= self._done(row)
        return self._change(known, differs)
