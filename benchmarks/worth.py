"""What customers are worth, over a million orders: RFM and the tiers it proposes, beside the bare aggregation in SQL.

`python -m benchmarks.worth CUSTOMERS --out FILE` writes the database, in a process of its own as the others are: that of the other
benchmarks, with ten orders a customer.
"""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks import basics, build, programs
from benchmarks.basics import Row, day, dice_for, moment
from benchmarks.measure import cheapest, run
from benchmarks.table import Report, asks_for
from benchmarks.year import ORDERS
from crmcli.context import Context
from crmcli.store import frozen
from crmcli.store.changes import bulk

EACH = 10  # orders of a customer
TIMES, BESIDES = 2.0, 1.0
"""What all of it may cost: so many times the bare aggregation, and so many seconds for the scores of everybody."""

_AGGREGATE = """
import sqlite3, sys
path, until = sys.argv[1:]
db = sqlite3.connect(path)
sql = "SELECT customer_id, max(ordered_on), count(*), sum(amount) FROM customer_order WHERE deleted_at IS NULL AND ordered_on <= ? GROUP BY customer_id"
print(len(db.execute(sql, (until,)).fetchall()))
"""


def report_worth(report: Report, size: int, runs: int, only: str) -> None:
    """The rows whose titles hold the words of `only`."""
    title = f"crm tiers of {size:,} customers with {size * EACH:,} orders"
    if not asks_for(only, title):
        return
    report.bulk_heading(
        f"the bare aggregation of their orders; budget {TIMES:g} × that + {BESIDES:g} s"
    )
    with report.telling(title):
        file = build.kept(f"orders-{size}.db", "benchmarks.worth", str(size))
        bare = programs.python(_AGGREGATE, str(file), basics.TODAY.isoformat())
        crm = programs.crm(file, "tiers", "--limit", "1", "--json")
        turns = [(run(bare), run(crm)) for _ in range(max(2, runs // 8) + 1)][
            1:
        ]  # the first only warms up
        floor, costs = ([turn[place] for turn in turns] for place in (0, 1))
        report.bulk_row(title, floor, costs, seconds=TIMES * cheapest(floor) + BESIDES)


def orders(size: int) -> Iterator[Row]:
    """Every customer's oldest further order, then every customer's next one; most of the last year."""
    dice = dice_for("worth")
    blank = {name: default for name, (default, _limit) in frozen.TABLES["customer_order"]["columns"].items()}  # fmt: skip
    for number in range(size * (EACH - ORDERS)):
        ago = int(dice.random() ** 2 * 1000)
        yield {
            **blank,
            "id": size * ORDERS + number + 1,
            "customer_id": number % size + 1,
            "ordered_on": day(ago),
            "amount": dice.randrange(1, 60) * 100_000,
            "currency": "CNY",
            "paid_on": day(ago),
            "created_at": moment(ago, number),
        }


def _write(size: int, path: Path) -> None:
    shutil.copy(build.database(size), path)
    crm = Context(["benchmarks"])
    crm.asked_db = str(path)
    crm.write()
    with crm.bare_change("made up for the benchmarks") as change, bulk(change, ("customer_order",)):
        change.db.run_many("insert_customer_order", orders(size))
        change.take_keys("customer_order", size * (EACH - ORDERS))
    crm.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    crm.close()


def main() -> None:
    """Write one file; called by this module itself, in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worth", description=__doc__)
    parser.add_argument("customers", type=int)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    _write(asked.customers, asked.out)


if __name__ == "__main__":
    main()
