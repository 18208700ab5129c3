"""The daily loop as a Chinese rep lives it: real processes at terminals, everything typed and read in Chinese (CLI.md).

One day in one file: a customer is added, needs are triaged, what is due is worked off, and it is asked whether it helped.
"""

import pytest

from tests.contract.terminal import Terminal
from tests.support import crm

KEYS = "[q] 结束"


def at_terminal(command: str) -> Terminal:
    return Terminal(command, CRM_LANG="zh")


def answer(person: Terminal, *asked: tuple[str, str]) -> None:
    """Wait for each question, and answer it."""
    for question, said in asked:
        person.sees(question)
        person.types(said)


@pytest.fixture
def customer() -> None:
    """A core customer with two needs that nobody looked at, and a task."""
    for line in (
        "add-customer 华东精工 --tier 核心 --stage 成交 --person 张伟 --title 采购经理 --phone 13800005678",
        "add-need 华东精工 包装机停机 --kind 问题",
        "add-need 华东精工 发票抬头有误",
        "add-task 华东精工 寄合同 --due 今天",
    ):
        crm(line, CRM_LANG="zh")


def test_a_customer_is_added_question_by_question() -> None:
    with at_terminal("add-customer") as person:
        person.sees("回车跳过，< 返回上一题，- 删除已填的内容，q 结束。")
        answer(
            person,
            ("名称：", "华东精工"),
            ("企业还是个人：[企业]", ""),
            ("联系人：", "张伟"),
            ("联系人的职务：", "《"),  # a Chinese keyboard's <
            ("联系人：[张伟]", ""),
            ("联系人的职务：", "采购经理"),
            ("电话：", "13800005678"),
            ("客户等级（核心客户、潜力客户、普通客户）：", "金牌"),
            ("'金牌' 无法识别；请从中选择：核心客户（core）、潜力客户（potential）、普通客户（ordinary）", "核心"),
            ("客户状态（潜在客户、意向客户、成交客户、流失客户）：[潜在客户]", "成交"),
            ("所在城市：", "苏州"),
            ("来源渠道：", "展会"),
            ("首选联系方式：", "微信"),
            ("当前需求：", "试用装"),
            ("确定新增吗？（Y/n）", "好"),
        )  # fmt: skip
        person.sees("已新增 c1 华东精工。\n缺失信息：行业、规模\n")
        assert person.leaves() == 0
    item = crm("show c1 --json --reveal").json["item"]
    told = [item[name] for name in ("kind", "stage", "tier", "city", "source", "prefer")]
    assert told == ["company", "customer", "core", "苏州", "展会", "wechat"]
    (someone,) = item["people"]
    assert (someone["name"], someone["title"], someone["phones"]) == (
        "张伟",
        "采购经理",
        ["13800005678"],
    )


@pytest.mark.usefixtures("customer")
def test_needs_are_triaged_key_by_key() -> None:
    with at_terminal("triage --walk") as person:
        person.sees("1/2  n1 待分级、已接收；响应时限 11月20日 周五 18:00\n")
        person.sees("华东精工（核心客户）：包装机停机\n类型：问题；负责人：tester\n")
        person.sees(
            "[u] 紧急  [i] 重要  [r] 常规  [k] 类型  [o] 负责人  [s] 跳过  [b] 上一项  [x] 撤销  [?] 帮助"
        )
        person.sees(KEYS)
        person.presses("k")
        answer(person, ("哪一类需求？（功能、服务、问题、投诉、咨询、建议）[问题]", "投诉"))
        person.sees("类型：投诉；负责人：tester\n")
        person.sees(KEYS)
        person.presses("o")
        answer(person, ("由谁负责？[tester]", "李雷"))
        person.sees("类型：投诉；负责人：李雷\n")
        person.sees(KEYS)
        person.presses("u")
        person.sees("n1 紧急、已分级；响应时限 11月20日 周五 11:00\n")
        person.sees("2/2  n2 待分级、已接收")
        person.sees(KEYS)
        person.presses("?")
        person.sees("u  定为紧急\ni  定为重要\nr  定为常规\nk  设定需求类型\no  设定负责人\n")
        person.sees("q  到此结束，已处理的保留\n")
        person.sees(KEYS)
        person.presses("z")
        person.sees("没有 'z' 这个键。")
        person.presses("ｑ")  # the wide q of a Chinese keyboard
        person.sees("本次处理：设定需求 3 次。要撤销请用 crm undo，从最后一项起逐项撤销。")
        assert person.leaves() == 0
    need = crm("show n1 --json").json["item"]
    assert (need["kind"], need["urgency"], need["owner"]) == ("complaint", "urgent", "李雷")


