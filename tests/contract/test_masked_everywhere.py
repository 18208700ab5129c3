"""No command shows what the mask hides, in any form it prints in (HANDBOOK §10); a command that is not in the table fails."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest

from crmcli.app import COMMANDS
from tests.contract.terminal import Terminal
from tests.support import crm, place_at, run_in_process

PERSON, OTHER = "张维伟", "李雷雷"
SECRETS = {
    "13897535678": "9753",
    "010-86425678转801": "8642",
    "+44 20 7531 0958": "7531",
    "zhang.weiwei@example.com": "hang.wei",
    "110101198607141237": "19860714",
    "6222 0398 7654 7890 123": "03987654",
}
"""What is planted, each with the part of it that no mask leaves."""
TEXT = f"{PERSON}说 " + "，".join(SECRETS) + "。"
NAMES = (PERSON, OTHER)


def _planted(folder: Path) -> None:
    """A file with all of it in every text there is."""
    (folder / "talk.txt").write_text(f"{TEXT}\n{TEXT}", encoding="utf-8")
    (folder / "hello.txt").write_text("{name}：您好", encoding="utf-8")
    (folder / "memo.txt").write_text("{name}：{fields.memo}", encoding="utf-8")
    for command in (
        ["config", "set", "fields.memo", "text"],
        ["add-customer", "华东精工", "--tier", "core", "--stage", "customer", "--since", "2025-03-01", "--person", PERSON,
         "--title", f"经理 {TEXT}", "--phone", "13897535678", "--phone", "010-86425678转801", "--phone", "+44 20 7531 0958",
         "--email", "zhang.weiwei@example.com", "--wechat", "13897535678", "--note", TEXT, "--field", f"memo={TEXT}",
         "--source", TEXT, "--address", TEXT, "--tag", "13897535678", "--role", "decider", "--reason", TEXT],
        ["edit", "h1", "--set", f"concern={TEXT}", "--set", f"preferences={TEXT}", "--set", f"note={TEXT}",
         "--set", "consent=given", "--set", f"consent_source={TEXT}", "--set", f"consent_scope={TEXT}"],
        ["add-customer", OTHER, "--kind", "person", "--phone", "13897535678", "--note", TEXT, "--stage", "customer", "--allow-duplicate"],
        ["log-contact", "c1", TEXT, "--with", PERSON, "--feedback", TEXT, "--agreed", TEXT, "--next", TEXT, "--on", "today",
         "--text-file", str(folder / "talk.txt"), "--cost", "1234.5", "--at", "2026-11-19", "--channel", "visit", "--reason", TEXT],
        ["add-task", "c1", TEXT, "--due", "2026-11-20", "--owner", PERSON],
        ["key-date", "h1", "birthday", "1980-11-21", "--note", TEXT],
        ["key-date", "h1", "生日", "lunar:10-12", "--note", TEXT],
        ["add-contract", "c1", TEXT, "--amount", "4321", "--from", "2025-11-01", "--until", "2027-01-31", "--terms", TEXT, "--owner", PERSON,
         "--note", TEXT, "--milestone", TEXT, "--by", "2026-11-20"],
        ["add-contract", "c1", TEXT, "--until", "2027-01-31"],
        ["renew", "k2", "--no", "--reason", TEXT],
        ["add-risk", "c1", TEXT, "--level", "1", "--kind", TEXT, "--owner", PERSON],
        ["add-risk", "c1", TEXT, "--level", "3", "--owner", PERSON],
        ["done", "r2", TEXT],
        ["play", "c1", "revive", "--owner", PERSON],
        ["verify", "c1", "--by", PERSON],
        ["add-need", "c1", TEXT, "--kind", "problem", "--urgency", "urgent", "--wish", TEXT, "--workaround", TEXT, "--criterion", TEXT,
         "--category", TEXT, "--budget", "4321", "--acceptor", PERSON, "--owner", PERSON],
        ["plan-need", "n1", "--step", TEXT, "--by", "2026-11-20", "--owner", PERSON],
        ["delay", "l1", "--until", "2026-11-21", "--reason", TEXT],
        ["escalate", "n1", "--level", "2", "--to", PERSON, "--reason", TEXT],
        ["resolve", "n1", TEXT],
        ["survey", "n1", "--overall", "1", "--nps", "1", "--good", TEXT, "--bad", TEXT, "--comment", TEXT, "--by", PERSON],
        ["survey", "c1", "--kind", "deep", "--pain", TEXT, "--future", TEXT],
        ["review", "v1", "--cause", "speed", "--action", TEXT],
        ["add-need", "c1", TEXT, "--kind", "question"],
        ["decline", "n2", "--reason", TEXT],
        ["add-need", "c1", TEXT, "--kind", "problem"],
        ["add-need", "c1", TEXT, "--kind", "problem"],
        ["resolve", "n4", TEXT],
        ["add-promise", "c1", TEXT, "--due", "2026-11-20"],
        ["warn", "p1", "--impact", TEXT, "--option", TEXT],
        ["add-promise", "c1", TEXT, "--due", "2026-11-20"],
        ["break", "p2", "--reason", TEXT, "--amends", TEXT],
        ["add-deal", "c1", TEXT, "--amount", "7654.5", "--quoted", "2026-11-16", "--close-on", "2026-11-20", "--owner", PERSON, "--note", TEXT],
        ["add-deal", "c1", TEXT, "--amount", "7654.5"],
        ["add-order", "c1", "7654.5", "--on", "2026-11-02", "--pay-by", "2026-11-20", "--note", TEXT],
        ["add-order", "c1", "7654.5", "--on", "2026-11-02", "--paid", "2026-11-03", "--note", TEXT],
        ["lose", "d2", "--reason", TEXT],
        ["attach", "n1", str(folder / "talk.txt"), "--note", TEXT],
        ["edit", "f1", "--set", f"name={TEXT}"],
        ["add-article", f"怎么办 {TEXT}", "--type", "problem", "--from", "n1", "--text", TEXT],
        ["add-customer", "华南精工", "--note", TEXT, "--stage", "lost", "--allow-duplicate"],
        ["edit", "c3", "--set", f"loss_reason=other: {TEXT}"],
        ["add-customer", "华东精工 13897535678", "--phone", "13897535678", "--allow-duplicate"],
        ["merge-customers", "c1", "c4", "--yes", "--reason", TEXT],
        ["segment", "save", "近", "--where", f"note ~ {TEXT}", "--tag", TEXT],
    ):  # fmt: skip
        crm(command)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the file that the tests copy."""
    folder = tmp_path_factory.mktemp("planted")
    with mock.patch.dict("os.environ", place_at(folder)):
        _planted(folder)
    yield folder


