"""Writes the made-up customers of `crm demo` and what happened with them, as if somebody had noted it down day by day."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from crmcli.commands.add_customer import contact_points
from crmcli.commands.shared import contacts, demo_history
from crmcli.commands.shared.contacts import Told
from crmcli.commands.shared.demo_history import (
    Agreement,
    Help,
    Offer,
    Opinion,
    Orders,
    Talked,
    Word,
)
from crmcli.commands.shared.demo_list import CUSTOMERS, Made, Talk
from crmcli.commands.shared.surveys import times
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.rules import money
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of

_YEAR = 365
_REVIEWED = 55
_EVERY = {"core": 24, "potential": 41, None: 67, "ordinary": 67}
"""How many days lay between the contacts of the year before."""


def fill(crm: Context, change: Change) -> None:
    """Everything, in an open change of an empty file."""
    making = _Making(crm, change)
    for made in CUSTOMERS:
        making.customer(made)
    making.history()


class _Making:
    def __init__(self, crm: Context, change: Change) -> None:
        self._crm, self._change = crm, change
        self._keys: dict[str, int] = {}
        self._people: dict[int, int] = {}
        self._sources: Iterator[str] = cycle(demo_history.SOURCES)
        self._routine = cycle(demo_history.ROUTINE)
        self._colleagues = cycle(demo_history.COLLEAGUES)
        self._sizes, self._channels = cycle(demo_history.SIZES), cycle(demo_history.CHANNELS)

    # --- customers, and the talks with them ---

    def customer(self, made: Made) -> None:
        """A customer with its people, stages, contacts and tasks."""
        change, added = self._change, self._day(made.added)
        referrer = demo_history.REFERRALS.get(made.name)
        columns: dict[str, Any] = {
            "name": made.name,
            "stage": made.stage,
            "tier": made.tier,
            "industry": made.industry,
            "city": made.city,
            "source": "老客户介绍" if referrer else next(self._sources),
            **self._card(made),
            "since": self._day(made.since).isoformat() if made.since is not None else None,
            "added_on": added.isoformat(),
            "created_at": self._at(made.added, 9),
            **made.more,
        }
        key = change.insert("customer", **columns, **keys_of(columns))
        self._keys[made.name] = key
        self._stages(key, made)
        person = None
        if made.person:
            person = change.insert(
                "person",
                customer_id=key,
                name=made.person,
                title=made.title,
                roles="decider" if made.tier == "core" else None,
                consent="given" if made.tier in ("core", "potential") else None,
                created_at=change.author.at,
            )
            self._people[key] = person
        for point in contact_points([made.phone], [], []):
            change.insert("contact_point", customer_id=key, person_id=person, **point)
        for tag in made.tags:
            change.insert("tag", customer_id=key, name=tag)
        newest = None
        earlier = list(self._earlier(made))
        for talk in sorted([*earlier, *made.talks], key=lambda one: -one.days_ago):
            newest = self._talk(key, talk)
            if talk in earlier and talk.channel in ("visit", "meeting"):
                self._followed(key, newest, talk.days_ago)
        if newest is not None and made.promised is not None:
            until = self._day(-made.promised).isoformat()
            change.update("interaction", newest, promised_on=until, entered_at=change.author.at)
        self._tasks(key, newest, made)

    def _card(self, made: Made) -> dict[str, Any]:
        """What was asked and held in time; of one customer in six nobody asked how large it is and what it likes."""
        known: dict[str, Any] = {}
        if made.person and len(self._keys) % 6:
            known |= {"size": next(self._sizes), "prefer": next(self._channels)}
        if made.stage == "customer" and made.tier != "ordinary":
            known["value_review_done_on"] = self._day(_REVIEWED).isoformat()
        if made.tier == "core" and (made.since or 0) > _YEAR and len(self._keys) % 3:
            held = ("business_review_done_on", "solution_review_done_on", "care_done_on")
            known |= dict.fromkeys(held, self._day(_REVIEWED).isoformat())
        return known

    def _stages(self, key: int, made: Made) -> None:
        """How it came to its stage: a customer was a prospect first, then interested, a lost one was a customer."""
        steps = [("prospect", made.added)]
        if made.stage == "interested":
            steps.append(("interested", made.added * 2 // 3))
        if made.since is not None:
            between = (made.added + made.since) // 2
            steps += [("interested", between), ("customer", made.since)]
        if made.stage == "lost":
            steps.append(("lost", min(talk.days_ago for talk in made.talks)))
        before = None
        for stage, days_ago in steps:
            self._change.insert(
                "stage_change",
                customer_id=key,
                from_stage=before,
                to_stage=stage,
                changed_on=self._day(days_ago).isoformat(),
            )
            before = stage

    def _earlier(self, made: Made) -> Iterator[Talk]:
        """The contacts of the year before those that the list tells of."""
        if not made.talks or made.stage in ("prospect", "interested"):
            return
        if made.since is not None:
            yield Talk(
                min(made.since + 9, made.added), "介绍方案，对比两家", "visit", intent="medium"
            )
            yield Talk(made.since + 2, "确认合同条款", "meeting", intent="high")
        every = _EVERY[made.tier]
        day = max(talk.days_ago for talk in made.talks) + every
        while day < min(made.added, _YEAR + 60):
            channel, summary = next(self._routine)
            yield Talk(day, summary, channel)
            day += every

    def _talk(self, key: int, talk: Talk) -> int:
        row = self._crm.db.row("customer_by_id", id=key)
        assert row is not None
        moment = datetime.combine(self._day(talk.days_ago), time(10))
        told = Told(
            summary=talk.summary,
            channel=talk.channel,
            direction=talk.direction,
            intent=talk.intent,
            no_answer=talk.no_answer,
            ours=[next(self._colleagues)],
            at=moment.isoformat(" ", "minutes"),
        )
        contact = contacts.read(self._crm, Values(self._crm), row, told)
        interaction = contacts.write(self._change, contact)[0]
        self._change.update("interaction", interaction, entered_at=self._at(talk.days_ago, 11))
        return interaction

    def _followed(self, key: int, interaction: int, days_ago: int) -> None:
        """What was agreed on then, and was done."""
        done = days_ago - 4
        self._change.insert(
            "task",
            customer_id=key,
            interaction_id=interaction,
            kind="follow-up",
            text="发送会议纪要",
            owner=self._crm.actor,
            due_on=self._day(days_ago - 5).isoformat(),
            done_on=self._day(done).isoformat(),
            done_at=self._at(done, 17),
            created_at=self._at(days_ago, 11),
        )

    def _tasks(self, key: int, interaction: int | None, made: Made) -> None:
        for kind, task in (("task", made.task), ("follow-up", made.follow_up)):
            if task:
                text, days = task
                self._change.insert(
                    "task",
                    customer_id=key,
                    interaction_id=interaction if kind == "follow-up" else None,
                    kind=kind,
                    text=text,
                    owner=self._crm.actor,
                    due_on=self._day(-days).isoformat(),
                    created_at=self._change.author.at,
                )

    # --- what happened ---

    def history(self) -> None:
        """Money, needs, answers, promises and contracts."""
        for name, by in demo_history.REFERRALS.items():
            self._change.update("customer", self._keys[name], referred_by=self._keys[by])
        for orders in demo_history.ORDERS:
            self._orders(orders)
        for offer in demo_history.OFFERS:
            self._offer(offer)
        for asked in demo_history.NEEDS:
            self._need(asked)
        for opinion in demo_history.OPINIONS:
            self._opinion(opinion)
        for talked in demo_history.TALKS:
            self._deep(talked)
        for word in demo_history.WORDS:
            self._word(word)
        for agreement in demo_history.AGREEMENTS:
            self._agreement(agreement)

    def _orders(self, orders: Orders) -> None:
        amount = float(orders.amount)
        for place in reversed(range(orders.count)):  # the oldest first
            days_ago = orders.last + place * orders.gap
            paid_ago = days_ago - 25
            is_paid = place >= orders.unpaid and paid_ago >= 0
            self._change.insert(
                "customer_order",
                customer_id=self._keys[orders.customer],
                ordered_on=self._day(days_ago).isoformat(),
                amount=self._coins(round(amount / 100) * 100, orders.currency),
                currency=orders.currency,
                pay_by=self._day(days_ago - 30).isoformat(),
                paid_on=self._day(paid_ago).isoformat() if is_paid else None,
                created_at=self._at(days_ago, 16),
            )
            amount *= 1 + orders.growth / 100

    def _offer(self, offer: Offer) -> None:
        days = {"quoted_on": offer.quoted, "closed_on": offer.closed, "close_on": offer.close}
        first = max(days_ago for days_ago in (*days.values(), 3) if days_ago is not None)
        self._change.insert(
            "deal",
            customer_id=self._keys[offer.customer],
            text=offer.text,
            stage=offer.stage,
            amount=self._coins(offer.amount, "CNY"),
            currency="CNY",
            probability=offer.probability,
            loss_reason=offer.loss,
            owner=self._crm.actor,
            created_at=self._at(first + 5, 15),
            **{
                name: self._day(days_ago).isoformat()
                for name, days_ago in days.items()
                if days_ago is not None
            },
        )

    def _need(self, asked: Help) -> None:
        change, customer = self._change, self._keys[asked.customer]
        status = "received" if asked.urgency is None else "triaged"
        planned = None
        if asked.scheduled is not None:
            status, planned = "scheduled", self._day(-asked.scheduled).isoformat()
        is_solved = asked.solved is not None
        key = change.insert(
            "need",
            customer_id=customer,
            text=asked.text,
            kind=asked.kind,
            urgency=asked.urgency,
            category=asked.category,
            status="confirmed" if is_solved else status,
            solution=asked.solution or None,
            scheduled_on=planned,
            owner=self._crm.actor,
            received_at=self._at(asked.received, 9),
            created_at=self._at(asked.received, 9),
        )
        if asked.answered is not None:
            self._answer(customer, key, self._at(asked.received, 9 + asked.answered))
        if planned:
            self._happen(customer, key, "scheduled", self._at(asked.received, 9 + 24))
        if asked.solved is None:
            return
        # Of one that was taken up again, the first solution did not hold for a day.
        kinds = ["resolved", "reopened", "resolved"] if asked.reopened else ["resolved"]
        for place, kind in enumerate([*kinds, "confirmed"]):
            self._happen(
                customer, key, kind, self._at(asked.received, 9 + asked.solved + 20 * place)
            )
        if asked.kind == "complaint":
            change.insert(
                "escalation",
                customer_id=customer,
                need_id=key,
                at=self._at(asked.received, 10),
                level=2,
                to_name="服务主管",
            )
        if asked.scores:
            solved, speed, attitude, overall, nps = asked.scores
            answered = asked.received - asked.solved // 24 - 3
            self._survey(
                customer, answered, "service", asked.comment, need_id=key, solved=solved, speed=speed,
                attitude=attitude, overall=overall, nps=nps,
            )  # fmt: skip

    def _answer(self, customer: int, need: int, at: str) -> None:
        """The first answer to a need: a call."""
        self._change.insert(
            "interaction",
            customer_id=customer,
            need_id=need,
            at=at,
            contacted_on=self._local(at).isoformat(),
            channel="call",
            direction="out",
            two_way=1,
            summary="已收到，说明处理安排",
            entered_at=at,
        )

    def _happen(self, customer: int, need: int, kind: str, at: str) -> None:
        self._change.insert("service_event", customer_id=customer, need_id=need, kind=kind, at=at)

    def _survey(
        self, customer: int, days_ago: int, kind: str, comment: str | None, **scores: int
    ) -> None:
        day = self._day(max(0, days_ago)).isoformat()
        at = self._at(max(0, days_ago), 9)
        key = self._change.insert(
            "survey",
            customer_id=customer,
            person_id=self._people.get(customer),
            kind=kind,
            opened_on=day,
            comment=comment,
            created_at=at,
            **times("answered", at, day),
            **scores,
        )
        if scores["overall"] <= 3 or scores["nps"] <= 6:
            self._change.insert(
                "review",
                customer_id=customer,
                survey_id=key,
                opened_at=at,
                cause="speed",
                action="当面致歉，约定改进日期",
                done_at=at,
                done_on=day,
                created_at=at,
            )

    def _opinion(self, opinion: Opinion) -> None:
        product, response, support, overall, nps = opinion.scores
        self._survey(
            self._keys[opinion.customer], opinion.days_ago, "relation", opinion.comment,
            product=product, response=response, support=support, overall=overall, nps=nps,
        )  # fmt: skip

    def _deep(self, talked: Talked) -> None:
        day, at = self._day(talked.days_ago).isoformat(), self._at(talked.days_ago, 9)
        customer = self._keys[talked.customer]
        self._change.insert(
            "survey",
            customer_id=customer,
            person_id=self._people.get(customer),
            kind="deep",
            opened_on=day,
            pain=talked.pain,
            future=talked.future,
            created_at=at,
            **times("answered", at, day),
        )

    def _word(self, word: Word) -> None:
        settled: dict[str, str] = {}
        for name, days_ago in (("kept", word.kept), ("broken", word.broken)):
            if days_ago is not None:
                settled[f"{name}_at"] = self._at(days_ago, 9)
                settled[f"{name}_on"] = self._day(days_ago).isoformat()
        if word.broken is not None:
            settled |= {"break_reason": "排产冲突", "amends": "减免运费", "amends_done_at": self._at(word.broken, 9)}  # fmt: skip
        self._change.insert(
            "promise",
            customer_id=self._keys[word.customer],
            text=word.text,
            by=word.by,
            level=word.level,
            owner=self._crm.actor,
            due_on=self._day(word.due).isoformat(),
            created_at=self._at(max(word.due, 0) + 7, 9),
            **settled,
        )

    def _agreement(self, agreement: Agreement) -> None:
        follows = self._contract(agreement, agreement.ended - _YEAR) if agreement.renewed else None
        self._contract(agreement, agreement.ended, follows)

    def _contract(self, agreement: Agreement, ended: int, renewed: int | None = None) -> int:
        is_over = ended > 0 and renewed is None
        return self._change.insert(
            "contract",
            customer_id=self._keys[agreement.customer],
            text=agreement.text,
            amount=self._coins(agreement.amount, "CNY"),
            currency="CNY",
            starts_on=self._day(ended + _YEAR - 1).isoformat(),
            ends_on=self._day(ended).isoformat(),
            renewed_id=renewed,
            closed_on=self._day(ended).isoformat() if is_over else None,
            created_at=self._at(max(ended + _YEAR - 1, 0), 9),
        )

    # --- days and money ---

    def _day(self, days_ago: int) -> date:
        return self._crm.today - timedelta(days=days_ago)

    def _at(self, days_ago: int, hour: int) -> str:
        """A local hour of a day before today, as it is stored; hours past midnight are of the days after. Never later than now."""
        moment = datetime.combine(self._day(days_ago), time()) + timedelta(hours=hour)
        return min(self._crm.clock.to_instant(moment), self._change.author.at)

    def _local(self, instant: str) -> date:
        return datetime.fromisoformat(instant).astimezone(self._crm.clock.zone).date()

    @staticmethod
    def _coins(amount: int, currency: str) -> int:
        return amount * int(10 ** money.decimals(currency))
