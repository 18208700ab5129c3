"""`crm export` as workbooks, vCards and calendars: what other programs find in them, and that every filter holds in each."""

import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import openpyxl
import pytest
import vobject

from crmcli.commands.shared import leaving
from crmcli.commands.shared.leaving_formats import EVERYTHING, FORMATS
from tests.contract.program import PROGRAM, environment, on_terminal, refused_here, run
from tests.support import crm, run_in_process

PRODUCT = "PRODID:-//crm//crm for the terminal//EN"
PHONE, MAIL, WECHAT = "13812345678", "zhang@example.com", "zhangwei88"


@pytest.fixture
def book(place: Path) -> None:
    """A company and a person, each with something of every kind, and apart in every filter."""
    crm("config set fields.area text")
    crm(
        f"add-customer Acme --person 张伟 --title 采购经理 --role buyer --phone {PHONE} --email {MAIL} --wechat {WECHAT} "
        f"--tag vip --tier core --industry 制造 --city 上海 --note '=1+1, call {PHONE}' --field area=north --external-id 007"
    )
    crm(
        "add-customer 李雷 --kind person --phone 13900000001 --city 北京 --since 2020-01-01 --stage customer"
    )
    crm("add-person c2 '欧阳 Anna' --role decider")
    crm("key-date h1 birthday 1980-02-29")
    crm("key-date h2 birthday 05-20 --lead 3")
    crm("key-date c1 anniversary 2001-10-01")
    crm("key-date c1 qualification 2027-03-01")
    crm("key-date c2 founding 11-11")
    crm(
        "log-contact c1 hello --at 08:00 --intent high --next 'ring back' --on fri --next-owner 赵六"
    )
    crm("log-contact c2 hello --at 08:00 --intent low")
    crm(f"add-task c2 'mail {MAIL}' --due 'tomorrow 15:00' --owner 赵六")
    crm("add-need c1 'the printer\nstops' --urgency urgent --kind complaint --owner 赵六")
    crm("plan-need n1 --step 'look at it' --by 2026-11-23")
    crm("add-need c2 'a manual'")
    crm("resolve n2 sent")
    crm("add-need c1 'a stand'")
    crm("resolve n3 done")
    crm("add-promise c1 'send samples' --due '2026-12-01 10:00' --owner 赵六")
    crm("add-promise c2 'pay' --due 2026-11-27 --they-owe")
    crm("add-order c1 4800 --on 2026-11-02 --pay-by 2026-12-02")
    crm(f"add-order c2 12.50 --on 2026-11-03 --note 'ring {PHONE}' --pay-by 2026-11-30")
    crm(
        "add-deal c1 '20 seats' --amount 4800 --owner 赵六 --quoted 2026-11-19 --valid-until 2026-12-20 --close-on 2026-12-15"
    )
    crm(f"add-deal c2 'ring {PHONE}' --close-on 2026-12-01")


def written(kind: str, form: str, *more: str, name: str = "x") -> Path:
    """The file that an export makes, its format told by its name alone."""
    target = Path.cwd() / f"{name}.{form}"
    crm(["export", kind, "--out", str(target), *more])
    return target


@pytest.fixture(autouse=True)
def there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are made in the test's own place."""
    monkeypatch.chdir(place)


def sheet(path: Path) -> list[dict[str, Any]]:
    """The rows of the one sheet of a workbook, as another library reads them."""
    (one,) = openpyxl.load_workbook(path).worksheets
    header, *rows = one.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def cards(path: Path) -> list[Any]:
    """The vCards of a file, likewise."""
    return list(vobject.readComponents(path.read_text(encoding="utf-8"), validate=True))


def events(text: str | bytes) -> dict[str, Any]:
    """The events of a calendar by their UID, less the moment they were made."""
    found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    by_uid = {re.sub(r"-20261120T\d{6}Z@crm$", "", one["uid"]): one for one in found}
    assert len(by_uid) == len(found)
    return by_uid


