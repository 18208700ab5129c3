"""The Chinese catalogue: whole, fresh, in the handbook's words (HANDBOOK §13), and never in what scripts read."""

import gettext
import io
import json
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from crmcli import locale
from crmcli.errors import in_context
from tests.support import run_in_process, run_process

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "crmcli" / "locale"
FOLDER = LOCALE / "zh" / "LC_MESSAGES"
_HAN = re.compile("[\u4e00-\u9fff]")


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


TEMPLATE = _read(LOCALE / "crm.pot")
CHINESE = _read(FOLDER / "crm.po")


def _texts(entry: str | tuple[str, ...] | list[str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _translations(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {
        tuple(_texts(message.id)): tuple(_texts(message.string)) for message in _messages(catalogue)
    }


def _placeholders(text: str) -> set[tuple[str, str | None, str | None]]:
    return {
        (name, conversion, spec)
        for _, name, spec, conversion in string.Formatter().parse(text)
        if name is not None
    }


def _zh(text: str) -> str:
    message = CHINESE.get(text)
    assert message is not None, text
    return _texts(message.string)[0]


# --- the catalogue ---


@pytest.mark.parametrize("message", _messages(TEMPLATE), ids=lambda message: str(message.id)[:60])
def test_every_text_is_translated_with_its_placeholders(message: Message) -> None:
    found = CHINESE.get(_texts(message.id)[0])
    assert found is not None and not found.fuzzy
    assert _texts(found.id) == _texts(message.id)
    originals = [_placeholders(text) for text in _texts(message.id)]
    for text in _texts(found.string):
        assert text.strip()
        assert _placeholders(text) in originals


def test_full_width_punctuation_in_sentences() -> None:
    # A half-width mark after a Chinese character, or a Chinese text that ends unlike its original.
    for message in _messages(CHINESE):
        for text in _texts(message.string):
            assert not re.search("[\u4e00-\u9fff][,;:!?()]", text), text
            assert text.endswith("。") == _texts(message.id)[0].endswith("."), text


_CHINESE_DATES = re.compile(r"\d+[年月日季天]|第\d|下午\d")
_SPELLED = "(?:n|name|ref|path|day)"
"""Placeholders whose values are never Chinese words that continue the sentence."""


def test_spaces_stand_where_the_house_puts_them() -> None:
    # None beside full-width marks; one between Chinese and what is not: letters, digits, values.
    for message in _messages(CHINESE):
        for text in _texts(message.string):
            assert not re.search(" [，。；：！？（）、“”]|[，。；：！？（）、“”] ", text), text
            assert not re.search("[,;:!?][\u4e00-\u9fff]", text), text
            plain = _CHINESE_DATES.sub("", re.sub(r"\{[^}]*\}", "", text))
            assert not re.search("[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", plain), (
                text
            )
            assert not re.search(rf"[\u4e00-\u9fff]\{{{_SPELLED}[}}!]", text), text
            assert not re.search(rf"\{{{_SPELLED}(![rs])?\}}[\u4e00-\u9fff]", text), text


def test_one_thing_is_called_and_told_in_one_way() -> None:
    # What was said in two ways once: the first is the house's.
    refused = {
        "撤回": "撤销", "推迟到": "推迟至", "例如": "如", "计划步骤": "方案步骤", "失约": "未兑现",
        "违约": "未兑现", "对方": "客户", "请选 ": "请从中选择", "是不是 ": "是否要写", "不认识 ": "无法识别", "您的": "",
        "什么都没有": "未作任何改动", "首选渠道": "首选联系方式", "被拒绝的": "被拒的",
    }  # fmt: skip
    spoken_to_customers = {"How", "Were", "May", "We", "What", "From", "Is", "Would", "Thank"}
    for message in _messages(CHINESE):
        if _texts(message.id)[0].split(" ")[0] in spoken_to_customers:
            continue
        for text in _texts(message.string):
            assert [word for word in refused if word in text] == [], text


_PLACEHOLDER = re.compile(
    r"\b(FILE|TEXT|NAME|DATE|WHY|WHAT|VALUE|FIELD|CUSTOMER|REF|TAG|PATH|TITLE|SOLUTION|RESULT|AMOUNT|HEADER)\b"
)


def test_what_is_to_be_put_into_a_command_is_named_in_chinese() -> None:
    for message in _messages(CHINESE):
        for text in _texts(message.string):
            assert not _PLACEHOLDER.search(re.sub(r"\{[^}]*\}", "", text)), text


def test_the_header_says_what_gettext_needs() -> None:
    assert CHINESE.charset == "utf-8"
    assert str(CHINESE.locale) == "zh"
    assert (CHINESE.num_plurals, CHINESE.plural_expr) == (1, "0")


def test_the_compiled_catalogue_is_fresh() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, CHINESE)
    compiled.seek(0)
    with (FOLDER / "crm.mo").open("rb") as file:
        assert _translations(read_mo(file)) == _translations(read_mo(compiled)), "make messages"


def test_the_template_is_fresh() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    line = next(line for line in makefile.splitlines() if "pybabel" in line and "extract" in line)
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(re.findall(r"-k (\S+)", line))}
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            ROOT / "crmcli", method_map=[("**.py", "python")], keywords=keywords
        )
    }
    assert found == {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in _messages(TEMPLATE)
    }, "make messages"


