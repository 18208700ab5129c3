"""Undo of the year with a customer (HANDBOOK §7, §9): deals, contracts, orders, risks, hand-overs, plays and attached files.

Each command alone, and random sequences of them, are taken back to the very rows there were before, and given back again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.test_undo import Drawer, check, live, new_file, one
from tests.support import NOW, crm, heavy, run_in_process

BEGINNING = (
    "add-customer Alpha --tier core --stage customer --since 2026-01-10 --person Ann --role decider",
    "add-customer Beta --tier potential --person Bob",
)
YEAR = (
    "log-contact c1 hello --at -20d",
    "add-deal c1 lathes --amount 80000 --probability 60 --quoted -5d --valid-until +20d --close-on +10d",
    "add-deal c2 pump",
    "add-order c1 120000 --on -30d --pay-by -2d",
    "add-contract c1 service --amount 36000 --from 2026-01-01 --until 2026-12-31 --milestone visit --by fri --milestone more --by +2w",
    "add-risk c1 'they may leave' --level 1",
    "add-risk c1 'spare parts' --level 3",
    "key-date h1 birthday 11-25",
)
"""d1, d2, o1, k1 with l1 and l2, r1, r2, y1."""


def rows(path: Path) -> str:
    """Every live row with every value as it is stored: 1, 1.0 and '1' differ."""
    return repr(live(path))


def a_year() -> None:
    """A file with two customers and a year."""
    for line in BEGINNING:
        crm(line, CRM_NOW="2026-02-10T09:00")
    for line in YEAR:
        crm(line)


COMMANDS = (
    "add-deal c1 mill --amount 1234.56 --currency USD --probability 5 --quoted today --valid-until +30d --close-on 2027-01-31",
    "win d1",
    "win d1 --order",
    "win d2",
    "lose d1 --reason price",
    "edit d1 --set amount=1 --set probability= --set close_on=2027-02-01",
    "log-contact c1 'they like it' --deal d1 --intent high",
    "done d1:quote",
    "snooze d1:quote +5d",
    "delete d1",
    "add-order c2 100000 --on today --pay-by +30d",
    "add-order c2 99999.99 --currency USD --on -400d",
    "paid o1",
    "paid o1 --on -1d",
    "edit o1 --set amount=99999 --set pay_by=2027-01-01",
    "delete o1",
    "add-contract c2 frame --from 2025-11-20 --until 2028-11-19",
    "add-contract c2 frame --from today --until 2028-11-19 --milestone one --by +1w",
    "renew k1 --until 2027-12-31",
    "done k1:renewal agreed",
    "edit k1 --set ends_on=2027-06-30",
    "done l1 yes",
    "delete l2",
    "delete k1",
    "add-risk c2 late --level 2 --kind money",
    "done r1 solved",
    "snooze r1 +3d",
    "edit r2 --set level=1",
    "delete r1",
    "done c1:business-review fine",
    "done c1:solution-review fine",
    "done c1:care",
    "done c1:churn 'we spoke'",
    "snooze c1:churn +5d",
    "add-need c1 'broken again' --kind complaint",
    "survey c1 --kind relation --nps 3",
    "edit h1 --set left_on=2026-11-01",
    "log-contact c1 'how are the children?' --care",
    "log-contact c1 'seen the plant' --channel visit",
    "key-date h1 birthday lunar:10-20",
    "done y1 flowers",
    "handover c1 Ann Eve",
    "verify c1 --by Ann",
    "verify h1 --by me",
    "play c1 escort",
    "play c2 revive",
    "attach c1 {place}/list.txt",
    "attach d1 {place}/list.txt --note signed",
    "edit c1 --set credit_grade=B --set blacklisted=yes --set visit_cadence=1m",
    "merge-customers c2 c1 --yes",
    "delete c1",
    "config set cadence.visit 2m",
    "config set cadence.visit_spend 50000",
    "config set currency EUR",
    "config set currency.rate.USD 7.1",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_undo_gives_everything_back_and_its_undo_takes_it_again(command: str, place: Path) -> None:
    path = place / "crm.db"
    a_year()
    (place / "list.txt").write_text("signed", encoding="utf-8")
    before = rows(path)
    changes = one(path, "SELECT max(id) FROM change")
    crm(command.format(place=place))
    check(path)
    after = rows(path)
    assert after != before
    crm("undo", CRM_NOW="2027-03-01T10:00")
    check(path)
    assert rows(path) == before
    crm(f"undo x{changes + 2}", CRM_NOW="2027-03-02T10:00")
    check(path)
    assert rows(path) == after
    crm("undo", CRM_NOW="2027-03-03T10:00")
    assert rows(path) == before


_DATES = ("today", "tomorrow", "+2w", "+100d", "2026-12-24", "2027-02-28")
_PAST = ("today", "-1d", "-20d", "-100d", "-366d")
_AMOUNTS = ("1", "60000", "99999.99", "100000", "1234567.89")
_CURRENCIES = ("CNY", "USD", "JPY")
_SETTINGS = (
    ("cadence.visit", ("1m", "3m")),
    ("cadence.visit_spend", ("1000", "100000")),
    ("currency.rate.USD", ("7.1", "0.5")),
    ("calendar.roll", ("next", "previous", "keep")),
    ("calendar.days_off", ("", "2026-11-20..2026-11-30")),
    ("tiers.core.every", ("1w", "1m")),
)


class YearDrawer(Drawer):
    """Draws commands of the year, mostly about records that are there; and now and then any other."""

    today = ""

    def command(self) -> list[str]:
        kinds = [
            self.add_deal, self.add_order, self.add_contract, self.add_risk, self.contact, self.lunar_date,
            self.customers_year, self.customers_year, self.attach, self.edit_of_the_year, self.delete_of_the_year,
            self.setting, self.list_of_the_year, self.cause, self.cause,
        ]  # fmt: skip
        steps = {
            "deal": self.step_of_deal,
            "customer_order": self.step_of_order,
            "contract": self.step_of_contract,
            "risk": self.step_of_risk,
        }
        for table, step in steps.items():
            kinds += [step] * 4 if self.keys(table) else []
        kinds += [self.round] * 2 if self.rounds() else []
        if self._draw(st.integers(0, 5)) == 0:
            return super().command()
        made: list[str] = self.among(kinds)()
        return made

    def add_deal(self) -> list[str]:
        return [
            "add-deal", self.customer(), "lathes",
            *self.options(
                ("--amount", _AMOUNTS), ("--currency", _CURRENCIES), ("--probability", ("0", "60", "100")),
                ("--quoted", _PAST), ("--valid-until", _DATES), ("--close-on", _DATES),
            ),
        ]  # fmt: skip

    def step_of_deal(self) -> list[str]:
        ref = self.ref("d", "deal")
        made: list[str] = self.among(
            (
                ["win", ref, *self.options(("--on", ("today", "-1d")))], ["win", ref, "--order"], ["lose", ref, "--reason", "price"],
                ["done", f"{ref}:quote"], ["done", f"{ref}:deal"], ["snooze", f"{ref}:quote", self.among(_DATES)],
                ["log-contact", self.customer(), "about it", "--deal", ref, *self.options(("--at", _PAST))],
            )
        )  # fmt: skip
        return made

    def add_order(self) -> list[str]:
        return [
            "add-order", self.customer(), self.among(_AMOUNTS),
            *self.options(
                ("--on", _PAST), ("--currency", _CURRENCIES), ("--pay-by", (*_DATES, "-3d")),
                ("--deal", ("d1", "d2")), ("--contract", ("k1",)), ("--paid", _PAST), ("--external-id", ("O1",)),
            ),
        ]  # fmt: skip

    def step_of_order(self) -> list[str]:
        ref = self.ref("o", "customer_order")
        made: list[str] = self.among(
            (["paid", ref], ["paid", ref, "--on", self.among(_PAST)], ["done", f"{ref}:payment"])
        )
        return made

    def cause(self) -> list[str]:
        """Something that may drive a customer away, or a sign that it does not."""
        ref, on = self.customer(), self.among(_PAST)
        people = [f"h{key}" for key in self.keys("person")] or ["h1"]
        made: list[str] = self.among(
            (
                ["add-need", ref, "broken", "--kind", "complaint", "--at", on],
                ["survey", ref, "--kind", "relation", "--nps", self.among(("3", "9")), "--at", on],
                ["edit", self.among(people), "--set", f"left_on={self.among(('', *_PAST))}"],
                ["add-order", ref, "100", "--on", on, "--pay-by", on],
            )
        )
        return made

    def add_contract(self) -> list[str]:
        return [
            "add-contract", self.customer(), "service",
            *("--from", self.among((*_PAST, "tomorrow"))), *("--until", self.among(_DATES)),
            *self.options(("--amount", _AMOUNTS), ("--currency", _CURRENCIES)),
            *(["--milestone", "one", "--by", self.among(_DATES)] if self.maybe() else []),
        ]  # fmt: skip

    def step_of_contract(self) -> list[str]:
        ref = self.ref("k", "contract")
        step = self.ref("l", "plan_step") if self.keys("plan_step") else "l1"
        made: list[str] = self.among(
            (
                ["renew", ref, *self.options(("--until", ("2028-01-31", "+2w")), ("--amount", _AMOUNTS))],
                ["renew", ref, "--no", "--reason", "too dear"],
                ["done", f"{ref}:renewal", "agreed"], ["done", f"{ref}:contract-review"],
                ["snooze", f"{ref}:renewal", self.among(_DATES)],
                ["done", step], ["delay", step, "--until", self.among(_DATES), "--reason", "late"],
            )
        )  # fmt: skip
        return made

    def add_risk(self) -> list[str]:
        return ["add-risk", self.customer(), "they may leave", "--level", self.among("123")]

    def step_of_risk(self) -> list[str]:
        ref = self.ref("r", "risk")
        made: list[str] = self.among((["done", ref, "solved"], ["snooze", ref, self.among(_DATES)]))
        return made

    def contact(self) -> list[str]:
        file = self._folder / "minutes.txt"
        file.write_text("agreed", encoding="utf-8")
        return [
            "log-contact",
            self.customer(),
            *self.options(("--channel", ("visit", "email", "call")), ("--at", _PAST)),
            *self.among(([], ["--care"], ["--no-answer"], ["--attach", str(file)])),
        ]

    def rounds(self) -> list[str]:
        """What comes round and is due."""
        return [
            f"c{key}:{kind}"
            for kind in (
                "value-review",
                "business-review",
                "solution-review",
                "care",
                "visit",
                "reorder",
                "churn",
            )
            for key in self.keys("customer", f"{kind.replace('-', '_')}_on <= '{self.today}'")
        ]

    def round(self) -> list[str]:
        ref = self.among(self.rounds())
        made: list[str] = self.among((["done", ref, "fine"], ["snooze", ref, self.among(_DATES)]))
        return made

    def lunar_date(self) -> list[str]:
        whose = [self.customer(), *(f"h{key}" for key in self.keys("person"))]
        return [
            "key-date", self.among(whose), "birthday", self.among(("lunar:8-15", "lunar:12-30", "02-29")),
        ]  # fmt: skip

    def customers_year(self) -> list[str]:
        ref = self.customer()
        people = [f"h{key}" for key in self.keys("person")] or ["h1"]
        made: list[str] = self.among(
            (
                ["handover", ref, self.among((*people, "Ann")), self.among(("Eve", *people)), *self.options(("--on", ("today", "-3d")))],
                ["verify", self.among((ref, *people)), "--by", "Ann"],
                ["play", ref, self.among(("escort", "review", "revive"))],
            )
        )  # fmt: skip
        return made

    def attach(self) -> list[str]:
        file = self._folder / self.among(("a.txt", "b.txt"))
        file.write_text(self.among(("one", "two")), encoding="utf-8")
        whom = [self.customer(), *(f"d{key}" for key in self.keys("deal"))]
        return ["attach", self.among(whom), str(file)]

    def list_of_the_year(self) -> list[str]:
        """A list of orders or deals, with rows that are new, known, later and bad."""
        heads = {
            "orders": ("customer,external_id,ordered_on,amount,currency,pay_by,paid_on", (
                ("Alpha", "Beta", "Nobody"), ("", "O1", "O2"), ("2026-11-01", "2025-12-01", "bad"), _AMOUNTS, ("", "USD", "XXX"),
                ("", "2026-11-10", "2027-01-31"), ("", "2026-11-12"),
            )),
            "deals": ("customer,external_id,text,amount,stage,quoted_on,close_on", (
                ("Alpha", "Beta", "Nobody"), ("", "D1", "D2"), ("lathes", "pump", ""), ("", "-1", *_AMOUNTS),
                ("", "open", "quoted", "won", "lost"), ("", "2026-11-10"), ("", "2026-12-24"),
            )),
        }  # fmt: skip
        kind = self.among(heads)
        head, values = heads[kind]
        table = self._draw(
            st.lists(st.tuples(*map(st.sampled_from, values)), min_size=1, max_size=3)
        )
        file = self._folder / f"{kind}.csv"
        lines = [head, *(",".join(cells) for cells in table)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ["import", str(file), "--as", kind, *(["--strict"] if self.maybe() else [])]

    def edit_of_the_year(self) -> list[str]:
        fields: dict[tuple[str, str], tuple[str, ...]] = {
            ("d", "deal"): ("amount=5", "probability=50", "quoted_on=", "valid_until=2027-01-01", "stage=open"),
            ("o", "customer_order"): ("amount=100000", "pay_by=", "paid_on=", "ordered_on=2026-01-01"),
            ("k", "contract"): ("ends_on=2026-12-01", "amount=", "terms=new"),
            ("r", "risk"): ("level=3", "text=t"),
            ("c", "customer"): ("tier=core", "stage=customer", "blacklisted=yes", "visit_cadence=1m", "since=2025-11-25", "credit_grade=A"),
        }  # fmt: skip
        there = [one for one in fields if self.keys(one[1])]
        letter, table = self.among(there)
        return ["edit", self.ref(letter, table), "--set", self.among(fields[letter, table])]

    def delete_of_the_year(self) -> list[str]:
        tables = (("d", "deal"), ("o", "customer_order"), ("k", "contract"), ("r", "risk"), ("f", "attachment"), ("l", "plan_step"))  # fmt: skip
        there = [one for one in tables if self.keys(one[1])]
        return ["delete", self.ref(*self.among(there))] if there else self.add_deal()

    def setting(self) -> list[str]:
        name, values = self.among(_SETTINGS)
        return (
            ["config", "unset", name]
            if self.maybe()
            else ["config", "set", name, self.among(values)]
        )


@settings(max_examples=heavy(6), derandomize=True)
@given(data=st.data())
def test_a_year_is_taken_back_and_given_again(
    data: st.DataObject, place: Path, at: Callable[[str], None]
) -> None:
    path = new_file(place)
    empty = rows(path)
    now = datetime.fromisoformat(NOW)
    at(NOW)
    a_year()
    begun = one(path, "SELECT max(id) FROM change")
    states = [rows(path)]
    done: list[tuple[Any, ...]] = []
    drawer = YearDrawer(data.draw, path, place)
    for _ in range(data.draw(st.integers(8, 20), label="commands")):
        now += timedelta(minutes=data.draw(st.sampled_from((0, 1, 1440, 40_000))))
        at(now.isoformat(timespec="minutes"))
        drawer.today = now.date().isoformat()
        command = drawer.command()
        if command[0] == "undo":
            continue
        ended = run_in_process(command)
        done.append((now.isoformat(), ended.code, *command))
        made = one(path, "SELECT max(id) FROM change") - begun
        assert ended.code in (0, 2, 3, 4, 5) or (command[0] == "import" and ended.code == 1), (
            done,
            ended,
        )
        assert made in (len(states) - 1, len(states)), done  # one command is one change or none
        if made == len(states):
            states.append(rows(path))
        assert rows(path) == states[-1], (done, ended)  # what made no change changed nothing
        check(path)

    undone: list[str] = []
    for state in states[-2::-1]:
        undone.append(crm("undo").out.strip())
        assert rows(path) == state, (done, undone)
        check(path)
    for state, name in zip(states[1:], reversed(undone), strict=True):
        crm(f"undo {name}")
        assert rows(path) == state, (done, name)
        check(path)
    while run_in_process("undo").code == 0:
        pass
    assert rows(path) == empty, done
