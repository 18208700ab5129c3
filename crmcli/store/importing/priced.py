"""Amounts of rows that do not say in which currency they are."""

from collections.abc import Mapping
from typing import Any

from crmcli.errors import BadValue
from crmcli.rules.money import decimals


def priced_as(known: Mapping[str, Any], columns: Mapping[str, Any], base: str) -> dict[str, Any]:
    """What a row says, its amount in the currency in which the record is known where the row says none.

    BadValue when it is finer than that currency is.
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
    return wanted
