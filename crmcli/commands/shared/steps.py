"""The change log under its JSON names."""

from typing import Any

from crmcli.context import Context
from crmcli.output.shapes import AMOUNTS, Privacy, local
from crmcli.rules.references import LETTERS, ref
from crmcli.store import erased
from crmcli.store.history import Step

_LINKS = {
    "customer_id": "customer",
    "former_id": "customer",
    "referred_by": "customer",
    "unanswered_done_id": "interaction",
    "need_id": "need",
    "origin_id": "need",
    "promise_id": "promise",
    "survey_id": "survey",
    "acceptor_id": "person",
    "person_id": "person",
    "successor_id": "person",
    "deal_id": "deal",
    "contract_id": "contract",
    "renewed_id": "contract",
}
"""Fields that hold another record's key, told by its reference."""

_NAMES = ("name", "owner", "tech_owner", "by", "to_name")
"""Fields that name somebody."""

_NO_NAMES = {("promise", "by"), ("attachment", "name")}  # who owes whom, and what a file is called
_CALLED = {"customer_order": "order"}
"""What is called otherwise than its table."""

_PEOPLE = ("person", "participant")
"""What is told of in a few words by its name alone."""

_UNNUMBERED = {erased.EVENT: None}
"""What is no change, and nobody else's writing either."""


def told_step(
    crm: Context, step: Step, mask: Privacy, *, for_people: bool = False
) -> list[dict[str, Any]]:
    """One row that was touched by a change, an item for each field: who, when, old, new, why (HANDBOOK §10).

    For people amounts are spelled with their currency, and an order is told with its amount.
    """
    head = {
        "change": f"x{step.change}" if step.change else _UNNUMBERED.get(step.action, "outside"),
        "at": local(step.at, crm.clock.to_local),
        "happened_on": step.happened_on,
        "actor": step.actor,
        "ref": f"{LETTERS[step.table]}{step.key}" if step.table in LETTERS else None,
        "record": _CALLED.get(step.table, step.table),
        "action": step.action,
    }
    tail = {
        "reason": mask.text(step.reason),
        "command": mask.command(step.command),
        "undone_by": f"x{step.undone_by}" if step.undone_by else None,
    }
    if not step.fields:
        gone = step.action in ("delete", "remove", "erase")
        is_name = step.table in _PEOPLE
        told = mask.name(step.what) if is_name else mask.point(step.point, step.what)
        if for_people and step.table == "customer_order" and told and not told.startswith("× "):
            row = crm.db.row("customer_order_row", id=step.key)
            amount = _spelled(row["amount"], mask, row["currency"]) if row else None
            told = "  ".join(filter(None, [told, amount]))
        if for_people and step.table == "task" and told and not told.startswith("× "):
            from crmcli.output import words

            if row := crm.db.row("task_row", id=step.key):
                told = words.task({"text": told, "tells": row["tells"], "play": row["play"]})
        return [
            {
                **head,
                "field": None,
                "old": told if gone else None,
                "new": None if gone else told,
                **tail,
            }
        ]
    currencies = step.fields.get("currency", (step.currency, step.currency))
    amounts = AMOUNTS.get(step.table, ()) if for_people else ()
    return [
        {
            **head,
            "field": name,
            "old": _spelled(old, mask, currencies[0])
            if name in amounts
            else _told(crm, step, name, old, mask, currencies[0]),
            "new": _spelled(new, mask, currencies[1])
            if name in amounts
            else _told(crm, step, name, new, mask, currencies[1]),
            **tail,
        }
        for name, (old, new) in step.fields.items()
    ]


def _spelled(minor: int | None, mask: Privacy, currency: str | None) -> str | None:
    """An amount for people: `1,200.50 CNY`."""
    if minor is None:
        return None
    from crmcli.output import words

    return words.money(mask.amount(minor, currency), currency)


def _told(
    crm: Context, step: Step, name: str, value: Any, mask: Privacy, currency: str | None
) -> Any:
    table = step.table
    if name == "at" or name.endswith("_at"):
        return local(value, crm.clock.to_local)
    if name in AMOUNTS.get(table, ()):
        return mask.amount(value, currency)
    if name in _LINKS:
        return ref(_LINKS[name], value)
    if not isinstance(value, str):
        return value
    if name == "value":
        return mask.point(step.point, value)
    # A customer may be a company; as a person its name is a known one.
    named = name in _NAMES and table != "customer" and (table, name) not in _NO_NAMES
    return mask.name(value) if named else mask.text(value)
