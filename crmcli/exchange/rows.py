"""What the rows of every kind have in common: how their texts are understood, phones, names, masked cells."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from crmcli.errors import BadValue
from crmcli.rules import terms
from crmcli.rules.currencies import DECIMALS
from crmcli.rules.dates import When
from crmcli.rules.identity import (
    email_addresses,
    email_is_odd,
    email_key,
    phone_is_odd,
    phone_key,
    phone_numbers,
)
from crmcli.rules.masking import SIGNS, looks_masked, mask_kind
from crmcli.rules.terms import Vocabulary

Words = Mapping[str, Callable[[str], Any]]
"""How the values of each field are read."""

MASK_SIGNS = SIGNS
_FINEST = max(DECIMALS, key=DECIMALS.__getitem__)
_LONG = 200
plain_mobile = re.compile("1[3-9][0-9]{9}").fullmatch
plain_landline = re.compile(r"0[1-9][0-9]{1,2}-[2-8][0-9]{6,7}").fullmatch
plain_email = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
).fullmatch


@dataclass(frozen=True)
class Understanding:
    """How the texts of a file are understood: seen from this run's now and with its settings.

    `when` and `past` read a day that names no year or week as the next or the last one, `local` gives a moment with
    an offset in the file's time zone, `instant` a local one as it is stored, `money` an amount, and of which currency if
    that is known, in its smallest coins, `currency` is the one of amounts that say none, `custom` checks the value of a custom field; each raises BadValue.
    """

    now: datetime  # local, without an offset
    when: Callable[[str], When]
    past: Callable[[str], When]
    local: Callable[[datetime], datetime]
    instant: Callable[[datetime], str]
    money: Callable[..., int]
    currency: str
    flag: Callable[[str], int]
    tiers: Vocabulary
    custom: Callable[[str, str], str | None]

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()


class Point(NamedTuple):
    """A phone, e-mail or WeChat with its normal form; of the person, or of the customer itself."""

    kind: str
    value: str
    key: str
    of_person: bool


@dataclass(slots=True)
class Belonging:
    """What a row that belongs to a customer says; `columns` holds only the fields that have a value.

    `customer` is a name or `ext:ID`; fields in `masked` had a value that was left out, so nothing is known of them.
    """

    customer: str
    columns: dict[str, Any] = field(default_factory=dict)
    masked: Collection[str] = ()
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Linked(Belonging):
    """The same of one that names other records of its customer: `links`, by field, are their external ids."""

    links: dict[str, str] = field(default_factory=dict)


def masked_places(cells: Sequence[str], fields: Sequence[str | None]) -> list[int]:
    """Where the cells look masked, each in its field: they would overwrite the real thing (HANDBOOK §10)."""
    return [
        place
        for place, cell in enumerate(cells)
        if any(sign in cell for sign in MASK_SIGNS)
        and looks_masked(cell, mask_kind((fields[place] or "") if place < len(fields) else ""))
    ]


def is_long(cells: Sequence[str]) -> bool:
    """True when some cell may be too long for its column, so that looking closer is worth while."""
    return max(map(len, cells), default=0) > _LONG


def split_list(text: str) -> list[str]:
    """The parts of a cell split at ; , 、 and their wide forms (CLI.md, Import)."""
    if "；" in text or "，" in text or "、" in text or "," in text:
        for mark in "；，、,":
            text = text.replace(mark, ";")
    return [tag for part in text.split(";") if (tag := part.strip())]


NOTHING = frozenset({"无", "暂无", "没有", "-", "--", "---", "—", "——", "/", "n/a", "null", "none"})
"""What people and programs write, in small letters, where there is no number, address or code."""


def says_nothing(text: str) -> bool:
    """True for a cell that only says that there is nothing: 无, -, N/A."""
    return text.casefold() in NOTHING


def put_phones(points: list[Point], warnings: list[str], text: str, of_person: bool) -> None:
    """Add the phone numbers of one cell; an odd one is kept and warned about."""
    if plain_mobile(text):
        points.append(Point("phone", text, text, of_person))  # a plain mobile number
        return
    if plain_landline(text):
        points.append(Point("phone", text, text.replace("-", ""), of_person))
        return
    for number in [] if says_nothing(text) else phone_numbers(text):
        if phone_is_odd(number):
            warnings.append(number)
        points.append(Point("phone", number, phone_key(number), of_person))


def put_emails(points: list[Point], warnings: list[str], text: str, of_person: bool) -> None:
    """Add the e-mail addresses of one cell; an odd one is kept and warned about."""
    if plain_email(text):
        points.append(Point("email", text, text.lower(), of_person))
        return
    for address in [] if says_nothing(text) else email_addresses(text):
        if email_is_odd(address):
            warnings.append(address)
        points.append(Point("email", address, email_key(address), of_person))


def put_wechat(points: list[Point], text: str) -> None:
    """Add a WeChat account."""
    if not says_nothing(text):
        points.append(Point("wechat", text, text.lower(), True))


def name_person(person: dict[str, Any]) -> None:
    """Give a person a `name` from its given, middle and family name, where it has none; they are taken out."""
    given, family = person.pop("given_name", ""), person.pop("family_name", "")
    if middle := person.pop("middle_name", ""):
        given = f"{given} {middle}".strip() if middle.isascii() else f"{given}{middle}"
    if "name" not in person and (given or family):
        western = (given or family).isascii()
        person["name"] = f"{given} {family}".strip() if western else f"{family}{given}"


def read_roles(text: str) -> str:
    """Roles in the decision chain, comma-separated."""
    return ",".join(dict.fromkeys(terms.ROLE.read(part) for part in split_list(text)))


_SATISFIED = {
    "非常满意": 5, "很满意": 5, "very satisfied": 5, "满意": 4, "比较满意": 4, "satisfied": 4, "一般": 3, "neutral": 3, "不满意": 2,
    "不太满意": 2, "dissatisfied": 2, "unsatisfied": 2, "非常不满意": 1, "很不满意": 1, "very dissatisfied": 1,
    "very unsatisfied": 1,
}  # fmt: skip
"""What questionnaires with words instead of numbers say, on the scale from 1 to 5."""

_SCORE = re.compile(r"(\d{1,3})(?:\.0+)?\s*(?:分|points?)?", re.ASCII).fullmatch


def consent_words(means: Understanding) -> Words:
    """How a consent and its day are read; what is not known is no statement, and so erases none."""

    def day(text: str) -> str:
        found = means.past(text).day
        if found > means.today:
            raise BadValue(
                "the day of consent {text} is in the future; write the day it was with its year, like 2026-03-05",
                text=text,
            )
        return found.isoformat()

    return {
        "consent": lru_cache(maxsize=200)(terms.read_consent),
        "consent_on": lru_cache(maxsize=20_000)(day),
    }


def score_reader(name: str, least: int, most: int) -> Callable[[str], int]:
    """What reads a score of this field: `4`, `4.0`, `4分`; on the scale from 1 to 5 `满意` as well."""

    @lru_cache(maxsize=500)
    def read(text: str) -> int:
        match = _SCORE(text)
        score = int(match[1]) if match else -1
        if score < 0 and (least, most) == (1, 5):
            score = _SATISFIED.get(text.casefold(), -1)
        if not least <= score <= most:
            raise BadValue(
                "{field} {text!r} is no score; write a whole number from {least} to {most}",
                field=name,
                text=text,
                least=least,
                most=most,
            )
        return score

    return read


def amount(
    text: str, columns: Mapping[str, Any], money: Callable[[str, str], int], base: str
) -> int:
    """An amount in minor units of the currency that the row names, else of the base one.

    BadValue; for a record that may be known, by its external id, in a currency finer than the base one, it says to name that.
    """
    if "currency" in columns or "external_id" not in columns:
        return money(text, columns.get("currency", base))
    try:
        return money(text, base)
    except BadValue as refused:
        try:
            money(text, _FINEST)
        except BadValue:
            raise refused from None
    raise BadValue(
        "the amount {text} is finer than {currency} is; if it is in another currency, write that too",
        text=text,
        currency=base,
    )


def named_places(fields: Sequence[str | None]) -> list[tuple[int, str]]:
    """The columns that hold a field: each one's place and the field's name."""
    return [(place, name) for place, name in enumerate(fields) if name is not None]
