"""The due list, read a weight at a time by index, against sorting everything there is (DESIGN §2)."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
    now, soon = asked.instant, asked.until_instant
    tier_of = dict(db.connection.execute("SELECT id, tier FROM customer").fetchall())
    found: list[tuple[Any, ...]] = []

    def consider(
        kind: str,
        row: Any,
        ref: str,
        on: str,
        is_listed: bool,
        is_overdue: bool,
        time: str | None = None,
        place: int = 0,
    ) -> None:
        customer = row["id"] if ref.startswith(("c", "i")) else row["customer_id"]
        fits = tiers is None or tier_of[customer] in tiers
        if kind not in asked.kinds or not is_listed or not fits:
            return
        if asked.only_overdue and not is_overdue:
            return
        late = max(0, (asked.today - date.fromisoformat(on)).days)
        score = KIND_WEIGHTS[kind] + row["tier_weight"] + min(late, 30)
        found.append((-score, on, time or "99", kind, row["id"], place, ref))

    def by_day(kind: str, row: Any, ref: str, on: str | None, place: int = 0) -> None:
        if on:
            consider(kind, row, ref, on, on <= until, on < today, place=place)

    def from_day(kind: str, row: Any, ref: str, on: str | None, listed_on: str | None) -> None:
        """Due on one day, and listed from another."""
        if listed_on:
            assert on
            consider(kind, row, ref, on, listed_on <= until, on < today)

    def by_clock(kind: str, row: Any, ref: str, at: str | None, listed_from: str | None) -> None:
        if listed_from:
            assert at
            moment = asked.local(at)
            is_listed = listed_from <= soon
            consider(kind, row, ref, f"{moment:%Y-%m-%d}", is_listed, at < now, f"{moment:%H:%M}")

    for row in rows("customer"):
        key, touch_on, win_on = row["id"], row["touch_due_on"], row["win_back_on"]
        is_dormant = row["dormant_on"] is not None and row["dormant_on"] <= today
        if not is_dormant:
            by_day("touch", row, f"c{key}:touch", touch_on)
        if touch_on is None or (win_on and win_on <= today):
            by_day("win-back", row, f"c{key}:win-back", win_on)
        by_day("unanswered", row, f"i{row['unanswered_id']}:unanswered", row["unanswered_on"])
        if not is_dormant:  # who is won back is not asked as well
            by_day("survey", row, f"c{key}:survey", row["ask_on"], place=1)
            if row["visit_cadence"] or (row["spend_until"] or "") > today:
                by_day("visit", row, f"c{key}:visit", row["visit_on"])
            by_day("care", row, f"c{key}:care", row["care_on"])
            by_day("reorder", row, f"c{key}:reorder", row["reorder_on"])
            if row["churn_until"] is None or row["churn_until"] > today:
                by_day("churn", row, f"c{key}:churn", row["churn_on"])
            else:
                by_day("churn", row, f"c{key}:churn", row["churn_again_on"], place=1)
        by_day("file-check", row, f"c{key}:file-check", row["file_check_on"])
        for what in ("value", "business", "solution"):
            by_day(f"{what}-review", row, f"c{key}:{what}-review", row[f"{what}_review_on"])
    for row in rows("task"):
        on, time = row["listed_on"], row["due_time"]
        if not row["done_at"]:
            is_past = on == today and not row["snoozed_until"] and time and time < asked.time_of_day
            overdue = on < today or bool(is_past)
            consider(row["kind"], row, f"t{row['id']}", on, on <= until, overdue, time)
    for row in rows("key_date"):
        from_day("key-date", row, f"y{row['id']}", row["next_on"], row["listed_on"])
    for row in rows("need"):
        ref = f"n{row['id']}"
        for clock in ("respond", "feedback", "solve"):
            by_clock(clock, row, f"{ref}:{clock}", row[f"{clock}_by"], row[f"{clock}_from"])
        by_day("plan-confirm", row, f"{ref}:plan-confirm", row["plan_confirm_on"])
        by_day("progress", row, f"{ref}:progress", row["progress_on"])
    for row in rows("plan_step"):
        by_day("plan-step", row, f"l{row['id']}", row["listed_on"])
    for row in rows("promise"):
        ref = f"p{row['id']}"
        by_clock("promise", row, ref, row["due_at"], row["listed_from"])
        by_clock("amends", row, f"{ref}:amends", row["amends_by"], row["amends_by"] and "0000")
    for row in rows("survey"):
        by_day("survey", row, f"s{row['id']}", row["listed_on"])
    for row in rows("review"):
        by_clock("review", row, f"v{row['id']}", row["due_at"], row["listed_from"])
    for row in rows("deal"):
        from_day("quote", row, f"d{row['id']}:quote", row["quote_on"], row["quote_from"])
        by_day("deal", row, f"d{row['id']}:deal", row["due_on"])
    for row in rows("contract"):
        from_day("renewal", row, f"k{row['id']}:renewal", row["ends_on"], row["renewal_from"])
        by_day("contract-review", row, f"k{row['id']}:contract-review", row["review_on"])
    for row in rows("customer_order"):
        from_day("payment", row, f"o{row['id']}:payment", row["payment_on"], row["payment_from"])
    for row in rows("risk"):
        by_clock("risk", row, f"r{row['id']}", row["due_at"], row["listed_from"])
    return [one[-1] for one in sorted(found)]


ZONE = ZoneInfo("Asia/Shanghai")


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


QUESTIONS = st.builds(
    Question,
    now=st.builds(
        lambda days, time: at(TODAY + timedelta(days=days), *time),
        st.sampled_from((-100, -31, -30, -1, 0, 0, 0, 1, 90)),
        st.sampled_from(((8, 30), (9, 0), (23, 59))),
    ),
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
        asked = Question(at(today), today + timedelta(days=30), ("touch", "win-back"))
        customers = [item.customer["ref"] for item in due_items(db, asked, Policy(), RANKED)]
        assert len(customers) == len(set(customers))


def test_the_items_of_each_kind_say_what_they_are(db: Database) -> None:
    asked = Question(at(TODAY), TODAY + timedelta(days=400), tuple(SOURCES))
    items = due_items(db, asked, Policy(), RANKED)
    assert {item.kind for item in items} == set(SOURCES)
    assert {item.ref[0] for item in items} == set("cintylpsvdkor")
    for item in items:
        assert item.overdue_days == max(0, (TODAY - item.due_on).days)
        assert item.why
        if item.due_at is not None:
            assert item.is_overdue == (asked.now > item.due_at)
            assert (item.light == "red") == item.is_overdue
        elif item.kind != "promise":  # which has its own light, from two days before
            assert item.light == (
                "red" if item.is_overdue else "yellow" if item.due_on <= TODAY else "green"
            )


def test_the_whole_file_has_one_item_for_its_articles(db: Database) -> None:
    (first,) = db.connection.execute(
        "SELECT min(review_on) FROM article WHERE deleted_at IS NULL"
    ).fetchone()
    assert first
    day = date.fromisoformat(first)
    for until, is_there in ((day - timedelta(days=1), False), (day, True)):
        asked = Question(at(until), until, ("kb-review",))
        found = [(item.ref, item.customer, item.due_on) for item in due_items(db, asked, Policy(), RANKED)]  # fmt: skip
        assert found == [("crm:kb-review", None, day)] * is_there
        assert count_due(db, asked, RANKED) == is_there
        assert due_items(db, asked._replace(filters=[predicate("tier", tier=["core"])]), Policy(), RANKED) == []  # fmt: skip
