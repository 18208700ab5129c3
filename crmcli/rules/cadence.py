"""When a customer is next due for a touch, and why (HANDBOOK §3).

A clock is a function from the facts and the policy to a date with its reason, or None when it has nothing to
say. A new clock is one more function and one more line in `CLOCKS`; the visit has a date of its own.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from crmcli.rules.span import Span
from crmcli.rules.terms import LEAD_STAGES
from crmcli.rules.workdays import Calendar
from crmcli.rules.year.spending import Stretch

if TYPE_CHECKING:
    from fractions import Fraction  # read only when a file has rates

_TIERS = {"core": Span(1, "m"), "potential": Span(2, "m"), "ordinary": Span(3, "m")}
_INTENTS = {
    "high": Span(3, "d"),
    "medium": Span(7, "d"),
    "low": Span(30, "d"),
    "unknown": Span(30, "d"),
}


class Policy(NamedTuple):
    """The numbers of HANDBOOK §3, each a setting."""

    tiers: Mapping[str, Span] = MappingProxyType(_TIERS)
    new: Span = Span(1, "w")
    new_for: int = 90
    intents: Mapping[str, Span] = MappingProxyType(_INTENTS)
    roll: str = "next"
    no_reply: Span = Span(3, "d")
    win_back: bool = True
    file_check: bool = False  # whether records that lie untouched are due
    counts_all: bool = False  # contacts that customers started about a need reset the clock, too
    spend_line: int = (
        100_000  # a year, in major units: who spends so much is called monthly and visited
    )
    visit: Span = Span(3, "m")
    currency: str = "CNY"
    rates: "Mapping[str, Fraction]" = MappingProxyType({})  # what one of another currency is worth

    def in_base(self, amount: int, currency: str) -> int:
        """An amount in minor units of the base currency; 0 of a currency without a rate, which is kept apart."""
        if currency == self.currency:
            return amount
        if not (rate := self.rates.get(currency)):
            return 0
        from crmcli.rules.money import decimals

        # Currencies differ in how many of their smallest coins one of them has.
        coins: int = 10 ** decimals(self.currency)
        coin: int = 10 ** decimals(currency)
        return round(amount * rate * coins / coin)

    @property
    def spend_line_in_coins(self) -> int:
        """The line in minor units of the base currency."""
        from crmcli.rules.money import decimals

        return int(self.spend_line * 10 ** decimals(self.currency))

    def every(self, tier: str | None) -> Span:
        """The cadence of a tier; no tier, or one no longer defined, is touched as an ordinary one."""
        return self.tiers.get(tier or "ordinary") or self.tiers["ordinary"]


class Facts(NamedTuple):
    """What is known of one customer; all dates are local days."""

    stage: str
    added_on: date
    tier: str | None = None
    began_on: date | None = None  # since, else the recorded change to customer
    own_cadence: Span | None = None
    do_not_contact: bool = False
    retired: bool = False
    first_touch_on: date | None = None  # dealt out by an import, for the never contacted
    last_contact_on: date | None = None  # newest two-way contact
    last_contact_channel: str | None = None
    intent: str | None = None
    promised_on: date | None = None
    snoozed_until: date | None = None
    spending: Stretch | None = None  # the days on which it spends the line or more in a year
    last_visit_on: date | None = None
    own_visit_cadence: Span | None = None
    visit_snoozed_until: date | None = None


class Touch(NamedTuple):
    """The next touch: `due_on` (None = never), what decided it, and the clock's length where one did."""

    due_on: date | None
    basis: str  # never, snoozed, promised, uncontacted, own, lead, tier, new, spend, visit
    every: Span | None = None
    moved_from: date | None = None  # set when a day off moved it


Clock = Callable[[Facts, Policy, Calendar], Touch | None]


def next_touch(facts: Facts, policy: Policy, calendar: Calendar) -> Touch:
    """The next touch by precedence: never > snooze > promised date > the earliest clock (HANDBOOK §3)."""
    if facts.do_not_contact or facts.retired:
        return Touch(None, "never")
    if facts.stage == "lost":  # only ever won back
        return Touch(None, "never")
    if facts.snoozed_until:
        return Touch(facts.snoozed_until, "snoozed")
    if facts.promised_on:
        return Touch(facts.promised_on, "promised")
    ticking = [touch for clock in CLOCKS if (touch := clock(facts, policy, calendar))]
    if not ticking:
        return Touch(None, "never")
    return min(ticking, key=lambda touch: touch.due_on or date.max)


