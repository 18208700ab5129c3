"""Builds the databases and the import file to measure with: made up, always the same, kept in `.bench/`.

`python -m benchmarks.build SIZE FILE` writes one database. It runs in a process of its own, so that the process that
measures stays small: a child's peak memory can never be lower than its parent's was when it was started.
"""

import csv
import hashlib
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from crmcli.context import Context
from crmcli.rules import cadence, ranking, searching
from crmcli.rules.identity import email_key, name_key, phone_key
from crmcli.store import derived, frozen, search
from crmcli.store.changes import Change, bulk
from crmcli.store.opening import open_for_writing
from crmcli.workcalendar import data_version

HOME = Path(__file__).parent.parent / ".bench"
TODAY = date(2026, 11, 20)  # a Friday that is worked
NOW = f"{TODAY}T09:00"
INTERACTIONS = 10  # a customer
OPEN_TASKS = 0.1  # of a customer; they have the first keys, so that t1, t2, … can be settled
_SEED = 20261120
_DUE = 0.03  # of the customers
_PLACE = {
    "timezone": "Asia/Shanghai",
    "calendar.country": "CN",
    "currency": "CNY",
    "fields.region": "text",
}

_CITIES = (
    "上海", "北京", "深圳", "广州", "苏州", "杭州", "成都", "武汉", "南京", "重庆", "天津", "西安", "长沙", "青岛", "宁波",
    "无锡", "佛山", "合肥", "郑州", "东莞", "济南", "厦门", "福州", "大连", "沈阳", "昆明", "常州", "温州", "嘉兴", "珠海",
)  # fmt: skip
_FIRST = "华恒瑞金鑫德东新中天宏博信安海盛同泰和远正丰嘉凯立明润诚科汇联众通达创智优宝隆"
_SECOND = "精泽源峰科达胜辉丰康利业邦力图腾茂景晨林川洋宇航越迅易方元和昌发兴旺荣顺祥"
_TRADES = {
    "精密机械": "制造业", "电子科技": "电子", "软件": "软件", "医疗器械": "医疗", "国际贸易": "贸易", "物流": "物流", "食品": "食品",
    "建筑工程": "建筑", "新材料": "化工", "自动化设备": "制造业", "环保科技": "环保", "文化传媒": "传媒", "纺织": "纺织", "包装": "包装",
}  # fmt: skip
_ENGLISH = (
    "Acme", "Borealis", "Cobalt", "Delta", "Evergreen", "Foxglove", "Granite", "Harbour", "Iris", "Juniper", "Keystone",
    "Larkspur", "Meridian", "Northgate", "Orchard", "Pinnacle", "Quarry", "Redwood", "Summit", "Tidewater",
)  # fmt: skip
_ENGLISH_TRADES = {
    "Machinery": "manufacturing",
    "Software": "software",
    "Logistics": "logistics",
    "Foods": "food",
    "Textiles": "textiles",
}
_FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
_GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀英",
    "志强",
    "晓东",
)
_TITLES = ("总经理", "采购经理", "技术总监", "财务", "厂长", "项目经理", "Buyer", "CTO")
_SOURCES = ("展会", "转介绍", "网站", "电话", "LinkedIn")
_TAGS = (
    "vip",
    "重点",
    "华东",
    "华南",
    "老客户",
    "价格敏感",
    "续约",
    "exhibition",
    "pilot",
    "推荐人",
)
_SUMMARIES = (
    "电话沟通报价，对方要求下周给样品", "拜访，看了新厂房，现场确认了交期", "微信问候，最近在做预算", "called about the new price list, wants a discount",
    "讨论售后问题，已转技术部", "meeting on the annual framework contract", "寄出样品，等反馈", "no budget before January, keep in touch",
)  # fmt: skip
_TASKS = (
    "发送新报价单",
    "准备合同",
    "寄样品",
    "send the new price list",
    "安排技术交流",
    "call back about delivery",
)
_CHANNELS = ("call", "wechat", "visit", "email", "meeting")

Row = dict[str, Any]


# --- kept files ---


def database(size: int) -> Path:
    """The database of `size` customers, built when it is not there or no longer what this code would build."""
    return _kept(f"{size}.db", "benchmarks.build", str(size))


