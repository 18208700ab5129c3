"""Birthdays as spreadsheets and phone books write them."""

from datetime import date, datetime

import pytest

from crmcli.errors import BadValue
from crmcli.exchange.person_rows import read_birthday
from crmcli.exchange.rows import Understanding
from crmcli.rules import terms
from crmcli.rules.dates import When, read_when
from crmcli.rules.workdays import Calendar

NOW = datetime(2026, 11, 20, 9)


def _unused(*_: object) -> None:
    raise AssertionError


def read(text: str) -> When:
    return read_when(text, NOW.date(), Calendar(), past=True)


MEANS = Understanding(
    now=NOW,
    when=read,
    past=read,
    local=_unused,  # type: ignore[arg-type]
    instant=_unused,  # type: ignore[arg-type]
    money=_unused,  # type: ignore[arg-type]
    currency="CNY",
    flag=_unused,  # type: ignore[arg-type]
    tiers=terms.tiers(["core"]),
    custom=_unused,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1980-05-20", "1980-05-20"),
        ("1980/5/20", "1980-05-20"),
        ("1980.5.20", "1980-05-20"),
        ("1980年5月20日", "1980-05-20"),
        ("１９８０年５月２０日", "1980-05-20"),
        ("1980 年 5 月 20 号", "1980-05-20"),
        ("19800520", "1980-05-20"),
        ("1980-05-20 00:00:00", "1980-05-20"),
        ("1980-05-20T00:00:00", "1980-05-20"),
        ("1980-05-20 0:00", "1980-05-20"),
        ("20 May 1980", "1980-05-20"),
        ("May 20, 1980", "1980-05-20"),
        ("5月20日", "05-20"),
        ("05-20", "05-20"),
        ("5-20", "05-20"),
        ("--05-20", "05-20"),
        ("--0520", "05-20"),
        ("May 20", "05-20"),
        ("20 Dec", "12-20"),
        ("02-29", "02-29"),
        ("2026-11-20", "2026-11-20"),
    ],
)
def test_what_is_read(text: str, day: str) -> None:
    assert read_birthday(text, MEANS) == day


@pytest.mark.parametrize(
    "text",
    ["1981-02-29", "02-30", "13-01", "5/20", "12.25", "80-05-20", "19801320", "1980", "yesterday", "Monday", "无", "2026-11-21"],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_birthday(text, MEANS)


def test_a_birthday_to_come_is_named() -> None:
    with pytest.raises(BadValue) as caught:
        read_birthday("2026/12/01", MEANS)
    assert str(caught.value) == "the birthday 2026/12/01 is in the future"
    assert date.fromisoformat(read_birthday("2026/11/20", MEANS)) == NOW.date()
