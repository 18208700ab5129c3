"""Undo (DESIGN §3): exact, refusing what would hurt later work, and itself undoable; tried on random days of work."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.config import settings_of_the_place
from crmcli.context import Context
from crmcli.rules import key_dates, terms
from crmcli.rules.cadence import next_touch
from crmcli.rules.lifecycle import Life, lifecycle
from crmcli.rules.rulebook import Rulebook
from crmcli.store import frozen, frozen_schema
from crmcli.store.changes import Author, begin, bulk
from crmcli.store.database import Database
from crmcli.store.derived import refresh_all
from crmcli.store.facts import day_of, facts_of
from crmcli.store.opening import open_for_reading, open_for_writing
from crmcli.store.undo import undo
from tests.store.searching import check_search
from tests.support import NOW, crm, heavy, run_in_process

Snapshot = dict[str, list[tuple[Any, ...]]]


def live(source: Path | sqlite3.Connection) -> Snapshot:
    """Every live row of every logged table, derived columns included."""
    connection = sqlite3.connect(source) if isinstance(source, Path) else source
    found = {
        name: [
            tuple(row)
            for row in connection.execute(
                f"SELECT * FROM {name} WHERE deleted_at IS NULL ORDER BY id"
            )
        ]
        for name in frozen.TABLES
    }
    if isinstance(source, Path):
        connection.close()
    return found


def one(path: Path, sql: str) -> Any:
    connection = sqlite3.connect(path)
    row = connection.execute(sql).fetchone()
    connection.close()
    return row[0] if row and len(row) == 1 else row


# --- what undo gives back ---


@pytest.mark.parametrize(
    "command",
    [
        "add-customer Beta --tier core --person Eve --phone 13800005678 --email a@b.cn --tag a --tag b --note hi",
        "log-contact Alpha hello --next one --next two --on fri --with Ann --ours me --stage customer --intent high",
        "log-contact Alpha bye --on 2027-01-10",
        "log-contact Alpha --no-answer --channel email --out --at yesterday",
        "log-contact Alpha --stage lost --loss-reason price",
        "add-task Alpha call --due 3wd",
        "done t1 yes --next more --on fri",
        "edit c1 --set name=Omega --set tier=potential --set stage=customer --set tags=x,old --set phones=13900001111,1",
        "edit c1 --set do_not_contact=yes",
        "edit i1 --set at=-40d --set no_answer=yes",
        "edit t1 --set due=+2w --set owner=",
        "edit h1 --set roles=buyer --set phones=",
        "tag c1 vip gold --remove old",
        "add-person c1 Eve --phone 13800005678 --key-person",
        "snooze c1 3wd",
        "snooze t1 2026-12-24",
        "delete c1",
        "delete i1",
        "delete h1",
        "delete t1",
        "config set tiers.core.every 1w",
        "config set calendar.days_off 2026-11-20..2026-12-31",
        "config unset timezone",
        "log-contact Alpha 'are you there?' --channel email --out --at -10d",
        "key-date c1 birthday 1980-05-20 --note cake",
        "edit c1 --set stage=lost --set loss_reason=price",
    ],
)
def test_undo_gives_everything_back_and_its_undo_takes_it_again(command: str, place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer Alpha --tier core --tag old --phone 1111111 --person Ann")
    crm("add-customer Other --referred-by c1")
    crm("log-contact c1 first --with Ann --next write --on fri --on mon --next call")
    before = live(path)
    crm(command)
    after = live(path)
    assert after != before
    crm("undo", CRM_NOW="2027-03-01T10:00")
    assert live(path) == before
    crm("undo x5", CRM_NOW="2027-03-02T10:00")
    assert live(path) == after
    crm("undo", CRM_NOW="2027-03-03T10:00")
    assert live(path) == before


def test_undo_walks_back_one_change_at_a_time(place: Path) -> None:
    path = place / "crm.db"
    states = []
    for name in "ABC":
        states.append(live(path) if path.exists() else None)
        crm(f"add-customer {name}")
    for expected, printed in ((states[2], "x4\n"), (states[1], "x5\n")):
        assert crm("undo").out == printed
        assert live(path) == expected
    assert crm("undo").out == "x6\n"
    assert live(path)["customer"] == []
    ended = run_in_process("undo")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == "crm: there is no change to undo\n"


def test_undo_of_a_named_change_leaves_later_ones(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("edit c1 --set city=X")
    crm("edit c1 --set note=N")
    crm("undo x2")
    assert one(path, "SELECT city, note FROM customer") == (None, "N")
    crm("undo 3")
    assert one(path, "SELECT city, note FROM customer") == (None, None)
    crm("undo X1")
    assert live(path)["customer"] == []


def test_undo_is_a_change_with_an_author(place: Path) -> None:
    crm("add-customer A")
    crm("undo --reason 'typed twice'", CRM_NOW="2026-11-21T10:00", CRM_ACTOR="bob")
    connection = sqlite3.connect(place / "crm.db")
    rows = connection.execute(
        "SELECT id, at, actor, command, reason, undoes, undone_by FROM change"
    ).fetchall()
    connection.close()
    assert rows == [
        (1, "2026-11-20T01:00:00Z", "tester", "crm add-customer A", None, None, 2),
        (
            2,
            "2026-11-21T02:00:00Z",
            "bob",
            "crm undo --reason 'typed twice'",
            "typed twice",
            1,
            None,
        ),
    ]


def test_keys_are_not_given_out_again_after_undo(place: Path) -> None:
    crm("add-customer A")
    crm("undo")
    assert crm("add-customer B").out == "c2\n"


def test_undo_of_a_setting_recomputes(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A --tier core --stage customer --since 2020-01-01")
    crm("log-contact c1 --at 2026-11-02T10:00")
    assert one(path, "SELECT next_touch_on FROM customer") == "2026-12-02"
    crm("config set tiers.core.every 2w")
    assert one(path, "SELECT next_touch_on FROM customer") == "2026-11-16"
    crm("undo")
    assert one(path, "SELECT next_touch_on FROM customer") == "2026-12-02"
    crm("config set calendar.days_off 2026-12-02..2026-12-04")
    assert one(path, "SELECT next_touch_on FROM customer") == "2026-12-07"
    crm("undo")
    assert one(path, "SELECT next_touch_on FROM customer") == "2026-12-02"
    assert crm("due --days 30 --json").err == ""  # nobody is told that the dates are stale


# --- what undo refuses ---


def refused(command: str, sentence: str, path: Path) -> None:
    before = whole(path)
    ended = run_in_process(command)
    assert (ended.code, ended.out, ended.err) == (4, "", f"crm: {sentence}\n")
    assert whole(path) == before


def whole(path: Path) -> Any:
    connection = sqlite3.connect(path)
    found = {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
    }
    connection.close()
    return found


def test_a_column_changed_since_forbids(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("edit c1 --set city=X")
    crm("edit c1 --set city=Y")
    refused(
        "undo x2", "x2 cannot be undone: x3 changed the same customer since; undo that first", path
    )
    refused(
        "undo x1", "x1 cannot be undone: x3 changed the same customer since; undo that first", path
    )
    crm("undo")
    crm("undo x2")
    crm("undo x1")


def test_a_column_changed_and_changed_back_does_not(place: Path) -> None:
    crm("add-customer A")
    crm("edit c1 --set city=X")
    crm("edit c1 --set city=Y")
    crm("edit c1 --set city=X")
    crm("undo x2")
    assert one(place / "crm.db", "SELECT city FROM customer") is None


def test_live_rows_that_depend_on_it_forbid(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("add-task c1 call")
    refused(
        "undo x1",
        "x1 cannot be undone: the later task t1 depends on what it made; undo or delete that first",
        path,
    )
    crm("delete t1")
    crm("undo x1")


def test_what_refers_to_it_forbids(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("add-customer B --referred-by c1")
    refused(
        "undo x1",
        "x1 cannot be undone: the later customer c2 depends on what it made; undo or delete that first",
        path,
    )


def test_what_comes_back_needs_what_it_belongs_to(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A --tag old")
    crm("tag c1 --remove old")
    crm("delete c1")
    refused(
        "undo x2",
        "x2 cannot be undone: the customer it belongs to was deleted since; undo that first",
        path,
    )
    crm("undo")
    crm("undo x2")


def test_a_link_comes_back_only_to_what_is_there(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("add-customer B --referred-by c1")
    crm("edit c2 --set referred_by=")
    crm("delete c1")
    refused(
        "undo x3",
        "x3 cannot be undone: the customer it belongs to was deleted since; undo that first",
        path,
    )
    crm("undo x4")
    crm("undo x3")
    assert one(path, "SELECT referred_by FROM customer WHERE id = 2") == 1


@pytest.mark.parametrize("how", ["delete", "insert"])
def test_a_redo_that_removes_looks_for_dependents_too(how: str, place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    if how == "delete":
        crm("delete c1")
        crm("undo")  # x3: c1 is back
        last = 3
    else:
        crm("undo")
        crm("undo x2")  # x3: c1 is back
        last = 3
    crm("add-task c1 call")
    refused(
        f"undo x{last}",
        f"x{last} cannot be undone: the later task t1 depends on what it made; undo or delete that first",
        path,
    )


def test_uniqueness_forbids(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A --external-id E1")
    crm("edit c1 --set external_id=E2")
    crm("add-customer B --external-id E1")
    before = whole(path)
    ended = run_in_process("undo x2")
    assert (ended.code, whole(path)) == (4, before)
    assert "another live customer has the same external_id" in ended.err


def test_another_programs_change_forbids(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("edit c1 --set city=X")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE customer SET city = 'Z'")
    connection.commit()
    connection.close()
    refused("undo", "x2 cannot be undone: another program changed the same customer since", path)
    refused("undo x1", "x1 cannot be undone: another program changed the same customer since", path)


def test_an_undone_change_is_not_undone_twice(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    crm("edit c1 --set city=X")
    crm("undo")
    refused("undo x2", "x2 is already undone by x3; to redo it: crm undo x3", path)
    crm("undo x3")
    refused("undo x3", "x3 is already undone by x4; to redo it: crm undo x4", path)


def test_undo_of_undo_of_undo(place: Path) -> None:
    """Each takes the one before back; which changes stand is clear at every step, and so is what undo does next."""
    path = place / "crm.db"
    crm("add-customer A")
    crm("edit c1 --set city=X")
    cities: list[Any] = ["X"]
    for number in range(2, 8):
        assert crm(f"undo x{number}").out == f"x{number + 1}\n"
        cities.append(one(path, "SELECT city FROM customer"))
    assert cities == ["X", None, "X", None, "X", None, "X"]
    # x2 stands: undone by x3, which x4 undid, and so on up to x8.
    crm("undo")
    assert one(path, "SELECT city FROM customer") is None
    refused("undo x2", "x2 is already undone by x9; to redo it: crm undo x9", path)
    crm("undo x9")
    assert one(path, "SELECT city FROM customer") == "X"
    crm("undo x10")
    assert one(path, "SELECT city FROM customer") is None
    refused("undo x2", "x2 is already undone by x11; to redo it: crm undo x11", path)
    crm("undo")  # x2 does not stand, so the newest that does is x1
    assert live(path)["customer"] == []


def test_a_change_from_before_an_upgrade_is_refused(place: Path) -> None:
    path = place / "crm.db"
    crm("add-customer A")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE change SET schema_version = schema_version - 1")
    connection.commit()
    connection.close()
    refused("undo", "x1 is older than the last upgrade of the file and cannot be undone", path)


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("undo", 3, "there is no change to undo"),
        ("undo x7", 3, "there is no change x7; crm history lists them"),
        ("undo c1", 2, "'c1' is no change; name one like x17, as crm history lists them"),
        ("undo -- -1", 2, "'-1' is no change; name one like x17, as crm history lists them"),
        (
            "undo x99999999999999999999",
            2,
            "'x99999999999999999999' is no change; name one like x17, as crm history lists them",
        ),
    ],
)
def test_undo_of_nothing(command: str, code: int, sentence: str) -> None:
    ended = run_in_process(command)
    assert (ended.code, ended.out, ended.err) == (code, "", f"crm: {sentence}\n")


# --- ranges: what an import inserted ---

ANN = Author("2026-11-20T01:00:00Z", "ann", "crm import")
LATER = Author("2026-11-21T01:00:00Z", "ann", "crm undo")


def _imported(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="there", added_on="2026-11-20")
        with bulk(change, ("customer", "person", "tag")):
            for name in "ABC":
                key = change.insert("customer", name=name, added_on="2026-11-20")
                change.insert("person", customer_id=key, name=name)
                change.insert("tag", customer_id=key, name="imported")
            change.update("customer", 2, city="X")
            change.update("customer", 1, city="Y", referred_by=3)


@pytest.fixture
def db(tmp_path: Path) -> Any:
    made = open_for_writing(str(tmp_path / "range.db"))
    _imported(made)
    yield made
    made.close()


def _undo(db: Database, number: int | None = None) -> None:
    undo(db, LATER, number, lambda change: None)


def test_ranges_go_and_come_back(db: Database) -> None:
    after = live(db.connection)
    _undo(db)
    assert all(rows == [] for rows in live(db.connection).values())
    _undo(db, 2)
    assert live(db.connection) == after
    _undo(db, 1)
    assert live(db.connection)["customer"] == []
    _undo(db, 4)
    assert live(db.connection) == after
    ranges = db.connection.execute(
        "SELECT change_id, row_table, first_id, last_id, action FROM change_range"
    ).fetchall()
    assert [tuple(row) for row in ranges] == [
        (change, name, first, last, action)
        for change, action, names in (
            (1, "insert", ("customer", "person", "tag")),
            (2, "remove", ("tag", "person", "customer")),
            (3, "restore", ("customer", "person", "tag")),
            (4, "remove", ("tag", "person", "customer")),
            (5, "restore", ("customer", "person", "tag")),
        )
        for name in names
        for first, last in [(2, 4) if name == "customer" else (1, 3)]
    ]


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        (lambda change: change.update("customer", 3, city="Z"), "x1 cannot be undone: x2 changed a customer of it since; undo that first"),
        (lambda change: change.remove("tag", 1), "x1 cannot be undone: x2 changed a tag of it since; undo that first"),
        (lambda change: change.insert("task", customer_id=4, text="t", due_on="2026-11-20"), "x1 cannot be undone: the later task t1 depends on what it made; undo or delete that first"),
        (lambda change: change.insert("contact_point", customer_id=1, person_id=2, value="1"), "x1 cannot be undone: a later contact point depends on what it made; undo or delete that first"),
    ],
)  # fmt: skip
def test_a_range_is_kept_when_something_rests_on_it(
    later: Callable[[Any], Any], sentence: str, db: Database
) -> None:
    from crmcli.errors import Forbidden

    with begin(db, LATER) as change:
        later(change)
    before = live(db.connection)
    with pytest.raises(Forbidden) as caught:
        _undo(db, 1)
    assert str(caught.value) == sentence
    assert live(db.connection) == before
    triggers = db.connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
    ).fetchone()[0]
    assert triggers == len(frozen_schema.TRIGGERS)
    _undo(db, 2)
    _undo(db, 1)
    assert live(db.connection)["customer"] == []


# --- random days of work ---

_NAMES = ("Alpha", "Beta GmbH", "华东精工", "Gamma 有限公司", "O'Neil", "Delta")
_TIERS = ("core", "potential", "ordinary", "")
_STAGES = ("prospect", "interested", "customer", "lost")
_DATES = ("tomorrow", "fri", "3wd", "+2w", "2026-12-24", "2027-02-01", "月底")
_PAST = ("today", "yesterday", "-3d", "-40d", "-100d", "2026-01-31", "08:00")
_CHANNELS = ("call", "visit", "email", "wechat", "meeting")
_TAGS = ("vip", "老客户", "a", "b")
_SETTINGS = (
    ("tiers.core.every", ("1w", "1m", "10wd")),
    ("tiers.gold.every", ("2w", "1y")),
    ("cadence.new", ("3d", "1w")),
    ("cadence.new_for", ("30d", "90d")),
    ("cadence.intent_high", ("1d", "1w")),
    ("calendar.roll", ("next", "previous", "keep")),
    ("calendar.days_off", ("", "2026-11-20..2026-11-30", "2026-12-24")),
    ("required.company", ("name", "name,phone")),
    ("tags.allowed", ("",)),
    ("cadence.no_reply", ("1d", "3d", "5wd")),
    ("cadence.win_back", ("on", "off")),
    ("cadence.counts", ("all", "ours")),
    ("service.urgent", ("1h,2h,3h", "4wh,3wd,-")),
    ("survey.after", ("1d", "5wd")),
    ("survey.review", ("2h", "3wd")),
    ("promise.yellow", ("24h", "72h")),
)
_KEY_DATES = (
    ("birthday", "05-20"),
    ("birthday", "1980-02-29"),
    ("qualification", "2026-12-31"),
    ("体检", "11-25"),
)


class Drawer:
    """Draws one command line after another, mostly about records that are there."""

    def __init__(self, draw: Callable[[Any], Any], path: Path, folder: Path) -> None:
        self._draw, self._path, self._folder = draw, path, folder

    def among(self, values: Any) -> Any:
        return self._draw(st.sampled_from(list(values)))

    def maybe(self) -> bool:
        return bool(self._draw(st.booleans()))

    def keys(self, table: str, condition: str = "1") -> list[int]:
        connection = sqlite3.connect(self._path)
        sql = f"SELECT id FROM {table} WHERE deleted_at IS NULL AND {condition} ORDER BY id"
        keys = [row[0] for row in connection.execute(sql)]
        connection.close()
        return keys

    def ref(self, letter: str, table: str, condition: str = "1") -> str:
        """A live record, or now and then one that may not be there."""
        return f"{letter}{self.among([*self.keys(table, condition) * 3, 3])}"

    def customer(self) -> str:
        return self.ref("c", "customer")

    def command(self) -> list[str]:
        kinds = [self.add_customer, self.import_file, self.config, self.undo_some]
        if self.keys("customer"):
            kinds += [
                *[self.log_contact] * 4, *[self.edit] * 3, *[self.delete] * 2, self.add_customer, self.add_task,
                self.snooze, self.tag, self.add_person, self.undo_some, self.key_date,
                *[self.add_need] * 3, *[self.add_promise] * 2, self.survey, self.add_article, self.import_service,
                self.merge,
            ]  # fmt: skip
        if self.keys("need"):
            kinds += [self.step_of_need] * 8
        if self.keys("promise"):
            kinds += [self.step_of_promise] * 2
        if self.keys("survey"):
            kinds += [self.survey] * 2
        if self.keys("review"):
            kinds += [self.review]
        if self.settled_by_done():
            kinds += [self.done] * 2
        made: list[str] = self.among(kinds)()
        return made

    def options(self, *pairs: tuple[str, Any]) -> list[str]:
        return [
            word for name, values in pairs if self.maybe() for word in (name, self.among(values))
        ]

    def add_customer(self) -> list[str]:
        return [
            "add-customer", self.among(_NAMES),
            *self.options(
                ("--tier", _TIERS[:3]), ("--stage", _STAGES), ("--since", ("2020-01-01", "-30d", "-89d")),
                ("--cadence", ("1w", "1m")), ("--tag", _TAGS), ("--phone", ("13800005678", "12", "010-62345678")),
                ("--person", ("张伟", "Eve")), ("--referred-by", ("c1", "Alpha")), ("--external-id", ("E1", "E2")),
                ("--city", ("上海", "Bonn")),
            ),
            *self.among((["--allow-duplicate"], ["--allow-duplicate"], [])),
        ]  # fmt: skip

    def log_contact(self) -> list[str]:
        return [
            "log-contact", self.customer(),
            *self.options(
                ("--channel", _CHANNELS), ("--at", _PAST), ("--intent", ("high", "medium", "low")),
                ("--stage", _STAGES), ("--next", ("send quote", "call")),
                ("--next", ("more",)), ("--on", _DATES), ("--with", ("Eve", "张", "h1")), ("--ours", ("me",)),
                ("--minutes", ("5",)), ("--agreed", ("terms",)),
            ),
            *self.among(([], [], ["--stage", "lost", "--loss-reason", "price"], ["--out"], ["--in"], ["--no-answer"])),
        ]  # fmt: skip

    def add_need(self) -> list[str]:
        return [
            "add-need", self.customer(), self.among(("it leaks", "多久能修好？")),
            *self.options(
                ("--kind", terms.NEED_KIND.words), ("--urgency", terms.URGENCY.words), ("--at", _PAST), ("--value", ("1", "5")),
                ("--category", ("pump",)), ("--needed-by", _DATES), ("--from", ("n1",)), ("--external-id", ("T1", "T2")),
            ),
        ]  # fmt: skip

    def step_of_need(self) -> list[str]:
        ref = self.ref("n", "need")
        step = self.ref("l", "plan_step") if self.keys("plan_step") else "l1"
        made: list[str] = self.among(
            (
                ["triage", ref, "--urgency", self.among(terms.URGENCY.words)],
                ["plan-need", ref, "--step", "look at it", "--by", self.among(_DATES)],
                ["plan-need", ref, "--sent"],
                ["confirm", ref, "--plan"],
                ["schedule-need", ref, "--for", "spring", "--by", self.among(_DATES)],
                ["delay", step, "--until", self.among(_DATES), "--reason", "late"],
                ["wait", ref], ["wait", ref, "an answer"], ["resume", ref],
                ["resolve", ref, "a new seal"], ["resolve", ref, "a new seal"], ["confirm", ref, "fine"],
                ["reopen", ref, "--reason", "again"], ["decline", ref, "--reason", "no"],
                ["escalate", ref, "--level", self.among("123"), "--to", "Boss", "--reason", "late"],
                ["log-contact", self.customer(), "about it", "--need", ref, *self.options(("--channel", _CHANNELS), ("--at", _PAST))],
                ["edit", ref, "--set", self.among(("urgency=", "urgency=urgent", "kind=complaint", "text=t", "external_id=T3", "priority=yes"))],
                ["edit", step, "--set", self.among(("due=+3d", "text=t", "owner=me"))],
            )
        )  # fmt: skip
        return made

    def add_promise(self) -> list[str]:
        return [
            "add-promise", self.customer(), "send it",
            *self.options(("--due", (*_DATES, "fri 15:00")), ("--level", terms.PROMISE_LEVEL.words), ("--need", ("n1",))),
            *self.among(([], [], ["--they-owe"])),
        ]  # fmt: skip

    def step_of_promise(self) -> list[str]:
        ref = self.ref("p", "promise")
        made: list[str] = self.among(
            (
                ["warn", ref, "--impact", "later", "--option", "half now"],
                ["break", ref, "--reason", "lost", *self.options(("--amends", ("cake",)))],
                ["delay", ref, "--until", self.among(_DATES), "--reason", "late"],
                ["log-contact", self.customer(), "about it", "--promise", ref],
                ["edit", ref, "--set", self.among(("due=+3d", "level=surprise", "by=they-owe", "text=t"))],
            )
        )  # fmt: skip
        return made

    def survey(self) -> list[str]:
        whom = [self.customer(), *(f"n{key}" for key in self.keys("need"))]
        whom += [f"s{key}" for key in self.keys("survey")]
        return [
            "survey", self.among(whom),
            *self.among((
                ["--sent"], ["--no-answer"], ["--overall", self.among("12345"), "--nps", self.among(("0", "7", "10"))],
                ["--kind", "relation", "--overall", self.among("25")], ["--kind", "deep", "--pain", "slow"],
            )),
            *self.options(("--at", _PAST)),
        ]  # fmt: skip

    def review(self) -> list[str]:
        return [
            "review",
            self.ref("v", "review"),
            *self.among(([], ["--reopen"])),
            *("--cause", self.among(terms.CAUSE.words), "--action", "a second man"),
        ]

    def add_article(self) -> list[str]:
        return ["add-article", "How to seal it", *self.options(("--from", ("n1",)))]

    def import_service(self) -> list[str]:
        """A list of needs, promises or surveys, with rows that are new, known, later and bad."""
        heads = {
            "needs": ("customer,external_id,text,urgency,status,received_at,resolved_at", (
                _NAMES, ("", "T1", "T2", "T9"), ("it leaks", "new"), ("", "urgent"),
                ("", "received", "in_progress", "waiting", "resolved", "confirmed", "reopened", "declined", "bad"),
                ("", "2026-11-01", "2026-06-01 10:00"), ("", "", "2026-11-02", "2026-06-02"),
            )),
            "promises": ("customer,external_id,text,due,by,kept_on,broken_on", (
                _NAMES, ("", "P1"), ("send it", "new"), ("", "2026-12-01", "2026-12-01 10:00"), ("", "they-owe"),
                ("", "2026-11-01"), ("", "", "2026-11-02"),
            )),
            "surveys": ("customer,external_id,need,at,overall,nps,status", (
                _NAMES, ("", "S1"), ("", "", "T1", "T2"), ("2026-11-10", "2026-11-19", "2026-01-05"), ("", "2", "5", "9"), ("", "3"),
                ("", "due", "sent"),
            )),
        }  # fmt: skip
        kind = self.among(heads)
        head, values = heads[kind]
        row = st.tuples(*map(st.sampled_from, values))
        rows = self._draw(st.lists(row, min_size=1, max_size=4))
        file = self._folder / f"{kind}.csv"
        lines = [head, *(",".join(cells) for cells in rows)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ["import", str(file), "--as", kind, *(["--strict"] if self.maybe() else [])]

    def edit(self) -> list[str]:
        customer = {
            "name": _NAMES, "tier": _TIERS, "stage": _STAGES, "since": ("", "-10d", "2020-01-01"), "cadence": ("", "1w"),
            "city": ("", "上海"), "tags": ("", "vip,a", "b"), "phones": ("", "13800005678", "1,2"), "note": ("", "n"),
            "do_not_contact": ("yes", "no"), "external_id": ("", "E1", "E2"), "referred_by": ("", "c1", "c2"),
            "loss_reason": ("", "price"), "wechat": ("", "wx"),
        }  # fmt: skip
        interaction = {
            "at": _PAST,
            "channel": _CHANNELS,
            "direction": ("in", "out"),
            "no_answer": ("yes", "no"),
            "intent": ("", "high"),
        }
        task = {"due": _DATES, "text": ("t",), "owner": ("", "me"), "due_time": ("", "15:00")}
        person = {
            "name": ("Eve",),
            "phones": ("", "13900001111"),
            "roles": ("buyer", "decider,user"),
            "left_on": ("", "today"),
        }
        others = [("i", "interaction", interaction), ("t", "task", task), ("h", "person", person)]
        letter, table, fields = self.among(
            [("c", "customer", customer)] * 3 + [other for other in others if self.keys(other[1])]
        )
        names = self._draw(
            st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3, unique=True)
        )
        pairs = [word for name in names for word in ("--set", f"{name}={self.among(fields[name])}")]
        return ["edit", self.ref(letter, table), *pairs]

    def add_task(self) -> list[str]:
        return [
            "add-task",
            self.customer(),
            "do it",
            *self.options(("--due", _DATES), ("--owner", ("me",))),
        ]

    def settled_by_done(self) -> list[str]:
        """What `done` may settle, each with a record that is there."""
        unanswered = self.keys("interaction", "id IN (SELECT unanswered_id FROM customer)")
        return [
            *(f"t{key}" for key in self.keys("task", "done_at IS NULL")),
            *(f"i{key}:unanswered" for key in unanswered),
            *(f"c{key}:win-back" for key in self.keys("customer", "win_back_on IS NOT NULL")),
            *(f"y{key}" for key in self.keys("key_date", "next_on IS NOT NULL")),
            *(f"l{key}" for key in self.keys("plan_step", "done_at IS NULL")),
            *(f"p{key}" for key in self.keys("promise", "kept_on IS NULL AND broken_on IS NULL")),
            *(f"p{key}:amends" for key in self.keys("promise", "amends_by IS NOT NULL")),
        ]

    def done(self) -> list[str]:
        return [
            "done",
            self.among([*self.settled_by_done() * 2, self.ref("t", "task")]),
            *self.options(("--next", ("again",)), ("--on", _DATES)),
        ]

    def key_date(self) -> list[str]:
        kind, day = self.among(_KEY_DATES)
        whose = [self.customer(), *(f"h{key}" for key in self.keys("person"))]
        return [
            "key-date",
            self.among(whose),
            kind,
            day,
            *self.options(("--lead", ("0", "40")), ("--note", ("gift",))),
        ]

    def snooze(self) -> list[str]:
        return [
            "snooze",
            self.among(
                (
                    self.customer(),
                    self.ref("t", "task", "done_at IS NULL"),
                    *(f"y{key}" for key in self.keys("key_date")),
                    *(f"l{key}" for key in self.keys("plan_step")),
                    *(f"s{key}" for key in self.keys("survey")),
                    *(f"v{key}" for key in self.keys("review")),
                )
            ),
            self.among(_DATES),
        ]

    def tag(self) -> list[str]:
        more = self.among(([], [], ["--remove", self.among(_TAGS)]))
        return ["tag", self.customer(), self.among(_TAGS), *more]

    def merge(self) -> list[str]:
        return ["merge-customers", self.customer(), self.customer(), "--yes"]

    def add_person(self) -> list[str]:
        return [
            "add-person",
            self.customer(),
            self.among(("Eve", "张伟")),
            *self.options(("--phone", ("13900001111",))),
        ]

    def delete(self) -> list[str]:
        kinds = (("c", "customer"), ("i", "interaction"), ("t", "task"), ("h", "person"))
        letter, table = self.among((
            *kinds, ("y", "key_date"), ("n", "need"), ("l", "plan_step"), ("p", "promise"), ("s", "survey"),
            ("v", "review"), ("a", "article"),
        ))  # fmt: skip
        return ["delete", self.ref(letter, table)] if self.keys(table) else self.tag()

    def config(self) -> list[str]:
        name, values = self.among(_SETTINGS)
        return (
            ["config", "unset", name]
            if self.maybe()
            else ["config", "set", name, self.among(values)]
        )

    def import_file(self) -> list[str]:
        rows = self._draw(
            st.lists(
                st.tuples(
                    *map(
                        st.sampled_from,
                        (
                            (*_NAMES, "New 1", "New 2", ""),
                            (*_TIERS, "bad"),
                            ("", "上海"),
                            ("", "E1", "E2", "E3"),
                            ("", "vip;a", "new"),
                            ("", "2026-11-01", "2026-06-01"),
                            ("", "13800005678", "13700000000"),
                            ("", "2026-12-01"),
                        ),
                    )
                ),
                min_size=1,
                max_size=4,
            )
        )
        head = "name,tier,city,external_id,tags,last_contact,phone,next_touch"
        file = self._folder / "list.csv"
        file.write_text(
            "\n".join([head, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8"
        )
        more = [("--spread", ("5wd",)), ("--on-duplicate", ("skip", "reject"))]
        return [
            "import",
            str(file),
            *(self.options(*more)),
            *(["--strict"] if self.maybe() else []),
        ]

    def undo_some(self) -> list[str]:
        last = one(self._path, "SELECT coalesce(max(id), 1) FROM change")
        return ["undo", f"x{self.among(range(max(1, last - 3), last + 1))}"]


def check_derived(path: Path) -> None:
    """Computing every derived column again from scratch, on a copy, moves nothing."""
    source, copy = sqlite3.connect(path), sqlite3.connect(":memory:")
    source.backup(copy)
    source.close()
    crm_context = Context([])
    crm_context.asked_db = str(path)
    crm_context.read()
    check_silence(copy, crm_context.book)
    copy.row_factory = None
    before = live(copy)
    refresh_all(Database(copy, ":memory:"), crm_context.book)
    assert live(copy) == before
    crm_context.close()
    copy.close()


@cache
def first_dormant(life: Life, new_for: int) -> date | None:
    """The first day on which a customer counts as dormant, looking at one after the other for some years."""
    first = max(life.added_on, life.began_on or life.added_on)  # before it began it was a lead
    days = (first + timedelta(days=n) for n in range(1500))
    return next((day for day in days if lifecycle(life, day, new_for) == "dormant"), None)


def check_silence(copy: sqlite3.Connection, book: Rulebook) -> None:
    """Who is silent since when, and what is listed instead of the touch, by a slow look at everything there is."""
    copy.row_factory = sqlite3.Row

    def rows(table: str) -> list[sqlite3.Row]:
        return copy.execute(f"SELECT * FROM {table} WHERE deleted_at IS NULL").fetchall()

    contacts, steps, tasks = rows("interaction"), rows("stage_change"), rows("task")
    orders = rows("customer_order")
    left_alone = set()
    for row in rows("customer"):
        own = [one for one in contacts if one["customer_id"] == row["id"]]
        if row["do_not_contact"] or row["retired_on"]:
            left_alone.add(row["id"])
        expected = (
            _unanswered(row, own, book),
            _dormant(row, book),
            *_what_is_listed(row, own, orders, steps, tasks, book),
        )
        found = (row["unanswered_id"], row["unanswered_on"]), row["dormant_on"]
        assert (*found, row["win_back_on"], row["touch_due_on"]) == expected
    gone = {one["id"] for one in rows("person") if one["left_on"]}
    for row in rows("key_date"):
        added_on, done_on = date.fromisoformat(row["added_on"]), row["done_on"]
        settled_on = date.fromisoformat(done_on) if done_on else None
        next_on = key_dates.occurrence(row["day"], row["kind"], added_on, settled_on, book.lunar)
        assert row["next_on"] == (next_on.isoformat() if next_on else None)
        listed_on = None
        is_of_the_past = row["person_id"] in gone
        if next_on and row["customer_id"] not in left_alone and not is_of_the_past:
            ahead = key_dates.lead(row["kind"], row["lead_days"])
            listed_on = row["snoozed_until"] or (next_on - ahead).isoformat()
        assert row["listed_on"] == listed_on


def _unanswered(row: Any, contacts: list[Any], book: Rulebook) -> tuple[int | None, str | None]:
    if row["do_not_contact"] or row["retired_on"]:
        return None, None
    waiting = None
    for one in sorted(contacts, key=lambda one: (one["at"], one["id"])):
        awaits = one["awaits_answer"] and one["id"] > (row["unanswered_done_id"] or 0)
        if one["two_way"]:
            waiting = None
        elif waiting is None and awaits:
            waiting = one
    if waiting is None:
        return None, None
    sent_on = date.fromisoformat(waiting["contacted_on"])
    due = book.policy.no_reply.after(sent_on, book.calendar)
    return waiting["id"], book.calendar.roll(due, book.policy.roll).isoformat()


def _dormant(row: Any, book: Rulebook) -> str | None:
    """Since when a customer is dormant; a snooze hides that, and makes nobody less dormant."""
    if not book.policy.win_back:
        return None
    facts = facts_of(row)
    awake = next_touch(facts._replace(snoozed_until=None), book.policy, book.calendar)
    life = Life(facts.stage, facts.added_on, facts.began_on, day_of(row["last_activity_on"]))
    found = first_dormant(life._replace(touch_on=awake.due_on), book.policy.new_for)
    return max(found.isoformat(), row["snoozed_until"] or "") if found else None


def _what_is_listed(
    row: Any,
    contacts: list[Any],
    orders: list[Any],
    steps: list[Any],
    tasks: list[Any],
    book: Rulebook,
) -> tuple[str | None, str | None]:
    """When the win-back and when the touch is listed."""
    own_tasks = [one for one in tasks if one["customer_id"] == row["id"] and not one["done_at"]]
    if any(one["kind"] == "follow-up" for one in own_tasks):
        return None, None
    day, since = _dormant(row, book), row["added_on"]
    if row["stage"] == "lost":
        losses = [
            one["changed_on"]
            for one in steps
            if one["customer_id"] == row["id"] and one["to_stage"] == "lost" and one["from_stage"]
        ]
        since = max(losses, default=since)
        due = date.fromisoformat(since) + timedelta(days=90)
        day = row["promised_on"] or book.calendar.roll(due, book.policy.roll).isoformat()
        day = max(day, row["snoozed_until"] or "")
    else:
        ordered = [one["ordered_on"] for one in orders if one["customer_id"] == row["id"]]
        since = max([since, *(one["contacted_on"] for one in contacts), *ordered])
    if not book.policy.win_back or row["do_not_contact"] or row["retired_on"] or day is None:
        return None, row["next_touch_on"]
    talks = [one["contacted_on"] for one in contacts if one["two_way"]]
    if max(talks, default="") >= day or (row["win_back_done_for"] or "") >= since:
        return None, None
    return day, row["next_touch_on"]


def check_contacts(path: Path) -> None:
    """The contact columns, by a slow loop over every interaction."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    contacts = connection.execute("SELECT * FROM interaction WHERE deleted_at IS NULL").fetchall()
    tasks = connection.execute("SELECT * FROM task WHERE deleted_at IS NULL").fetchall()
    orders = connection.execute("SELECT * FROM customer_order WHERE deleted_at IS NULL").fetchall()
    for row in connection.execute("SELECT * FROM customer WHERE deleted_at IS NULL"):
        own = [one for one in contacts if one["customer_id"] == row["id"]]
        newest = max(
            (one for one in own if one["two_way"]),
            key=lambda one: (one["at"], one["id"]),
            default=None,
        )
        intent = max(
            (one for one in own if one["intent"]),
            key=lambda one: (one["at"], one["id"]),
            default=None,
        )
        assert row["last_contact_id"] == (newest["id"] if newest else None)
        assert row["last_contact_on"] == (newest["contacted_on"] if newest else None)
        assert row["intent"] == (intent["intent"] if intent else None)
        ordered = [one["ordered_on"] for one in orders if one["customer_id"] == row["id"]]
        assert row["last_order_on"] == max(ordered, default=None)
        active = [*(one["contacted_on"] for one in own), *ordered]
        assert row["last_activity_on"] == max(active, default=None)
    retired = {
        row["id"]
        for row in connection.execute("SELECT id FROM customer WHERE retired_on IS NOT NULL")
    }
    for one in tasks:
        due_on = None if one["customer_id"] in retired else one["snoozed_until"] or one["due_on"]
        assert one["listed_on"] == due_on
    connection.close()


