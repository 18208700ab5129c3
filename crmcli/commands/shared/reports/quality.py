"""`crm report quality`: how good what is kept of customers is, and how soon it was entered (HANDBOOK §1, §10, §11; decision 34).

What is kept is looked at as it is now; of a period only what was entered of it can be told.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crmcli.commands.shared.reports import Asked, customer_of, number_line, periods, rate_line
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.report_parts import Figure, Figures, Note, Part, Table
from crmcli.output.report_words import percent
from crmcli.output.table import Column
from crmcli.rules.masking import looks_masked, mask_kind
from crmcli.rules.measures import Rate, share
from crmcli.rules.periods import Period
from crmcli.rules.reports import quality as rules
from crmcli.rules.year import filing
from crmcli.store import reporting_quality as facts
from crmcli.store.customers import fitting

KINDS = ("company", "person")
WORDS = [N_("report|of")]
MOST_JUDGED = 10_000
"""In a file of so many customers all that are alike are judged, as crm doctor --duplicates does, which takes seconds of more:
of a larger one only those count that have the same name or credit code."""


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """What is kept, as it is now; how soon the period was entered, and the one before; under their JSON names."""
    db, filters = crm.db, asked.filters
    n, unreachable = facts.reach(db, filters)
    core, without = facts.core(db, filters)
    people, unknown = facts.consent(db, filters)
    return {
        "period": periods.record(asked.period),
        "customer": customer_of(asked),
        "customers": n,
        "missing": _missing(crm, asked),
        "duplicates": _duplicates(crm, asked, n),
        "stale": _stale(crm, asked),
        "consent_unknown": _share(unknown, people),
        "core_without_decider": _share(without, core),
        "unreachable": _share(unreachable, n),
        "masked": _masked(crm, asked),
        **_entered(crm, asked, asked.period),
        "before": {
            "period": periods.record(asked.before),
            **_entered(crm, asked, asked.before),
        },
    }


def _share(part: int, n: int) -> dict[str, Any]:
    return {**share(part, n - part)._asdict(), "count": part}


def _missing(crm: Context, asked: Asked) -> dict[str, Any]:
    wanted = {kind: crm.settings.required(kind) for kind in KINDS}
    found = facts.missing(crm.db, wanted, asked.filters)
    n = sum(found.customers.values())
    listed = rules.lacking(wanted, found.customers, found.missing)
    lost = sum(of_kind[facts.LOST] for of_kind in found.missing.values())
    if lost and all(one.field != facts.LOSS_REASON for one in listed):
        unknown = sum(of_kind[facts.LOSS_REASON] for of_kind in found.missing.values())
        listed.append(rules.Lacking(facts.LOSS_REASON, unknown, lost))
    return {
        **_share(found.incomplete, n),
        "fields": [{**one._asdict(), "rate": one.rate} for one in listed],
    }


def _duplicates(crm: Context, asked: Asked, n: int) -> dict[str, Any]:
    """How many pairs may be one and the same customer, of the `n` asked about."""
    in_all = facts.reach(crm.db, ())[0] if asked.filters else n
    if in_all > MOST_JUDGED:
        groups = facts.alike(crm.db, asked.filters)
        return {"likely": rules.connected(groups), "maybe": None, "judged": False}
    from crmcli.store import duplicates

    pairs = duplicates.find(crm.db)
    if asked.filters:
        own = fitting(crm.db, asked.filters)
        pairs = [pair for pair in pairs if pair.one in own or pair.other in own]
    likely = sum(pair.verdict.is_likely for pair in pairs)
    return {"likely": likely, "maybe": len(pairs) - likely, "judged": True}


def _stale(crm: Context, asked: Asked) -> dict[str, Any]:
    days = [filing.untouched_since(tier, crm.today) for tier in (filing.CORE, None)]
    instants = [crm.book.midnight((day + timedelta(days=1)).isoformat()) for day in days]
    (core_since, others_since), (core_from, others_from) = days, instants
    since = facts.Untouched(
        core_since.isoformat(), core_from, others_since.isoformat(), others_from
    )
    found = facts.files(crm.db, since, asked.filters)
    core, others = (found.get(is_core, (0, 0)) for is_core in (True, False))
    return {
        **_share(core[1] + others[1], core[0] + others[0]),
        "core": _share(core[1], core[0]),
        "others": _share(others[1], others[0]),
    }


def _masked(crm: Context, asked: Asked) -> dict[str, int]:
    """Values that were masked before they came here."""
    found = [
        customer
        for customer, column, kind, value in facts.masked(crm.db, asked.filters)
        if looks_masked(value, _masked_as(column, kind))
    ]
    return {"values": len(found), "customers": len(set(found))}


def _masked_as(column: str, kind: str) -> str:
    if column == "value":
        return mask_kind(kind)
    return "name" if kind == "person" and column in ("name", "short_name") else "text"


def _entered(crm: Context, asked: Asked, period: Period) -> dict[str, Any]:
    """How much of the period was entered within 24 hours: contacts, and changes of which was said when they came about."""
    n, soon = facts.contacts(crm.db, periods.span(crm, period), asked.filters)
    first, last = period.first.isoformat(), period.last.isoformat()
    changes = rules.entered_soon(
        (date.fromisoformat(row["happened_on"]), crm.clock.to_local(row["at"]).date())
        for row in facts.changes(crm.db, first, last, asked.filters)
    )
    return {
        "entered_within_24h": share(soon, n - soon)._asdict(),
        "changed_within_24h": changes._asdict(),
    }


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Quality")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """What is missing and wrong, how soon it was entered, and the missing rate of each field."""
    before, then = item["before"], periods.spelled(asked.before)
    entered = Figures(
        [
            rate_line(_("contacts entered within 24 hours"), item["entered_within_24h"], before["entered_within_24h"], is_main=True),
            rate_line(_("changes entered within 24 hours"), item["changed_within_24h"], before["changed_within_24h"]),
        ],
        then,
        _("Entered in time"),
    )  # fmt: skip
    found: list[Part] = [
        Figures(_lines(item), "", _("The file as it is now")),
        _fields(item["missing"]["fields"]),
        entered,
    ]
    if not item["duplicates"]["judged"]:
        found.insert(1, Note(_("In so large a file only customers of the same name or credit code count as alike; crm doctor --duplicates judges them all.")))  # fmt: skip
    return found


def _lines(item: dict[str, Any]) -> list[Figure]:
    rates = (
        (_("incomplete"), item["missing"], True),
        (_("untouched for long"), item["stale"], True),
        (_("core, untouched for a month"), item["stale"]["core"], False),
        (_("others, untouched for three months"), item["stale"]["others"], False),
        (_("core without a decider"), item["core_without_decider"], True),
        (_("consent not known"), item["consent_unknown"], False),
        (_("cannot be reached"), item["unreachable"], False),
    )
    counts = (
        (_("likely duplicates"), item["duplicates"]["likely"]),
        (_("may be duplicates"), item["duplicates"]["maybe"]),
        (_("masked values"), item["masked"]["values"]),
    )
    nothing = Rate(None, 0)._asdict()
    return [
        number_line(_("customers"), item["customers"], None)._replace(before=""),
        *(
            rate_line(what, now, nothing, is_main=is_main)._replace(before="")
            for what, now, is_main in rates
        ),
        *(number_line(what, now, None)._replace(before="") for what, now in counts),
    ]


def _fields(fields: Sequence[dict[str, Any]]) -> Table:
    columns = [
        Column(_("wanted"), least=10),
        Column(_("missing"), right=True),
        Column(in_context("report", "of", _), right=True),
        Column(_("missing rate"), right=True),
    ]
    rows = [
        [_field(one["field"]), str(one["missing"]), str(one["n"]), percent(one["rate"])]
        for one in fields
    ]
    return Table(columns, rows, _("What is missing"), [one["rate"] for one in fields])


def _field(name: str) -> str:
    return _(words.MISSING.get(name, name.replace("_", " ")))
