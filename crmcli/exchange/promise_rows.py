"""Rows of a list of promises: cells to the values that are stored (CLI.md, Import; HANDBOOK §6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Linked, Understanding
from crmcli.rules import terms

LINK = "need_external_id"


@dataclass(slots=True)
class PromiseRow(Linked):
    """What one row says of a promise; `kept` or `broken` is when it was, if it was."""

    kept: Moment | None = None
    broken: Moment | None = None


class PromiseReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        self._due = lru_cache(maxsize=20_000)(lambda text: moments.read_due(text, means))
        self._past = lru_cache(maxsize=20_000)(lambda text: moments.read_past(text, means))
        self._words: rows.Words = {
            "by": lru_cache(maxsize=200)(terms.PROMISE_BY.read),
            "level": lru_cache(maxsize=200)(terms.PROMISE_LEVEL.read),
        }
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> PromiseRow:
        """What the row says."""
        row = PromiseRow("", masked=masked)
        columns = row.columns
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name == "customer":
                row.customer = text
            elif name == LINK:
                if not rows.says_nothing(text):
                    row.links[name] = text
            elif name == "due":
                due = self._due(text)
                columns["due_on"] = due.day.isoformat()
                if due.time:
                    columns["due_time"] = due.time.strftime("%H:%M")
            elif name == "kept_on":
                row.kept = self._past(text)
                columns["kept_on"] = row.kept.day
            elif name == "broken_on":
                row.broken = self._past(text)
                columns["broken_on"] = row.broken.day
            else:
                columns[name] = self._words[name](text) if name in self._words else text
        if row.kept and row.broken:
            raise BadValue("the row says both that it was kept and that it was broken")
        if "text" not in columns and "external_id" not in columns:
            raise BadValue("the row does not say what was promised")
        return row