def test_both_texts_of_a_counted_one_are_found_by_plain_gettext() -> None:
    # As a plural entry the second would not be: gettext looks plurals up under the first alone.
    spoken = gettext.translation("crm", LOCALE, ["zh"])
    for text in ("{n} day overdue", "{n} days overdue", "in {n} day", "in {n} days"):
        assert _HAN.search(spoken.gettext(text)), text


def test_a_plural_is_one_text_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    locale.use("zh")
    one, many = "{n} due date moved.", "{n} due dates moved."
    assert locale.plural(one, many, 1) == locale.plural(one, many, 2)
    assert _HAN.search(locale.plural(one, many, 2))


# --- the handbook's terms (HANDBOOK §13) ---


@pytest.mark.parametrize(
    ("word", "chinese"),
    [
        ("prospect", "潜在客户"), ("interested", "意向客户"), ("customer", "成交客户"), ("lost", "流失客户"),
        ("new", "新客户（护航期）"), ("established", "长期客户"), ("active", "活跃客户"), ("dormant", "待唤醒客户"),
        ("tier", "客户等级"), ("core", "核心客户"), ("potential", "潜力客户"), ("ordinary", "普通客户"),
        ("decider", "决策人"), ("approver", "审批人"), ("buyer", "采购负责人"), ("evaluator", "技术评估人"),
        ("influencer", "影响者"), ("user", "使用人"), ("contact", "对接人"), ("acceptor", "验收人"),
        ("no answer", "未接通/未回复"), ("intent", "意向度"), ("agreed", "达成共识"), ("follow-up", "下一步"),
        ("touch", "回访"), ("cadence", "回访周期"), ("do not contact", "免打扰"),
        ("call", "电话"), ("visit", "拜访"), ("meeting", "会议"), ("video", "视频"), ("email", "邮件"),
        ("wechat", "微信"), ("wecom", "企业微信"), ("message", "短信"), ("high", "高"), ("medium", "中"), ("low", "低"),
        ("need", "需求"), ("urgent", "紧急"), ("important", "重要"), ("routine", "常规"), ("respond by", "响应时限"),
        ("feedback by", "反馈时限"), ("solve by", "解决时限"), ("waiting", "待客户回复"), ("workaround", "临时措施"),
        ("criterion", "验收标准"), ("confirmed", "客户确认"), ("reopened", "重新处理"), ("declined", "不采纳"),
        ("escalation", "升级上报"), ("survey", "满意度回访"), ("review", "复盘"), ("detractors", "贬损者"),
        ("first-time resolution", "一次性解决率"), ("in time", "及时率"), ("on time", "履约准时率"), ("promise", "承诺"),
        ("kept", "已兑现"), ("broken", "未兑现"), ("amends", "补偿措施"), ("feature", "功能"), ("service", "服务"),
        ("problem", "问题"), ("complaint", "投诉"), ("question", "咨询"), ("suggestion", "建议"),
    ],
)  # fmt: skip
def test_a_word_is_the_handbooks(word: str, chinese: str) -> None:
    assert _zh(word) == chinese


