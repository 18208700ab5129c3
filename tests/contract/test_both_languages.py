"""English and Chinese side by side: every word typed in either is the same to the file and to scripts, and a Chinese reader
sees no word of the other language that is no name (CLI.md; HANDBOOK §13).
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from crmcli import app
from crmcli.commands.demo import _fill
from crmcli.commands.shared.offers import VALUES
from crmcli.config import KEYS
from crmcli.context import Context
from crmcli.rules import terms
from crmcli.rules.terms import Vocabulary
from tests.contract.screens import screens
from tests.support import crm, run_in_process, words

# --- every word, typed in Chinese ---

TYPED = {
    "key-date KIND": "key-date c1 {} 05-20", "lose --reason": "lose d1 --reason {}", "--stage": "add-customer Neu --stage {}",
    "--lifecycle": "list-customers --lifecycle {}", "--channel": "log-contact c1 hi --channel {}",
    "--prefer": "add-customer Neu --prefer {}", "--intent": "log-contact c1 hi --intent {}",
    "--loss-reason": "log-contact c1 hi --stage lost --loss-reason {}", "--role": "add-person c1 Zoe --role {}",
    "--consent": "add-person c1 Zoe --consent {}", "add-customer --kind": "add-customer Neu --kind {}",
    "due --kind": "due --days 400 --kind {}", "add-need --kind": "add-need c1 leaks --kind {}",
    "triage --kind": "triage n1 --kind {}", "survey --kind": "survey c1 --overall 4 --kind {}",
    "--urgency": "add-need c1 leaks --urgency {}", "--strength": "add-need c1 leaks --strength {}",
    "add-promise --level": "add-promise c1 'a call' --due fri --level {}", "--cause": "review s1 --action think --cause {}",
    "--type": "add-article Leaks --type {}", "--deal-stage": "edit d1 --set valid_until=2026-12-01 --set stage={}",
    "--direction": "edit i1 --set direction={}", "--owed-by": "edit p1 --set by={}", "--tier": "add-customer Neu --tier {}",
}  # fmt: skip
"""A command for each kind of word, by what completes it (commands/shared/offers.py)."""

BEFORE = (
    "add-customer Acme --stage customer --since 2024-01-01 --person Jane", "log-contact c1 hi --at 2026-11-02",
    "add-need c1 'it jams'", "add-need c1 'it rattles' --at 2026-11-16T09:00", "resolve n2 oil", "survey s1 --overall 2",
    "add-promise c1 'a visit' --due 2026-11-25", "add-deal c1 'a pump' --amount 100 --close-on 2026-12-01",
)  # fmt: skip


def vocabularies() -> dict[str, Vocabulary]:
    """The words that each kind of parameter takes."""
    found = {"--tier": terms.tiers(("core", "potential", "ordinary"))}
    for place, offered in VALUES.items():
        cells = offered.__closure__ or () if isinstance(offered, FunctionType) else ()
        for cell in cells:
            if isinstance(cell.cell_contents, Vocabulary):
                found[place] = cell.cell_contents
    return found


def chinese_of(others: Any) -> list[str]:
    return [one for one in others if not one.isascii()]


@pytest.fixture(scope="module")
def with_something(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typed") / "crm.db"


@pytest.mark.parametrize("parameter", sorted(TYPED))
def test_every_word_may_be_typed_in_chinese(parameter: str, with_something: Path) -> None:
    if not with_something.exists():
        for line in BEFORE:
            crm(line, CRM_DB=str(with_something))
    vocabulary, done = vocabularies()[parameter], 0
    for stored, others in vocabulary.words.items():
        english = _answer(TYPED[parameter], stored, with_something, "en")
        assert english.code in (0, 2), english  # some words belong to a command of their own
        done += english.code == 0
        for word in chinese_of(others):
            for language in ("en", "zh"):
                chinese = _answer(TYPED[parameter], word, with_something, language)
                assert _without_the_line(chinese) == _without_the_line(english), (word, stored)
    assert done > 1


def _answer(line: str, word: str, path: Path, language: str) -> Any:
    asks = words(line)[0] in ("due", "list-customers")
    command = [part.format(word) for part in words(line)]
    how = [] if asks else ["--dry-run"]
    return run_in_process([*command, "--json", *how], CRM_DB=str(path), CRM_LANG=language)


def _without_the_line(ran: Any) -> Any:
    return ran._replace(out=re.sub(r'"command": "[^"]*"', "", ran.out))


def test_no_kind_of_word_was_forgotten() -> None:
    assert set(vocabularies()) == set(TYPED)
    assert all(
        chinese_of(others) for one in vocabularies().values() for others in one.words.values()
    )


# --- and in lists ---

LISTS: dict[str, tuple[dict[str, tuple[str, Vocabulary]], dict[str, tuple[str, str]]]] = {
    "customers": (
        {"stage": ("客户状态", terms.STAGE), "tier": ("客户等级", terms.tiers(("core", "potential", "ordinary")))},
        {"name": ("客户名称", "Firm {}")},
    ),
    "people": ({"role": ("角色", terms.ROLE)}, {"customer": ("客户名称", "Acme"), "name": ("姓名", "P{}")}),
    "interactions": (
        {"channel": ("跟进方式", terms.CHANNEL), "direction": ("方向", terms.DIRECTION), "intent": ("意向度", terms.INTENT)},
        {"customer": ("客户名称", "Acme"), "at": ("跟进时间", "2026-01-{:02}"), "summary": ("跟进内容", "said {}")},
    ),
    "needs": (
        {"kind": ("类型", terms.NEED_KIND), "urgency": ("紧急程度", terms.URGENCY), "status": ("状态", terms.NEED_STATUS)},
        {"customer": ("客户名称", "Acme"), "text": ("需求内容", "need {}"), "received_at": ("提出时间", "2026-01-{:02} 10:00")},
    ),
    "promises": (
        {"level": ("级别", terms.PROMISE_LEVEL), "by": ("承诺方", terms.PROMISE_BY)},
        {"customer": ("客户名称", "Acme"), "text": ("承诺内容", "promise {}"), "due": ("承诺日期", "2026-12-{:02}")},
    ),
    "surveys": (
        {"kind": ("类型", terms.SURVEY_KIND)},
        {"customer": ("客户名称", "Acme"), "at": ("回访日期", "2026-01-{:02}"), "overall": ("总体", "4")},
    ),
}  # fmt: skip
"""Of each kind of list: the columns of our words with their Chinese headers, and what else a row needs."""


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_a_list_in_chinese_is_the_same_list(kind: str, tmp_path: Path) -> None:
    worded, plain = LISTS[kind]
    columns = [
        [(stored, word) for stored, others in vocabulary.words.items() for word in chinese_of(others)]
        for _header, vocabulary in worded.values()
    ]  # fmt: skip
    english, chinese = (
        [[*worded, *plain]],
        [[one[0] for one in [*worded.values(), *plain.values()]]],
    )
    for number, row in enumerate(zip_longest(*columns), start=1):
        filled = [row[place] or columns[place][0] for place in range(len(row))]
        rest = [form.format(number) for _header, form in plain.values()]
        english.append([*(stored for stored, _word in filled), *rest])
        chinese.append([*(word for _stored, word in filled), *rest])
    kept = []
    for name, table, language in (("en", english, "en"), ("zh", chinese, "zh")):
        file = tmp_path / f"{name}.csv"
        file.write_text("".join(",".join(row) + "\n" for row in table), encoding="utf-8")
        place = {
            "CRM_DB": str(tmp_path / f"{name}.db"),
            "CRM_LANG": language,
            "LANG": "zh_CN.UTF-8",
        }
        crm("add-customer Acme", **place)
        told = crm(f"import {file} --as {kind} --json", **place).json["item"]
        assert (told["added"], told["rejected"]) == (len(table) - 1, 0), told
        kept.append(crm(f"export {kind} --format jsonl --reveal", **place).out)
    assert kept[0] == kept[1]
    assert len(kept[0].splitlines()) >= len(chinese) - 1


# --- the same to scripts, and in the file ---


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of `crm demo` is made when it is first asked for."""
    return tmp_path_factory.mktemp("demo") / "demo.db"


