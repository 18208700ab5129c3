"""The figures of reports once more, in a few plain lines each, from what `export all --reveal` says (docs/decisions/0033).

Nothing of the program is used here but what the export has: no rule, no statement, no measure.
"""

import calendar
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

from tests.contract.made_up import CHANNELS, STAGES, Data

SHANGHAI = ZoneInfo("Asia/Shanghai")
REASONS = ("price", "product", "service", "competitor", "no budget", "contact left", "other", "unknown")  # fmt: skip
LEADS = ("prospect", "interested")
Row = dict[str, Any]


def rate(cases: Iterable[bool]) -> Row:
    known = list(cases)
    return {"rate": sum(known) / len(known) if known else None, "n": len(known)}


def middle(values: Iterable[float]) -> Row:
    known = list(values)
    return {"median": statistics.median(known) if known else None, "n": len(known)}


def mean(values: Iterable[float]) -> Row:
    known = list(values)
    return {"mean": sum(known) / len(known) if known else None, "n": len(known)}


def days(first: str, last: str) -> int:
    return max(0, (date.fromisoformat(last) - date.fromisoformat(first)).days)


def local_day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).date().isoformat()


# --- funnel ---


def moves(data: Data, who: Row) -> list[Row]:
    """The recorded changes of stage of a customer, in their order."""
    mine = (row for row in data.of["stage_change"] if row["customer_id"] == who["id"])
    return sorted(
        (row for row in mine if "from_stage" in row), key=lambda row: (row["changed_on"], row["id"])
    )


def timeline(data: Data, who: Row) -> list[tuple[str, str | None]]:
    """Each stage a customer came to, and the day; the first is the one it was added with."""
    later = [(row["to_stage"], row["changed_on"]) for row in moves(data, who)]
    by_hand = sorted(
        (row["changed_on"], row["id"], row["to_stage"])
        for row in data.of["stage_change"]
        if row["customer_id"] == who["id"] and "from_stage" not in row
    )
    if by_hand:
        day, _key, stage = by_hand[0]
    else:
        stage = moves(data, who)[0]["from_stage"] if later else who["stage"]
        day = who["added_on"] if stage in LEADS else None
    if stage == "customer" and "since" in who:
        day = who["since"]
    return [(stage, day), *later]


def stood(data: Data, who: Row, day: str) -> str | None:
    """Its stage at the end of a day."""
    if who["added_on"] > day:
        return None
    left: list[str] = [row["from_stage"] for row in moves(data, who) if row["changed_on"] > day]
    return left[0] if left else str(who["stage"])


def funnel(data: Data, first: str, last: str) -> Row:
    def within(day: str | None) -> bool:
        return day is not None and first <= day <= last

    everybody = data.of["customer"]
    lines = {who["id"]: timeline(data, who) for who in everybody}
    came = {
        stage: [who for who in everybody if any(to == stage and within(on) for to, on in lines[who["id"]])]
        for stage in STAGES
    }  # fmt: skip
    eve = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    was_lost = [who for who in everybody if stood(data, who, eve) == "lost"]
    back = [
        who
        for who in everybody
        if any(
            row["from_stage"] == "lost" and row["to_stage"] in ("interested", "customer") and within(row["changed_on"])
            for row in moves(data, who)
        )
    ]  # fmt: skip
    at_stake = {who["id"] for who in (*was_lost, *came["lost"], *back)}
    new_leads = [
        who for who in everybody if within(who["added_on"]) and lines[who["id"]][0][0] in LEADS
    ]

    def converted(who: Row) -> bool:
        return any(to == "customer" and on is not None and on <= last for to, on in lines[who["id"]][1:])  # fmt: skip

    sources = []
    for source in {who.get("source") for who in everybody}:
        mine = [who for who in everybody if who.get("source") == source]
        told: Row = {
            "source": source,
            "added": sum(within(who["added_on"]) for who in mine),
            "became_customers": sum(who in came["customer"] for who in mine),
            "conversion": rate(converted(who) for who in mine if who in new_leads),
        }
        if told["added"] or told["became_customers"]:
            sources.append(told)
    sources.sort(key=lambda one: (-one["added"], -one["became_customers"], one["source"] is None, one["source"] or ""))  # fmt: skip
    reasons = Counter(who.get("loss_reason", "unknown").split(":")[0] for who in came["lost"])
    return {
        "stages": {
            stage: {
                "entered": len(came[stage]),
                "standing": sum(stood(data, who, last) == stage for who in everybody),
            }
            for stage in STAGES
        },
        "steps": [step(lines.values(), begin, goal, first, last) for begin, goal in pairwise(STAGES)],
        "conversion": rate(map(converted, new_leads)),
        "sources": sources,
        "loss_reasons": {reason: reasons[reason] for reason in REASONS},
        "win_back": {"rate": len(back) / len(at_stake) if at_stake else None, "n": len(at_stake)},
        **deals(data, first, last),
    }  # fmt: skip


