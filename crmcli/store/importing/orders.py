"""A list of orders: matched, inserted, updated (CLI.md, Import; HANDBOOK §7).

What customers spend in a year is derived of it once, at the end.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import differing
from crmcli.store.importing.priced import priced_as

_COURSE = ("pay_by", "paid_on", "note", "deal_id", "contract_id")
"""What comes to be known of an order is no part of what it is: one that was open may be paid by now."""


class OrderImport(OfCustomers):
    """Takes the rows of a list of orders.

    One is recognised by external id, else by customer, day, amount and whatever else the row gives, where that may have
    come to be known since.
    """

    TABLE = "customer_order"
    BY_IDS = "customer_orders_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer_order": (
            "id", "customer_id", "ordered_on", "amount", "currency", "note", "pay_by", "paid_on", "external_id", "imported_on",
            "created_at", "tier_weight", "deal_id", "contract_id",
        ),
    }  # fmt: skip
    FOUND = ("customer_order",)
    TELLING = ("amount",)
    LINKS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "deal_external_id": ("deal_id", "match_deals_by_number"),
        "contract_external_id": ("contract_id", "match_contracts_by_number"),
    }

    _orders: Mapping[tuple[int, str], list[Known]]

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Known]:
        days = {row.columns["ordered_on"] for _, row in rows if "ordered_on" in row.columns}
        found = {
            row["id"]: row
            for row in self.db.rows(
                "match_orders",
                customers=as_list({customer for customer, _ in rows}),
                days=as_list(days),
            )
        }
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: Known(row) for key, row in sorted(found.items())}
        self._orders = defaultdict(list)
        for known in by_key.values():
            self._orders[known.row["customer_id"], known.row["ordered_on"]].append(known)
        return by_key

    def _alike(self, customer: int, row: Any) -> Known | None:
        for known in self._orders[customer, row.columns.get("ordered_on", "")]:
            if self._is_another(known, row):
                continue
            wanted = {"currency": self._base, **row.columns}
            wanted.pop("external_id", None)
            if all(
                known.row[name] == value or (name in _COURSE and known.row[name] is None)
                for name, value in wanted.items()
            ):
                return known
        return None

    @property
    def _base(self) -> str:
        currency: str = self.plan.book.policy.currency
        return currency

    def _add(self, customer: int, row: Any) -> Known:
        if "ordered_on" not in row.columns:
            raise BadValue("the row does not say when it was ordered")
        if "amount" not in row.columns:
            raise BadValue("the row does not say what the order comes to")
        values = {
            **self._blank["customer_order"],
            "currency": self._base,
            **row.columns,
            "customer_id": customer,
            "imported_on": self.plan.today.isoformat(),
            "created_at": self.change.author.at,
        }
        values["id"] = key = self._insert("customer_order", values)
        self._describe_texts("customer_order", key, values)
        known = Known(values)
        self._orders[customer, values["ordered_on"]].append(known)
        self.change.touched.add(customer)
        return known

    def _renew(self, known: Known, row: Any, again: bool) -> bool:
        wanted = priced_as(known.row, row.columns, self._base, again)
        return self._change(known, differing(known.row, wanted, again))