@pytest.fixture(autouse=True)
def file(planted: Path, place: Path) -> Path:
    """A copy of it, for one test to change."""
    shutil.copytree(planted, place, dirs_exist_ok=True)
    (place / "list.csv").write_text(
        f"客户名称,联系人,手机,备注\n华北精工,{PERSON},13897535678,{TEXT}\n{PERSON},,abc,{TEXT}\n", encoding="utf-8"
    )  # fmt: skip
    return place


class Line(NamedTuple):
    """How one command is looked at: its arguments, and whether what it prints is for others than the user."""

    arguments: list[str]
    leaves: bool = False
    codes: tuple[int, ...] = (0,)
    terminal: bool = True  # also looked at on a terminal


def _line(text: str, **how: object) -> Line:
    return Line(text.split("|"), **how)  # type: ignore[arg-type]


TABLE: dict[str, list[Line]] = {
    "day": [_line("")],
    "add-customer": [_line(f"add-customer|华西|--person|{PERSON}|--phone|13897535678|--note|{TEXT}|--allow-duplicate", terminal=False)],
    "log-contact": [_line(f"log-contact|c1|{TEXT}|--next|{TEXT}", terminal=False)],
    "add-need": [_line(f"add-need|c1|{TEXT}", terminal=False)],
    "triage": [_line("triage"), _line("triage|n3", terminal=False), _line("triage|n3|--urgency|urgent", terminal=False)],
    "due": [
        _line("due|--days|400"), _line("due|--days|400|--explain"), _line("due|--why|p1"), _line("due|--why|c1"), _line("due|--why|t2"),
        _line("due|--why|n3", terminal=False), _line("due|--notify|--dry-run"),
    ],
    "survey": [_line("survey|--list"), _line("survey|n4|--script"), _line(f"survey|n4|--overall|1|--comment|{TEXT}", terminal=False)],
    "find": [
        *(_line(f"find|{secret}") for secret in SECRETS),
        _line("find|5678"), _line("find|13897", terminal=False), _line("find|9753"), _line("find|hang.wei"), _line("find|说"),
    ],
    "show": [
        *(_line(f"show|{ref}|--brief", terminal=False) for ref in ("c1", "c2", "c3")),
        *(_line(f"show|{ref}", terminal=False)
        for ref in ("c1", "c2", "c3", "h1", "i1", "t1", "n1", "l1", "p1", "p2", "s1", "v1", "y1", "a1", "k1", "k2", "l2", "o1", "o2", "d1", "d2", "f1")),
    ],
    "list-customers": [_line("list-customers"), _line("list-customers|--where|note ~ 9753")],
    "add-task": [_line(f"add-task|c1|{TEXT}", terminal=False)],
    "done": [_line(f"done|k1:renewal|{TEXT}", terminal=False), _line(f"done|t2|{TEXT}|--next|{TEXT}|--on|2026-11-24", terminal=False)],
    "snooze": [_line("snooze|t2|2026-11-24", terminal=False)],
    "plan-need": [_line(f"plan-need|n3|--step|{TEXT}|--by|2026-11-24|--owner|{PERSON}", terminal=False)],
    "schedule-need": [_line(f"schedule-need|n3|--for|{TEXT}|--by|2026-12-24", terminal=False)],
    "delay": [_line(f"delay|p1|--until|2026-11-24|--reason|{TEXT}", terminal=False)],
    "wait": [_line(f"wait|n3|{TEXT}", terminal=False)],
    "resume": [_line("resume|n3", terminal=False, codes=(4,))],
    "resolve": [_line(f"resolve|n3|{TEXT}", terminal=False)],
    "confirm": [_line(f"confirm|n4|{TEXT}", terminal=False)],
    "reopen": [_line(f"reopen|n4|--reason|{TEXT}", terminal=False)],
    "decline": [_line(f"decline|n3|--reason|{TEXT}", terminal=False)],
    "escalate": [_line(f"escalate|n3|--level|2|--to|{PERSON}|--reason|{TEXT}", terminal=False)],
    "review": [_line(f"review|v1|--cause|other|--action|{TEXT}", terminal=False, codes=(0, 4))],
    "kb": [_line("kb"), _line("kb|9753"), _line("kb|怎么办")],
    "add-article": [_line(f"add-article|{TEXT}|--type|script|--text|{TEXT}", terminal=False)],
    "add-promise": [_line(f"add-promise|c1|{TEXT}|--due|2026-11-30", terminal=False)],
    "warn": [_line(f"warn|p1|--impact|{TEXT}|--option|{TEXT}", terminal=False)],
    "break": [_line(f"break|p1|--reason|{TEXT}|--amends|{TEXT}", terminal=False)],
    "report": [_line(f"report|{name}", leaves=True) for name in ("funnel", "follow-up", "service", "satisfaction", "promises", "value", "quality", "all")],
    "add-deal": [_line(f"add-deal|c1|{TEXT}|--owner|{PERSON}|--note|{TEXT}", terminal=False)],
    "edit-deal": [_line(f"edit-deal|d1|--owner|{PERSON}|--note|{TEXT}!", terminal=False)],
    "add-order": [_line(f"add-order|c1|7654.5|--pay-by|2026-12-01|--note|{TEXT}", terminal=False)],
    "paid": [_line("paid|o1", terminal=False)],
    "win": [_line("win|d1|--order", terminal=False)],
    "lose": [_line(f"lose|d1|--reason|{TEXT}", terminal=False)],
    "pipeline": [_line("pipeline")],
    "tiers": [_line("tiers"), _line("tiers|--all"), _line("tiers|--apply|--yes", terminal=False)],
    "edit": [_line(f"edit|c1|--set|note={TEXT}!", terminal=False), _line(f"edit|h1|--set|concern={TEXT}!", terminal=False), _line(f"edit|o1|--set|note={TEXT}!", terminal=False)],
    "delete": [_line("delete|c2", terminal=False), _line("delete|t2", terminal=False), _line("delete|h1", terminal=False)],
    "add-person": [_line(f"add-person|c1|{PERSON}|--phone|13897535678|--note|{TEXT}|--wechat|13897535678", terminal=False)],
    "key-date": [_line(f"key-date|c1|体检|12-24|--note|{TEXT}", terminal=False)],
    "add-contract": [_line(f"add-contract|c1|{TEXT}|--until|2027-12-31|--owner|{PERSON}|--milestone|{TEXT}|--by|2026-12-01", terminal=False)],
    "renew": [_line("renew|k1", terminal=False), _line(f"renew|k1|--no|--reason|{TEXT}", terminal=False)],
    "add-risk": [_line(f"add-risk|c1|{TEXT}|--kind|{TEXT}|--owner|{PERSON}", terminal=False)],
    "handover": [_line("handover|c1|h1|王五|--phone|13897535678|--title|经理", terminal=False)],
    "verify": [_line(f"verify|h1|--by|{PERSON}", terminal=False)],
    "play": [_line(f"play|c1|revive|--again|--owner|{PERSON}", terminal=False)],
    "tag": [_line("tag|c1|13897535678", terminal=False)],
    "segment": [
        _line("segment"), _line(f"segment|save|{TEXT}|--where|name ~ {TEXT}|--tag|13897535678", terminal=False), _line("segment|delete|近", terminal=False),
    ],
    "message": [  # what is sent is real, but for who looks on
        _line("message|hello.txt|--all", terminal=False), _line("message|memo.txt|--all|--skip-missing|--dry-run", terminal=False),
        _line("message|hello.txt|--all|--out|letters|--log|--yes|--channel|email", terminal=False),
    ],
    "attach": [
        _line("attach|c1|--list"), _line("attach|n1|--list|--csv", terminal=False), _line("attach|f1|--open", terminal=False),
        _line(f"attach|c1|list.csv|--note|{TEXT}", terminal=False),
    ],
    "merge-customers": [_line("merge-customers|c1|c3|--dry-run", terminal=False)],
    "forget": [_line("forget|c2|--dry-run", terminal=False)],
    "archive": [
        _line("archive|--due"), _line("archive|--list"),
        _line("archive|c1|--period|2026Q4|--dry-run", terminal=False, codes=(0, 2, 4)),
    ],
    "history": [_line("history"), *(_line(f"history|{ref}") for ref in ("c1", "h1", "n1", "d2", "o1", "f1", "x2", "k2"))],
    "undo": [_line("undo|--dry-run", terminal=False)],
    "import": [_line("import|list.csv|--dry-run", terminal=False, codes=(0, 5)), _line("import|list.csv", terminal=False, codes=(0, 5))],
    "export": [
        *(_line(f"export|{what}|--format|{form}", leaves=True, terminal=False)
          for what in ("customers", "people", "interactions", "orders", "needs", "tasks", "promises", "deals", "surveys", "all") for form in ("csv", "jsonl")),
        *(_line(f"export|{what}|--format|vcf", leaves=True, terminal=False) for what in ("customers", "people")),
        *(_line(f"export|{what}|--format|ics", leaves=True, terminal=False) for what in ("tasks", "promises", "customers", "deals", "orders")),
    ],
    "backup": [_line("backup", terminal=False)],
    "restore": [_line("restore|nothing.db|--dry-run", terminal=False, codes=(2, 3))],
    "doctor": [_line("doctor"), _line("doctor|--duplicates")],
    "migrate": [_line("migrate", terminal=False)],
    "encrypt": [_line("encrypt|--dry-run", terminal=False, codes=(0, 1, 2, 4))],
    "decrypt": [_line("decrypt|--dry-run", terminal=False, codes=(0, 1, 2, 4))],
    "config": [_line("config|list", terminal=False)],
    "calendar": [_line("calendar", terminal=False)],
    "notify-test": [_line("notify-test|file", terminal=False, codes=(1,))],
    "schedule": [_line("schedule|show", terminal=False)],
    "demo": [_line("demo", terminal=False)],
}  # fmt: skip
"""Every command, with lines of it that print what is in the file; a new command needs a line here."""


