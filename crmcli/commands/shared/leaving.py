"""What leaves the machine by `export`: records under their JSON names with their customer's name, or whole rows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from crmcli.commands.shared import records, service_records, year_records
from crmcli.context import Context
from crmcli.exchange import whole_file
from crmcli.output import shapes
from crmcli.output.shapes import Privacy
from crmcli.rules.references import ref
from crmcli.store import exporting, frozen
from crmcli.store.database import Predicate, Row, as_list

Rows = Iterator[dict[str, Any]]


class Kind(NamedTuple):
    """A kind of records: its CSV columns, and its records as a stream (with a `Sheet`: as it holds them)."""

    columns: Callable[[Context], list[str]]
    rows: Callable[[Context, Sequence[Predicate], Privacy, "Sheet | None"], Rows]


class Sheet:
    """A CSV that is being written, and what it cannot hold."""

    def __init__(self) -> None:
        self.further_follow_ups = 0


# --- customers ---


def _customer_columns(crm: Context) -> list[str]:
    """A column for each custom field, in place of the one for all."""
    names: list[str] = []
    for name in records.CUSTOMER_COLUMNS:
        if name == "fields":
            names += [f"field.{field}" for field in crm.settings.fields()]
        elif name == "next_touch_on":
            names += ["next_touch", name]
        else:
            names.append(name)
        if name == "referred_by":
            names.append("referred_by_ref")
    return names


def _customers(
    crm: Context, predicates: Sequence[Predicate], mask: Privacy, sheet: Sheet | None
) -> Rows:
    for rows in exporting.customers(crm.db, predicates):
        names = _names(crm, [row["referred_by"] for row in rows if row["referred_by"]], mask)
        for row, item in zip(rows, records.customer_records(crm, rows, mask), strict=True):
            item["referred_by_ref"] = item["referred_by"]
            item["referred_by"] = names.get(row["referred_by"])
            # What an import would take for a promised date is one; the date that is computed is another.
            item["next_touch"] = row["agreed_on"]
            if sheet is not None:
                item |= {f"field.{name}": value for name, value in item["fields"].items()}
            yield item


def on_cards(
    crm: Context, what: str, predicates: Sequence[Predicate], mask: Privacy
) -> Iterator[dict[str, Any]]:
    """The records that vCards are made of: people, or customers whose people have their birthdays, too."""
    if what != "customers":
        yield from KINDS[what].rows(crm, predicates, mask, None)
        return
    for rows in exporting.customers(crm.db, predicates):
        birthdays = _birthdays(crm, {row["id"] for row in rows})
        for item in records.customer_records(crm, rows, mask):
            for person in item["people"]:
                person["birthday"] = birthdays.get(person["ref"])
            yield item


def _birthdays(crm: Context, customers: Collection[int]) -> dict[str | None, str]:
    """The birthdays of the people of these customers, by the person's reference."""
    found = crm.db.rows("birthdays_of", customers=as_list(customers))
    return {ref("person", row["person_id"]): row["day"] for row in found}


def _names(crm: Context, keys: Sequence[int], mask: Privacy) -> dict[int, str | None]:
    """What customers are called, by key."""
    found = crm.db.rows("names_of_customers", ids=as_list(set(keys)))
    return {row["id"]: mask.name_of(row) for row in found}


# --- what belongs to customers ---

Make = Callable[[Context, list[Row], Privacy, Sheet | None], list[dict[str, Any]]]


def _of_customers(table: str, make: Make) -> Callable[..., Rows]:
    """The records of `table`, each with its customer's name, by which an import finds it, beside the reference."""

    def rows(
        crm: Context, predicates: Sequence[Predicate], mask: Privacy, sheet: Sheet | None
    ) -> Rows:
        for some in exporting.of_customers(crm.db, table, predicates):
            names = _names(crm, [row["customer_id"] for row in some], mask)
            for row, item in zip(some, make(crm, some, mask, sheet), strict=True):
                customer = item.pop("customer")
                yield {
                    "ref": item.pop("ref"),
                    "customer": names.get(row["customer_id"]),
                    "customer_ref": customer,
                    **item,
                }

    return rows


