"""`crm report --html` and `crm report all`: where the page goes, what is masked in it, and that all reports are in both."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from crmcli.output.text import width
from tests.contract.program import on_terminal, patched, patched_anew, refused, run
from tests.support import crm, run_in_process

NAMES = ("funnel", "follow_up", "service", "satisfaction", "promises", "value", "quality")


@pytest.fixture
def customers() -> None:
    """A person and a company, and something of each in the reports of November."""
    for command in (
        "add-customer Acme --stage customer --since 2026-01-01 --tier core",
        "add-customer 张伟 --kind person --stage customer --since 2026-01-01",
        "add-need 张伟 'ring 13812345678' --kind problem --urgency urgent --category 13812345678 --at 2026-11-18T09:00",
        "resolve n1 done",
        "survey n1 --overall 2 --nps 3 --bad '张伟 13812345678' --comment 华东",
        "add-promise 张伟 tea --due 2026-11-19",
        "add-order Acme 480 --pay-by 2026-11-10 --on 2026-11-02",
    ):
        crm(command)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("customers")
def test_a_page_is_written_and_where_is_said(place: Path) -> None:
    page = place / "service.html"
    ran = crm(["report", "service", "--html", str(page)])
    assert (ran.out, ran.err) == ("", f"Written to {page}.\n")
    text = text_of(page)
    assert text.startswith('<!doctype html>\n<html lang="en">\n')
    assert text.rstrip().endswith("</html>")
    assert "<h1>Service</h1>" in text
    assert "2026-11-01 to 2026-11-30" in text
    assert "compared with 2026-10" in text
    assert page.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in place.iterdir() if one.name.startswith(".")] == []


@pytest.mark.usefixtures("customers")
def test_a_page_needs_nothing_but_itself(place: Path) -> None:
    crm(["report", "all", "--html", str(place / "all.html")])
    text = text_of(place / "all.html")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script-src" not in policy[1]
    assert not re.search(r"<(script|img|link|iframe|object|embed|form|base)\b", text)
    assert not re.search(r"(src|srcset|action|xlink:href)\s*=|url\(|@import|https?:", text)
    assert set(re.findall(r'href="([^"]*)"', text)) == {f"#{name.replace('_', '-')}" for name in NAMES}  # fmt: skip


@pytest.mark.usefixtures("customers")
def test_names_and_numbers_are_masked_on_a_page_unless_revealed(place: Path) -> None:
    page = place / "all.html"
    crm(["report", "all", "--html", str(page)])
    text = text_of(page)
    assert "张*" in text
    assert "138****5678" in text
    assert "names and numbers are masked" in text
    assert "张伟" not in text
    assert "13812345678" not in text
    # What is shown in full is recorded, and one's earlier page makes way.
    crm(["report", "all", "--html", str(page), "--reveal"])
    with sqlite3.connect(place / "crm.db") as db:
        events = db.execute("SELECT kind, detail FROM event").fetchall()
    assert events == [("reveal", f"crm report all --html {page} --reveal")]
    text = text_of(page)
    assert "张伟" in text
    assert "13812345678" in text
    assert "are masked" not in text


@pytest.mark.usefixtures("customers")
def test_filters_are_named_on_the_page_and_masked(place: Path) -> None:
    page = place / "some.html"
    crm(["report", "promises", "--tier", "core", "--where", "name != 13812345678", "--html", str(page)])  # fmt: skip
    assert "only some customers: --tier core --where name != 138****5678" in text_of(page)
    crm(["report", "promises", "--customer", "张伟", "--html", str(page), "--period", "2026Q4"])
    text = text_of(page)
    assert "<h1>Reliability, 张*</h1>" in text
    assert '<p class="period">2026Q4</p>' in text


@pytest.mark.usefixtures("customers")
def test_a_page_is_in_the_language_that_was_asked_for(place: Path) -> None:
    crm(["--lang", "zh", "report", "服务", "--html", str(place / "zh.html")])
    text = text_of(place / "zh.html")
    assert '<html lang="zh">' in text
    assert "2026年11月" in text


@pytest.mark.usefixtures("customers")
def test_both_the_page_and_json_can_be_had(place: Path) -> None:
    page = place / "service.html"
    ran = crm(["report", "service", "--html", str(page), "--json"])
    assert ran.json == crm("report service --json").json
    assert ran.err == f"Written to {page}.\n"


def test_a_page_of_nothing_is_a_page_and_no_file_is_made(place: Path) -> None:
    crm(["report", "all", "--html", str(place / "empty.html")])
    assert text_of(place / "empty.html").count("<section") == len(NAMES)
    assert not (place / "crm.db").exists()


OWN = (
    "",
    "<!doctype html>\n",
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>mine</title>',
)


@pytest.mark.parametrize("content", OWN[1:])
def test_somebody_s_own_file_is_not_replaced(place: Path, content: str) -> None:
    (place / "own.html").write_text(content)
    sentence = f"{place}/own.html is there already and is no earlier export; name another file with --html"  # fmt: skip
    refused(["report", "service", "--html", f"{place}/own.html"], 4, sentence)


def test_a_page_takes_the_place_of_an_empty_file_and_of_itself(place: Path) -> None:
    page = place / "page.html"
    page.touch()
    crm(["report", "service", "--html", str(page)])
    crm(["--lang", "zh", "report", "promises", "--html", str(page)])
    crm(["report", "service", "--html", str(page)])
    assert "<h1>Service</h1>" in text_of(page)


@pytest.mark.parametrize(
    ("target", "code", "sentence"),
    [
        ("-", 2, "--html takes a file, not -; name one"),
        ("", 2, "--html takes a file; name one"),
        ("{place}", 2, "{place} is a folder; name a file in it"),
        ("{place}/crm.db/", 3, "there is no folder {place}/crm.db/; make it first, or plug it in"),
        ("{place}/none/", 3, "there is no folder {place}/none/; make it first, or plug it in"),
        ("{place}/loop", 2, "{place}/loop is a link that leads to itself; name another file with --html"),
        ("{place}/none/x.html", 3, "there is no folder {place}/none; make it first, or plug it in"),
        ("{place}/crm.db", 4, "{place}/crm.db is in use by crm; name another file with --html"),
        ("{place}/crm.db-wal", 4, "{place}/crm.db-wal is in use by crm; name another file with --html"),
        ("{place}/config.toml", 4, "{place}/config.toml is in use by crm; name another file with --html"),
    ],
)  # fmt: skip
def test_where_no_page_is_written(place: Path, target: str, code: int, sentence: str) -> None:
    crm("add-customer Acme")
    (place / "loop").symlink_to("loop")
    command = ["report", "service", "--html", target.format(place=place)]
    refused(command, code, sentence.format(place=place))


KILL = patched(
    "import os, signal",
    "from crmcli.exchange.out_file import OutFile",
    "OutFile._finish = lambda self: os.kill(os.getpid(), signal.SIGKILL)",
)
FULL = patched(
    "import errno, os",
    "def full(descriptor): raise OSError(errno.ENOSPC, 'No space left on device')",
    "os.fsync = full",
)


def test_a_page_is_whole_or_not_there(place: Path) -> None:
    """The one that lies there stays as it is when its successor is killed, or finds no room."""
    crm("add-customer Acme")
    page = place / "page.html"
    crm(["report", "service", "--html", str(page)])
    before = page.read_bytes()
    command = ["report", "promises", "--html", str(page)]
    assert run(command, program=KILL).code == -9
    assert page.read_bytes() == before
    ran = run(command, program=FULL)
    assert ran.code == 1
    assert "No space left on device" in ran.err
    assert page.read_bytes() == before


# --- all of them ---


@pytest.mark.usefixtures("customers")
def test_all_reports_are_each_of_them() -> None:
    answer = crm("report all --json --period 2026Q4").json
    assert answer["schema"] == "crm.report-all/1"
    item = answer["item"]
    assert list(item) == ["period", "customer", *NAMES]
    assert item["period"]["name"] == "2026Q4"
    for name in NAMES:
        single = crm(["report", name.replace("_", "-"), "--json", "--period", "2026Q4"]).json
        assert item[name] == single["item"]


@pytest.mark.usefixtures("customers")
def test_all_reports_on_the_screen_are_each_of_them_one_after_another() -> None:
    each = [crm(["report", name.replace("_", "-")]).out for name in NAMES]
    assert crm("report all").out == "\n\n".join(each)
    assert crm("report 全部").out == crm("report all").out


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_keep_to_the_terminal(columns: int, language: str) -> None:
    code, screen = on_terminal(f"--lang {language} report all", columns=columns)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen).splitlines()
    assert code == 0
    assert max(map(width, lines)) <= columns
    assert "█" in screen


@pytest.mark.parametrize("command", ["report all", "report all --json", "report value"])
def test_through_a_pipe_no_report_loads_rich_or_templates(command: str, place: Path) -> None:
    crm("add-customer Acme")
    program = patched_anew(
        "import atexit, json, os, sys",
        "def dump():",
        "    with open(os.environ['LOADED'], 'w') as file: json.dump(sorted(sys.modules), file)",
        "atexit.register(dump)",
    )
    assert run(command, program=program, LOADED=str(place / "loaded")).code == 0
    loaded = set(json.loads((place / "loaded").read_text()))
    assert not loaded & {"rich", "jinja2", "markupsafe", "sqlalchemy", "pydantic"}
    assert "crmcli.output.page_report" not in loaded


def test_a_page_with_an_unknown_report_is_refused_before_anything_is_written(place: Path) -> None:
    ran = run_in_process(["report", "weather", "--html", str(place / "x.html")])
    assert ran.code == 2
    assert not (place / "x.html").exists()


@pytest.mark.usefixtures("customers")
def test_a_chinese_page_has_chinese_punctuation(place: Path) -> None:
    crm(["--lang", "zh", "report", "all", "--html", str(place / "all.html")])
    text = re.sub(r"<style>.*?</style>", "", text_of(place / "all.html"), flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", "\n", text)
    assert (
        re.findall(r"[^\n]*[\u4e00-\u9fff] ?[,:;][^\n]*|[^\n]*[,:;] ?[\u4e00-\u9fff][^\n]*", shown)
        == []
    )
    assert "2026年10月：" in shown
