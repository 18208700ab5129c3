"""What an import says: how it understands the file, what it will store, why rows were rejected; to people and scripts."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.commands.shared.importing.kinds import KINDS
from crmcli.commands.shared.importing.likelier import likelier_kind
from crmcli.commands.shared.importing.reasons import Reasons
from crmcli.errors import BadValue
from tests.contract.program import on_terminal, refused
from tests.exchange.test_tools import EXPORTS
from tests.support import Ran, crm, heavy, run_in_process

TIERS = "choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)"


def written(place: Path, *lines: str, name: str = "list.csv") -> str:
    path = place / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def failing(command: list[str]) -> Ran:
    ran = run_in_process(command)
    assert ran.code == 5, ran
    return ran


MIXED = (
    "客户名称,客户等级,手机,联系人,座位",
    "Acme,core,13812345678,Ann,3",
    "B,zz,,,",
    "C,core,123,,",
    ",core,,,",
    "D,yy,,,",
    "E,,138****5678,Eve,",
)


# --- in a pipe ---


def test_a_pipe_is_told_briefly_with_the_reasons_grouped(place: Path) -> None:
    path = written(place, *MIXED)
    ran = failing(["import", path])
    assert ran.out == "x1\n"
    assert ran.err.splitlines() == [
        "list.csv: CSV, UTF-8, 4 of 5 columns recognised.",
        "Not imported: 座位 (--keep-extra keeps them as custom fields, --map says what they are).",
        "Kept though they look odd (line): 123 (4)",
        "手机: 1 masked values left out.",
        "3 added, 0 updated, 0 unchanged, 3 rejected.",
        "Why rows were rejected:",
        f"  2 × tier 'zz', 'yy' is unknown; {TIERS} (lines 3, 6)",
        "  1 × the row has no name (line 5)",
        f"Rejected rows, with reasons: {path}.rejects.csv",
        "To take it back: crm undo x1",
    ]


def test_a_dry_run_shows_how_everything_is_understood(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, *MIXED)
    ran = failing(["import", path, "--dry-run"])
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "list.csv: CSV, UTF-8, 4 of 5 columns recognised.",
        "COLUMN    FIELD",
        "客户名称  name",
        "客户等级  tier",
        "手机      person_phone",
        "联系人    person",
        "Not imported: 座位 (--keep-extra keeps them as custom fields, --map says what they are).",
        "No column is the stage: rows are added with the stage customer (--map HEADER=stage names one).",
        "The first rows as they will be stored:",
        "  line 2: name: Acme, tier: core, person_phone: 138****5678, person: Ann",
        f"  line 3: rejected: tier 'zz' is unknown; {TIERS}",
        "  line 4: name: C, tier: core, phone: ***",
        "  line 5: rejected: the row has no name",
        "Kept though they look odd (line): 123 (4)",
        "手机: 1 masked values left out.",
        "Would be: 2 added, 1 updated, 0 unchanged, 3 rejected.",
        "Why rows were rejected:",
        f"  2 × tier 'zz', 'yy' is unknown; {TIERS} (lines 3, 6)",
        "  1 × the row has no name (line 5)",
    ]


def test_the_answer_as_json_has_the_reasons_and_warnings_besides(place: Path) -> None:
    path = written(place, *MIXED)
    expected: dict[str, Any] = {
        "kind": "customers", "format": "csv", "encoding": "utf-8", "added": 3, "updated": 0, "unchanged": 0, "rejected": 3,
        "rejects_file": None, "change": None,
        "columns": {"客户名称": "name", "客户等级": "tier", "手机": "person_phone", "联系人": "person"},
        "reasons": [
            {"reason": f"tier 'zz', 'yy' is unknown; {TIERS}", "count": 2, "lines": [3, 6]},
            {"reason": "the row has no name", "count": 1, "lines": [5]},
        ],
        "warnings": ["Kept though they look odd (line): 123 (4)", "手机: 1 masked values left out."],
    }  # fmt: skip
    dry = failing(["import", path, "--json", "--dry-run"])
    assert dry.json == {"schema": "crm.import/1", "item": expected}
    wet = failing(["--lang", "zh", "import", path, "--json"])
    expected |= {"rejects_file": f"{path}.rejects.csv", "change": "x1"}
    assert wet.json == {"schema": "crm.import/1", "item": expected}


def test_a_clean_import_answers_the_contract_and_nothing_else(place: Path) -> None:
    item = crm(["import", written(place, "name", "Acme"), "--json"]).json["item"]
    assert list(item) == [
        "kind", "format", "encoding", "added", "updated", "unchanged", "rejected", "rejects_file", "change", "columns",
    ]  # fmt: skip


def test_only_the_most_frequent_reasons_are_told_and_the_rest_is_counted(place: Path) -> None:
    crm("config set fields.n number")
    columns = [f"f{number}" for number in range(14)]
    for name in columns:
        crm(f"config set fields.{name} number")
    rows = []
    for place_of_it in range(14):
        cells = [""] * 14
        cells[place_of_it] = "x"
        rows += [f"N{place_of_it}-{again},{','.join(cells)}" for again in range(place_of_it + 1)]
    path = written(place, f"name,{','.join(f'field.{name}' for name in columns)}", *rows)
    told = failing(["import", path]).err.splitlines()
    begin = told.index("Why rows were rejected:")
    assert told[begin + 1] == "  14 × field f13: 'x' is not a number (lines 93, 94, 95, 96, 97, …)"
    assert [line.split(" × ")[0].strip() for line in told[begin + 1 : begin + 11]] == [
        str(count) for count in range(14, 4, -1)
    ]
    assert told[begin + 11] == "  … and 4 more"


def test_what_a_cell_of_a_megabyte_says_is_cut(place: Path) -> None:
    path = written(place, "name,tier", f"Acme,{'z' * 1_000_000}", f"{'N' * 1_000_000},core")
    ran = failing(["import", path, "--dry-run"])
    assert max(map(len, ran.err.splitlines())) < 500
    assert f"tier '{'z' * 59}…' is unknown" in ran.err


@pytest.mark.parametrize(
    ("setting", "shown"), [("always", "138****5678"), ("lists", "138****5678"), ("never", "13812345678")]
)  # fmt: skip
def test_the_first_rows_are_masked_as_lists_are(place: Path, setting: str, shown: str) -> None:
    path = written(place, "name,phone,email,note", "A,13812345678,ann@example.com,ring 13812345678")
    ran = crm(["import", path, "--dry-run"], CRM_PRIVACY_MASK=setting)
    mail = "ann@example.com" if setting == "never" else "a***@example.com"
    row = f"  line 2: name: A, phone: {shown}, email: {mail}, note: ring {shown}"
    assert row in ran.err.splitlines()


def test_rows_of_the_other_kinds_as_they_will_be_stored(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-need Acme 'it leaks' --external-id N1")
    for kind, header, row, stored in (
        ("people", "customer,name,role,birthday,key_person,phone", "Acme,Ann,决策人,1980-05-20,yes,13812345678",
         "customer: Acme, name: Ann, role: decider, birthday: 1980-05-20, key_person: yes, phone: 138****5678"),
        ("interactions", "customer,at,channel,summary,with,cost,next,next_on", "Acme,2026-11-02 14:30,拜访,talk,Ann;Bob,12.5,call,2026-12-01",
         "customer: Acme, at: 2026-11-02 14:30, channel: visit, summary: talk, with: Ann, Bob, cost: 12.50, next: call, next_on: 2026-12-01"),
        ("needs", "customer,text,urgency,received_at", "Acme,leaks,紧急,2026-11-02",
         "customer: Acme, text: leaks, urgency: urgent, received_at: 2026-11-02"),
        ("tasks", "customer,text,due,done_on", "Acme,call,2026-12-01 15:00,", "customer: Acme, text: call, due: 2026-12-01, due_time: 15:00"),
        ("promises", "customer,text,level,due", "Acme,send,basic,2026-12-01", "customer: Acme, text: send, level: basic, due: 2026-12-01"),
        ("surveys", "customer,need,at,overall,comment", "Acme,N1,2026-11-02,4,fine",
         "customer: Acme, need: N1, at: 2026-11-02, overall: 4, comment: fine, status: answered"),
    ):  # fmt: skip
        path = written(place, header, row)
        told = crm(["import", path, "--as", kind, "--dry-run"]).err.splitlines()
        assert f"  line 2: {stored}" in told, (kind, told)


def test_custom_fields_stand_in_the_preview_whether_declared_or_new(place: Path) -> None:
    crm("config set fields.seats number")
    path = written(place, "name,Seats,Shoe size", "Acme,12,44")
    ran = crm(["import", path, "--dry-run", "--keep-extra", "--map", "Seats=field.seats"])
    told = ran.err.splitlines()
    assert told[1:7] == [
        "COLUMN     FIELD",
        "name       name",
        "Seats      field.seats",
        "Shoe size  field.Shoe_size",
        "No column is the stage: rows are added with the stage customer (--map HEADER=stage names one).",
        "The first rows as they will be stored:",
    ]
    assert told[7] == "  line 2: name: Acme, field.seats: 12, field.Shoe_size: 44"
    assert not any(line.startswith("Not imported") for line in told)


def test_a_declared_field_under_its_own_name_is_not_called_left_out(place: Path) -> None:
    crm("config set fields.seats number")
    path = written(place, "name,field.seats,field.other", "Acme,12,x")
    told = crm(["import", path]).err
    assert "Not imported: field.other (" in told


def test_very_many_and_very_long_headers_are_cut(place: Path) -> None:
    many = [f"unknown column {number}" for number in range(3_000)]
    many[1] = "u" * 100_000
    many[2] = "city" + " " * 100_000
    path = written(place, ",".join(["name", "tier", *many]), "Acme,core")
    for options in ([], ["--dry-run"], ["--dry-run", "--map", "nothing=size"], ["--map", "name=-"]):
        ran = run_in_process(["import", path, *options])
        assert ran.code == (2 if "--map" in options else 0)
        assert len(ran.err) < 4_000


# --- what is alike ---

WORDS = st.text("abc", max_size=3)
ERRORS = st.one_of(
    st.builds(lambda word: BadValue("{text!r} is no date", text=word), WORDS),
    st.builds(lambda word: BadValue("the row has no name"), WORDS),
    st.builds(
        lambda name, word: BadValue(
            "{field}: {problem}", field=name, problem=BadValue("{text!r} is bad", text=word)
        ),
        st.sampled_from(("tier", "stage")),
        WORDS,
    ),
)


@settings(max_examples=heavy(100), derandomize=True)
@given(st.lists(ERRORS, max_size=30))
def test_alike_reasons_are_told_as_one_with_the_first_of_their_values(
    errors: list[BadValue],
) -> None:
    reasons = Reasons()
    for line, error in enumerate(errors, start=2):
        reasons.add(line, error)
    found = reasons.most_frequent_first()

    def what(error: BadValue) -> str:
        return f"{error.values.get('field', '')}|{error.message}"

    groups: dict[str, list[tuple[int, str]]] = {}
    for line, error in enumerate(errors, start=2):
        inner = error.values.get("problem", error)
        assert isinstance(inner, BadValue)
        groups.setdefault(what(error), []).append((line, str(inner.values.get("text", ""))))
    assert [alike.count for alike in found] == sorted(map(len, groups.values()), reverse=True)
    by_lines = {tuple(line for line, _ in group)[:10]: group for group in groups.values()}
    for alike in found:
        group = by_lines[tuple(alike.lines)]
        assert alike.count == len(group)
        different = list(dict.fromkeys(word for _, word in group))
        named = ", ".join(map(repr, different[:3])) + (", …" if len(different) > 3 else "")
        assert alike.sentence() in (
            f"{named} is no date", "the row has no name", f"tier: {named} is bad", f"stage: {named} is bad",
        )  # fmt: skip


# --- on a terminal ---

ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
HOSTILE = (
    "name,[bold red]座位[/bold red],\x1b[31mred\x1b[0m,\u202egnp.exe,tier,note",
    "[link=file:///etc]Acme[/link],1,2,3,core,\x1b]0;owned\x07 plain 一二三四五六七八九十一二三四五六七八九十",
    "华东精工有限公司,,,,\x1b[2Jzz,[blink]x",
    "B,,,,[reverse]yy[/reverse],",
)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("changes", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("dry", [True, False])
def test_a_terminal_sees_it_all_in_its_width_and_obeys_nothing_of_the_file(
    place: Path, columns: int, changes: dict[str, str], dry: bool
) -> None:
    path = written(place, *HOSTILE)
    code, screen = on_terminal(f"import '{path}'{' --dry-run' if dry else ''}", columns, **changes)
    assert code == 5
    seen = ANSI.sub("", screen) if not changes else screen
    # The bar draws and erases itself; nothing of that comes from the file.
    last = seen[seen.rindex("list.csv: CSV") :].replace("\r", "\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", last), last
    lines = [line.rstrip() for line in last.splitlines() if line.strip()]
    assert [line for line in lines if cell_len(line) > columns] == []
    text = " ".join(lines)
    parts = (
        "2 of 6 columns recognised." if columns > 60 else "columns", "COLUMN", "FIELD", "name", "tier", "note", "Not imported:", "␛[31mred␛[0m",
        "<U+202E>gnp.exe", "The first rows as they will be stored:", "[link=file:///etc]Acme[/link]", "1 added, 0 updated",
        "Why rows were rejected:", "2 ×", "[reverse]yy[/reverse]", "(lines 3, 4)",
    )  # fmt: skip
    squeezed = text.replace(" ", "")
    where = -1
    for part in ("3of6columnsrecognised.", *(part.replace(" ", "") for part in parts[1:])):
        assert part in squeezed, (part, lines)
        if part in ("COLUMN", "Thefirstrowsastheywillbestored:", "1added,0updated"):
            assert squeezed.index(part) > where
            where = squeezed.index(part)
    assert ("To take it back" in text) == (not dry)


# --- what it looks like ---


CONTACTS = ("客户名称,跟进时间,跟进方式,跟进内容,联系人", "甲公司,2026-11-02,电话,谈了报价,张三")


def test_a_list_of_contacts_does_not_become_customers_by_mistake(place: Path) -> None:
    path = written(place, *CONTACTS)
    refused(
        ["import", path],
        2,
        f"{path} looks like a list of interactions; add --as interactions, or --as customers if its rows are customers",
    )
    said = "This looks like a list of interactions; import it with --as interactions."
    assert crm(["import", path, "--dry-run"]).err.splitlines()[1] == said
    assert crm(["import", path, "--dry-run", "--json"]).json["item"]["warnings"] == [said]
    assert crm(["import", path, "--as", "customers", "--json"]).json["item"]["added"] == 1
    assert "warnings" not in crm(["import", path, "--as", "客户", "--json"]).json["item"]
    assert crm(["import", path, "--as", "interactions", "--json"]).json["item"]["added"] == 1


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (CONTACTS[0], "interactions"),
        ("customer,at,summary,channel", "interactions"),
        ("客户名称,任务内容,截止日期,负责人", "tasks"),
        ("客户名称,问题描述,紧急程度,提出时间,解决时间", "needs"),
        ("customer,promise,due date,level,promising side", "promises"),
        ("客户名称,回访日期,总体满意度,推荐分", "surveys"),
        ("客户名称,联系人,手机,最近跟进时间,下次跟进时间,备注", None),
        ("客户名称,跟进时间,备注", None),
        ("客户名称,姓名,职务,手机,角色,生日", None),
        ("company,subject,description,status", None),
        ("name", None),
    ],
)
def test_what_is_clearly_no_list_of_customers(headers: str, kind: str | None) -> None:
    assert likelier_kind(headers.split(",")) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_is_known_for_what_it_is(kind: str, place: Path) -> None:
    crm("add-customer Acme --person Ann")
    headers = crm(f"export {kind}").out.splitlines()[0].split(",")
    assert likelier_kind(headers) == (None if kind in ("customers", "people") else kind)


@pytest.mark.parametrize("export", EXPORTS)
def test_what_a_tool_exports_of_customers_is_imported_as_such(export: str) -> None:
    assert likelier_kind(EXPORTS[export][0].split(",")) is None


def test_of_a_phone_book_the_stage_is_another(place: Path) -> None:
    path = written(place, "First Name,Last Name,Phone", "Ann,Lee,13812345678")
    said = "No column is the stage: rows are added with the stage prospect (--map HEADER=stage names one)."
    assert said in crm(["import", path, "--dry-run"]).err.splitlines()
    assert "the stage" not in crm(["import", path]).err
    with_stage = written(place, "name,stage", "Acme,lost")
    assert "the stage" not in crm(["import", with_stage, "--dry-run"]).err


def test_in_chinese_a_field_has_its_chinese_name_beside_its_own(place: Path) -> None:
    path = written(place, "Company,客户等级,简称,Mobile,座位", "甲公司,core,甲,13812345678,3")
    crm("config set fields.seats number")
    command = ["import", path, "--dry-run", "--map", "座位=field.seats"]
    assert crm(["--lang", "zh", *command]).err.splitlines()[2:7] == [
        "Company   客户名称 name",
        "客户等级  客户等级 tier",
        "简称      简称 short_name",
        "Mobile    手机 person_phone",
        "座位      field.seats",
    ]
    row = (
        "第 2 行：客户名称：甲公司、客户等级：核心客户、简称：甲、电话：138****5678、field.seats：3"
    )
    assert row in crm(["--lang", "zh", *command]).err
    assert crm(command).err.splitlines()[2] == "Company   name"
    contacts = written(place, *CONTACTS)
    told = run_in_process(
        ["--lang", "zh", "import", contacts, "--as", "interactions", "--dry-run"]
    ).err
    assert "跟进时间  跟进时间 at" in told.splitlines()


def test_in_chinese_nothing_of_the_preview_stays_english(place: Path) -> None:
    path = written(
        place, "序号,客户名称,联系人,微信,业务员,邮箱", "1,甲公司,王丽,wangli88,张三,a@b.cn"
    )
    told = run_in_process(["--lang", "zh", "import", path, "--dry-run"]).err
    assert "未导入的列：序号、业务员（" in told
    assert "客户名称：甲公司、联系人：王丽、邮箱：***@b.cn、微信：w***" in told
    path = written(place, "客户名称,免打扰", "甲公司,y", "乙公司,N")
    told = run_in_process(["--lang", "zh", "import", path, "--dry-run"]).err
    assert (
        "第 2 行：客户名称：甲公司、免打扰：是\n  第 3 行：客户名称：乙公司、免打扰：否\n" in told
    )
