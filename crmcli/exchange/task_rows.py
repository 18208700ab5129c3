"""Rows of a list of tasks: cells to the values that are stored (CLI.md, Import; HANDBOOK §6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Belonging, Understanding


@dataclass(slots=True)
class TaskRow(Belonging):
    """What one row says of a task; `done` is when it was, if it was."""

    done: Moment | None = None


class TaskReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        self._due = lru_cache(maxsize=20_000)(lambda text: moments.read_due(text, means))
        self._done = lru_cache(maxsize=20_000)(lambda text: moments.read_past(text, means))
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> TaskRow:
        """What the row says."""
        row = TaskRow("", masked=masked)
        columns = row.columns
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name == "customer":
                row.customer = text
            elif name == "due":
                due = self._due(text)
                columns["due_on"] = due.day.isoformat()
                if due.time:
                    columns["due_time"] = due.time.strftime("%H:%M")
            elif name == "done_on":
                row.done = self._done(text)
                columns["done_on"] = row.done.day
            else:
                columns[name] = text
        if "text" not in columns and "external_id" not in columns:
            raise BadValue("the row does not say what is to be done")
        return row
