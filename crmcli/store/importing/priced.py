"""Amounts of rows that do not say in which currency they are, and currencies of rows that name no amount."""

from collections.abc import Mapping
from typing import Any

from crmcli.errors import BadValue
from crmcli.rules.money import decimals, read_amount, to_text


def priced_as(
    known: Mapping[str, Any], columns: Mapping[str, Any], base: str, again: bool = False
) -> dict[str, Any]:
    """What a row says, its amount in the currency in which the record is known where the row says none; where it says
    only the currency, as many of its units as the record is known to come to.

    With `again` an earlier row of the list was this record, and its currency holds. BadValue when the amount is finer than
    its currency is, too large for it, or in another than holds.
    """
    wanted, currency = dict(columns), known["currency"]
    if "amount" in wanted and "currency" not in wanted and currency:
        coins = wanted["amount"] * 10 ** decimals(currency)
        wanted["amount"], rest = divmod(coins, 10 ** decimals(base))
        if rest:
            raise BadValue(
                "the amount is finer than {currency} is, in which it is known; add a column with its currency",
                currency=currency,
            )
    if wanted.get("currency", currency) == currency:
        return wanted
    if not again and "amount" not in wanted and known["amount"] is not None:
        wanted["amount"] = read_amount(to_text(known["amount"], currency), wanted["currency"])
    elif again and "amount" in wanted and known["amount"] is None:
        raise BadValue(
            "an earlier row of the list has it in {currency}; write the same currency in both",
            currency=currency,
        )
    return wanted
