"""What is on the screen fits it, whatever its width, its language and what names hold; and is used where it is wide."""

import os
import re
from datetime import date

import pytest
from wcwidth import wcswidth

from crmcli.app import COMMANDS
from tests.contract.program import run
from tests.contract.screens import READING, fill_with_demo, screens, without_colours
from tests.support import crm

WIDTHS = (60, 80, 120, 200)
HOSTILE = (
    "华" * 40,
    "中Latin文" * 12,
    "👨\u200d👩\u200d👧\u200d👦 family 🇨🇳 flag ❤\ufe0f heart 😀",
    "e\u0301" * 60,
    "กี่" * 30,
    "שלום עולם " * 6,
    "مرحبا\u202e reversed\u202c بالعالم",
    "tab\there\tand there",
    "ＦＵＬＬ　ＷＩＤＴＨ　ＣＯＭＰＡＮＹ　ＬＩＭＩＴＥＤ",
    "한국전자 주식회사 서울 본사 영업부",
    "a" * 90,
    "[bold red]markup[/] " * 4,
)
"""Names that are wider than they are long, longer than they are wide, or turn round."""


def fill_with_hostile() -> None:
    """For each such name a customer with all that lists show."""
    for number, name in enumerate(HOSTILE, start=1):
        key = f"c{number}"
        crm(["add-customer", name, "--city", name, "--industry", name, "--note", name, "--allow-duplicate", "--tier", "core", "--person", name])  # fmt: skip
        crm(["log-contact", key, name, "--next", name, "--on", "tomorrow", "--at", "2026-11-18"])
        crm(["add-need", key, name, "--urgency", "urgent", "--category", name])
        crm(["add-task", key, name, "--due", "today"])
        crm(["add-promise", key, name, "--due", "today"])
        crm(["add-order", key, "1234567.89", "--on", "2026-11-01"])
        crm(["survey", key, "--kind", "relation", "--overall", "2", "--bad", name])


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_of_the_demo_is_wider_than_the_screen(columns: int, lang: str) -> None:
    fill_with_demo()
    for command, screen in zip(READING, screens(READING, columns, CRM_LANG=lang), strict=True):
        assert screen.strip(), command
        if command != "survey --script":  # a wording stays whole, to be copied
            assert _too_wide(screen, columns) == [], command


