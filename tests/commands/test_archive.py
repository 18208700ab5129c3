"""Sealing dossiers: what stands in them, that they stay as they were, who waits, what may go (HANDBOOK §10)."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmcli.commands.shared import dossiers as making
from crmcli.store import changes, dossiers, frozen
from crmcli.store.statements.archiving import DATED, IN_PERIOD
from tests.contract.program import everything_in, on_terminal, refused_here, run
from tests.contract.terminal import Terminal
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process

At = Callable[[str], None]
Q3 = "华东精工_2026年Q3需求档案"

HISTORY = (
    ("2026-06-29T10:00", "add-customer 华东精工 --tier core --stage interested --person 张伟 --title 采购经理 --phone 13800005678"),
    ("2026-06-30T10:00", "log-contact c1 'before the quarter'"),
    ("2026-07-01T00:30", "log-contact c1 'the first of it' --channel visit --with 张伟 --ours 王芳 --feedback good --next 'send the quote' --on 2026-07-09"),
    ("2026-07-02T10:00", "done t1 'sent'"),
    ("2026-07-03T10:00", "edit c1 --set stage=customer --reason 'signed'"),
    ("2026-08-03T10:00", "add-need c1 'the printer stops' --kind problem --urgency urgent --acceptor 张伟"),
    ("2026-08-03T11:00", "plan-need n1 --step 'look at it' --by 2026-08-04 --sent"),
    ("2026-08-03T12:00", "escalate n1 --level 2 --to 王经理 --reason slow"),
    ("2026-08-04T10:00", "resolve n1 'a new drum'"),
    ("2026-08-05T10:00", "survey n1 --overall 2 --bad 'a week, 13812345678'"),
    ("2026-08-05T12:00", "review v1 --cause speed --action 'a spare drum'"),
    ("2026-08-06T10:00", "add-promise c1 samples --due 2026-09-01"),
    ("2026-09-01T10:00", "done p1 'handed over'"),
    ("2026-09-30T23:59", "log-contact c1 'the last of it'"),
    ("2026-10-01T00:00", "log-contact c1 'after the quarter'"),
    ("2026-10-02T10:00", "add-need c1 'a manual'"),
    ("2026-10-03T10:00", "key-date c1 anniversary 05-20"),
    ("2026-10-05T10:00", "add-customer Beta --tier ordinary"),
)  # fmt: skip


@pytest.fixture
def book(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a customer that has a third quarter, and one that has none; the place of its archive."""
    for now, command in HISTORY:
        crm(command, CRM_NOW=now)
    return place / "archive"


def content(folder: Path) -> Any:
    return json.loads((folder / "dossier.json").read_text())["item"]


def database(place: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place / "crm.db")
    connection.row_factory = sqlite3.Row
    return connection


def due(period: str = "") -> list[str]:
    return [item["customer"]["ref"] for item in crm(f"archive --due {period} --json").json["items"]]


def listed() -> list[tuple[str, str, str, str]]:
    items = crm("archive --list --json").json["items"]
    return [(one["customer"]["ref"], one["period"], Path(one["path"]).name, one["state"]) for one in items]  # fmt: skip


def verified() -> tuple[int, list[tuple[str, str | None, str]]]:
    ran = run_in_process("archive --verify --json")
    found = [
        (Path(one["path"]).name, problem["file"], problem["problem"])
        for one in ran.json["item"]["items"]
        for problem in one["problems"]
    ]
    assert ran.code == int(bool(found))
    return ran.json["item"]["checked"], found


# --- what stands in it ---


