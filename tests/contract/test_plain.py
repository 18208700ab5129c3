"""`--plain`: what is on the screen, for who has it read to them."""

import re

import pytest

from crmcli import locale
from crmcli.locale import _
from tests.contract.program import refused, run
from tests.contract.screens import READING, fill_with_demo, screens
from tests.contract.terminal import Terminal
from tests.support import crm

SHOWN = {
    ("due --days 30 --limit 2", "en"): """\
o84:payment; due: Mon 19 Oct; late: 32; name: 无锡太湖光伏有限公司; tier: potential; what: payment of the order of Sat 19 Sep; light: red
n20:solve; due: Sun 22 Nov 09:00; name: 天津北方重工有限公司; tier: ordinary; what: 地脚螺栓松动
There is more; --limit 0 shows all.
""",
    ("due --days 30 --limit 2", "zh"): """\
o84:payment；到期日：10月19日 周一；逾期：32；名称：无锡太湖光伏有限公司；客户等级：潜力客户；内容：9月19日 周六 订单的回款；灯色：红灯
n20:solve；到期日：11月22日 周日 09:00；名称：天津北方重工有限公司；客户等级：普通客户；内容：地脚螺栓松动
还有更多；--limit 0 显示全部。
""",
    ("due --kind payment --limit 1 --explain", "en"): """\
o84:payment; due: Mon 19 Oct; late: 32; name: 无锡太湖光伏有限公司; tier: potential; light: red; payment of the order of Sat 19 Sep; due Mon 19 Oct; 32 days overdue
There is more; --limit 0 shows all.
""",
    ("triage --limit 3", "en"): """\
n21; urgency: untriaged; state: received; clock: respond; by: yesterday 18:00; left: 0m; name: 西安唐都教育科技有限公司; what: 希望增加家长端; light: red
n22; urgency: routine; state: triaged; clock: respond; by: yesterday 18:00; left: 0m; name: 福州闽江茶业有限公司; what: 想了解起订量; light: red
n20; urgency: urgent; state: triaged; clock: feedback; by: tomorrow 09:00; left: 1d; name: 天津北方重工有限公司; what: 地脚螺栓松动
There is more; --limit 0 shows all.
""",
    ("triage --limit 1", "zh"): """\
n21；紧急程度：待分级；状态：{received}；时限：响应；截止：昨天 18:00；剩余：0分；名称：西安唐都教育科技有限公司；内容：希望增加家长端；灯色：红灯
还有更多；--limit 0 显示全部。
""",
    ("find 主轴", "en"): """\
n1; kind: need; customer: 华东精工有限公司; what: text: 主轴异响，产线停机
""",
    ("find 主轴", "zh"): """\
n1；类型：需求；客户：华东精工有限公司；内容：主轴异响，产线停机
""",
    ("show n1", "en"): """\
n1; 主轴异响，产线停机

why: urgent problem; it is confirmed
customer: c1 华东精工有限公司
kind: problem
owner: tester
category: 设备故障
solution: 更换轴承并远程复测
received at: Wed 11 Nov 09:00
respond by: Wed 11 Nov 11:00, met Wed 11 Nov 10:00
feedback by: Thu 12 Nov 09:00, met Thu 12 Nov 15:00
solve by: Fri 13 Nov 09:00, met Thu 12 Nov 15:00

What happened
Thu 12 Nov 15:00; resolved
Fri 13 Nov 11:00; confirmed

Surveys
s1; service; answered; Sun 15 Nov 09:00; overall 5; NPS 10; 来得很快

Contacts
i236; Wed 11 Nov 10:00; call; 已收到，说明处理安排
""",
    ("show c1 --brief", "zh"): """\
c1；华东精工有限公司；核心客户；成交客户；活跃客户
谁决定：h1；张伟；采购经理；决策人
最近跟进：11月11日 周三；电话；已收到，说明处理安排
最近跟进：10月20日 周二；电话；上月发货已签收，对交期满意
最近跟进：9月19日 周六；拜访；季度复盘
合同：k1；10月12日 周一 – 2027年10月11日 周一；30,000.00 CNY；年度维保
未回款：55,800.00 CNY
购买规律：平均每单 46,378.57 CNY；复购 13 次；每 30 天；预计下次下单 2026-12-08
""",
    ("report service --period 2026-10", "en"): """\
Service: 2026-10

clock: first response; median: 0m; p90: 4h 12m; n: 5; in time: 100%; met: 5; missed: 0; 2026-09: 75%
""",
}
"""What is said of the demo, in part of the report."""