def _people(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    whose = {row["customer_id"] for row in rows}
    points: dict[int, list[Row]] = defaultdict(list)
    for point in crm.db.rows("contact_points_of", customers=as_list(whose)):
        points[point["person_id"]].append(point)
    birthdays = _birthdays(crm, whose)
    people = [shapes.person(row, points[row["id"]], mask) for row in rows]
    return [{**one, "birthday": birthdays.get(one["ref"])} for one in people]


def _interactions(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    items = records.interaction_records(crm, rows, mask)
    _add_numbers(crm, ("need", "promise", "deal"), rows, items)
    if sheet is None:
        return items
    asked = as_list(row["id"] for row in rows)
    is_open = {
        ref("task", one["id"])
        for one in crm.db.rows("tasks_of_interactions", interactions=asked)
        if one["done_at"] is None
    }
    for item in items:
        # One that is done must not come back as one to do; without any, the date is a promised one.
        following = [one for one in item["next"] if one["ref"] in is_open]
        item["next"] = following[0]["text"] if following else None
        item["next_on"] = following[0]["on"] if following else item["promised_on"]
        sheet.further_follow_ups += len(following[1:])
    return items


def _tasks(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    return [shapes.task(row, crm.clock.at, mask) for row in rows]


def _needs(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    items = service_records.needs(crm, rows, mask)
    for item in items if sheet is not None else ():
        item["acceptor"] = item["acceptor"] and item["acceptor"]["name"]
    return items


def _promises(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    items = service_records.promises(crm, rows, mask)
    _add_numbers(crm, ("need",), rows, items)
    if sheet is not None:
        for item in items:  # the moment decides whether it was in time, and an import reads it
            item["kept_on"] = item["kept_at"] or item["kept_on"]
            item["broken_on"] = item["broken_at"] or item["broken_on"]
    return items


def _deals(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    return year_records.deals(crm, rows, mask)


def _orders(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    items = year_records.orders(crm, rows, mask)
    _add_numbers(crm, ("deal", "contract"), rows, items)
    return items


def _surveys(
    crm: Context, rows: list[Row], mask: Privacy, sheet: Sheet | None
) -> list[dict[str, Any]]:
    items = service_records.surveys(crm, rows, mask)
    for item, number in zip(items, _numbers(crm, "need", rows), strict=True):
        item["need"] = number
    return items


def _numbers(crm: Context, name: str, rows: list[Row]) -> Iterator[str | None]:
    """Of the need, deal or contract that each row is linked to the number in another system, by which an import finds it
    again: the reference holds in this file only.
    """
    asked = as_list({row[f"{name}_id"] for row in rows if row[f"{name}_id"]})
    found = {row["id"]: row["external_id"] for row in crm.db.rows(f"{name}s_by_ids", ids=asked)}
    return (found.get(row[f"{name}_id"]) for row in rows)


def _add_numbers(
    crm: Context, names: Sequence[str], rows: list[Row], items: list[dict[str, Any]]
) -> None:
    for name in names:
        for item, number in zip(items, _numbers(crm, name, rows), strict=True):
            item[f"{name}_external_id"] = number


def _fixed(*names: str) -> Callable[[Context], list[str]]:
    return lambda crm: list(names)


KINDS: dict[str, Kind] = {
    "customers": Kind(_customer_columns, _customers),
    "people": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "name", "title", "roles", "phones", "emails", "wechat",
            "birthday", "key_person", "concern", "preferences", "note", "consent", "consent_on", "consent_source",
            "consent_scope", "left_on", "priority",
        ),
        _of_customers("person", _people),
    ),
    "interactions": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "at", "channel", "direction", "summary", "with", "ours",
            "minutes", "no_answer", "feedback", "agreed", "intent", "next", "next_on", "promised_on", "stage", "care",
            "cost", "signed", "excerpt", "need", "promise", "need_external_id", "promise_external_id", "deal_external_id",
        ),
        _of_customers("interaction", _interactions),
    ),
    "orders": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "ordered_on", "amount", "currency", "pay_by", "paid_on", "note",
            "deal", "contract", "deal_external_id", "contract_external_id", "created_at",
        ),
        _of_customers("customer_order", _orders),
    ),
    "needs": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "text", "kind", "urgency", "strength", "status", "received_at",
            "respond_by", "responded_at", "feedback_by", "feedback_at", "solve_by", "resolved_at", "waiting_since", "light",
            "level", "score", "value", "fit", "cost", "owner", "tech_owner", "acceptor", "category", "wish", "needed_by",
            "budget", "workaround", "criterion", "solution", "result", "decline_reason", "scheduled_for", "scheduled_on",
            "plan_sent_at", "plan_confirmed_at", "reopened", "origin", "priority", "created_at",
        ),
        _of_customers("need", _needs),
    ),
    "tasks": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "kind", "text", "owner", "due", "snoozed_until", "done_on",
            "result", "origin", "priority",
        ),
        _of_customers("task", _tasks),
    ),
    "promises": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "text", "by", "level", "status", "light", "owner", "due",
            "first_due", "delay_reason", "need", "need_external_id", "warned_at", "impact", "options", "kept_on", "result", "broken_on",
            "break_reason", "amends", "amends_by", "amends_done_at", "amends_result", "priority", "created_at",
        ),
        _of_customers("promise", _promises),
    ),
    "deals": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "text", "stage", "amount", "currency", "probability", "weighted",
            "quoted_on", "valid_until", "close_on", "closed_on", "loss_reason", "owner", "note", "priority",
        ),
        _of_customers("deal", _deals),
    ),
    "surveys": Kind(
        _fixed(
            "ref", "customer", "customer_ref", "external_id", "target", "need", "kind", "status", "due", "sent_at", "at",
            "overall", "solved", "speed", "attitude", "product", "response", "support", "nps", "good", "bad", "comment",
            "pain", "future", "by", "snoozed_until", "review",
        ),
        _of_customers("survey", _surveys),
    ),
}  # fmt: skip
"""What can be exported kind by kind; a new kind is one more line."""


# --- everything ---


def moving() -> list[list[str]]:
    """The columns of each table that moves."""
    return [exporting.moving_columns(table) for table in exporting.moving_tables()]


def everything(crm: Context, mask: Privacy) -> Rows:
    """The records of a whole file: what it is, which keys are free, then every row (CLI.md, Export)."""
    yield whole_file.first_record(frozen.SCHEMA_VERSION, mask.masking)
    for table, following in exporting.next_keys(crm.db):
        yield {"record": whole_file.KEY_RANGE, "row_table": table, "next": following}
    for table, row in exporting.everything(crm.db):
        yield {"record": table, **shapes.moving(table, row, mask)}