@pytest.mark.parametrize(
    ("term", "texts"),
    [
        ("写跟进", ["Log a contact with a customer, and what comes next.", "Logged {n} contact."]),
        ("跟进记录", ["interaction", "Contacts", "record|interaction"]),
        ("下一步", ["next", "follow-up", "What comes next; several are allowed."]),
        ("今日待办", ["Nothing is due.", "{day}: {due} due", "the whole list"]),
        ("逾期", ["overdue", "{n} day overdue", "still overdue"]), ("推迟", ["snoozed until", "snooze until"]),
        ("关键人", ["key person"]), ("工单", ["need {number} fits several: {records}"]),
        ("分级", ["triaged", "untriaged"]), ("升级上报", ["escalation", "escalations", "Escalations"]),
        ("商机", ["deal", "deals", "record|deal", "due|deal"]), ("报价", ["due|quote", "quoted on", "Until when the quote holds."]),
        ("合同", ["contract", "record|contract"]), ("续约", ["due|renewal", "renewed", "not renewed"]),
        ("回款", ["due|payment", "paid on", "unpaid", "Note that an order is paid."]),
        ("重要日子", ["key date", "key-date", "Key dates"]), ("重要节点", ["Milestones", "milestone of k{key}"]),
        ("流失预警", ["due|churn"]), ("流失挽回", ["win-back"]), ("客户分群", ["segment"]),
        ("信息缺失率", ["missing rate", "{n} of {all} customers lack something that is wanted ({share} %)"]),
        ("归档", ["archive"]), ("客户档案", ["dossiers", "List the sealed dossiers."]),
        ("停止跟进", ["retired", "retired on", "Stop following up: nothing of it is due any more."]),
        ("变更记录", ["Changes", "Nothing has been changed yet."]), ("脱敏", ["whether amounts of money are masked, too"]),
    ],
)  # fmt: skip
def test_every_text_about_it_has_the_handbooks_term(term: str, texts: list[str]) -> None:
    assert [text for text in texts if term not in _zh(text)] == []