@pytest.fixture
def demo() -> None:
    """The demo's customers."""
    fill_with_demo()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_this_is_said_on_a_terminal_and_in_a_pipe(lang: str) -> None:
    commands = [command for command, of in SHOWN if of == lang]
    shown = screens([f"{command} --plain" for command in commands], 60, CRM_LANG=lang)
    locale.use(lang)
    received = _("received")
    for command, screen in zip(commands, shown, strict=True):
        text = SHOWN[command, lang].replace("{received}", received)
        if command.startswith("report"):
            assert screen.startswith(text), command
        else:
            assert screen == text, command
        piped = run(f"--plain {command}", CRM_LANG=lang)
        assert piped.code == 0
        if command.startswith("show"):  # whose days are for scripts in a pipe
            assert len(piped.lines) == len(screen.splitlines())
            assert [line for line in piped.lines if "  " in line.strip()] == []
        else:
            assert piped.out + piped.err == _in_a_pipe(screen)


def _in_a_pipe(screen: str) -> str:
    """The same with the days written out, as they are where nobody may read them until later."""
    days = {"yesterday": "Thu 19 Nov", "tomorrow": "Sat 21 Nov", "昨天": "11月19日 周四"}
    for word, day in days.items():
        screen = screen.replace(word, day)
    return screen


_DRAWN = re.compile("[\x1b\r\t\u2190-\u2191\u2500-\u25ff\u2600-\u26ff\u2700-\u27bf\u2800-\u28ff]")
"""What is obeyed, and arrows up, boxes, blocks, shapes, ticks and what spins."""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.usefixtures("demo")
def test_nothing_that_reads_draws_or_aligns(lang: str) -> None:
    drawn = screens(READING, 80, CRM_LANG=lang)
    assert len([screen for screen in drawn if _DRAWN.search(screen)]) > len(READING) / 2
    said = screens([f"{command} --plain" for command in READING], 80, CRM_LANG=lang)
    for command, screen in zip(READING, said, strict=True):
        assert screen.strip(), command
        assert not _DRAWN.search(screen), command
        assert [line for line in screen.split("\n") if "  " in line.strip()] == [], command


@pytest.mark.usefixtures("demo")
def test_figures_stand_for_what_is_drawn() -> None:
    (said,) = screens(["report satisfaction --period 2026-10 --plain"], 80)
    assert "\nperiod: 2026-01; NPS: 100; n: 1\n" in said
    assert "\nperiod: 2026-02; NPS: no data; n: 0\n" in said
    assert "\nfigure: satisfaction index; value: 75; n: 7; goal: 90; 2026-09: 79.2; below the goal\n" in said  # fmt: skip
    (said,) = screens(["report value --plain"], 80)
    assert "; Frequency 5: 2 Champions; " in said or "; frequency 5: 2 Champions; " in said


def test_it_is_asked_for_by_option_environment_or_setting() -> None:
    crm("add-customer Acme --tier core --since 2020-01-01")
    crm("log-contact c1 hello --at 2026-09-01")
    said = run("due --plain").out
    assert said.startswith("c1:touch; due: ")
    assert run("--plain due").out == said
    assert run("due", CRM_PLAIN="1").out == said
    aligned = run("due").out
    assert aligned.startswith("REF ")
    assert run("due", CRM_PLAIN="0").out == aligned
    crm("config set plain on")
    assert run("due").out == said
    assert run("due", CRM_PLAIN="off").out == aligned
    assert run("due --plain", CRM_PLAIN="off").out == said
    crm("config set plain off")
    assert run("due").out == aligned
    refused("due", 2, "plain: 'maybe' is unknown; choose one of on, off", CRM_PLAIN="maybe")
    # Behind -- it is a text like others.
    assert crm(["add-need", "c1", "--", "--plain"]).lines == ["n1"]
    assert run("show n1 --json").json["item"]["text"] == "--plain"


@pytest.mark.usefixtures("demo")
def test_what_programs_read_stays_as_it_is() -> None:
    for command in ("due --json", "triage --csv", "report value --json", "show c1 --json", "find 精 --csv", "export orders"):  # fmt: skip
        assert run(f"{command} --plain") == run(command)


@pytest.mark.usefixtures("demo")
def test_a_walk_goes_line_by_line() -> None:
    with Terminal("triage --walk --plain", NO_COLOR=None) as person:
        person.sees("[q]")
        person.presses("q")
        assert person.leaves() == 0
        assert not _DRAWN.search(person.screen)
        assert [line for line in person.screen.split("\n") if "  " in line.strip()] == []
