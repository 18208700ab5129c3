"""Reorders and warnings, day by day across a year's end: what `due` lists of a customer of whom anything may be entered, against
counting every day anew by HANDBOOK §7, with nothing of the rules' own code."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import crm, is_heavy

FIRST = date(2026, 9, 1)
DAYS = 240
LONG_AGO = timedelta(days=30)


class Order(NamedTuple):
    on: date
    pay_by: date | None
    imported_on: date | None


class Complaint(NamedTuple):
    on: date
    imported_on: date | None


class Counted:
    """What is known of the customer, and what follows of it on a day, by counting."""

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.paid: set[int] = set()
        self.complaints: list[Complaint] = []
        self.answers: dict[date, int] = {}
        self.left: list[date | None] = [None, None]
        self.is_left_alone = False
        self.settled_after: date | None = None  # the order
        self.reorder_until: date | None = None
        self.settled_on: date | None = None
        self.churn_until: date | None = None

    def last_order(self) -> date:
        return max(order.on for order in self.orders.values())

    def gaps(self) -> list[int]:
        days = sorted({order.on for order in self.orders.values()})
        return sorted((days[number + 1] - days[number]).days for number in range(len(days) - 1))

    def brought(self) -> date | None:
        """When a list brought the last order, if nobody entered one of that day."""
        some = [
            order.imported_on for order in self.orders.values() if order.on == self.last_order()
        ]
        return None if None in some else min(day for day in some if day)

    def reorder_on(self) -> date | None:
        gaps = self.gaps()
        if len(gaps) < 2 or self.is_left_alone:
            return None
        half = len(gaps) // 2
        middle = 2 * gaps[half] if len(gaps) % 2 else gaps[half - 1] + gaps[half]
        on = self.last_order() + timedelta(days=(middle + 1) // 2)
        while on.weekday() > 4:
            on += timedelta(days=1)
        if self.settled_after and self.settled_after >= self.last_order():
            return None
        if (brought := self.brought()) and brought - on > LONG_AGO:
            return None
        return max(on, self.reorder_until or on)

    def reasons(self) -> Iterator[tuple[date, date]]:
        """From when to before when there is each."""
        gaps, never = self.gaps(), date.max
        if len(gaps) >= 2:
            place = 9 * (len(gaps) - 1)  # in tenths
            low, high = gaps[place // 10], gaps[min(place // 10 + 1, len(gaps) - 1)]
            tenths = 10 * low + (high - low) * (place % 10)
            begin = self.last_order() + timedelta(days=tenths // 10 + 1)
            brought = self.brought()
            if not brought or brought - begin <= LONG_AGO:
                yield begin, never
        made = sorted(self.complaints, key=lambda one: (one.on, one.imported_on is not None))
        for first, second in pairwise(made):
            end = first.on + timedelta(days=90)
            is_old = second.imported_on and second.imported_on - second.on > LONG_AGO
            if second.on < end and end >= made[-1].on and not is_old:
                yield second.on, end
        if self.answers and self.answers[max(self.answers)] <= 6:
            yield max(self.answers), never
        for number, order in self.orders.items():
            if order.pay_by and number not in self.paid:
                late = order.pay_by + timedelta(days=1)
                if not order.imported_on or order.imported_on - late <= LONG_AGO:
                    yield late, never
        if None not in self.left:
            yield max(day for day in self.left if day), never

    def warned_on(self, today: date) -> date | None:
        """Since when there has been a reason that holds today and is not settled, or put off; complaints are one together."""
        if self.is_left_alone:
            return None
        found = [one for one in self.reasons() if not self.settled_on or one[0] > self.settled_on]
        if self.churn_until and today < self.churn_until:
            return None
        lasting = [begin for begin, end in found if end == date.max and begin <= today]
        ending = [one for one in found if one[1] != date.max]
        day = today
        while any(begin <= day < end for begin, end in ending):
            day -= timedelta(days=1)
        days = lasting if day == today else [*lasting, day + timedelta(days=1)]
        return max(min(days), self.churn_until or date.min) if days else None


class Life:
    """One customer, of whom things are entered at random."""

    def __init__(self, seed: int, place: Path) -> None:
        self.chance, self.known, self.place = random.Random(seed), Counted(), place
        self.now, self.today, self.made = "", FIRST, 0

    def run(self, command: str) -> str:
        return crm(command, CRM_NOW=self.now).out

    def past(self, most: int) -> date:
        return self.today - timedelta(days=self.chance.choice((0, 0, 0, 1, 7, 40, most)))

    def order(self) -> None:
        on = self.past(150)
        pay_by = self.today + timedelta(days=self.chance.choice((-20, 3, 15))) if self.chance.random() < 0.15 else None  # fmt: skip
        self.made += 1
        assert self.made == int(self.run(f"add-order c1 5 --on {on}{f' --pay-by {pay_by}' if pay_by else ''}")[1:])  # fmt: skip
        self.known.orders[self.made] = Order(on, pay_by, None)

    def list_of_orders(self) -> None:
        on = self.past(200)
        file = self.place / "list.csv"
        pay_by = on + timedelta(days=20) if self.chance.random() < 0.3 else None
        self.made += 1
        key = self.made
        file.write_text(
            f"customer,ordered_on,amount,pay_by\nAcme,{on},{key + 100},{pay_by or ''}\n"
        )
        self.run(f"import {file} --as orders")
        self.known.orders[key] = Order(on, pay_by, self.today)

    def pay(self) -> None:
        open_ = [key for key, one in self.known.orders.items() if one.pay_by and key not in self.known.paid]  # fmt: skip
        for key in open_[:1]:
            self.run(f"paid o{key}")
            self.known.paid.add(key)

    def delete_order(self) -> None:
        if len(self.known.orders) > 4:
            key = self.chance.choice(list(self.known.orders))
            self.run(f"delete o{key}")
            del self.known.orders[key]

    def complaint(self) -> None:
        on = self.past(80)
        self.run(f"add-need c1 broken --kind complaint --at {on}T08:00")
        self.known.complaints.append(Complaint(on, None))

    def list_of_complaints(self) -> None:
        on = self.past(80)
        file = self.place / "list.csv"
        number = len(self.known.complaints)
        file.write_text(f"customer,text,kind,received_at\nAcme,of a list {number},complaint,{on} 08:00\n")  # fmt: skip
        self.run(f"import {file} --as needs")
        self.known.complaints.append(Complaint(on, self.today))

    def answer(self) -> None:
        if self.today not in self.known.answers:
            nps = self.chance.choice((3, 6, 7, 10))
            self.run(f"survey c1 --kind relation --nps {nps}")
            self.known.answers[self.today] = nps

    def decider(self) -> None:
        who = self.chance.randint(0, 1)
        day = self.today + timedelta(days=self.chance.choice((-5, 0, 10)))
        left = None if self.chance.random() < 0.6 else day
        self.run(f"edit h{who + 1} --set left_on={left or ''}")
        self.known.left[who] = left

    def leave_alone(self) -> None:
        self.known.is_left_alone = not self.known.is_left_alone
        self.run(f"edit c1 --set do_not_contact={'yes' if self.known.is_left_alone else 'no'}")

    def settle(self, refs: list[str]) -> None:
        known = self.known
        if "c1:reorder" in refs and self.chance.random() < 0.1:
            if self.chance.random() < 0.5:
                self.run("done c1:reorder")
                known.settled_after, known.reorder_until = known.last_order(), None
            else:
                known.reorder_until = self.today + timedelta(days=self.chance.choice((1, 9)))
                self.run(f"snooze c1:reorder {known.reorder_until}")
        if "c1:churn" in refs and self.chance.random() < 0.15:
            if self.chance.random() < 0.6:
                self.run("done c1:churn")
                known.settled_on, known.churn_until = self.today, None
            else:
                known.churn_until = self.today + timedelta(days=self.chance.choice((1, 20)))
                self.run(f"snooze c1:churn {known.churn_until}")


@pytest.mark.parametrize("seed", range(20 if is_heavy() else 2))
def test_every_day_lists_what_counting_gives(seed: int, place: Path) -> None:
    life = Life(seed, place)
    known, chance = life.known, life.chance
    crm("add-customer Acme --stage customer --since 2020-01-01 --person Ann --role decider", CRM_NOW=f"{FIRST}T08:00")  # fmt: skip
    crm("add-person c1 Bob --role buyer,decider", CRM_NOW=f"{FIRST}T08:00")
    kinds = {"c1:churn": 0, "c1:reorder": 0}
    gone = {"c1:churn": 0, "c1:reorder": 0}
    acts = [life.order] * 6 + [life.list_of_orders] * 3 + [life.pay] * 3 + [life.delete_order] + [life.complaint] * 4 + [life.list_of_complaints] * 2 + [life.answer] * 5 + [life.decider] * 2 + [life.leave_alone]  # fmt: skip
    for number in range(DAYS):
        life.today = today = FIRST + timedelta(days=number)
        life.now = f"{today}T09:00"
        if number % 50 == 0:  # so that it is not won back instead
            life.run("log-contact c1 'a call'")
        if known.is_left_alone and chance.random() < 0.3:
            life.leave_alone()
        if chance.random() < 0.2:
            chance.choice(acts)()
        expected = {}
        if (on := known.reorder_on()) and on <= today:
            expected["c1:reorder"] = str(on)
        if on := known.warned_on(today):
            expected["c1:churn"] = str(on)
        items = crm("due --json --kind reorder --kind churn", CRM_NOW=life.now).json["items"]
        assert {item["ref"]: item["due_at"] for item in items} == expected, today
        assert len(items) == len(expected)
        for ref in kinds:
            kinds[ref] += ref in expected
            gone[ref] += ref not in expected
        life.settle([item["ref"] for item in items])
    # Each was there on some days, and on others not.
    assert min(*kinds.values(), *gone.values()) > 5, (kinds, gone)
