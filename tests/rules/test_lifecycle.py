"""Where a customer stands, against counting its days one by one (HANDBOOK §1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.lifecycle import Life, days_as_customer, lifecycle
from tests.support import heavy

TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def customer(**known: object) -> Life:
    return Life(**{"stage": "customer", "added_on": ago(400), **known})  # type: ignore[arg-type]


OVERDUE = {"touch_on": ago(1)}


@pytest.mark.parametrize(
    ("life", "stands"),
    [
        (Life("lost", ago(0), began_on=ago(3)), "lost"),
        (Life("prospect", ago(400), touch_on=ago(300)), "lead"),
        (Life("interested", ago(400), began_on=ago(3)), "lead"),
        (customer(began_on=ago(0)), "new"),
        (customer(began_on=ago(88)), "new"),
        (customer(began_on=ago(89)), "new"),
        (customer(began_on=ago(90)), "established"),
        (customer(began_on=ago(-1)), "established"),  # it is to become a customer tomorrow
        (customer(began_on=ago(10), last_activity_on=ago(200), **OVERDUE), "new"),
        (customer(), "established"),
        (customer(last_activity_on=ago(90), **OVERDUE), "dormant"),
        (customer(last_activity_on=ago(89), **OVERDUE), "established"),
        (customer(last_activity_on=ago(90), touch_on=TODAY), "established"),  # due is not overdue
        (
            customer(last_activity_on=ago(300), touch_on=None),
            "established",
        ),  # never due: do not contact
        (customer(**OVERDUE), "dormant"),  # never any contact
        (customer(added_on=ago(89), **OVERDUE), "established"),  # quiet at most since it was added
        (customer(added_on=ago(90), **OVERDUE), "dormant"),
        (customer(added_on=ago(10), last_activity_on=ago(300), **OVERDUE), "established"),
        (customer(last_order_on=ago(29), last_activity_on=ago(29), **OVERDUE), "active"),
        (customer(last_order_on=ago(30), last_activity_on=ago(30), **OVERDUE), "established"),
        (customer(last_order_on=ago(-2), last_activity_on=ago(0)), "established"),
        (customer(last_order_on=ago(3), last_activity_on=ago(3), began_on=ago(5)), "new"),
    ],
)
def test_the_first_that_fits(life: Life, stands: str) -> None:
    assert lifecycle(life, TODAY) == stands


@pytest.mark.parametrize(
    ("began", "days"),
    [(None, None), (ago(-1), None), (ago(0), 0), (ago(1), 1), (ago(89), 89), (ago(90), 90)],
)
def test_days_as_customer(began: date | None, days: int | None) -> None:
    assert days_as_customer(began, TODAY) == days


def test_how_long_a_customer_is_new_is_a_setting() -> None:
    assert lifecycle(customer(began_on=ago(29)), TODAY, new_for=30) == "new"
    assert lifecycle(customer(began_on=ago(30)), TODAY, new_for=30) == "established"


days_near = st.integers(0, 130).map(ago)
orders = st.none() | days_near
lives = st.builds(
    Life,
    stage=st.sampled_from(["prospect", "interested", "customer", "customer", "customer", "lost"]),
    added_on=days_near | st.just(ago(900)),
    began_on=orders,
    last_activity_on=orders,
    touch_on=st.none() | st.integers(-40, 130).map(ago),
)


def by_the_handbook(life: Life) -> str:
    """HANDBOOK §1 read aloud, looking at one day after the other."""
    last_days = [ago(n) for n in range(90)]
    if life.stage == "lost":
        return "lost"
    if life.stage != "customer":
        return "lead"
    if life.began_on in last_days:
        return "new"
    something_happened = life.last_activity_on in last_days or life.added_on in last_days
    is_overdue = life.touch_on is not None and life.touch_on < TODAY
    if not something_happened and is_overdue:
        return "dormant"
    if life.last_order_on in last_days[:30]:
        return "active"
    return "established"


@settings(max_examples=heavy(1500))
@given(lives, orders)
def test_every_lifecycle_is_as_the_handbook_says(life: Life, order: date | None) -> None:
    if order and (life.last_activity_on is None or order <= life.last_activity_on):
        life = Life(
            **{
                **life._asdict(),
                "last_order_on": order,
                "last_activity_on": life.last_activity_on or order,
            }
        )
    assert lifecycle(life, TODAY) == by_the_handbook(life)
