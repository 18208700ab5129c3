"""Finding customers that may be one, against comparing each with each; and in files made to have it take long."""

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules import duplicates as rules
from crmcli.rules.duplicates import Known, Pair, fold, judge, worth_listing
from crmcli.rules.identity import name_key
from crmcli.store import duplicates
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.opening import open_for_writing
from tests.support import heavy

AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")
CODES = ("91310000MA1FL0001A", "91310000MA1FL0002B", "91310000MA1FL0003C")
CITIES = ("上海", "苏州", None, None)
NAMES = (
    "华东精工", "華東精工", "华东精公", "华厦机械", "华夏机械", "明达科技", "明达贸易", "中科创新材料", "中科创兴材料", "Acme", "Acme Trading",
    "Siemens", "Simens", "Borealis Industrial", "Borealis Industral", "张伟",
)  # fmt: skip
FORMS = ("", "有限公司", "股份有限公司", "（上海）有限公司", " Co., Ltd.", "（集团）")
PLACES = ("", "", "上海", "苏州", "江苏苏州")


@pytest.fixture
def db(tmp_path: Path) -> Any:
    made = open_for_writing(str(tmp_path / "crm.db"), lambda: {"timezone": "Asia/Shanghai", "calendar.country": "none"})  # fmt: skip
    yield made
    made.close()


def fill(db: Database, customers: Sequence[dict[str, Any]]) -> None:
    """Customers with their `points`, in the order given."""
    with begin(db, AUTHOR) as change:
        for one in customers:
            columns = {name: value for name, value in one.items() if name != "points"}
            columns["name_key"] = name_key(columns["name"])
            key = change.insert("customer", added_on="2026-01-05", **columns)
            for kind, value in one.get("points", ()):
                change.insert("contact_point", customer_id=key, kind=kind, value=value, value_key=value)  # fmt: skip


def empty(db: Database) -> None:
    with db.transaction():
        for table in ("contact_point", "customer"):
            db.connection.execute(f"DELETE FROM {table}")
        for table in ("contact_point", "customer"):
            db.run("take_keys", of=table, next=1)


def some_customer(chance: random.Random) -> dict[str, Any]:
    short = chance.choice((None, None, None, "华精", "Acme"))
    return {
        "kind": chance.choice(("company", "company", "person")),
        "name": chance.choice(PLACES) + chance.choice(NAMES) + chance.choice(FORMS),
        "short_name": short,
        "short_key": name_key(short) if short else None,
        "city": chance.choice(CITIES),
        "uscc": chance.choice((None, None, None, None, "无", *CODES)),
        "external_id": f"E{chance.randrange(10**9)}" if chance.random() < 0.2 else None,
        "points": [
            (kind, f"{kind}{chance.randrange(8)}")
            for kind in ("phone", "email", "wechat")
            if chance.random() < 0.2
        ],
    }


def by_comparing_all(customers: Sequence[dict[str, Any]]) -> list[Pair]:
    """The same list, from what was written and a look at each pair."""
    holders = Counter(point for one in customers for point in set(one.get("points", ())))
    all_known = [
        Known(
            key, one.get("kind", "company"), fold(one["name"]), one.get("short_key"), one.get("city"),
            code if len(code := one.get("uscc") or "") > 8 else "", one.get("external_id"),
            frozenset(point for point in one.get("points", ()) if holders[point] > 1),
        )
        for key, one in enumerate(customers, start=1)
    ]  # fmt: skip
    return worth_listing(
        Pair(one.key, other.key, verdict)
        for one, other in combinations(all_known, 2)
        if (verdict := judge(one, other, holders))
    )