# --- which format ---


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", [*leaving.KINDS, EVERYTHING])
def test_a_format_is_told_by_the_name_of_the_file_and_only_where_it_fits(
    kind: str, form: str, book: None, place: Path
) -> None:
    ran = run_in_process(f"export {kind} --out x.{form.upper()} --json")
    asked = run_in_process(f"export {kind} --format {form} --out y.txt --json")
    if kind not in FORMATS[form].kinds:
        suitable = ", ".join(name for name in FORMATS if kind in FORMATS[name].kinds)
        sentence = f"{kind} cannot be written as {form}; choose one of {suitable}"
        for refusal in (ran, asked):
            assert (refusal.code, refusal.out) == (2, "")
            assert json.loads(refusal.err)["error"]["message"] == sentence
        assert not list(place.glob("[xy].*"))
        return
    assert ran.code == asked.code == 0
    assert (ran.json["item"]["format"], asked.json["item"]["format"]) == (form, form)
    assert ran.json["item"]["rows"] == asked.json["item"]["rows"] > 0
    assert ran.json["masked"]
    assert (place / f"x.{form.upper()}").read_bytes() == (place / "y.txt").read_bytes()
    assert (place / "y.txt").stat().st_mode & 0o777 == 0o600


def test_what_each_kind_may_be() -> None:
    suitable = {kind: [name for name in FORMATS if kind in FORMATS[name].kinds] for kind in (*leaving.KINDS, EVERYTHING)}  # fmt: skip
    assert suitable == {
        "customers": ["csv", "jsonl", "xlsx", "vcf", "ics"],
        "people": ["csv", "jsonl", "xlsx", "vcf", "ics"],
        "interactions": ["csv", "jsonl", "xlsx"],
        "needs": ["csv", "jsonl", "xlsx", "ics"],
        "tasks": ["csv", "jsonl", "xlsx", "ics"],
        "promises": ["csv", "jsonl", "xlsx", "ics"],
        "deals": ["csv", "jsonl", "xlsx", "ics"],
        "orders": ["csv", "jsonl", "xlsx", "ics"],
        "surveys": ["csv", "jsonl", "xlsx", "ics"],
        "all": ["csv", "jsonl"],
    }


def test_what_is_said_goes_before_the_name(book: None) -> None:
    crm("export people --format jsonl --out x.csv")
    assert Path("x.csv").read_text(encoding="utf-8").startswith("{")
    crm("export people --vcard 4.0 --out x.txt")
    assert Path("x.txt").read_text(encoding="utf-8").startswith("BEGIN:VCARD")
    assert crm("export people --vcard 3.0").out == crm("export people --format vcf").out


# --- filters ---

