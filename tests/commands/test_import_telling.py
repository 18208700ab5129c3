"""What an import says: how it understands the file, what it will store, why rows were rejected; to people and scripts."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.commands.shared.importing.reasons import Reasons
from crmcli.errors import BadValue
from tests.contract.program import on_terminal
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
        "The first rows as they will be stored:",
        "  line 2: name: Acme, tier: core, person: Ann, person_phone: 138****5678",
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
    row = f"  line 2: name: A, note: ring {shown}, phone: {shown}, email: {mail}"
    assert row in ran.err.splitlines()


def test_rows_of_the_other_kinds_as_they_will_be_stored(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-need Acme 'it leaks' --external-id N1")
    for kind, header, row, stored in (
        ("people", "customer,name,role,birthday,key_person,phone", "Acme,Ann,决策人,1980-05-20,yes,13812345678",
         "customer: Acme, name: Ann, roles: decider, key_person: yes, person_phone: 138****5678, birthday: 1980-05-20"),
        ("interactions", "customer,at,channel,summary,with,cost,next,next_on", "Acme,2026-11-02 14:30,拜访,talk,Ann;Bob,12.5,call,2026-12-01",
         "customer: Acme, channel: visit, summary: talk, cost: 12.50, at: 2026-11-02 14:30, with: Ann, Bob, next: call, next_on: 2026-12-01"),
        ("needs", "customer,text,urgency,received_at", "Acme,leaks,紧急,2026-11-02",
         "customer: Acme, text: leaks, urgency: urgent, received_at: 2026-11-02"),
        ("tasks", "customer,text,due,done_on", "Acme,call,2026-12-01 15:00,", "customer: Acme, text: call, due_on: 2026-12-01, due_time: 15:00"),
        ("promises", "customer,text,level,due", "Acme,send,basic,2026-12-01", "customer: Acme, text: send, level: basic, due_on: 2026-12-01"),
        ("surveys", "customer,need,at,overall,comment", "Acme,N1,2026-11-02,4,fine",
         "customer: Acme, overall: 4, comment: fine, need: N1, status: answered, at: 2026-11-02"),
    ):  # fmt: skip
        path = written(place, header, row)
        told = crm(["import", path, "--as", kind, "--dry-run"]).err.splitlines()
        assert f"  line 2: {stored}" in told, (kind, told)


def test_custom_fields_stand_in_the_preview_whether_declared_or_new(place: Path) -> None:
    crm("config set fields.seats number")
    path = written(place, "name,Seats,Shoe size", "Acme,12,44")
    ran = crm(["import", path, "--dry-run", "--keep-extra", "--map", "Seats=field.seats"])
    told = ran.err.splitlines()
    assert told[1:6] == [
        "COLUMN     FIELD",
        "name       name",
        "Seats      field.seats",
        "Shoe size  field.Shoe_size",
        "The first rows as they will be stored:",
    ]
    assert told[6] == "  line 2: name: Acme, field.seats: 12, field.Shoe_size: 44"
    assert not any(line.startswith("Not imported") for line in told)


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
