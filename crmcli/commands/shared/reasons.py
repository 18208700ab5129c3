"""Why one customer or task is due when it is: one line (HANDBOOK §3)."""

from crmcli.context import Context
from crmcli.errors import NotFound
from crmcli.output import words
from crmcli.rules.due import touch
from crmcli.rules.references import ref
from crmcli.rules.said import Said, said
from crmcli.store.customers import find_customer
from crmcli.store.database import Row
from crmcli.store.derived import day_of, facts_of
from crmcli.store.records import find_record


def explain_reference(crm: Context, text: str, json: bool) -> int:
    """Print why; NotFound when the reference names nothing."""
    name, parts = _reason(crm, text)
    if json:
        crm.screen.json_item(
            "due-why", {"ref": name, "why": words.why_in_english(parts, crm.today)}
        )
    else:
        crm.screen.say(words.why(parts, crm.today))
    return 0


def _reason(crm: Context, text: str) -> tuple[str | None, list[Said]]:
    head = text.strip()[:1].lower()
    if head == "t" and text.strip()[1:].isdigit():
        record = find_record(crm.db, text)
        return str(record.reference), _task_reason(crm, record.row)
    customer = find_customer(crm.db, text.strip().removesuffix(":touch"))
    return f"{ref('customer', customer['id'])}:touch", touch_reason(crm, customer)


def touch_reason(crm: Context, customer: Row) -> list[Said]:
    """Why a customer's touch is due when it is."""
    due_on = day_of(customer["next_touch_on"])
    parts = touch.explain(facts_of(customer), due_on, crm.today, crm.settings.policy())
    if customer["next_touch_on"] and not customer["touch_due_on"]:
        parts.append(said("an open follow-up is listed instead"))
    return parts


def _task_reason(crm: Context, row: Row) -> list[Said]:
    if row["done_on"]:
        return [said("done on {on}", on=row["done_on"])]
    customer = crm.db.row("customer_by_id", id=row["customer_id"])
    if customer is None:
        raise NotFound("its customer is not there")
    from crmcli.rules.due import task

    joined = {f"task_{name}": value for name, value in dict(row).items()} | dict(customer)
    return list(task.item(joined, crm.today, crm.clock.now.strftime("%H:%M")).why)
