"""`crm calendar`: the working days shown, and taken from a file (HANDBOOK §8)."""

import json
from pathlib import Path

import pytest

from tests.contract.program import refused
from tests.support import crm, run_at_screen, run_in_process

SPRING_2027 = "日期,类型\n2027-02-05..2027-02-17,春节 休\n2027-01-30,班\n2027-02-20,补班\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def worked(year: int) -> dict[str, bool]:
    item = json.loads(crm(f"calendar --year {year} --json").out)["item"]
    return {one["date"]: one["working"] for one in item["days"]}


def test_the_year_as_announced() -> None:
    crm("config set calendar.country CN")
    assert crm("calendar --year 2026").out.splitlines()[:4] == [
        "DAYS                    WORKED?  N  FROM",
        "2026-01-01..2026-01-03  off      3  public holidays",
        "2026-01-04              working  1  public holidays",
        "2026-02-14              working  1  public holidays",
    ]
    item = json.loads(crm("calendar --json").out)["item"]
    assert {**item, "days": len(item["days"])} == {
        "year": 2026, "country": "CN", "hours": "09:00-12:00,13:00-18:00", "estimated": False, "days": 25,
    }  # fmt: skip


def test_no_country() -> None:
    crm("config set calendar.country none")
    ran = run_in_process("calendar")
    assert (ran.out, ran.err) == ("", "2026: Monday to Friday are worked, and no day differs.\n")


def test_what_a_file_says_holds_moves_dates_and_can_be_undone() -> None:
    crm("config set calendar.country CN")
    crm("config set calendar.days_off '2027-02-20, 2027-03-01'")
    Path("days.csv").write_text(SPRING_2027, encoding="gb18030")
    crm("add-customer Acme --stage customer")
    crm("log-contact c1 called --next 'call again' --on 2027-02-08")
    before = run_in_process("calendar --year 2027")
    assert before.err == (
        "The holidays of 2027 are not announced yet; once they are: crm calendar import FILE\n"
    )
    rehearsed = run_in_process("calendar import days.csv --dry-run")
    assert (rehearsed.code, rehearsed.out) == (0, "")
    assert rehearsed.err.startswith(
        "Nothing was changed; without --dry-run: days off taken: 13, working days: 2; due dates moved: "
    )
    assert run_in_process("calendar --year 2027") == before
    assert run_in_process("calendar import days.csv").code == 0
    assert worked(2027) == {
        "2027-01-30": True,
        **{f"2027-02-{day:02}": False for day in (5, 8, 9, 10, 11, 12, 15, 16, 17)},
        "2027-02-20": True,
        "2027-03-01": False,
        **dict.fromkeys(("2027-01-01", "2027-10-01"), False),  # of every year
    }
    assert crm("config get calendar.days_off").out == "2027-02-05..2027-02-17, 2027-03-01\n"
    assert crm("config get calendar.working_days").out == "2027-01-30, 2027-02-20\n"
    crm("undo")
    assert run_in_process("calendar --year 2027") == before
    assert crm("config get calendar.days_off").out == "2027-02-20, 2027-03-01\n"


def test_a_whole_announcement_is_no_estimate_any_more() -> None:
    crm("config set calendar.country CN")
    rows = "2027-01-01,休\n2027-02-05..2027-02-12,休\n2027-02-20,班\n2027-05-01..2027-05-05,休\n"
    for october, estimated in (("", True), ("2027-10-01..2027-10-07,休\n", False)):
        crm("calendar import -", rows + october)
        assert json.loads(crm("calendar --year 2027 --json").out)["item"]["estimated"] is estimated
        assert json.loads(crm("calendar --year 2028 --json").out)["item"]["estimated"] is True
    assert worked(2027)["2027-02-20"]
    assert "2027-10-07" in worked(2027)


def test_a_customer_s_date_moves_behind_the_holiday() -> None:
    crm("config set calendar.country CN")
    crm("add-customer Acme --stage customer --tier core --since 2026-01-01")
    crm("log-contact c1 called --at 2026-11-20")
    assert json.loads(crm("show c1 --json").out)["item"]["next_touch_on"] == "2026-12-21"
    Path("days.txt").write_text("2026-12-21..2026-12-23 off\n", encoding="utf-8")
    crm("calendar import days.txt")
    assert json.loads(crm("show c1 --json").out)["item"]["next_touch_on"] == "2026-12-24"
    crm("undo")
    assert json.loads(crm("show c1 --json").out)["item"]["next_touch_on"] == "2026-12-21"


def test_refusals() -> None:
    crm("add-customer Acme")
    refused("calendar nonsense", 2, "calendar 'nonsense' is unknown; write crm calendar, crm calendar --year 2027, or crm calendar import FILE")  # fmt: skip
    refused("calendar 1492", 2, "calendar '1492' is unknown; write crm calendar, crm calendar --year 2027, or crm calendar import FILE")  # fmt: skip
    refused("calendar import", 2, "which file? crm calendar import FILE")
    refused("calendar import no.ics", 3, "there is no file no.ics")
    refused("calendar show --dry-run", 2, "only an import takes a file, --dry-run or --reason; leave them out, or write crm calendar import FILE")  # fmt: skip
    Path("bad.csv").write_text("2026-12-24\nnever\n", encoding="utf-8")
    refused("calendar import bad.csv", 2, "line 2 of bad.csv has no day in 'never'; write it like 2026-12-24 off")  # fmt: skip


def test_a_holiday_is_one_row_with_its_weekends_all_of_its_days_counted() -> None:
    crm("config set calendar.country CN")
    rows = [line.split()[:3] for line in crm("calendar 2026").lines[1:]]
    assert [(row[0], row[2]) for row in rows if row[1] == "off"] == [  # as the State Council announced them
        ("2026-01-01..2026-01-03", "3"), ("2026-02-15..2026-02-23", "9"), ("2026-04-04..2026-04-06", "3"),
        ("2026-05-01..2026-05-05", "5"), ("2026-06-19..2026-06-21", "3"), ("2026-09-25..2026-09-27", "3"),
        ("2026-10-01..2026-10-07", "7"),
    ]  # fmt: skip


def test_what_was_imported_is_named_and_counted_as_it_is_shown() -> None:
    crm("config set calendar.country none")
    Path("days.csv").write_text(SPRING_2027, encoding="gb18030")
    code, shown = run_at_screen("calendar import days.csv")
    told = " ".join(shown.split())
    assert (code, told) == (
        0,
        "days off taken: 13, working days: 2; due dates moved: 0; crm calendar --year 2027 shows them",
    )
    assert crm("calendar 2027").lines == [
        "DAYS                    WORKED?   N  FROM",
        "2027-01-30              working   1  own",
        "2027-02-05..2027-02-17  off      13  own",
        "2027-02-20              working   1  own",
    ]
    assert crm("calendar 2027年").out == crm("calendar --year 2027").out


@pytest.mark.parametrize(
    ("language", "days"), [("zh", "1月1日 周四 至 1月3日 周六"), ("en", "Thu 1 Jan to Sat 3 Jan")]
)
def test_on_a_terminal_days_are_in_words(language: str, days: str) -> None:
    crm("config set calendar.country CN")
    _code, shown = run_at_screen(f"--lang {language} calendar")
    assert days in shown
    assert "CN" not in shown