def import_file(rows: int) -> Path:
    """A CSV file of `rows` customers × 14 columns."""
    return _kept(f"{rows}.csv", "benchmarks.build", str(rows), "--csv")


def _kept(name: str, module: str, *arguments: str) -> Path:
    folder = HOME / _fingerprint()
    target, draft = folder / name, folder / f"new-{name}"
    if not target.exists():
        for old in HOME.glob("*"):
            if old != folder and old.is_dir():
                shutil.rmtree(old)
        folder.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        print(f"building {name} …", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", module, *arguments, "--out", str(draft)],
            check=True,
            cwd=HOME.parent,
        )
        draft.rename(target)
    return target


@cache
def _fingerprint() -> str:
    """Differs when the schema, this generator, or what computes the stored dates does; one for the whole run."""
    texts = [str(frozen.SCHEMA_VERSION), *frozen.SCHEMA, data_version()]
    sources = (
        __file__, cadence.__file__, ranking.__file__, derived.__file__, search.__file__, searching.__file__,
    )  # fmt: skip
    texts += [Path(source).read_text(encoding="utf-8") for source in sources]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


# --- one database ---


def build(size: int, path: Path) -> None:
    """Write a database of `size` customers to `path`, by way of one bulk change."""
    open_for_writing(str(path), lambda: _PLACE).close()
    crm = Context(["benchmarks"])
    crm.asked_db = str(path)
    db = crm.write()
    db.connection.execute("ROLLBACK")  # it is locked by now, and these settings stand outside
    for pragma in ("cache_size = -400000", "synchronous = OFF", "foreign_keys = OFF"):
        db.connection.execute(f"PRAGMA {pragma}")
    if size:
        with crm.change("made up for the benchmarks") as change:
            with bulk(change, tuple(_ROWS)):
                for table, rows in _ROWS.items():
                    _insert(change, table, rows(size))
            derived.refresh_all(db, crm.book)
            search.rebuild(db)
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    crm.close()


def _insert(change: Change, table: str, rows: Iterator[Row]) -> None:
    """Insert rows that carry their own keys, from 1 on; columns not given take the model's default."""
    blank = {name: default for name, (default, _limit) in frozen.TABLES[table]["columns"].items()}
    last = 0

    def whole() -> Iterator[Row]:
        nonlocal last
        for last, row in enumerate(rows, start=1):
            yield blank | {"id": last} | row

    change.db.run_many(f"insert_{table}", whole())
    change.take_keys(table, last)


def _dice(table: str) -> random.Random:
    """The same numbers for the same table every time; a larger database begins like a smaller one."""
    return random.Random(f"{_SEED} {table}")


def _day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def _moment(ago: int, minute: int) -> str:
    """A UTC instant within local office hours."""
    start = datetime.combine(TODAY - timedelta(days=ago), datetime.min.time())
    return (start + timedelta(hours=1, minutes=minute % 480)).strftime("%Y-%m-%dT%H:%M:%SZ")