@pytest.mark.parametrize(
    ("context", "word", "chinese"),
    [
        ("report", "value", "本期"), ("report", "n", "样本数"), ("report", "change", "变化"), ("history", "change", "变更"),
        ("survey", "n", "数量"), ("need", "why", "现状"), ("task", "why", "原因"),
        ("strength", "core", "必须"), ("tier", "core", "核心客户"), ("need", "value", "价值"), ("setting", "value", "值"),
        ("need", "cost", "成本"), ("interaction", "cost", "费用"), ("due", "feedback", "反馈时限"),
        ("interaction", "feedback", "客户反馈"), ("clock", "feedback", "反馈"), ("clock", "solution", "解决"),
        ("need", "solution", "解决方案"), ("status", "due", "待回访"), ("survey", "due", "到期日"),
        ("event", "agreed", "客户确认方案"), ("interaction", "agreed", "达成共识"), ("promise", "by", "承诺方"),
        ("survey", "by", "答复人"), ("article", "title", "标题"), ("person", "title", "职务"),
        ("review", "action", "改进措施"), ("survey", "NPS", "推荐分"), ("report", "NPS", "净推荐值"),
    ],
)  # fmt: skip
def test_one_word_may_mean_two_things(context: str, word: str, chinese: str) -> None:
    locale.use("zh")
    assert in_context(context, word, locale._) == chinese


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Log a contact with a customer, and what comes next.", "写跟进"),
        ("Contacts ({shown} of {all})", "跟进记录"),
        ("A follow-up; several are allowed.", "下一步"),
        ("Next {task}: {text}, {day}.", "下一步"),
        ("Nobody answered: the clock runs on.", "未接通/未回复"),
        ("What was agreed.", "达成共识"),
        ("own cadence: {every}", "回访周期"),
        ("What is due, most pressing first, and why.", "今日待办"),
        ("Nothing is due.", "今日待办"),
        ("Only what is overdue.", "逾期"),
        ("{n} days overdue", "逾期"),
        ("Put a touch, a task or a key date off until a date.", "推迟"),
        ("snoozed until {on}", "推迟"),
        ("! do not contact", "免打扰"),
        ("A key person.", "关键人"),
        ("retired", "停止跟进"),
        ("Show phones and e-mails unmasked.", "显示明文"),
        ("where phones and e-mails are masked: always, in lists, or never", "脱敏"),
        ("{header}: {n} masked values left out.", "脱敏"),
        ("Why, for the change log.", "变更记录"),
        ("Who changed what, when and why.", "变更记录"),
        ("more working days, weekends too", "调休上班日"),
        ("Note what a customer needs; its clocks run from now.", "工单"),
        ("The needs that wait, and how urgent each is.", "分级"),
        ("Take a need to somebody higher up.", "升级上报"),
        ("Let a need's clocks stand still until the customer replies.", "待客户回复"),
        ("The customer confirms the solution, or the plan.", "客户确认"),
        ("Ask whether it helped, and record the answer.", "满意度回访"),
        ("Learn from an answer below expectation.", "复盘"),
        ("What is offered to make it good.", "补偿措施"),
    ],
)
def test_a_sentence_uses_the_handbooks_term(text: str, term: str) -> None:
    assert term in _zh(text)


# --- through the real process ---


@pytest.fixture
def filled() -> None:
    """A core customer whose touch is overdue, a lead by intent, and a task."""
    for command in (
        "add-customer 华东精工 --tier core --stage customer --since 2026-01-01",
        "add-customer 北方机电 --stage interested",
        "log-contact c1 谈价格 --at 2026-10-10",
        "log-contact c2 来电 --at 2026-11-10 --intent high",
        "add-task c1 寄合同 --due 2026-11-19",
    ):
        assert run_process(command).code == 0, command


@pytest.mark.usefixtures("filled")
def test_the_due_list_is_chinese() -> None:
    ran = run_process("--lang zh due --days 30")
    assert ran.code == 0
    heading, *rows = ran.lines
    assert not re.search("[A-Za-z]", heading)
    assert "核心客户" in ran.out and "寄合同" in ran.out
    assert all(re.search("周[一二三四五六日]", row) for row in rows)
    english = run_process("due --days 30")
    assert not _HAN.search(english.lines[0]) and english.code == 0


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (
            "c1",
            ["核心客户：每月", "最近跟进 2026-10-10（电话）", "11月10日 周二 到期", "逾期 10 天"],
        ),
        ("c2", ["意向客户，意向度高：3 天后", "最近跟进 2026-11-10（电话）", "到期", "逾期 7 天"]),
        ("t1", ["任务", "负责人 tester", "11月19日 周四 到期", "逾期 1 天"]),
    ],
)
def test_why_is_chinese(reference: str, said: list[str]) -> None:
    ran = run_process(f"--lang zh due --why {reference}")
    assert ran.code == 0
    assert [part for part in said if part not in ran.out] == []
    assert set(re.findall("[A-Za-z]+", ran.out)) <= {"tester"}


