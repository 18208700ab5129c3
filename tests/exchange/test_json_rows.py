"""JSON and JSON Lines read row by row as they were meant; damage stays in its row where lines part them."""

import csv
import io
import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.exchange.defusing import undefuse
from crmcli.exchange.headers import recognise
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How, Source
from tests.support import heavy

Table = tuple[str, list[str], list[tuple[int, list[str]]]]


def opened(folder: Path, data: bytes | str, kind: str = "customers", encoding: str | None = None) -> Source:  # fmt: skip
    path = folder / "file.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source(str(path), How(kind, encoding))


def read(folder: Path, data: bytes | str, kind: str = "customers") -> Table:
    with opened(folder, data, kind) as source:
        rows = list(source.rows())
        assert list(source.rows()) == rows  # may be walked more than once
        assert not source.damaged
        return source.format, source.headers, rows


def read_damaged(folder: Path, data: bytes | str) -> tuple[list[tuple[int, list[str]]], dict[int, str]]:  # fmt: skip
    with opened(folder, data) as source:
        rows = list(source.rows())
        return rows, {line: str(wrong) for line, wrong in source.damaged.items()}


def refusal(folder: Path, data: bytes | str, kind: str = "customers") -> str:
    with pytest.raises(BadValue) as refused, opened(folder, data, kind):
        pass
    return str(refused.value).replace(str(folder / "file.json"), "FILE")


# --- where the rows are ---

TWO = [{"name": "A", "city": "x"}, {"name": "B", "phone": "1"}]
HEADERS = ["name", "city", "phone"]
CELLS = [(1, ["A", "x", ""]), (2, ["B", "", "1"])]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize(
    "whole",
    [
        TWO,
        {"schema": "crm.customers/1", "count": 2, "more": True, "items": TWO},
        {"data": TWO},
        {"records": TWO, "totalSize": 2, "done": True},
        {"paging": {"next": {"after": "1"}}, "results": TWO},
        {"@odata.context": "x", "value": TWO},
        {"contacts": TWO},
        {"Kundenliste": TWO},
        {"status": "ok", "code": 0, "data": {"page": 1, "list": TWO}},
        {"d": {"results": TWO}},
        {"name": "my list", "records": TWO},
        {"customers": TWO, "people": [{"name": "C"}]},
        {"data": TWO, "included": [{"type": "x"}]},
        {"ids": [1, 2], "rows": TWO, "columns": ["a", "b"]},
    ],
)
def test_an_array_of_objects_wherever_it_is(tmp_path: Path, whole: Any, indent: int | None) -> None:
    assert read(tmp_path, json.dumps(whole, indent=indent)) == ("json", HEADERS, CELLS)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ('{"name": "A", "city": "x"}\n{"name": "B", "phone": 1}\n', "jsonl"),
        ('{"name": "A", "city": "x"}\r\n{"name": "B", "phone": 1}', "jsonl"),
        ('{"name": "A", "city": "x"}{"name": "B", "phone": 1}', "json"),
        ('{\n"name": "A", "city": "x"\n}\n{\n"name": "B", "phone": 1}', "json"),
        ('[{"name": "A", "city": "x"},\n{"name": "B", "phone": 1},\n]', "json"),
        ('{"items": [{"name": "A", "city": "x"}]}\n{"items": [{"name": "B", "phone": 1}]}', "json"),
        ('{"items": [\n{"name": "A", "city": "x"},\n{"name": "B", "phone": 1}\n]}', "json"),
    ],
)
def test_objects_one_after_another(tmp_path: Path, data: str, form: str) -> None:
    assert read(tmp_path, data) == (form, HEADERS, CELLS)


def test_lines_are_numbered_as_in_the_file_and_blank_ones_are_none(tmp_path: Path) -> None:
    data = '\ufeff\n\n{"name": "A"}\n   \n\t{"name": "B\u2028\x85C"}\r\n{}\n{"name": null}\n{"name":"D"}'
    rows = [(3, ["A"]), (5, ["B\u2028\x85C"]), (8, ["D"])]
    assert read(tmp_path, data) == ("jsonl", ["name"], rows)


