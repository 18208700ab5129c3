"""Reading the top of the due list: per weight by index, merged (DESIGN §2).

A source is where due items of one kind are stored; a new one is one more line in `SOURCES`, or in `OF_THE_FILE` when
the items belong to no customer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from heapq import merge
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli import lunar
from crmcli.rules import ranking
from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem
from crmcli.rules.instants import stored
from crmcli.rules.references import read_reference
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.store import frozen
from crmcli.store.archive_due import Within, begun_on, is_due
from crmcli.store.database import Database, Predicate, Row, predicate
from crmcli.store.facts import facts_of
from crmcli.store.tier_due import due_quarter

if TYPE_CHECKING:
    from crmcli.rules.due.archive import Quarter


class Question(NamedTuple):
    """What is asked of the due list at `now` (local, aware). `limit` None = all; `until` is the last local day listed."""

    now: datetime
    until: date
    kinds: Sequence[str]
    filters: Sequence[Predicate] = ()
    only_overdue: bool = False
    limit: int | None = None
    all_day: bool = False  # what is listed by the clock, until the end of today

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()

    @property
    def time_of_day(self) -> str:
        """The local time, HH:MM."""
        return self.now.strftime("%H:%M")

    @property
    def instant(self) -> str:
        """Now, as it is stored."""
        return stored(self.now)

    @property
    def until_instant(self) -> str:
        """The last moment of what is listed by the clock: now, or the end of a later day (CLI.md, JSON)."""
        if self.until <= self.today and not self.all_day:
            return self.instant
        end = datetime.combine(self.until, time(23, 59, 59), self.now.tzinfo)
        return stored(end)

    def local(self, instant: str) -> datetime:
        """A stored instant as local time."""
        return datetime.fromisoformat(instant).astimezone(self.now.tzinfo)


class Source(NamedTuple):
    """One source: its base statement, its columns there, the order within a weight, and how an item is made of a row.

    `due` names the column of the day it is due, or with `by_clock` of the instant; `binds` what the base takes besides
    `until`, `overdue` the filter on late ones.
    """

    base: str
    weight: str
    key: str
    due: str
    overdue: str
    order: Sequence[str]
    item: Callable[[Any, Question, Policy], DueItem]
    due_time: str | None = None
    by_clock: bool = False
    is_task: bool = False
    binds: Sequence[str] = ("until",)


def _bound(asked: Question) -> Mapping[str, Any]:
    """Everything that bases and filters may take."""
    return {
        "until": asked.until.isoformat(),
        "until_instant": asked.until_instant,
        "today": asked.today.isoformat(),
    }


def _of(kind: str) -> Any:
    """The rules of one kind's items: counting needs none of them, and a list those of what it shows."""
    return import_module(f"crmcli.rules.due.{kind}")


def _need_clock(kind: str) -> Source:
    """One of a need's three clocks."""
    return _by_clock(
        "need",
        f"due_{kind}s",
        f"{kind}_by",
        f"{kind}_before",
        lambda row, asked: _of("need").clock_item(kind, row, asked.local, asked.now),
    )


Make = Callable[[Any, Question], DueItem]


def _by_day(table: str, base: str, column: str, overdue: str, make: Make) -> Source:
    """A kind with rows of its own, due on the day in `column`."""
    order = (f"{table}.{column}", f"{table}.id")
    return Source(
        base,
        f"{table}_weight",
        f"{table}_id",
        f"{table}_{column}",
        overdue,
        order,
        lambda row, asked, policy: make(row, asked),
    )


def _by_clock(table: str, base: str, column: str, overdue: str, make: Make) -> Source:
    """The same, due at the instant in `column`."""
    source = _by_day(table, base, column, overdue, make)
    return source._replace(by_clock=True, binds=("until_instant",))


def _round(kind: str) -> Source:
    """What comes round with every customer, and stands in its row."""
    column = round_column(kind)
    name = kind.replace("-", "_")
    return Source(
        f"due_{name}s",
        "customer_weight",
        "id",
        column,
        f"{name}_before",
        (f"customer.{column}", "customer.id"),
        lambda row, asked, policy: _of("rounds").item(kind, row, asked.today),
        # Who is won back is not cared for besides.
        binds=("until", "today") if kind == "care" else ("until",),
    )


def _of_customer(base: str, column: str, overdue: str, make: Make) -> Source:
    """What stands in the customer's own row, and gives way to winning it back."""
    return Source(
        base,
        "customer_weight",
        "id",
        column,
        overdue,
        (f"customer.{column}", "customer.id"),
        lambda row, asked, policy: make(row, asked),
        binds=("until", "today"),
    )


