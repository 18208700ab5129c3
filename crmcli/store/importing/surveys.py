"""A list of surveys: matched with what was asked, inserted, updated (CLI.md, Import; HANDBOOK §5)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from crmcli.errors import BadValue, Listed
from crmcli.rules.service.surveying import is_below
from crmcli.rules.silence import HISTORY_AFTER_DAYS
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import differing
from crmcli.store.importing.times import is_same, span

_RANK = {"due": 0, "sent": 1, "no_answer": 2, "answered": 3}
"""What came of a survey; less than is known is no news."""

_OPEN = ("due", "sent")


class SurveyImport(OfCustomers):
    """Takes the rows of a list of surveys.

    One is recognised by external id, else by customer, kind, need, time and all that was answered. An answer to a
    survey that is still due or sent fills that one in.
    """

    TABLE = "survey"
    BY_IDS = "surveys_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "survey": (
            "id", "customer_id", "need_id", "person_id", "kind", "status", "opened_on", "at", "answered_on", "sent_at",
            "sent_on", "by", "overall", "solved", "speed", "attitude", "product", "response", "support", "nps", "good",
            "bad", "comment", "pain", "future", "snoozed_until", "external_id", "imported_on", "created_at", "tier_weight",
        ),
        "review": ("id", "customer_id", "survey_id", "opened_at", "created_at", "tier_weight"),
    }  # fmt: skip
    FOUND = ("survey",)

    _surveys: Mapping[int, list[Known]]
    _needs: Mapping[str, list[Any]]
    """Of each number in the chunk, the keys of needs and of their customers."""
    _people: Mapping[tuple[int, str], list[int]]

    # --- what is there ---

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Known]:
        customers = as_list({customer for customer, _ in rows})
        first, last = span(row.answered for _, row in rows)
        asked = {"customers": customers, "begin_instant": first, "end_instant": last}
        found = {row["id"]: row for row in self.db.rows("match_surveys", **asked)}
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: Known(row) for key, row in found.items()}
        self._surveys = defaultdict(list)
        for known in by_key.values():
            self._surveys[known.row["customer_id"]].append(known)
        self._needs = defaultdict(list)
        if numbers := {row.need for _, row in rows if row.need}:
            for need in self.db.rows("match_needs_by_number", keys=as_list(numbers)):
                self._needs[need["key"]].append(need)
        self._people = defaultdict(list)
        if any("by" in row.columns for _, row in rows):
            for person in self.db.rows("people_of", customers=customers):
                self._people[person["customer_id"], person["name"].casefold()].append(person["id"])
        return by_key

    def _need(self, customer: int, row: Any) -> int | None:
        """The key of the need that the row names, if any; BadValue when there is none, or several."""
        if not row.need:
            return None
        found = self._needs[row.need]
        own = [need["id"] for need in found if need["customer_id"] == customer]
        if len(own) == 1:
            key: int = own[0]
            return key
        if own:
            records = Listed(f"n{one}" for one in own)
            raise BadValue("need {number} fits several: {records}", number=row.need, records=records)  # fmt: skip
        if found:
            raise BadValue(
                "need {number} is n{key}, which belongs to another customer",
                number=row.need,
                key=found[0]["id"],
            )
        raise BadValue(
            "there is no need with external id {number}; import the needs first", number=row.need
        )

    def _alike(self, customer: int, row: Any) -> Known | None:
        need = self._need(customer, row)
        if row.status == "answered" and row.answered is None:
            return None
        may_be = [
            known
            for known in self._surveys[customer]
            if known.row["kind"] == row.asks_as
            and (need is None or known.row["need_id"] == need)
            and not self._is_another(known, row)
        ]
        same = (known for known in may_be if self._is_as_told(known, row, need))
        asked = (known for known in may_be if self._is_awaited(known, row, need))
        return next(same, None) or next(asked, None)

    def _says_too_little(self, known: Known, row: Any) -> bool:
        has_time = known.row["at"] or known.row["sent_at"]
        return bool(has_time and not (row.need or row.answered or row.sent))

    def _is_as_told(self, known: Known, row: Any, need: int | None) -> bool:
        """True when all that the row says is known."""
        if known.row["status"] != row.status:
            # What was still open when the list was written has been asked since.
            is_later = row.status in _OPEN and self._rank(known) > _RANK[row.status]
            return is_later and (need is not None or self._was_sent_then(known, row))
        if row.answered and not is_same(known.row["at"] or "", row.answered, self.plan):
            return False
        return all(
            known.row[name] == value for name, value in row.columns.items() if name != "external_id"
        )

    def _was_sent_then(self, known: Known, row: Any) -> bool:
        return bool(row.sent) and is_same(known.row["sent_at"] or "", row.sent, self.plan)

    def _is_awaited(self, known: Known, row: Any, need: int | None) -> bool:
        """True when this is what came of an open survey."""
        day = row.answered.day if row.answered else row.sent.day if row.sent else None
        return (
            known.row["status"] in _OPEN
            and _RANK[row.status] > self._rank(known)
            and known.row["need_id"] == need
            and (day is None or day >= known.row["opened_on"])
        )

    @staticmethod
    def _rank(known: Known) -> int:
        return _RANK[known.row["status"]]

    # --- what is new ---

    def _add(self, customer: int, row: Any) -> Known:
        need = self._need(customer, row)
        if row.status == "answered" and row.answered is None:
            raise BadValue("the row does not say when it was answered")
        values = {
            **self._blank["survey"],
            **row.columns,
            "customer_id": customer,
            "need_id": need,
            "kind": row.asks_as,
            "created_at": self.change.author.at,
            **self._person(customer, row),
            **self._times(row, self._outcome(row)),
        }
        values["opened_on"] = values["answered_on"] or values["sent_on"] or self._today()
        values["id"] = key = self._insert("survey", values)
        self._describe_texts("survey", key, values)
        known = Known(values)
        self._surveys[customer].append(known)
        if values["status"] == "answered" and is_below(values, self.plan.book.service.below):
            self._review(known)
        self.change.touched.add(customer)
        return known

    def _today(self) -> str:
        return self.plan.today.isoformat()

    def _outcome(self, row: Any) -> str:
        """What came of a new one; of one sent long ago nothing comes any more."""
        is_old = row.sent and self._is_history(row.sent.day)
        return "no_answer" if row.status == "sent" and is_old else str(row.status)

    def _is_history(self, day: str) -> bool:
        return (self.plan.today - date.fromisoformat(day)).days > HISTORY_AFTER_DAYS

    def _times(self, row: Any, status: str) -> dict[str, Any]:
        """The columns of the state, and since when it is so: now, where the row does not say; and that a list says it."""
        now, today = self.change.author.at, self._today()
        columns: dict[str, Any] = {"status": status, "imported_on": today}
        if row.sent or status == "sent":
            columns |= {
                "sent_at": row.sent.instant if row.sent else now,
                "sent_on": row.sent.day if row.sent else today,
            }
        if status in ("answered", "no_answer"):
            ended = row.answered or row.sent
            columns |= {
                "at": ended.instant if ended else now,
                "answered_on": ended.day if ended else today,
            }
        return columns

    def _person(self, customer: int, row: Any) -> dict[str, Any]:
        """The key of the customer's person of that name, when exactly one is called so."""
        found = self._people[customer, row.columns.get("by", "").casefold()]
        return {"person_id": found[0]} if len(found) == 1 else {}

    def _review(self, known: Known) -> None:
        """An answer below expectation is to be reviewed, unless it is history."""
        if self._is_history(known.row["answered_on"]):
            return
        values = {
            **self._blank["review"],
            "customer_id": known.row["customer_id"],
            "survey_id": known.id,
            "opened_at": self.change.author.at,
            "created_at": self.change.author.at,
        }
        self._insert("review", values)

    # --- what is known ---

    def _renew(self, known: Known, row: Any, again: bool) -> bool:
        customer = known.row["customer_id"]
        need = self._need(customer, row)
        wanted = dict(row.columns)
        if row.kind:
            wanted["kind"] = row.kind
        if need is not None:
            wanted["need_id"] = need
        if "by" in wanted:
            wanted |= self._person(customer, row)
        before = dict(known.row)
        differs = differing(known.row, wanted, again)
        if not again:
            differs |= self._come_of(known, row)
        changed = self._change(known, differs)
        if changed:
            self._follow(known, before)
        return changed

    def _come_of(self, known: Known, row: Any) -> dict[str, Any]:
        """The state and its time, where the row knows more, or another time of the same."""
        if _RANK[row.status] > self._rank(known):
            columns = self._times(row, row.status)
            if known.row["snoozed_until"]:
                columns["snoozed_until"] = None
            return columns
        if row.status != known.row["status"]:
            return {}
        columns = {}
        if row.answered and not is_same(known.row["at"] or "", row.answered, self.plan):
            columns |= {"at": row.answered.instant, "answered_on": row.answered.day}
        if row.sent and not is_same(known.row["sent_at"] or "", row.sent, self.plan):
            columns |= {"sent_at": row.sent.instant, "sent_on": row.sent.day}
        return columns

    def _follow(self, known: Known, before: Mapping[str, Any]) -> None:
        """The review that an answer now needs is made; one that it does not, and nobody has touched, goes."""
        if known.row["status"] != "answered":
            return
        below = self.plan.book.service.below
        was = before["status"] == "answered" and is_below(before, below)
        is_so = is_below(known.row, below)
        if was == is_so:
            return
        self._write()
        reviews = self.db.rows("reviews_of_surveys", surveys=as_list([known.id]))
        if is_so and not reviews:
            self._review(known)
        elif not is_so:
            for review in reviews:
                if not (review["done_at"] or review["cause"] or review["action"]):
                    self.change.remove("review", review["id"])
