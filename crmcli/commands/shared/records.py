"""Whole customers for output: rows, parts, lifecycle and what is missing, under their JSON names."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmcli.context import Context
from crmcli.output import shapes
from crmcli.output.shapes import Privacy
from crmcli.rules.completeness import missing
from crmcli.rules.lifecycle import Life, lifecycle
from crmcli.rules.value import auto_tags
from crmcli.store.customers import Parts, parts_of
from crmcli.store.database import Row, as_list
from crmcli.store.derived import day_of
from crmcli.store.worths import Worths

CUSTOMER_COLUMNS = (
    "ref", "external_id", "name", "short_name", "kind", "stage", "lifecycle", "tier", "industry", "size", "city",
    "address", "uscc", "source", "since", "prefer", "phones", "emails", "wechat", "people", "tags", "auto_tags", "fields",
    "last_contact_at", "next_touch_on", "promised_on", "snoozed_until", "intent", "open_needs", "cadence",
    "visit_cadence", "do_not_contact", "retired_on", "priority", "loss_reason", "credit_grade", "credit_on", "blacklisted", "verified_on",
    "verified_by", "referred_by",
    "note", "missing",
    "consent", "consent_on", "consent_source", "consent_scope", "created_at",
)  # fmt: skip
"""A customer's JSON names in the order of CSV columns."""

if TYPE_CHECKING:  # lists do without finding
    from crmcli.store.records import Record


def privacy(
    crm: Context,
    reveal: bool,
    *,
    terminal_reveals: bool = False,
    leaving: bool = False,
    about: Sequence[int] | None = None,
) -> Privacy:
    """How much to mask (HANDBOOK §10); `--reveal` shows all and is recorded. What is `leaving` hides names, too.

    Within texts these are the names of everybody, or of the people at the customers it is `about`: to know everybody's
    takes as long as there are people.
    """
    if reveal:
        record_reveal(crm)
        return Privacy(masking=False)
    setting = crm.settings.get("privacy.mask")
    if setting == "never":
        return Privacy(masking=False)
    shows = terminal_reveals and crm.screen.is_terminal and setting != "always"

    def known() -> Iterator[str]:
        if about is None:
            rows = crm.db.rows("names_of_people")
        else:
            rows = crm.db.rows("people_of", customers=as_list(about))
        return (row["name"] for row in rows)

    return Privacy(
        masking=not shows,
        leaving=leaving,
        known=known,
        amounts=crm.settings.get("privacy.mask_amounts") == "on",
    )


def record_reveal(crm: Context) -> None:
    """Note that something is shown unmasked."""
    from crmcli.store.changes import record_event

    # Of a file that cannot be written nothing is revealed, for it cannot be recorded.
    if crm.db.exists:
        record_event(crm.db, crm.clock.instant, crm.actor, "reveal", crm.author().command)


def lifecycle_of(row: Any, today: date, new_for: int) -> str:
    """The lifecycle of a customer row on a day; a customer is new for so many days."""
    life = Life(
        stage=row["stage"],
        added_on=date.fromisoformat(row["added_on"]),
        began_on=day_of(row["began_on"]),
        last_activity_on=day_of(row["last_activity_on"]),
        last_order_on=day_of(row["last_order_on"]),
        touch_on=day_of(row["next_touch_on"]),
    )
    return lifecycle(life, today, new_for)


def customer_records(crm: Context, rows: Sequence[Row], mask: Privacy) -> list[dict[str, Any]]:
    """Customers under their JSON names."""
    parts = parts_of(crm.db, [row["id"] for row in rows])
    today, new_for = crm.today, crm.settings.policy().new_for
    worth = Worths(crm.db, rows)
    records = []
    for row in rows:
        own = parts.get(row["id"]) or Parts()
        record = shapes.customer(
            row, own, lifecycle_of(row, today, new_for), mask, crm.clock.to_local
        )
        record["auto_tags"] = auto_tags.auto_tags(worth.of(row, record["lifecycle"]), today)
        record["missing"] = missing(record, crm.settings.required(row["kind"]))
        records.append(record)
    return records


def customer_record(crm: Context, key: int, mask: Privacy) -> dict[str, Any]:
    """One customer by key, as it now stands."""
    row = crm.db.row("customer_by_id", id=key)
    assert row is not None
    return customer_records(crm, [row], mask)[0]


def interaction_records(crm: Context, rows: list[Row], mask: Privacy) -> list[dict[str, Any]]:
    """Contacts under their JSON names, with who took part and what came next."""
    asked = as_list(row["id"] for row in rows)
    present: dict[int, list[Row]] = defaultdict(list)
    for one in crm.db.rows("participants_of", interactions=asked):
        present[one["interaction_id"]].append(one)
    following: dict[int, list[Row]] = defaultdict(list)
    for one in crm.db.rows("tasks_of_interactions", interactions=asked):
        following[one["interaction_id"]].append(one)
    return [
        shapes.interaction(row, present[row["id"]], following[row["id"]], mask, crm.clock.to_local)
        for row in rows
    ]


def key_date_records(crm: Context, rows: Sequence[Row], mask: Privacy) -> list[dict[str, Any]]:
    """Key dates under their JSON names, with whose they are."""
    keys = {row["person_id"] for row in rows if row["person_id"]}
    people = {row["id"]: row for row in crm.db.rows("people_by_ids", ids=as_list(keys))}
    return [
        shapes.key_date(row, people.get(row["person_id"]), mask) | {"next_on": _next_on(row, crm)}
        for row in rows
    ]


def _next_on(row: Row, crm: Context) -> str | None:
    """The occurrence that is listed, or will be next."""
    if row["next_on"] is None or row["next_on"] >= crm.today.isoformat():
        return row["next_on"]  # type: ignore[no-any-return]
    from crmcli import lunar
    from crmcli.rules.key_dates import current

    next_on = date.fromisoformat(row["next_on"])
    return current(row["day"], row["kind"], next_on, row["lead_days"], crm.today, lunar.day_of).isoformat()  # fmt: skip


def any_record(crm: Context, record: "Record", mask: Privacy) -> dict[str, Any]:
    """A record of any kind under its JSON names."""
    from crmcli.commands.shared import service_records

    if record.table == "customer":
        return customer_record(crm, record.key, mask)
    if record.table == "person":
        points = crm.db.rows("contact_points_of", customers=as_list([record.row["customer_id"]]))
        return shapes.person(record.row, points, mask)
    if record.table == "task":
        return shapes.task(record.row, crm.clock.at, mask)
    if record.table == "key_date":
        return key_date_records(crm, [record.row], mask)[0]
    if record.table in service_records.MAKERS:
        return service_records.MAKERS[record.table](crm, [record.row], mask)[0]
    if record.table in ("deal", "contract", "customer_order", "risk", "attachment"):
        from crmcli.commands.shared import year_records

        return year_records.MAKERS[record.table](crm, [record.row], mask)[0]
    return interaction_records(crm, [record.row], mask)[0]
