"""Builds the databases to measure with: made up, always the same, kept in `.bench/`.

`python -m benchmarks.build SIZE FILE` writes one database. It runs in a process of its own, so that the process that
measures stays small: a child's peak memory can never be lower than its parent's was when it was started.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks import basics, service, year
from benchmarks.basics import (
    FAMILY,
    GIVEN,
    INTERACTIONS,
    Profile,
    Row,
    day,
    dice_for,
    moment,
    profiles,
)
from crmcli.context import Context
from crmcli.rules import cadence, deadlines, ranking, searching, workclock
from crmcli.rules.identity import email_key, name_key, phone_key
from crmcli.rules.service import promising, score, standing, surveying
from crmcli.rules.year import rounds, spending
from crmcli.store import derived, derived_service, derived_year, frozen, frozen_schema, search
from crmcli.store.changes import Change, bulk
from crmcli.store.opening import open_for_writing
from crmcli.workcalendar import data_version

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".bench"
OPEN_TASKS = 0.1  # of a customer; they have the first keys, so that t1, t2, … can be settled
_LISTS = str(Path(__file__).with_name("lists.py"))  # it imports this module
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
COMBINATIONS = len(_CITIES) * len(_FIRST) * len(_SECOND) * len(_TRADES)  # names of one kind
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
TITLES = ("总经理", "采购经理", "技术总监", "财务", "厂长", "项目经理", "Buyer", "CTO")
SOURCES = ("展会", "转介绍", "网站", "电话", "LinkedIn")
TAGS = (
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
SUMMARIES = (
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


# --- kept files ---


def database(size: int) -> Path:
    """The database of `size` customers, built when it is not there or no longer what this code would build."""
    return kept(f"{size}.db", "benchmarks.build", str(size))


def kept(name: str, module: str, *arguments: str) -> Path:
    """The file of that name, written by `python -m MODULE ARGUMENTS --out FILE` when there is none yet."""
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
            cwd=ROOT,
        )
        draft.rename(target)
    return target


@cache
def _fingerprint() -> str:
    """Differs when the schema, this generator, or what computes the stored dates does; one for the whole run."""
    texts = [str(frozen.SCHEMA_VERSION), *frozen_schema.SCHEMA, data_version()]
    sources = (
        __file__, _LISTS, basics.__file__, service.__file__, year.__file__, cadence.__file__, ranking.__file__, derived.__file__,
        derived_service.__file__, derived_year.__file__, spending.__file__, rounds.__file__, search.__file__, searching.__file__, standing.__file__, deadlines.__file__,
        workclock.__file__, score.__file__, promising.__file__, surveying.__file__,
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
    again = number // COMBINATIONS
    mixed = number * 7919 % COMBINATIONS
    mixed, city = divmod(mixed, len(_CITIES))
    mixed, first = divmod(mixed, len(_FIRST))
    kind, second = divmod(mixed, len(_SECOND))
    trade = list(_TRADES)[kind]
    return (
        f"{_CITIES[city]}{_FIRST[first]}{_SECOND[second]}{trade}{'二厂' * again}有限公司",
        _CITIES[city],
        _TRADES[trade],
    )


def _customers(size: int) -> Iterator[Row]:
    dice = dice_for("customer")
    for key in range(1, size + 1):
        profile = Profile(key)
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
            "source": dice.choice(SOURCES),
            "since": day(profile.began_ago) if profile.stage == "customer" else None,
            "prefer": dice.choice(_CHANNELS),
            "note": dice.choice(SUMMARIES) if dice.random() < 0.5 else None,
            "external_id": f"K{key:07d}" if key % 2 else None,
            "added_on": day(added),
            "created_at": moment(added, key),
            **year.rounds_held(key, profile),
        }


def _people(size: int) -> Iterator[Row]:
    dice = dice_for("person")
    for key in range(1, size + 1):
        for _ in range(1 + (key % 4 == 0)):
            yield {
                "customer_id": key,
                "name": dice.choice(FAMILY) + dice.choice(GIVEN),
                "title": dice.choice(TITLES),
                "roles": dice.choice(("decider", "buyer", "user,contact", None)),
                "key_person": int(dice.random() < 0.3),
                "created_at": moment(500, key),
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
    dice = dice_for("interaction")
    known = [(one.last_ago, one.gap, one.intent) for one in profiles(size)]
    for turn in reversed(range(INTERACTIONS)):
        for key, (last_ago, gap, intent) in enumerate(known, start=1):
            ago = last_ago + turn * gap
            no_answer = turn > 0 and dice.random() < 0.1
            yield {
                "customer_id": key,
                "at": moment(ago, key + turn),
                "contacted_on": day(ago),
                "channel": _CHANNELS[int(dice.random() * 5)],
                "need_id": service.need_about(key, turn, size),
                "two_way": int(not no_answer),
                "no_answer": int(no_answer),
                "minutes": 5 + key % 40,
                "summary": SUMMARIES[int(dice.random() * 8)],
                "intent": intent,
                "entered_at": moment(ago, key + turn),
            }


def _participants(size: int) -> Iterator[Row]:
    """One of theirs in every customer's newest contact."""
    for key in range(1, size + 1):
        newest = size * (INTERACTIONS - 1) + key
        yield {"interaction_id": newest, "name": FAMILY[key % 20] + GIVEN[key % 19]}


def _tasks(size: int) -> Iterator[Row]:
    dice = dice_for("task")
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
            "due_on": day(dice.randrange(20) if late else -dice.randrange(1, 60)),
            "due_time": "15:00" if place % 10 == 0 else None,
            "created_at": moment(25, key),
        }
    for key in range(1, size + 1, 8):
        settled = {"done_at": moment(30, key), "done_on": day(30), "result": "已完成"}
        yield {
            "customer_id": key,
            "text": dice.choice(_TASKS),
            "due_on": day(31),
            "created_at": moment(60, key),
            **settled,
        }


def _tags(size: int) -> Iterator[Row]:
    dice = dice_for("tag")
    for key in range(1, size + 1):
        for name in dice.sample(TAGS, key % 3):
            yield {"customer_id": key, "name": name}


def _fields(size: int) -> Iterator[Row]:
    for key in range(1, size + 1, 5):
        yield {"customer_id": key, "name": "region", "value": "华东" if key % 2 else "华南"}


def _stage_changes(size: int) -> Iterator[Row]:
    for key in range(1, size + 1):
        profile = Profile(key)
        is_customer = profile.stage == "customer"
        first = "prospect" if is_customer else profile.stage
        yield {"customer_id": key, "to_stage": first, "changed_on": day(profile.began_ago + 30)}
        if is_customer:
            became = {
                "from_stage": "prospect",
                "to_stage": "customer",
                "changed_on": day(profile.began_ago),
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
    "need": service.needs,
    "service_event": service.service_events,
    "escalation": service.escalations,
    "plan_step": service.plan_steps,
    "promise": service.promises,
    "survey": service.surveys,
    "review": service.reviews,
    "article": service.articles,
    "deal": year.deals,
    "contract": year.contracts,
    "customer_order": year.orders,
    "risk": year.risks,
}


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
    asked = parser.parse_args()
    build(asked.size, asked.out)


if __name__ == "__main__":
    main()
