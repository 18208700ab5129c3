"""`crm archive --retire` and `--reactivate`: whether a customer is followed up at all (HANDBOOK §3, §10)."""

from crmcli.commands.shared import records
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.locale import _
from crmcli.store.database import as_list

_SHOWN = 10


def run(
    crm: Context, customer: str, retires: bool, json: bool, dry_run: bool, reason: str | None
) -> None:
    """Take a customer out of the due list, or put it back; a change that undo takes back."""
    crm.write(dry_run)
    row = crm.customer(customer)
    key, name = row["id"], row["name"]
    if retires and row["retired_on"]:
        raise Forbidden("c{key} {name} is retired since {day} already; --reactivate takes it up again", key=key, name=name, day=row["retired_on"])  # fmt: skip
    if not retires and not row["retired_on"]:
        raise Forbidden("c{key} {name} is not retired, so there is nothing to take up again", key=key, name=name)  # fmt: skip
    with crm.change(reason) as change:
        change.update("customer", key, retired_on=crm.today.isoformat() if retires else None)
    if retires and (left := _open(crm, key)):
        shown = _(", ").join(left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
        crm.screen.note(_("Still open, and no longer listed as due: {refs}.").format(refs=shown))
    if json:
        mask = records.privacy(crm, reveal=False)
        crm.screen.json_item("customer", records.customer_record(crm, key, mask), masked=mask.did_mask)  # fmt: skip
        return
    said = (
        _("c{key} {name} is retired: nothing of it is due any more, and all of it is kept.")
        if retires
        else _("c{key} {name} is followed up again.")
    )
    crm.confirm(lambda: said.format(key=key, name=name), f"c{key}")


def _open(crm: Context, key: int) -> list[str]:
    """The needs, promises and tasks that are not finished, and the orders that are not paid."""
    asked = as_list([key])
    needs = [f"n{row['id']}" for row in crm.db.rows("needs_of", customers=asked) if row["queue"] is not None]  # fmt: skip
    promises = [
        f"p{row['id']}"
        for row in crm.db.rows("promises_of", customers=asked)
        if not row["kept_on"] and not row["broken_on"]
    ]
    tasks = [f"t{row['id']}" for row in crm.db.rows("tasks_of", customer=key)]
    orders = [f"o{row['id']}" for row in crm.db.rows("unpaid_orders_of", customer=key)]
    return [*needs, *promises, *tasks, *orders]
