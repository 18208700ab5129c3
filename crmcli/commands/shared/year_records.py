"""Deals, orders, contracts and risks for output, under their JSON names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmcli.context import Context
from crmcli.output import year_shapes as shapes
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

Made = list[dict[str, Any]]


def deals(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Deals as they stand."""
    return [shapes.deal(row, mask) for row in rows]


def risks(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Risks as they stand now."""
    return [shapes.risk(row, crm.clock.now, mask, crm.clock.to_local) for row in rows]


MAKERS: Mapping[str, Callable[[Context, Sequence[Row], Privacy], Made]] = {
    "deal": deals,
    "risk": risks,
}
"""What makes the records of each table."""
