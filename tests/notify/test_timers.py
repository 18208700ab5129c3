"""What is written for cron, systemd and launchd, read back by their own tools and rules where there are such."""

import plistlib
import shutil
import subprocess
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from crmcli.errors import BadValue
from crmcli.notify.timers import cron, launchd, systemd, timetable
from crmcli.notify.timers.timetable import Job, Timetable
from tests.notify.parts import crontab

ODD = "/home/o'neil/my $(crm)/100% 数据/crm.db"


def job(when: Timetable, database: str = ODD) -> Job:
    """Reminders of one database."""
    arguments = ["/home/u/.local/bin/crm", "--db", database, "due", "--notify"]
    return Job(
        timetable.name_of(database), database, arguments, {"CRM_CONFIG": "/a b/c.toml"}, when
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("1-5", (0, 1, 2, 3, 4)),
        ("周一-周五", (0, 1, 2, 3, 4)),
        ("sat,sun", (5, 6)),
        ("fri-mon", (0, 4, 5, 6)),
        ("tu, thursday", (1, 3)),
        ("日", (6,)),
        ("星期天、三", (2, 6)),
        ("sun-sat", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_weekdays(text: str, days: tuple[int, ...]) -> None:
    assert tuple(timetable.read_weekdays(text)) == days


@pytest.mark.parametrize("text", ["", "m", "t", "s", "8", "0", "mon-", "-fri", "monfri", "lundi"])
def test_what_are_no_weekdays(text: str) -> None:
    with pytest.raises(BadValue, match="are no weekdays; write them like mon-fri"):
        timetable.read_weekdays(text)


def test_every_and_times() -> None:
    assert [timetable.read_every(text) for text in ("5m", "15", "30min", "1h", "60m")] == [
        5, 15, 30, 60, 60,
    ]  # fmt: skip
    for text in ("7m", "0", "2h", "", "x", "90m"):
        with pytest.raises(BadValue, match="does not divide an hour"):
            timetable.read_every(text)
    assert timetable.read_time(" 8：05 ") == time(8, 5)
    for text in ("24:00", "8", "8:60", "8:00:00", ""):
        with pytest.raises(BadValue, match="is no time of day"):
            timetable.read_time(text)


# --- cron ---


def lines(when: Timetable, database: str = "/d/crm.db") -> list[str]:
    """The lines of the crontab that run something."""
    text = cron.text(job(when, database))
    return [line for line in text.splitlines() if not line.startswith("#")]


def moments(when: Timetable) -> list[str]:
    """Their first five words."""
    return [" ".join(line.split()[:5]) for line in lines(when)]


def test_the_moments_of_cron() -> None:
    assert moments(Timetable()) == ["*/15 * * * *"]
    assert moments(Timetable(every=60, weekdays=(0, 6))) == ["0 * * * 1,0"]
    assert moments(Timetable([time(8, 30), time(14)], weekdays=(0, 1, 2, 3, 4))) == [
        "30 8 * * 1,2,3,4,5",
        "0 14 * * 1,2,3,4,5",
    ]


def test_what_cron_hands_to_the_shell_is_the_command(tmp_path: Path) -> None:
    """Cron ends the command at a bare %, and takes \\% for one; the rest goes to sh as it is."""
    program = tmp_path / "o'neil $(x) 100% crm"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$CRM_CONFIG" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    made = job(Timetable())._replace(arguments=[str(program), "--db", ODD, "due", "--notify"])
    (line,) = [one for one in cron.text(made).splitlines() if not one.startswith("#")]
    command = line.split(maxsplit=5)[5]
    assert "%" not in command.replace("\\%", "")
    done = subprocess.run(
        ["env", "-i", "/bin/sh", "-c", command.replace("\\%", "%")],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["/a b/c.toml", "--db", ODD, "due", "--notify"]


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `crontab` that keeps its table in a file, and says what Debian's says when there is none."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return crontab(tmp_path / "bin", tmp_path / "table")


OTHERS = [
    b"",
    b"MAILTO=me\n# mine\n0 5 * * 1 tar -zcf /var/backups/home.tgz /home/\n",
    b"0 5 * * 1 no newline at the end",
    "# 中文\n*/5 * * * * true\r\n\n\n".encode(),
    b"# \xff\xfe not UTF-8\n",
    b"# >>> crm-00000000: reminders of crm for /else; keep\n1 2 3 4 5 crm\n# <<< crm-00000000\n",
]


@pytest.mark.parametrize("others", OTHERS)
def test_the_lines_of_others_stay_as_they_are(spool: Path, others: bytes) -> None:
    if others:
        spool.write_bytes(others)
    mine = job(Timetable(every=5))
    assert cron.installed(mine.name) is None
    cron.install(mine)
    whole = others if not others or others.endswith(b"\n") else others + b"\n"
    assert spool.read_bytes() == whole + cron.text(mine).encode()
    later = job(Timetable([time(9)]))
    cron.install(later)  # in the place of the earlier one
    assert spool.read_bytes() == whole + cron.text(later).encode()
    assert cron.installed(mine.name) == cron.text(later)
    another = job(Timetable(), "/other.db")
    cron.install(another)
    assert cron.remove(mine.name)
    assert spool.read_bytes() == whole + cron.text(another).encode()
    assert not cron.remove(mine.name)
    assert cron.remove(another.name)
    assert spool.read_bytes() == whole


def test_a_block_whose_end_was_lost_takes_nothing_else_with_it(spool: Path) -> None:
    mine = job(Timetable())
    begin = cron.text(mine).splitlines()[0]
    spool.write_bytes(f"{begin}\n0 5 * * 1 true\n".encode())
    for _ in range(2):
        cron.install(mine)
        assert spool.read_bytes() == f"{begin}\n0 5 * * 1 true\n{cron.text(mine)}".encode()
    assert cron.remove(mine.name)
    assert spool.read_bytes() == f"{begin}\n0 5 * * 1 true\n".encode()


# --- systemd ---


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd's own reader is not here"
)
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Timetable(), timedelta(minutes=15)),
        (Timetable(every=60), timedelta(hours=1)),
        (Timetable([time(8, 30)]), timedelta(days=1)),
    ],
)
def test_the_moments_are_those_that_systemd_reads(when: Timetable, expected: timedelta) -> None:
    text = systemd.text(job(when))
    (moment,) = [line.removeprefix("OnCalendar=") for line in text.splitlines() if line.startswith("OnCalendar=")]  # fmt: skip
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=2", "--base-time=2026-11-20 00:00:01", moment],
        capture_output=True, check=True, text=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    found = [
        datetime.strptime(line.split(": ", 1)[1].split(" UTC")[0], "%a %Y-%m-%d %H:%M:%S")
        for line in done.stdout.splitlines()
        if line.strip().startswith(("Next elapse", "Iter. #2", "Iteration #2"))
    ]
    assert found[1] - found[0] == expected


