"""The year in the words of its readers: kinds, stages, reasons, flags and amounts, in lists that stand one below the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crmcli.store.due import KINDS
from tests.contract.program import refused_here
from tests.support import crm, run_in_process

At = Callable[[str], None]


@pytest.fixture(autouse=True)
def customer(place: Path) -> None:
    crm("add-customer 华东精工 --person 张伟 --title 采购经理 --stage customer")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def move(moment: str) -> None:
        monkeypatch.setenv("CRM_NOW", moment)

    return move


def test_the_day_counts_kinds_in_words(at: At) -> None:
    crm("log-contact c1 hello")
    crm("add-order c1 1200 --on 2026-10-01 --pay-by 2026-11-16")
    assert crm("--lang zh").lines[1] == "回款 1（逾期 1）、流失预警 1（逾期 1）"


def test_every_kind_that_is_due_has_chinese_words() -> None:
    from crmcli import locale
    from crmcli.output.words import due_kind

    locale.use("zh")
    try:
        assert [kind for kind in KINDS if due_kind(kind).isascii()] == []
    finally:
        locale.use("en")


def test_what_comes_round_is_in_words_and_in_order() -> None:
    crm("edit c1 --set tier=core")
    (line,) = (one for one in crm("show c1").lines if one.startswith("coming up"))
    assert line.partition("  ")[2].strip() == (
        "business review 2027-02-22; care 2027-03-22; solution review 2027-05-20; value review 2027-11-22"
    )
    told = "业务回顾 2027-02-22；关怀 2027-03-22；方案回顾 2027-05-20；价值回顾 2027-11-22"
    assert f"近期安排  {told}" in crm("--lang zh show c1").lines


def test_what_was_to_come_round_is_overdue_from_the_day_after() -> None:
    crm("edit c1 --set tier=core")

    def told(now: str, lang: str = "en") -> list[str]:
        lines = crm(f"--lang {lang} show c1", CRM_NOW=f"{now}T09:00").lines
        return [
            line
            for line in lines
            if line.startswith(("overdue ", "coming up", "逾期 ", "近期安排"))
        ]

    (both,) = told("2027-02-22")
    assert "business review 2027-02-22; care 2027-03-22" in both
    assert [line.split(maxsplit=1)[1] for line in told("2027-03-23", "zh")] == [
        "业务回顾 2027-02-22；关怀 2027-03-22", "方案回顾 2027-05-20；价值回顾 2027-11-22",
    ]  # fmt: skip
    late, ahead = told("2027-03-23")
    assert late.split(maxsplit=1) == ["overdue", "business review 2027-02-22; care 2027-03-22"]
    assert ahead.split(maxsplit=2)[2] == "solution review 2027-05-20; value review 2027-11-22"
    (late,) = told("2028-03-23")
    assert late.endswith("solution review 2027-05-20; value review 2027-11-22")


def test_a_flag_is_yes() -> None:
    crm("log-contact c1 flowers --care")
    assert "care       yes" in crm("show i1").lines
    assert "关怀      是" in crm("--lang zh show i1").lines


def test_a_deal_has_a_stage_of_its_own_and_was_lost_for_a_reason_in_words() -> None:
    crm("add-deal c1 泵 --amount 360000")
    crm("lose d1 --reason 竞品:更便宜")
    assert "  d1  输单  360,000.00 CNY  2026-11-20  竞争对手：更便宜  泵" in crm("--lang zh show c1").lines  # fmt: skip
    assert "  d1  lost  360,000.00 CNY  2026-11-20  competitor: 更便宜  泵" in crm("show c1").lines
    shown = crm("--lang zh show d1").lines
    assert {"商机阶段  输单", "输单原因  竞争对手：更便宜"} <= set(shown)
    told = crm("--lang zh history d1").out
    assert "商机阶段：进行中 → 输单" in told
    assert "输单原因：– → 竞争对手：更便宜" in told
    crm("add-deal c1 阀")
    assert crm("--lang zh pipeline").lines[0].startswith("商机阶段 ")


def test_a_contract_that_goes_on() -> None:
    crm("add-contract c1 服务 --from 2026-01-01 --until 2026-12-31")
    assert [line.split() for line in crm("--lang zh show k1").lines if "状态" in line] == [["状态", "进行中"]]  # fmt: skip


def test_history_tells_it_in_words() -> None:
    crm("key-date c1 anniversary lunar:12-30")
    crm("play c1 revive")
    crm("edit c1 --set stage=interested")
    crm("add-order c1 1200.5 --on 2026-10-01 --currency USD")
    crm("add-deal c1 泵 --amount 360000")
    crm("edit d1 --set amount=5")
    told = crm("--lang zh history c1").out
    for line in (
        "新增：周年纪念日 农历腊月三十",
        "新增：了解客户沉默的原因",
        "新增：成交客户 → 意向客户",
        "新增：2026-10-01  1,200.50 USD",
        "金额：360,000.00 CNY → 5.00 CNY",
    ):
        assert line in told
    assert {one["new"] for one in crm("history c1 --json").json["items"] if one["field"] == "amount"} == {5.0}  # fmt: skip


def test_what_no_sum_knows_is_said_below_it() -> None:
    crm("add-deal c1 a")
    crm("add-deal c1 b")
    crm("add-deal c1 c --amount 100")
    crm("add-deal c1 d --amount 100 --probability 50")
    assert crm("pipeline").err == (
        "2 deals have no amount; 1 deal without a probability counts whole.\n"
    )
    assert crm("--lang zh pipeline").err == "2 个商机没有金额；1 个商机没有概率，按全额计。\n"
    assert crm("pipeline --json").err == ""


def test_who_is_to_leave_has_not_left(at: At) -> None:
    crm("edit h1 --set left_on=2026-11-27 --set roles=decider")
    assert "  h1  张伟  采购经理  decider  leaves on 2026-11-27" in crm("show c1").lines
    assert crm("show c1 --brief").lines[1] == "mind     ! h1 张伟  leaves on 2026-11-27"
    at("2026-11-27T09:00")
    assert "  h1  张伟  采购经理  decider  left on 2026-11-27" in crm("show c1").lines


def test_references_of_a_list_are_as_wide_as_the_widest() -> None:
    for number in range(10):
        crm(f"add-task c1 'thing {number}' --due 2026-12-01")
    begin = (lines := crm("show c1").lines).index("Open tasks") + 1
    assert [line.partition("2026")[0] for line in lines[begin : begin + 10]] == [
        *(f"  t{number}   " for number in range(1, 10)),
        "  t10  ",
    ]
    days = [line.rstrip() for line in crm("play c1 revive --dry-run").err.splitlines()[1:]]
    assert [line[:19] for line in days] == [
        "  t11  Fri 20 Nov  ", "  t12  Mon 23 Nov  ", "  t13  Fri 27 Nov  ", "  t14  Fri 4 Dec   ", "  t15  Mon 21 Dec  ",
    ]  # fmt: skip


def test_calendars_say_what_it_is_and_nothing_that_is_true_only_today(place: Path) -> None:
    crm("add-order c1 1200 --on 2026-10-01 --pay-by 2026-11-16 --note 二期设备")
    crm("add-contract c1 服务 --from 2026-01-01 --until 2026-12-15")
    crm(f"due --days 30 --kind payment --kind renewal --ics {place / 'due.ics'}")
    lines = (place / "due.ics").read_text("utf-8").replace("\n ", "").splitlines()
    assert [line for line in lines if line.startswith("SUMMARY")] == [
        "SUMMARY:payment: 二期设备 – 华东精工",
        "SUMMARY:renewal: 服务 – 华东精工",
    ]
    told = [line for line in lines if line.startswith("DESCRIPTION:") and "crm" in line]
    assert told == [
        "DESCRIPTION:payment of the order of Thu 1 Oct\\; due Mon 16 Nov\\ncrm paid o1",
        "DESCRIPTION:ends Tue 15 Dec\\ncrm renew k1",
    ]


def test_a_key_date_months_ahead_is_not_done_yet(at: At) -> None:
    crm("key-date c1 anniversary 05-20")
    crm("key-date c1 qualification 2027-05-20 --lead 200")
    refused_here("done y1", 4, "y1 is not due; it comes on 2027-05-20")
    crm("done y2")
    at("2027-03-20T09:00")
    refused_here("done y1", 4, "y1 is not due; it comes on 2027-05-20")
    at("2027-03-21T09:00")
    crm("done y1")


def test_a_play_is_called_by_its_name_in_each_language() -> None:
    crm("play c1 revive")
    said = "crm: 华东精工 已排过客户唤醒，从 t1 起；加 --again 再排一次\n"
    assert run_in_process("--lang zh play c1 revive") == (4, "", said)
