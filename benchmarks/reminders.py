"""What cron runs all day: reminders with nothing to say, with much to say, and with all of it said."""

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks import basics, build, programs
from benchmarks.measure import Process, run
from benchmarks.table import Measured, Report, asks_for
from crmcli.rules.terms import ROUNDS, round_column

DUE = 300
NOTHING_BUDGET, MUCH_BUDGET = 1.25, 2.0
_IMPORTS = "import typer, sqlite3"
_LISTED = {
    "customer": (
        "touch_due_on", "win_back_on", "unanswered_on", "ask_on", "visit_on", *(round_column(kind) for kind in ROUNDS),
    ),
    "need": ("respond_from", "feedback_from", "solve_from", "plan_confirm_on", "progress_on"),
    "task": ("listed_on",),
    "plan_step": ("listed_on",),
    "promise": ("listed_from", "amends_by"),
    "survey": ("listed_on",),
    "review": ("listed_from",),
    "key_date": ("next_on",),
    "article": ("review_on",),
    "deal": ("quote_from", "due_on"),
    "contract": ("renewal_from", "review_on"),
    "customer_order": ("payment_on", "payment_from"),
    "risk": ("listed_from",),
}  # fmt: skip
"""By table, the columns that put something on the list."""


def report_reminders(report: Report, size: int, runs: int, only: str) -> None:
    """The rows whose titles hold the words of `only`."""
    rows = {
        "crm due --notify with nothing due": (0, False, NOTHING_BUDGET),
        f"crm due --notify with {DUE} due": (DUE, False, MUCH_BUDGET),
        f"crm due --notify with {DUE} due, all said": (DUE, True, MUCH_BUDGET),
    }
    asked = {title: row for title, row in rows.items() if asks_for(only, title)}
    if not asked:
        return
    report.section(f"× `{_IMPORTS}`, reminders through `file`")
    with build.copied(build.database(size), "reminders.db") as file:
        for title, (due, is_said, budget) in asked.items():
            with report.telling(title):
                report.long_row(title, budget, _measure(file, size, due, is_said, runs))


def _measure(file: Path, size: int, due: int, is_said: bool, runs: int) -> Measured:
    _list_only(file, due)
    said = file.with_name("said")
    around = programs.crm_environment(file) | {
        "CRM_NOTIFY_CHANNELS": "file",
        "CRM_NOTIFY_FILE": str(said),
    }
    reminding = Process([programs.crm_program(), "due", "--notify"], around)
    measured = Measured(sizes={size: []})
    for turn in range(runs + 1):
        if not is_said:
            _forget_what_was_said(file)
        said.unlink(missing_ok=True)
        cost, floor = run(reminding), run(programs.python(_IMPORTS))
        # The first warms up, and says it all.
        assert not turn or said.exists() == (due > 0 and not is_said), (
            "a reminder too many or too few"
        )
        if turn:
            measured.floor.append(floor)
            measured.sizes[size].append(cost)
    return measured


def _list_only(file: Path, due: int) -> None:
    """Take everything off the list but a touch today of so many customers."""
    with closing(sqlite3.connect(file)) as db, db:
        for table, columns in _LISTED.items():
            cleared = ", ".join(f"{column} = NULL" for column in columns)
            db.execute(f"UPDATE {table} SET {cleared}")
        day = basics.TODAY.isoformat()
        db.execute("UPDATE customer SET touch_due_on = ?, next_touch_on = ? WHERE id <= ?", (day, day, due))  # fmt: skip
        last = basics.TODAY.replace(month=7, day=1), basics.TODAY.replace(month=9, day=30)
        archived = f"{last[0]} {last[1]} archived"  # the quarter before is no item of the day
        db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('archived', ?)", (archived,))
        db.execute("INSERT OR REPLACE INTO tier_review (id, reviewed_on, created_at) VALUES (1, ?, '')", (day,))  # fmt: skip
    _forget_what_was_said(file)


def _forget_what_was_said(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("DELETE FROM reminder")