@pytest.mark.parametrize(
    ("data", "form", "headers", "rows"),
    [
        ('{"name": "A"}', "jsonl", ["name"], [(1, ["A"])]),
        ('{\n"name": "A"\n}', "json", ["name"], [(1, ["A"])]),
        ('{"schema": "crm.customer/1", "item": {"name": "A", "needs": [{"text": "x"}]}}', "json", ["name"], [(1, ["A"])]),
        ('{"name": "A", "people": [{"name": "P"}]}', "jsonl", ["name", "person"], [(1, ["A", "P"])]),
        ('{"name": "A",\n"people": [{"name": "P"}]}', "json", ["name", "person"], [(1, ["A", "P"])]),
    ],
)  # fmt: skip
def test_one_object_is_one_row(tmp_path: Path, data: str, form: str, headers: list[str], rows: Any) -> None:  # fmt: skip
    assert read(tmp_path, data) == (form, headers, rows)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ("[客户]名称,电话\nA,1\n", ["[客户]名称", "电话"]),
        ("[1],name\n2,A\n", ["[1]", "name"]),
        ("{name},{phone}\nA,1\n", ["{name}", "{phone}"]),
    ],
)
def test_a_table_may_begin_with_a_bracket(tmp_path: Path, data: str, headers: list[str]) -> None:
    with opened(tmp_path, data) as source:
        assert (source.format, source.headers) == ("csv", headers)