def test_the_whole_of_it(book: Path, place: Path) -> None:
    ran = run("archive 华东 --reason 'end of the quarter'")
    assert ran == (0, f"{book / Q3}\n", "")
    assert sorted(path.name for path in book.iterdir()) == [Q3]
    assert {name: one[:6] for name, one in everything_in(book).items()} == {
        Q3: "folder", f"{Q3}/dossier.html": "100600", f"{Q3}/dossier.json": "100600", f"{Q3}/manifest.json": "100600",
    }  # fmt: skip
    assert (book.stat().st_mode & 0o777, (book / Q3).stat().st_mode & 0o777) == (0o700, 0o700)
    item = content(book / Q3)
    assert item["customer"]["ref"] == "c1"
    assert item["period"] == {"name": "2026Q3", "from": "2026-07-01", "to": "2026-09-30", "complete": True}  # fmt: skip
    assert (item["sealed_at"], item["sealed_by"]) == ("2026-11-20T09:00:00+08:00", "tester")
    assert [one["phones"] for one in item["customer"]["people"]] == [["13800005678"]]
    assert [one["summary"] for one in item["interactions"]] == ["the first of it", "the last of it"]
    assert item["interactions"][0]["with"] == ["张伟"]
    (need,) = item["needs"]
    assert (need["text"], need["status"], need["solution"]) == ("the printer stops", "resolved", "a new drum")  # fmt: skip
    assert [one["kind"] for one in need["events"]] == ["sent", "resolved"]
    assert [(one["level"], one["to"]) for one in need["escalations"]] == [(2, "王经理")]
    assert [one["text"] for one in need["steps"]] == ["look at it"]
    assert [(one["text"], one["result"]) for one in item["tasks"]] == [("send the quote", "sent")]
    assert [(one["text"], one["status"]) for one in item["promises"]] == [("samples", "kept")]
    assert [(one["overall"], one["bad"]) for one in item["surveys"]] == [(2, "a week, 13812345678")]
    assert [(one["cause"], one["action"]) for one in item["reviews"]] == [("speed", "a spare drum")]
    assert [one["kind"] for one in item["key_dates"]] == ["anniversary"]
    assert item["stage_changes"] == [{"from_stage": "interested", "to_stage": "customer", "changed_on": "2026-07-03"}]  # fmt: skip
    staged = [one for one in item["changes"] if one["field"] == "stage"]
    assert [(one["old"], one["new"], one["reason"], one["actor"], one["at"]) for one in staged] == [
        ("interested", "customer", "signed", "tester", "2026-07-03T10:00:00+08:00")
    ]
    assert {one["at"][:7] for one in item["changes"]} == {"2026-07", "2026-08", "2026-09"}


def test_it_says_what_the_database_says(book: Path, place: Path) -> None:
    """Reckoned anew from the rows, without a statement of the program's."""
    crm("archive c1")
    item = content(book / Q3)
    with database(place) as db:

        def keys(sql: str) -> list[str]:
            return [str(row[0]) for row in db.execute(sql)]

        day, instant = "BETWEEN '2026-07-01' AND '2026-09-30'", "BETWEEN '2026-06-30T16:00:00Z' AND '2026-09-30T15:59:59Z'"  # fmt: skip
        assert [one["ref"] for one in item["interactions"]] == keys(
            f"SELECT 'i' || id FROM interaction WHERE customer_id = 1 AND contacted_on {day} ORDER BY at, id"
        )
        assert [one["ref"] for one in item["needs"]] == keys(
            f"SELECT DISTINCT 'n' || n.id FROM need n LEFT JOIN service_event e ON e.need_id = n.id WHERE n.received_at {instant} OR e.at {instant}"
        )
        assert [one["ref"] for one in item["surveys"]] == keys(
            f"SELECT 's' || id FROM survey WHERE opened_on {day}"
        )
        rows = db.execute(
            f"SELECT r.row_table, r.row_id, r.action, r.after, c.id FROM change_row r JOIN change c ON c.id = r.change_id WHERE c.at {instant} ORDER BY r.id"
        ).fetchall()
    shown = {"name_key", "short_key", "value_key", "entered_at", "created_at", "done_at", "kept_at", "broken_at", "contact_id", "contacted_on", "two_way"}  # fmt: skip
    expected = []
    for table, _key, action, after, change in rows:
        names = [name for name in json.loads(after or "{}") if name not in shown]
        expected += [(f"x{change}", table, action, name) for name in names or [None]]
    assert [(one["change"], one["record"], one["action"], one["field"]) for one in item["changes"]] == expected  # fmt: skip