def test_the_help_is_chinese() -> None:
    ran = run_process("--lang zh --help")
    assert ran.code == 0
    own = [line for line in ran.lines if re.match("  [a-z]+(-[a-z]+)?  ", line)]
    assert len(own) >= 19
    assert [line for line in own if not _HAN.search(line)] == []
    assert "终端" in ran.out and "语言：en 或 zh" in ran.out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("snooze c1 gestern", 2, "crm: 'gestern' 不是日期；请写成 2026-11-21"),
        ("show c99", 3, "crm: 没有客户 c99；全部客户见 crm list-customers"),
        ("undo x99", 3, "crm: 没有变更 x99；全部变更见 crm history"),
        ("done c1", 4, "crm: 回访要联系过客户才算完成；请运行：crm log-contact c1"),
    ],
)
def test_an_error_is_one_chinese_sentence(command: str, code: int, sentence: str) -> None:
    ran = run_process(f"--lang zh {command}")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(sentence) and ran.err.count("\n") == 1
    assert run_process(command).code == code


@pytest.mark.usefixtures("filled")
def test_the_language_may_come_from_the_environment() -> None:
    asked = run_process("--lang zh due --why c1").out
    assert run_process("due --why c1", {"CRM_LANG": "zh"}).out == asked
    assert run_process("due --why c1", {"LANG": "zh_CN.UTF-8"}).out == asked


def test_a_usage_error_in_json_is_english_too() -> None:
    english, chinese = run_process("due --oops --json"), run_process("--lang zh due --oops --json")
    assert english.code == chinese.code == 2
    assert chinese.err == english.err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("due --json --days 30", 0), ("due --csv --days 30", 0), ("due --json --exit-code", 20),
        ("due --why c1 --json", 0), ("due --why c2 --json", 0), ("due --why t1 --json", 0), ("due --count", 0),
        ("show c1 --json", 0), ("show t1 --json", 0), ("list-customers --json", 0), ("list-customers --csv", 0),
        ("history c1 --json", 0), ("config list --json", 0), ("add-task c1 x --json --dry-run", 0),
        ("snooze c1 gestern --json", 2), ("show c99 --json", 3), ("done c1 --json", 4),
        ("add-customer 华东精工 --json", 4), ("edit c1 --set tier=x --json", 2),
    ],
)  # fmt: skip
def test_scripts_never_see_the_language(command: str, code: int) -> None:
    english, chinese = run_process(command), run_process(f"--lang zh {command}")
    assert (english.code, english.out) == (code, chinese.out)
    assert chinese.code == code
    if "--json" in command:
        if english.out:
            json.loads(english.out)
        assert chinese.err == english.err


@pytest.mark.usefixtures("filled")
def test_what_tells_the_customer_says_so_in_history_too() -> None:
    for command in (
        "add-person c1 张伟 --role decider",
        "add-need c1 卡纸 --urgency important --at 2026-11-19T10:00",
        "plan-need n1 --step 送备用机 --by 2026-11-23 --owner 李雷 --sent",
        "delay l1 --until 2026-11-26 --reason 缺货",
        "handover c1 张伟 李丽 --on 2026-11-19",
    ):
        assert run_in_process(command).code == 0, command
    text = "送备用机: 2026-11-23 → 2026-11-26 (缺货)"
    chinese = "送备用机：2026-11-23 → 2026-11-26（缺货）"
    assert f"新增：告知客户：{chinese}" in run_process("--lang zh history t2").out
    assert f"insert: tell the customer: {text}" in run_process("history t2").out
    assert "新增：认识接任者：张伟 → 李丽" in run_process("--lang zh history t3").out
    assert [line["new"] for line in run_process("--lang zh history t2 --json").json["items"]] == [
        text
    ]
    assert (
        "  l1  2026-11-26（2026-11-23）  送备用机  （李雷）  延期：缺货"
        in run_process("--lang zh show n1").lines
    )
    assert (
        "  l1  2026-11-26 (2026-11-23)  送备用机  (李雷)  delayed: 缺货"
        in run_process("show n1").lines
    )


