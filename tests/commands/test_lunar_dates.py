"""Key dates by the Chinese calendar at the command line: kept, listed, shown, written to calendars, and who left (HANDBOOK §9)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused
from tests.support import crm, run_process

At = Callable[[str], None]
MID_AUTUMN = {
    2025: "2025-10-06", 2026: "2026-09-25", 2027: "2027-09-15", 2028: "2028-10-03", 2029: "2029-09-22", 2030: "2030-09-12",
    2031: "2031-10-01", 2032: "2032-09-19", 2033: "2033-09-08", 2034: "2034-09-27", 2035: "2035-09-16",
}  # fmt: skip
"""As the Hong Kong Observatory publishes it; a month is doubled in 2025, 2028, 2031 and 2033."""


@pytest.fixture(autouse=True)
def customers(at: At) -> None:
    at("2025-01-10T09:00")
    crm("add-customer Acme --stage customer --since 2020-01-01 --person 张伟 --title 经理")


def key_date(ref: str = "y1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def listed() -> list[tuple[str, str, str]]:
    items = crm("due --json --kind key-date").json["items"]
    return [(item["ref"], item["due_at"], item["title"]) for item in items]


@pytest.mark.parametrize("written", ["lunar:8-15", "lunar 8-15", "农历八月十五", "农历8月15日", "阴历 8-15"])  # fmt: skip
def test_it_is_written_in_either_language_and_kept_one_way(written: str) -> None:
    crm(["key-date", "h1", "birthday", written])
    item = key_date()
    assert (item["day"], item["next_on"], item["person"]["name"]) == (
        "lunar:8-15",
        "2025-10-06",
        "张伟",
    )


def test_over_eleven_years_it_is_due_where_the_festival_is_published(at: At) -> None:
    crm("key-date h1 birthday lunar:8-15")
    for day in MID_AUTUMN.values():
        at(f"{day}T09:00")
        assert listed() == [("y1", day, "birthday of 张伟 (lunar 8-15)")]
        crm("done y1")
        assert listed() == []
    assert key_date()["next_on"] == "2036-10-04"


def test_it_is_listed_a_week_ahead(at: At) -> None:
    crm("key-date h1 birthday lunar:8-15")
    at("2025-09-28T09:00")
    assert listed() == []
    at("2025-09-29T09:00")
    assert listed() == [("y1", "2025-10-06", "birthday of 张伟 (lunar 8-15)")]
    assert crm("due --why y1").out == "birthday of 张伟 (lunar 8-15); due Mon 6 Oct; in 7 days\n"


def test_the_thirtieth_falls_on_the_last_day_of_a_short_month() -> None:
    crm("key-date c1 anniversary 农历腊月三十")
    item = key_date()
    assert (item["day"], item["next_on"]) == (
        "lunar:12-30",
        "2025-01-28",
    )  # of 2024, which has no 30th
    crm("done y1")
    assert key_date()["next_on"] == "2026-02-16"


def test_of_a_doubled_month_the_ordinary_one_counts(at: At) -> None:
    crm("key-date h1 birthday 农历闰六月十五")
    item = key_date()
    assert (item["day"], item["next_on"]) == ("lunar:6-15", "2025-07-09")
    at("2025-07-01T09:00")
    crm("done y1")
    assert key_date()["next_on"] == "2026-07-28"


def test_it_is_shown_in_the_language_of_the_reader(at: At) -> None:
    crm("key-date h1 birthday lunar:8-15")
    assert "  y1  lunar 8-15  birthday  张伟  next 2025-10-06" in crm("show c1").lines
    assert "  y1  农历八月十五  生日  张伟  下次 2025-10-06" in crm("show c1 --lang zh").lines
    assert "农历八月十五" in crm("show y1 --lang zh").out
    assert "insert: birthday lunar 8-15" in crm("history y1").out
    crm("edit y1 --set day=农历九月初九")
    assert "lunar 8-15 → lunar 9-9" in crm("history y1").out
    assert "农历八月十五 → 农历九月初九" in crm("history y1 --lang zh").out
    at("2025-10-25T09:00")
    assert "农历九月初九" in crm("due --lang zh --kind key-date").out
    assert listed() == [("y1", "2025-10-29", "birthday of 张伟 (lunar 9-9)")]


def test_undo_takes_the_day_back_with_its_dates() -> None:
    crm("key-date h1 birthday 05-20")
    crm("edit y1 --set day=lunar:8-15")
    assert key_date()["next_on"] == "2025-10-06"
    crm("undo")
    assert (key_date()["day"], key_date()["next_on"]) == ("05-20", "2025-05-20")


def test_a_calendar_has_its_days_of_ten_years_each_by_itself() -> None:
    crm("key-date h1 birthday lunar:8-15")
    crm("key-date c1 anniversary lunar:12-1")
    text = crm("export people --format ics --reveal").out.replace("\r\n ", "").replace("\r\n", "\n")
    days = [line.partition(":")[2] for line in text.splitlines() if line.startswith("DTSTART")]
    assert days == [day.replace("-", "") for year, day in MID_AUTUMN.items() if year < 2035]
    assert "RRULE" not in text
    assert text.count("SUMMARY:birthday of 张伟 (lunar 8-15) – Acme") == 10
    whole = crm("export customers --format ics").out
    uids = [line for line in whole.splitlines() if line.startswith("UID:y2")]
    # Of the lunar year 2024 it is on 31 December 2024, so that the first of these is that of 2025, on 19 January 2026.
    assert len(uids) == len(set(uids)) == 9


def test_cards_carry_it_and_calendars_of_who_left_have_no_birthday(place: Path) -> None:
    crm("key-date h1 birthday lunar:8-15")
    cards = crm("export people --format vcf --reveal").out
    assert "X-LUNAR-BIRTHDAY:lunar:8-15" in cards
    (place / "all.vcf").write_text(
        cards.replace("张伟", "李雷").replace("张;伟", "李;雷").replace("urn:crm:h1", "x9")
    )
    crm(["import", str(place / "all.vcf"), "--as", "people"])
    assert (key_date("y2")["day"], key_date("y2")["person"]["name"]) == ("lunar:8-15", "李雷")
    crm("delete h2")
    crm("edit h1 --set left_on=2025-09-30")
    assert "SUMMARY:birthday" not in crm("export people --format ics").out


def test_lists_of_people_bring_it(place: Path) -> None:
    (place / "people.csv").write_text(
        "客户名称,姓名,生日\nAcme,李雷,农历八月十五\nAcme,韩梅,lunar:1-1\n"
    )
    crm("import people.csv --as people".replace("people.csv", str(place / "people.csv")))
    days = {one["person"]["name"]: one["day"] for one in crm("show c1 --json").json["item"]["key_dates"]}  # fmt: skip
    assert days == {"李雷": "lunar:8-15", "韩梅": "lunar:1-1"}
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:王五\nORG:Acme\nBDAY;VALUE=text:lunar:5-5\nEND:VCARD\n"
    (place / "w.vcf").write_text(card)
    crm(["import", str(place / "w.vcf"), "--as", "people"])
    assert key_date("y3")["day"] == "lunar:5-5"


@pytest.mark.parametrize("left_on", ["2025-09-30", "2024-12-31"])
def test_who_left_keeps_no_days(at: At, left_on: str) -> None:
    crm("key-date h1 birthday 10-06")
    crm("key-date h1 体检 10-06")
    crm("key-date c1 体检 10-06")
    at("2025-10-06T09:00")
    assert [ref for ref, *_ in listed()] == ["y1", "y2", "y3"]
    crm(f"edit h1 --set left_on={left_on}")
    assert [ref for ref, *_ in listed()] == ["y3"]
    for ref in ("y1", "y2"):
        assert crm(f"due --why {ref}").out.startswith("张伟 left on ")
    assert "体检" not in crm("export people --format ics").out
    crm("undo")
    assert [ref for ref, *_ in listed()] == ["y1", "y2", "y3"]
    crm(f"edit h1 --set left_on={left_on}")
    crm("edit h1 --set left_on=")
    assert [ref for ref, *_ in listed()] == ["y1", "y2", "y3"]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2025-02-01", "2025-02-28"), ("2026-02-01", "2026-02-28"), ("2027-02-01", "2027-02-28"), ("2028-02-01", "2028-02-29"),
        ("2029-02-01", "2029-02-28"), ("2100-02-01", "2100-02-28"),
    ],
)  # fmt: skip
def test_who_is_born_on_29_february_celebrates_each_year(at: At, now: str, day: str) -> None:
    at(f"{now}T09:00")
    crm("key-date h1 birthday 1996-02-29")
    at(f"{day}T09:00")
    assert listed() == [("y1", day, f"birthday of 张伟, {int(day[:4]) - 1996}")]
    crm("done y1")
    assert listed() == []


def test_the_library_is_asked_only_for_such_a_day() -> None:
    """Everyday commands do without it: what is kept is the day in the common calendar."""
    program = "import sys; from crmcli import app\ntry: app.run(sys.argv[1:])\nfinally: sys.stderr.write(str('lunar_python' in sys.modules))"
    crm("key-date h1 birthday lunar:8-15")

    def asks(*command: str) -> bool:
        import subprocess
        import sys

        done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)  # fmt: skip
        return done.stderr.endswith("True")

    assert asks("key-date", "h1", "birthday", "lunar:1-1")
    for command in (("due",), ("show", "c1"), ("find", "张伟"), ("log-contact", "c1", "hello"), ("add-task", "c1", "x"), ("key-date", "c1", "体检", "05-20")):  # fmt: skip
        assert not asks(*command), command


@pytest.mark.parametrize("written", ["lunar:13-1", "lunar:8-31", "lunar:1980-8-15", "农历八月", "lunar:"])  # fmt: skip
def test_what_is_no_such_day_is_refused_and_nothing_written(written: str) -> None:
    sentence = f"{written!r} is no day of a lunar year; write it like lunar:8-15 or 农历八月十五, without a year"
    refused(["key-date", "h1", "birthday", written], 2, sentence)
    ran = run_process(["key-date", "h1", "birthday", written])
    assert (ran.code, ran.out, ran.err) == (2, "", f"crm: {sentence}\n")