def step(lines: Iterable[list[tuple[str, str | None]]], begin: str, goal: str, first: str, last: str) -> Row:  # fmt: skip
    reached, took = [], []
    goals = ("interested", "customer") if goal == "interested" else (goal,)
    for line in lines:
        within = [on is not None and first <= on <= last for _to, on in line]
        starts = [i for i, (to, _on) in enumerate(line) if to == begin and within[i]]
        if starts:
            reached.append(any(to in goals and (on or "") <= last for to, on in line[starts[0] + 1 :]))  # fmt: skip
        for i in range(1, len(line)):
            if within[i] and (line[i - 1][0], line[i][0]) == (begin, goal) and line[i - 1][1]:
                took.append(days(line[i - 1][1] or "", line[i][1] or ""))
    return {"from": begin, "to": goal, **rate(reached), "days": middle(took)}


def in_currencies(data: Data, rows: Iterable[Row], *, weigh: bool = False) -> list[Row]:
    """Added up in major units; euros count as yuan where a rate is set, dollars stand apart."""
    found: dict[str, Row] = {}
    for row in rows:
        currency = row.get("currency", "CNY")
        amount = row.get("amount", 0) / 100
        if f"currency.rate.{currency}" in data.settings:
            currency, amount = "CNY", amount * float(data.settings[f"currency.rate.{currency}"])
        one = found.setdefault(currency, {"currency": currency, "deals": 0, "unpriced": 0, "sum": 0})  # fmt: skip
        one["deals"] += 1
        one["unpriced"] += "amount" not in row
        one["sum"] += amount
        if weigh:
            one["weighted"] = one.get("weighted", 0) + amount * row.get("probability", 100) / 100
    return sorted(found.values(), key=lambda one: (one["currency"] != "CNY", one["currency"]))


def deals(data: Data, first: str, last: str) -> Row:
    still = [
        row
        for row in data.of["deal"]
        if (row["stage"] in ("open", "quoted") or row["closed_on"] > last)
        and (local_day(row["created_at"]) <= last or row.get("quoted_on", "9999") <= last)
    ]
    ended = [row for row in data.of["deal"] if first <= row.get("closed_on", "9999") <= last]
    won, lost = ([row for row in ended if row["stage"] == stage] for stage in ("won", "lost"))
    begun = [(min(row.get("quoted_on", "9999"), local_day(row["created_at"])), row["closed_on"]) for row in won]  # fmt: skip
    return {
        "pipeline": in_currencies(data, still, weigh=True),
        "won": {"n": len(won), "amounts": in_currencies(data, won)},
        "lost": {"n": len(lost), "amounts": in_currencies(data, lost)},
        "win_rate": rate([True] * len(won) + [False] * len(lost)),
        "days_to_win": mean(days(begin, end) for begin, end in begun if begin <= end),
    }


# --- follow-up ---