REFS: dict[str, Callable[[Path], list[str]]] = {
    "csv": lambda path: [row["ref"] for row in csv.DictReader(path.open(encoding="utf-8", newline=""))],
    "jsonl": lambda path: [json.loads(line)["ref"] for line in path.read_text(encoding="utf-8").splitlines()],
    "xlsx": lambda path: [row["ref"] for row in sheet(path)],
    "vcf": lambda path: [card.uid.value.removeprefix("urn:crm:") for card in cards(path)],
    "ics": lambda path: list(events(path.read_bytes())),
}  # fmt: skip
# What belongs to the first customer and to the second, and what of it goes into a calendar.
OWN = {
    "customers": (["c1"], ["c2"]),
    "people": (["h1"], ["h2"]),
    "interactions": (["i1"], ["i2"]),
    "needs": (["n1", "n3"], ["n2"]),
    "tasks": (["t1"], ["t2"]),
    "promises": (["p1"], ["p2"]),
    "orders": (["o1"], ["o2"]),
    "deals": (["d1"], ["d2"]),
    "surveys": (["s2"], ["s1"]),
}
ENTRIES = {
    "customers": (
        ["c1-touch", "y3-key-date", "y4-key-date"],
        ["c2-touch", "c2-value-review", "c2-churn", "y5-key-date"],
    ),
    "people": (["y1-key-date"], ["y2-key-date"]),
    "needs": (["n1-respond", "n1-feedback", "n1-solve", "l1-plan-step"], []),
    "tasks": (["t1-follow-up"], ["t2-task"]),
    "promises": (["p1-promise"], ["p2-promise"]),
    "surveys": (["s2-survey"], ["s1-survey"]),
    "deals": (["d1-quote", "d1-deal"], ["d2-deal"]),
    "orders": (["o1-payment"], ["o2-payment"]),
}
FILTERS = (
    (["--tier", "core"], 0), (["--stage", "customer"], 1), (["--lifecycle", "lead"], 0), (["--tag", "vip"], 0),
    (["--industry", "制造"], 0), (["--city", "北京"], 1), (["--intent", "low"], 1), (["--where", "field.area = north"], 0),
    (["--where", "name ~ cme", "--city", "上海"], 0), (["--city", "上海", "--city", "北京", "--where", "kind = person"], 1),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", OWN)
def test_every_filter_holds_in_every_kind_and_format(kind: str, form: str, book: None) -> None:
    if kind not in FORMATS[form].kinds:
        return
    expected = ENTRIES[kind] if form == "ics" else OWN[kind]
    if form == "vcf" and kind == "customers":
        expected = (["007", "h1"], ["c2", "h2"])
    for filters, whose in FILTERS:
        assert REFS[form](written(kind, form, *filters)) == expected[whose], filters
    assert sorted(REFS[form](written(kind, form))) == sorted(expected[0] + expected[1])
    assert REFS[form](written(kind, form, "--city", "nowhere")) == []


# --- privacy ---


@pytest.mark.parametrize("form", ["xlsx", "vcf", "ics"])
@pytest.mark.parametrize("kind", leaving.KINDS)
def test_what_is_private_is_masked_in_every_format(kind: str, form: str, book: None) -> None:
    if kind not in FORMATS[form].kinds:
        return

    def text(path: Path) -> str:
        if form == "xlsx":
            return json.dumps(sheet(path), ensure_ascii=False)
        return path.read_text(encoding="utf-8").replace("\r\n ", "")

    masked = text(written(kind, form))
    for private in (PHONE, MAIL, WECHAT, "张伟", "李雷", "欧阳", "赵六", "13900000001"):
        assert private not in masked, private
    revealed = text(written(kind, form, "--reveal"))
    expected = {
        "customers": ["李雷"] if form == "ics" else [PHONE, "13900000001", "李雷"],
        "people": ["张伟", "欧阳"] if form == "ics" else [PHONE, MAIL, WECHAT, "张伟", "欧阳"],
        "interactions": ["李雷"],
        "needs": ["赵六"],
        "tasks": [MAIL, "李雷", "赵六"],
        "promises": ["李雷", "赵六"],
        "orders": [PHONE, "李雷"],
        "deals": [PHONE, "李雷", "赵六"],
        "surveys": ["李雷"],
    }
    for private in expected[kind]:
        assert private in revealed, private


def test_a_masked_card_has_no_number_to_ring(book: None) -> None:
    told = crm("export people --format vcf")
    assert told.err == (
        "Names are masked, phones, e-mails and WeChat left out; --reveal writes them in full.\n"
    )
    assert told.out.splitlines()[:10] == [
        "BEGIN:VCARD", "VERSION:3.0", PRODUCT, "UID:urn:crm:h1", "FN:张*（采购经理）", "N:张*（采购经理）;;;;", "ORG:Acme",
        "TITLE:采购经理", "BDAY:1980-02-29", "END:VCARD",
    ]  # fmt: skip
    of_customers = crm("export customers --format vcf")
    assert of_customers.err == told.err
    for out in (told.out, of_customers.out):
        lines = out.replace("\r\n ", "").splitlines()
        assert not [line for line in lines if line.startswith(("TEL", "EMAIL", "X-WECHAT", "IMPP"))]
        assert "*" not in "".join(
            line for line in lines if line[:2] not in ("FN", "N:", "OR", "NO")
        )
    assert crm("export people --format vcf --reveal").err == ""


# --- workbooks ---


def test_a_workbook_has_the_cells_of_the_list(book: None) -> None:
    for kind in leaving.KINDS:
        listed = csv.DictReader(io.StringIO(crm(f"export {kind} --reveal").out, newline=""))
        found = sheet(written(kind, "xlsx", "--reveal"))
        # A whole amount is 4800.0 in the list, and a cell of a workbook has but the number.
        wanted = [{name: value.removesuffix(".0") for name, value in row.items()} for row in listed]
        assert [{name: _as_csv(value) for name, value in row.items()} for row in found] == wanted
        assert openpyxl.load_workbook("x.xlsx").sheetnames == [kind]
    made = openpyxl.load_workbook("x.xlsx").properties.created
    assert made == datetime(2026, 11, 20, 1)
    (acme, _) = sheet(written("customers", "xlsx", "--reveal"))
    assert (acme["name"], acme["external_id"], acme["note"]) == (
        "Acme",
        "007",
        f"'=1+1, call {PHONE}",
    )
    assert (acme["open_needs"], acme["priority"]) == (1, False)


def _as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_a_workbook_says_what_it_cannot_hold(book: None) -> None:
    crm(["add-customer", "Long", "--note", "长" * 40_000])
    crm("log-contact c1 two --next one --on 2026-12-01 --next two --on 2026-12-02")
    told = crm("export customers --out x.xlsx --reveal").err
    assert told == (
        "1 text is longer than a cell holds and was cut; --format jsonl has it whole.\n3 rows written to x.xlsx.\n"
    )
    crm(["add-customer", "Longer", "--note", "长" * 40_000])
    assert "2 texts are longer" in crm("export customers --out x.xlsx --reveal").err
    assert crm("export interactions --out x.xlsx --reveal").err == (
        "1 follow-up is left out, for a list holds one a contact; tasks or --format jsonl has it.\n3 rows written to x.xlsx.\n"
    )


def test_a_workbook_goes_into_a_pipe_but_not_to_a_terminal(book: None) -> None:
    done = subprocess.run(
        [*PROGRAM, "export", "people", "--format", "xlsx"], capture_output=True, env=environment(), check=True
    )  # fmt: skip
    assert zipfile.ZipFile(io.BytesIO(done.stdout)).testzip() is None
    Path("piped.xlsx").write_bytes(done.stdout)
    assert sheet(Path("piped.xlsx")) == sheet(written("people", "xlsx"))
    for command in ("export people --format xlsx", "export people --format xlsx --out -"):
        code, screen = on_terminal(command)
        assert (code, screen) == (2, "crm: xlsx is nothing for a terminal; add --out FILE\n")


@pytest.mark.parametrize("form", ["xlsx", "vcf", "ics"])
def test_a_full_disk_is_told_and_a_closed_pipe_is_none_of_its_business(
    form: str, book: None
) -> None:
    full = run(f"export people --format {form} --out /dev/full")
    assert (full.code, full.out) == (1, "")
    assert full.err.splitlines()[-1] == (
        "crm: /dev/full cannot be written (No space left on device); name another place"
    )
    shut = subprocess.run(
        f"{' '.join(PROGRAM)} export people --format {form} --reveal | head -c 1",
        shell=True, capture_output=True, env=environment(), check=True,
    )  # fmt: skip
    assert (len(shut.stdout), shut.stderr) == (1, b"")


def test_an_export_that_fails_leaves_the_old_file(
    book: None, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmcli.commands.shared import leaving_events
    from crmcli.exchange import vcard_out
    from crmcli.exchange.workbook_out import WorkbookWriter

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    old = {
        form: written("people", form, "--reveal").read_bytes() for form in ("xlsx", "vcf", "ics")
    }
    monkeypatch.setattr(WorkbookWriter, "add", fail)
    monkeypatch.setattr(vcard_out, "card", fail)
    monkeypatch.setattr(leaving_events.Calendar, "event", fail)
    for form, content in old.items():
        assert run_in_process(f"export people --out x.{form}").code == 130
        assert (place / f"x.{form}").read_bytes() == content
    assert not list(place.glob(".*"))


# --- what lies there already ---


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", [*leaving.KINDS, EVERYTHING])
def test_an_earlier_export_is_replaced_whatever_its_kind_format_and_name(
    kind: str, form: str, book: None, place: Path
) -> None:
    if kind not in FORMATS[form].kinds:
        return
    for more in ([], ["--bom"] if form == "csv" else ["--vcard", "4.0"] if form == "vcf" else []):
        target = place / "list"
        crm(["export", kind, "--format", form, "--reveal", "--out", str(target), *more])
        assert crm(f"export people --out {target}").code == 0
        assert target.read_text() == crm("export people").out
        target.unlink()
    for empty in (b"", crm("export people --tag nobody --format jsonl").out.encode()):
        target.write_bytes(empty)
        crm(["export", kind, "--format", form, "--out", str(target)])
        target.unlink()


def _in_openpyxl(path: Path, title: str | None = None) -> None:
    """A workbook that a person made, or worked on."""
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = title or "ref"
    book.save(path)


def test_somebodys_own_file_is_never_replaced(book: None, place: Path) -> None:
    own = {
        "notes.txt": b"buy milk",
        "names.csv": "客户名称,电话\n甲公司,13812345678\n".encode(),
        "refs.csv": b"ref,amount\nA1,3\n",
        "data.jsonl": b'{"ref": "A1", "amount": 3}\n',
        "phone.vcf": b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nEND:VCARD\r\n",
        "mine.ics": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//A//B//EN\r\nEND:VCALENDAR\r\n",
        "broken.xlsx": b"PK\x03\x04" + bytes(2000),
        "new line": b"\n",
    }
    for name, content in own.items():
        (place / name).write_bytes(content)
    _in_openpyxl(place / "mine.xlsx")
    with zipfile.ZipFile(place / "other.zip", "w") as other:
        other.writestr("docProps/core.xml", b"<x/>" * 100_000)
    worked_on = written("people", "xlsx", name="worked on")
    _in_openpyxl(worked_on, "my own heading")
    for target in [*(place / name for name in own), place / "mine.xlsx", place / "other.zip", worked_on]:  # fmt: skip
        before = target.read_bytes()
        for form in ("csv", "xlsx"):
            refused_here(
                ["export", "people", "--format", form, "--out", str(target)],
                4,
                f"{target} is there already and is no earlier export; name another file with --out",
            )
        assert target.read_bytes() == before
    assert crm("export people --out new.csv").code == 0


# --- vCards ---


def test_cards_as_another_library_reads_them(book: None) -> None:
    zhang, anna = cards(written("people", "vcf", "--reveal"))
    assert (zhang.version.value, zhang.fn.value, zhang.org.value) == ("3.0", "张伟", ["Acme"])
    assert (zhang.n.value.family, zhang.n.value.given) == ("张", "伟")
    assert (zhang.tel.value, zhang.email.value, zhang.title.value, zhang.bday.value) == (
        PHONE, MAIL, "采购经理", "1980-02-29",
    )  # fmt: skip
    assert (anna.fn.value, anna.org.value) == ("欧阳 Anna", ["李雷"])
    acme, its, li, his = cards(written("customers", "vcf", "--reveal"))
    assert (acme.fn.value, acme.org.value, acme.categories.value) == ("Acme", ["Acme"], ["vip"])
    assert acme.note.value == f"=1+1, call {PHONE}"  # a phone computes nothing
    assert (li.fn.value, li.tel.value, "org" in li.contents) == ("李雷", "13900000001", False)
    newer = list(vobject.readComponents(written("customers", "vcf", "--vcard", "4.0", "--reveal").read_text(encoding="utf-8")))  # fmt: skip
    assert [(one.version.value, one.kind.value) for one in newer] == [
        ("4.0", kind) for kind in ("org", "individual", "individual", "individual")
    ]
    # The same people, who are now found at their customer's address.
    assert (
        "".join(line for line in its.serialize().splitlines(True) if line[:3] != "ADR")
        == zhang.serialize()
    )
    assert (
        "".join(line for line in his.serialize().splitlines(True) if line[:3] != "ADR")
        == anna.serialize()
    )
    assert (its.adr.value.city, his.adr.value.city) == ("上海", "北京")
    told = run_in_process("export customers --format vcf --out y.vcf --json").json["item"]
    assert told["rows"] == len(cards(Path("y.vcf"))) == 4


# --- calendars ---


def test_the_entries_of_each_kind(book: None) -> None:
    found = {}
    for kind in ENTRIES:
        for uid, one in events(written(kind, "ics", "--reveal").read_bytes()).items():
            (alarm,) = one.walk("VALARM")
            found[uid] = (one["dtstart"].dt, str(one["summary"]), alarm["trigger"].dt)
            assert str(one["categories"].cats[0]) == uid.partition("-")[2]
            assert one["dtstamp"].dt == datetime(2026, 11, 20, 1, tzinfo=UTC)

    def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
        return datetime(2026, month, day, hour, minute, tzinfo=UTC)

    morning, deadline = timedelta(hours=9), timedelta(hours=-2)
    assert found == {
        "c1-touch": (date(2026, 11, 23), "touch – Acme", morning),
        "y3-key-date": (date(2001, 10, 1), "anniversary – Acme", timedelta(days=-7, hours=9)),
        "y4-key-date": (date(2027, 3, 1), "qualification – Acme", timedelta(days=-30, hours=9)),
        "c2-touch": (date(2027, 2, 22), "touch – 李雷", morning),
        "c2-value-review": (date(2027, 1, 1), "value review – 李雷", morning),
        "c2-churn": (date(2026, 12, 1), "churn – 李雷", morning),  # o2, should it not be paid by then
        "d1-quote": (date(2026, 12, 20), "quote: 20 seats – Acme", timedelta(days=-3, hours=9)),
        "d1-deal": (date(2026, 12, 15), "deal: 20 seats – Acme", morning),
        "d2-deal": (date(2026, 12, 1), f"deal: ring {PHONE} – 李雷", morning),
        "o1-payment": (date(2026, 12, 2), "payment of the order of Mon 2 Nov – Acme", morning),
        "o2-payment": (date(2026, 11, 30), f"payment: ring {PHONE} – 李雷", morning),
        "y5-key-date": (date(2026, 11, 11), "founding – 李雷", timedelta(days=-7, hours=9)),
        "y1-key-date": (date(1980, 2, 29), "birthday of 张伟 – Acme", timedelta(days=-7, hours=9)),
        "y2-key-date": (date(2026, 5, 20), "birthday of 欧阳 Anna – 李雷", timedelta(days=-3, hours=9)),
        "n1-respond": (at(20, 3), "respond: the printer stops – Acme", deadline),
        "n1-feedback": (at(21, 1), "feedback: the printer stops – Acme", deadline),
        "n1-solve": (at(22, 1), "solve: the printer stops – Acme", deadline),
        "l1-plan-step": (date(2026, 11, 23), "look at it – Acme", morning),
        "t1-follow-up": (date(2026, 11, 27), "ring back – Acme", morning),
        "t2-task": (at(21, 7), f"mail {MAIL} – 李雷", timedelta(minutes=-15)),
        "p1-promise": (at(1, 2, month=12), "send samples (we-owe) – Acme", deadline),
        "p2-promise": (date(2026, 11, 27), "pay (they-owe) – 李雷", morning),
        "s1-survey": (date(2026, 11, 25), "service survey – 李雷", morning),
        "s2-survey": (date(2026, 11, 25), "service survey – Acme", morning),
    }  # fmt: skip


def test_a_calendar_says_where_more_is_known_and_who_does_it(book: None) -> None:
    entry = events(crm("export tasks --format ics --reveal").out)["t2-task"]
    assert str(entry["description"]) == "owner 赵六\ncrm show t2"
    crm(["add-task", "c1", "字" * 500, "--due", "today"])
    entry = events(crm("export tasks --format ics --reveal").out)["t3-task"]
    assert str(entry["summary"]) == "字" * 119 + "… – Acme"
    assert str(entry["description"]).startswith("字" * 500 + "\nowner tester")


def test_in_the_readers_language(book: None) -> None:
    text = crm("--lang zh export needs --format ics --reveal").out
    assert str(events(text)["n1-respond"]["summary"]) == "响应时限：the printer stops（Acme）"


def test_what_moves_keeps_its_name_and_what_is_settled_goes(
    book: None, at: Callable[[str], None]
) -> None:
    before = {kind: crm(f"export {kind} --format ics").out for kind in ENTRIES}
    assert {kind: crm(f"export {kind} --format ics").out for kind in ENTRIES} == before
    at("2026-11-20T10:00")
    crm("snooze t1 2026-12-03")
    crm("delay p1 --until 2026-12-08 --reason late")
    crm("log-contact c1 'about the printer' --need n1")
    crm("done l1")
    crm("done t2")
    crm("done p2")
    crm("survey n2 --overall 5")
    crm("done y4", CRM_NOW="2027-02-15T10:00")
    after = {kind: events(crm(f"export {kind} --format ics").out) for kind in ENTRIES}
    assert {uid for found in after.values() for uid in found} == {
        "c1-touch", "c2-touch", "c2-value-review", "c2-churn", "d1-quote", "d1-deal", "d2-deal", "o1-payment", "o2-payment", "y1-key-date", "y2-key-date", "y3-key-date", "y5-key-date", "n1-feedback", "n1-solve",
        "n1-progress", "t1-follow-up", "t3-task", "p1-promise", "s2-survey",
    }  # fmt: skip
    assert after["tasks"]["t1-follow-up"]["dtstart"].dt == date(2026, 12, 3)
    moved = after["promises"]["p1-promise"]["dtstart"].dt
    assert moved == datetime(2026, 12, 8, 2, tzinfo=UTC)
    assert after["customers"]["c1-touch"]["dtstamp"].dt == datetime(2026, 11, 20, 2, tzinfo=UTC)


def test_a_broken_promise_and_a_lost_customer(book: None) -> None:
    crm("break p1 --reason 'sold out' --amends 'a discount'")
    found = events(crm("export promises --format ics").out)
    assert str(found["p1-amends"]["summary"]) == "amends: a discount – Acme"
    assert "p1-promise" not in found
    crm("edit c2 --set stage=lost --set loss_reason=price")
    found = events(crm("export customers --format ics --reveal").out)
    assert "c2-touch" not in found
    assert str(found["c2-win-back"]["summary"]) == "win back – 李雷"


def test_times_of_day_keep_to_the_clocks_of_the_place(book: None) -> None:
    crm("config set timezone Europe/Berlin")
    crm("config set calendar.hours 08:30-12:00,13:00-17:00")
    for day in ("2027-03-27", "2027-03-28", "2027-10-31"):
        crm(f"add-task c1 call --due '{day} 09:00'")
    crm("add-task c1 write --due 2027-03-28")
    found = events(crm("export tasks --format ics").out)
    begun = {uid: one["dtstart"].dt for uid, one in found.items()}
    assert [begun[f"t{number}-task"] for number in (3, 4, 5, 6)] == [
        datetime(2027, 3, 27, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
        datetime(2027, 10, 31, 8, tzinfo=UTC),
        date(2027, 3, 28),
    ]
    assert found["t6-task"].walk("VALARM")[0]["trigger"].dt == timedelta(hours=8, minutes=30)


# --- terminals ---


@pytest.mark.parametrize("form", ["vcf", "ics"])
def test_a_terminal_gets_nothing_it_would_obey(form: str) -> None:
    crm(["add-customer", "Evil\x1b[31m\x07\u202e", "--note", "a\u202eb\nc"])
    code, screen = on_terminal(f"export customers --format {form} --reveal")
    assert code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(screen)
    assert "Evil" in screen


# --- Excel's rules ---


def test_what_excel_reads_is_what_was_written(book: None) -> None:
    odd = [
        'say "hi"',
        "a,b;c\td",
        "two\nlines",
        "win\r\ndows",
        " space ",
        "张伟😀",
        "0012",
        "1e5",
        "2026/1/2",
    ]
    for number, text in enumerate(odd):
        crm(["add-customer", f"Odd {number}", "--note", f"x{text}x"])
    written_ = written("customers", "csv", "--bom", "--reveal").read_bytes()
    assert written_.startswith(b"\xef\xbb\xbfref,")
    found = csv.DictReader(io.StringIO(written_.decode("utf-8-sig"), newline=""), dialect="excel", strict=True)  # fmt: skip
    assert [row["note"] for row in found][2:] == [f"x{text}x" for text in odd]
    lines = written_.decode("utf-8-sig").replace("win\r\ndows", "").split("\r\n")
    assert len(lines) == 1 + 2 + len(odd) + 1
