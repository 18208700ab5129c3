"""Every naughty string in every field that takes a text: kept as it is, found, shown, never obeyed (DESIGN §4).

The strings are the Big List of Naughty Strings (tests/data), and some more. Each record holds one of them in one
field. Left out are those of which nothing is left when surrounding space is taken away: 0, 135 and 137 of the list.
"""

import csv
import io
import json
import os
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from crmcli.commands.add_customer import add, contact_points
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.exchange.defusing import undefuse
from crmcli.output.text import in_csv, width
from crmcli.rules.references import read_reference
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of
from crmcli.store.finding import find
from tests.contract.program import on_terminal, run
from tests.support import crm, is_heavy, place_at

LIST = json.loads((Path(__file__).parents[1] / "data" / "naughty-strings.json").read_text("utf-8"))
NOTHING_LEFT = [0, 135, 137]
MORE = [
    "a\nb", "a\r\nb", "a\rb", "tab\there", "a\x00b", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\ufeffbom", "x\u2028y\u2029z", "a\x0bb\x0cc",
    "a\x1cb\x1dc\x1ed\x1fe", "a\x85b", "del\x7f", "=1+1", "+86 138", "@SUM(A1)", "'=1+1", "''=1", "-1+1", "=cmd|' /C calc'!A0", "{0}", "{name}", "{", "}}",
    "%(x)s", "%", "[red]x[/red]", "[/]", "[link=x]y[/link]", ":smile:", "\\", "a\\nb", "e\u0301", "\u0301", "é", "ｶﾞ", "ガ", "ﬁ", "Å", "𝕏𝕐", "ß", "İ", "ı",
    "Σς", "ǅ", "👩‍👩‍👧‍👦", "🇨🇳", "1️⃣", "☎️", "한국어", "각", "ไทย", "मुंबई", "עברית", "العربية", "Việt", "𠮷野家", "--help", "-h", "--", "-x", "--db", "c1",
    "h1", "ext:1", "x1", "c1:touch", "$HOME", "`id`", "a" * 200, "字" * 200, "a b " * 50, "，、；", "a,b;c、d", "é" * 100, "🙂" * 100, "¦", '"', "\"a\" OR \"b\"",
    "names : x", "NEAR(a b)", "NOT", "AND", "*", "^a", "a*", "customer", "价格", "lost", "新客户", "\u202egnp.exe", "soft\u00adhyphen", "a\u00a0b", "\ufffd", "\U0010ffff",
]  # fmt: skip
LONGEST = 200  # characters that a name may have
TEXTS = list(dict.fromkeys(clean(text)[:LONGEST].strip() for text in [*LIST, *MORE]))
TEXTS = [text for text in TEXTS if text]
HELD = 60  # strings whose people, tasks, days and contacts are at one customer

Fields = Sequence[Sequence[str]]
CUSTOMERS: Fields = (
    ("name",),
    ("short_name",),
    (
        "industry",
        "size",
        "city",
        "address",
        "source",
        "note",
        "tags",
        "field",
        "wechat",
        "loss_reason",
    ),
)
PEOPLE: Fields = (("name",), ("title", "concern", "preferences", "note", "wechat", "external_id"))
TASKS: Fields = (("text", "owner"), ("result", "external_id"))
KEY_DATES: Fields = (("kind",), ("note", "external_id"))
CONTACTS: Fields = (("summary",), ("feedback", "agreed", "excerpt", "external_id", "with", "ours"))
"""The text fields of each kind of record, together as they are filled."""

LETTERS = {"customer": "c", "person": "h", "task": "t", "key_date": "y", "interaction": "i"}


class Held(NamedTuple):
    """One string in some fields of one record."""

    table: str
    key: int
    fields: Sequence[str]
    text: str

    @property
    def ref(self) -> str:
        return f"{LETTERS[self.table]}{self.key}"


def tagged(text: str) -> str:
    """A text as a tag can be: without what divides tags."""
    return re.sub("[;,、；，]", " ", text).strip()


# --- a file full of them ---


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Held]]:
    folder = tmp_path_factory.mktemp("naughty")
    with mock.patch.dict(os.environ, place_at(folder)):
        crm("config set fields.machine text")
        held = [*fill(), *log_contacts()]
    return folder / "crm.db", held


@pytest.fixture(autouse=True)
def book(place: Path, filled: tuple[Path, list[Held]]) -> Path:
    shutil.copy(filled[0], place / "crm.db")
    return place / "crm.db"