_LISTS = (
    "", "due", "due --explain", "triage", "list-customers", "survey --list", "show c1", "show c2", "show c3", "show c4 --brief", "show n5",
    "find a", "history", "history c1", "history c11", "report all", "tiers", "doctor --duplicates",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_name_breaks_out_of_its_place(lang: str) -> None:
    fill_with_hostile()
    for columns in WIDTHS:
        for command, screen in zip(_LISTS, screens(_LISTS, columns, CRM_LANG=lang), strict=True):
            assert _too_wide(screen, columns) == [], (columns, command)
            assert "\ufffd" not in screen


def _too_wide(screen: str, columns: int) -> list[str]:
    lines = without_colours(screen).split("\n")
    # A path stays whole, to be copied.
    mine = [line for line in lines if os.environ["CRM_DB"] not in line]
    return [line for line in mine if not 0 <= wcswidth(line) <= columns]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", ["due --days 30 --limit 0", "triage", "list-customers --limit 0", "survey --list"])  # fmt: skip
def test_the_reference_the_name_and_the_day_are_seen_at_sixty_columns(
    command: str, lang: str
) -> None:
    fill_with_demo()
    items = crm(f"{command} --json").json["items"]
    customers = crm("list-customers --json --limit 0").json["items"]
    names = {one["ref"]: one["name"] for one in customers}
    (screen,) = screens([command], 60, CRM_LANG=lang)
    # Behind a mark, and not of the lines below, which are indented further.
    rows = re.findall(r"(?m)^(?:!!|! |  )? ?(?! )((\S+) .*)$", without_colours(screen))
    lines = {ref: line for line, ref in rows}
    assert len(items) >= 4
    for item in items:
        line = lines[item["ref"]]
        who = item.get("customer") or item["ref"]
        ref = who["ref"] if isinstance(who, dict) else who
        if ref in names:
            assert names[ref][:5] in line
        if item.get("due_at"):
            assert any(form in line for form in _forms(item["due_at"], lang)), line


def _forms(due_at: str, lang: str) -> list[str]:
    """How a day may be written in a list."""
    day = date.fromisoformat(due_at[:10])
    near = {-1: ("yesterday", "昨天"), 0: ("today", "今天"), 1: ("tomorrow", "明天")}
    words = near.get((day - date(2026, 11, 20)).days, ())
    written = f"{day:%a} {day.day} {day:%b}" if lang == "en" else f"{day.month}月{day.day}日"
    return [*words, written, day.isoformat()]


def test_what_is_cut_or_left_out_goes_in_this_order() -> None:
    fill_with_demo()

    def heading(command: str, columns: int) -> str:
        (screen,) = screens([command], columns, NO_COLOR="1", CRM_LANG="en")
        return " ".join(screen.split("\n")[0].split())

    assert [heading("list-customers", columns) for columns in (200, 100, 80, 60)] == [
        "REF NAME STAGE TIER INDUSTRY CITY LAST CONTACT NEXT TOUCH LIFECYCLE INTENT SOURCE",
        "REF NAME STAGE TIER INDUSTRY CITY LAST CONTACT NEXT TOUCH",
        "REF NAME STAGE TIER CITY LAST CONTACT NEXT TOUCH",
        "REF NAME LAST CONTACT NEXT TOUCH",
    ]
    assert [heading("due --days 30", columns) for columns in (200, 120, 80, 60)] == [
        "REF DUE LATE NAME TIER WHAT WHY",
        "REF DUE LATE NAME TIER WHAT",
        "REF DUE LATE NAME TIER",
        "REF DUE LATE NAME",
    ]
    assert [heading("triage", columns) for columns in (200, 120, 80, 60)] == [
        "REF URGENCY STATE CLOCK BY LEFT NAME WHAT CATEGORY OWNER",
        "REF URGENCY STATE CLOCK BY LEFT NAME WHAT",
        "REF URGENCY BY LEFT NAME WHAT",
        "REF URGENCY BY LEFT NAME",
    ]


_FIGURES = ("due --days 30 --limit 0", "triage", "report all", "report value", "pipeline", "list-customers", "tiers")  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_time_and_no_amount_is_cut(lang: str) -> None:
    """The columns in which nothing stands, and what others tell too, give way to them."""
    fill_with_demo()
    crm("triage n8 --urgency important", now="2026-11-20T22:30")
    crm("add-task c1 x --due '2026-12-28 22:30'")
    crm("edit-deal d1 --amount 1234567.89")
    for columns in (60, 80):
        shown = screens(_FIGURES, columns, CRM_LANG=lang)
        for command, screen in zip(_FIGURES, map(without_colours, shown), strict=True):
            assert _CUT.findall(screen) == [], (command, columns)
        assert "1,767,567.89 CNY" in "".join(shown)


_CUT = re.compile(r".*(?:[0-9][0-9.,:]*|周.|月|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Nov|Dec)) ?….*")


def test_what_has_no_room_beside_goes_below() -> None:
    fill_with_demo()
    (screen,) = screens(["triage"], 60, NO_COLOR="1", CRM_LANG="en")
    assert screen.split("\n")[:5] == [
        "   REF  URGENCY    BY               LEFT  NAME",
        "!! n21  untriaged  yesterday 18:00    0m  西安唐都教育科技…",
        "    希望增加家长端",
        "!! n22  routine    yesterday 18:00    0m  福州闽江茶业有限…",
        "    想了解起订量",
    ]


def test_a_text_goes_on_below_where_it_began() -> None:
    fill_with_demo()
    (screen,) = screens(["show c1"], 60, NO_COLOR="1", CRM_LANG="en")
    assert (
        "next touch  core: every month; last contact 2026-11-11\n"
        "            (call); due Fri 11 Dec; in 21 days\n"
    ) in screen


def test_a_pipe_has_no_end() -> None:
    fill_with_hostile()
    ran = run("list-customers --limit 0")
    assert ran.code == 0
    for name in ("华" * 40, "a" * 90):
        assert len([line for line in ran.out.splitlines() if name in line]) == 1
    assert "!!" not in run("due").out


_COLOUR = re.compile(
    r"\x1b\[(?:[0-9]+;)*(?:3[0-79]|38;[0-9;]+|4[0-79]|9[0-7]|10[0-7])(?:;[0-9]+)*m"
)
_COLOURED = ("triage", "report value", "due --help", "--help", "doctor")


def test_colours_are_few_and_fixed_and_nothing_is_said_by_them_alone() -> None:
    fill_with_demo()
    found = {match for screen in screens(READING, 80) for match in _COLOUR.findall(screen)}
    assert {re.sub("^1;", "", code[2:-1]) for code in found} == {"38;5;196", "38;5;166", "38;5;30"}
    bare = screens(_COLOURED, 80, NO_COLOR="1")
    (triage, *_rest) = screens(_COLOURED, 80)
    for line in triage.split("\n"):
        assert ("\x1b[1;38;5;196m" in line) == line.replace("\x1b[1;38;5;196m", "").startswith("!!")
    assert "!! n21" in bare[0]


@pytest.mark.parametrize(
    "changes",
    [{"TERM": "xterm"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}, {"CRM_PLAIN": "1"}],
    ids=["sixteen colours", "dumb", "NO_COLOR", "plain"],
)
def test_where_colours_cannot_be_relied_on_there_are_none(changes: dict[str, str]) -> None:
    fill_with_demo()
    shown = "".join(screens(_COLOURED, 80, **changes))
    assert not _COLOUR.search(shown)
    assert ("\x1b" in shown) == (changes == {"TERM": "xterm"})  # bold, and what moves


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_of_help_is_folded_and_nothing_of_it_is_lost(lang: str) -> None:
    pages = ["--help", *(f"{name} --help" for name in COMMANDS)]
    said = screens(pages, 80, CRM_LANG=lang, CRM_PLAIN="1")  # a line each, however long
    for columns in (60, 80):
        for page, plain, screen in zip(
            pages, said, screens(pages, columns, CRM_LANG=lang), strict=True
        ):
            drawn = "".join(without_colours(screen).translate(_DRAWN).split())
            assert drawn.count("…") == plain.count("…"), (page, columns)
            assert re.search(r"<(str|int|float)|<=x", screen + plain) is None, (page, columns)
            assert _too_wide(screen, columns) == [], (page, columns)
            for line in plain.splitlines():
                mark = "：" if lang == "zh" else ": "
                text = "".join(line.partition(mark)[2].split())
                assert text in drawn, (page, columns)


_DRAWN = str.maketrans(dict.fromkeys("╭╮╰╯│─", " ") | {"［": "[", "］": "]"})