def follow_up(data: Data, first: str, last: str) -> Row:
    live = {who["id"] for who in data.of["customer"]}
    every = [row for row in data.of["interaction"] if row["customer_id"] in live]
    contacts = [row for row in every if first <= row["contacted_on"] <= last]
    keys = {row["id"] for row in contacts}
    with_task = {row.get("interaction_id") for row in data.of["task"]}
    named = {
        (row["name"], row["interaction_id"])
        for row in data.of["participant"]
        if row["side"] == "ours" and row["interaction_id"] in keys
    }
    people = Counter(name for name, _key in named)
    unnamed = len(keys - {key for _name, key in named})
    by_person = [{"name": name, "n": n} for name, n in sorted(people.items(), key=lambda one: (-one[1], one[0]))]  # fmt: skip
    won = []
    for who in data.of["customer"]:
        line = timeline(data, who)
        day = next((on for to, on in line if to == "customer"), None)
        if line[0][0] != "customer" and day and first <= day <= last:
            before = [row for row in every if row["customer_id"] == who["id"] and row["contacted_on"] <= day]  # fmt: skip
            won.append((len(before), days(who["added_on"], day)))
    return {
        "contacts": len(contacts),
        "by_channel": {name: sum(row["channel"] == name for row in contacts) for name in CHANNELS},
        "weeks": weeks(contacts, first, min(last, data.today)),
        "two_way": rate(both_spoke(row) for row in contacts),
        "no_answer": rate(bool(row["no_answer"]) for row in contacts),
        "with_intent": rate("intent" in row for row in contacts),
        "with_next": rate("promised_on" in row or row["id"] in with_task for row in contacts),
        "by_person": [*by_person, *([{"name": None, "n": unnamed}] if unnamed else [])],
        "contacts_until_won": middle(n for n, _days in won),
        "days_until_won": middle(took for _n, took in won),
        "cadence_kept": rate(touches(data, every, first, last)),
    }


def weeks(contacts: Sequence[Row], first: str, last: str) -> list[Row]:
    found: dict[str, list[str]] = {}
    day = date.fromisoformat(first)
    while day.isoformat() <= last:
        found.setdefault(day.strftime("%G-W%V"), []).append(day.isoformat())
        day += timedelta(days=1)
    told = []
    for week, listed in found.items():
        mine = Counter(row["channel"] for row in contacts if row["contacted_on"] in listed)
        told.append({"week": week, "from": listed[0], "to": listed[-1], "n": mine.total(), "by_channel": {name: mine[name] for name in CHANNELS}})  # fmt: skip
    return told


def both_spoke(row: Row) -> bool:
    live = row["channel"] in ("call", "visit", "meeting", "video")
    return not row["no_answer"] and (live or row["direction"] in ("in", "both"))


def touches(data: Data, contacts: Sequence[Row], first: str, last: str) -> Iterable[bool]:
    """Of each touch due in the period whether it was made in time."""
    for who in data.of["customer"]:
        if who["stage"] != "customer" or "retired_on" in who or who["do_not_contact"]:
            continue
        became = [row["changed_on"] for row in moves(data, who) if row["to_stage"] == "customer"]
        began = who.get("since") or max(became, default="")
        spoken = sorted(
            {
                row["contacted_on"]
                for row in contacts
                if row["customer_id"] == who["id"] and both_spoke(row)
                and not ("need_id" in row and row["direction"] == "in")
            }
        )  # fmt: skip
        every = who.get("cadence") or {"core": "1m", "potential": "2m"}.get(who.get("tier", ""), "3m")  # fmt: skip
        for day in spoken:
            due = after(
                date.fromisoformat(day), every, data.settings["calendar.country"]
            ).isoformat()
            if day < began or not first <= due <= last:
                continue
            if any(day < other <= due for other in spoken):
                yield True
            elif due < data.today:
                yield False


def after(day: date, every: str, country: str) -> date:
    """A cadence later, moved to the next working day."""
    if every.endswith("wd"):
        for _ in range(int(every[:-2])):
            day = worked(day + timedelta(days=1), country)
        return day
    n, unit = int(every[:-1]), every[-1]
    if unit == "m":
        month = day.month - 1 + n
        year, month = day.year + month // 12, month % 12 + 1
        day = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return worked(day, country)
    return worked(day + timedelta(days=n * (7 if unit == "w" else 1)), country)


def worked(day: date, country: str) -> date:
    """The first working day from `day` on; beyond what China has announced it does not matter here."""
    while (
        day.weekday() > 4
        if country == "none"
        else not (day.year > 2026 or chinese_calendar.is_workday(day))
    ):
        day += timedelta(days=1)
    return day


# --- service, satisfaction, promises ---