@pytest.fixture
def held(filled: tuple[Path, list[Held]]) -> list[Held]:
    return filled[1]


def fill() -> Iterator[Held]:
    """All but the contacts, in one change."""
    context = Context(["fill"])
    context.write()
    with context.change("{reason} \x1b[31m%s") as change:
        hand = Hand(context, change)
        holders = [hand.customer({"name": f"Holder {n}"}) for n in range(-(-len(TEXTS) // HELD))]
        for place, text in enumerate(TEXTS):
            holder = holders[place // HELD]
            for fields in CUSTOMERS:
                yield Held("customer", hand.customer(dict.fromkeys(fields, text)), fields, text)
            for fields in PEOPLE:
                given = dict.fromkeys(fields, text)
                yield Held("person", hand.person(holder, given), fields, text)
            for fields in TASKS:
                yield Held("task", hand.task(holder, dict.fromkeys(fields, text)), fields, text)
            for fields in KEY_DATES:
                given = dict.fromkeys(fields, text)
                yield Held("key_date", hand.key_date(holder, given), fields, text)
    context.close()


class Hand:
    """Writes records as the commands do, all in one change."""

    def __init__(self, context: Context, change: Change) -> None:
        self._context, self._change = context, change
        self._values = Values(context)

    def customer(self, given: dict[str, str]) -> int:
        own = {name: given.pop(name, "") for name in ("tags", "field", "wechat")}
        columns = self._columns("customer", {"name": "Somebody"} | given)
        if "loss_reason" in given:
            columns |= {"stage": "lost", "loss_reason": f"other: {given['loss_reason']}"}
        key = add(self._change, self._context, columns | keys_of(columns))
        for tag in self._values.tags([tagged(own["tags"])]):
            self._change.insert("tag", customer_id=key, name=tag)
        if value := self._values.custom("machine", own["field"]):
            self._change.insert("field_value", customer_id=key, name="machine", value=value)
        self._wechat(key, None, own["wechat"])
        return key

    def person(self, holder: int, given: dict[str, str]) -> int:
        wechat = given.pop("wechat", "")
        key = self._of(holder, "person", {"name": "Someone"} | given)
        self._wechat(holder, key, wechat)
        return key

    def task(self, holder: int, given: dict[str, str]) -> int:
        done = {"done_on": "2026-11-20", "done_at": self._change.author.at}
        more = {"kind": "task", "due_on": "2026-11-20"} | (done if "result" in given else {})
        return self._of(holder, "task", {"text": "Something"} | given, **more)

    def key_date(self, holder: int, given: dict[str, str]) -> int:
        whole = {"kind": "Some day", "day": "11-22"} | given
        return self._of(holder, "key_date", whole, added_on="2026-11-20")

    def _of(self, holder: int, table: str, given: dict[str, str], **more: Any) -> int:
        columns = self._columns(table, given)
        at = self._change.author.at
        return self._change.insert(table, customer_id=holder, created_at=at, **columns, **more)

    def _columns(self, table: str, given: Mapping[str, str]) -> dict[str, Any]:
        return self._values.fields(table, {k: v for k, v in given.items() if k != "loss_reason"})

    def _wechat(self, customer: int, person: int | None, text: str) -> None:
        for point in contact_points([], [], [text]):
            self._change.insert("contact_point", customer_id=customer, person_id=person, **point)


def log_contacts() -> Iterator[Held]:
    """The contacts, by one `log-contact --stdin`, half of them with a follow-up that is called so, too."""
    lines = []
    for place, text in enumerate(TEXTS):
        for number, fields in enumerate(CONTACTS):
            line: dict[str, Any] = {"customer": f"Holder {place // HELD}"}
            line |= {name: text for name in fields if name != "with" or not read_reference(text)}
            if number == 0:
                line["next"] = [{"text": text, "owner": text}]
                key = len(TASKS) * len(TEXTS) + place + 1
                yield Held("task", key, ("text", "owner"), text)
            lines.append(json.dumps(line))
            yield Held("interaction", len(lines), [*line.keys() & {*fields}], text)
    ran = run("log-contact --stdin", stdin="\n".join(lines).encode())
    assert (ran.code, ran.err) == (0, "")


def test_the_strings_left_out_are_these() -> None:
    assert [place for place, text in enumerate(LIST) if not clean(text)] == NOTHING_LEFT
    assert len(LIST) == 461
    assert len(TEXTS) > 530


# --- kept ---


def told(record: dict[str, Any], field: str) -> Any:
    """What JSON tells of a field."""
    value = record["fields"]["machine"] if field == "field" else record[field]
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def everything() -> dict[str, dict[str, Any]]:
    """Every record that lists tell, by its reference."""
    found = {item["ref"]: item for item in crm("list-customers --json --reveal").json["items"]}
    for name in [ref for ref, item in found.items() if item["name"].startswith("Holder ")]:
        item = crm(f"show {name} --json --reveal --limit 0").json["item"]
        for part in ("people", "tasks", "key_dates", "interactions"):
            found |= {one["ref"]: one for one in item[part]}
    return found


OURS = ("birthday", "anniversary", "qualification")


def test_json_tells_each_unchanged(held: list[Held]) -> None:
    known = everything()
    compared = 0
    for one in held:
        for field in one.fields:
            if "result" in one.fields or field == "loss_reason":
                continue  # what is done is not listed; of losses below
            stored = told(known[one.ref], field)
            if field == "kind" and stored in OURS:  # the beginning of a word of ours
                continue
            kept: Any = (tagged(one.text) or []) if field == "tags" else one.text
            assert stored == kept, (one, field)
            compared += 1
    assert compared > 27 * len(TEXTS)


@pytest.mark.parametrize("words", ["ＡＢＣ", "½ price", "ﬁne", "x²", "㈱"])
def test_own_words_of_a_loss_are_kept_unchanged(words: str) -> None:
    crm(["log-contact", "c10", "--stage", "lost", "--loss-reason", f"other: {words}"])
    assert crm("show c10 --json").json["item"]["loss_reason"] == f"other: {words}"


def test_csv_tells_each_unchanged_but_for_what_would_be_obeyed(held: list[Held]) -> None:
    ran = run("list-customers --csv --reveal")
    rows = {row["ref"]: row for row in csv.DictReader(io.StringIO(ran.out, newline=""))}
    assert not set(ran.out) & OBEYED_IN_CSV
    for one in held:
        if one.table == "customer":
            for field in set(one.fields) - {"field", "loss_reason", "tags"}:
                cell = rows[one.ref][field]
                assert undefuse(cell) == in_csv(one.text), (one, field)
                assert cell[0] not in "=+-@\t\r", (one, field)


OBEYED_IN_CSV = {chr(code) for code in (*range(9), 11, 12, *range(14, 32), *range(127, 160))}


# --- found ---


def test_each_is_found_again(held: list[Held]) -> None:
    """The search itself, for every string, or for every fifth."""
    expected: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for one in held:
        expected[one.text].add((one.table, one.key))
    context = Context(["find"])
    db = context.read()
    for text, records in list(expected.items())[:: 1 if is_heavy() else 5]:
        found = {(one.table, one.row["id"]) for one in find(db, text, None)}
        assert records <= found, text
    context.close()


def test_the_command_finds_each_again(held: list[Held]) -> None:
    """The command, for some of the strings; what it says is fit to be seen."""
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for one in held:
        expected[one.text].add(one.ref)
    for text in TEXTS[::7]:
        answer = crm(["find", "--json", "--limit", "0", "--", text]).json
        assert expected[text] <= {item["ref"] for item in answer["items"]}, text
        fit_to_be_seen(crm(["find", "--limit", "100", "--", text]).out)


# --- shown ---

HARMLESS = set("\n\u200c\u200d\ufe0e\ufe0f")


def fit_to_be_seen(screen: str) -> None:
    """Nothing in it would be obeyed."""
    wild = {character for character in screen if not character.isprintable()} - HARMLESS
    assert not wild, sorted(map(ascii, wild))


LOOKS = [
    "list-customers",
    "due --days 30",
    "due --days 30 --explain",
    "history",
    "find Some",
    *(f"show 'Holder {n}' --limit 0" for n in range(9)),
    *(f"history 'Holder {n}'" for n in range(0, 9, 4)),
]


def test_a_pipe_gets_no_raw_control_character() -> None:
    for command in LOOKS:
        ran = crm(command)
        assert ran.out and not ran.err
        fit_to_be_seen(ran.out)


@pytest.mark.parametrize("command", [*LOOKS[:5], "show 'Holder 8'", "history 'Holder 8'"])
def test_a_terminal_gets_no_raw_control_character(command: str) -> None:
    """All of it without colours, the first hundreds of lines with them."""
    code, screen = on_terminal(f"{command} --limit 0", NO_COLOR="1")
    assert code == 0
    fit_to_be_seen(screen)
    code, screen = on_terminal(f"{command} --limit 600", columns=160)
    assert code == 0
    assert not set(re.findall("\x1b.{0,5}", screen)) & {"\x1b[0;31", "\x1b[20Cf", "\x1b[8m"}
    fit_to_be_seen(re.sub("\x1b\\[[0-9;]*m", "", screen))  # Rich's own colours


@pytest.mark.parametrize("command", ["list-customers", "due --days 30", "find Some"])
def test_no_line_is_wider_than_the_screen(command: str) -> None:
    _, screen = on_terminal(f"{command} --limit 0", columns=100, NO_COLOR="1")
    assert max(map(width, screen.splitlines())) <= 100


@pytest.mark.parametrize("table", ["person", "task", "key_date", "interaction"])
def test_each_record_is_shown(held: list[Held], table: str) -> None:
    """Some of them, alone."""
    for one in [one for one in held if one.table == table][::97]:
        fit_to_be_seen(crm(["show", one.ref]).out)
        item = crm(["show", one.ref, "--json", "--reveal"]).json["item"]
        for field in set(one.fields) - {"kind"}:
            assert told(item, field) == one.text, (one, field)


@pytest.mark.parametrize("text", ["{0}", "Roses are \x1b[0;31mred\x1b[0m", "\u202ereversed [red]x[/red] %s", "--next"])  # fmt: skip
def test_writers_take_them_and_say_them(text: str) -> None:
    """Through the command line itself, and what writers answer a person."""
    commands = [
        ["add-customer", "--allow-duplicate", "--note", text, "--person", text, "--title", text, "--reason", text, "--", text],
        ["log-contact", "c1", "--feedback", text, "--next", text, "--next-owner", text, "--with", text, "--", text],
        ["add-task", "c1", "--owner", text, "--", text],
        ["add-person", "c1", "--title", text, "--", text],
        ["tag", "c1", "--", text],
        ["key-date", "c1", "--note", text, "--", text, "11-25"],
        ["add-risk", "c1", "--kind", text, "--owner", text, "--", text],
        ["done", "--", "r1", text],
        ["handover", "c1", "--title", text, "--owner", text, "--", "h1", text],
        ["config", "set", "plays.mine", f"+0d: {text.replace(';', ',')}"],
        ["play", "c1", "mine", "--owner", text],
        ["verify", "c1", "--by", text],
        ["add-contract", "c1", "--until", "2027-12-31", "--terms", text, "--owner", text, "--note", text, "--external-id", text,
         "--milestone", text, "--by", "2026-12-01", "--", text],
        ["renew", "k1"],
        ["renew", "k2", "--no", "--reason", text],
        ["show", "k2"],
        ["edit", "c1", "--set", f"name={text}"],
        ["done", "--next", text, "--", "t1", text],
        ["snooze", "c1", "+5d"],
        ["show", "c1"],
        ["due", "--why", "c1"],
        ["undo"],
    ]  # fmt: skip
    for command in commands:
        code, screen = on_terminal(command, NO_COLOR="1")  # type: ignore[arg-type]
        assert code == 0, (command, screen)
        fit_to_be_seen(screen)


# --- taken away and brought back ---


def test_a_whole_file_is_exported_and_imported(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    ran = run(["export", "all", "--format", "jsonl", "--reveal", "--out", str(out)])
    assert ran.code == 0, ran
    other = partial(run, CRM_DB=str(tmp_path / "other.db"))
    ran = other(["import", "--as", "all", str(out)])
    assert ran.code == 0, ran
    assert live(tmp_path / "other.db") == live(place / "crm.db")


def live(path: Path) -> dict[str, list[Any]]:
    """The live rows of every table that people fill, derived columns and search terms too."""
    tables = ("customer", "person", "contact_point", "interaction", "participant", "task", "key_date", "tag", "field_value", "stage_change")  # fmt: skip
    with sqlite3.connect(path) as connection:
        rows = {
            table: connection.execute(
                f"SELECT * FROM {table} WHERE deleted_at IS NULL ORDER BY id"
            ).fetchall()
            for table in tables
        }
        rows["search_document"] = connection.execute(
            "SELECT * FROM search_document ORDER BY id"
        ).fetchall()
        settings = connection.execute(
            "SELECT name, value FROM setting WHERE deleted_at IS NULL ORDER BY name"
        )
        rows["setting"] = settings.fetchall()
    return rows
