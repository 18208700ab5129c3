"""Deals, orders, contracts and risks for output, under their JSON names."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmcli.context import Context
from crmcli.output import year_shapes as shapes
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row, as_list

Made = list[dict[str, Any]]


def deals(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Deals as they stand."""
    return [shapes.deal(row, mask) for row in rows]


def orders(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Orders."""
    return [shapes.order(row, mask, crm.clock.to_local) for row in rows]


def contracts(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Contracts with their milestones, and which one each renews."""
    keys = as_list(row["id"] for row in rows)
    milestones: dict[int, list[Row]] = defaultdict(list)
    for step in crm.db.rows("plan_steps_of_contracts", contracts=keys):
        milestones[step["contract_id"]].append(step)
    before = {
        row["renewed_id"]: row["id"] for row in crm.db.rows("contracts_before", contracts=keys)
    }
    return [
        shapes.contract(row, mask, crm.clock.to_local, before.get(row["id"]), milestones[row["id"]])
        for row in rows
    ]


def risks(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Risks as they stand now."""
    return [shapes.risk(row, crm.clock.now, mask, crm.clock.to_local) for row in rows]


def attachments(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Attached files, each with the place where its bytes lie."""
    from crmcli.store import attached_files

    folder = attached_files.folder_of(crm.path)
    return [
        shapes.attachment(row, mask, crm.clock.to_local)
        | {"path": str(attached_files.place_of(folder, row["digest"]))}
        for row in rows
    ]


MAKERS: Mapping[str, Callable[[Context, Sequence[Row], Privacy], Made]] = {
    "deal": deals,
    "customer_order": orders,
    "contract": contracts,
    "risk": risks,
    "attachment": attachments,
}
"""What makes the records of each table."""