def test_the_page_is_for_people_loads_nothing_and_obeys_nothing(book: Path) -> None:
    crm(
        [
            "log-contact",
            "c1",
            "<script>alert(1)</script> \u202e\x1b[31m & more",
            "--at",
            "2026-09-01T10:00",
        ]
    )
    crm("archive c1")
    page = (book / Q3 / "dossier.html").read_text()
    assert f"<title>{Q3}</title>" in page
    for text in ("张伟", "13800005678", "the first of it", "a new drum", "王经理", "a spare drum", "handed over", "signed"):  # fmt: skip
        assert text in page, text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;U+202E&gt;␛[31m &amp; more" in page
    for word in ("http:", "https:", "src=", "url(", "@import", "<link", "javascript"):
        assert word not in page.lower(), word


def test_the_page_speaks_chinese(book: Path) -> None:
    crm("archive c1 --lang zh")
    page = (book / Q3 / "dossier.html").read_text()
    assert '<html lang="zh">' in page
    assert "<h2>承诺</h2>" in page
    english = content(book / Q3)
    assert english["needs"][0]["kind"] == "problem"


def test_the_manifest_says_whose_it_is_and_sums_up(book: Path, place: Path) -> None:
    crm("archive c1")
    manifest = json.loads((book / Q3 / "manifest.json").read_text())
    assert [one["name"] for one in manifest["files"]] == ["dossier.html", "dossier.json"]
    assert [one["bytes"] for one in manifest["files"]] == [(book / Q3 / one).stat().st_size for one in ("dossier.html", "dossier.json")]  # fmt: skip
    assert (manifest["schema"], manifest["customer"], manifest["period"]) == ("crm.manifest/1", "c1", "2026Q3")  # fmt: skip
    with database(place) as db:
        (row,) = db.execute("SELECT * FROM dossier").fetchall()
        events = db.execute("SELECT kind, detail FROM event WHERE kind = 'seal'").fetchall()
    assert (row["path"], row["first_on"], row["last_on"]) == (f"archive/{Q3}", "2026-07-01", "2026-09-30")  # fmt: skip
    assert [tuple(one) for one in events] == [("seal", f"c1 2026Q3 {row['digest']}")]


def test_every_kind_that_lies_in_a_period_is_in_the_table() -> None:
    assert set(dossiers.RECORDS) == set(IN_PERIOD)
    kept = {part.table for part in making.PARTS.values()} - {"change", "key_date"}
    assert kept == set(dossiers.RECORDS)
    owned = {name for name, shape in frozen.TABLES.items() if "customer_id" in shape["links"]}
    inside = {"person", "contact_point", "tag", "field_value", "key_date", "former_customer"}
    of_needs = {"service_event", "escalation", "plan_step"}
    assert set(DATED) == set(dossiers.RECORDS) | of_needs
    assert changes._DATED == DATED
    # Of a review of all tiers; a tier it changed is among the changes.
    of_everyone = {"tier_standing"}
    assert owned == set(dossiers.RECORDS) | inside | of_needs | of_everyone, "a new kind of record belongs into a dossier"  # fmt: skip


# --- sealed once ---


def test_the_same_again_leaves_it_as_it_is(book: Path, at: At) -> None:
    crm("archive c1")
    before = everything_in(book)
    crm("log-contact c1 'in the fourth quarter'")
    crm("triage n2 --urgency routine")
    at("2026-11-21T10:00")
    ran = run("archive c1")
    assert ran == (0, f"{book / Q3}\n", f"Nothing has changed since it was sealed: {book / Q3} stays as it is.\n")  # fmt: skip
    answer = crm("archive c1 --json").json["item"]
    assert (answer["unchanged"], answer["path"]) == (True, str(book / Q3))
    code, screen = on_terminal("archive c1", columns=300)
    assert (code, "stays as it is" in screen, "Sealed" in screen) == (0, True, False)
    assert everything_in(book) == before
    assert len(listed()) == 1


def test_what_has_changed_is_sealed_beside_it(book: Path) -> None:
    crm("archive c1")
    before = everything_in(book / Q3)
    crm("log-contact c1 'came late' --at 2026-09-15")
    assert crm("archive c1").out == f"{book / Q3}(2)\n"
    assert everything_in(book / Q3) == before
    assert [one["summary"] for one in content(book / f"{Q3}(2)")["interactions"]] == ["the first of it", "came late", "the last of it"]  # fmt: skip
    assert crm("archive c1").out == f"{book / Q3}(2)\n"
    crm("edit i2 --set summary=other")
    assert crm("archive c1").out == f"{book / Q3}(3)\n"
    assert verified() == (3, [])


def test_a_damaged_one_is_sealed_anew_beside_it(book: Path) -> None:
    crm("archive c1")
    (book / Q3 / "dossier.html").write_text("x")
    assert crm("archive c1").out == f"{book / Q3}(2)\n"
    assert verified() == (2, [(Q3, "dossier.html", "changed")])
    shutil.rmtree(book / Q3)
    shutil.rmtree(book / f"{Q3}(2)")
    # The name of what is gone is not given to another.
    assert crm("archive c1").out == f"{book / Q3}(3)\n"


@pytest.mark.parametrize(
    ("period", "name"),
    [("2026", "2026年需求档案"), ("2026-08", "2026年8月需求档案"), ("2026年第三季度", "2026年Q3需求档案"), ("2026Q2", "2026年Q2需求档案")],
)  # fmt: skip
def test_periods(book: Path, period: str, name: str) -> None:
    assert crm(["archive", "c1", "--period", period]).out == f"{book}/华东精工_{name}\n"


def test_a_period_that_is_not_over_is_said_not_to_be_complete(book: Path, at: At) -> None:
    ran = run("archive c1 --period 2026Q4")
    assert (ran.code, ran.err) == (0, "2026Q4 is not over yet: the dossier is not complete.\n")
    folder = book / "华东精工_2026年Q4需求档案"
    assert content(folder)["period"]["complete"] is False
    assert "The period was not over yet" in (folder / "dossier.html").read_text()
    at("2026-12-31T23:00")
    assert crm("archive c1 --period 2026Q4").out == f"{folder}\n"
    at("2027-01-01T00:00")
    assert due() == ["c1", "c2"]  # what was sealed before its end is no archive of it
    assert crm("archive c1").out == f"{folder}(2)\n"
    assert content(Path(f"{folder}(2)"))["period"]["complete"] is True
    assert due() == ["c2"]


def test_dry_run_writes_nothing(book: Path, place: Path) -> None:
    before = everything_in(place)
    ran = run("archive c1 --dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(
        f"Nothing was changed; without --dry-run: Sealed: {book / Q3} (Needs 1, Contacts 2"
    )
    assert run("archive --all --dry-run").code == 0
    assert everything_in(place) == before


# --- names ---


def test_two_of_one_name_do_not_meet(book: Path) -> None:
    crm("add-customer '华东精工' --allow-duplicate")
    crm("log-contact c3 hello --at 2026-08-01")
    crm("archive --all --yes")
    assert sorted(path.name for path in book.iterdir()) == ["华东精工(c3)_2026年Q3需求档案", Q3]
    assert [content(book / name)["customer"]["ref"] for name in (Q3, "华东精工(c3)_2026年Q3需求档案")] == ["c1", "c3"]  # fmt: skip


@pytest.mark.parametrize("name", ["../../etc", "CON", "a/b", "..", "nul.txt", "客" * 200, "a\x1bb", "x" * 200, "-rf", "~"])  # fmt: skip
def test_a_name_leads_nowhere_else(place: Path, name: str) -> None:
    crm(["add-customer", "--", name])
    crm("log-contact c1 hello --at 2026-08-01")
    before = {path for path in place.rglob("*") if "crm.db" not in path.name}
    crm("archive c1")
    new = {path for path in place.rglob("*") if "crm.db" not in path.name} - before
    assert {path.parent for path in new} == {
        place,
        place / "archive",
        *(place / "archive").iterdir(),
    }
    assert len(list((place / "archive").iterdir())) == 1
    assert verified() == (1, [])


def test_what_somebody_put_there_is_left_alone(book: Path) -> None:
    (book / Q3).mkdir(parents=True)
    (book / Q3 / "mine").write_text("x")
    assert crm("archive c1").out == f"{book}/华东精工(c1)_2026年Q3需求档案\n"
    assert (book / Q3 / "mine").read_text() == "x"


def test_the_folder_is_a_setting(book: Path, place: Path) -> None:
    crm("config set archive.folder ../kept")
    folder = place.parent / "kept"
    assert crm("archive c1").out == f"{folder / Q3}\n"
    crm(f"config set archive.folder {place / 'other'}")
    crm("archive c1 --period 2026Q2")
    assert sorted(one[2:] for one in listed()) == [("华东精工_2026年Q2需求档案", "sealed"), (Q3, "sealed")]  # fmt: skip
    assert verified() == (2, [])
    shutil.rmtree(folder)


def test_the_data_folder_may_be_moved(
    book: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm("archive c1")
    moved = place / "moved"
    moved.mkdir()
    for name in ("crm.db", "archive"):
        (place / name).rename(moved / name)
    monkeypatch.setenv("CRM_DB", str(moved / "crm.db"))
    assert verified() == (1, [])


# --- merged, deleted ---


def test_a_customer_that_was_merged(book: Path) -> None:
    crm("log-contact c2 'of Beta' --at 2026-08-08")
    crm("archive c2")
    crm("archive c1")
    assert due() == []
    crm("merge-customers c1 c2 --yes")
    assert due() == ["c1"]  # which has more now than was sealed
    ran = run("archive c2")
    assert ran == (0, f"{book / Q3}(2)\n", "c2 was merged into c1 华东精工.\n")
    item = content(book / f"{Q3}(2)")
    assert item["customer"]["former"] == ["c2"]
    assert "of Beta" in [one["summary"] for one in item["interactions"]]
    assert due() == []
    assert sorted(one[0] for one in listed()) == ["c1", "c1", "c2"]
    assert len(crm("archive c1 --list --json").json["items"]) == 3
    assert verified() == (3, [])


def test_a_deleted_customer_waits_for_nothing_and_its_dossier_stays(book: Path) -> None:
    assert due() == ["c1"]
    crm("archive c1")
    crm("delete c1")
    assert due() == []
    assert [one[3] for one in listed()] == ["sealed"]


# --- refusals ---


def test_refusals(book: Path, place: Path) -> None:
    refused_here("archive", 2, "name a customer, or say --all, --due, --list, --verify or --prune")
    refused_here("archive c1 --all --due", 2, "--all and --due exclude each other; leave one out")
    refused_here("archive c1 --all", 2, "--all is for everyone; leave c1 out, or --all")
    refused_here("archive c9", 3, "there is no customer c9; crm list-customers shows them all")
    refused_here("archive c1 --period 2027", 2, "2027 has not begun yet; name a period that has")
    refused_here("archive --all --period 2026-12 --yes", 2, "2026-12 has not begun yet; name a period that has")  # fmt: skip
    refused_here("archive --due --period 2026-12", 2, "2026-12 has not begun yet; name a period that has")  # fmt: skip
    refused_here("archive c2", 4, "c2 Beta has nothing in 2026Q3 that could be archived; name another --period")  # fmt: skip
    refused_here("archive c1 --retire --period 2026", 2, "--period has nothing to do with --retire; leave it out")  # fmt: skip
    refused_here("archive --list --path x", 2, "--path names one dossier to --verify; leave the rest out")  # fmt: skip
    refused_here("archive c1 --csv", 2, "--limit and --csv belong to --due and --list; leave them out")  # fmt: skip
    refused_here(
        "archive c1 --reveal", 2, "--reveal belongs to --out; the kept dossier is complete"
    )
    refused_here("archive c1 --out nowhere", 3, "there is no folder nowhere; make it first, or plug it in")  # fmt: skip
    refused_here("archive --verify --path nowhere", 3, "there is no folder nowhere")
    refused_here("archive --all", 2, "nobody is here to be asked; add --yes to do it")
    refused_here("config set archive.folder ' '", 2, "archive.folder: ' ' names no folder; write its path")  # fmt: skip
    assert run_in_process("archive c1 --period gestern").code == 2


# --- who waits, and everyone ---


def test_due_lists_who_waits_and_all_seals_them(book: Path) -> None:
    crm("log-contact c2 hello --at 2026-09-30")
    answer = crm("archive --due --json").json
    assert [(one["customer"]["ref"], one["period"], one["dossier"]) for one in answer["items"]] == [("c1", "2026Q3", None), ("c2", "2026Q3", None)]  # fmt: skip
    assert crm("archive --due --csv").lines == ["customer,name,tier,stage,period,dossier", "c1,华东精工,core,customer,2026Q3,", "c2,Beta,ordinary,prospect,2026Q3,"]  # fmt: skip
    assert crm("archive --due --limit 1 --json").json["more"] is True
    assert due("c2") == ["c2"]
    ran = run("archive --all --yes")
    assert ran == (0, f"{book / Q3}\n{book}/Beta_2026年Q3需求档案\n", f"2 dossiers of 2026Q3 sealed in {book}.\n")  # fmt: skip
    assert due() == []
    assert run("archive --all --yes") == (0, "", "Nothing of 2026Q3 is waiting to be archived.\n")
    assert verified() == (2, [])
    assert crm("archive --all --yes --json").json["item"] == {
        "period": {"name": "2026Q3", "from": "2026-07-01", "to": "2026-09-30", "complete": True}, "folder": str(book), "sealed": 0, "unchanged": 0,
    }  # fmt: skip


def test_a_change_alone_is_something_and_an_import_is_not(place: Path, at: At) -> None:
    at("2026-07-05T10:00")
    (place / "list.csv").write_text("name\nAlpha\nBeta\n")
    crm(["import", str(place / "list.csv")])
    at("2026-11-20T09:00")
    assert due() == []
    crm("edit c1 --set city=Rome", CRM_NOW="2026-08-01T10:00")
    assert due() == ["c1"]
    crm("archive c1")
    (folder,) = (place / "archive").iterdir()
    changes = content(folder)["changes"]
    assert [(one["record"], one["action"], one["field"], one["new"]) for one in changes][-1] == ("customer", "update", "city", "Rome")  # fmt: skip
    assert ("customer", "insert", None, "Alpha") in [(one["record"], one["action"], one["field"], one["new"]) for one in changes]  # fmt: skip
    assert crm("archive c2").out  # named, what the import wrote of it is something


def test_a_year_covers_its_quarters(book: Path, at: At) -> None:
    crm("archive c1 --period 2026")
    assert due() == []
    assert due("--period 2026Q4") == ["c1", "c2"]
    assert due("--period 2026") == ["c1", "c2"]  # it is not over, so it is not archived for good


def test_asking_on_a_terminal(book: Path) -> None:
    with Terminal("archive --all") as screen:
        screen.sees("Seal 1 dossier of 2026Q3? (y/N)")
        screen.types("n")
        assert screen.leaves() == 1
    assert not book.exists()
    code, shown = on_terminal("archive c1", 200)
    assert code == 0
    assert "Sealed: " in shown


# --- verify ---


def test_verify_names_what_is_not_as_it_was(book: Path) -> None:
    crm("log-contact c2 hello --at 2026-09-30")
    crm("archive --all --yes")
    assert run("archive --verify") == (0, "", "2 dossiers are as they were sealed.\n")
    (book / Q3 / "note").write_text("x")
    (book / Q3 / "dossier.json").unlink()
    other = book / "Beta_2026年Q3需求档案"
    other.rename(other.with_name("else"))
    assert verified() == (2, [(Q3, "dossier.json", "missing"), (Q3, "note", "added"), (other.name, None, "missing")])  # fmt: skip
    ran = run("archive --verify")
    assert (ran.code, ran.out) == (1, f"{book / Q3}: dossier.json: missing\n{book / Q3}: note: added\n{other}: the folder: missing\n")  # fmt: skip
    assert ran.err == "else is in the archive folder, but was not sealed from this file.\n0 dossiers are as they were sealed.\n"  # fmt: skip
    assert listed()[1][3] == "missing"


def test_a_dossier_that_was_sealed_anew_by_somebody_else_is_found(book: Path, place: Path) -> None:
    """Its own manifest fits, but it is not the one in the book."""
    crm("archive c1")
    crm("edit i2 --set summary=forged")
    crm("archive c1")
    shutil.rmtree(book / Q3)
    shutil.copytree(book / f"{Q3}(2)", book / Q3)
    assert verified() == (2, [(Q3, "manifest.json", "changed")])
    copy = place / "copy"
    shutil.copytree(book / Q3, copy)
    assert run_in_process(f"archive --verify --path {copy}").code == 0
    assert run_in_process(f"archive --verify --path '{book / Q3}'").code == 1


def test_one_folder_anywhere(book: Path, place: Path) -> None:
    out = place / "out"
    out.mkdir()
    crm(f"archive c1 --out {out}")
    (copy,) = out.iterdir()
    ran = run(["archive", "--verify", "--path", str(copy), "--json"])
    assert ran.code == 0
    assert ran.json["item"]["items"] == [{"customer": "c1", "period": "2026Q3", "path": str(copy), "state": "sealed", "problems": []}]  # fmt: skip
    page = copy / "dossier.html"
    page.write_bytes(page.read_bytes().replace(b"drum", b"Drum"))
    ran = run(["archive", "--verify", "--path", str(copy)])
    assert (ran.code, ran.out) == (1, f"{copy}: dossier.html: changed\n")


# --- a copy for handing out ---


def test_a_copy_is_masked_and_not_in_the_book(book: Path, place: Path) -> None:
    crm("log-contact c1 '张伟 rang, z@example.com' --at 2026-09-02T10:00 --with 李雷")
    crm("log-contact c1 'with 李雷' --at 2026-09-03T10:00")
    out = place / "out"
    out.mkdir()
    ran = run(f"archive c1 --out {out}")
    assert ran == (0, f"{out / Q3}\n", "Phones, e-mails and names are masked; --reveal writes them in full.\n")  # fmt: skip
    for name in ("dossier.html", "dossier.json", "manifest.json"):
        text = (out / Q3 / name).read_text()
        for private in ("张伟", "李雷", "王芳", "王经理", "13800005678", "13812345678", "z@example.com", "tester"):  # fmt: skip
            assert private not in text, (name, private)
    answer = json.loads((out / Q3 / "dossier.json").read_text())
    assert answer["masked"] is True
    assert "张*（采购经理）" in [one["name"] for one in answer["item"]["customer"]["people"]]
    assert listed() == []
    assert due() == ["c1"]
    assert crm(f"archive c1 --out {out}").out == f"{out / Q3}(2)\n"


def test_a_wechat_and_a_number_like_no_other_are_masked_in_the_changes(
    book: Path, place: Path
) -> None:
    crm("add-person c1 李 --wechat li_wx --phone 62345678", CRM_NOW="2026-09-02T10:00")
    crm("edit h2 --set wechat=li_wx2", CRM_NOW="2026-09-03T10:00")
    out = place / "out"
    out.mkdir()
    crm(f"archive c1 --out {out}")
    for name in ("dossier.html", "dossier.json"):
        text = (out / Q3 / name).read_text()
        assert [private for private in ("li_wx", "62345678") if private in text] == []
    item = json.loads(text)["item"]
    assert [one["new"] for one in item["changes"] if one["record"] == "person"] == ["李*"]
    for command in ("history h2", "history c1", "history c1 --json", "history"):
        assert "li_wx" not in crm(command).out


def test_no_copy_is_written_into_a_dossier(book: Path, place: Path) -> None:
    crm("archive c1")
    inner = book / Q3
    refused_here(["archive", "c1", "--out", str(inner)], 4, f"{inner} is a dossier itself; name another folder with --out")  # fmt: skip
    assert verified() == (1, [])


def test_a_revealed_copy_is_recorded(book: Path, place: Path) -> None:
    out = place / "out"
    out.mkdir()
    assert run(f"archive c1 --out {out} --reveal").err == ""
    assert "13800005678" in (out / Q3 / "dossier.json").read_text()
    with database(place) as db:
        events = [tuple(row) for row in db.execute("SELECT kind, detail FROM event")]
    assert events == [("reveal", f"crm archive c1 --out {out} --reveal")]


def test_the_name_of_a_person_is_not_in_the_copys_name(place: Path) -> None:
    crm("add-customer 赵丽 --kind person")
    crm("log-contact c1 hello --at 2026-08-01")
    out = place / "out"
    out.mkdir()
    crm(f"archive c1 --out {out}")
    assert [path.name for path in out.iterdir()] == ["赵__2026年Q3需求档案"]


def test_the_archive_is_no_place_for_copies(book: Path) -> None:
    crm("archive c1")
    refused_here(f"archive c1 --out {book}", 4, f"{book} holds the kept dossiers; name another folder with --out")  # fmt: skip


# --- prune ---


def test_it_is_the_youngest_whose_day_is_named(book: Path) -> None:
    crm("archive c1 --period 2026-07")
    crm("archive c1 --period 2026-09")
    refused_here("archive --prune c1 --yes", 4, "the dossier of 2026-09 is kept until 2029-09-30, three years after its period; leave it")  # fmt: skip


def test_prune_removes_what_is_over_three_years_old_and_only_that(
    book: Path, place: Path, at: At
) -> None:
    crm("archive c1")
    crm("archive c1 --period 2026Q2")
    refused_here("archive --prune c1 --yes", 4, "the dossier of 2026Q3 is kept until 2029-09-30, three years after its period; leave it")  # fmt: skip
    assert run("archive --prune --yes") == (
        0,
        "",
        "No dossier is over three years old; all are kept.\n",
    )
    at("2029-06-30T23:59")
    assert run("archive --prune --yes").err == "No dossier is over three years old; all are kept.\n"
    at("2029-07-01T00:00")
    refused_here("archive --prune", 2, "nobody is here to be asked; add --yes to do it")
    refused_here("archive --prune --period 2026Q3 --yes", 4, "the dossier of 2026Q3 is kept until 2029-09-30, three years after its period; leave it")  # fmt: skip
    refused_here("archive --prune --period 2020 --yes", 3, "there is no such dossier; crm archive --list lists them")  # fmt: skip
    before = everything_in(book)
    assert run("archive --prune --dry-run").err == "Nothing was changed; without --dry-run: 1 dossier removed.\n"  # fmt: skip
    assert everything_in(book) == before
    assert run("archive --prune --yes") == (0, "", "1 dossier removed.\n")
    assert [path.name for path in book.iterdir()] == [Q3]
    assert [one[1] for one in listed()] == ["2026Q3"]
    with database(place) as db:
        (detail,) = db.execute("SELECT detail FROM event WHERE kind = 'prune'").fetchone()
    assert detail.startswith("c1 2026Q2 ")
    assert crm("history").out  # nothing of it is a change that undo could mean


def test_prune_asks_and_says_that_undo_is_impossible(book: Path, at: At) -> None:
    crm("archive c1")
    at("2029-11-01T09:00")
    with Terminal("archive --prune") as screen:
        screen.sees("Remove 1 dossier for good? Nothing takes it back, undo neither. (y/N)")
        screen.types("n")
        assert screen.leaves() == 1
    assert (book / Q3).is_dir()


def test_prune_follows_no_link_and_takes_nobody_elses_file(book: Path, place: Path, at: At) -> None:
    crm("archive c1")
    crm("archive c1 --period 2026Q2")
    q2 = book / "华东精工_2026年Q2需求档案"
    (book / Q3 / "mine").write_text("x")
    q2.rename(place / "kept")
    q2.symlink_to(place / "kept")
    at("2030-01-01T09:00")
    ran = run("archive --prune --yes")
    assert ran == (1, "", f"{book / Q3} stays, for others put files into it: mine\n1 dossier removed.\n")  # fmt: skip
    assert (book / Q3 / "mine").read_text() == "x"
    assert len(list((place / "kept").iterdir())) == 3
    assert not os.path.lexists(q2)


# --- retire ---


def everything_due() -> list[str]:
    return [item["ref"] for item in crm("due --days 400 --json").json["items"]]


RICH = (
    "log-contact c1 hello --next 'send it' --on 2026-11-10",
    "add-task c1 call --due 2026-11-12",
    "key-date c1 qualification 2026-11-25",
    "add-need c1 'it stops' --urgency urgent",
    "add-need c1 'a plan'",
    "plan-need n4 --step look --by 2026-11-23 --sent",
    "add-promise c1 samples --due 2026-11-21",
    "add-promise c1 late --due 2026-11-01",
    "break p3 --reason ill --amends flowers",
    "add-need c1 'a third'",
    "resolve n5 done",
    "survey n5 --overall 1",
    "log-contact c1 'a letter' --channel email --out --at 2026-11-10T10:00",
)


def test_of_a_retired_customer_nothing_is_due(book: Path, place: Path, at: At) -> None:
    for command in RICH:
        crm(command)
    at("2026-11-26T10:00")
    before_due, before = everything_due(), live(place / "crm.db")
    mine = [ref for ref in before_due if ref not in ("c2:touch", "crm:archive", "c2:win-back")]
    kinds = {item["kind"] for item in crm("due --days 400 --json").json["items"]}
    assert len(mine) > 10
    assert {"follow-up", "task", "key-date", "respond", "plan-step", "promise", "amends", "review", "survey"} <= kinds  # fmt: skip
    ran = run("archive c1 --retire --reason 'closed down'")
    assert (ran.code, ran.out) == (0, "c1\n")
    assert ran.err == "Still open, and no longer listed as due: n2, n3, n4, p2, t2, t3.\n"
    assert not set(everything_due()) & set(mine)
    for ref in ("p2", "n3", "l2", "t3", "y2", "c1", "v2"):
        assert crm(f"due --why {ref}").out.startswith("retired"), ref
    assert crm("show c1").lines[1] == "! retired since 2026-11-26"
    assert crm("list-customers --json").json["items"][0]["retired_on"] == "2026-11-26"
    assert crm("list-customers").lines[1].endswith("retired")
    refused_here("archive c1 --retire", 4, "c1 华东精工 is retired since 2026-11-26 already; --reactivate takes it up again")  # fmt: skip
    refused_here("archive c2 --reactivate", 4, "c2 Beta is not retired, so there is nothing to take up again")  # fmt: skip
    check(place / "crm.db")
    crm("undo")
    assert (everything_due(), live(place / "crm.db")) == (before_due, before)
    crm("archive c1 --retire")
    assert crm("archive c1 --reactivate --json").json["item"]["retired_on"] is None
    assert everything_due() == before_due
    check(place / "crm.db")


def test_what_is_added_to_a_retired_customer_is_not_due_either(book: Path, place: Path) -> None:
    crm("archive c1 --retire")
    for command in RICH[:4]:
        crm(command)
    assert [ref for ref in everything_due() if ref not in ("c2:touch", "crm:archive", "c2:win-back")] == []  # fmt: skip
    check(place / "crm.db")
    assert due() == ["c1"]  # its history is archived like any other's
