"""JSON and JSON Lines through `crm import`: what is exported comes back, as it does from CSV (CLI.md, Import)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.program import everything_in, refused
from tests.support import Ran, crm, heavy, run_in_process, run_process

KINDS = ("customers", "people", "interactions", "needs", "tasks", "promises", "surveys")


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def written(place: Path, data: str, name: str = "list.json") -> str:
    path = place / name
    path.write_text(data, encoding="utf-8")
    return str(path)


# --- our own ---


@pytest.fixture
def full(place: Path) -> Path:
    """A file in which every kind has records with all that an import can take."""
    crm("config set fields.color text")
    crm("config set fields.seats number")
    crm(
        "add-customer 华东精工 --tier core --stage customer --city 苏州 --size 200 --industry 机械 --address '工业园区1号' "
        "--source 展会 --prefer visit --cadence 2w --since 2025-03-01 --external-id A1 --tag vip --tag 华东 --field color=red "
        "--field seats=12 --short-name 精工 --person 张伟 --title 采购经理 --role buyer --phone 13800005678 --email zhang@hd.cn"
    )
    crm(["edit", "c1", "--set", 'note=first, "second"\nthird; \'=4'])
    crm(
        "add-customer 'Acme, Ltd' --phone 0512-66668888 --email a@acme.com --wechat acme99 --referred-by 华东精工"
    )
    crm("add-customer 王小明 --kind person --phone +44-20-7946-0101 --stage prospect")
    crm(
        "add-person c1 李娜 --phone 13900001111 --phone 0512-12345678 --wechat lina88 --role decider --external-id P2"
    )
    crm("add-person c1 赵六")
    crm("add-person c2 'Ann Lee' --title '=CEO' --email ann@acme.com")
    crm("key-date h2 birthday 1980-05-01")
    crm(
        "log-contact c1 谈了合同 --channel visit --at 2026-11-19T10:00 --with 张伟 --with 李娜 --ours 王芳 --minutes 30 --intent high "
        "--cost 12.50 --feedback '-10% wanted' --agreed yes --signed --care --external-id I1 --next '寄样品' --on 2026-11-18 "
        "--next 'send quote' --on 2026-11-25 --next 'call back' --on 2026-11-27"
    )
    crm("done t1")
    crm("log-contact c2 hello --at 2026-11-18T15:30 --on 2026-12-01")
    crm("log-contact c3 nobody --channel email --out --no-answer --at 2026-11-02")
    crm("add-need c1 机器坏了 --kind problem --urgency urgent --external-id N1")
    crm("add-need c2 training --kind service")
    crm("resolve n1 '换了主轴'")
    crm("confirm n1 'runs again'")
    crm("survey n1 --solved 4 --speed 5 --attitude 5 --overall 4 --by 张伟")
    crm("add-task c1 'send book' --due 2026-11-30T15:00")
    crm("add-task c2 old --due 2026-11-21")
    crm("done t5 'sent; all well'")
    crm("add-promise c1 交货 --due 2026-12-05")
    crm("add-promise c2 refund --due 2026-11-30")
    crm("done p2 paid")
    crm(
        "survey c2 --kind relation --product 4 --response 3 --support 5 --nps 9 --comment 'good, but slow'"
    )
    return place


def live(place: Path, name: str) -> dict[str, list[dict[str, Any]]]:
    """All that a file holds, without the references, which are its own."""
    found = {}
    for kind in KINDS:
        ran = crm(f"export {kind} --format jsonl --reveal", CRM_DB=str(place / name))
        found[kind] = sorted((tidy(json.loads(line)) for line in ran.lines), key=json.dumps)
    return found


def tidy(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(tidy, value), key=json.dumps)
    if not isinstance(value, dict):
        return value
    references = ("ref", "customer_ref", "referred_by_ref", "origin", "target", "review")
    return {name: tidy(each) for name, each in value.items() if name not in references}


def brought(place: Path, name: str, ending: str) -> dict[str, list[tuple[int, int, int, int]]]:
    """Import each kind from the files with this ending into a new file, twice; the counts of both."""
    there = {"CRM_DB": str(place / name)}
    crm("config set fields.color text", **there)
    crm("config set fields.seats number", **there)
    told = {}
    for kind in KINDS:
        once, again = (
            crm(["import", str(place / f"{kind}.{ending}"), "--as", kind, "--json"], **there)
            for _ in range(2)
        )
        assert once.json["item"]["format"] == ending
        told[kind] = [counts(once), counts(again)]
    return told


def test_what_is_exported_comes_back_the_same_from_csv_and_json_lines(full: Path) -> None:
    for kind in KINDS:
        for form in ("csv", "jsonl"):
            crm(["export", kind, "--format", form, "--reveal", "--out", str(full / f"{kind}.{form}")])  # fmt: skip
    csv_counts = brought(full, "from-csv.db", "csv")
    json_counts = brought(full, "from-json.db", "jsonl")
    found = live(full, "from-json.db")
    assert found == live(full, "from-csv.db")
    before = live(full, "crm.db")
    assert {kind: len(found[kind]) for kind in KINDS if kind != "interactions"} == {
        kind: len(before[kind]) for kind in KINDS if kind != "interactions"
    }
    for kind in KINDS:
        for told in (csv_counts[kind], json_counts[kind]):
            added, updated, unchanged, rejected = told[1]
            assert (added, updated, rejected) == (0, 0, 0), (kind, told)
            assert unchanged == sum(told[0])
    by_name = {one["name"]: one for one in found["customers"]}
    assert by_name["华东精工"]["note"] == 'first, "second"\nthird; \'=4'
    assert by_name["华东精工"]["fields"] == {"color": "red", "seats": "12"}
    assert by_name["Acme, Ltd"]["wechat"] == "acme99"
    assert by_name["Acme, Ltd"]["people"][0]["title"] == "=CEO"
    assert {one["name"]: one["birthday"] for one in found["people"]}["李娜"] == "1980-05-01"
    tasks = {one["text"]: one["done_on"] for one in found["tasks"]}
    assert tasks == {
        "寄样品": "2026-11-20", "send quote": None, "call back": None, "send book": None, "old": "2026-11-20",
    }  # fmt: skip


def test_lists_as_json_come_back(full: Path) -> None:
    listed = crm("list-customers --json --reveal").out
    path = written(full, listed)
    there = {"CRM_DB": str(full / "new.db")}
    crm("config set fields.color text", **there)
    assert counts(crm(["import", path, "--json"], **there)) == (3, 3, 0, 0)
    assert counts(crm(["import", path, "--json"], **there)) == (0, 0, 6, 0)
    before, after = (
        crm("list-customers --json --reveal", CRM_DB=str(full / name)).json["items"]
        for name in ("crm.db", "new.db")
    )
    same = (
        "name",
        "external_id",
        "stage",
        "tier",
        "phones",
        "emails",
        "wechat",
        "tags",
        "note",
        "since",
        "promised_on",
        "last_contact_at",
    )
    for one, other in zip(before, after, strict=True):
        assert {name: one[name] for name in same} == {name: other[name] for name in same}
        assert [
            (who["name"], who["title"], who["phones"], who["wechat"]) for who in one["people"]
        ] == [(who["name"], who["title"], who["phones"], who["wechat"]) for who in other["people"]]


def test_one_customer_as_it_is_shown(full: Path) -> None:
    path = written(full, crm("show c1 --json --reveal").out)
    ran = crm(["import", path, "--json"], CRM_DB=str(full / "new.db"))
    assert counts(ran) == (1, 2, 0, 0)


def test_what_is_masked_is_left_out_of_json_too(full: Path) -> None:
    path = written(full, crm("list-customers --json").out)
    ran = crm(["import", path, "--json"])
    assert counts(ran)[::3] == (0, 0)
    assert "masked values left out" in ran.err
    assert crm("show c2 --json --reveal").json["item"]["phones"] == ["0512-66668888"]


# --- others' ---


COLUMNS = ("name", "phone", "city", "tier", "note", "tags")


def test_the_same_rows_from_an_array_lines_and_csv_are_the_same_import(place: Path) -> None:
    @settings(max_examples=heavy(10), derandomize=True, deadline=None)
    @given(st.lists(st.fixed_dictionaries({
        "name": st.sampled_from(["Acme", "苏州精工", "N-1", "=1+1", "a; b"]),
        "phone": st.sampled_from(["", "13812345678", "+86 138 1234 5679", "0512-66668888"]),
        "city": st.text(st.characters(exclude_categories=["C"]), max_size=8),
        "tier": st.sampled_from(["", "core", "普通", "zz"]),
        "note": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=12),
        "tags": st.sampled_from(["", "a", "a; b"]),
    }), min_size=1, max_size=6))  # fmt: skip
    def check(rows: list[dict[str, str]]) -> None:
        from crmcli.exchange import csv_out

        lists = [{**row, "tags": row["tags"].split("; ") if row["tags"] else []} for row in rows]
        files = {
            "csv": "".join(csv_out.line(map(csv_out.cell, cells)) for cells in [COLUMNS, *([row[name] for name in COLUMNS] for row in rows)]),
            "json": json.dumps({"data": lists}, indent=1),
            "jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lists),
        }  # fmt: skip
        results = []
        for form, data in files.items():
            there = {"CRM_DB": str(place / f"{form}.db")}
            for old in place.glob(f"{form}.db*"):
                old.unlink()
            path = written(place, data, f"list.{form}")
            ran = run_in_process(["import", path, "--json"], **there)
            again = run_in_process(["import", path, "--json"], **there)
            held = crm("export customers --format jsonl --reveal", **there).out
            results.append((ran.code, counts(ran), counts(again), held))
        assert results[0] == results[1] == results[2]

    check()


def test_an_array_from_a_tool(place: Path) -> None:
    answer = {
        "total": 2,
        "results": [
            {"id": "1", "properties": {"name": "Acme", "phone": 13812345678, "city": "上海"}, "archived": False},
            {"id": "2", "properties": {"name": "Beta", "phone": None}, "associations": {"x": [{"y": 1}]}},
        ],
    }  # fmt: skip
    path = written(place, json.dumps(answer, indent=2))
    ran = crm(["import", path])
    assert ran.err.splitlines()[:2] == [
        "list.json: JSON, UTF-8, 4 of 5 columns recognised.",
        "left out, being lists or too deeply nested: associations.x",
    ]
    items = crm("list-customers --json --reveal").json["items"]
    assert [(one["external_id"], one["name"], one["phones"]) for one in items] == [
        ("1", "Acme", ["13812345678"]), ("2", "Beta", []),
    ]  # fmt: skip


def test_many_customers_with_many_people(place: Path) -> None:
    people = [{"name": f"P{n}", "phones": [f"139000{n:05}"]} for n in range(3)]
    rows = [
        {
            "name": f"C{n}",
            "people": [
                {**one, "phones": [f"13{n:03}{place}99999"]} for place, one in enumerate(people)
            ],
        }
        for n in range(700)
    ]
    path = written(place, json.dumps(rows))
    assert counts(crm(["import", path, "--json"])) == (700, 1400, 0, 0)
    assert counts(crm(["import", path, "--json"])) == (0, 0, 2100, 0)
    shown = crm("show c700 --json --reveal").json["item"]
    assert [(one["name"], one["phones"]) for one in shown["people"]] == [
        (f"P{n}", [f"13699{n}99999"]) for n in range(3)
    ]


def test_standard_input(place: Path) -> None:
    data = '{"name": "苏州精工", "tier": "core"}\n{"name": "Acme", "tier": "zz"}\n'
    ran = run_process("import - --json", stdin=data, cwd=place)
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    item = ran.json["item"]
    assert (item["format"], item["rejects_file"]) == ("jsonl", "stdin.rejects.csv")
    assert item["columns"] == {"name": "name", "tier": "tier"}


# --- rejected and hostile ---


def test_rejected_rows_are_a_csv_that_imports_when_mended(place: Path) -> None:
    rows = [
        '{"name": "Good", "tier": "core"}',
        '{"name": "=Bad", "tier": "zz", "tags": ["a", "b"], "people": [{"name": "P", "phones": [13800001111]}], "fields": {"color": "red"}}',
        '{"name": "Cut", "tier',
        '{"name": "Odd", "tier": NaN}',
    ]
    path = written(place, "\n".join(rows), "list.jsonl")
    ran = run_in_process(["import", path, "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 3))
    rejects = place / "list.jsonl.rejects.csv"
    lines = list(csv.reader(io.StringIO(rejects.read_bytes().decode("utf-8-sig"))))
    assert lines[0] == [
        "name",
        "tier",
        "tags",
        "field.color",
        "person",
        "person_phone",
        "crm_line",
        "crm_reason",
    ]
    assert lines[1][:7] == ["'=Bad", "zz", "a; b", "red", "P", "13800001111", "2"]
    assert lines[2] == [
        "",
        "",
        "",
        "",
        "",
        "",
        "3",
        "it ends in the middle",
        '{"name": "Cut", "tier',
    ]
    assert lines[3][:7] == ["Odd", "NaN", "", "", "", "", "4"]
    again = run_in_process(["import", str(rejects), "--json"])
    assert (again.code, counts(again)) == (5, (0, 0, 0, 3))
    crm("config set fields.color text")
    mended = rejects.read_text("utf-8-sig").replace("zz", "core").replace("NaN", "")
    rejects.write_text(mended, encoding="utf-8")
    again = run_in_process(["import", str(rejects), "--json"])
    assert (again.code, counts(again)) == (5, (2, 0, 0, 1))
    item = crm("show c2 --json --reveal").json["item"]
    assert (item["name"], item["tags"], item["fields"]) == ("=Bad", ["a", "b"], {"color": "red"})
    assert [(one["name"], one["phones"]) for one in item["people"]] == [("P", ["13800001111"])]


def test_strict_and_dry_run_leave_everything_as_it_is(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, '[{"name": "Acme", "city": "x"}, {"name": "B"')
    before = everything_in(place)
    ran = run_in_process(["import", path, "--strict"])
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1] == (
        "crm: 1 rows are bad, the first: line 2: it ends in the middle; nothing after it is read; nothing was imported"
    )
    dry = run_in_process(["import", path, "--dry-run", "--json"])
    assert (dry.code, counts(dry)) == (5, (0, 1, 0, 1))
    assert everything_in(place) == before


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('[{"name": "A"}, {"name": "B"', "it ends in the middle; nothing after it is read"),
        ('{"name": "A"}\n' + "[" * 100_000 + "\n", "it is nested too deeply"),
        ('{"name": "A"}\n{"name": "B\n', "it ends in the middle"),
        ('{"name": "A"}\n{"name": "' + "x" * 1_000_000 + '"}\n', "name"),
        ('{"name": "A"}\n\0\0\0\n', "A"),
    ],
)
def test_hostile_files_do_what_they_can(place: Path, data: str, told: str) -> None:
    path = written(place, data)
    ran = run_in_process(["import", path, "--json"])
    rejected = 0 if told == "A" else 1
    assert (ran.code, counts(ran)) == (5 * rejected, (1, 0, 0, rejected))
    if rejected:
        assert told in (place / "list.json.rejects.csv").read_text("utf-8-sig")[-1_100_000:]
    assert [one["name"] for one in crm("list-customers --json").json["items"]] == ["A"]


def test_what_cannot_be_read_is_a_sentence_and_nothing_is_done(place: Path) -> None:
    crm("add-customer Acme")
    for data, sentence in (
        ('{"a": [{"name": "A"}], "b": [{"name": "B"}]}', "holds several lists: a, b; leave only one of them in it"),
        ("[" * 100_000, "holds no object that can be read: it is nested too deeply; nothing after it is read"),
        ('{"items": []}', "is empty; there is nothing to import"),
        ('[{"x": 1}]', "no column of"),
    ):  # fmt: skip
        path = written(place, data)
        if sentence == "no column of":
            sentence = f"no column of {path} is a customer's name; say which with --map 'HEADER=name' (its columns: x)"
            refused(["import", path], 2, sentence)
        else:
            refused(["import", path], 1, f"{path} {sentence}")


def test_a_whole_file_is_for_as_all_by_standard_input_too(place: Path) -> None:
    crm("add-customer Acme")
    whole = crm("export all --reveal").out
    ran = run_process("import -", stdin=whole, cwd=place)
    assert (ran.code, ran.out, ran.err) == (
        2, "", "crm: standard input is a whole file from crm export all; add --as all, and --db for a new file\n",
    )  # fmt: skip