def company(number: int) -> tuple[str, str, str]:
    """The name, city and trade of the company of that number; no two have the same name."""
    if number % 7 == 0:
        turn = number // 7
        front, back = _ENGLISH[turn % 20], _ENGLISH[turn // 20 % 20]
        trade = list(_ENGLISH_TRADES)[turn // 400 % 5]
        return (
            f"{front} {back} {trade} {turn // 2000 + 1} Ltd.",
            _CITIES[number % 30],
            _ENGLISH_TRADES[trade],
        )
    # A prime step goes through all combinations, and in an order that looks like none.
    mixed = number * 7919 % (len(_CITIES) * len(_FIRST) * len(_SECOND) * len(_TRADES))
    mixed, city = divmod(mixed, len(_CITIES))
    mixed, first = divmod(mixed, len(_FIRST))
    kind, second = divmod(mixed, len(_SECOND))
    trade = list(_TRADES)[kind]
    return (
        f"{_CITIES[city]}{_FIRST[first]}{_SECOND[second]}{trade}有限公司",
        _CITIES[city],
        _TRADES[trade],
    )


class _Profile:
    """What decides a customer's dates, the same in every table that asks."""

    def __init__(self, key: int) -> None:
        dice = random.Random(_SEED + key)
        self.stage = dice.choices(("customer", "prospect", "interested", "lost"), (65, 15, 15, 5))[
            0
        ]
        self.tier = dice.choices(("core", "potential", "ordinary", None), (10, 20, 50, 20))[0]
        self.intent = dice.choices(("high", "medium", "low", None), (5, 25, 40, 30))[0]
        is_new = self.stage == "customer" and dice.random() < 0.05
        self.began_ago = dice.randrange(80) if is_new else dice.randrange(100, 2000)
        every = self._every(is_new)
        late = dice.random() < _DUE
        self.last_ago = every + dice.randrange(50) if late else dice.randrange(every)
        self.gap = dice.randrange(5, 60)

    def _every(self, is_new: bool) -> int:
        """Fewer days than the cadence, so that who is not to be late is not."""
        if self.stage in ("prospect", "interested"):
            return {"high": 2, "medium": 6}.get(self.intent or "", 29)
        if is_new:
            return 6
        return {"core": 27, "potential": 56}.get(self.tier or "", 85)


def _customers(size: int) -> Iterator[Row]:
    dice = _dice("customer")
    for key in range(1, size + 1):
        profile = _Profile(key)
        name, city, industry = company(key)
        short = name[2:4] if dice.random() < 0.2 else None
        added = max(profile.began_ago, profile.last_ago + profile.gap * INTERACTIONS)
        yield {
            "name": name,
            "name_key": name_key(name),
            "short_name": short,
            "short_key": name_key(short) if short else None,
            "stage": profile.stage,
            "tier": profile.tier,
            "industry": industry,
            "size": dice.choice(("1-20", "20-99", "100-499", None)),
            "city": dice.choice(_CITIES[:3]) if dice.random() < 0.2 else city,
            "address": f"工业路{dice.randrange(1, 999)}号",
            "source": dice.choice(_SOURCES),
            "since": _day(profile.began_ago) if profile.stage == "customer" else None,
            "prefer": dice.choice(_CHANNELS),
            "note": dice.choice(_SUMMARIES) if dice.random() < 0.5 else None,
            "external_id": f"K{key:07d}" if key % 2 else None,
            "added_on": _day(added),
            "created_at": _moment(added, key),
        }


def _people(size: int) -> Iterator[Row]:
    dice = _dice("person")
    for key in range(1, size + 1):
        for _ in range(1 + (key % 4 == 0)):
            yield {
                "customer_id": key,
                "name": dice.choice(_FAMILY) + dice.choice(_GIVEN),
                "title": dice.choice(_TITLES),
                "roles": dice.choice(("decider", "buyer", "user,contact", None)),
                "key_person": int(dice.random() < 0.3),
                "created_at": _moment(500, key),
            }


def mobile(number: int) -> str:
    """A mobile number of its own for each number; those that begin with 139 are left for what is added later."""
    return f"1{3 + number % 3 * 2}{number % 8}{number * 104_729 % 100_000_000:08d}"


def _contact_points(size: int) -> Iterator[Row]:
    person = 0
    for key in range(1, size + 1):
        for _ in range(1 + (key % 4 == 0)):
            person += 1
            belongs = {"customer_id": key, "person_id": person}
            phone, email = mobile(person), f"person{person}@example{key % 977}.com"
            yield {**belongs, "kind": "phone", "value": phone, "value_key": phone_key(phone)}
            if person % 5 < 3:
                yield {**belongs, "kind": "email", "value": email, "value_key": email_key(email)}


def _interactions(size: int) -> Iterator[Row]:
    """Every customer's oldest contact, then every customer's next one: as spread over the file as in real life."""
    dice = _dice("interaction")
    profiles = [(one.last_ago, one.gap, one.intent) for one in map(_Profile, range(1, size + 1))]
    for turn in reversed(range(INTERACTIONS)):
        for key, (last_ago, gap, intent) in enumerate(profiles, start=1):
            ago = last_ago + turn * gap
            no_answer = turn > 0 and dice.random() < 0.1
            yield {
                "customer_id": key,
                "at": _moment(ago, key + turn),
                "contacted_on": _day(ago),
                "channel": _CHANNELS[int(dice.random() * 5)],
                "two_way": int(not no_answer),
                "no_answer": int(no_answer),
                "minutes": 5 + key % 40,
                "summary": _SUMMARIES[int(dice.random() * 8)],
                "intent": intent,
                "entered_at": _moment(ago, key + turn),
            }


def _participants(size: int) -> Iterator[Row]:
    """One of theirs in every customer's newest contact."""
    for key in range(1, size + 1):
        newest = size * (INTERACTIONS - 1) + key
        yield {"interaction_id": newest, "name": _FAMILY[key % 20] + _GIVEN[key % 19]}


def _tasks(size: int) -> Iterator[Row]:
    dice = _dice("task")
    for place in range(int(size * OPEN_TASKS)):
        key = int(place / OPEN_TASKS) + 1
        follows = place % 3 == 0
        late = dice.random() < 0.2
        yield {
            "customer_id": key,
            "interaction_id": size * (INTERACTIONS - 1) + key if follows else None,
            "kind": "follow-up" if follows else "task",
            "text": dice.choice(_TASKS),
            "owner": "李雷",
            "due_on": _day(dice.randrange(20) if late else -dice.randrange(1, 60)),
            "due_time": "15:00" if place % 10 == 0 else None,
            "created_at": _moment(25, key),
        }
    for key in range(1, size + 1, 8):
        settled = {"done_at": _moment(30, key), "done_on": _day(30), "result": "已完成"}
        yield {
            "customer_id": key,
            "text": dice.choice(_TASKS),
            "due_on": _day(31),
            "created_at": _moment(60, key),
            **settled,
        }


def _tags(size: int) -> Iterator[Row]:
    dice = _dice("tag")
    for key in range(1, size + 1):
        for name in dice.sample(_TAGS, key % 3):
            yield {"customer_id": key, "name": name}


def _fields(size: int) -> Iterator[Row]:
    for key in range(1, size + 1, 5):
        yield {"customer_id": key, "name": "region", "value": "华东" if key % 2 else "华南"}


def _stage_changes(size: int) -> Iterator[Row]:
    for key in range(1, size + 1):
        profile = _Profile(key)
        is_customer = profile.stage == "customer"
        first = "prospect" if is_customer else profile.stage
        yield {"customer_id": key, "to_stage": first, "changed_on": _day(profile.began_ago + 30)}
        if is_customer:
            became = {
                "from_stage": "prospect",
                "to_stage": "customer",
                "changed_on": _day(profile.began_ago),
            }
            yield {"customer_id": key, **became}


_ROWS = {
    "customer": _customers,
    "person": _people,
    "contact_point": _contact_points,
    "interaction": _interactions,
    "participant": _participants,
    "task": _tasks,
    "tag": _tags,
    "field_value": _fields,
    "stage_change": _stage_changes,
}


# --- one file to import ---

CSV_COLUMNS = (
    "编号", "客户名称", "客户状态", "客户等级", "行业", "城市", "联系人", "职务", "手机", "邮箱", "来源", "标签", "成交日期", "备注",
)  # fmt: skip


def write_csv(rows: int, path: Path) -> None:
    """Customers as another system exports them: 14 columns, every row good, no two the same."""
    dice = _dice("csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CSV_COLUMNS)
        for key in range(1, rows + 1):
            name, city, industry = company(key)
            stage = dice.choice(("成交客户", "成交客户", "意向客户", "潜在客户"))
            writer.writerow([
                f"K{key:07d}", name, stage, dice.choice(("核心客户", "潜力客户", "普通客户", "")), industry, city,
                dice.choice(_FAMILY) + dice.choice(_GIVEN), dice.choice(_TITLES), mobile(key),
                f"person{key}@example{key % 977}.com", dice.choice(_SOURCES), "；".join(dice.sample(_TAGS, key % 3)),
                _day(dice.randrange(2000)) if stage == "成交客户" else "", dice.choice(_SUMMARIES) if key % 2 else "",
            ])  # fmt: skip


@contextmanager
def copied(source: Path, name: str) -> Iterator[Path]:
    """A throw-away copy of a kept database."""
    target = source.with_name(name)
    shutil.copyfile(source, target)
    try:
        yield target
    finally:
        for rest in target.parent.glob(f"{name}*"):
            rest.unlink()


def main() -> None:
    """Write one file; called by this module itself, in a process of its own."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--csv", action="store_true")
    asked = parser.parse_args()
    (write_csv if asked.csv else build)(asked.size, asked.out)


if __name__ == "__main__":
    main()
