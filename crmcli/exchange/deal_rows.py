"""Rows of a list of deals: cells to the values that are stored (CLI.md, Import; HANDBOOK §7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.rows import Belonging, Understanding
from crmcli.rules import terms
from crmcli.rules.money import currency_of, read_currency
from crmcli.rules.year.deals import OPEN, insist_order


@dataclass(slots=True)
class DealRow(Belonging):
    """What one row says of a deal; an amount without a currency is in the base one's smallest coins."""


class DealReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        def day(text: str) -> str:
            return moments.read_due(text, means).day.isoformat()

        self._means = means
        self._currency = lru_cache(maxsize=200)(read_currency)
        self._written = lru_cache(maxsize=20_000)(currency_of)
        self._words: rows.Words = {
            "stage": lru_cache(maxsize=200)(terms.DEAL_STAGE.read),
            "probability": lru_cache(maxsize=1_000)(read_probability),
            "loss_reason": lru_cache(maxsize=1_000)(terms.read_lost_deal),
            "closed_on": lru_cache(maxsize=20_000)(lambda text: moments.read_past(text, means).day),
            "priority": means.flag,
            **dict.fromkeys(
                ("quoted_on", "valid_until", "close_on"), lru_cache(maxsize=20_000)(day)
            ),
        }
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> DealRow:
        """What the row says."""
        row = DealRow("", masked=masked)
        columns, amount = row.columns, ""
        for place, name in self._named:
            text = cells[place].strip()
            if not text or (name in _MAY_SAY_NOTHING and rows.says_nothing(text)):
                continue
            if name == "customer":
                row.customer = text
            elif name == "amount":
                amount = text
            elif name == "currency":
                columns["currency"] = self._currency(text)
            else:
                columns[name] = self._words[name](text) if name in self._words else text
        if amount:
            base = self._means.currency
            if code := self._written(amount, columns.get("currency"), base):
                columns["currency"] = code
            columns["amount"] = rows.amount(amount, columns, self._means.money, base)
        _insist(columns)
        if "text" not in columns and "external_id" not in columns:
            raise BadValue("the row does not say what may be sold")
        return row


_MAY_SAY_NOTHING = frozenset({
    "amount", "currency", "probability", "quoted_on", "valid_until", "close_on", "closed_on", "loss_reason", "note", "owner",
})  # fmt: skip


def _insist(columns: dict[str, Any]) -> None:
    """BadValue for a row that contradicts itself; one with a reason why it was lost is of a lost deal."""
    if "loss_reason" in columns and columns.setdefault("stage", "lost") != "lost":
        raise BadValue("the row says why the deal was lost, but not that it was; correct its stage")
    if "closed_on" in columns and columns.get("stage", "open") in OPEN:
        raise BadValue(
            "the row says when the deal was closed, but not whether it was won or lost; correct its stage"
        )
    insist_order(columns.get("quoted_on"), columns.get("valid_until"))


def read_probability(text: str) -> int:
    """A probability in whole percent: `60`, `60%`, and as a share of one with decimals: `0.6`."""
    plain = text.removesuffix("%").removesuffix("％").strip()
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal(-1)
    if plain == text and "." in plain and 0 <= number <= 1:
        number *= 100
    if not 0 <= number <= 100:
        raise BadValue(
            "{text!r} is no probability; write whole percent from 0 to 100, like 60", text=text
        )
    return int(number.to_integral_value(ROUND_HALF_UP))
