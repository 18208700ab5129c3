"""The guide is true: its commands are run, both languages tell the same, and nothing that it names is missing."""

import inspect
import plistlib
import re
import shlex
import shutil
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from crmcli import app
from crmcli.app import COMMANDS
from crmcli.commands.shared import due_walk, need_walk, walking
from docs.guide.replay import (
    GUIDE,
    LANGUAGES,
    REST,
    ROOT,
    Line,
    Remark,
    a_place,
    blocks_of,
    fits,
    fresh,
    obey,
    pages,
    replay,
    steps,
)
from tests.support import crm

PAGES = [(language, path) for language in LANGUAGES for path in pages(language)]
README = ROOT / "README.md"
_demos: dict[tuple[str, str], bytes] = {}
_JQ = shutil.which("jq")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def lines_of(path: Path) -> list[Line]:
    return [step for step in steps(text_of(path)) if isinstance(step, Line)]


def name_of(page: Any) -> str:
    return page if isinstance(page, str) else page.stem


# --- its commands do what it says ---


@pytest.mark.parametrize(("language", "path"), PAGES, ids=name_of)
def test_a_page_shows_what_its_commands_print(language: str, path: Path) -> None:
    without_jq = False
    told = steps(text_of(path))
    by_jq = {"jq", *(one.about for one in told if isinstance(one, Remark) and "jq " in one.block)}
    for line, code, printed in replay(path, language, _demos):
        if not _JQ and by_jq & set(line.command.split()):
            without_jq = True
            continue
        assert (line.command, code) == (line.command, line.code), printed
        if not fits(line.shown, printed):
            shown = fresh(line.shown, printed)
            assert (line.command, line.shown) == (line.command, shown), "stale; run: make docs"
    if without_jq:
        pytest.skip("jq is not here: its lines are not compared")


def test_there_is_enough_to_run() -> None:
    for language in LANGUAGES:
        assert len(pages(language)) == 8
        assert sum(len(lines_of(path)) for path in pages(language)) > 100


def test_a_page_may_leave_lines_out_but_not_change_them() -> None:
    assert fits("a\nb\n", "a\nb\n") and not fits("a\n", "a\nb\n") and not fits("", "a\n")
    assert fits(f"a\n{REST}\n", "a\nb\n") and fits(f"{REST}\nc\n", "a\nb\nc\n")
    assert not fits(f"x\n{REST}\n", "a\nb\n") and not fits(f"a\n{REST}\nx\n", "a\nb\nc\n")
    assert not fits(f"a\n{REST}\n", "a\n")  # nothing is left out
    assert fresh(f"x\n{REST}\ny\n", "a\nb\nc\nd\n") == f"a\n{REST}\nd\n"
    assert fresh(f"x\n{REST}\ny\n", "a\nb\n") == "a\nb\n"


# --- what is not run could be ---


def words_of(script: str) -> list[list[str]]:
    """Each call of `crm` in a script, without what the shell does with it."""
    found = []
    for line in script.replace("\\\n", " ").splitlines():
        for call in re.findall(r"(?:^|[\s(|;&\"=])crm((?: (?:'[^']*'|[^|;&>)#\n])+))", line):
            try:
                words = shlex.split(call)
            except ValueError:
                words = call.split()
            while words and words[0] in ("--db", "--lang", "--plain"):
                words = words[1 if words[0] == "--plain" else 2 :]
            if words:
                found.append(words)
    return found


def complaint(words: list[str]) -> str:
    """Why `crm` would not understand these words; empty when it would."""
    if words[0].startswith("-"):
        return "" if words[0] in ("--help", "--version", "--install-completion") else words[0]
    if words[0] not in COMMANDS:
        return f"no command {words[0]}"
    if "--help" in words or any(REST in word for word in words):
        return ""
    command = app.build(words[0])
    known = {option for one in command.params for option in one.opts + one.secondary_opts}
    known |= {"--db", "--lang", "--plain"}
    return " ".join(word for word in words[1:] if word.startswith("--") and word not in known)