@settings(max_examples=heavy(40), derandomize=True)
@given(st.integers(0, 10**6))
def test_what_is_found_is_what_comparing_all_finds(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    customers = [some_customer(chance) for _ in range(chance.randint(2, 25))]
    empty(db)
    fill(db, customers)
    with mock.patch.object(rules, "_MOST_PAIRED", len(customers)):
        assert duplicates.find(db) == by_comparing_all(customers)


# --- what was planted is found ---

CITY_NAMES = ("上海", "北京", "苏州", "深圳", "成都")
TRADES = ("精密机械", "国际贸易", "电子科技", "软件", "包装")
_SIGNS = "蓝橙绿紫棕灰青银铂钛锌碳氧氢氮磷硫硅铝镁"
TRADITIONAL = str.maketrans("华东国际贸电机", "華東國際貿電機")


def brand(number: int) -> str:
    """A brand of four characters, no two of which are nearly alike."""
    chance = random.Random(number)
    return "".join(chance.sample(_SIGNS, 3)) + _SIGNS[number % len(_SIGNS)]


def planted(chance: random.Random, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer and the same one as somebody else entered it."""
    name = f"{brand(number)}华东{chance.choice(TRADES)}"
    one: dict[str, Any] = {"name": f"{name}有限公司", "city": chance.choice(CITY_NAMES)}
    other: dict[str, Any] = dict(one)
    how = number % 8
    if how == 0:
        other["name"] = f"{name} 股份有限公司"
    elif how == 1:
        other["name"] = f"{name}（{one['city']}）有限公司"
    elif how == 2:
        other["name"] = f"{one['city']}{name}"
    elif how == 3:
        other["name"] = one["name"].translate(TRADITIONAL)
    elif how == 4:
        one["points"], other["points"] = ([("phone", f"1380000{number:04}")],) * 2
        other["name"] = f"别名{number}"
    elif how == 5:
        one["points"], other["points"] = ([("email", f"m{number}@example.com")],) * 2
        other["name"] = f"另名{number}"
    elif how == 6:
        one["uscc"] = other["uscc"] = f"9131000{number:011}"
        other["name"] = f"又名{number}"
    else:
        one["name"], other["name"] = f"Vendor{brand(number)} Ltd", f"ＶＥＮＤＯＲ{brand(number)}"
    return one, other


@pytest.mark.parametrize("seed", range(3))
def test_every_planted_pair_is_found_and_no_pair_that_is_none(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    customers: list[dict[str, Any]] = []
    wanted, never = set(), set()
    for number in range(160):
        one, other = planted(chance, number)
        if number % 4 == 3 and "uscc" not in one:  # the same, but for what makes them two
            one["uscc"], other["uscc"] = f"9131{number:014}", f"9132{number:014}"
            never.add((len(customers) + 1, len(customers) + 2))
        else:
            wanted.add((len(customers) + 1, len(customers) + 2))
        customers += [one, other]
    fill(db, customers)
    found = {(pair.one, pair.other): pair.verdict for pair in duplicates.find(db)}
    assert wanted <= found.keys()
    assert not never & found.keys()


# --- files made to have it take long ---


def work(db: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Pair], int]:
    """The pairs, and how many were judged."""
    judged: list[int] = []

    def counting(*asked: Any) -> Any:
        judged.append(1)
        return judge(*asked)

    monkeypatch.setattr(duplicates, "judge", counting)
    return duplicates.find(db), len(judged)


def insert(db: Database, names: Sequence[str], phone: str | None = None) -> None:
    rows = [(key, name, name_key(name)) for key, name in enumerate(names, start=1)]
    with db.transaction():
        db.connection.executemany(
            "INSERT INTO customer (id, kind, name, name_key, stage, do_not_contact, priority, blacklisted, added_on, created_at, "
            "tier_weight, open_needs) VALUES (?, 'company', ?, ?, 'prospect', 0, 0, 0, '2026-01-05', '', 0, 0)",
            rows,
        )
        if phone:
            db.connection.executemany(
                "INSERT INTO contact_point (id, customer_id, kind, value, value_key, active) "
                "VALUES (?, ?, 'phone', ?, ?, 1)",
                [(key, key, phone, phone) for key, *_ in rows],
            )


MANY = 3_000


@pytest.mark.parametrize(
    "names",
    [
        ["上海贸易有限公司"] * MANY,
        [f"上海{'甲乙丙丁戊'[number % 5]}{'子丑寅卯辰'[number // 5 % 5]}贸易有限公司" for number in range(MANY)],
        [f"上海{number:05}贸易有限公司" for number in range(MANY)],
        [f"上海{chr(0x4E00 + number % 60)}{chr(0x4E00 + number // 60)}贸易有限公司" for number in range(MANY)],
        [f"上海{chr(0x4E00 + number % 60)}华东{chr(0x4E00 + number // 60)}贸易有限公司" for number in range(MANY)],
        [f"Acme{number} Trading Ltd" for number in range(MANY)],
        [f"{place}华东精工{trade}" for place in ("", *sorted(rules.PLACES)[:200]) for trade in sorted(rules.TRADES)[:15]],
    ],
    ids=["all one", "25 names", "numbered", "two signs", "four signs", "latin", "one brand"],
)  # fmt: skip
@pytest.mark.parametrize("phone", [None, "13800005678"])
def test_what_is_judged_grows_with_the_file_and_not_with_its_square(
    db: Database, monkeypatch: pytest.MonkeyPatch, names: list[str], phone: str | None
) -> None:
    insert(db, names, phone)
    _, judged = work(db, monkeypatch)
    assert judged < 40 * len(names)


def test_of_many_that_are_called_the_same_each_is_listed_once(db: Database) -> None:
    insert(db, ["上海贸易有限公司"] * MANY)
    found = duplicates.find(db)
    assert len(found) == MANY - 1
    assert {pair.one for pair in found} == {1}


def test_the_file_is_only_read(db: Database) -> None:
    fill(db, [{"name": "Acme"}, {"name": "ACME Ltd"}])
    before = db.connection.total_changes
    db.connection.execute("PRAGMA query_only = ON")
    assert len(duplicates.find(db)) == 1
    assert db.connection.total_changes == before
    assert isinstance(db.connection, sqlite3.Connection)
