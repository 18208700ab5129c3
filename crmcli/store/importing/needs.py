"""A list of needs: matched, inserted with what happened to them, updated (CLI.md, Import; HANDBOOK §4).

What happened is written down as for any need, so that the clocks are derived from it once, at the end.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.rules.service import brought
from crmcli.rules.service.brought import Brought, Outcome, Step
from crmcli.rules.silence import HISTORY_AFTER_DAYS
from crmcli.store import search
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import Sparse, differing
from crmcli.store.importing.times import is_same, span

_LATER = ("urgency", "solution", "result", "decline_reason")
"""What comes to be known of a need is no part of what it is: one that had none of it may have it by now."""

_TOLD = {"resolved": "solution", "confirmed": "result", "declined": "decline_reason"}
"""Which column says what was said when it happened."""

_OPEN_SURVEYS = ("due", "sent")


class KnownNeed(Known):
    """A need that is there, how it stands, and when it was solved last: the event's key and instant."""

    __slots__ = ("is_waiting", "solved_as", "solved_at", "times_reopened")

    def __init__(self, row: Any) -> None:
        super().__init__(row)
        self.is_waiting = bool(self.row.get("waiting_since"))
        self.times_reopened: int = self.row.get("times_reopened") or 0
        self.solved_as: int | None = None
        self.solved_at: str | None = None

    @property
    def standing(self) -> brought.Known:
        """How it stands, for the rules."""
        return brought.Known(
            self.row["status"], self.is_waiting, self.times_reopened, self.solved_at
        )