def _warning(base: str, column: str) -> Source:
    """A warning, from the day in `column` on."""
    return _of_customer(
        base,
        column,
        f"{column.removesuffix('_on')}_before",
        lambda row, asked: _of("churn").item(row, date.fromisoformat(row[column]), asked.today),
    )


_TASKS = Source(
    "due_tasks",
    "task_weight",
    "task_id",
    "task_listed_on",
    "task_before",
    ("task.listed_on", "task.due_time IS NULL", "task.due_time", "task.id"),
    lambda row, asked, policy: _of("task").item(row, asked.today, asked.time_of_day),
    due_time="task_due_time",
    is_task=True,
)
SOURCES: dict[str, Sequence[Source]] = {
    "respond": (_need_clock("respond"),),
    "feedback": (_need_clock("feedback"),),
    "solve": (_need_clock("solve"),),
    "plan-confirm": (
        _by_day("need", "due_plan_confirms", "plan_confirm_on", "plan_confirm_before", lambda row, asked: _of("need").plan_confirm_item(row, asked.today)),
    ),
    "progress": (
        _by_day("need", "due_progresses", "progress_on", "progress_before", lambda row, asked: _of("need").progress_item(row, asked.today)),
    ),
    "plan-step": (
        _by_day("plan_step", "due_plan_steps", "listed_on", "plan_step_before", lambda row, asked: _of("need").step_item(row, asked.today)),
    ),
    "promise": (
        _by_clock("promise", "due_promises", "due_at", "promise_before", lambda row, asked: _of("promise").item(row, asked.local, asked.now)),
    ),
    "amends": (
        _by_clock("promise", "due_amends", "amends_by", "amends_before", lambda row, asked: _of("promise").amends_item(row, asked.local, asked.now))
        ._replace(binds=()),
    ),
    "survey": (
        _by_day("survey", "due_surveys", "listed_on", "survey_before", lambda row, asked: _of("survey").item(row, asked.today)),
        _by_day("customer", "due_periodic_surveys", "ask_on", "periodic_survey_before", lambda row, asked: _of("survey").periodic_item(row, asked.today))
        ._replace(key="id", due="ask_on", binds=("until", "today")),
    ),
    "review": (
        _by_clock("review", "due_reviews", "due_at", "review_before", lambda row, asked: _of("survey").review_item(row, asked.local, asked.now)),
    ),
    "touch": (
        Source(
            "due_touches",
            "customer_weight",
            "id",
            "touch_due_on",
            "touch_before",
            ("customer.touch_due_on", "customer.id"),
            lambda row, asked, policy: _of("touch").item(row, facts_of(row), asked.today, policy),
            binds=("until", "today"),
        ),
    ),
    "follow-up": (_TASKS,),
    "task": (_TASKS,),
    "unanswered": (
        Source(
            "due_unanswered",
            "customer_weight",
            "id",
            "unanswered_on",
            "unanswered_before",
            ("customer.unanswered_on", "customer.id"),
            lambda row, asked, policy: _of("unanswered").item(row, asked.today, policy),
        ),
    ),
    "key-date": (
        Source(
            "due_key_dates",
            "key_date_weight",
            "key_date_id",
            "key_date_next_on",
            "key_date_before",
            ("key_date.next_on", "key_date.id"),
            lambda row, asked, policy: _of("key_date").item(row, asked.today, lunar.day_of),
        ),
    ),
    "visit": (
        Source(
            "due_visits",
            "customer_weight",
            "id",
            "visit_on",
            "visit_before",
            ("customer.visit_on", "customer.id"),
            lambda row, asked, policy: _of("visit").item(row, facts_of(row), asked.today, policy),
            binds=("until", "today"),
        ),
    ),
    "quote": (
        _by_day("deal", "due_quotes", "quote_on", "quote_before", lambda row, asked: _of("deal").quote_item(row, asked.today)),
    ),
    "deal": (
        _by_day("deal", "due_deals", "due_on", "deal_before", lambda row, asked: _of("deal").deal_item(row, asked.today)),
    ),
    "payment": (
        _by_day("customer_order", "due_payments", "payment_on", "payment_before", lambda row, asked: _of("order").payment_item(row, asked.today)),
    ),
    "renewal": (
        _by_day("contract", "due_renewals", "ends_on", "renewal_before", lambda row, asked: _of("contract").renewal_item(row, asked.today)),
    ),
    "contract-review": (
        _by_day("contract", "due_contract_reviews", "review_on", "contract_review_before", lambda row, asked: _of("contract").review_item(row, asked.today)),
    ),
    **{kind: (_round(kind),) for kind in ROUNDS},
    "file-check": (
        _of_customer("due_file_checks", "file_check_on", "file_check_before", lambda row, asked: _of("file_check").item(row, asked.today))
        ._replace(binds=("until",)),
    ),
    "reorder": (
        _of_customer("due_reorders", "reorder_on", "reorder_before", lambda row, asked: _of("reorder").item(row, asked.today)),
    ),
    "churn": (_warning("due_churns", "churn_on"), _warning("due_churns_again", "churn_again_on")),
    "risk": (
        _by_clock("risk", "due_risks", "due_at", "risk_before", lambda row, asked: _of("risk").item(row, asked.local, asked.now)),
    ),
    "win-back": (
        Source(
            "due_win_backs",
            "customer_weight",
            "id",
            "win_back_on",
            "win_back_before",
            ("customer.win_back_on", "customer.id"),
            lambda row, asked, policy: _of("win_back").item(row, asked.today),
            binds=("until", "today"),
        ),
    ),
}  # fmt: skip
"""Where the items of each kind lie; a kind may have several sources."""


