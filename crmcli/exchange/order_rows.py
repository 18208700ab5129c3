"""Rows of a list of orders: cells to the values that are stored (CLI.md, Import; HANDBOOK §7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmcli.errors import BadValue
from crmcli.exchange import moments, rows
from crmcli.exchange.headers import Columns
from crmcli.exchange.rows import Linked, Understanding
from crmcli.rules.money import currency_of, read_currency


@dataclass(slots=True)
class OrderRow(Linked):
    """What one row says of an order; an amount without a currency is in the base one's smallest coins."""


class OrderReader:
    """Reads the rows of one file, whose columns have been recognised.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        past = lru_cache(maxsize=20_000)(lambda text: moments.read_past(text, means).day)
        self._currency = lru_cache(maxsize=200)(read_currency)
        self._written = lru_cache(maxsize=20_000)(currency_of)
        self._money = lru_cache(maxsize=20_000)(means.money)
        self._base = means.currency
        self._words: rows.Words = {
            "ordered_on": past,
            "paid_on": past,
            "pay_by": lru_cache(maxsize=20_000)(
                lambda text: moments.read_due(text, means).day.isoformat()
            ),
        }
        self._named = rows.named_places(columns.fields)

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> OrderRow:
        """What the row says."""
        row = OrderRow("", masked=masked)
        columns, amount = row.columns, ""
        for place, name in self._named:
            text = cells[place].strip()
            if not text or (name in _MAY_SAY_NOTHING and rows.says_nothing(text)):
                continue
            if name == "customer":
                row.customer = text
            elif name == "amount":
                amount = text
            elif name in LINKS:
                row.links[name] = text
            elif name == "currency":
                columns["currency"] = self._currency(text)
            else:
                columns[name] = self._words[name](text) if name in self._words else text
        if amount:
            if code := self._written(amount, columns.get("currency"), self._base):
                columns["currency"] = code
            columns["amount"] = rows.amount(amount, columns, self._money, self._base)
        if "external_id" not in columns:
            _insist(columns)
        return row


LINKS = ("deal_external_id", "contract_external_id")
_MAY_SAY_NOTHING = frozenset({"currency", "pay_by", "paid_on", "note", *LINKS})


def _insist(columns: Mapping[str, object]) -> None:
    """BadValue when a row does not say enough for an order."""
    if "ordered_on" not in columns:
        raise BadValue("the row does not say when it was ordered")
    if "amount" not in columns:
        raise BadValue("the row does not say what the order comes to")