def check_links(path: Path) -> None:
    """No live row points at one that has gone."""
    connection = sqlite3.connect(path)
    for child, shape in frozen.TABLES.items():
        for column, parent in shape["links"].items():
            lost = connection.execute(
                f"SELECT child.id, child.{column} FROM {child} AS child LEFT JOIN {parent} AS parent "
                f"ON parent.id = child.{column} AND parent.deleted_at IS NULL "
                f"WHERE child.deleted_at IS NULL AND child.{column} IS NOT NULL AND parent.id IS NULL"
            ).fetchall()
            assert lost == [], (child, column)
    connection.close()


def check(path: Path) -> None:
    check_derived(path)
    check_contacts(path)
    check_links(path)
    check_search(path)
    assert one(path, "SELECT count(*) FROM open_change") == 0


def work(
    data: st.DataObject, path: Path, folder: Path, at: Callable[[str], None], with_undo: bool
) -> list[list[str]]:
    """A random day of work on a new file; every command either works and leaves all in order, or changes nothing."""
    drawer = Drawer(data.draw, path, folder)
    now = datetime.fromisoformat(NOW)
    done: list[list[str]] = []
    length = data.draw(st.integers(10, 25), label="commands")
    while len(done) < length:
        now += timedelta(minutes=data.draw(st.sampled_from((0, 1, 90, 1440, 10_000))))
        at(now.isoformat(timespec="minutes"))
        command = ["add-customer", "First"] if not done else drawer.command()
        if command[0] == "undo" and not with_undo:
            continue
        before = live(path)
        ended = run_in_process(command)
        done.append([now.isoformat(), str(ended.code), *command])
        assert ended.code in (0, 2, 3, 4, 5) or (command[0] == "import" and ended.code == 1), (
            done,
            ended,
        )
        if ended.code not in (0, 5):
            assert live(path) == before, (done, ended)
            assert ended.out == "", done
        elif command[0] == "undo" and data.draw(st.booleans(), label="and back"):
            after = live(path)
            crm(f"undo {ended.out}")
            assert live(path) == before, done
            last = one(path, "SELECT max(id) FROM change")
            crm(f"undo x{last}")
            assert live(path) == after, done
        check(path)
    return done