def _kb_review(db: Database, asked: Question) -> DueItem | None:
    row = db.row("first_article_review", until=asked.until.isoformat())
    if row is None or row["on"] is None:
        return None
    from crmcli.rules.due import article

    return article.item(date.fromisoformat(row["on"]), row["n"], asked.today)


def _archive(db: Database, asked: Question) -> DueItem | None:
    """Of the last quarter that is over; else of the one that will be by the last day listed."""
    from crmcli.rules.due import archive

    over = archive.quarter_before(asked.today)
    for quarter in (over, over.following):
        if quarter.due_on <= asked.until and is_due(db, within(quarter, asked.now.tzinfo)):
            on = archive.due_on(quarter, begun_on(db, asked.now.tzinfo))
            return archive.item(quarter, on, asked.today) if on <= asked.until else None
    return None


def within(quarter: "Quarter", zone: tzinfo | None) -> Within:
    """A quarter as it is stored, by the clock of `zone`."""
    days = (quarter.first, quarter.due_on)
    begin, end = (stored(datetime.combine(day, time(), zone)) for day in days)
    return Within(quarter.first.isoformat(), quarter.last.isoformat(), begin, end)


def _tier_review(db: Database, asked: Question) -> DueItem | None:
    found = due_quarter(db, asked.today, asked.until, asked.now.tzinfo)
    return _of("tier_review").item(*found, asked.today) if found else None


OF_THE_FILE: dict[str, Callable[[Database, Question], DueItem | None]] = {
    "tier-review": _tier_review,
    "kb-review": _kb_review,
    "archive": _archive,
}
"""Kinds of which the whole file has one item, or none."""

KINDS = (*SOURCES, *OF_THE_FILE)


def due_items(db: Database, asked: Question, policy: Policy, tiers: Sequence[str]) -> list[DueItem]:
    """The items asked for, most pressing first.

    Of each weight `limit` + 1 are looked at in the index, and only what then leads the whole list is read and explained.
    """
    streams = [
        _stream(db, kind, place, weight, asked)
        for kind in asked.kinds
        for place in range(len(SOURCES.get(kind, ())))
        for weight in tier_weights(tiers)
    ]
    streams += [
        iter([_Place(_rank_of(item, asked), item.kind, "", 0, 0, item)])
        for item in _of_the_file(db, asked)
    ]
    # Each comes in order, so that only what comes out is ranked.
    leading = list(islice(merge(*streams), None if asked.limit is None else asked.limit + 1))
    rows = _whole_rows(db, leading, asked)
    items = []
    for at in leading:
        if isinstance(at.found, DueItem):
            items.append(at.found)
        elif row := rows.get(at.found_at):
            items.append(SOURCES[at.kind][at.source].item(row, asked, policy))
    return items


class _Place(NamedTuple):
    """Where an item stands in the list, by its rank and then so that no two are alike; and its row, or the item."""

    rank: tuple[Any, ...]
    kind: str
    due: str
    key: int
    source: int
    found: Any

    @property
    def found_at(self) -> tuple[str, int, int]:
        """Which row of which source it is."""
        return (self.kind, self.source, self.key)


def _stream(db: Database, kind: str, place: int, weight: int, asked: Question) -> Iterator[_Place]:
    """What is due of one source at one weight, in its order."""
    source = SOURCES[kind][place]
    for row in _top(db, kind, source, weight, asked):
        yield _Place(
            _rank(kind, source, row, asked), kind, row[source.due], row[source.key], place, row
        )


def _whole_rows(
    db: Database, leading: Sequence[_Place], asked: Question
) -> dict[tuple[str, int, int], Row]:
    """All that is to be shown of these; what another program settled meanwhile is left out."""
    if asked.limit is None:
        return {at.found_at: at.found for at in leading}
    keys: dict[tuple[str, int], list[int]] = {}
    for at in leading:
        if not isinstance(at.found, DueItem):
            keys.setdefault((at.kind, at.source), []).append(at.key)
    found = {}
    for (kind, place), some in keys.items():
        source = SOURCES[kind][place]
        chosen = predicate(source.weight.replace("_weight", "_in"), ids=some)
        for row in db.query(source.base, [chosen], **_wanted(source, asked)):
            found[kind, place, row[source.key]] = row
    return found


