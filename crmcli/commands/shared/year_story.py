"""The year in a customer's story: deals, contracts, orders and what they come to, risks, attached files (HANDBOOK §7, §9)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmcli.commands.shared import value_story
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import _, aside
from crmcli.output.shapes import Privacy
from crmcli.rules.cadence import Policy
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.rules.year.spending import counted_after
from crmcli.store.database import Row

if TYPE_CHECKING:  # only people on a terminal read days in words
    from crmcli.output.days import Days

_LISTS = {
    "deals": "deal",
    "contracts": "contract",
    "orders": "customer_order",
    "risks": "risk",
    "attachments": "attachment",
}
"""What is listed, by its table; each list begins with what is open."""

OPEN = 50
"""Of what is open no more than so many are looked at before a meeting."""


def of_customer(crm: Context, row: Row, mask: Privacy, most: int | None) -> dict[str, Any]:
    """What a customer has of each, at most so many, and how many there are; what it spends; what comes round next."""
    item: dict[str, Any] = {"spend": spend(crm, row["id"], mask)}
    for name, table in _LISTS.items():
        rows = crm.db.rows(f"{name}_in_story", **_asked(crm, name, row["id"], most))
        item[name] = _made(crm, table, rows, mask)
        if name != "orders":
            item[f"{table}_count"] = rows[0]["n"] if rows else 0
    item |= value_story.of_customer(crm, row, item["spend"])
    return item | {"order_count": item["spend"]["orders"]} | coming(crm, row)


def _asked(crm: Context, name: str, customer: int, most: int | None) -> dict[str, Any]:
    asked = {"customer": customer, "limit": -1 if most is None else most}
    return asked | {"today": crm.today.isoformat()} if name == "contracts" else asked


def _made(crm: Context, table: str, rows: Sequence[Row], mask: Privacy) -> list[dict[str, Any]]:
    if not rows:
        return []
    from crmcli.commands.shared import year_records

    return year_records.MAKERS[table](crm, rows, mask)


def coming(crm: Context, row: Row) -> dict[str, Any]:
    """What its tier gives a customer, and when it is visited and looked at next."""
    return {
        "benefits": crm.settings.get(f"tiers.{row['tier']}.benefits") or None if row["tier"] else None,
        "next_visit_on": str(_visit_on(crm, row) or "") or None,
        **{round_column(kind): row[round_column(kind)] for kind in ROUNDS},
    }  # fmt: skip


def _visit_on(crm: Context, row: Row) -> date | None:
    if not row["visit_on"]:
        return None
    from crmcli.rules.due import visit

    return visit.visit_on(row, crm.today)


def spend(crm: Context, customer: int, mask: Privacy) -> dict[str, Any]:
    """What a customer ordered, in the twelve months up to today and in all, and owes.

    By currency, and together in the base currency: what has no rate is in no sum.
    """
    today, policy = crm.today, crm.settings.policy()
    asked = {
        "customer": customer,
        "today": today.isoformat(),
        "after": counted_after(today).isoformat(),
    }
    rows = crm.db.rows("spend_in_story", **asked)
    sums = ("year", "total", "open", "overdue")
    in_base = {name: sum(row[name] for row in rows if row["currency"] == policy.currency) for name in sums}  # fmt: skip
    if any(row["currency"] in policy.rates for row in rows):
        for row in crm.db.rows("prices_in_story", base=policy.currency, **asked):
            amount = policy.in_base(row["amount"], row["currency"])
            for name in sums:
                in_base[name] += row[name] * amount
    return {
        "currency": policy.currency,
        **{
            name: mask.amount(in_base[name], policy.currency)
            for name in sums
        },
        "orders": sum(row["orders"] for row in rows),
        "last_order_on": max((row["last_on"] for row in rows), default=None),
        "by_currency": [
            {
                "currency": row["currency"],
                "orders": row["orders"],
                "last_order_on": row["last_on"],
                **{name: mask.amount(row[name], row["currency"]) for name in sums},
            }
            for row in rows
        ],
    }  # fmt: skip


# --- for people ---


def facts(crm: Context, row: Row, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands in the head of the story, by its label."""
    from crmcli.output import words

    if item["benefits"]:
        yield "benefits", item["benefits"]
    if due_on := _visit_on(crm, row):
        from crmcli.rules.due import visit
        from crmcli.store.facts import facts_of

        parts = visit.explain(facts_of(row), due_on, crm.today, crm.settings.policy())
        yield "next visit", words.why(parts, crm.today)
    today = crm.today.isoformat()
    rounds = sorted((on, kind) for kind in ROUNDS if (on := item[round_column(kind)]))
    for label, listed in (
        ("overdue", [one for one in rounds if one[0] < today]),
        ("coming up", [one for one in rounds if one[0] >= today]),
    ):
        told = [f"{words.due_kind(kind)} {crm.days.due(on)}" for on, kind in listed]
        if told:
            yield label, _("; ").join(told)
    if item["spend"]["orders"]:
        yield "orders", spend_line(item["spend"], crm.settings.policy())
    yield from value_story.facts(crm, item)


