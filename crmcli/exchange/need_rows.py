"""Rows of a list of needs: cells to the values that are stored (CLI.md, Import; HANDBOOK §4)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crmcli.errors import BadValue
from crmcli.exchange import moments, need_words, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Belonging, Understanding
from crmcli.rules import terms


@dataclass(slots=True)
class NeedRow(Belonging):
    """What one row says of a need; `status` is one of HANDBOOK §4, `waiting` included."""

    status: str | None = None
    received: Moment | None = None
    resolved: Moment | None = None


class NeedReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        due = lru_cache(maxsize=20_000)(lambda text: moments.read_due(text, means))
        self._means = means
        self._words: dict[str, Callable[[str], Any]] = {
            "kind": need_words.read_kind,
            "urgency": need_words.read_urgency,
            "strength": lru_cache(maxsize=200)(terms.STRENGTH.read),
            "needed_by": lambda text: due(text).day.isoformat(),
            "budget": means.money,
            **{name: rows.score_reader(name, 1, 5) for name in ("value", "fit", "cost")},
        }
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> NeedRow:
        """What the row says."""
        row = NeedRow("", masked=masked)
        columns = row.columns
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name == "customer":
                row.customer = text
            elif name == "received_at":
                row.received = moments.read_past(text, self._means)
            elif name == "resolved_at":
                row.resolved = moments.read_past(text, self._means)
            elif name == "status":
                row.status = need_words.read_status(text)
            elif name not in self._words:
                columns[name] = text
            elif (value := self._words[name](text)) is not None:
                columns[name] = value
        if "text" not in columns and "external_id" not in columns:
            raise BadValue("the row does not say what is needed")
        if row.received and row.resolved:
            _put_in_order(row, row.received, row.resolved)
        return row


def _put_in_order(row: NeedRow, received: Moment, resolved: Moment) -> None:
    """Of a day without a time only the day is known: what was solved on the day it was received was so after that."""
    if resolved.at >= received.at:
        return
    if resolved.day == received.day and resolved.whole_day:
        row.resolved = Moment(received.at, True, received.instant)
    elif resolved.day == received.day and received.whole_day:
        row.received = Moment(resolved.at, True, resolved.instant)
    else:
        raise BadValue(
            "solved on {resolved}, before it was received on {received}",
            resolved=f"{resolved.at:%Y-%m-%d %H:%M}",
            received=f"{received.at:%Y-%m-%d %H:%M}",
        )