def as_it_stands(db: Database, item: DueItem, asked: Question, policy: Policy) -> DueItem | None:
    """An item of the list as it is by now; None once it is settled, put off or otherwise not asked for any more."""
    if item.kind in OF_THE_FILE:
        return next((one for one in _of_the_file(db, asked._replace(kinds=[item.kind])) if one.ref == item.ref), None)  # fmt: skip
    own = read_reference(item.ref)
    customer = read_reference(item.customer["ref"]) if item.customer else None
    for source in SOURCES[item.kind]:
        table = source.weight.removesuffix("_weight")
        whose = customer if table == "customer" else own
        if whose is None or whose.table != table:
            continue
        chosen = [predicate(f"{table}_in", ids=[whose.key]), *_filters(item.kind, source, asked)]
        for row in db.query(source.base, chosen, **_wanted(source, asked)):
            found = source.item(row, asked, policy)
            if found.ref == item.ref:
                return found
    return None


def count_due(db: Database, asked: Question, tiers: Sequence[str]) -> int:
    """How many items there are, by index alone unless customers are filtered."""
    return sum(counts(db, asked, tiers).values())


def counts(db: Database, asked: Question, tiers: Sequence[str]) -> dict[str, int]:
    """The same by kind: all that lies with customers in one statement, once for each weight."""
    suffix = "_filtered" if asked.filters else ""
    sources = [(kind, source) for kind in asked.kinds for source in SOURCES.get(kind, ())]
    counted = [
        (f"count_{source.base}{suffix}", [(frozen.PREDICATES[source.weight], {}), *_filters(kind, source, asked)])
        for kind, source in sources
    ]  # fmt: skip
    found = dict.fromkeys(asked.kinds, 0)
    for numbers in db.count_together(counted, "weight", tier_weights(tiers), **_bound(asked)):
        for (kind, _), number in zip(sources, numbers, strict=True):
            found[kind] += number
    return found | {item.kind: 1 for item in _of_the_file(db, asked)}


def tier_weights(tiers: Sequence[str]) -> list[int]:
    """What the tiers add to a weight, the most first."""
    return [ranking.tier_weight(tier, tiers) for tier in tiers]


def _of_the_file(db: Database, asked: Question) -> list[DueItem]:
    """What belongs to no customer, unless customers are asked for."""
    if asked.filters:
        return []
    asked_for = [OF_THE_FILE[kind] for kind in asked.kinds if kind in OF_THE_FILE]
    items = [item for look in asked_for if (item := look(db, asked))]
    return [item for item in items if item.is_overdue or not asked.only_overdue]


def _wanted(source: Source, asked: Question) -> dict[str, Any]:
    bound = _bound(asked)
    return {name: bound[name] for name in source.binds}


def _rank(kind: str, source: Source, row: Row, asked: Question) -> tuple[Any, ...]:
    weight = ranking.weight(kind, row["tier_weight"])
    if source.by_clock:
        at = asked.local(row[source.due])
        return ranking.rank(weight, at.date(), at.strftime("%H:%M"), asked.today)
    due_time = row[source.due_time] if source.due_time else None
    return ranking.rank(weight, date.fromisoformat(row[source.due]), due_time, asked.today)


def _rank_of(item: DueItem, asked: Question) -> tuple[Any, ...]:
    return ranking.rank(ranking.weight(item.kind, 0), item.due_on, item.due_time, asked.today)


def _top(db: Database, kind: str, source: Source, weight: int, asked: Question) -> list[Row]:
    """The first of one source at one weight; with a limit only what they are ranked by."""
    base = source.base
    if asked.limit is not None:
        base = f"top_{base}_filtered" if asked.filters else f"top_{base}"
    return db.query(
        base,
        [predicate(source.weight, weight=weight), *_filters(kind, source, asked)],
        order=source.order,
        limit=None if asked.limit is None else asked.limit + 1,
        **_wanted(source, asked),
    )


def _filters(kind: str, source: Source, asked: Question) -> list[Predicate]:
    filters = list(asked.filters)
    if source.is_task:
        filters.append(predicate(f"kind_{kind.replace('-', '_')}"))
    if asked.only_overdue:
        values = (
            {"before_instant": asked.instant}
            if source.by_clock
            else {"before": asked.today.isoformat()}
        )
        if source.is_task:
            values["before_time"] = asked.time_of_day
        filters.append(predicate(source.overdue, **values))
    return filters