@pytest.mark.usefixtures("served")
def test_a_dossier_is_chinese_to_its_last_change(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for command in (
        "key-date c1 anniversary 05-20",
        "handover c1 张伟 李丽 --on 2026-11-19",
        f"--lang zh archive c1 --period 2026Q4 --out {copy} --reveal",
    ):
        assert run_in_process(command).code == 0, command
    (page,) = copy.rglob("*.html")
    cells = re.findall(r">([^<>]+)<", page.read_text(encoding="utf-8").split("变更记录")[-1])
    assert cells[cells.index("原值") + 1] == "新值"
    assert {"方案已发送", "客户确认方案", "周年纪念日 05-20", "成交客户", "服务 已答复"} <= set(
        cells
    )
    assert "交接" in page.read_text(encoding="utf-8")


def test_what_to_type_next_names_its_placeholders_in_the_readers_language() -> None:
    for command in ("add-customer 华东精工", "add-risk c1 竞标 --level 1"):
        assert run_in_process(command).code == 0, command
    later = {"CRM_NOW": "2026-11-23T09:00"}
    assert "crm done r1 结果" in run_process("--lang zh", later).out
    assert "crm done r1 RESULT" in run_process("", later).out
    assert run_process("--lang zh --json", later).json["item"]["next"][1] == "crm done r1 RESULT"


# --- the service half, with something of everything ---


@pytest.fixture
def served() -> None:
    for command in (
        "add-customer 华东精工 --tier core --stage customer --since 2026-01-01 --person 张伟 --title 采购经理",
        "add-need c1 打印机卡纸 --kind problem --urgency urgent --strength core --value 4 --fit 3 --cost 2 --owner 李雷 --category 硬件",
        "plan-need n1 --step 送备用机 --by +3d --owner 李雷 --sent",
        "confirm n1 --plan",
        "wait n1 等照片",
        "resume n1",
        "escalate n1 --level 3 --to 王经理",
        "resolve n1 更换搓纸轮",
        "survey n1 --overall 2 --solved 2 --nps 5 --bad 太慢 --by 张伟",
        "add-need c1 包装机停机 --kind complaint --urgency urgent --owner 李雷",
        "add-promise c1 送样品 --due 2026-11-21 --owner 李雷",
        "add-promise c1 对账单 --due 2026-11-18 --owner 李雷 --they-owe",
        "add-article 卡纸的处理 --type problem --category 硬件",
    ):
        assert run_in_process(command).code == 0, command


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("triage", ["紧急", "已分级", "响应", "截止", "剩余"]),
        ("triage --why n2", ["紧急投诉", "响应时限 11月20日 周五 11:00，还有 2 小时", "得分 30 = 30（客户等级：核心客户）"]),
        ("due --days 7 --explain", ["紧急投诉；首次响应", "我方承诺（基本）", "客户承诺（基本）", "低于预期"]),
        ("show n1", ["紧急问题；当前状态：已解决", "必须", "成本", "方案已发送", "客户确认方案", "恢复计时", "3 级", "已答复"]),
        ("show c1", ["我方承诺  基本", "总体 2", "推荐分 5"]),
        ("show s1", ["答复人    张伟", "不足之处"]),
        ("show p2", ["承诺方    客户承诺", "未完成"]),
        ("show a1", ["标题", "问题"]),
        ("history n1", ["状态：处理中 → 已解决", "新增：方案已发送"]),
        ("survey --list", ["已答复", "推荐分"]),
        ("kb", ["标题", "问题"]),
        ("report service", ["首次响应", "一次性解决率", "及时率", "升级上报至 3 级", "硬件"]),
        ("report satisfaction", ["满意率", "净推荐值", "贬损者", "不足之处：太慢"]),
        ("report promises", ["履约准时率", "已兑现", "未兑现", "有风险且已告知"]),
        ("survey n1 --script", ["华东精工，您好！", "关于：打印机卡纸"]),
    ],
)  # fmt: skip
def test_the_service_half_is_chinese(command: str, said: list[str]) -> None:
    ran = run_in_process(f"--lang zh {command}")
    assert ran.code == 0
    assert [part for part in said if part not in ran.out] == []
    words = set(re.findall("[A-Za-z]+", re.sub(r"\b[a-z]\d+(:[a-z-]+)?", "", ran.out)))
    assert words <= {"tester", "P", "T", "crm", "kb"}, words