class NeedImport(OfCustomers):
    """Takes the rows of a list of needs.

    One is recognised by external id, else by customer, text, the time when it was received and whatever else the row
    gives, but for what became of it.
    """

    TABLE = "need"
    BY_IDS = "needs_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "need": (
            "id", "customer_id", "external_id", "text", "kind", "urgency", "strength", "status", "received_at", "value",
            "fit", "cost", "wish", "needed_by", "budget", "owner", "tech_owner", "category", "workaround", "criterion",
            "solution", "result", "decline_reason", "priority", "imported_on", "created_at",
            "tier_weight", "score", "times_reopened", "level",
        ),
        "service_event": ("id", "customer_id", "need_id", "kind", "at", "text", "contact_id"),
        "survey": ("id", "customer_id", "need_id", "kind", "status", "opened_on", "created_at", "tier_weight"),
    }  # fmt: skip
    FOUND = ("need",)

    _needs: Mapping[tuple[int, str], list[KnownNeed]]

    # --- what is there ---

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, KnownNeed]:
        first, last = span(row.received for _, row in rows)
        found = {
            row["id"]: row
            for row in self.db.rows(
                "match_needs",
                customers=as_list({customer for customer, _ in rows}),
                texts=as_list({row.columns["text"] for _, row in rows if "text" in row.columns}),
                begin_instant=first,
                end_instant=last,
            )
        }
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: KnownNeed(row) for key, row in found.items()}
        for event in self.db.rows("solutions_of_needs", needs=as_list(by_key)):
            known = by_key[event["need_id"]]
            known.solved_as, known.solved_at = event["id"], event["at"]
        self._needs = defaultdict(list)
        for known in by_key.values():
            self._needs[known.row["customer_id"], known.row["text"]].append(known)
        return by_key

    def _alike(self, customer: int, row: Any) -> KnownNeed | None:
        wanted = {name: value for name, value in row.columns.items() if name != "external_id"}
        for known in self._needs[customer, wanted.get("text", "")]:
            if (
                not self._is_another(known, row)
                and (not row.received or is_same(known.row["received_at"], row.received, self.plan))
                and all(
                    known.row[name] == value or (name in _LATER and known.row[name] is None)
                    for name, value in wanted.items()
                )
                and not self._was_solved_otherwise(known, row)
            ):
                return known
        return None

    def _says_too_little(self, known: KnownNeed, row: Any) -> bool:
        return row.received is None

    def _was_solved_otherwise(self, known: KnownNeed, row: Any) -> bool:
        """Two days of solution that differ are two needs."""
        return bool(
            row.resolved
            and known.solved_at
            and not is_same(known.solved_at, row.resolved, self.plan)
        )

    # --- what is new ---

    def _add(self, customer: int, row: Any) -> KnownNeed:
        if "text" not in row.columns:
            raise BadValue("the row does not say what is needed")
        now = self.change.author.at
        received = row.received or row.resolved
        values = {
            **self._blank["need"],
            **row.columns,
            "customer_id": customer,
            "received_at": received.instant if received else now,
            "imported_on": self.plan.today.isoformat(),
            "created_at": now,
        }
        outcome = brought.of_new(
            _brought(row), values["urgency"], values["received_at"], self.change.author.at
        )
        values["status"] = outcome.status
        values["id"] = key = self._insert("need", values)
        self._describe("need", key, search.of_need(Sparse(values)))
        known = KnownNeed(values)
        self._needs[customer, values["text"]].append(known)
        self._happen(known, outcome.steps)
        day = row.resolved.day if row.resolved else received.day if received else None
        self._ask(known, outcome, day)
        self.change.touched.add(customer)
        return known

    def _happen(self, known: KnownNeed, steps: Iterable[Step]) -> None:
        """Write down what happened to it."""
        newest = self.change.take_keys("interaction", 0) - 1
        for step in steps:
            key = self._insert(
                "service_event",
                {
                    "customer_id": known.row["customer_id"],
                    "need_id": known.id,
                    "kind": step.kind,
                    "at": step.at,
                    "text": known.row[_TOLD[step.kind]] if step.kind in _TOLD else None,
                    "contact_id": newest,
                },
            )
            if step.kind == "resolved":
                known.solved_as, known.solved_at = key, step.at
            elif step.kind == "reopened":
                known.times_reopened += 1
            if step.kind in ("waiting", "resumed"):
                known.is_waiting = step.kind == "waiting"

    def _ask(self, known: KnownNeed, outcome: Outcome, day: str | None) -> None:
        """A survey falls due as after `crm resolve`, unless the solution is history; `day` is its local day."""
        if outcome.status not in ("resolved", "confirmed") or not outcome.steps:
            return
        opened_on = date.fromisoformat(day) if day else self.plan.today
        if (self.plan.today - opened_on).days > HISTORY_AFTER_DAYS:
            return
        self._insert(
            "survey",
            {
                **self._blank["survey"],
                "customer_id": known.row["customer_id"],
                "need_id": known.id,
                "kind": "service",
                "status": "due",
                "opened_on": opened_on.isoformat(),
                "created_at": self.change.author.at,
            },
        )

    # --- what is known ---

    def _renew(self, known: KnownNeed, row: Any, again: bool) -> bool:
        wanted = dict(row.columns)
        if row.received and not is_same(known.row["received_at"], row.received, self.plan):
            wanted["received_at"] = row.received.instant
        differs = differing(known.row, wanted, again)
        self._refuse_disorder(known, row, differs)
        said = Brought() if again else self._brought_to(known, row)
        urgency = differs.get("urgency", known.row["urgency"])
        outcome = brought.of_known(known.standing, said, urgency, self.change.author.at)
        is_moved = self._move_solution(known, said, outcome)
        if outcome.status != known.row["status"]:
            differs["status"] = outcome.status
        was = known.row["status"]
        changed = self._change(known, differs)
        self._happen(known, outcome.steps)
        if outcome.steps:
            self._survey_again(known, was, outcome, row)
            self.change.touched.add(known.row["customer_id"])
        return changed or is_moved or bool(outcome.steps)

    def _brought_to(self, known: KnownNeed, row: Any) -> Brought:
        """What the row says of the state; of a day without a time, the time that is known."""
        said = _brought(row)
        if row.resolved and known.solved_at and is_same(known.solved_at, row.resolved, self.plan):
            return said._replace(resolved_at=known.solved_at)
        return said

    def _refuse_disorder(self, known: KnownNeed, row: Any, differs: Mapping[str, Any]) -> None:
        received = differs.get("received_at", known.row["received_at"])
        if row.resolved and not row.received and row.resolved.instant < received:
            raise BadValue(
                "solved on {resolved}, before {record} was received",
                resolved=f"{row.resolved.at:%Y-%m-%d %H:%M}",
                record=f"n{known.id}",
            )

    def _move_solution(self, known: KnownNeed, said: Brought, outcome: Outcome) -> bool:
        """Correct when it was solved; True when that was another time."""
        is_other = (
            said.resolved_at is not None
            and known.solved_as is not None
            and said.resolved_at != known.solved_at
            and known.row["status"] in ("resolved", "confirmed")
            and not outcome.steps
        )
        if is_other:
            assert known.solved_as is not None
            self._update("service_event", known.solved_as, {"at": said.resolved_at})
            known.solved_at = said.resolved_at
            self.change.touched.add(known.row["customer_id"])
        return is_other

    def _survey_again(self, known: KnownNeed, was: str, outcome: Outcome, row: Any) -> None:
        """One that is solved now is asked about; of one that was taken up again that need not be asked yet."""
        surveys = [
            one
            for one in self.db.rows("surveys_of_need", need=known.id)
            if one["status"] in _OPEN_SURVEYS
        ]
        is_solved = ("resolved", "confirmed")
        if outcome.status in is_solved and was not in is_solved and not surveys:
            self._ask(known, outcome, row.resolved.day if row.resolved else None)
        if outcome.status not in is_solved:
            for one in surveys:
                if one["status"] == "due":
                    self.change.remove("survey", one["id"])


def _brought(row: Any) -> Brought:
    return Brought(row.status, row.resolved.instant if row.resolved else None)
