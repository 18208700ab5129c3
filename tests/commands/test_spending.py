"""Spend and visits, day by day: what `due` lists of a file after any row of orders, visits and contacts, against counting
every day anew by HANDBOOK §3, with nothing of the rules' own code."""

import random
from datetime import date, timedelta

import pytest

from tests.support import crm, is_heavy

FIRST = date(2026, 1, 5)
LINE = {"CNY": 100_000, "USD": 100_000 / 7}  # what an order of this currency alone must come to
DAYS = 600


def a_year_later(day: date) -> date:
    """The same day of the next year; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError(day)


def on_a_working_day(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


class Counted:
    """What is known of one customer, and what follows of it on a day, by counting."""

    def __init__(self) -> None:
        self.orders: list[tuple[date, float]] = []
        self.visits: list[date] = []

    def spend(self, on: date) -> float:
        return sum(amount for day, amount in self.orders if day <= on < a_year_later(day))

    def visit_on(self, today: date) -> date | None:
        """The day for which a visit is listed by the end of `today`, asked on that day."""
        if self.spend(today) < 100_000:
            return None
        crossed = today  # the order with which the spend came over the line last
        while self.spend(crossed - timedelta(days=1)) >= 100_000:
            crossed -= timedelta(days=1)
        if self.visits:
            due = max(months_later(max(self.visits), 3), crossed)
        else:
            due = months_later(crossed, 3)
        return on_a_working_day(due)


@pytest.mark.parametrize("seed", range(20 if is_heavy() else 1))
def test_every_day_lists_what_counting_gives(seed: int) -> None:
    chance = random.Random(seed)
    crm("add-customer Acme --tier ordinary --stage customer --since 2020-01-01", CRM_NOW=f"{FIRST}T08:00")  # fmt: skip
    crm("config set calendar.country none")
    crm("config set currency.rate.USD 7")
    known, last, listed = Counted(), FIRST, 0
    for number in range(DAYS):
        today = FIRST + timedelta(days=number)
        now = f"{today}T09:00"
        if number < DAYS - 400 and chance.random() < 0.04:
            ordered = today - timedelta(days=chance.choice((0, 0, 1, 30, 200)))
            amount = chance.choice((20_000, 40_000, 60_000.5, 99_999.99, 100_000, 0.01))
            currency = chance.choice(("CNY", "CNY", "USD"))
            crm(f"add-order c1 {amount} --on {ordered} --currency {currency}", CRM_NOW=now)
            worth = amount * 7 if currency == "USD" else amount
            known.orders.append((ordered, round(worth, 2)))
        if chance.random() < 0.01:
            crm("log-contact c1 'at their plant' --channel visit", CRM_NOW=now)
            known.visits.append(today)
            last = today
        elif (today - last).days > 60:  # so that it is not won back instead
            crm("log-contact c1 'a call'", CRM_NOW=now)
            last = today
        expected = known.visit_on(today)
        if expected is not None and expected > today:
            expected = None
        items = crm("due --json --kind visit", CRM_NOW=now).json["items"]
        assert [item["due_at"] for item in items] == ([str(expected)] if expected else []), today
        listed += len(items)
        if items and chance.random() < 0.02:
            crm(
                "edit c1 --set note=looked", CRM_NOW=now
            )  # whatever else is written changes nothing
    assert listed > 20