def test_the_units_of_systemd() -> None:
    text = systemd.text(job(Timetable([time(8, 30)], weekdays=(0, 4))))
    assert "OnCalendar=Mon,Fri *-*-* 08:30:00" in text
    # % begins a specifier and $ a variable there.
    assert (
        'ExecStart="/home/u/.local/bin/crm" "--db" "/home/o\'neil/my $$(crm)/100%% 数据/crm.db" "due" "--notify"'
        in text
    )
    assert 'Environment="CRM_CONFIG=/a b/c.toml"' in text


# --- launchd ---


def test_the_list_of_launchd() -> None:
    when = Timetable([time(8, 30), time(14)], weekdays=(0, 6))
    path, _, content = launchd.text(job(when)).partition("\n")
    assert path.endswith("/Library/LaunchAgents/crm-terminal." + timetable.name_of(ODD) + ".plist")
    assert plistlib.loads(content.encode()) == {
        "Label": "crm-terminal." + timetable.name_of(ODD),
        "ProgramArguments": ["/home/u/.local/bin/crm", "--db", ODD, "due", "--notify"],
        "EnvironmentVariables": {"CRM_CONFIG": "/a b/c.toml"},
        "StartCalendarInterval": [
            {"Weekday": day, "Hour": hour, "Minute": minute}
            for day in (1, 0)
            for hour, minute in ((8, 30), (14, 0))
        ],
        "ProcessType": "Background",
    }


def test_every_quarter_of_an_hour_of_launchd() -> None:
    content = launchd.text(job(Timetable())).partition("\n")[2]
    moments = plistlib.loads(content.encode())["StartCalendarInterval"]
    assert moments == [{"Minute": 0}, {"Minute": 15}, {"Minute": 30}, {"Minute": 45}]
