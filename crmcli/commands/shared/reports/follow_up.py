"""`crm report follow-up`: contacts a week, with what outcome, by whom, and whether touches are made when due (HANDBOOK §11)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, number_line, periods, rate_line
from crmcli.commands.shared.reports.courses import courses
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output.report_parts import Count, Counts, Figure, Figures, Part, Series, Trend
from crmcli.output.report_words import number
from crmcli.rules.measures import Rate, median
from crmcli.rules.periods import Period
from crmcli.rules.reports.follow_up import Cadence, Contacted, Contacts, FollowUp, cadence_kept
from crmcli.rules.reports.funnel import days_between, first_won
from crmcli.rules.terms import CHANNEL
from crmcli.store import reporting_selling

CHANNELS = tuple(CHANNEL.words)


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names; touches are overdue today."""
    both = (asked.period, asked.before)
    contacts, kept = _contacts(crm, both, asked), _cadence_kept(crm, both, asked)
    now, before = (_of(crm, *one, asked) for one in zip(both, contacts, kept, strict=True))
    yesterday = (crm.today - timedelta(days=1)).isoformat()
    overdue = reporting_selling.overdue_touches(
        crm.db, crm.today.isoformat(), yesterday, asked.filters
    )
    return {
        "period": periods.record(asked.period),
        "customer": reports.customer_of(asked),
        **now,
        "overdue_touches": overdue,
        "before": {"period": periods.record(asked.before), **before},
    }


def _contacts(crm: Context, both: Sequence[Period], asked: Asked) -> list[FollowUp]:
    found = [FollowUp(period.first, period.last) for period in both]
    days, days_before = (period.days for period in both)
    for row in reporting_selling.contacts(crm.db, days, days_before, asked.filters):
        alike = Contacts(*row)
        for one in found:
            one.add(alike)
    return found


def _cadence_kept(crm: Context, both: Sequence[Period], asked: Asked) -> list[Rate]:
    """How well touches were made when due, of each period; both are looked up at once, for their contacts overlap."""
    policy = crm.settings.policy()
    cadence = Cadence(policy, crm.book.calendar)
    spans = [cadence.every(None, own) for own in reporting_selling.cadences(crm.db)]
    days = [period.days for period in both]
    since = cadence.from_when([*policy.tiers.values(), *spans], min(first for first, _last in days))
    until = max(last for _first, last in days)
    rows = reporting_selling.touches(crm.db, since, until, policy.counts_all, asked.filters)
    customers = (Contacted(*row) for row in rows)
    return cadence_kept(customers, cadence, days, crm.today.isoformat())


def _of(crm: Context, period: Period, found: FollowUp, kept: Rate, asked: Asked) -> dict[str, Any]:
    return {
        "contacts": found.n,
        "by_channel": {channel: found.by_channel[channel] for channel in CHANNELS},
        "weeks": [
            {
                "week": one.name,
                "from": one.first.isoformat(),
                "to": one.last.isoformat(),
                "n": sum(one.by_channel.values()),
                "by_channel": {channel: one.by_channel.get(channel, 0) for channel in CHANNELS},
            }
            for one in found.weeks(crm.today)
        ],
        "two_way": found.share_of("two_way")._asdict(),
        "no_answer": found.share_of("no_answer")._asdict(),
        "with_intent": found.share_of("has_intent")._asdict(),
        "with_next": found.share_of("has_next")._asdict(),
        "by_person": _people(crm, period, asked, found.unnamed),
        **_until_won(crm, period, asked),
        "cadence_kept": kept._asdict(),
    }


def _people(crm: Context, period: Period, asked: Asked, unnamed: int) -> list[dict[str, Any]]:
    """Who of ours took part, the most active first; at the end the contacts of which nobody said."""
    first, last = period.days
    rows = reporting_selling.our_people(crm.db, first, last, asked.filters, asked.limit)
    found: list[dict[str, Any]] = [
        {"name": asked.mask.name(row["name"]), "n": row["n"]} for row in rows
    ]
    return [*found, {"name": None, "n": unnamed}] if unnamed else found


def _until_won(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    """How many contacts and days it took until those who became customers in the period did."""
    first, last = period.days
    won = [
        (course.customer, on, days_between(course.added_on, on))
        for course in courses(crm, period, asked)
        if (on := first_won(course)) is not None and first <= on <= last
    ]
    contacts = reporting_selling.contacts_until(crm.db, [(key, on) for key, on, _days in won])
    measured = {
        "contacts_until_won": median(contacts),
        "days_until_won": median(days for _key, _on, days in won),
    }
    return {name: {"median": one.value, "n": one.n} for name, one in measured.items()}


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Follow-up")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The figures, the contacts a week by channel, and by whom."""
    before, then = item["before"], periods.spelled(asked.before)
    channels = [
        Count(_(channel), n, before["by_channel"][channel])
        for channel, n in item["by_channel"].items()
    ]
    return [
        Figures(_lines(item, before), then, _("Figures")),
        _weeks(item["weeks"]),
        Counts(_("channel"), channels, then, _("Contacts by channel")),
        Counts(_("of ours"), _by_person(item, before, asked), then, _("Contacts by person")),
    ]


def _by_person(item: dict[str, Any], before: dict[str, Any], asked: Asked) -> list[Count]:
    """Who had how many contacts; before as well, where that is known of everybody: two may be masked alike, or left out."""
    then = {one["name"]: one["n"] for one in before["by_person"]}
    names = {one["name"] for one in item["by_person"]}
    is_known = len(then) == len(before["by_person"]) and len(names) == len(item["by_person"])
    is_cut = asked.limit is not None and len(then) >= asked.limit
    return [
        Count(
            one["name"] or _("nobody named"),
            one["n"],
            then.get(one["name"], None if is_cut else 0) if is_known else None,
        )
        for one in item["by_person"]
    ]


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    return [
        number_line(
            _("contacts"), item["contacts"], before["contacts"], more_is_better=True, is_main=True
        ),
        rate_line(
            _("touches made when due"), item["cadence_kept"], before["cadence_kept"], is_main=True
        ),
        Figure(_("touches overdue today"), str(item["overdue_touches"]), is_main=True),
        *(
            rate_line(what, item[key], before[key], more_is_better=more_is_better)
            for what, key, more_is_better in (
                (_("both sides spoke"), "two_way", True),
                (_("no answer"), "no_answer", False),
                (_("with an intent"), "with_intent", True),
                (_("with a next date"), "with_next", True),
            )
        ),
        *(
            number_line(
                what,
                item[key]["median"],
                before[key]["median"],
                n=item[key]["n"],
                more_is_better=False,
            )
            for what, key in (
                (_("contacts until won, median"), "contacts_until_won"),
                (_("days until won, median"), "days_until_won"),
            )
        ),
    ]


def _weeks(weeks: Sequence[dict[str, Any]]) -> Trend:
    """All contacts week by week, and those of each channel that was used."""
    used = [channel for channel in CHANNELS if any(one["by_channel"][channel] for one in weeks)]
    series = [Series(_("all"), [one["n"] for one in weeks])]
    series += [
        Series(_(channel), [one["by_channel"][channel] for one in weeks]) for channel in used
    ]
    return Trend(_("Contacts a week"), list(map(_week, weeks)), series, number, least=0)


def _week(one: dict[str, Any]) -> str:
    """`2026-W45`, or 2026年第45周."""
    year, week = one["week"].split("-W")
    return _("{year}-W{week}").format(year=year, week=week)