@pytest.mark.parametrize(("language", "path"), PAGES, ids=name_of)
def test_a_page_names_only_commands_and_options_that_there_are(language: str, path: Path) -> None:
    text = text_of(path)
    scripts = [
        block
        for kind in ("sh", "cron", "powershell", "makefile", "xml")
        for block in blocks_of(text, kind)
    ]
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    scripts += re.findall(r"`([^`\n]+)`", prose)
    called = [words for script in scripts for words in words_of(script)]
    assert [(words, said) for words in called if (said := complaint(words))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agent_of_launchd_and_the_crontab_are_well_formed(language: str) -> None:
    text = text_of(GUIDE / language / "3-scripts.md")
    (agent,) = (plistlib.loads(block.encode()) for block in blocks_of(text, "xml"))
    program, *words = agent["ProgramArguments"]
    assert program.endswith("/crm") and complaint(words) == ""
    (crontab,) = blocks_of(text, "cron")
    assert len(crontab.splitlines()) == 3
    for line in crontab.splitlines():
        assert re.fullmatch(r"([\d*/,-]+ ){4}[\d*/,-]+ +crm [a-z].*", line), line


def test_what_could_not_be_run_is_told() -> None:
    assert words_of("crm due | jq .; n=$(crm due --count)") == [["due"], ["due", "--count"]]
    assert complaint(["due", "--count"]) == complaint(["import", "FILE"]) == ""
    assert complaint(["due", "--cuont"]) == "--cuont"
    assert complaint(["dew"]) == "no command dew"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_script_is_run_or_says_why_not(language: str) -> None:
    for path in pages(language):
        told = [step for step in steps(text_of(path)) if isinstance(step, Remark)]
        kept = {step.block for step in told if step.kind in ("file", "not run")}
        assert all(step.about for step in told if step.kind in ("file", "not run"))
        for kind in ("sh", "makefile", "powershell", "cron", "xml"):
            assert [block for block in blocks_of(text_of(path), kind) if block not in kept] == []


# --- what tables say ---


def rows_of(text: str, head: str) -> list[list[str]]:
    """The cells of the tables of a page whose first heading begins so."""
    rows = []
    for table in re.findall(r"^\| .*\n\|[-|]+\n(?:\|.*\n?)+", text, re.MULTILINE):
        lines = [
            [cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()
        ]
        if lines[0][0].strip("| ").startswith(head):
            rows += lines[2:]
    return rows


@pytest.mark.parametrize(("language", "head"), [("en", "figure"), ("zh", "指标")])
def test_every_figure_that_is_explained_is_on_a_report(language: str, head: str) -> None:
    explained = [row[0] for row in rows_of(text_of(GUIDE / language / "6-figures.md"), head)]
    assert len(explained) > 35 and len(set(explained)) == len(explained)
    with a_place(language) as home:
        obey(Remark("demo", ""), home, _demos)
        reports = [crm(f"report {name} --period 2026-10").out for name in _REPORTS]
    cells = {
        part for out in reports for line in out.splitlines() for part in re.split(r"  +", line)
    }
    assert [name for name in explained if name not in {cell.strip() for cell in cells}] == []


_REPORTS = ("funnel", "follow-up", "service", "satisfaction", "promises", "value", "quality")


def keys_of_walks() -> tuple[set[str], set[str]]:
    """The keys of `due --walk` and of `triage --walk`, as their code names them."""
    rooms = (due_walk, need_walk, walking)
    due, need, common = (
        set(re.findall(r'Key\(\s*"(.)"', inspect.getsource(room))) for room in rooms
    )
    urgencies = {key for key, _word, _told in need_walk._URGENCIES}
    return due | common | {"n", "u"}, need | urgencies | common | {"s", "x"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keys_of_the_walks_are_those_of_the_program(language: str) -> None:
    text = text_of(GUIDE / language / "7-finding-and-keys.md")
    for walk, keys in zip(
        ("`crm due --walk`", "`crm triage --walk`"), keys_of_walks(), strict=True
    ):
        told = [key for row in rows_of(text, walk) for key in re.findall(r"`(.)`", row[0])]
        assert sorted(told) == sorted(keys)


# --- both languages ---


def shape(command: str) -> list[str]:
    """A command without the words that each language has its own of: the programs, the command, its options, their number."""
    split = shlex.shlex(command, posix=True, punctuation_chars=True)
    split.whitespace_split = True
    parts = list(split)
    kept = {place + 1 for place, part in enumerate(parts) if part in ("crm", "jq")}
    kept |= {place + 2 for place, part in enumerate(parts) if part == "jq"}  # after its option
    return [
        part if place in kept or part[0] in "-|&;<>()" or part in _PROGRAMS else REST
        for place, part in enumerate(parts)
    ]


_PROGRAMS = {"crm", "jq", "sh", "echo", "cat", "make"}


def headings(text: str) -> list[int]:
    """The levels of a page's headings."""
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [len(signs) for signs in re.findall(r"^(#+) ", bare, re.MULTILINE)]


def test_both_languages_have_the_same_pages() -> None:
    assert [path.name for path in pages("en")] == [path.name for path in pages("zh")]


@pytest.mark.parametrize("name", [path.name for path in pages("en")])
def test_both_languages_tell_the_same(name: str) -> None:
    en, zh = GUIDE / "en" / name, GUIDE / "zh" / name
    assert headings(text_of(en)) == headings(text_of(zh))
    for one, other in zip_longest(lines_of(en), lines_of(zh)):
        assert one and other, (one, other)
        assert shape(one.bare) == shape(other.bare), (one.command, other.command)
    told = [[s.kind for s in steps(text_of(p)) if isinstance(s, Remark)] for p in (en, zh)]
    assert told[0] == told[1]


# --- nothing is missing ---


def anchor(heading: str) -> str:
    """The name by which a heading is linked to, as GitHub makes it."""
    kept = "".join(c for c in heading.strip().lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def links(path: Path) -> list[str]:
    """Where a page leads to, but for the web."""
    bare = re.sub(r"^```.*?^```$", "", text_of(path), flags=re.MULTILINE | re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", bare) if "://" not in link]


def anchors(path: Path) -> set[str]:
    bare = re.sub(r"^```.*?^```$", "", text_of(path), flags=re.MULTILINE | re.DOTALL)
    return {anchor(re.sub(r"`", "", one)) for one in re.findall(r"^#+ (.*)$", bare, re.MULTILINE)}


@pytest.mark.parametrize(("language", "path"), PAGES, ids=name_of)
def test_no_link_is_dead(language: str, path: Path) -> None:
    assert links(path)
    for link in links(path):
        file, _, place = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), link
        assert not place or place in anchors(target), link


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_found_from_the_readme(language: str) -> None:
    index = GUIDE / language / "README.md"
    assert f"docs/guide/{language}/README.md" in links(README)
    assert {f"{path.name}" for path in pages(language)} - {"README.md"} <= set(links(index))
    for path in pages(language):
        if path != index:
            others = {link.partition("#")[0] for link in links(path)}
            assert others & {other.name for other in pages(language) if other != path}, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_told_of(language: str) -> None:
    text = "\n".join(text_of(path) for path in pages(language))
    told = set(re.findall(r"\bcrm ([a-z][a-z-]*)", text))
    assert set(COMMANDS) - told == set()