@pytest.mark.usefixtures("customer")
def test_what_is_due_is_worked_off() -> None:
    crm("triage n1 --urgency 紧急")
    crm("decline n2 --reason 已更正")
    with at_terminal("due --walk --days 1 --kind 响应时限 --kind 任务") as person:
        person.sees("1/2  n1:respond  11月20日 周五 11:00")
        person.sees("华东精工（核心客户）：包装机停机\n紧急问题；首次响应\n")
        person.sees("电话：13800005678\n处理方式：crm log-contact c1 --need n1\n")
        person.sees("[l] 写跟进  [s] 详情  [n] 跳过  [b] 上一项  [u] 撤销  [?] 帮助  [q] 结束")
        person.presses("l")
        answer(
            person,
            ("谈了什么？（回车：不记录）", "工程师明早到"),
            ("下一步做什么？（回车：没有）", "带备用机"),
            ("哪天之前办？[下个工作日]", "哪天"),
            ("'哪天' 不是日期；请写成 2026-11-21、11月27日、明天、下周五、", "明天下午3点"),
        )
        person.sees("已写跟进 i1：c1 华东精工。\nn1 紧急、已分级；反馈时限 11月21日 周六 09:00")
        person.sees("下一步 t2：带备用机，11月21日 周六")
        person.sees("2/2  t1  11月20日 周五")
        person.sees("华东精工（核心客户）：寄合同\n")
        person.sees("[d] 完成")
        person.sees(KEYS)
        person.presses("z")
        answer(
            person,
            ("推迟至哪天？（< 返回）[下个工作日]", "昨天"),
            ("'昨天' 不在今天之后；请写将来的日期", "下周五"),
        )
        person.sees("t1 已推迟至 11月27日 周五")
        person.sees(
            "本次处理：记录 1 次跟进、推迟 1 项。要撤销请用 crm undo，从最后一项起逐项撤销。"
        )
        assert person.leaves() == 0
    first, second = crm("history --json --limit 2").json["items"]
    assert first["command"] == "crm snooze t1 '下周五'"
    assert second["command"] == (
        "crm log-contact c1 '工程师明早到' --need n1 --next '带备用机' --on '明天下午3点'"
    )
    task = crm("show t2 --json").json["item"]
    assert (task["text"], task["due"]) == ("带备用机", "2026-11-21T15:00:00+08:00")


@pytest.mark.usefixtures("customer")
def test_it_is_asked_whether_it_helped() -> None:
    crm("resolve n1 更换主轴")
    with at_terminal("survey n1") as person:
        person.sees("华东精工：包装机停机\n回车跳过，< 返回上一题，- 删除已填的内容，q 结束。\n")
        answer(
            person,
            ("问题解决了吗？（1 至 5 分；直接回车跳过）", "2"),
            ("您对我们的处理速度满意吗？（1 至 5 分；直接回车跳过）", "6"),
            ("速度：'6' 不是评分；请写 1 至 5 之间的整数", "4"),
            ("您对我们的服务态度满意吗？（1 至 5 分；直接回车跳过）", "5"),
            ("总体来说，您对我们满意吗？（1 至 5 分；直接回车跳过）", "2"),
            ("您有多大可能向他人推荐我们？（0 至 10 分；直接回车跳过）", "4"),
            ("我们哪些地方做得好？（直接回车跳过）", ""),
            ("我们哪些地方需要改进？（直接回车跳过）", "又停了"),
            ("您还有其他意见吗？（直接回车跳过）", ""),
            ("由谁答复？（姓名或 h3；直接回车跳过）", "张伟"),
        )
        person.sees("已记录 华东精工 的满意度回访 s1：总体 2、解决 2、速度 4、态度 5、推荐分 4。")
        person.sees("低于预期")
        assert person.leaves() == 0
    told = crm("show s1 --json").json["item"]
    assert [told[name] for name in ("overall", "solved", "speed", "attitude", "nps", "bad", "by")] == [
        2, 2, 4, 5, 4, "又停了", "张伟",
    ]  # fmt: skip


@pytest.mark.usefixtures("customer")
def test_a_contact_is_noted_as_it_is_said() -> None:
    with at_terminal(
        "log-contact 华东精工 谈价格 --at 昨天下午3点 --channel 拜访 --with 张伟 --intent 高 --next 发样品 --on 明天下午3点"
    ) as person:
        person.sees("已写跟进 i1：c1 华东精工。\n下一步 t2：发样品，11月21日 周六")
        person.sees("下次回访：12月21日 周一")
        assert person.leaves() == 0
    contact = crm("show i1 --json").json["item"]
    assert [contact[name] for name in ("at", "channel", "intent")] == [
        "2026-11-19T15:00:00+08:00",
        "visit",
        "high",
    ]
    task = crm("show t2 --json").json["item"]
    assert (task["due"], task["owner"]) == ("2026-11-21T15:00:00+08:00", "tester")
    with at_terminal("due --days 1 --kind 下一步 --kind 任务") as person:
        person.sees("编号")
        person.sees("发样品")
        assert person.leaves() == 0
    with at_terminal("show 华东") as person:
        person.sees("客户状态")
        person.sees("意向度")
        person.sees("13800005678")
        person.sees("11月19日 周四 15:00  拜访  张伟  谈价格  意向度高")
        assert person.leaves() == 0