@pytest.mark.parametrize(
    ("encoding", "found", "guessed"),
    [
        ("utf-8-sig", "utf-8", False),
        ("utf-16", "utf-16", False),
        ("utf-16-le", "utf-16-le", True),
        ("utf-16-be", "utf-16-be", True),
        ("utf-32", "utf-32", False),
        ("gb18030", "gb18030", True),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings(tmp_path: Path, encoding: str, found: str, guessed: bool, end: str) -> None:
    rows = [
        {"客户名称": "苏州精工制造有限公司", "城市": "苏州"},
        {"客户名称": "上海晨光贸易公司", "城市": "上海"},
    ]
    for data in (end.join(json.dumps(row, ensure_ascii=False) for row in rows), json.dumps(rows, ensure_ascii=False)):  # fmt: skip
        with opened(tmp_path, data.encode(encoding)) as source:
            assert (source.encoding, source.guessed) == (found, guessed)
            assert source.headers == ["客户名称", "城市"]
            assert [cells for _, cells in source.rows()] == [list(row.values()) for row in rows]
    with opened(tmp_path, '{"name": "臺灣"}'.encode("big5"), encoding="big5") as source:
        assert (source.encoding, list(source.rows())) == ("big5", [(1, ["臺灣"])])
    with pytest.raises(BadValue, match="is not in utf-8; leave --encoding out"):
        opened(tmp_path, data.encode("gb18030"), encoding="utf-8")


# --- values ---


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("13812345678", "13812345678"),
        ("1.10", "1.10"),
        ("-0", "'-0"),
        ("1e5", "1e5"),
        ("9" * 5_000, "9" * 5_000),
        ("true", "true"),
        ("false", "false"),
        ('"a\\u0000b\\tc"', "ab\tc"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"=1+1"', "'=1+1"),
        ('"\'=1"', "''=1"),
        ("[]", ""),
        ('["a", null, 1.50, true]', "a; 1.50; true"),
        ('[{"value": "1", "type": "work"}, {"value": "2"}]', "1; 2"),
        ('{"$oid": "5f"}', "5f"),
        ('{"$date": {"$numberLong": "17"}}', "17"),
        ('{"ref": "c1", "name": "Acme", "tier": "core", "stage": null}', "Acme"),
    ],
)
def test_a_value_is_a_cell(tmp_path: Path, text: str, cell: str) -> None:
    data = f'[{{"name": "N", "x": {text}}}]'
    headers, row = (["name", "x"], ["N", cell])
    assert read(tmp_path, data) == ("json", headers, [(1, row)])


def test_nested_objects_have_dotted_names_and_wrappings_none(tmp_path: Path) -> None:
    one = {
        "id": 1,
        "address": {"city": "x", "geo": {"lat": 1}},
        "empty": {},
        "properties": {"name": "A"},
    }
    two = {"attributes": {"type": "Account", "url": "/x"}, "name": "B", "fields": {"color": "red"}}
    three = {"id": "rec1", "fields": {"Name": "C"}}
    assert read(tmp_path, json.dumps([one, two, three])) == (
        "json",
        ["id", "address.city", "address.geo.lat", "name", "field.color", "Name"],
        [
            (1, ["1", "x", "1", "A", "", ""]),
            (2, ["", "", "", "B", "red", ""]),
            (3, ["rec1", "", "", "", "", "C"]),
        ],
    )


def test_the_company_of_a_nested_customer_is_found(tmp_path: Path) -> None:
    with opened(tmp_path, '[{"text": "x", "customer": {"name": "A"}}]', "needs") as source:
        assert recognise("needs", source.headers).fields == ["text", "customer"]


def test_people_are_a_row_each(tmp_path: Path) -> None:
    ann = {
        "name": "Ann",
        "title": "CEO",
        "roles": ["buyer", "user"],
        "phones": ["1", "2"],
        "wechat": "w",
        "birthday": "1980-01-02",
    }
    bob = {
        "role": "Engineer",
        "firstName": "Bob",
        "lastName": "Lee",
        "mobile": "3",
        "email": "b@x.cn",
    }
    data = [
        {"name": "A", "people": [ann, bob, {"name": "ann", "phone": "9"}]},
        {"name": "B", "people": []},
        {"name": "C", "wechat": "own", "people": [{"name": "Eve"}]},
    ]
    with opened(tmp_path, json.dumps(data)) as source:
        assert source.headers == [
            "name",
            "wechat",
            "person",
            "title",
            "person_role",
            "person_phone",
            "person_email",
        ]
        assert list(source.rows()) == [
            (1, ["A", "w", "Ann", "CEO", "buyer; user", "1; 2", ""]),
            (2, ["B", "", "", "", "", "", ""]),
            (3, ["C", "own", "", "", "", "", ""]),
            (1, ["A", "", "Bob Lee", "Engineer", "", "3", "b@x.cn"]),
            (3, ["C", "", "Eve", "", "", "", ""]),
        ]
        assert [str(note) for note in source.notes] == [
            "left out of people: birthday; --as people takes them",
            "left out, having the name of another at the same customer: 1 people; --as people takes them",
        ]


def test_what_is_of_the_customer_is_defused_once_on_each_row_of_its_people(tmp_path: Path) -> None:
    """A row of its own goes before them where the customer has a WeChat."""
    people = [{"name": "李"}, {"name": "王"}]
    row = {"name": "甲", "tags": ["=a", "b"], "wechat": "w", "people": people}
    assert read(tmp_path, json.dumps([row]))[1:] == (
        ["name", "tags", "wechat", "person"],
        [
            (1, ["甲", "'=a; b", "w", ""]),
            (1, ["甲", "'=a; b", "", "李"]),
            (1, ["甲", "'=a; b", "", "王"]),
        ],
    )


def test_lists_of_objects_and_further_steps_are_left_out_and_named(tmp_path: Path) -> None:
    steps = [
        {"text": "old", "on": "2026-01-01", "done_on": "2026-01-02"},
        {"text": "go", "on": "2026-12-01"},
        {"text": "more"},
    ]
    data = [
        {
            "customer": "A",
            "at": "2026-11-01",
            "next": steps,
            "files": [{"url": "x"}],
            "grid": [[1], [2]],
        }
    ]
    with opened(tmp_path, json.dumps(data), "interactions") as source:
        assert source.headers == ["customer", "at", "next", "next_on"]
        assert list(source.rows()) == [(1, ["A", "2026-11-01", "go", "2026-12-01"])]
        assert [str(note) for note in source.notes] == [
            "left out, being lists or too deeply nested: files, grid",
            "left out, for a contact takes one next step: 1 more; --as tasks takes them all",
        ]


# --- damage ---


def test_a_bad_line_is_a_damaged_row_and_no_other(tmp_path: Path) -> None:
    lines = [
        '{"name": "A", "x": 1}', '{"name": "B"', '{"name": "C}', "hello", "[1]", '{"name": "D"} x', '{"name": "E", "name": "F"}',
        '{"name": "G", "x": NaN}', '{"name": "H\\ud800"}', '{"name": ' + "[" * 100_000, '{"name": "I"}',
    ]  # fmt: skip
    rows, damaged = read_damaged(tmp_path, "\n".join(lines))
    assert damaged == {
        2: "it ends in the middle",
        3: "it ends in the middle",
        4: "it is no JSON at 'hello'",
        5: "it is no object with names and values",
        6: "it is no JSON at 'x'",
        7: "it has 'name' twice",
        8: "NaN is no value; write null where there is none",
        9: "half of a character stands in name",
        10: "it is nested too deeply",
    }
    assert [line for line, _ in rows] == list(range(1, 12))
    assert rows[0][1] == ["A", "1"] and rows[10][1] == ["I", ""]
    assert rows[1][1] == [
        "",
        "",
        '{"name": "B"',
    ]  # one cell more than headers: rejected again until it is mended
    assert rows[6][1] == ["F", ""] and rows[8][1] == ["H\ufffd", ""]
    assert len(rows[9][1][2]) == 10_000


def test_the_first_line_may_be_the_bad_one(tmp_path: Path) -> None:
    rows, damaged = read_damaged(tmp_path, '{"name": "A" "x": 1}\n{"name": "B"}\n')
    assert (rows, damaged) == (
        [(1, ["", '{"name": "A" "x": 1}']), (2, ["B"])],
        {1: """it is no JSON at '"x": 1}'"""},
    )


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("", "it ends in the middle"),
        (",", "it ends in the middle"),
        (', {"name": "C"', "it ends in the middle"),
        (', {"name": "C', "it ends in the middle"),
        (', {"name": }]', "it is no JSON at '}]'"),
        (' {"name": "C"}]', """it is no JSON at '{"name": "C"}]'"""),
        (", " + "[" * 100_000, "it is nested too deeply"),
        ("] }", "it is no JSON at '}'"),
        (', {"x": "' + "x" * 17_000_000, "it is longer than 16 MB, and no row"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("begin", ["", '{"items": '])
def test_a_damaged_array_gives_what_stands_before(tmp_path: Path, begin: str, rest: str, why: str) -> None:  # fmt: skip
    if begin and rest == "] }":
        rest, why = "] ]", "it is no JSON at ']'"
    rows, damaged = read_damaged(tmp_path, f'{begin}[{{"name": "A"}}, {{"name": "B"}}{rest}')
    assert rows[:2] == [(1, ["A"]), (2, ["B"])]
    assert [line for line, _ in rows[2:]] == [3]
    assert rows[2][1][0] == "" and len(rows[2][1]) == 2
    assert damaged == {3: f"{why}; nothing after it is read"}


def test_an_element_that_is_no_object_is_a_damaged_row(tmp_path: Path) -> None:
    rows, damaged = read_damaged(tmp_path, '[{"name": "A"}, 1, null, ["x"], {"name": "B"}]')
    assert [cells[0] for _, cells in rows] == ["A", "", "", "", "B"]
    assert damaged == dict.fromkeys((2, 3, 4), "it is no object with names and values")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("[]", "FILE is empty; there is nothing to import"),
        ("{}", "FILE is empty; there is nothing to import"),
        ('{"items": []}', "FILE is empty; there is nothing to import"),
        ("[{}, {}]", "FILE is empty; there is nothing to import"),
        ("{", "FILE holds no object that can be read: it ends in the middle; nothing after it is read"),
        ('["name", "phone"]', "FILE holds no object that can be read: it is no object with names and values"),
        ('{"a": [{"b": 1}], "c": [{"d": 1}]}', "FILE holds several lists: a, c; leave only one of them in it"),
        ('{"items": [{"b": 1}], "data": [{"d": 1}]}', "FILE holds several lists: items, data; leave only one of them in it"),
        ('{"schema": "crm.all/1"}\n{"record": "x"}', "FILE is a whole file from crm export all; add --as all, and --db for a new file"),
    ],
)  # fmt: skip
def test_what_holds_no_list_is_refused(tmp_path: Path, data: str, sentence: str) -> None:
    assert refusal(tmp_path, data) == sentence


