"""Amounts and their currencies as they are typed: what an amount is depends on its currency, so they are read together."""

from collections.abc import Callable, Mapping
from typing import Any

from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

COLUMNS = ("amount", "currency")


def entered(values: Values, amount: str | None, currency: str | None) -> dict[str, Any]:
    """The columns of an amount, if any, in a currency, the base one when none is said."""
    code = values.currency(clean(currency or ""))
    if not clean(amount or ""):
        return {"amount": None, "currency": code}
    return {"amount": values.money(clean(amount or ""), code), "currency": code}


def edited(
    values: Values, row: Row | Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, Any]:
    """The columns that change when an amount, its currency or both are given anew; an empty amount takes it away.

    An amount stays as many of its currency's units as it was when only the currency changes.
    """
    was, code = row["currency"], row["currency"] or values.currency(None)
    if "currency" in given:
        if not clean(given["currency"]):
            raise BadValue("the {field} is empty; write one", field="currency")
        code = values.currency(clean(given["currency"]))
    if "amount" in given:
        text = clean(given["amount"])
        return {"amount": values.money(text, code) if text else None, "currency": code}
    if row["amount"] is None:
        return {"currency": code}
    return {"amount": values.money(_plain(row["amount"], was), code), "currency": code}


def _plain(minor: int, currency: str | None) -> str:
    from decimal import Decimal

    from crmcli.rules.money import decimals

    return format(Decimal(minor).scaleb(-decimals(currency)), "f")


def spelled(row: Row | Mapping[str, Any], mask: Privacy) -> str:
    """The amount of a record for people: `1,200.50 CNY`, `*** CNY` where it is masked; nothing where it has none."""
    if row["amount"] is None:
        return ""
    from crmcli.output import words

    return words.money(mask.amount(row["amount"], row["currency"]), row["currency"])


def confirm(crm: Context, said: Callable[[Privacy], str], reveal: bool, *references: str) -> None:
    """Tell a writer's outcome, in a sentence that may name amounts and what a record says: both as the mask has it."""

    def say() -> str:
        from crmcli.commands.shared.records import privacy

        return said(privacy(crm, reveal, terminal_reveals=True))

    crm.confirm(say, *references)
