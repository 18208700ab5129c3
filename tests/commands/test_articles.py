"""What is known: articles written down, found by any scrap, offered where a need reads alike, read again (HANDBOOK §4)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmcli.commands.shared.alike import articles_alike
from crmcli.context import Context
from tests.contract.program import refused, refused_here
from tests.support import crm

At = Callable[[str], None]


@pytest.fixture
def solved() -> None:
    """n1 is resolved, n2 is not."""
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-need c1 'the printer jams' --kind problem --category hardware")
    crm("resolve n1 'clean the rollers, call 13800005678'")
    crm("add-need c1 'a quote'")


@pytest.fixture
def known(solved: None) -> None:
    """Three articles: a problem, a script and an insight."""
    crm("add-article 'Paper jams in printers' --from n1")
    crm("add-article '报价话术' --type 话术 --text '先问预算，再谈方案' --category 销售")
    crm("add-article '制造业客户的采购周期' --type 洞察 --text '年底定预算，春节后下单'")


def article(ref: str = "a1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def found(text: str = "", options: str = "") -> list[str]:
    answer = crm(["kb", *text.split(), "--json", *options.split()]).json
    assert answer["schema"] == "crm.articles/1"
    return [item["ref"] for item in answer["items"]]


def due(days: int = 0) -> list[tuple[str, str, str]]:
    items = crm(f"due --json --days {days} --kind kb-review").json["items"]
    return [(item["ref"], item["due_at"], item["title"]) for item in items]


def everything() -> Any:
    commands = ("kb", "kb 预算", "due --days 60", "show c1")
    return [crm(f"{command} --json").json for command in commands]


def comes_and_goes(command: str) -> None:
    """Do it, undo it, redo it: everything is as it was before, and as it was after."""
    before = everything()
    crm(command)
    after = everything()
    assert after != before
    undoing = crm("undo").out.strip()
    assert everything() == before
    crm(f"undo {undoing}")
    assert everything() == after


# --- writing it down ---


@pytest.mark.usefixtures("solved")
def test_from_a_resolved_need_it_keeps_the_solution_and_the_category() -> None:
    ran = crm("add-article 'Paper jams' --from n1 --external-id K-1 --json --reveal")
    assert ran.json == {
        "schema": "crm.article/1",
        "item": {
            "ref": "a1", "external_id": "K-1", "title": "Paper jams", "type": "problem",
            "text": "clean the rollers, call 13800005678", "category": "hardware", "need": "n1", "added_on": "2026-11-20",
            "reviewed_on": None, "review_on": "2026-12-21",
        },
    }  # fmt: skip
    assert article()["text"] == "clean the rollers, call 138****5678"


@pytest.mark.usefixtures("solved")
def test_what_is_said_wins_over_what_the_need_has() -> None:
    ran = crm(
        "add-article 'Paper jams' --from n1 --text 'dry paper' --category office --type insight"
    )
    assert (ran.out, ran.err) == ("a1\n", "")
    item = article()
    assert (item["text"], item["category"], item["type"], item["need"]) == ("dry paper", "office", "insight", "n1")  # fmt: skip
    crm("confirm n1")
    assert crm("add-article again --from n1").out == "a2\n"


def test_by_hand_and_from_a_file(place: Path) -> None:
    text = place / "script.txt"
    text.write_text("第一步：问好\r\n第二步：问预算\r\n", encoding="gb18030")
    crm(["add-article", "开场白", "--type", "话术", "--text-file", str(text)])
    assert (article()["type"], article()["text"]) == ("script", "第一步：问好\n第二步：问预算")
    crm("add-article 'only a title'")
    assert (article("a2")["type"], article("a2")["text"]) == ("problem", None)


@pytest.mark.usefixtures("known")
def test_it_is_corrected_and_deleted() -> None:
    crm("edit a2 --set type=经验 --set title=谈价格 --set text= --set category=谈判")
    item = article("a2")
    assert (item["type"], item["title"], item["text"], item["category"]) == ("insight", "谈价格", None, "谈判")  # fmt: skip
    assert found("预算") == ["a3"]
    crm("delete a2")
    assert found() == ["a3", "a1"]
    crm("delete n1")
    assert article("a1")["need"] is None  # what was learnt stays


@pytest.mark.usefixtures("solved")
def test_undo_and_redo() -> None:
    comes_and_goes("add-article 预算表 --from n1")
    comes_and_goes("edit a1 --set title=表 --set type=script")
    comes_and_goes("delete a1")


@pytest.mark.usefixtures("solved")
def test_a_dry_run_writes_nothing(place: Path) -> None:
    before = (place / "crm.db").read_bytes()
    ran = crm("add-article 'Paper jams' --from n1 --dry-run")
    assert ran.err == "Nothing was changed; without --dry-run: Added a1, problem: Paper jams\n"
    assert (place / "crm.db").read_bytes() == before


# --- finding it ---


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("", ["a3", "a2", "a1"]),
        ("预算", ["a3", "a2"]),
        ("价", ["a2"]),
        ("周", ["a3"]),
        ("春节", ["a3"]),
        ("销售", ["a2"]),
        ("预算 方案", ["a2"]),
        ("方案 预算", ["a2"]),
        ("ROLLER", ["a1"]),
        ("jams printers", ["a1"]),
        ("jam", ["a1"]),
        ("hardware", ["a1"]),
        ("13800005678", ["a1"]),
        ("a2", ["a2"]),
        ("nothing", []),
        ("预报", []),
        ("!?", []),
    ],
)
def test_any_scrap_finds_it(text: str, refs: list[str]) -> None:
    assert found(text) == refs


@pytest.mark.usefixtures("known")
def test_lists_are_cut_and_narrowed() -> None:
    assert found("", "--limit 2") == ["a3", "a2"]
    assert crm("kb --limit 2 --json").json["more"] is True
    assert "more" not in crm("kb --limit 3 --json").json
    assert found("预算", "--type script --limit 1") == ["a2"]
    assert found("", "--type 问题") == ["a1"]
    assert found("预算", "--limit 1") == ["a3"]
    assert crm("kb --csv --type problem").lines == [
        "ref,external_id,title,type,text,category,need,added_on,reviewed_on,review_on",
        'a1,,Paper jams in printers,problem,"clean the rollers, call 138****5678",hardware,n1,2026-11-20,,2026-12-21',
    ]
    assert crm("kb 预算").lines == [
        "REF  TYPE     CATEGORY  TITLE                 TEXT",
        "a3   insight            制造业客户的采购周期  年底定预算，春节后下单",
        "a2   script   销售      报价话术              先问预算，再谈方案",
    ]


@pytest.mark.usefixtures("known")
def test_find_finds_them_too() -> None:
    assert "a2" in [item["ref"] for item in crm("find 预算 --json").json["items"]]


def test_nothing_is_known_yet() -> None:
    ran = crm("kb")
    assert (ran.out, ran.err) == (
        "",
        "There are no articles yet; begin with: crm add-article TITLE\n",
    )
    assert crm("kb jam").err == "No article fits.\n"
    assert crm("kb --json").json == {"schema": "crm.articles/1", "count": 0, "items": []}


# --- what reads alike ---


def alike(text: str, limit: int = 3) -> list[str]:
    context = Context([])
    try:
        return [f"a{row['id']}" for row in articles_alike(context, text, limit)]
    finally:
        context.close()


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("the printer jams again", ["a1"]),
        ("Jammed paper in our printer on the third floor since Monday", ["a1"]),
        ("客户要一份报价，有话术吗", ["a2"]),
        ("制造业采购周期", ["a3"]),
        ("the invoice is wrong", []),
        ("扫描仪连不上网络", []),
        ("", []),
        ("the and of", []),
        ("？！", []),
    ],
)
def test_articles_that_read_like_a_need(text: str, refs: list[str]) -> None:
    assert alike(text) == refs


def test_the_most_alike_comes_first_and_not_too_many() -> None:
    for title in ("打印机卡纸", "打印机卡纸怎么办", "打印机没墨", "发票开错"):
        crm(["add-article", title])
    assert alike("打印机卡纸了")[:2] == ["a1", "a2"]
    assert "a4" not in alike("打印机卡纸了")
    assert alike("打印机卡纸了", limit=1) == ["a1"]
    crm("delete a1")
    assert alike("打印机卡纸了")[0] == "a2"


def test_where_nothing_is_known_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    crm("add-customer Acme")
    monkeypatch.setattr("crmcli.store.search.find", lambda *_: pytest.fail("it was looked for"))
    assert alike("the printer jams") == []


# --- reading it again ---


def test_all_articles_are_read_again_every_month(at: At) -> None:
    crm("add-article one")
    at("2026-12-10T09:00")
    crm("add-article two")
    assert due(days=10) == []
    assert due(days=11) == [("crm:kb-review", "2026-12-21", "read 1 article again")]
    assert (
        crm("due --why crm:kb-review").out == "read 1 article again; due Mon 21 Dec; in 11 days\n"
    )
    refused_here("done crm:kb-review", 4, "crm:kb-review is not due; crm due --why crm:kb-review says when it will be")  # fmt: skip
    at("2027-01-12T09:00")
    assert due() == [("crm:kb-review", "2026-12-21", "read 2 articles again")]
    item = crm("due --kind kb-review --json").json["items"][0]
    assert (item["customer"], item["action"]) == (None, "crm done crm:kb-review")
    assert crm("due --why crm:kb-review --json").json["item"] == {
        "ref": "crm:kb-review", "why": item["why"],
    }  # fmt: skip
    assert crm("done CRM:kb-review 'all still true'").out == ""
    assert [article(ref)["reviewed_on"] for ref in ("a1", "a2")] == ["2027-01-12"] * 2
    assert due() == []
    assert due(days=31) == [("crm:kb-review", "2027-02-12", "read 2 articles again")]
    assert "all still true" in crm("history").out
    crm("undo")
    assert due() == [("crm:kb-review", "2026-12-21", "read 2 articles again")]
    ran = crm("done crm:kb-review --json --dry-run")
    assert ran.json == {
        "schema": "crm.settled/1", "item": {"ref": "crm:kb-review", "done_on": "2027-01-12"},
    }  # fmt: skip
    assert len(due()) == 1


# --- what is refused ---


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("add-article ' '", 2, "the article's title is empty; write what it is about"),
        ("add-article x --type advice", 2, "type 'advice' is unknown; choose one of problem (问题), script (话术), insight (洞察)"),
        ("add-article x --text a --text-file b", 2, "--text and --text-file exclude each other; leave one of them out"),
        ("add-article x --text-file nowhere.txt", 3, "there is no file nowhere.txt"),
        (
            "add-article x --from n2", 4,
            "n2 is not resolved, so it has no solution to keep; leave --from out, or first: crm resolve n2 SOLUTION",
        ),
        ("add-article x --from n9", 3, "there is no need n9; crm show CUSTOMER lists them"),
        ("add-article x --from c1", 2, "'c1' is no need; write it like n5, as crm triage lists them"),
        ("kb --type advice", 2, "type 'advice' is unknown; choose one of problem (问题), script (话术), insight (洞察)"),
        ("kb --limit -1", 2, "--limit -1 is below zero; write how many to show, or 0 for all"),
        ("edit a1 --set type=advice", 3, "there is no article a1; crm show CUSTOMER lists them"),
        ("due --why crm:kb-review", 3, "crm:kb-review is nothing that is due; crm due lists what is"),
        ("due --why crm:other", 3, "crm:other is nothing that is due; crm due lists what is"),
        ("done crm:other", 3, "crm:other is nothing that is due; crm due lists what is"),
        ("done crm:kb-review", 4, "crm:kb-review is not due; crm due --why crm:kb-review says when it will be"),
        ("done crm:kb-review --next x", 2, "--next belongs to a customer; crm add-task CUSTOMER TEXT adds it"),
        ("snooze n1:respond +3d", 4, "n1:respond is not put off by a snooze; crm wait n1 lets the clocks stand still, crm schedule-need n1 moves the work"),
        ("snooze n1 +3d", 4, "n1 is not put off by a snooze; crm wait n1 lets the clocks stand still, crm schedule-need n1 moves the work"),
    ],
)  # fmt: skip
def test_refused_with_nothing_written(command: str, code: int, sentence: str) -> None:
    refused_here(command, code, sentence)


@pytest.mark.usefixtures("solved")
def test_one_number_is_one_article() -> None:
    crm("add-article x --external-id K-1")
    refused("add-article x --external-id K-1", 4, "external id K-1 is that of a1; leave it out, or edit that article")  # fmt: skip
    refused_here("edit a1 --set type=advice", 2, "type 'advice' is unknown; choose one of problem (问题), script (话术), insight (洞察)")  # fmt: skip
    refused_here("edit a1 --set title=", 2, "the title is empty; write one")


def test_other_things_that_are_put_off() -> None:
    crm("add-customer Acme")
    crm("add-need c1 x")
    crm("plan-need n1 --step 'first' --by 2026-11-23")
    crm("snooze l1 2026-11-27")
    items = crm("due --kind plan-step --days 7 --json").json["items"]
    assert [(item["ref"], item["due_at"]) for item in items] == [("l1", "2026-11-27")]
    crm("done l1")
    refused_here("snooze l1 +3d", 4, "l1 is not due any more, so there is nothing to put off; crm show l1 says how it stands")  # fmt: skip
    crm("add-promise c1 samples --due 2026-11-27")
    refused_here("snooze p1 +3d", 4, "p1 is not put off by a snooze; crm delay p1 --until DATE --reason WHY moves it")  # fmt: skip
