"""Rows of a list of surveys: cells to the values that are stored (CLI.md, Import; HANDBOOK §5)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Belonging, Understanding
from crmcli.rules import terms
from crmcli.rules.service.surveying import DIMENSIONS, SCORES, TEXTS
from crmcli.rules.terms import Vocabulary

SCORED = (*SCORES, "nps")
_ANSWERS = (*SCORED, *TEXTS)
_STATUS = Vocabulary(
    "status",
    {
        "due": ("待回访", "未回访", "待处理", "pending"),
        "sent": ("已发送", "待答复", "待填写", "invited"),
        "answered": ("已回访", "已完成", "已答复", "已填写", "completed", "complete", "done"),
        "no_answer": ("未回复", "未接通", "无人接听", "拒访", "no answer", "no response"),
    },
)


@dataclass(slots=True)
class SurveyRow(Belonging):
    """What one row says of a survey; `need` is the external id of the need it asks about."""

    need: str | None = None
    kind: str | None = None  # as written
    status: str = "answered"
    answered: Moment | None = None  # or given up
    sent: Moment | None = None

    @property
    def asks_as(self) -> str:
        """Its kind, told from what was asked where it is not written."""
        if self.kind:
            return self.kind
        given = self.columns.keys()
        if self.need or not given.isdisjoint(DIMENSIONS["service"]):
            return "service"
        if not given.isdisjoint(DIMENSIONS["relation"]):
            return "relation"
        return "service" if given.isdisjoint(("pain", "future")) else "deep"


class SurveyReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        self._past = lru_cache(maxsize=20_000)(lambda text: moments.read_past(text, means))
        self._words: dict[str, Callable[[str], Any]] = {
            name: rows.score_reader(name, *((0, 10) if name == "nps" else (1, 5)))
            for name in SCORED
        }
        self._kind = lru_cache(maxsize=200)(terms.SURVEY_KIND.read)
        self._status = lru_cache(maxsize=200)(_STATUS.read)
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> SurveyRow:
        """What the row says."""
        row = SurveyRow("", masked=masked)
        for name in SCORED if masked else ():
            if name in masked:
                raise BadValue("{field} is masked, and no score", field=name)
        columns = row.columns
        status = None
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name == "customer":
                row.customer = text
            elif name == "need":
                row.need = text
            elif name == "kind":
                row.kind = self._kind(text)
            elif name == "status":
                status = self._status(text)
            elif name == "at":
                row.answered = self._past(text)
            elif name == "sent_at":
                row.sent = self._past(text)
            else:
                columns[name] = self._words[name](text) if name in self._words else text
        self._settle_status(row, status)
        return row

    @staticmethod
    def _settle_status(row: SurveyRow, status: str | None) -> None:
        """An answer is an answer, whatever the list calls it; without one the list must say so."""
        if not row.columns.keys().isdisjoint(_ANSWERS):
            row.status = "answered"
            if row.answered is None and "external_id" not in row.columns:
                raise BadValue("the row does not say when it was answered")
        elif status is None or status == "answered":
            raise BadValue("the row has no answer: neither a score nor a text")
        else:
            row.status = status
