"""Rows of a list of contacts: cells to the values that are stored (CLI.md, Import; HANDBOOK §2)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Linked, Understanding
from crmcli.rules import terms
from crmcli.rules.dates import When

LINKS = ("need_external_id", "promise_external_id", "deal_external_id")


@dataclass(slots=True)
class InteractionRow(Linked):
    """What one row says of a contact, who took part, and what comes next."""

    moment: Moment | None = None
    theirs: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    next: str | None = None
    next_on: When | None = None


class InteractionReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        self._means = means
        self._due = lru_cache(maxsize=20_000)(lambda text: moments.read_due(text, means))
        self.words: rows.Words = {
            "channel": lru_cache(maxsize=200)(terms.CHANNEL.read),
            "direction": lru_cache(maxsize=200)(terms.DIRECTION.read),
            "intent": lru_cache(maxsize=200)(terms.INTENT.read),
            "minutes": lru_cache(maxsize=1_000)(read_minutes),
            "cost": means.money,
            "promised_on": lambda text: self._due(text).day.isoformat(),
            **dict.fromkeys(("no_answer", "care", "signed"), means.flag),
        }
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> InteractionRow:
        """What the row says."""
        row = InteractionRow("", masked=masked)
        columns = row.columns
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name in self.words:
                columns[name] = self.words[name](text)
            elif name == "customer":
                row.customer = text
            elif name == "at":
                row.moment = moments.read_past(text, self._means)
            elif name in ("with", "ours"):
                (row.theirs if name == "with" else row.ours).extend(rows.split_list(text))
            elif name == "next":
                row.next = text
            elif name in LINKS:
                if not rows.says_nothing(text):
                    row.links[name] = text
            elif name == "next_on":
                row.next_on = self._due(text)
            else:
                columns[name] = text
        if row.next_on and not row.next:
            columns.setdefault("promised_on", row.next_on.day.isoformat())
        self._check(row)
        return row

    @staticmethod
    def _check(row: InteractionRow) -> None:
        if row.moment is None:
            if "external_id" not in row.columns:
                raise BadValue("the row does not say when the contact was")
            return
        promised = row.columns.get("promised_on")
        if promised and promised < row.moment.day:
            raise BadValue(
                "{day} lies before the contact; name the day of the next one", day=promised
            )


_MINUTES = r"(\d{1,6})(?:\.0+)?\s*(?:分钟?|min\.?|minutes?)?"
_CLOCK = r"(\d{1,3}):([0-5]\d):([0-5]\d)"


def read_minutes(text: str) -> int:
    """How long it was, in minutes: `30`, `30.0`, `30分钟`; a telephone's `0:05:32` is 6 begun minutes."""
    plain = text.casefold()
    if match := re.fullmatch(_MINUTES, plain, re.ASCII):
        return int(match[1])
    if match := re.fullmatch(_CLOCK, plain, re.ASCII):
        return int(match[1]) * 60 + int(match[2]) + (match[3] != "00")
    raise BadValue("{text!r} is no number of minutes; write it like 30", text=text)
