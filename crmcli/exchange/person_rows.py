"""Rows of a list of people: cells to the values that are stored (CLI.md, Import; HANDBOOK §1, §9)."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from crmcli.errors import BadValue
from crmcli.exchange import rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.rows import Belonging, Point, Understanding
from crmcli.rules.key_dates import has_year, read_day


@dataclass(slots=True)
class PersonRow(Belonging):
    """What one row says of a person; `birthday` as it is stored."""

    points: list[Point] = field(default_factory=list)
    birthday: str | None = None


class PersonReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        when = lru_cache(maxsize=20_000)(means.when)
        words: rows.Words = {
            "role": lru_cache(maxsize=200)(rows.read_roles),
            "key_person": means.flag,
            "left_on": lambda text: when(text).day.isoformat(),
            **rows.consent_words(means),
        }
        self._words = {name: (_STORED.get(name, name), read) for name, read in words.items()}
        self._birthday = lru_cache(maxsize=20_000)(lambda text: read_birthday(text, means))
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> PersonRow:
        """What the row says."""
        row = PersonRow("", masked=masked)
        columns = row.columns
        for place, name in self._named:
            text = cells[place].strip()
            if not text:
                continue
            if name in self._words:
                stored, understand = self._words[name]
                columns[stored] = understand(text)
            elif name == "customer":
                row.customer = text
            elif name == "phone":
                rows.put_phones(row.points, row.warnings, text, True)
            elif name == "email":
                rows.put_emails(row.points, row.warnings, text, True)
            elif name == "wechat":
                rows.put_wechat(row.points, text)
            elif name == "birthday":
                row.birthday = self._birthday(text)
            else:
                columns[name] = text
        rows.name_person(columns)
        if "name" in columns:
            columns["name"] = " ".join(columns["name"].split())
        elif "external_id" not in columns:
            raise BadValue("the row has no name")
        return row


_STORED = {"role": "roles"}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MIDNIGHT = r"[ t]0{1,2}:00(?::00(?:\.0+)?)?z?"
_WITHOUT_SIGNS = r"(?:(\d{4})|--)(\d\d)(\d\d)"


def read_birthday(text: str, means: Understanding) -> str:
    """A birthday as it is stored from what spreadsheets and phone books write; BadValue for a day that cannot be.

    Beyond what `read_day` knows: 19800520, --05-20, 20 May 1980, May 20, and the midnight that Excel adds.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(f"{_MIDNIGHT}$", "", plain).removeprefix("--" if plain[4:5] == "-" else "")
    if match := re.fullmatch(_WITHOUT_SIGNS, plain):
        plain = "-".join(filter(None, match.groups()))
    if any(month in plain for month in _MONTHS):
        day = means.past(plain).day.isoformat()
        plain = day if re.search(r"\d{4}", plain) else day[5:]
    found = read_day(plain)
    if has_year(found) and date.fromisoformat(found) > means.today:
        raise BadValue("the birthday {text} is in the future", text=text)
    return found
