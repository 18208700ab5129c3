"""A made-up half year with customers, over the end of a year, written by real commands and imports; and all of it exported."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from tests.support import crm, run_in_process

FIRST_DAY, LAST_DAY = date(2026, 9, 24), date(2027, 3, 19)
STAGES = ("prospect", "interested", "customer", "lost")
CHANNELS = ("call", "visit", "meeting", "video", "email", "wechat", "wecom", "message", "event", "other")  # fmt: skip
_REASONS = ("price", "product", "other: moved away", "no budget", "competitor")
_SOURCES = ("fair", "web", "转介绍", None)


class Data(NamedTuple):
    """Everything that is live, as `export all --reveal` has it; `of["deal"]` are the deals."""

    of: dict[str, list[dict[str, Any]]]
    settings: dict[str, str]
    today: str
    dormant: frozenset[int]

    def only(self, customers: Sequence[int]) -> "Data":
        """What belongs to these customers alone."""
        kept = {
            table: [row for row in rows if row.get("customer_id", row["id"]) in customers]
            for table, rows in self.of.items()
            if table in ("customer", "interaction", "stage_change", "deal", "need", "service_event", "promise", "survey", "customer_order", "contract")
        }  # fmt: skip
        return Data({**self.of, **kept}, self.settings, self.today, self.dormant)


class HalfYear:
    """Lives it day by day; what a command refuses, because the record's state forbids it, does not happen."""

    def __init__(self, seed: int, at: Any) -> None:
        self._dice = random.Random(seed)
        self._at = at
        self.day = FIRST_DAY
        self._made = 0

    def live(self) -> Data:
        """Do something on most days, and read it all back."""
        self._move(FIRST_DAY)
        self._do("config set currency.rate.EUR 8")
        self._import()
        for _ in range(4):
            self._add()
        steps = (
            (self._contact, 40), (self._add, 8), (self._stage, 10), (self._deal, 8), (self._close, 8), (self._import, 1),
            (self._order, 8), (self._need, 8), (self._promise, 8), (self._survey, 6), (self._change, 4), (self._remove, 1),
        )  # fmt: skip
        actions, weights = zip(*steps, strict=True)
        while self.day < LAST_DAY:
            for action in self._dice.choices(actions, weights, k=self._dice.randint(0, 3)):
                action()
            self._move(self.day + timedelta(days=self._dice.randint(0, 2)))
        self._move(LAST_DAY)
        return exported(LAST_DAY)

    # --- what happens ---

    def _move(self, day: date) -> None:
        self.day = day
        self._at(f"{day.isoformat()}T{self._dice.randint(9, 17):02}:{self._dice.randint(0, 59):02}")

    def _do(self, command: str | Sequence[str], stdin: str = "") -> None:
        ran = run_in_process(command, stdin)
        assert ran.code in (0, 3, 4), (command, ran)

    def _maybe(self, chance: float, *words: str) -> list[str]:
        return list(words) if self._dice.random() < chance else []

    def _one(self) -> str:
        return f"c{self._dice.randint(1, max(1, self._made))}"

    def _back(self, most: int) -> str:
        return (self.day - timedelta(days=self._dice.randint(0, most))).isoformat()

    def _add(self) -> None:
        self._made += 1
        stage = self._dice.choices(STAGES, (5, 3, 3, 1))[0]
        source = self._dice.choice(_SOURCES)
        self._do(
            [
                "add-customer", f"Company {self._made}", "--stage", stage,
                *(["--source", source] if source else []),
                *self._maybe(0.5, "--tier", self._dice.choice(("core", "potential", "ordinary"))),
                *self._maybe(0.2, "--cadence", self._dice.choice(("10d", "2w", "1m", "5wd"))),
                *self._maybe(0.3, "--since", self._back(500)),
            ]
        )  # fmt: skip

    def _import(self) -> None:
        lines = ["name,stage,source,since,tier"]
        for _ in range(3):
            self._made += 1
            since = self._back(200) if self._dice.random() < 0.5 else ""
            lines.append(
                f"Company {self._made},{self._dice.choice(STAGES)},{self._dice.choice(_SOURCES) or ''},{since},core"
            )
        self._do("import - --as customers", "\n".join(lines) + "\n")

    def _contact(self) -> None:
        followed = self._dice.random()
        self._do(
            [
                "log-contact", self._one(), f"talk of {self.day}", "--channel", self._dice.choice(CHANNELS),
                *self._dice.choice(([], [], ["--in"], ["--out"], ["--no-answer"])),
                *self._maybe(0.3, "--at", f"{self._back(12)}T08:00"),
                *self._maybe(0.4, "--intent", self._dice.choice(("high", "medium", "low"))),
                *(name for name in ("李雷", "Ann", "Bob") if self._dice.random() < 0.3 for name in ("--ours", name)),
                *(["--next", "send it", "--on", "+3d"] if followed < 0.2 else ["--on", "+9d"] if followed < 0.3 else []),
                *self._maybe(0.1, "--stage", self._dice.choice(STAGES[:3])),
            ]
        )  # fmt: skip

    def _stage(self) -> None:
        who, stage = self._one(), self._dice.choices(STAGES, (1, 3, 4, 3))[0]
        reason = [f"--set=loss_reason={self._dice.choice(_REASONS)}"] if stage == "lost" else []
        self._do(["edit", who, f"--set=stage={stage}", *self._maybe(0.7, *reason)])

    def _deal(self) -> None:
        self._do(
            [
                "add-deal", self._one(), f"deal of {self.day}",
                *self._maybe(0.8, "--amount", str(self._dice.randint(1, 90) * 100)),
                *self._maybe(0.3, "--currency", self._dice.choice(("EUR", "USD"))),
                *self._maybe(0.6, "--probability", str(self._dice.randint(1, 9) * 10)),
                *self._maybe(0.4, "--quoted", self._back(20)),
            ]
        )  # fmt: skip

    def _close(self) -> None:
        deal = f"d{self._dice.randint(1, 20)}"
        self._do(
            self._dice.choice(
                (["win", deal], ["win", deal], ["lose", deal, "--reason", "price"], ["edit", deal, "--set", "stage=open"])
            )
        )  # fmt: skip

    def _order(self) -> None:
        amount = str(self._dice.randint(1, 500) * 100)
        self._do(
            [
                "add-order", self._one(), amount, "--on", self._back(100),
                *self._maybe(0.2, "--currency", self._dice.choice(("EUR", "USD"))),
                *self._maybe(0.4, "--pay-by", self._back(30)),
            ]
        )  # fmt: skip
        self._do(["paid", f"o{self._dice.randint(1, 30)}"])

    def _need(self) -> None:
        need = f"n{self._dice.randint(1, 15)}"
        self._do(
            [
                "add-need", self._one(), f"need of {self.day}",
                *self._maybe(0.7, "--kind", self._dice.choice(("problem", "complaint", "question", "feature"))),
                *self._maybe(0.6, "--urgency", self._dice.choice(("urgent", "important", "routine"))),
                *self._maybe(0.5, "--category", self._dice.choice(("ink", "paper", "drum", "price"))),
            ]
        )  # fmt: skip
        self._do(self._dice.choice((["resolve", need, "done"], ["resolve", need, "again"], ["reopen", need, "--reason", "x"], ["decline", need, "--reason", "x"])))  # fmt: skip

    def _promise(self) -> None:
        promise = f"p{self._dice.randint(1, 15)}"
        self._do(
            [
                "add-promise", self._one(), f"promise of {self.day}", "--due", f"+{self._dice.randint(0, 9)}d",
                *self._maybe(0.6, "--level", self._dice.choice(("basic", "value-add", "surprise"))),
                *self._maybe(0.2, "--they-owe"),
            ]
        )  # fmt: skip
        self._do(self._dice.choice((["done", promise, "kept"], ["done", promise], ["break", promise, "--reason", "x"])))  # fmt: skip

    def _survey(self) -> None:
        scores = [
            word
            for name in ("overall", "nps")
            for word in self._maybe(0.8, f"--{name}", str(self._dice.randint(1, 5)))
        ]
        target = self._one()
        if not scores or self._dice.random() < 0.2:
            self._do(["survey", target, "--kind", "relation", "--no-answer"])
        else:
            self._do(["survey", target, "--kind", "relation", *scores])

    def _change(self) -> None:
        who = self._one()
        self._do(
            self._dice.choice(
                (
                    ["edit", who, "--set", "do_not_contact=yes"], ["edit", who, "--set", "tier=core"],
                    ["edit", who, "--set", "cadence=3w"], ["edit", who, "--set", f"since={self._back(300)}"],
                    ["archive", who, "--retire"], ["edit", who, "--set", "city=Leeds"], ["undo"],
                )
            )
        )  # fmt: skip

    def _remove(self) -> None:
        self._do(
            self._dice.choice(
                (
                    ["delete", self._one()], ["delete", f"i{self._dice.randint(1, 40)}"],
                    ["merge-customers", self._one(), self._one(), "--yes"],
                )
            )
        )  # fmt: skip


def exported(today: date) -> Data:
    """All that is in the file now."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in crm("export all --format jsonl --reveal").lines[1:]:
        row = json.loads(line)
        rows.setdefault(row.pop("record"), []).append(row)
    settings = {row["name"]: row["value"] for row in rows.pop("setting")}
    rows.pop("key_range")
    tables = ("customer", "interaction", "participant", "task", "stage_change", "deal", "need", "service_event", "promise", "survey", "customer_order", "contract")  # fmt: skip
    silent = crm("list-customers --lifecycle dormant --limit 0 --json").json["items"]
    dormant = frozenset(int(one["ref"][1:]) for one in silent)
    return Data({**{table: [] for table in tables}, **rows}, settings, today.isoformat(), dormant)