def service(data: Data, first: str, last: str) -> Row:
    """All but what was in time, which tests of their own count by hand."""
    needs = {row["id"]: row for row in data.of["need"]}
    received = [row for row in needs.values() if first <= local_day(row["received_at"]) <= last]
    events = [row for row in data.of["service_event"] if row["need_id"] in needs]
    within = [row for row in events if first <= local_day(row["at"]) <= last]
    resolved = {row["need_id"] for row in within if row["kind"] == "resolved"}
    reopened = [row["need_id"] for row in events if row["kind"] == "reopened"]
    counted = Counter(row["category"] for row in received if "category" in row)
    kinds = ("feature", "service", "problem", "complaint", "question", "suggestion")
    return {
        "received": len(received),
        "by_kind": {kind: sum(row.get("kind", "unknown") == kind for row in received) for kind in (*kinds, "unknown")},
        "by_urgency": {word: sum(row.get("urgency", "untriaged") == word for row in received) for word in ("urgent", "important", "routine", "untriaged")},
        "first_time_resolution": {**rate(key not in reopened for key in resolved), "goal": 0.85},
        "reopened": sum(row["kind"] == "reopened" for row in within),
        "categories": sorted(counted.values(), reverse=True)[:3],
        **clocks(data, needs.values(), first, last),
    }  # fmt: skip


def clocks(data: Data, needs: Iterable[Row], first: str, last: str) -> Row:
    """How long the three clocks took: the first two of needs received in the period, the last of those solved in it."""
    taken: dict[str, list[float]] = {"first_response": [], "feedback": [], "solve": []}
    country = data.settings["calendar.country"]

    def measure(name: str, need: Row, begin: str, end: str | None) -> None:
        on_the_wall = need.get("urgency") == "urgent" or (name, need.get("kind")) == ("solve", "complaint")  # fmt: skip
        if end:
            minutes = wall_minutes if on_the_wall else partial(working_minutes, country)
            taken[name].append(minutes(begin, max(begin, end)))

    for need in needs:
        events = sorted((one for one in data.of["service_event"] if one["need_id"] == need["id"]), key=lambda one: (one["at"], one["id"]))  # fmt: skip
        reopened = [place for place, one in enumerate(events) if one["kind"] == "reopened"]
        once = events[: reopened[0]] if reopened else events
        if first <= local_day(need["received_at"]) <= last:
            until = (events[reopened[0]]["at"], events[reopened[0]]["contact_id"]) if reopened else ("9", 0)  # fmt: skip
            answers = [
                one["at"]
                for one in data.of["interaction"]
                if one.get("need_id") == need["id"] and not one["no_answer"]
                and (one["channel"] in ("call", "visit", "meeting", "video") or one["direction"] != "in")
                and (one["at"], one["id"]) <= until
            ]  # fmt: skip
            told = [one["at"] for one in once if one["kind"] in ("sent", "scheduled", "resolved")]
            measure("first_response", need, need["received_at"], min(answers, default=None))
            measure("feedback", need, need["received_at"], min(told, default=None))
        begin = events[reopened[-1]]["at"] if reopened else need["received_at"]
        of_last = events[reopened[-1] :] if reopened else events
        solved = [one["at"] for one in of_last if one["kind"] == "resolved"]
        if solved and first <= local_day(solved[-1]) <= last:
            measure("solve", need, begin, solved[-1])
    return {name: middle_and_most(minutes) for name, minutes in taken.items()}


def middle_and_most(values: Sequence[float]) -> Row:
    """The median, and what nine of ten do not exceed (type 7)."""
    if len(values) < 2:
        alone = values[0] if values else None
        return {"median_minutes": alone, "p90_minutes": alone, "n": len(values)}
    most = statistics.quantiles(values, n=10, method="inclusive")[-1]
    return {"median_minutes": statistics.median(values), "p90_minutes": most, "n": len(values)}


def wall_minutes(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)) / timedelta(minutes=1)


def working_minutes(country: str, begin: str, end: str) -> float:
    """The minutes from 9 to 12 and from 13 to 18 o'clock of working days."""
    since, until = (datetime.fromisoformat(at).astimezone(SHANGHAI) for at in (begin, end))
    found, day = 0.0, since.date()
    while day <= until.date():
        is_new_year = country != "none" and (day.month, day.day) == (1, 1)
        if worked(day, country) == day and not is_new_year:
            for opens, closes in ((9, 12), (13, 18)):
                midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
                came = max(since, midnight + timedelta(hours=opens))
                went = min(until, midnight + timedelta(hours=closes))
                found += max(timedelta(), went - came) / timedelta(minutes=1)
        day += timedelta(days=1)
    return found