# --- whatever it is ---


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_million_signs_in_a_cell_are_a_cell(tmp_path: Path, form: str) -> None:
    row = {"name": "A", "note": "x" * 1_000_000}
    data = json.dumps([row] * 3) if form == "json" else f"{json.dumps(row)}\n" * 3
    assert [cells for _, cells in read(tmp_path, data)[2]] == [list(row.values())] * 3


@pytest.mark.parametrize("count", [5_001, 2_000_000])
def test_too_many_names_are_no_list(tmp_path: Path, count: int) -> None:
    data = "{" + ",".join(f'"k{n}": 1' for n in range(count)) + "}"
    told = refusal(tmp_path, data + '\n{"name": "A"}' if count < 10_000 else data)
    assert (
        told
        == {
            5_001: "FILE has more than 5000 names of values, too many for a list; leave out those that say nothing of customers",
            2_000_000: "FILE holds no object that can be read: it is longer than 16 MB, and no row; nothing after it is read",
        }[count]
    )


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    row = (
        '{"name": "A", "tags": ["x", "y"], "people": [{"name": "P"}, {"name": "Q"}], "note": "'
        + "n" * 1_000
        + '"}'
    )

    def peak(data: str) -> int:
        with opened(tmp_path, data) as source:
            tracemalloc.start()
            assert sum(1 for _ in source.rows()) == 2 * data.count('"A"')
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

    for make in (
        lambda n: f"{row}\n" * n,
        lambda n: f"[{','.join([row] * n)}]",
        lambda n: f'{{"items": [{",".join([row] * n)}]}}',
    ):
        peak(make(10))
        assert peak(make(1_500)) < 1.5 * peak(make(500))