def new_file(folder: Path) -> Path:
    shutil.rmtree(folder / "crm.db.files", ignore_errors=True)
    for file in folder.glob("crm.db*"):
        file.unlink()
    path = folder / "crm.db"
    open_for_writing(str(path), settings_of_the_place).close()
    return path


@settings(max_examples=heavy(5, 24))
@given(data=st.data())
def test_undo_to_the_beginning_and_redo_to_the_end(
    data: st.DataObject, place: Path, at: Callable[[str], None]
) -> None:
    path = new_file(place)
    before = live(path)
    done = work(data, path, place, at, with_undo=False)
    after = live(path)

    undone: list[str] = []
    states = [after]
    while (ended := run_in_process("undo")).code == 0:
        undone.append(ended.out.strip())
        states.append(live(path))
        check(path)
    assert ended.code == 3, (done, ended)
    assert live(path) == before, done
    assert len(undone) == one(path, "SELECT count(*) FROM change WHERE undoes IS NULL")

    for state, name in zip(states[-2::-1], reversed(undone), strict=True):
        ended = run_in_process(["undo", name])
        assert ended.code == 0, (done, name, ended)
        assert live(path) == state, (done, name)
        check(path)
    assert live(path) == after, done
    # Everything stands again, and so it can all be taken back once more.
    assert (
        one(path, "SELECT count(*) FROM change WHERE undoes IS NULL AND undone_by IS NOT NULL") == 0
    )
    while run_in_process("undo").code == 0:
        pass
    assert live(path) == before, done


@settings(max_examples=heavy(5, 24))
@given(data=st.data())
def test_undo_in_the_middle_of_work(
    data: st.DataObject, place: Path, at: Callable[[str], None]
) -> None:
    path = new_file(place)
    before = live(path)
    done = work(data, path, place, at, with_undo=True)
    while (ended := run_in_process("undo")).code == 0:
        check(path)
    if ended.code == 3:
        assert live(path) == before, done
    else:
        assert ended.code == 4, (done, ended)


def test_reading_finds_no_file_in_the_place(place: Path) -> None:
    """The helpers above look at the file without making it."""
    assert not open_for_reading(str(place / "crm.db")).exists
