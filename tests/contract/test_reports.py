"""Every figure of the reports, recomputed from the exported data of a made-up half year (HANDBOOK §11)."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from crmcli.commands.demo import _fill
from crmcli.context import Context
from tests.contract import recomputed
from tests.contract.made_up import Data, HalfYear, exported
from tests.support import crm, heavy

At = Callable[[str], None]
PERIODS = {
    "2026-09": ("2026-09-01", "2026-09-30"), "2026-10": ("2026-10-01", "2026-10-31"), "2026-12": ("2026-12-01", "2026-12-31"),
    "2027-01": ("2027-01-01", "2027-01-31"), "2027-02": ("2027-02-01", "2027-02-28"), "2027-03": ("2027-03-01", "2027-03-31"),
    "2027-04": ("2027-04-01", "2027-04-30"), "2026Q4": ("2026-10-01", "2026-12-31"), "2027Q1": ("2027-01-01", "2027-03-31"),
    "2026": ("2026-01-01", "2026-12-31"), "2027": ("2027-01-01", "2027-12-31"), "2025": ("2025-01-01", "2025-12-31"),
}  # fmt: skip
AGAIN: dict[str, Callable[[Data, str, str], dict[str, Any]]] = {
    "funnel": recomputed.funnel,
    "follow-up": recomputed.follow_up,
    "service": recomputed.service,
    "satisfaction": recomputed.satisfaction,
    "promises": recomputed.promises,
}


def told(name: str, item: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What the report says of the figures that were recomputed."""
    found = {key: item[key] for key in wanted}
    if name == "service":
        found["categories"] = [one["n"] for one in item["categories"]]
        for clock in ("first_response", "feedback", "solve"):
            found[clock] = {key: item[clock][key] for key in wanted[clock]}
    return found


def approximately(value: Any) -> Any:
    """The same, but for the last digits of floats, which depend on the order of adding."""
    if isinstance(value, dict):
        return {key: approximately(one) for key, one in value.items()}
    if isinstance(value, list):
        return [approximately(one) for one in value]
    return pytest.approx(value, rel=1e-12) if isinstance(value, float) else value


@pytest.mark.parametrize("seed", range(heavy(1)))
def test_every_figure_can_be_recomputed_from_what_is_exported(seed: int, at: At) -> None:
    data, dice = HalfYear(seed, at).live(), random.Random(seed)
    customers = data.of["customer"]
    one = dice.choice(customers)["id"]
    narrowed = {
        "": data,
        f"--customer c{one}": data.only([one]),
        "--tier core": data.only([who["id"] for who in customers if who.get("tier") == "core"]),
    }
    for options, part in narrowed.items():
        for name, recompute in AGAIN.items():
            for period in PERIODS:
                compared = dice.choice(sorted(PERIODS))
                command = f"report {name} --period {period} --compare {compared} {options} --json --reveal"
                item = crm(command).json["item"]
                for days, found in ((PERIODS[period], item), (PERIODS[compared], item["before"])):
                    wanted = recompute(part, *days)
                    assert told(name, found, wanted) == approximately(wanted), command
        listed = crm(f"due --kind touch --overdue --json {options if '--tier' in options else ''}").json  # fmt: skip
        late = [item for item in listed["items"] if "--customer" not in options or item["customer"]["ref"] == f"c{one}"]  # fmt: skip
        assert crm(f"report follow-up {options} --json").json["item"]["overdue_touches"] == len(late)  # fmt: skip


DEMO = {"2026-11": ("2026-11-01", "2026-11-30"), "2026Q3": ("2026-07-01", "2026-09-30"), "2026": ("2026-01-01", "2026-12-31")}  # fmt: skip


def test_every_figure_of_the_demo_can_be_recomputed() -> None:
    demo = Context(["demo"])
    demo.write()
    _fill(demo)
    demo.close()
    data = exported(date(2026, 11, 20))
    for name, recompute in AGAIN.items():
        for period, days in DEMO.items():
            wanted = recompute(data, *days)
            item = crm(f"report {name} --period {period} --json --reveal").json["item"]
            assert told(name, item, wanted) == approximately(wanted), (name, period)
    item = crm("report follow-up --period 2026 --json").json["item"]
    assert item["contacts"] and item["cadence_kept"]["n"] and item["days_until_won"]["n"]
    item = crm("report service --period 2026 --json").json["item"]
    assert item["first_response"]["n"] > 1 and item["feedback"]["n"] > 1 and item["solve"]["n"] > 1
    assert 0 < crm("report satisfaction --json").json["item"]["coverage"]["rate"] < 1
    item = crm("report funnel --period 2026 --json").json["item"]
    assert item["won"]["n"] and item["pipeline"] and item["conversion"]["n"]