def test_a_list_called_as_the_kind_is_found_behind_much_else(tmp_path: Path) -> None:
    data = {
        "log": [[n, {"x": [n]}] for n in range(8_000)],
        "meta": {"a": {"b": {"c": {"d": [1] * 9}}}},
        "people": TWO,
    }
    with opened(tmp_path, json.dumps(data), "people") as source:
        assert [cells for _, cells in source.rows()] == [cells for _, cells in CELLS]


NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
        lambda text: (json.dumps(text), text.replace("\0", ""))
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
        lambda text: (json.dumps(text, ensure_ascii=False), text.replace("\0", ""))
    ),
    NUMBERS.map(lambda text: (text, text)),
    st.sampled_from([("true", "true"), ("false", "false"), ("null", "")]),
)


@settings(max_examples=heavy(100), derandomize=True)
@given(
    st.lists(st.lists(SCALARS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from(["[]", "{}", "lines"]),
    st.sampled_from(["", " ", "\n"]),
)
def test_scalars_survive(tmp_path: Path, table: list[list[tuple[str, str]]], form: str, space: str) -> None:  # fmt: skip
    if form == "lines":
        space = space.strip()
    objects = [
        f'{{{space}"name": "N",{space}' + ",".join(f'"k{n}"{space}:{space}{text}' for n, (text, _) in enumerate(row)) + "}"
        for row in table
    ]  # fmt: skip
    data = {
        "[]": f"[{','.join(objects)}]",
        "{}": f'{{"items":{space}[{",".join(objects)}]}}',
        "lines": "\n".join(objects),
    }[form]
    _, headers, rows = read(tmp_path, data)
    assert headers == ["name", "k0", "k1", "k2"]
    assert [[undefuse(cell) for cell in cells[1:]] for _, cells in rows] == [
        [text for _, text in row] for row in table
    ]


@settings(max_examples=heavy(120), derandomize=True)
@given(st.data())
def test_junk_is_rows_or_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    pieces = st.sampled_from([
        "{", "}", "[", "]", ",", ":", '"', '"name"', '"people"', '"items"', '"a":', "1", "-", "1e", "NaN", "tru", "null", "\\", "\\ud800", "\n", " ",
        '{"name": "A"}', '{"name": "A", "people": [{"name": "P"}, {}]}', '"fields": {"x": {}}', "\0", "\ufeff", "\x1b", "é", "客户",
    ])  # fmt: skip
    text = data.draw(st.sampled_from(['{"', "[{", '["', "{}", "[]"])) + "".join(
        data.draw(st.lists(pieces, max_size=20))
    )
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "gb18030", "latin-1"]))
    try:
        source = opened(
            tmp_path,
            text.encode(encoding, "replace"),
            data.draw(st.sampled_from(["customers", "interactions"])),
        )
    except BadValue as error:
        assert "\n" not in str(error)
        return
    with source:
        for line, cells in source.rows():
            assert len(cells) == len(source.headers) or (
                line in source.damaged and len(cells) == len(source.headers) + 1
            )
            "".join(cells).encode()


@settings(max_examples=heavy(60), derandomize=True)
@given(st.integers(0, 10_000))
def test_a_file_cut_anywhere_gives_the_rows_before(tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    rows = [
        {"name": f"N{n}", "tags": ["a", "b"], "city": "上海\n"}
        for n in range(chosen.randrange(1, 30))
    ]
    whole = json.dumps(
        {"items": rows} if seed % 2 else rows, indent=chosen.choice([None, 1])
    ).encode()
    data = whole[: chosen.randrange(2, len(whole))]
    count = data.count(b"}")
    try:
        source = opened(tmp_path, data)
    except BadValue as error:
        assert not count, error
        return
    with source:
        given_ = list(source.rows())
        assert [cells[0] for line, cells in given_ if line not in source.damaged] == [
            f"N{n}" for n in range(count)
        ]
        assert len(source.damaged) == 1


def test_rejected_rows_are_a_table_again(tmp_path: Path) -> None:
    from crmcli.exchange.rejects import RejectsFile

    with (
        opened(
            tmp_path,
            '{"name": "=1", "x": ["a", "b"]}\n{"name"\n{"name": "C", "people": [{"name": "P"}]}\n',
        ) as source,
        RejectsFile(tmp_path / "rejects.csv", source.headers) as bad,
    ):
        for line, cells in source.rows():
            bad.add(line, cells, "why")
    data = (tmp_path / "rejects.csv").read_bytes().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data))) == [
        ["name", "x", "person", "crm_line", "crm_reason"],
        ["'=1", "a; b", "", "1", "why"],
        ["", "", "", "2", "why", '{"name"'],
        ["C", "", "P", "3", "why"],
    ]