def satisfaction(data: Data, first: str, last: str) -> Row:
    """Who is dormant is what `list-customers` says."""
    found = [row for row in data.of["survey"] if "at" in row and first <= local_day(row["at"]) <= last]  # fmt: skip
    answered = [row for row in found if row["status"] == "answered"]
    sent = [
        row for row in data.of["survey"]
        if row["status"] == "sent" and "at" not in row and first <= local_day(row["sent_at"]) <= last
    ]  # fmt: skip
    asked = [True] * len(answered) + [False] * (len(found) - len(answered) + len(sent))
    dimensions = {}
    for name in ("solved", "speed", "attitude", "product", "response", "support"):
        given = [row[name] for row in answered if name in row]
        dimensions[name] = {"index": index(given)["value"], "csat": rate(one >= 4 for one in given)["rate"], "n": len(given)}  # fmt: skip
    return {
        **scores(answered),
        "by_dimension": dimensions,
        "by_kind": {
            kind: scores([row for row in answered if row["kind"] == kind])
            for kind in ("service", "relation", "deep")
        },
        "response_rate": rate(asked),
        "answered": len(answered),
        "no_answer": len(found) - len(answered),
        "sent": len(sent),
        "coverage": coverage(data, last),
    }


def coverage(data: Data, last: str) -> Row:
    """Of today's customers who are not dormant, those that answered within the year up to the end of the period."""
    eve = f"{int(last[:4]) - 1}{last[4:]}" if last[5:] != "02-29" else f"{int(last[:4]) - 1}-02-28"
    answered = {
        row["customer_id"]
        for row in data.of["survey"]
        if row["status"] == "answered" and eve < local_day(row["at"]) <= last
    }
    active = [
        who["id"] for who in data.of["customer"]
        if who["stage"] == "customer" and "retired_on" not in who and who["id"] not in data.dormant
    ]  # fmt: skip
    return {**rate(key in answered for key in active), "goal": 0.3}


def scores(answered: Sequence[Row]) -> Row:
    """What these answers say, all in all."""
    overall = [row["overall"] for row in answered if "overall" in row]
    nps = [row["nps"] for row in answered if "nps" in row]
    good, bad = sum(score >= 9 for score in nps), sum(score <= 6 for score in nps)
    return {
        "csat": rate(score >= 4 for score in overall),
        "index": index(overall),
        "nps": {
            "score": 100 * (good - bad) / len(nps) if nps else None, "promoters": good,
            "passives": len(nps) - good - bad, "detractors": bad, "n": len(nps),
        },
    }  # fmt: skip


def index(given: Sequence[int]) -> Row:
    """Scores from 1 to 5 as a mean from 0 to 100."""
    mean = sum((score - 1) * 25 for score in given) / len(given) if given else None
    return {"value": mean, "n": len(given)}


def promises(data: Data, first: str, last: str) -> Row:
    ours: list[Row] = []
    theirs: list[Row] = []
    for row in data.of["promise"]:
        if first <= row["due_on"] <= last:
            (ours if row["by"] == "we-owe" else theirs).append(row)

    def decided(rows: Iterable[Row]) -> Iterable[bool]:
        for row in rows:
            if "broken_on" in row or "kept_on" in row or row["due_on"] < data.today:
                yield "broken_on" not in row and row.get("kept_on", "9999") <= row["due_on"]

    goals = {"basic": 1.0, "value-add": 0.9, "surprise": None}
    undone = [row for row in ours if "kept_on" not in row and "broken_on" not in row]
    return {
        "on_time": rate(decided(ours)),
        "they_owe": rate(decided(theirs)),
        "by_level": {
            level: {**rate(decided(row for row in ours if row["level"] == level)), "goal": goal}
            for level, goal in goals.items()
        },
        "kept": sum("kept_on" in row and "broken_on" not in row for row in ours),
        "broken": sum("broken_on" in row for row in ours),
        "open": len(undone),
        "overdue": sum(row["due_on"] < data.today for row in undone),
    }
