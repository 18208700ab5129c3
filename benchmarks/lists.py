"""The lists to import: made up, always the same, every row good and no two alike; kept in `.bench/`.

`python -m benchmarks.lists KIND ROWS --out FILE` writes one, in a process of its own as the databases are.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import build
from benchmarks.basics import FAMILY, GIVEN, INTERACTIONS, day, dice_for

CUSTOMER_COLUMNS = (
    "编号", "客户名称", "客户状态", "客户等级", "行业", "城市", "联系人", "职务", "手机", "邮箱", "来源", "标签", "成交日期", "备注",
)  # fmt: skip
CUSTOMER_FIELDS = (
    "external_id", "name", "stage", "tier", "industry", "city", "person", "title", "person_phone", "email", "source", "tags",
    "since", "note",
)  # fmt: skip
INTERACTION_COLUMNS = (
    "客户名称", "跟进时间", "跟进方式", "方向", "跟进内容", "联系人", "意向度", "下一步", "下次跟进时间",
)  # fmt: skip

_BETWEEN = 30  # days from a customer's contact to its next
_NEXT_EVERY = 10  # newest contacts of which one has a next step
_CHANNELS = ("电话", "微信", "拜访", "邮件", "会议")
_DIRECTIONS = ("我方联系客户", "客户联系我方", "双向", "")
_INTENTS = ("高", "中", "低", "")

Line = list[str]


def customers_csv(rows: int) -> Path:
    """So many customers × 14 columns."""
    return _kept("customers", "csv", rows)


def customers_jsonl(rows: int) -> Path:
    """The same, an object a line with the names of CLI.md."""
    return _kept("customers", "jsonl", rows)


def interactions_csv(rows: int) -> Path:
    """So many contacts × 9 columns, ten with each of the first customers of the other lists."""
    return _kept("interactions", "csv", rows)


def _kept(kind: str, form: str, rows: int) -> Path:
    name = f"{kind}-{rows}.{form}"
    return build.kept(name, "benchmarks.lists", kind, str(rows), "--form", form)


def customers(rows: int) -> Iterator[Line]:
    """Customers as another system exports them."""
    dice = dice_for("csv")
    for key in range(1, rows + 1):
        name, city, industry = build.company(key)
        stage = dice.choice(("成交客户", "成交客户", "意向客户", "潜在客户"))
        yield [
            f"K{key:07d}", name, stage, dice.choice(("核心客户", "潜力客户", "普通客户", "")), industry, city,
            dice.choice(FAMILY) + dice.choice(GIVEN), dice.choice(build.TITLES), build.mobile(key),
            f"person{key}@example{key % 977}.com", dice.choice(build.SOURCES), "；".join(dice.sample(build.TAGS, key % 3)),
            day(dice.randrange(2000)) if stage == "成交客户" else "", dice.choice(build.SUMMARIES) if key % 2 else "",
        ]  # fmt: skip


def interactions(rows: int) -> Iterator[Line]:
    """Contacts by time, the oldest first, so that a customer's lie far apart; a few of the newest with a next step."""
    dice = dice_for("interactions")
    for turn in reversed(range(INTERACTIONS)):
        for key in range(1, rows // INTERACTIONS + 1):
            ago = turn * _BETWEEN + key % _BETWEEN + 1
            follows = turn == 0 and key % _NEXT_EVERY == 0
            yield [
                build.company(key)[0], f"{day(ago)} {9 + key % 9:02d}:{key % 60:02d}", _CHANNELS[(key + turn) % 5],
                _DIRECTIONS[key % 4], f"{dice.choice(build.SUMMARIES)}（{turn + 1}）", FAMILY[key % 20] + GIVEN[key % 19],
                _INTENTS[(key + turn) % 4], "寄样品" if follows else "", day(-5 - key % 20) if follows else "",
            ]  # fmt: skip


def write_csv(columns: Sequence[str], rows: Iterator[Line], path: Path) -> None:
    """As Excel saves it: UTF-8 with BOM, CRLF."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def write_jsonl(names: Sequence[str], rows: Iterator[Line], path: Path) -> None:
    """An object a line, without what is empty."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            given = {name: value for name, value in zip(names, row, strict=True) if value}
            file.write(json.dumps(given, ensure_ascii=False) + "\n")


def main() -> None:
    """Write one file; called by this module itself, in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("kind", choices=("customers", "interactions"))
    parser.add_argument("rows", type=int)
    parser.add_argument("--form", choices=("csv", "jsonl"), default="csv")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.kind == "interactions":
        write_csv(INTERACTION_COLUMNS, interactions(asked.rows), asked.out)
    elif asked.form == "csv":
        write_csv(CUSTOMER_COLUMNS, customers(asked.rows), asked.out)
    else:
        write_jsonl(CUSTOMER_FIELDS, customers(asked.rows), asked.out)


if __name__ == "__main__":
    main()
