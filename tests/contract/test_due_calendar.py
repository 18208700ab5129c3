"""`crm due --ics`: a calendar that khal imports, and imports again without doubling: what moved moves, what is settled goes."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.contract.program import refused_here
from tests.support import crm

At = Callable[[str], None]


@pytest.fixture
def ics(place: Path) -> Path:
    """Three things that are due: a task at a time, one of a day, and a touch."""
    crm("add-customer 华东精工 --person 张伟 --title 采购经理")
    crm("add-task c1 'call 张伟 at 13812345678' --due 'mon 15:00'")
    crm("add-task c1 'send the quote' --due today")
    return place / "due.ics"


def entries(path: Path) -> dict[str, Any]:
    """The entries by what their UIDs begin with."""
    calendar = Calendar.from_ical(path.read_bytes())
    found = {str(one["uid"]): one for one in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    return {uid.rpartition("-")[0]: one for uid, one in found.items()}


def test_what_is_due_with_its_times_in_utc_and_an_alarm(ics: Path) -> None:
    said = crm(f"due --days 7 --ics {ics}")
    assert (said.out, said.err) == ("", f"3 entries in {ics}.\n")
    found = entries(ics)
    assert {name: one["dtstart"].dt for name, one in found.items()} == {
        "t1-task": datetime(2026, 11, 23, 7, tzinfo=UTC),
        "t2-task": date(2026, 11, 20),
        "c1-touch": date(2026, 11, 20),
    }
    assert str(found["t1-task"]["summary"]) == "call [张*] at 138****5678 – 华东精工"
    alarms = {name: one.walk("VALARM")[0]["trigger"].dt for name, one in found.items()}
    assert alarms == {
        "t1-task": timedelta(hours=-2),
        "t2-task": timedelta(hours=9),
        "c1-touch": timedelta(hours=9),
    }
    assert str(found["t2-task"]["description"]).endswith("\ncrm done t2")
    assert ics.stat().st_mode & 0o777 == 0o600


def test_without_days_it_holds_what_due_lists(ics: Path) -> None:
    crm(f"due --ics {ics}")
    assert set(entries(ics)) == {"t2-task", "c1-touch"}
    crm(f"due --kind task --days 7 --ics {ics}")
    found = entries(ics)
    assert {name for name, one in found.items() if "status" not in one} == {"t1-task", "t2-task"}


def test_what_moved_moves_and_what_is_settled_is_cancelled(ics: Path, at: At) -> None:
    crm(f"due --days 7 --ics {ics}")
    whole = ics.read_bytes()
    before = entries(ics)
    crm(f"due --days 7 --ics {ics}")
    assert ics.read_bytes() == whole
    crm("snooze t1 wed")
    crm("done t2")
    at("2026-11-20T11:00")
    crm(f"due --days 7 --ics {ics}")
    after = entries(ics)
    assert {name: str(one["uid"]) for name, one in after.items()} == {
        name: str(one["uid"]) for name, one in before.items()
    }
    assert {name: (one.get("sequence", 0), str(one.get("status", ""))) for name, one in after.items()} == {
        "t1-task": (1, ""),
        "t2-task": (1, "CANCELLED"),
        "c1-touch": (0, ""),
    }  # fmt: skip
    assert after["t1-task"]["dtstart"].dt == date(2026, 11, 25)


def test_what_was_cancelled_comes_back_with_a_higher_number(ics: Path) -> None:
    crm(f"due --days 7 --ics {ics}")
    crm("done t2")
    crm(f"due --days 7 --ics {ics}")
    crm("undo")
    crm(f"due --days 7 --ics {ics}")
    again = entries(ics)["t2-task"]
    assert (again["sequence"], "status" in again) == (2, False)


def test_two_months_later_what_was_cancelled_is_forgotten(ics: Path, at: At) -> None:
    crm(f"due --ics {ics}")
    crm("done t2")
    for moment, is_there in (("2027-01-19T09:00", True), ("2027-01-20T09:00", False)):
        at(moment)
        crm(f"due --ics {ics}")
        assert ("t2-task" in entries(ics)) == is_there, moment


def test_of_people_only_initials_leave_unless_revealed(place: Path) -> None:
    crm("add-customer 李雷 --kind person --phone 13812345678")
    crm("key-date c1 birthday 1990-11-21")
    crm(f"due --days 7 --ics {place / 'one.ics'}")
    masked = (place / "one.ics").read_text("utf-8")
    assert "李*" in masked
    assert "李雷" not in masked
    crm(f"due --days 7 --reveal --ics {place / 'two.ics'}")
    assert "李雷" in (place / "two.ics").read_text("utf-8")


def test_the_calendar_is_kept_fresh_by_what_sends_reminders(ics: Path, place: Path) -> None:
    crm("config set notify.channels file")
    crm(f"config set notify.file {place / 'said'}")
    said = crm(f"due --notify --days 30 --ics {ics}")
    assert (said.out, said.err) == ("", "")
    assert set(entries(ics)) == {"t1-task", "t2-task", "c1-touch"}
    assert "call" not in (place / "said").read_text("utf-8")  # of Monday, which it is not
    for ref in ("t1", "t2"):
        crm(f"done {ref}")
    crm("log-contact c1 hello")
    crm(f"due --notify --ics {ics}")
    assert {str(one.get("status", "")) for one in entries(ics).values()} == {"CANCELLED"}


def test_where_nothing_may_be_written(place: Path, ics: Path) -> None:
    (place / "mine.ics").write_text("BEGIN:VCALENDAR\nPRODID:-//else//EN\nEND:VCALENDAR\n")
    refused_here(f"due --ics {place / 'mine.ics'}", 4, f"{place / 'mine.ics'} is there already and is no earlier export; name another file with --ics")  # fmt: skip
    refused_here(f"due --ics {place / 'crm.db'}", 4, f"{place / 'crm.db'} is in use by crm; name another file with --ics")  # fmt: skip
    (place / "crm.db-notify").touch()
    refused_here(f"due --ics {place / 'crm.db-notify'}", 4, f"{place / 'crm.db-notify'} is in use by crm; name another file with --ics")  # fmt: skip
    refused_here(f"due --ics {place}", 2, f"{place} is a folder; name a file in it")
    refused_here("due --ics -", 2, "--ics takes a file, not -; name one")


def test_a_calendar_changed_by_hand_is_mended(ics: Path) -> None:
    """An entry that cannot be understood any more is as if it had never been written."""
    crm(f"due --days 7 --ics {ics}")
    whole = ics.read_bytes()
    for line, other in ((b"DTSTART;VALUE=DATE:20261120", b"DTSTART:soon"), (b"TRANSP:TRANSPARENT", b"SEQUENCE:many")):  # fmt: skip
        ics.write_bytes(whole.replace(line, other))
        crm(f"due --days 7 --ics {ics}")
        assert ics.read_bytes() == whole


def test_what_a_calendar_cannot_hold_does_not_make_it_new_each_time(place: Path) -> None:
    crm(["add-customer", "A\x1b[31mcme\x07"])
    crm(["add-task", "c1", "ring\x01\x85\u2028back", "--due", "today"])
    crm(f"due --ics {place / 'due.ics'}")
    first = (place / "due.ics").read_bytes()
    crm(f"due --ics {place / 'due.ics'}", CRM_NOW="2026-11-20T10:00")
    assert (place / "due.ics").read_bytes() == first


# --- in a calendar program ---


@pytest.fixture
def khal(tmp_path: Path) -> Callable[..., str]:
    """khal with one calendar of its own."""
    (tmp_path / "calendar").mkdir()
    config = tmp_path / "khal.conf"
    config.write_text(
        f"[calendars]\n[[mine]]\npath = {tmp_path / 'calendar'}\n"
        f"[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\nlocal_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n"
        "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    )

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "khal", "-c", str(config), *arguments],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


LISTED = ("list", "--format", "{start-date} {start-time} {title}", "--day-format", "", "2026-11-20", "10d")  # fmt: skip


def listed(khal: Callable[..., str]) -> list[str]:
    """What khal has, a line each."""
    return sorted(" ".join(line.split()) for line in khal(*LISTED).splitlines() if line.strip())


def test_khal_has_the_right_days_and_takes_what_changed(
    ics: Path, khal: Callable[..., str]
) -> None:
    crm(f"due --days 7 --ics {ics}")
    for _ in range(2):  # a second time changes nothing
        khal("import", "--batch", str(ics))
        assert listed(khal) == [
            "2026-11-20 never contacted, added 2026-11-20 – 华东精工",
            "2026-11-20 send the quote – 华东精工",
            "2026-11-23 15:00 call [张*] at 138****5678 – 华东精工",
        ]
    crm("snooze t1 wed")
    crm("done t2")
    crm(f"due --days 7 --ics {ics}")
    khal("import", "--batch", str(ics))
    assert listed(khal) == [
        "2026-11-20 never contacted, added 2026-11-20 – 华东精工",
        "2026-11-20 send the quote – 华东精工",
        "2026-11-25 call [张*] at 138****5678 – 华东精工",
    ]
    assert "STATUS:CANCELLED" in "".join(
        path.read_text("utf-8") for path in (ics.parent / "calendar").iterdir()
    )