def _rolled(day: date, basis: str, every: Span, policy: Policy, calendar: Calendar) -> Touch:
    on = calendar.roll(day, policy.roll)
    return Touch(on, basis, every, moved_from=day if on != day else None)


def _uncontacted_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    """Never contacted: due on the day it was added, or as the import dealt it out; never moved."""
    if facts.stage == "lost" or facts.last_contact_on:
        return None
    return Touch(facts.first_touch_on or facts.added_on, "uncontacted")


def _own_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    if facts.stage == "lost" or not facts.last_contact_on or not facts.own_cadence:
        return None
    day = facts.own_cadence.after(facts.last_contact_on, calendar)
    return _rolled(day, "own", facts.own_cadence, policy, calendar)


def _lead_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    if facts.stage not in LEAD_STAGES or not facts.last_contact_on or facts.own_cadence:
        return None
    every = policy.intents[facts.intent or "unknown"]
    return _rolled(every.after(facts.last_contact_on, calendar), "lead", every, policy, calendar)


def _tier_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    if facts.stage != "customer" or not facts.last_contact_on or facts.own_cadence:
        return None
    every = policy.every(facts.tier)
    return _rolled(every.after(facts.last_contact_on, calendar), "tier", every, policy, calendar)


def _new_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    """A week from the later of since and last contact, while that is still within the first 90 days."""
    if facts.stage != "customer" or not facts.last_contact_on or facts.own_cadence:
        return None
    if not facts.began_on:
        return None
    day = policy.new.after(max(facts.began_on, facts.last_contact_on), calendar)
    if day > facts.began_on + timedelta(days=policy.new_for - 1):
        return None
    return _rolled(day, "new", policy.new, policy, calendar)


def _spend_clock(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    """A call a month, from the order that crossed the line for as long as the spend of a year stays above it."""
    if facts.stage != "customer" or not facts.last_contact_on or facts.own_cadence:
        return None
    if not facts.spending:
        return None
    day = max(_MONTH.after(facts.last_contact_on, calendar), facts.spending.first)
    return _rolled(day, "spend", _MONTH, policy, calendar) if day < facts.spending.end else None


_MONTH = Span(1, "m")


def next_visit(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    """The next visit: by the customer's own visit cadence, else of those who spend much; None when there is none.

    Its clock starts at the last visit, else at the order that crossed the line; with an own cadence, at the day it
    became a customer or was added. A snooze hides it until its day.
    """
    if facts.do_not_contact or facts.retired or facts.stage == "lost":
        return None
    visit = _own_visit(facts, policy, calendar) or _spend_visit(facts, policy, calendar)
    if visit is None or visit.due_on is None:
        return None
    due_on = max(visit.due_on, facts.visit_snoozed_until or visit.due_on)
    if due_on > visit.due_on:
        visit = visit._replace(due_on=due_on, basis="snoozed")
    # What nothing but its spend asks for is not wanted any more when that is below the line again by then.
    is_over = facts.spending and not facts.own_visit_cadence and due_on >= facts.spending.end
    return None if is_over else visit


def _own_visit(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    if not (every := facts.own_visit_cadence):
        return None
    start = facts.last_visit_on or max(facts.added_on, facts.began_on or facts.added_on)
    return _rolled(every.after(start, calendar), "visit", every, policy, calendar)


def _spend_visit(facts: Facts, policy: Policy, calendar: Calendar) -> Touch | None:
    if facts.stage != "customer" or not facts.spending:
        return None
    crossed = facts.spending.first
    if facts.last_visit_on:
        day = max(policy.visit.after(facts.last_visit_on, calendar), crossed)
    else:
        day = policy.visit.after(crossed, calendar)
    return _rolled(day, "spend", policy.visit, policy, calendar)


CLOCKS: tuple[Clock, ...] = (
    _uncontacted_clock,
    _own_clock,
    _lead_clock,
    _tier_clock,
    _new_clock,
    _spend_clock,
)


class Promise(NamedTuple):
    """A promised date of the next touch, when it was entered (UTC), and whether a contact has met it.

    A two-way contact on or after the date meets it, other than the one that made it, whatever the order of entry.
    """

    on: date
    entered_at: str
    is_met: bool


def promise_in_force(made: Promise | None, imported: Promise | None) -> date | None:
    """The promised date that holds: the newest, made by a contact or imported, unless it is met (HANDBOOK §3)."""
    newest = made
    if imported and (made is None or imported.entered_at > made.entered_at):
        newest = imported
    return None if newest is None or newest.is_met else newest.on