def test_every_command_is_looked_at() -> None:
    assert {*COMMANDS, "day"} - {*TABLE} == set()
    assert all(TABLE.values())


def leaks(text: str, names: bool) -> list[str]:
    """What of the planted is in it, however it was cut, folded or spaced."""
    plain = re.sub(r"[\s-]", "", text)
    found = [secret for secret, hidden in SECRETS.items() if hidden in plain]
    return found + [name for name in NAMES if names and name in plain]


def forms(line: Line) -> Iterator[list[str]]:
    """The command as it is, for scripts, and for sheets, where it takes that."""
    yield line.arguments
    if line.arguments[0] not in ("demo", "config"):
        yield [*filter(None, line.arguments), "--json"]
    if line.arguments[0] in ("due", "survey", "find", "list-customers", "kb", "history", "triage"):
        yield [*line.arguments, "--csv"]


UNMARKED = {"import", "doctor"}
"""Commands whose JSON has no records of customers in it."""

LINES = [(name, line) for name, lines in TABLE.items() for line in lines]


def _ids(case: object) -> str:
    return " ".join(case.arguments)[:50] if isinstance(case, Line) else ""


@pytest.mark.parametrize(("name", "line"), LINES, ids=_ids)
def test_nothing_is_shown_in_a_pipe_nor_to_scripts(name: str, line: Line, file: Path, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(file)
    for form in forms(line):
        for path in filter(Path.is_file, file.glob("crm.db*")):
            path.unlink()
        shutil.copy(planted / "crm.db", file)
        ran = run_in_process([*filter(None, form)])
        if ran.code == 2 and form[-1] in ("--csv", "--json"):
            continue  # a form that this one does not have
        assert ran.code in line.codes, (form, ran)
        found = leaks(ran.out, line.leaves)
        assert not found, (form, found, ran.out[:2000])
        typed = leaks(" ".join(form), True)  # what was typed may be said again
        assert not set(leaks(ran.err, False)) - set(typed), (form, ran.err)
        if form[-1] == "--json" and "***" in ran.out and name not in UNMARKED:
            assert ran.json["masked"] is True, form


@pytest.mark.parametrize(
    "line", [line for _, line in LINES if line.terminal], ids=_ids
)  # fmt: skip
def test_nothing_is_shown_in_lists_on_a_terminal(line: Line) -> None:
    with Terminal([*filter(None, line.arguments)], columns=500) as person:
        assert person.leaves() in line.codes
        typed = set(leaks(" ".join(line.arguments), True))
        assert not set(leaks(person.screen, line.leaves)) - typed, person.screen


@pytest.mark.parametrize("command", ["show c1", "show c1 --json", "find 说 --csv", "list-customers --json", "history c1", "export all --format jsonl"])  # fmt: skip
def test_the_net_catches_what_is_revealed(command: str) -> None:
    assert len(leaks(crm(f"{command} --reveal").out, True)) > 4


@pytest.mark.parametrize(
    ("setting", "on_terminal", "listed"),
    [("lists", True, False), ("always", False, False), ("never", True, True)],
)
def test_the_setting_says_where(setting: str, on_terminal: bool, listed: bool) -> None:
    crm(f"config set privacy.mask {setting}")
    with Terminal("show c1", columns=500) as person:
        assert person.leaves() == 0
        assert bool(leaks(person.screen, False)) is on_terminal
    assert bool(leaks(crm("show c1").out, False)) is listed
    assert bool(leaks(crm("show c1 --json").out, False)) is listed
    assert bool(leaks(crm("list-customers --json").out, False)) is listed
    assert bool(leaks(crm("export customers").out, True)) is listed
    assert ("masked" in crm("list-customers --json").json) is not listed


def test_the_excerpt_of_a_hit_says_no_more_than_the_mask() -> None:
    """Whatever part of a number was looked for, the same masked number is shown."""
    for asked in ("5678", "9753", "1389753", "13897535678"):
        items = crm(["find", asked, "--json"]).json["items"]
        assert items
        texts = [item["text"] for item in items if item["text"]]
        assert not leaks(" ".join(texts), False)
        points = {item["text"] for item in items if item["field"] in ("phones", "wechat")}
        assert points <= {"138****5678"}
    # The first text in which the part does not stand any more begins at its beginning.
    (need, *_) = crm("find 9753 --kind need --json").json["items"]
    assert need["text"].startswith(f"{PERSON}说 138****5678")


# --- amounts ---


def test_amounts_are_left_out_where_that_is_set() -> None:
    def amounts() -> tuple[object, object]:
        cost = crm("show i1 --json").json["item"]["cost"]
        return cost, crm("show n1 --json").json["item"]["budget"]

    assert amounts() == (1234.5, 4321.0)
    crm("edit n1 --set budget=4321.5")
    crm("edit n1 --set budget=4321")
    crm("edit i1 --set cost=1234")
    crm("edit i1 --set cost=1234.5")
    crm("config set privacy.mask_amounts on")
    assert amounts() == (None, None)
    for command in ("export interactions", "export needs", "export all --format jsonl", "history n1 --json", "history i1 --json"):  # fmt: skip
        masked = crm(command).out
        assert not {"1234.5", "4321.0", "123450", "432100"} & {*re.findall(r"[\d.]+", masked)}
        revealed = crm(f"{command} --reveal").out
        assert {"1234.5", "4321.0", "123450", "432100"} & {*re.findall(r"[\d.]+", revealed)}
    crm("config set privacy.mask never")
    assert amounts() == (1234.5, 4321.0)


def test_what_was_left_out_of_an_amount_says_that_it_was_masked() -> None:
    crm("add-customer 华中 --allow-duplicate")
    crm("log-contact 华中 met --cost 12 --at today")
    shown = crm("show i2 --json")
    assert (shown.json["item"]["cost"], "masked" in shown.json) == (12.0, False)
    hidden = crm("show i2 --json", CRM_PRIVACY_MASK_AMOUNTS="on")
    assert (hidden.json["item"]["cost"], hidden.json["masked"]) == (None, True)


# --- and back ---


def test_a_masked_export_that_comes_back_changes_nothing(place: Path) -> None:
    """Every cell that the mask touched is left out, for it would overwrite the real thing."""
    before = crm("export all --format jsonl --reveal").out.splitlines()
    for what in ("customers", "people", "interactions", "needs", "tasks", "promises"):
        masked = place / f"{what}.csv"
        crm(f"export {what} --out {masked}")
        ran = run_in_process(f"import {masked} --as {what} --json")
        assert ran.json["item"]["updated"] == 0, (what, ran)
    live = {line for line in before if '"record": "key_range"' not in line}
    after = set(crm("export all --format jsonl --reveal").out.splitlines())
    assert live <= after


def test_a_dossier_for_handing_out_hides_names_too(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    (place / "out").mkdir()
    crm("archive c1 --period 2026Q4 --out out", CRM_NOW="2027-01-04T09:00")
    written = [path for path in (place / "out").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert not leaks(path.read_text(encoding="utf-8", errors="replace"), True), path.name
        assert not leaks(path.name, True)


AMOUNTS = ("987656", "876543", "777888", "7654", "4321", "1234")
"""What is typed below and what is planted; the last three are the planted ones."""


def _amounts_in(text: str) -> list[str]:
    plain = re.sub(r"[,，\s]", "", text)
    return [amount for amount in AMOUNTS if amount in plain]


ORDERED = ("add-order c1 987656", "add-order --note 'by phone' --json c1 '¥987,656' --on today", "edit-deal d1 --amount '¥777888'",
           "edit d1 --set 'amount=￥777888.00'", "renew k1 --amount=876543")  # fmt: skip


@pytest.mark.parametrize("command", ORDERED)
def test_amounts_that_were_typed_are_in_no_history(command: str) -> None:
    made = crm(command).out
    crm("config set privacy.mask_amounts on")
    for asked in ("history", "history --json", "history --csv", "history d1 --json", "history o1 --json", "history k1 --csv", "undo --dry-run"):  # fmt: skip
        ran = crm(asked)
        assert _amounts_in(ran.out + ran.err) == [], (asked, made)
    assert _amounts_in(crm("history --json --reveal").out) != []
    assert crm("history --limit 1 --json").json["masked"] is True


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("win d1 --order", ["*** CNY", "*** CNY"]),
        ("lose d1 --reason price", ["*** CNY"]),
        ("renew k1 --until 2028-01-31", ["*** CNY"]),
        ("renew k1 --amount 876543", ["*** CNY"]),
        ("add-order c1 987656", ["*** CNY"]),
        ("add-order c1 987656 --pay-by 2026-12-31", ["*** CNY"]),
        ("add-order c1 987656 --paid 2026-11-20", ["*** CNY"]),
        ("add-deal c1 seats --amount 987656 --currency USD", ["*** USD"]),
        ("add-contract c1 service --amount 987656 --until 2027-12-31", ["*** CNY"]),
        ("paid o1", []),
    ],
)
def test_amounts_are_masked_in_what_a_writer_tells(command: str, told: list[str]) -> None:
    crm("config set privacy.mask_amounts on")
    rehearsed = crm(f"{command} --dry-run")
    assert rehearsed.out == ""
    assert re.findall(r"\S+ (?:CNY|USD)", rehearsed.err) == told
    assert _amounts_in(rehearsed.err) == []
    assert leaks(rehearsed.err, False) == []
    revealed = crm(f"{command} --dry-run --reveal").err
    assert (_amounts_in(revealed) != []) is bool(told)
    # A terminal shows them, unless it is to mask everywhere.
    with Terminal(f"{command} --dry-run", columns=500) as person:
        assert person.leaves() == 0
        assert (_amounts_in(person.screen) != []) is bool(told)
    crm("config set privacy.mask always")
    with Terminal(command, columns=500) as person:
        assert person.leaves() == 0
        assert _amounts_in(person.screen) == []
        assert re.findall(r"\S+ (?:CNY|USD)", person.screen) == told


def test_amounts_are_masked_in_the_first_rows_of_a_list(file: Path) -> None:
    (file / "orders.csv").write_text(
        "客户,金额,下单日期\n华南精工,987656,2026-11-02\n", encoding="utf-8"
    )
    line = ["import", str(file / "orders.csv"), "--as", "orders", "--dry-run"]
    assert _amounts_in("".join(crm(line)[1:])) == ["987656"]
    crm("config set privacy.mask_amounts on")
    told = "".join(crm(line)[1:])
    assert _amounts_in(told) == []
    assert "***" in told