def spend_line(spend: Mapping[str, Any], policy: Policy) -> str:
    """`12 orders, last 2026-11-02; in a year 120,000.00 CNY; in all 500.00 CNY + 20.00 USD = 642.00 CNY; open …, overdue …`."""
    from crmcli.locale import plural

    n = spend["orders"]
    parts = [plural("{n} order, last {day}", "{n} orders, last {day}", n).format(n=n, day=spend["last_order_on"])]  # fmt: skip
    for name, text in (
        ("year", _("in a year {amount}")),
        ("total", _("in all {amount}")),
        ("open", _("unpaid {amount}")),
        ("overdue", _("overdue {amount}")),
    ):
        if amounts := in_each(spend, name):
            parts.append(text.format(amount=amounts + _together(spend, name, policy)))
    return _("; ").join(parts)


def in_each(spend: Mapping[str, Any], name: str) -> str:
    """A sum in each of its currencies, which are not added up; nothing when there is none."""
    sums = [(one[name], one["currency"]) for one in spend["by_currency"]]
    from crmcli.output.words import money

    return " + ".join(money(amount, currency) for amount, currency in sums if amount != 0)


def _together(spend: Mapping[str, Any], name: str, policy: Policy) -> str:
    """The same in the base currency, where each of the others has a rate."""
    from crmcli.output.words import money

    base = spend["currency"]
    others = {one["currency"] for one in spend["by_currency"] if one[name] != 0} - {base}
    if not others or not others <= policy.rates.keys():
        return ""
    return f" = {money(spend[name], base)}"


def sections(days: "Days", item: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """What belongs to a customer, each with its heading."""
    for title, name, count, line in (
        (_("Deals ({shown} of {all})"), "deals", "deal_count", deal_line),
        (_("Contracts ({shown} of {all})"), "contracts", "contract_count", contract_line),
        (_("Orders ({shown} of {all})"), "orders", "order_count", order_line),
        (_("Risks ({shown} of {all})"), "risks", "risk_count", risk_line),
        (_("Files ({shown} of {all})"), "attachments", "attachment_count", attachment_line),
    ):
        shown = item[name]
        yield title.format(shown=len(shown), all=item[count]), [line(days, one) for one in shown]


def deal_line(days: "Days", one: Mapping[str, Any]) -> str:
    """`d1  quoted  120,000.00 CNY  60 %  by 2026-12-15  a second line`."""
    from crmcli.output.words import loss_reason

    parts = [one["ref"], in_context("deal", one["stage"], _), _amount(one)]
    is_open = one["stage"] not in ("won", "lost")
    if is_open and one["probability"] is not None:
        parts.append(_("{percent} %").format(percent=one["probability"]))
    if is_open and one["valid_until"]:
        parts.append(_("quote holds until {day}").format(day=days.told(one["valid_until"])))
    if is_open and one["close_on"]:
        parts.append(_("by {day}").format(day=days.due(one["close_on"])))
    if not is_open:
        parts += [days.told(one["closed_on"]), loss_reason(one["loss_reason"])]
    return joined(*parts, one["text"])


def contract_line(days: "Days", one: Mapping[str, Any]) -> str:
    """`k1  2026-01-01 – 2026-12-31  120,000.00 CNY  service  renewed by k2`."""
    parts = [
        one["ref"],
        f"{days.told(one['starts_on'])} – {days.told(one['ends_on'])}",
        _amount(one),
        one["text"],
    ]
    if one["renewed_by"]:
        parts.append(_("renewed by {ref}").format(ref=one["renewed_by"]))
    elif one["closed_on"]:
        parts.append(_("not renewed"))
    return joined(*parts)


def order_line(days: "Days", one: Mapping[str, Any]) -> str:
    """`o1  2026-10-01  30,000.00 CNY  pay by 2026-11-01  ten pumps`."""
    parts = [one["ref"], days.told(one["ordered_on"]), _amount(one)]
    if one["paid_on"]:
        parts.append(_("paid {day}").format(day=days.told(one["paid_on"])))
    elif one["pay_by"]:
        parts.append(_("pay by {day}").format(day=days.due(one["pay_by"])))
    return joined(*parts, one["note"])


def risk_line(days: "Days", one: Mapping[str, Any]) -> str:
    """`r1  level 1  red  their buyer leaves  due 2026-11-21 09:00`."""
    parts = [one["ref"], _("level {level}").format(level=one["level"])]
    if one["light"] in ("yellow", "red"):
        parts.append(_(one["light"]))
    parts.append(one["text"])
    if one["closed_at"]:
        parts += [_("closed {day}").format(day=days.told(one["closed_at"][:10])), one["result"]]
    elif one["due_at"]:
        parts.append(_("due {day}").format(day=days.due(one["due_at"])))
    return joined(*parts)


def attachment_line(days: "Days", one: Mapping[str, Any]) -> str:
    """`f1  2026-11-20  contract.pdf  (k1)`."""
    of_record = aside(one["record"]) if one["record"] != one["customer"] else None
    return joined(one["ref"], days.told(one["attached_on"]), one["name"], of_record, one["note"])


def amounts(one: Mapping[str, Any]) -> dict[str, str | None]:
    """The amounts of a record with their currency, which then is not told besides."""
    from crmcli.output.words import money

    found = {
        name: money(one[name], one["currency"])
        for name in ("amount", "weighted")
        if one.get(name) is not None
    }
    return {**found, "currency": None} if found else {}


def _amount(one: Mapping[str, Any]) -> str | None:
    from crmcli.output.words import money

    return None if one["amount"] is None else money(one["amount"], one["currency"])


def joined(*parts: str | None) -> str:
    """What there is of these in one line."""
    return "  ".join(" ".join(part.split()) for part in parts if part)
