"""A list of deals: matched, inserted, updated (CLI.md, Import; HANDBOOK §7)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from crmcli.errors import BadValue
from crmcli.rules.year.deals import OPEN, insist_order
from crmcli.store.database import as_list
from crmcli.store.importing.belonging import Known, OfCustomers
from crmcli.store.importing.bulk import differing
from crmcli.store.importing.priced import priced_as

_COURSE = ("stage", "probability", "closed_on", "loss_reason", "owner", "note", "priority")
"""How far a deal is is no part of what it is: one that was open may be won by now."""


class DealImport(OfCustomers):
    """Takes the rows of a list of deals.

    One is recognised by external id, else by customer, text, and whatever else the row gives but how far it is, where that
    may have come to be so since.
    """

    TABLE = "deal"
    BY_IDS = "deals_by_ids"
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "deal": (
            "id", "customer_id", "text", "stage", "amount", "currency", "probability", "quoted_on", "valid_until", "close_on",
            "owner", "note", "closed_on", "loss_reason", "priority", "external_id", "created_at", "tier_weight",
        ),
    }  # fmt: skip
    FOUND = ("deal",)
    TELLING = ("amount",)

    _deals: Mapping[tuple[int, str], list[Known]]

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Known]:
        found = {
            row["id"]: row
            for row in self.db.rows(
                "match_deals",
                customers=as_list({customer for customer, _ in rows}),
                texts=as_list({row.columns["text"] for _, row in rows if "text" in row.columns}),
            )
        }
        found |= {row["id"]: row for row in self._of_keys(numbered - found.keys())}
        by_key = {key: Known(row) for key, row in found.items()}
        self._deals = defaultdict(list)
        for known in by_key.values():
            self._deals[known.row["customer_id"], known.row["text"]].append(known)
        return by_key

    def _alike(self, customer: int, row: Any) -> Known | None:
        currency = row.columns.get("currency")
        for known in self._deals[customer, row.columns.get("text", "")]:
            if self._is_another(known, row) or (currency and currency != known.row["currency"]):
                continue
            wanted = priced_as(known.row, row.columns, self._base)
            wanted.pop("external_id", None)
            if all(_fits(known.row, name, value) for name, value in wanted.items()):
                return known
        return None

    def _add(self, customer: int, row: Any) -> Known:
        columns = row.columns
        if "text" not in columns:
            raise BadValue("the row does not say what may be sold")
        has_quote = columns.get("quoted_on") or columns.get("valid_until")
        values = {
            **self._blank["deal"],
            "owner": self.plan.actor,
            "currency": self._base,
            "stage": "quoted" if has_quote else "open",
            **columns,
            "customer_id": customer,
            "created_at": self.change.author.at,
        }
        if values["stage"] not in OPEN:
            values["closed_on"] = values["closed_on"] or self._closed_on(values["close_on"])
        values["id"] = key = self._insert("deal", values)
        self._describe_texts("deal", key, values)
        known = Known(values)
        self._deals[customer, values["text"]].append(known)
        self.change.touched.add(customer)
        return known

    def _closed_on(self, close_on: str | None) -> str:
        """The day of a deal that was won or lost, of which only that is known: the one it was expected by, if that has come."""
        today = self.plan.today.isoformat()
        return min(close_on or today, today)

    @property
    def _base(self) -> str:
        currency: str = self.plan.book.policy.currency
        return currency

    def _renew(self, known: Known, row: Any, again: bool) -> bool:
        wanted = priced_as(known.row, row.columns, self._base, again)
        differs = differing(known.row, wanted, again)
        now = {**known.row, **differs}
        insist_order(now["quoted_on"], now["valid_until"])
        if "stage" in differs:
            if now["stage"] in OPEN:
                differs |= {name: None for name in ("closed_on", "loss_reason") if known.row[name]}
            else:
                differs.setdefault("closed_on", self._closed_on(now["close_on"]))
            if now["stage"] == "won" and known.row["loss_reason"]:
                differs["loss_reason"] = None
        return self._change(known, differs)


def _fits(known: Mapping[str, Any], name: str, value: Any) -> bool:
    """True when the value is what is known, or may have come to be so since."""
    return known[name] == value or (name in _COURSE and (known["stage"] in OPEN or known[name] is None))  # fmt: skip
