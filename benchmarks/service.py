"""The made-up needs, plans, promises, surveys, reviews and articles: who has them, and how each went.

Every fourth customer has two needs. One need in ten is open, one in ten was resolved just now and is asked about: these
lie at the fifth of customers with the first keys, turn about, so that n1, n3, … can be worked on and n2, n4, … be asked
about. Customer `HEAVY` has many more.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from benchmarks.basics import (
    INTERACTIONS,
    NOW,
    TODAY,
    Profile,
    Row,
    day,
    dice_for,
    instant,
    profiles,
    stored,
)

HEAVY = 7  # a customer with a great many needs, a tenth of them open
HEAVY_NEEDS = 500
_EVERY = 4  # customers of whom one has needs
_CURRENT = 5  # needs and promises of which one is open
_PROMISED = 5  # customers of whom one has a promise
_ARTICLES = 500  # customers to an article
_NOW = datetime.fromisoformat(f"{NOW}:00+08:00").astimezone(UTC)
_TEXTS = (
    "打印机经常卡纸，影响出货", "希望支持批量导出报表", "新员工需要操作培训", "上次的发票抬头开错了", "接口偶尔超时，查不到原因", "交货比约定晚了三天",
    "the scanner stops after ten pages", "wants the price list in euros", "asks how to reset the controller", "设备噪音比验收时大",
    "希望增加微信通知", "客服热线没人接，很不满意",
)  # fmt: skip
_SOLUTIONS = (
    "已更换配件并测试通过",
    "已远程调整参数",
    "replaced the drum and cleaned the rollers",
    "已补开发票并寄出",
    "trained two people on site",
)
_STEPS = ("现场检测", "寄送备用机", "更换主板", "send a loan device", "回访确认")
_CATEGORIES = ("设备", "软件", "交付", "票据", "培训", "接口")
_PROMISES = (
    "周五前寄出样品",
    "提供对账单",
    "send the test report",
    "安排工程师上门",
    "月底前给出折扣方案",
)
_GOOD = ("响应很快", "engineer was friendly", "问题一次解决")
_BAD = ("等了太久", "had to call twice", "没有讲清楚原因")
_OWNERS = ("李雷", "韩梅梅", "王芳")


class Course(NamedTuple):
    """One need and all that came of it; its rows lack only keys."""

    need: Row
    events: list[Row]
    steps: list[Row]
    escalations: list[Row]
    survey: Row | None
    review: Row | None


def count(size: int) -> int:
    """How many needs a file of `size` customers has, without those of the heavy one."""
    return size // 2


def need_about(key: int, turn: int, size: int) -> int | None:
    """The need that the contact of a customer, `turn` contacts before its newest, was about."""
    if key % _EVERY:
        return None
    first = key // _EVERY * 2 - 1
    if first > count(size) - 1:
        return None
    turns = {0: first, 1: first + 1}
    if not _is_current(first, size):
        turns = {2: first, 1: first, 5: first + 1, 4: first + 1}
    return turns.get(turn)


def _is_current(number: int, size: int) -> bool:
    return number <= count(size) // _CURRENT


@cache
def courses(size: int) -> list[Course]:
    """All needs in the order of their keys."""
    usual = count(size)
    made = []
    for number in range(1, usual + HEAVY_NEEDS + 1):
        dice = random.Random(f"need {number if number <= usual else number - usual + 10**9}")
        is_heavy = number > usual
        key = HEAVY if is_heavy else (number + 1) // 2 * _EVERY
        is_current = number % 5 == 0 if is_heavy else _is_current(number, size)
        profile = profiles(size)[key - 1]
        if is_current and number % 2:
            made.append(_open(number, key, profile, dice, size))
        else:
            made.append(_closed(number, key, profile, dice, is_current))
    return made


def _need(number: int, key: int, received: datetime, dice: random.Random, **more: Any) -> Row:
    urgency = dice.choices(("urgent", "important", "routine"), (1, 3, 6))[0]
    kind = dice.choices(
        ("feature", "service", "problem", "complaint", "question", "suggestion"),
        (2, 2, 4, 1, 2, 1),
    )[0]
    return {
        "customer_id": key,
        "external_id": f"T{number:06d}" if number % 4 == 1 else None,
        "text": f"{dice.choice(_TEXTS)}（{number}）",
        "kind": kind,
        "urgency": urgency,
        "strength": dice.choice(("core", "expected", None)),
        "received_at": stored(received),
        "value": dice.choice((1, 2, 3, 4, 5, None)),
        "fit": dice.choice((1, 2, 3, 4, 5, None)),
        "cost": dice.choice((1, 2, 3, 4, 5, None)),
        "owner": dice.choice(_OWNERS),
        "category": dice.choice(_CATEGORIES),
        "created_at": stored(received),
    } | more


def _event(number: int, key: int, kind: str, at: datetime, **more: Any) -> Row:
    return {"customer_id": key, "need_id": number, "kind": kind, "at": stored(at)} | more


def _step(number: int, key: int, made: datetime, due_on: date, dice: random.Random) -> Row:
    return {
        "customer_id": key,
        "need_id": number,
        "text": dice.choice(_STEPS),
        "owner": dice.choice(_OWNERS),
        "due_on": due_on.isoformat(),
        "created_at": stored(made),
    }


def _open(number: int, key: int, profile: Profile, dice: random.Random, size: int) -> Course:
    """One that is open: just come in, or in any state that work goes through; some wait for the customer."""
    talked = min(instant(profile.last_ago, key), _NOW - timedelta(minutes=20))
    if dice.random() < 0.3:
        received = _NOW - timedelta(minutes=dice.randrange(10, 60 * 48))
        state = dice.choice(("received", "triaged"))
        need = _need(number, key, received, dice, status=state)
        need["urgency"] = None if state == "received" else need["urgency"]
        return Course(need, [], [], [], None, None)
    received = talked - timedelta(minutes=30)
    state = dice.choice(("triaged", "planned", "planned", "scheduled", "in_progress", "reopened"))
    need = _need(number, key, received, dice, status=state)
    events, steps = [], []
    at = min(talked + timedelta(hours=dice.randrange(1, 30)), _NOW - timedelta(minutes=10))
    if state in ("planned", "in_progress"):
        for place in range(2):
            due_on = TODAY + timedelta(days=dice.randrange(-3, 30) + place)
            steps.append(_step(number, key, received, due_on, dice))
        events.append(_event(number, key, "sent", at))
    if state == "in_progress":
        at = min(at + timedelta(hours=5), _NOW - timedelta(minutes=5))
        events.append(_event(number, key, "agreed", at))
    if state == "scheduled":
        need["scheduled_for"], need["scheduled_on"] = "2027.1", day(-60)
        events.append(_event(number, key, "scheduled", at, text="2027.1"))
    if state == "reopened":
        events.append(_event(number, key, "resolved", talked, text=dice.choice(_SOLUTIONS)))
        events.append(_event(number, key, "reopened", at))
    if dice.random() < 0.2:
        since = _NOW - timedelta(minutes=4)
        newest = size * INTERACTIONS
        events.append(_event(number, key, "waiting", since, text="序列号", contact_id=newest))
    escalated = dice.random() < 0.05
    return Course(need, events, steps, [_escalation(need, number, at)] * escalated, None, None)


def _escalation(need: Row, number: int, at: datetime) -> Row:
    whose = {"customer_id": need["customer_id"], "need_id": number, "at": stored(at)}
    return {**whose, "level": 1, "to_name": "王经理", "reason": "客户催促"}


def _closed(
    number: int, key: int, profile: Profile, dice: random.Random, is_recent: bool
) -> Course:
    """One that was resolved: within the last days and not asked about yet, or earlier and done with."""
    if is_recent:
        solved = _NOW - timedelta(hours=dice.randrange(1, 9 * 24))
    else:
        turn = 5 if number % 2 == 0 else 2
        ago = profile.last_ago + turn * profile.gap
        took = dice.choices((dice.randrange(1, 40), dice.randrange(40, 200)), (4, 1))[0]
        solved = min(instant(ago, key + turn) + timedelta(hours=took), _NOW - timedelta(hours=3))
    received = solved - timedelta(hours=dice.randrange(1, 90))
    need = _need(number, key, received, dice, status="resolved", solution=dice.choice(_SOLUTIONS))
    events, steps = [], []
    if dice.random() < 0.5:
        step = _step(number, key, received, solved.date(), dice)
        done = {"done_at": stored(solved), "done_on": solved.date().isoformat()}
        steps.append({**step, **done, "result": "完成"})
        events.append(_event(number, key, "sent", received + (solved - received) / 2))
    if dice.random() < 0.1:
        events.append(_event(number, key, "resolved", solved - timedelta(hours=2)))
        events.append(_event(number, key, "reopened", solved - timedelta(hours=1)))
    events.append(_event(number, key, "resolved", solved, text=need["solution"]))
    escalations = [_escalation(need, number, received)] * (dice.random() < 0.03)
    survey = {
        "customer_id": key,
        "need_id": number,
        "kind": "service",
        "opened_on": solved.date().isoformat(),
        "created_at": stored(solved),
    }
    if is_recent:
        if dice.random() < 0.3:
            survey |= {"status": "sent", "sent_at": stored(solved), "sent_on": survey["opened_on"]}
        return Course(need, events, steps, escalations, survey, None)
    need["status"] = dice.choices(("confirmed", "resolved", "declined"), (7, 2, 1))[0]
    if need["status"] != "resolved":
        events.append(_event(number, key, need["status"], solved + timedelta(minutes=30)))
    asked = min(solved + timedelta(hours=dice.randrange(20, 90)), _NOW - timedelta(hours=1))
    survey |= _answer(dice, asked)
    review = None
    if survey["status"] == "answered" and (survey["overall"] <= 3 or (survey["nps"] or 10) <= 6):
        review = _review(key, asked, dice)
    return Course(need, events, steps, escalations, survey, review)


def _answer(dice: random.Random, at: datetime) -> Row:
    when = {"at": stored(at), "answered_on": at.date().isoformat()}
    if dice.random() < 0.3:
        return {"status": "no_answer", **when}
    overall = dice.choices((5, 4, 3, 2, 1), (50, 35, 10, 3, 2))[0]
    is_good = overall > 3
    return {
        "status": "answered",
        **when,
        "overall": overall,
        "solved": overall,
        "speed": min(5, overall + 1),
        "attitude": 5,
        "nps": dice.choice((8, 9, 10, None)) if is_good else dice.randrange(0, 8),
        "good": dice.choice(_GOOD) if is_good and dice.random() < 0.3 else None,
        "bad": None if is_good else dice.choice(_BAD),
    }


def _review(key: int, opened: datetime, dice: random.Random) -> Row:
    made = {"customer_id": key, "opened_at": stored(opened), "created_at": stored(opened)}
    if opened > _NOW - timedelta(days=2) or dice.random() < 0.02:
        return made
    done = opened + timedelta(hours=5)
    settled = {"done_at": stored(done), "done_on": done.date().isoformat()}
    return {**made, **settled, "cause": dice.choice(("speed", "technical")), "action": "培训客服"}


# --- the tables ---


def needs(size: int) -> Iterator[Row]:
    """The needs themselves."""
    return (one.need for one in courses(size))


def service_events(size: int) -> Iterator[Row]:
    """What happened to them."""
    return (event for one in courses(size) for event in one.events)


def escalations(size: int) -> Iterator[Row]:
    """Those that were taken higher up."""
    return (row for one in courses(size) for row in one.escalations)


def plan_steps(size: int) -> Iterator[Row]:
    """The steps of their plans."""
    return (step for one in courses(size) for step in one.steps)


def promises(size: int) -> Iterator[Row]:
    """A fifth of them open, those with the first keys: some late, some of the next days, most of later ones."""
    dice = dice_for("promise")
    for number in range(1, size // _PROMISED + 1):
        due = dice.randrange(-10, 60) if number * _CURRENT <= size // _PROMISED else None
        ago = -due if due is not None else dice.randrange(2, 700)
        row = {
            "customer_id": number * _PROMISED,
            "text": dice.choice(_PROMISES),
            "by": dice.choices(("we-owe", "they-owe"), (4, 1))[0],
            "level": dice.choices(("basic", "value-add", "surprise"), (6, 3, 1))[0],
            "owner": dice.choice(_OWNERS),
            "due_on": day(ago),
            "due_time": "15:00" if number % 3 == 0 else None,
            "external_id": f"P{number:06d}" if number % 6 == 0 else None,
            "created_at": stored(instant(max(ago, 0) + 14, number)),
        }
        yield row if due is not None else row | _settled(ago, number, dice)


def _settled(ago: int, number: int, dice: random.Random) -> Row:
    """Kept, mostly in time, or broken; for the newest of these amends may still be due."""
    if dice.random() < 0.9:
        late = max(ago - 1, 1) if dice.random() < 0.08 else ago
        return {"kept_at": stored(instant(late, number)), "kept_on": day(late), "result": "已交付"}
    broken = {"broken_at": stored(instant(ago - 1, number)), "broken_on": day(ago - 1)}
    more = {"break_reason": "供应商延期", "amends": "下单九折"}
    made_good = ago > 5 or dice.random() < 0.5
    done = {"amends_done_at": stored(instant(ago - 1, number + 60))} if made_good else {}
    return {**broken, **more, **done}


def surveys(size: int) -> Iterator[Row]:
    """One of each need that was resolved, and those of the core customers; nearly all of these are up to date."""
    yield from (one.survey for one in courses(size) if one.survey)
    dice = dice_for("survey")
    for key, profile in enumerate(profiles(size), start=1):
        if profile.tier == "core" and profile.stage == "customer" and dice.random() < 0.98:
            for kind, within in (("relation", 85), ("deep", 340)):
                at = instant(dice.randrange(1, within), key)
                made = {"customer_id": key, "kind": kind, "created_at": stored(at)}
                text = {"pain": "交期", "future": "扩产"} if kind == "deep" else {"product": 4}
                answered = {"at": stored(at), "answered_on": at.date().isoformat()}
                scores = {"overall": 4, "nps": 8, "opened_on": answered["answered_on"]}
                yield {**made, "status": "answered", **answered, **scores, **text}


def reviews(size: int) -> Iterator[Row]:
    """What was learnt from bad answers."""
    survey = 0
    for one in courses(size):
        survey += one.survey is not None
        if one.review:
            yield {**one.review, "survey_id": survey}


def articles(size: int) -> Iterator[Row]:
    """What was written down, and read again within the month for the most part."""
    dice = dice_for("article")
    for number in range(1, size // _ARTICLES + 1):
        yield {
            "title": f"{dice.choice(_TEXTS)}：{number}号处理办法",
            "kind": dice.choices(("problem", "script", "insight"), (6, 2, 2))[0],
            "text": "；".join(dice.choices(_SOLUTIONS, k=4)),
            "category": dice.choice(_CATEGORIES),
            "added_on": day(200),
            "reviewed_on": day(dice.randrange(33)),
            "created_at": stored(instant(200, number)),
        }
