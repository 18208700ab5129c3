"""`crm schedule` through the real program: the line that it writes is the one that cron runs, from nothing."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.program import refused_here
from tests.notify.parts import crontab
from tests.support import crm, run_in_process, run_process

BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `crontab` that keeps its table in a file."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return crontab(tmp_path / "bin", tmp_path / "table")


def as_cron(table: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the one line of the crontab as cron does: by sh, with next to nothing in its environment."""
    (line,) = [one for one in table.read_text("utf-8").splitlines() if one and one[0] not in "#M"]
    command = line.split(maxsplit=5)[5].replace("\\%", "%")
    return subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        env=dict(environment),
        check=False,
    )


def test_the_installed_line_runs_from_nothing_and_says_what_is_due_once(
    place: Path, table: Path
) -> None:
    table.write_text("MAILTO=me\n", encoding="utf-8")
    crm("add-customer 华东精工")
    crm("add-task c1 'send the quote' --due today")
    crm(f"config set notify.file {place / 'said'}")
    crm("config set notify.channels file")
    ran = run_process("schedule install --with cron --every 5m")
    assert (ran.code, ran.out) == (0, "")
    assert (
        ran.err.splitlines()[-1] == "Reminders are sent by cron from now on; try: crm notify-test"
    )
    assert "*/5 * * * * CRM_CONFIG=" in table.read_text("utf-8")
    # The clock is the one thing that cron does not give here.
    cron = {**BARE, "CRM_NOW": "2026-11-20T09:00", "PYTHONPATH": ":".join(sys.path)}
    for _ in range(2):
        done = as_cron(table, cron)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (place / "said").read_text("utf-8").splitlines()[1:] == [
        "  Fri 20 Nov  华东精工 – send the quote (t1)",
        "  Fri 20 Nov  华东精工 – never contacted, added 2026-11-20 (c1:touch)",
    ]
    crm("schedule remove")
    assert table.read_text("utf-8") == "MAILTO=me\n"


def test_what_is_installed_is_shown_first_and_can_be_asked_for(place: Path, table: Path) -> None:
    shown = crm("schedule install --with cron --at 8:30 --weekdays mon-fri --dry-run")
    assert not table.exists()
    line = shown.err.splitlines()[1]
    assert line.startswith("30 8 * * 1,2,3,4,5 ")
    assert shlex.split(line)[7:] == [
        sys.executable, "-m", "crmcli", "--db", str(place / "crm.db"), "due", "--notify",
    ]  # fmt: skip
    assert crm("schedule show").err == f"Nothing is scheduled for {place / 'crm.db'}; begin with: crm schedule install\n"  # fmt: skip
    made = json.loads(crm("schedule install --with cron --at 8:30 --weekdays mon-fri --json").out)
    assert made["schema"] == "crm.schedule/1"
    assert made["item"]["installed"] is True
    assert made["item"]["timers"] == [{"with": "cron", "text": table.read_text("utf-8")}]
    assert crm("schedule show").out == table.read_text("utf-8")
    assert crm("schedule show --json").json == made
    crm("schedule remove --dry-run")
    assert table.read_text("utf-8") == made["item"]["timers"][0]["text"]
    assert crm("schedule remove").err == "Removed from cron.\n"
    assert table.read_text("utf-8") == ""


def test_a_calendar_is_renewed_along_with_it(place: Path, table: Path) -> None:
    crm(f"schedule install --with cron --ics {place / 'due.ics'}")
    crm("add-customer Acme")
    crm("add-task c1 call --due +3d")
    cron = {**BARE, "CRM_NOW": "2026-11-20T09:00", "PYTHONPATH": ":".join(sys.path)}
    as_cron(table, cron)
    assert (place / "due.ics").read_text("utf-8").count("BEGIN:VEVENT") == 2


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("schedule begin", 2, "'begin' is unknown; write install, show or remove"),
        ("schedule install --at 25:00", 2, "--at '25:00' is no time of day; write it like 08:30"),
        ("schedule install --every 7m", 2, "--every '7m' does not divide an hour; choose one of 5m, 10m, 15m, 20m, 30m, 60m"),
        ("schedule install --every 5m --at 8:00", 2, "--at and --every exclude each other; choose one"),
        ("schedule install --weekdays never", 2, "--weekdays 'never' are no weekdays; write them like mon-fri or mon,wed"),
        ("schedule install --with at", 2, "--with 'at' is unknown; choose one of launchd, cron, systemd"),
        ("schedule show --at 8:00", 2, "--at, --every, --weekdays and --ics belong to install; leave them out"),
        ("schedule remove", 3, "nothing is scheduled for {db}"),
        ("schedule install --with launchd", 1, "this machine has no launchd; leave --with out to see what it has"),
    ],
)  # fmt: skip
def test_what_is_refused(place: Path, table: Path, command: str, code: int, sentence: str) -> None:
    refused_here(command, code, sentence.format(db=place / "crm.db"))
    assert not table.exists()


def test_a_name_with_a_line_break_would_begin_a_line_of_its_own(place: Path, table: Path) -> None:
    for asked in ("--ics", "--db"):
        name = f"{place}/a\n* * * * * b"
        refused_here(["schedule", "install", "--with", "cron", asked, name], 2, f"{name!r} has control characters in it, which no timer can take; rename it")  # fmt: skip
    assert not table.exists()


def test_cron_is_told_where_the_key_is(
    place: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_CRYPT_KEY_FILE", str(place / "stick" / "crm.key"))
    crm("add-customer Acme")
    crm("encrypt")
    crm("schedule install --with cron")
    done = as_cron(table, {**BARE, "CRM_NOW": "2026-11-20T09:00", "PYTHONPATH": ":".join(sys.path), "CRM_NOTIFY_CHANNELS": "file", "CRM_NOTIFY_FILE": str(place / "said")})  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "(c1:touch)" in (place / "said").read_text("utf-8")


def test_where_there_is_nothing_to_run_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    refused_here("schedule install", 1, "this machine has neither cron nor systemd nor launchd; have something else run: crm due --notify")  # fmt: skip


def test_a_crontab_that_refuses_changes_nothing(table: Path, tmp_path: Path) -> None:
    table.write_text("0 5 * * 1 true\n")
    program = tmp_path / "bin" / "crontab"
    program.write_text(program.read_text().replace("-) cat", "-) echo 'no leave' >&2; exit 1; cat"))
    ran = run_in_process("schedule install --with cron --json")
    assert (ran.code, ran.out) == (1, "")
    sentence = "the crontab was not taken (no leave); nothing was changed"
    assert json.loads(ran.err)["error"] == {"code": 1, "kind": "failed", "message": sentence}
    assert table.read_text() == "0 5 * * 1 true\n"
