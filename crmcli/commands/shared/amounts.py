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
    """The columns of an amount, if any, in a currency, the base one when neither it nor the amount says any."""
    code = values.currency(said) if (said := clean(currency or "")) else None
    if not (text := clean(amount or "")):
        return {"amount": None, "currency": code or values.currency(None)}
    return dict(zip(COLUMNS, values.priced(text, code), strict=True))


def edited(
    values: Values, row: Row | Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, Any]:
    """The columns that change when an amount, its currency or both are given anew; an empty amount takes it away.

    An amount stays as many of its currency's units as it was when only the currency changes.
    """
    was, code, said = row["currency"], row["currency"] or values.currency(None), None
    if "currency" in given:
        if not clean(given["currency"]):
            raise BadValue("the {field} is empty; write one", field="currency")
        code = said = values.currency(clean(given["currency"]))
    if "amount" in given:
        if not (text := clean(given["amount"])):
            return {"amount": None, "currency": code}
        return dict(zip(COLUMNS, values.priced(text, said, code), strict=True))
    if row["amount"] is None:
        return {"currency": code}
    from crmcli.rules.money import to_text

    return {"amount": values.money(to_text(row["amount"], was), code), "currency": code}


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