@pytest.fixture
def in_demo(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo's file, in use."""
    if not demo.exists():
        monkeypatch.setenv("CRM_DB", str(demo))
        made = Context(["demo"])
        made.write()
        _fill(made)
        made.close()
    copy = tmp_path / "copy.db"
    shutil.copy(demo, copy)
    monkeypatch.setenv("CRM_DB", str(copy))
    return copy


READ = (
    "", "due --days 14", "due --days 14 --explain", "due --kind churn", "due --why c1", "due --overdue --count", "due --exit-code",
    "triage", "triage --why n20", "show c1", "show c2 --brief", "show c5", "show c21", "show n1", "show n8", "show n20", "show d5",
    "show p8", "show k1", "show s1", "show s33", "show v1", "show t10", "show h1", "show o1", "show i1", "list-customers",
    "list-customers --tier 核心客户 --sort -lifetime_value", "find 报价", "find 华东", "survey --list", "kb", "pipeline", "tiers",
    "history", "history c1", "history n1", "history n8", "history d5", "history p3", "history k1", "history s1", "history t1",
    "archive --due", "archive --list", "segment", "doctor", "doctor --duplicates",
    *(f"report {name}" for name in ("funnel", "follow-up", "service", "satisfaction", "promises", "value", "quality", "all")),
    "report reliability --customer c1", "report service --period 2026Q3 --compare 2026Q2",
)  # fmt: skip
"""What is looked at."""

LISTED = (
    "due --days 14",
    "triage",
    "list-customers",
    "survey --list",
    "find 报价",
    "history c1",
    "tiers",
    "export all",
    "export deals",
)
"""What is also written as CSV."""

REFUSED = (
    "show c99", "show n999", "due --days x", "due --kind nothing", "add-customer 华东精工有限公司", "done n20:respond",
    "confirm n20", "resolve n1 x", "report nothing", "snooze c1 gestern", "edit c1 --set stage=nothing", "undo x99", "add-need c1",
)  # fmt: skip


@pytest.mark.usefixtures("in_demo")
def test_scripts_get_the_same_in_both_languages() -> None:
    lines = [[*words(line), "--json"] for line in (*READ, *REFUSED)]
    lines += [
        [*words(line), "--csv" if words(line)[0] != "export" else "--reveal"] for line in LISTED
    ]
    for line in lines:
        english = run_in_process(line, CRM_LANG="en")
        chinese = run_in_process(line, CRM_LANG="zh")
        assert (chinese.code, chinese.out) == (english.code, english.out), line
        if "--json" in line:
            said = [one for one in english.err.splitlines() if one.startswith("{")]
            assert [one for one in chinese.err.splitlines() if one.startswith("{")] == said, line
            assert bool(english.code not in (0, 20)) == bool(said), line


WRITTEN = (
    "log-contact c1 谈价格 --channel visit --intent high --next 发报价 --on 3wd", "add-customer 东海化工 --person 陈晨 --phone 13812345678",
    "add-need c1 漏油 --kind complaint --urgency urgent", "plan-need n23 --step 换垫片 --by 3wd --owner 李雷 --sent", "confirm n23 --plan",
    "delay l1 --until 6wd --reason 缺货", "wait n23 照片", "resume n23", "escalate n23 --level 3 --to 王敏 --reason 反复", "resolve n23 已换",
    "survey n23 --overall 2 --bad 太慢", "review s37 --cause speed --action 备件入库", "add-promise c1 送样 --due 2026-11-27", "warn p20 --impact 停产 --option 先发一半",
    "break p20 --reason 缺货 --amends 九折", "handover c1 张伟 李丽 --on 2026-11-19", "play c1 escort", "key-date c1 anniversary 05-20",
    "add-risk c1 竞标 --level 2", "add-deal c1 备件 --amount 1000", "lose d15 --reason price", "add-order c1 500 --pay-by 2026-12-20",
    "tag c1 vip", "edit c1 --set prefer=visit --reason 更正", "snooze c3:touch 2wd", "tiers --apply --yes", "config set cadence.new 2w",
    "merge-customers c9 c10 --yes", "undo",
)  # fmt: skip


def test_the_file_is_the_same_in_both_languages(in_demo: Path, tmp_path: Path) -> None:
    dumps = []
    for language in ("en", "zh"):
        path = tmp_path / f"{language}.db"
        shutil.copy(in_demo, path)
        made = [crm(line, CRM_DB=str(path), CRM_LANG=language).out for line in WRITTEN]
        with sqlite3.connect(path) as file:
            dumps.append((made, list(file.iterdump())))
    assert dumps[0] == dumps[1]


# --- what a Chinese reader sees ---

_HAN = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(f"[{_HAN}][,;:!?()]|[,;:!?(][{_HAN}]|[{_HAN}] \\(")
"""A half-width mark beside a Chinese character."""

NAMES = {
    "crm", "CRM", "JSON", "JSONL", "CSV", "XLSX", "xlsx", "csv", "jsonl", "vcf", "ics", "vCard", "BOM", "CRLF", "Excel", "HTML", "TOML",
    "age", "shell", "cron", "systemd", "launchd", "apprise", "SMTP", "MES", "RFM", "P", "ID", "ext",  # programs and formats
    "CNY", "USD", "EUR", "GBP", "MB", "MM-DD", "YYYY-MM-DD", "wd", "w", "m", "d", "h", "wh", "Q", "N", "n", "A", "B", "C",  # units, and how dates are typed
    "config.toml", "crm.key", "rejects.csv", "notify.channels", "plays", "fields.NAME", "calendar.days_off",  # files and settings
    "CRM_DB", "CRM_LANG", "CRM_PLAIN", "CRM_PASSPHRASE", "CRM_BACKUP_PASSPHRASE", "desktop", "email", "command", "file", "urls",
    "name", "person", "city", "external_id", "uscc", "phone", "fields",  # names of fields that are typed as they are
    "en", "zh", "has", "lunar", "none", "mon", "fri", "x", "Ctrl", "Enter", "Tab",  # what is typed as it is
}  # fmt: skip
"""Latin words that Chinese texts have, for they are names, units or typed so; besides the words of commands and vocabularies."""


def _commands_words() -> set[str]:
    parts = {part for name in app.COMMANDS for part in (name, *name.split("-"))}
    every = [*vocabularies().values(), terms.ROWS, terms.KIND, terms.ARTICLE_KIND]
    stored = {word for one in every for word in one.words}
    return parts | {piece for word in stored for piece in re.split("[- _]", word)} | stored


TYPED_IN_HELP = {
    "list", "get", "set", "unset", "path", "edit", "save", "delete", "install", "show", "remove", "update", "skip", "reject", "escort",
    "review", "revive", "open", "quoted", "funnel", "follow-up", "satisfaction", "promises", "value", "quality", "reliability", "all",
    "attachment", "interaction", "article", "task", "survey", "order", "risk", "need", "deal", "contract", "key-date", "follow", "key",
    "up", "customer", "promise", "starttls",
}  # fmt: skip
"""What help names because it is typed so: actions, reports, plays, kinds of records."""


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The page of help of every command, of `crm` itself first."""
    folder = str(tmp_path_factory.mktemp("help"))
    lines = ["--help", *(f"{name} --help" for name in app.COMMANDS)]
    place = {"CRM_DB": f"{folder}/crm.db", "HOME": folder, "CRM_LANG": "zh", "NO_COLOR": "1"}
    return screens(lines, 80, **place)


def test_every_page_of_help_is_chinese(helps: list[str]) -> None:
    known = NAMES | TYPED_IN_HELP | _commands_words()
    wrong = []
    for name, page in zip(["crm", *app.COMMANDS], helps, strict=True):
        for line in page.replace("\r", "").split("  示例：")[0].splitlines():
            text = re.sub(r"--?[a-z][a-z-]*|\b[a-z]\d+|\{[^{}]*\}|\[[^\]]*[<|][^\]]*\]", " ", line)
            if name == "log-contact" and '"' in line:
                continue  # the example of a line of JSON
            strange = [
                word
                for word in re.findall(r"[A-Za-z][A-Za-z_.-]*", text)
                if word.rstrip(".") not in known
            ]
            if strange or HALF_WIDTH.search(line):
                wrong.append((name, strange, line))
    assert wrong == []


@pytest.mark.usefixtures("in_demo")
def test_every_screen_is_chinese() -> None:
    own = sorted(_own_texts(), key=len, reverse=True)
    wrong = []
    for line in READ:
        ran = run_in_process(line, CRM_LANG="zh")
        assert ran.code in (0, 20), (line, ran)
        for shown in f"{ran.out}{ran.err}".splitlines():
            text = shown
            for one in own:
                text = text.replace(one, "")
            text = re.sub(
                r"\bcrm(:[a-z-]+| [^；，。]*)", "", text
            )  # a command, and what belongs to the whole file
            text = re.sub(r"\b[a-z]\d+(:[a-z-]+)?", "", text)  # a reference
            strange = [
                word for word in re.findall(r"[A-Za-z][A-Za-z_.-]*", text) if word not in SEEN
            ]
            if strange or HALF_WIDTH.search(text):
                wrong.append((line, strange, shown))
    assert wrong == []


SEEN = {
    "CNY", "USD", "EUR", "GBP",  # currencies
    "Q", "W", "P", "RFM", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K",  # quarters, weeks, percentiles; the legend of a grid
    "CN", "calendar.days_off", "crm",  # a country, a setting, the program
    "tester",  # who it is
}  # fmt: skip
"""Latin words that screens may have, the demo's own texts aside."""

_WORDED = ("stage", "tier", "kind", "channel", "direction", "intent", "status", "urgency", "level", "by", "cause", "light", "roles", "consent", "loss_reason", "command", "record", "prefer")  # fmt: skip
"""Fields of ours, which are to be shown in Chinese."""


def _own_texts() -> set[str]:
    """What the demo's people wrote, where it has Latin letters; masked as lists have it, too."""
    found = set()
    for reveal in ("--reveal", ""):
        for line in crm(f"export all --format jsonl {reveal}").lines:
            found |= set(_texts(json.loads(line)))
    for item in crm("list-customers --json").json["items"]:
        found |= set(_texts(item))
    return found


def _texts(record: dict[str, Any]) -> Iterator[str]:
    for name, value in record.items():
        if name in _WORDED:
            continue
        if isinstance(value, dict):
            yield from _texts(value)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _texts(one)
            elif isinstance(one, str) and re.search("[A-Za-z]{3}|[A-Z]{2}", one):
                yield one


def test_settings_are_told_in_chinese() -> None:
    shown = crm("config", CRM_LANG="zh").lines
    about = {name: line for line in shown for name in KEYS if line.startswith(f"{name} ")}
    assert [name for name in KEYS if name not in about] == []
    assert [line for line in about.values() if not re.search(f"[{_HAN}]", line)] == []


_LONG = "x" * 300


@pytest.mark.parametrize(
    ("command", "english", "chinese"),
    [
        (
            "log-contact c1 hi --intent x", "intent 'x' is unknown; choose one of high (高), medium (中), low (低)",
            "意向度 'x' 无法识别；请从中选择：高（high）、中（medium）、低（low）",
        ),
        (
            "add-customer Neu --prefer we", "channel 'we' may mean wechat, wecom; write one of them",
            "跟进方式 'we' 可能指 微信、企业微信；请写明其中一个",
        ),
        (
            "confirm n1", "n1 is received; possible now: crm plan-need n1, crm wait n1, crm resolve n1 SOLUTION, crm decline n1 --reason WHY",
            "n1 的状态是“已接收”；目前可用：crm plan-need n1、crm wait n1、crm resolve n1 解决方案、crm decline n1 --reason 原因",
        ),
        (
            "done n1:feedback", "n1:feedback is settled by: crm plan-need n1 --sent, crm schedule-need n1, crm resolve n1 SOLUTION",
            "n1:feedback 须用以下命令完成：crm plan-need n1 --sent、crm schedule-need n1、crm resolve n1 解决方案",
        ),
        ("handover c1", "Missing argument 'OLD'; see crm handover --help", "缺少参数 '原对接人'；用法见 crm handover --help"),
        (
            f"export customers --out {_LONG}", f"{_LONG}: File name too long",
            f"{_LONG}：文件名过长",
        ),
        (
            "log-contact c1 hi --minutes x", "Invalid value for '--minutes': 'x' is not a valid int range; see crm log-contact --help",
            "'--minutes' 的值 'x' 不是整数；用法见 crm log-contact --help",
        ),
    ],
)  # fmt: skip
def test_a_refusal_is_put_together_as_its_language_does(
    command: str, english: str, chinese: str
) -> None:
    for line in BEFORE[:3]:
        crm(line)
    for language, sentence in (("en", english), ("zh", chinese)):
        ran = run_in_process(command, CRM_LANG=language)
        assert (ran.out, ran.err) == ("", f"crm: {sentence}\n")
        script = run_in_process([*words(command), "--json"], CRM_LANG=language)
        assert json.loads(script.err)["error"]["message"] == english
