"""The due list, read a weight at a time by index, against sorting everything there is (DESIGN §2)."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.ranking import KIND_WEIGHTS
from crmcli.store.database import Database, predicate
from crmcli.store.due import SOURCES, Question, count_due, counts, due_items
from crmcli.store.opening import open_for_reading
from tests.store.filled import TIERS, TODAY, fill
from tests.support import heavy

RANKED = ("core", "potential", "ordinary")


@pytest.fixture(scope="module", params=(1, 8))
def db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("filled") / "crm.db"
    fill(path, request.param, customers=90)
    found = open_for_reading(str(path))
    yield found
    found.close()


def everything(db: Database, asked: Question, tiers: Sequence[str] | None) -> list[str]:
    """The references of all that is due, most pressing first, by a look at every row."""

    def rows(table: str) -> list[sqlite3.Row]:
        sql = f"SELECT * FROM {table} WHERE deleted_at IS NULL"
        return db.connection.execute(sql).fetchall()

    today, until = asked.today.isoformat(), asked.until.isoformat()
    tier_of = dict(db.connection.execute("SELECT id, tier FROM customer").fetchall())
    found: list[tuple[Any, ...]] = []

    def consider(
        kind: str, row: Any, ref: str, on: str, listed_on: str, is_overdue: bool, time: str | None
    ) -> None:
        customer = row["id"] if ref.startswith(("c", "i")) else row["customer_id"]
        fits = tiers is None or tier_of[customer] in tiers
        if kind not in asked.kinds or listed_on > until or not fits:
            return
        if asked.only_overdue and not is_overdue:
            return
        late = max(0, (asked.today - date.fromisoformat(on)).days)
        score = KIND_WEIGHTS[kind] + row["tier_weight"] + min(late, 30)
        found.append((-score, on, time or "99", kind, row["id"], ref))

    for row in rows("customer"):
        key, touch_on, win_on = row["id"], row["touch_due_on"], row["win_back_on"]
        is_dormant = row["dormant_on"] is not None and row["dormant_on"] <= today
        if touch_on and not is_dormant:
            consider("touch", row, f"c{key}:touch", touch_on, touch_on, touch_on < today, None)
        if win_on and (touch_on is None or win_on <= today):
            consider("win-back", row, f"c{key}:win-back", win_on, win_on, win_on < today, None)
        if on := row["unanswered_on"]:
            ref = f"i{row['unanswered_id']}:unanswered"
            consider("unanswered", row, ref, on, on, on < today, None)
    for row in rows("task"):
        on, time = row["listed_on"], row["due_time"]
        if not row["done_at"]:
            is_past = on == today and not row["snoozed_until"] and time and time < asked.time_of_day
            overdue = on < today or bool(is_past)
            consider(row["kind"], row, f"t{row['id']}", on, on, overdue, time)
    for row in rows("key_date"):
        if listed_on := row["listed_on"]:
            on = row["next_on"]
            consider("key-date", row, f"y{row['id']}", on, listed_on, on < today, None)
    return [one[-1] for one in sorted(found)]


QUESTIONS = st.builds(
    Question,
    today=st.sampled_from((-100, -31, -30, -1, 0, 0, 0, 1, 90)).map(
        lambda n: TODAY + timedelta(days=n)
    ),
    time_of_day=st.sampled_from(("08:30", "09:00", "23:59")),
    until=st.just(TODAY),
    kinds=st.lists(st.sampled_from(tuple(SOURCES)), min_size=1, unique=True)
    | st.just(list(SOURCES)),
    filters=st.just(()),
    only_overdue=st.booleans(),
    limit=st.none() | st.sampled_from((0, 1, 5, 40)),
)


@settings(max_examples=heavy(50))
@given(
    asked=QUESTIONS,
    ahead=st.sampled_from((0, 0, 1, 30, 400)),
    tiers=st.none() | st.lists(st.sampled_from(TIERS), min_size=1, unique=True),
)
def test_the_list_is_what_sorting_everything_gives(
    db: Database, asked: Question, ahead: int, tiers: list[str] | None
) -> None:
    filters = [] if tiers is None else [predicate("tier", tier=tiers)]
    asked = asked._replace(until=asked.today + timedelta(days=ahead), filters=filters)
    expected = everything(db, asked, tiers)
    found = [item.ref for item in due_items(db, asked, Policy(), RANKED)]
    assert found == (expected if asked.limit is None else expected[: asked.limit + 1])
    assert count_due(db, asked, RANKED) == len(expected)
    assert sum(counts(db, asked, RANKED).values()) == len(expected)


def test_a_customer_is_touched_or_won_back_and_never_both(db: Database) -> None:
    for days in range(-120, 121, 3):
        today = TODAY + timedelta(days=days)
        asked = Question(today, "09:00", today + timedelta(days=30), ("touch", "win-back"))
        customers = [item.customer["ref"] for item in due_items(db, asked, Policy(), RANKED)]
        assert len(customers) == len(set(customers))


def test_the_items_of_each_kind_say_what_they_are(db: Database) -> None:
    asked = Question(TODAY, "09:00", TODAY + timedelta(days=400), tuple(SOURCES))
    items = due_items(db, asked, Policy(), RANKED)
    assert {item.kind for item in items} == set(SOURCES)
    for item in items:
        assert item.overdue_days == max(0, (TODAY - item.due_on).days)
        assert item.light == (
            "red" if item.is_overdue else "yellow" if item.due_on <= TODAY else "green"
        )
        assert item.why
