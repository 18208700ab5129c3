"""What a customer is worth, and why it may leave, in its story (HANDBOOK §7)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmcli.context import Context
from crmcli.locale import _, plural
from crmcli.rules.cadence import Policy
from crmcli.rules.said import Said
from crmcli.store.database import Row

if TYPE_CHECKING:
    from crmcli.rules.value.churn import Reason


def of_customer(crm: Context, row: Row, spend: Mapping[str, Any]) -> dict[str, Any]:
    """Its figures, and the reasons that hold today, settled or not; `spend` is what it ordered, masked where told to."""
    return {
        "value": _value(crm, row["id"], spend, crm.settings.policy()),
        "churn": list(_reasons(crm, row)),
    }


def _value(crm: Context, customer: int, spend: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """In the base currency; of orders in others without a rate only the number and the days count."""
    found: dict[str, Any] = {
        "lifetime": spend["total"],
        "yearly_spend": spend["year"],
        "average_order": None,
        "orders": spend["orders"],
        "repurchases": 0,
        "median_gap_days": None,
        "next_order_on": None,
        "currency": spend["currency"],
    }
    if not spend["orders"]:
        return found
    from crmcli.rules.value import orders

    counted = sum(
        one["orders"]
        for one in spend["by_currency"]
        if one["currency"] == spend["currency"] or one["currency"] in policy.rates
    )
    if counted and spend["total"] is not None:
        found["average_order"] = spend["total"] / counted
    rows = crm.db.rows("order_days_in_story", customer=customer)
    days = [date.fromisoformat(row["ordered_on"]) for row in rows]
    rhythm = orders.rhythm(days)
    return found | {
        "repurchases": orders.repurchases(spend["orders"]),
        "median_gap_days": orders.median_gap(days),
        "next_order_on": rhythm and rhythm.next_on.isoformat(),
    }


def _reasons(crm: Context, row: Row) -> Iterator[dict[str, Any]]:
    if not row["churn_why"]:
        return
    from crmcli.output import words
    from crmcli.rules.due import churn

    for settled in (False, True):
        for one in churn.holding(row, crm.today, settled):
            yield {
                "kind": one.kind,
                "since": one.start.isoformat(),
                "until": one.end and one.end.isoformat(),
                "settled": settled,
                "figures": dict(one.figures),
                "why": words.why_in_english(churn.explain([one], crm.today), crm.today),
            }


# --- for people ---


def facts(crm: Context, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands in the head of the story, by its label."""
    if line := value_line(item["value"]):
        yield "buying", line
    if line := churn_line(crm, item["churn"]):
        yield "may leave", line


def value_line(value: Mapping[str, Any]) -> str:
    """`500.00 CNY on average; 4 repurchases; every 37.5 days; next expected 2026-09-22`; nothing of who never ordered."""
    from crmcli.output.words import money

    if not value["orders"]:
        return ""
    parts = []
    if value["average_order"] is not None:
        amount = money(value["average_order"], value["currency"])
        parts.append(_("{amount} on average").format(amount=amount))
    n = value["repurchases"]
    parts.append(plural("{n} repurchase", "{n} repurchases", n).format(n=n))
    if (gap := value["median_gap_days"]) is not None:
        parts.append(_("every day") if gap == 1 else _("every {n} days").format(n=f"{gap:g}"))
    if value["next_order_on"]:
        parts.append(_("next expected {day}").format(day=value["next_order_on"]))
    return _("; ").join(parts)


def churn_line(crm: Context, found: Sequence[Mapping[str, Any]]) -> str:
    """Why it may leave, as `of_customer` gives it; what was settled of that is said to be."""
    if not found:
        return ""
    from crmcli.output import words
    from crmcli.rules.due import churn
    from crmcli.rules.said import said

    parts: list[Said] = []
    for settled in (False, True):
        reasons = [_reason(one) for one in found if one["settled"] is settled]
        parts += churn.explain(reasons, crm.today)
        if settled and reasons:
            parts.append(said("settled"))
    return words.why(parts, crm.today)


def _reason(one: Mapping[str, Any]) -> "Reason":
    from crmcli.rules.value.churn import Reason

    return Reason(one["kind"], date.fromisoformat(one["since"]), None, one["figures"])
