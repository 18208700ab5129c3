"""What the tags by rule are derived from, for some customers (rules/value/auto_tags.py)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crmcli.rules.value.auto_tags import Warned, Worth
from crmcli.store.database import Database, Row, as_list
from crmcli.store.facts import day_of


class Worths:
    """What is known of these customers besides their rows, asked for once."""

    def __init__(self, db: Database, rows: Sequence[Row]) -> None:
        asked = as_list(row["id"] for row in rows)
        self._nps = {one["customer_id"]: one["nps"] for one in db.rows("nps_of", customers=asked)}
        self._referrers = {one["customer_id"] for one in db.rows("referrers_of", customers=asked)}

    def of(self, row: Mapping[str, Any] | Row, lifecycle: str) -> Worth:
        """What is known of one of them."""
        return Worth(
            lifecycle=lifecycle,
            last_order_on=day_of(row["last_order_on"]),
            spends_from=day_of(row["spend_from"]),
            spends_until=day_of(row["spend_until"]),
            warnings=_warnings(row["churn_why"]),
            newest_nps=self._nps.get(row["id"]),
            has_referred=row["id"] in self._referrers,
        )


def _warnings(reasons: str | None) -> list[Warned]:
    if not reasons:
        return []
    import json

    return [Warned(date.fromisoformat(start), day_of(end)) for _kind, start, end, *_more in json.loads(reasons)]  # fmt: skip
