"""What all made-up rows are built on: the day, the dice, and what decides a customer's dates."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

TODAY = date(2026, 11, 20)  # a Friday that is worked
NOW = f"{TODAY}T09:00"
INTERACTIONS = 10  # a customer
FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超", "秀英", "志强", "晓东",
)  # fmt: skip

Row = dict[str, Any]

_SEED = 20261120
_DUE = 0.03  # of the customers


def dice_for(table: str) -> random.Random:
    """The same numbers for the same table every time; a larger database begins like a smaller one."""
    return random.Random(f"{_SEED} {table}")


def day(ago: int) -> str:
    """The local day so many days ago, or ahead when negative."""
    return (TODAY - timedelta(days=ago)).isoformat()


def moment(ago: int, minute: int) -> str:
    """A UTC instant within local office hours."""
    return stored(instant(ago, minute))


def instant(ago: int, minute: int) -> datetime:
    """The same as a moment."""
    start = datetime.combine(TODAY - timedelta(days=ago), datetime.min.time(), UTC)
    return start + timedelta(hours=1, minutes=minute % 480)


def stored(at: datetime) -> str:
    """A UTC instant as the database has it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Profile:
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


@cache
def profiles(size: int) -> list[Profile]:
    """The profiles of customers 1 to `size`, in that order."""
    return [Profile(key) for key in range(1, size + 1)]
