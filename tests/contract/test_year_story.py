"""A year with one core customer, week by week, through the real program (HANDBOOK §3, §7, §9).

The calendar is China's of 2025, with its days off and the weekends worked instead; Chinese New Year 2026 ends it.
What happens is in HAPPENS, what `due` must say each Monday morning is in DUE. DUE is reckoned by hand from the handbook;
its last column says how. A year has 53 Mondays; the anniversary of a customer won in the fourth week lies behind them, so
the story goes on until it and the end of the contract are past.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

from tests.support import run_process

FIRST, LAST = date(2025, 1, 6), date(2026, 2, 16)

HAPPENS: tuple[tuple[str, str], ...] = (
    # A prospect, and a deal.
    ("2025-01-06T08:30", "config set calendar.country CN"),
    ("2025-01-06T08:31", "config set currency CNY"),
    ("2025-01-06T08:32", "add-customer 华东精工 --tier core --person 王芳 --title 总经理 --role decider"),
    ("2025-01-06T10:00", "log-contact c1 '要两台数控车床' --with 王芳 --intent medium"),
    ("2025-01-13T10:00", "log-contact c1 '请我们报价' --stage interested --intent high --next '发报价' --on 2025-01-14"),
    ("2025-01-14T14:00", "add-deal c1 '两台数控车床' --amount 80000 --currency CNY --probability 60 --quoted 2025-01-14 --valid-until 2025-02-14 --close-on 2025-01-24"),
    ("2025-01-14T14:05", "done t1 '报价已发'"),
    ("2025-01-20T10:00", "log-contact c1 '价格可以，走审批' --deal d1 --intent high"),
    # Won.
    ("2025-01-27T09:30", "log-contact c1 '定了' --channel meeting --deal d1"),
    ("2025-01-27T10:00", "win d1 --order"),
    # The first 90 days.
    ("2025-02-10T10:00", "log-contact c1 '机床到货'"),
    ("2025-02-10T11:00", "add-contract c1 '框架协议' --amount 300000 --from 2025-02-10 --until 2027-02-09"),
    ("2025-02-17T10:00", "log-contact c1 '安装中'"),
    ("2025-02-17T10:10", "key-date h1 birthday 05-15"),
    ("2025-02-26T10:00", "log-contact c1 '试机'"),
    ("2025-03-10T10:00", "log-contact c1 '培训'"),
    ("2025-03-17T10:00", "log-contact c1 '第一批件合格'"),
    ("2025-03-24T10:00", "log-contact c1 '运行正常'"),
    ("2025-03-31T10:00", "log-contact c1 '运行正常'"),
    ("2025-04-07T10:00", "log-contact c1 '运行正常'"),
    ("2025-04-07T11:00", "archive --all --yes"),
    ("2025-04-07T11:10", "tiers --apply --yes"),
    ("2025-04-14T10:00", "log-contact c1 '运行正常'"),
    ("2025-04-21T10:00", "log-contact c1 '谈年度维保'"),
    ("2025-04-28T10:00", "done c1:business-review '看了一季度的产量'"),
    ("2025-04-28T10:30", "survey c1 --kind relation --overall 5 --nps 9"),
    # A contract with two milestones.
    ("2025-05-12T10:00", "add-contract c1 '年度维保' --amount 36000 --from 2025-05-12 --until 2026-02-12 --milestone '首次巡检' --by 2025-06-11 --milestone '二次巡检' --by 2025-09-10"),
    ("2025-05-15T09:00", "done y1 '送了花'"),
    ("2025-05-26T10:00", "log-contact c1 '运行正常'"),
    ("2025-06-09T10:00", "log-contact c1 '聊孩子高考' --care"),
    ("2025-06-16T10:00", "done l1 '巡检完成'"),
    # A second order, which is paid late.
    ("2025-06-16T11:00", "add-order c1 60000 --on 2025-06-16 --currency CNY --pay-by 2025-07-16"),
    ("2025-07-07T10:00", "archive --all --yes"),
    ("2025-07-07T10:10", "done crm:tier-review"),
    ("2025-07-14T10:00", "log-contact c1 '运行正常'"),
    ("2025-07-28T10:00", "done c1:business-review '看了二季度的产量'"),
    ("2025-07-28T11:00", "snooze c1:solution-review 2025-08-06"),
    ("2025-07-28T11:30", "survey c1 --kind relation --overall 5 --nps 10"),
    # Risks; the decider leaves.
    ("2025-07-30T15:00", "add-risk c1 '总经理要离职' --level 1"),
    ("2025-07-30T15:10", "add-risk c1 '货款拖延' --level 2"),
    ("2025-08-04T10:00", "paid o2 --on 2025-08-01"),
    ("2025-08-04T10:10", "done r2 '款已到'"),
    ("2025-08-04T10:20", "done r1 '接任者已定'"),
    ("2025-08-06T10:00", "add-person c1 李强 --title 总经理 --role decider"),
    ("2025-08-06T10:10", "handover c1 王芳 李强 --on 2025-08-06"),
    ("2025-08-11T10:00", "done c1:solution-review '加一条上料线'"),
    ("2025-08-13T14:00", "log-contact c1 '拜访新总经理' --channel visit --with 李强"),
    ("2025-08-13T16:00", "done t2 '已认识'"),
    ("2025-08-18T10:00", "key-date h2 birthday lunar:8-15"),
    ("2025-08-27T10:00", "add-risk c1 '备件不足' --level 3"),
    ("2025-09-15T10:00", "log-contact c1 '中秋前问候' --care"),
    ("2025-09-15T10:10", "done r3 '备件已到库'"),
    ("2025-09-15T10:20", "done l2 '巡检完成'"),
    ("2025-10-06T10:00", "done y2 '发了祝福'"),
    ("2025-10-13T10:00", "archive --all --yes"),
    ("2025-10-13T10:10", "tiers --apply --yes"),
    ("2025-10-20T10:00", "log-contact c1 '运行正常'"),
    ("2025-11-03T10:00", "done c1:business-review '看了三季度的产量'"),
    ("2025-11-03T10:30", "survey c1 --kind relation --overall 4 --nps 9"),
    # The contract is to be renewed: 90, 30 and 7 days before its end.
    ("2025-11-17T14:00", "log-contact c1 '谈续约' --channel visit --with 李强"),
    ("2025-11-17T16:00", "done k2:renewal '原则同意'"),
    ("2025-12-22T10:00", "log-contact c1 '运行正常'"),
    ("2026-01-05T10:00", "archive --all --yes"),
    ("2026-01-05T10:10", "tiers --apply --yes"),
    ("2026-01-19T10:00", "log-contact c1 '运行正常'"),
    ("2026-01-19T10:30", "done k2:renewal '在走流程'"),
    ("2026-02-02T10:00", "done c1:value-review '省下两个人工'"),
    ("2026-02-02T14:00", "survey c1 --kind deep --pain '换型慢' --future '第三台'"),
    ("2026-02-09T09:30", "log-contact c1 '提前拜年' --care"),
    ("2026-02-09T10:00", "renew k2 --until 2027-02-12"),
    ("2026-02-09T11:00", "done c1:business-review '看了四季度的产量'"),
    ("2026-02-09T11:30", "survey c1 --kind relation --overall 5 --nps 10"),
)  # fmt: skip

DUE = """
2025-01-06 | c1:touch           | touch           | 2025-01-06                | never contacted: the day it was added
2025-01-13 | c1:touch           | touch           | 2025-01-13                | contact Mon 6 Jan, medium: + 7 days
2025-01-20 | c1:touch           | touch           | 2025-01-16                | contact Mon 13 Jan, high: + 3 days; its follow-up is done
2025-01-20 | d1:quote           | quote           | 2025-01-17                | quoted Tue 14 Jan + 3 days
2025-01-27 | c1:touch           | touch           | 2025-01-23                | contact Mon 20 Jan, high: + 3 days; it answered the quote
2025-01-27 | d1:deal            | deal            | 2025-01-24                | to close on Fri 24 Jan
2025-02-03 | -                  | -               | -                         | day off; Mon 27 Jan + 1 week = Mon 3 Feb, days off until 4 Feb
2025-02-10 | c1:touch           | touch           | 2025-02-05                | Mon 3 Feb moved to the first working day
2025-02-17 | c1:touch           | touch           | 2025-02-17                | contact Mon 10 Feb + 1 week
2025-02-24 | c1:touch           | touch           | 2025-02-24                | contact Mon 17 Feb + 1 week
2025-03-03 | -                  | -               | -                         | contact Wed 26 Feb + 1 week = Wed 5 Mar
2025-03-10 | c1:touch           | touch           | 2025-03-05                | the same, now late
2025-03-17 | c1:touch           | touch           | 2025-03-17                | contact Mon 10 Mar + 1 week
2025-03-24 | c1:touch           | touch           | 2025-03-24                | contact Mon 17 Mar + 1 week
2025-03-31 | c1:touch           | touch           | 2025-03-31                | contact Mon 24 Mar + 1 week
2025-04-07 | c1:touch           | touch           | 2025-04-07                | contact Mon 31 Mar + 1 week
2025-04-07 | crm:archive        | archive         | 2025-04-01                | the day after the first quarter
2025-04-07 | crm:tier-review    | tier-review     | 2025-04-01                | each quarter; of the first there was no order before it
2025-04-14 | c1:touch           | touch           | 2025-04-14                | contact Mon 7 Apr + 1 week
2025-04-21 | c1:touch           | touch           | 2025-04-21                | contact Mon 14 Apr + 1 week: day 84 from 27 Jan
2025-04-28 | c1:business-review | business-review | 2025-04-27                | since 27 Jan + 3 months: a Sunday that is worked
2025-04-28 | c1:survey          | survey          | 2025-04-27                | relation: since 27 Jan + 3 months
2025-05-05 | -                  | -               | -                         | contact Mon 21 Apr + 1 week = day 91, so core: + 1 month = 21 May
2025-05-12 | y1                 | key-date        | 2025-05-15                | birthday, from 7 days ahead: 8 May
2025-05-19 | -                  | -               | -                         |
2025-05-26 | c1:touch           | touch           | 2025-05-21                | contact Mon 21 Apr + 1 month
2025-06-02 | c1:care            | care            | 2025-05-27                | three a year: since 27 Jan + 4 months
2025-06-09 | c1:care            | care            | 2025-05-27                | the same; contact Mon 26 May + 1 month = 26 Jun
2025-06-16 | l1                 | plan-step       | 2025-06-11                | the first milestone's own date
2025-06-23 | -                  | -               | -                         | contact Mon 9 Jun + 1 month = 9 Jul; care 9 Jun + 4 months = 9 Oct
2025-06-30 | -                  | -               | -                         | two orders: 140,000, so visit: 16 Jun + 3 months = 16 Sep
2025-07-07 | crm:archive        | archive         | 2025-07-01                | the day after the second quarter
2025-07-07 | crm:tier-review    | tier-review     | 2025-07-01                | each quarter
2025-07-14 | c1:touch           | touch           | 2025-07-09                | contact Mon 9 Jun + 1 month
2025-07-21 | c1:churn           | churn           | 2025-07-17                | an order unpaid the day after Wed 16 Jul; two orders make no rhythm
2025-07-21 | o2:payment         | payment         | 2025-07-16                | to be paid by Wed 16 Jul
2025-07-28 | c1:business-review | business-review | 2025-07-28                | done Mon 28 Apr + 3 months
2025-07-28 | c1:solution-review | solution-review | 2025-07-28                | since 27 Jan + 6 months = Sun 27 Jul, moved
2025-07-28 | c1:survey          | survey          | 2025-07-28                | relation: 28 Apr + 3 months
2025-07-28 | c1:churn           | churn           | 2025-07-17                | the same warning
2025-07-28 | o2:payment         | payment         | 2025-07-16                | still not paid
2025-08-04 | c1:churn           | churn           | 2025-07-17                | the same, until it is noted that o2 is paid
2025-08-04 | o2:payment         | payment         | 2025-07-16                | still not paid, as far as anybody noted
2025-08-04 | r1                 | risk            | 2025-07-31T15:00:00+08:00 | Wed 30 Jul 15:00 + 24 hours
2025-08-04 | r2                 | risk            | 2025-08-04T18:00:00+08:00 | Wed 30 Jul + 3 working days: the close of Mon, after Thu and Fri
2025-08-11 | t2                 | task            | 2025-08-07                | introduction: the working day after the change of Wed 6 Aug
2025-08-11 | c1:solution-review | solution-review | 2025-08-06                | put off until Wed 6 Aug
2025-08-18 | -                  | -               | -                         | visit Wed 13 Aug: touch + 1 month = Sat 13 Sep, moved to Mon 15 Sep
2025-08-25 | -                  | -               | -                         | the visit's clock: 13 Aug + 3 months = 13 Nov
2025-09-01 | -                  | -               | -                         | the third risk waits for the touch
2025-09-08 | -                  | -               | -                         |
2025-09-15 | c1:touch           | touch           | 2025-09-15                | visit Wed 13 Aug + 1 month = Sat 13 Sep, moved
2025-09-15 | r3                 | risk            | 2025-09-15                | level 3: at the next touch
2025-09-15 | l2                 | plan-step       | 2025-09-10                | the second milestone's own date
2025-09-22 | -                  | -               | -                         | contact Mon 15 Sep + 1 month = 15 Oct; care 15 Sep was early: 9 Oct + 4 months
2025-09-29 | y2                 | key-date        | 2025-10-06                | lunar 8-15 = Mon 6 Oct 2025, a day off; from 7 days ahead
2025-10-06 | y2                 | key-date        | 2025-10-06                | on its day
2025-10-06 | crm:archive        | archive         | 2025-10-01                | the day after the third quarter
2025-10-13 | crm:archive        | archive         | 2025-10-01                | the same, after the days off
2025-10-13 | crm:tier-review    | tier-review     | 2025-10-09                | each quarter, from its first working day
2025-10-20 | c1:touch           | touch           | 2025-10-15                | contact Mon 15 Sep + 1 month
2025-10-27 | -                  | -               | -                         |
2025-11-03 | c1:business-review | business-review | 2025-10-28                | done Mon 28 Jul + 3 months
2025-11-03 | c1:survey          | survey          | 2025-10-28                | relation: 28 Jul + 3 months
2025-11-10 | -                  | -               | -                         | 12 Feb 2026 - 90 days = Fri 14 Nov
2025-11-17 | k2:renewal         | renewal         | 2026-02-12                | from 14 Nov: 90 days before the end
2025-11-17 | c1:visit           | visit           | 2025-11-13                | visit Wed 13 Aug + 3 months; touch 20 Oct + 1 month = 20 Nov
2025-11-24 | -                  | -               | -                         | visit Mon 17 Nov serves both: touch 17 Dec, visit 17 Feb
2025-12-01 | -                  | -               | -                         | the first step of the renewal is done
2025-12-08 | -                  | -               | -                         |
2025-12-15 | -                  | -               | -                         |
2025-12-22 | c1:touch           | touch           | 2025-12-17                | visit Mon 17 Nov + 1 month
2025-12-29 | -                  | -               | -                         |
2026-01-05 | crm:archive        | archive         | 2026-01-01                | the day after the fourth quarter
2026-01-05 | crm:tier-review    | tier-review     | 2026-01-04                | each quarter: a Sunday that is worked
2026-01-12 | -                  | -               | -                         | 12 Feb - 30 days = Tue 13 Jan
2026-01-19 | k2:renewal         | renewal         | 2026-02-12                | from 13 Jan: 30 days before the end
2026-01-26 | -                  | -               | -                         | contact Mon 19 Jan + 1 month = 19 Feb, days off until 23 Feb
2026-02-02 | c1:value-review    | value-review    | 2026-01-27                | the anniversary of 27 Jan 2025
2026-02-02 | c1:survey          | survey          | 2026-01-27                | in depth: since 27 Jan 2025 + 1 year
2026-02-09 | k2:renewal         | renewal         | 2026-02-12                | from 5 Feb: 7 days before the end
2026-02-09 | c1:business-review | business-review | 2026-02-03                | done Mon 3 Nov + 3 months
2026-02-09 | c1:survey          | survey          | 2026-02-03                | relation: 3 Nov + 3 months
2026-02-09 | c1:care            | care            | 2026-02-09                | three a year: 9 Jun pays till 9 Oct, the early one of 15 Sep four months more
2026-02-16 | c1:solution-review | solution-review | 2026-02-11                | done Mon 11 Aug + 6 months
2026-02-16 | k1:contract-review | contract-review | 2026-02-10                | terms: 10 Feb 2025 + 12 months; the order of 27 Jan 2025 is over a year old, so no visit tomorrow
"""


class Item(NamedTuple):
    """What `due` says of one thing."""

    ref: str
    kind: str
    due_at: str


def mondays() -> list[str]:
    """Every Monday of the story."""
    return [(FIRST + timedelta(weeks=n)).isoformat() for n in range((LAST - FIRST).days // 7 + 1)]


def table() -> dict[str, list[Item]]:
    """DUE by its Mondays, each a list in no order that matters."""
    weeks: dict[str, list[Item]] = {}
    for line in DUE.strip().splitlines():
        monday, ref, kind, due_at, _ = (cell.strip() for cell in line.split("|"))
        items = weeks.setdefault(monday, [])
        if ref != "-":
            items.append(Item(ref, kind, due_at))
    return {monday: sorted(items) for monday, items in weeks.items()}


def say(moment: str, command: str) -> str:
    """Run a command that must work at a local moment; what it prints."""
    ran = run_process(command, {"CRM_NOW": moment})
    assert ran.code == 0, (moment, command, ran)
    return ran.out


def due(moment: str) -> list[Item]:
    """All that is due at a local moment."""
    ran = run_process("due --json", {"CRM_NOW": moment})
    assert (ran.code, ran.err) == (0, ""), (moment, ran)
    return sorted(Item(one["ref"], one["kind"], one["due_at"]) for one in ran.json["items"])


def shown(ref: str, *names: str) -> tuple[Any, ...]:
    """Fields of a record at the end of the story."""
    ran = run_process(f"show {ref} --json", {"CRM_NOW": f"{LAST}T09:00"})
    assert ran.code == 0, (ref, ran)
    return tuple(ran.json["item"][name] for name in names)


def test_every_monday_of_the_year_is_in_the_table() -> None:
    assert list(table()) == mondays()
    moments = [moment for moment, _ in HAPPENS]
    assert moments == sorted(set(moments))


def test_a_year_with_a_customer() -> None:
    said: dict[str, list[Item]] = {}
    coming = list(HAPPENS)
    for monday in mondays():
        morning = f"{monday}T09:00"
        while coming and coming[0][0] < morning:
            say(*coming.pop(0))
        said[monday] = due(morning)
    assert coming == []
    assert said == table()

    # How it all stands in the end.
    assert shown("c1", "stage", "lifecycle", "last_contact_at") == (
        "customer", "established", "2026-02-09T09:30:00+08:00",
    )  # fmt: skip
    assert shown("d1", "stage", "closed_on") == ("won", "2025-01-27")
    assert shown("o1", "deal", "ordered_on", "amount", "currency") == (
        "d1", "2025-01-27", 80000, "CNY",
    )  # fmt: skip
    assert shown("o2", "pay_by", "paid_on") == ("2025-07-16", "2025-08-01")
    assert shown("h1", "name", "left_on", "successor") == ("王芳", "2025-08-06", "h2")
    assert shown("h2", "name", "left_on", "roles") == ("李强", None, ["decider"])
    assert shown("r1", "status", "result") == ("closed", "接任者已定")
    assert shown("k2", "status", "ends_on", "renewed_by") == ("renewed", "2026-02-12", "k3")
    assert shown("k3", "status", "starts_on", "ends_on") == ("open", "2026-02-13", "2027-02-12")
