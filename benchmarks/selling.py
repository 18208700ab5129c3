"""Reports of the funnel and of following up, beside the bare aggregation of the same rows in SQL: a period and the one before."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from benchmarks import basics, build, programs
from benchmarks.measure import run
from benchmarks.table import Measured, Report, asks_for

BUDGET = 3.0
"""Of the bare aggregation: a report weighs each touch and each step, which SQL only counts."""

_LIVE = "deleted_at IS NULL"
_BARE: Mapping[str, Sequence[str]] = {
    "funnel": (
        f"SELECT stage, count(*) FROM customer WHERE {_LIVE} AND added_on <= :last GROUP BY stage",
        "SELECT was, to_stage, count(*), avg(julianday(changed_on) - julianday(came_on)) FROM ("
        "SELECT customer_id, changed_on, to_stage, lag(to_stage) OVER each AS was, lag(changed_on) OVER each AS came_on "
        f"FROM stage_change WHERE {_LIVE} WINDOW each AS (PARTITION BY customer_id ORDER BY changed_on, id)) AS moved "
        "WHERE changed_on BETWEEN :first AND :last GROUP BY was, to_stage",
        "SELECT source, count(*), sum(EXISTS (SELECT 1 FROM stage_change WHERE customer_id = customer.id AND to_stage = 'customer' "
        f"AND stage_change.{_LIVE})) FROM customer WHERE {_LIVE} AND added_on BETWEEN :first AND :last GROUP BY source",
        "SELECT stage, currency, count(*), sum(amount), sum(amount * probability) FROM deal "
        f"WHERE {_LIVE} AND (closed_on IS NULL OR closed_on BETWEEN :first AND :last) GROUP BY stage, currency",
    ),
    "follow-up": (
        "SELECT strftime('%Y-%W', contacted_on) AS week, channel, count(*), sum(two_way), sum(no_answer), sum(intent IS NOT NULL), "
        f"sum(promised_on IS NOT NULL OR EXISTS (SELECT 1 FROM task WHERE interaction_id = interaction.id AND {_LIVE})) "
        f"FROM interaction WHERE {_LIVE} AND contacted_on BETWEEN :first AND :last GROUP BY week, channel",
        "SELECT name, count(DISTINCT interaction_id) FROM participant JOIN interaction ON interaction.id = interaction_id "
        f"WHERE participant.{_LIVE} AND side = 'ours' AND contacted_on BETWEEN :first AND :last GROUP BY name",
        # Of each touch, a tier's cadence after a contact, whether another contact came first.
        "SELECT count(*), sum(following <= due_on) FROM (SELECT lead(contacted_on) OVER "
        "(PARTITION BY customer_id ORDER BY contacted_on) AS following, date(contacted_on, "
        "CASE tier WHEN 'core' THEN '+1 month' WHEN 'potential' THEN '+2 months' ELSE '+3 months' END) AS due_on "
        f"FROM interaction JOIN customer ON customer.id = customer_id WHERE interaction.{_LIVE} AND customer.{_LIVE} AND two_way = 1 "
        "AND customer.stage = 'customer' AND contacted_on BETWEEN date(:first, '-4 months') AND :last) AS touch "
        "WHERE due_on BETWEEN :first AND :last",
        f"SELECT count(*) FROM customer WHERE {_LIVE} AND touch_due_on < :last",
    ),
}
_READ = """
import json, sqlite3, sys
path, statements, periods = sys.argv[1:]
db = sqlite3.connect(path)
for first, last in json.loads(periods):
    for sql in json.loads(statements):
        db.execute(sql, {"first": first, "last": last}).fetchall()
"""


def report_selling(report: Report, size: int, runs: int, only: str) -> None:
    """The rows whose titles hold the words of `only`, a month and a year of each report."""
    titles = {
        f"crm report {name} of a {unit}": (name, unit)
        for name in _BARE
        for unit in ("month", "year")
    }
    asked = [title for title in titles if asks_for(only, title)]
    if asked:
        report.section("× the bare aggregation of the same rows in SQL, with the period before")
    for title in asked:
        with report.telling(title):
            report.long_row(title, BUDGET, measure(*titles[title], size, max(2, runs // 8)))


def measure(name: str, unit: str, size: int, runs: int) -> Measured:
    """`crm report NAME` of the `unit` (month or year) that today lies in, and the bare aggregation of what it reads."""
    file, today = build.database(size), basics.TODAY
    months = [day.isoformat()[:7] for day in (today, today.replace(day=1) - timedelta(days=1))]
    spans = {
        "month": [(f"{month}-01", f"{month}-31") for month in months],
        "year": [(f"{year}-01-01", f"{year}-12-31") for year in (today.year, today.year - 1)],
    }
    period = months[0] if unit == "month" else str(today.year)
    bare = programs.python(_READ, str(file), json.dumps(_BARE[name]), json.dumps(spans[unit]))
    crm = programs.crm(file, "report", name, "--period", period, "--json")
    measured = Measured(sizes={size: []})
    for turn in range(runs + 1):
        floor, cost = run(bare), run(crm)
        if turn:  # the first only warms up
            measured.floor.append(floor)
            measured.sizes[size].append(cost)
    return measured
