"""What due items of a day have in common: it is late from the next midnight on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli.rules import ranking
from crmcli.rules.due import DueItem
from crmcli.rules.due.customer import customer_of
from crmcli.rules.said import Said


def item_on(
    *,
    ref: str,
    kind: str,
    row: Any,
    title: str | Said,
    on: date,
    today: date,
    why: Sequence[Said],
    action: str,
    light: str | None = None,
) -> DueItem:
    """An item due `on` a local day; `row` is its customer's, None when it concerns the whole file.

    Its light is red when late, yellow today and green before (CLI.md), unless its kind knows better.
    """
    weight = ranking.weight(kind, row["tier_weight"] if row is not None else 0)
    return DueItem(
        ref=ref,
        kind=kind,
        customer=customer_of(row) if row is not None else None,
        title=title,
        due_on=on,
        overdue_days=ranking.overdue_days(on, today),
        is_overdue=on < today,
        light=light or ranking.light(on, today),
        score=ranking.score(weight, on, today),
        why=why,
        action=action,
    )
