"""Every report at once, beside the statements that it asks the file, run bare."""

import sys

from benchmarks import basics, build, programs
from benchmarks.measure import Process, run
from benchmarks.table import Report, asks_for
from benchmarks.worth import EACH

TIMES = 2.0
"""What all reports of a month may cost, as a multiple of their statements: five seconds where those take two and a half."""

_ASK = """
import json, os, sys
from crmcli import app
from crmcli.context import Context
asked, read = [], Context.read
def traced(crm):
    read(crm)
    crm.db.connection.set_trace_callback(asked.append)
Context.read = traced
out, sys.stdout = sys.stdout, open(os.devnull, "w")
try:
    app.run(sys.argv[2:])
finally:
    with open(sys.argv[1], "w") as file:
        json.dump([one for one in asked if one.lstrip().startswith(("SELECT", "WITH"))], file)
"""
"""Writes the statements of a command, with what was bound to them."""

_BARE = """
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
with open(sys.argv[2]) as file:
    print(sum(len(db.execute(statement).fetchall()) for statement in json.load(file)))
"""


def report_reports(report: Report, size: int, runs: int, only: str) -> None:
    """The row, if its title holds the words of `only`."""
    title = f"crm report all of {size:,} customers with {size * EACH:,} orders"
    if not asks_for(only, title):
        return
    report.bulk_heading("the statements that it asks, bare")
    with report.telling(title):
        file = build.kept(f"orders-{size}.db", "benchmarks.worth", str(size))
        month = f"{basics.TODAY.year:04}-{basics.TODAY.month:02}"
        command = ("report", "all", "--period", month, "--json")
        statements = programs.home() / "statements.json"
        asking = [sys.executable, "-c", _ASK, str(statements), *command]
        run(Process(asking, programs.crm_environment(file)))
        bare, crm = programs.python(_BARE, str(file), str(statements)), programs.crm(file, *command)
        turns = [(run(bare), run(crm)) for _ in range(max(2, runs // 8) + 1)][1:]
        floor, costs = ([turn[place] for turn in turns] for place in (0, 1))
        report.bulk_row(title, floor, costs, ratio=TIMES)
