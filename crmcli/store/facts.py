"""What the rules are told of a customer, from its own row: all that commands need which only read what is derived."""

from datetime import date

from crmcli.rules.cadence import Facts
from crmcli.rules.span import Span
from crmcli.rules.year.spending import Stretch
from crmcli.store.database import Row


def day_of(text: str | None) -> date | None:
    """A stored ISO day."""
    return date.fromisoformat(text) if text else None


def facts_of(row: Row) -> Facts:
    """What the cadence rules need, from a customer's own columns (derived ones included)."""
    return Facts(
        stage=row["stage"],
        added_on=date.fromisoformat(row["added_on"]),
        tier=row["tier"],
        began_on=day_of(row["began_on"]),
        own_cadence=Span.read(row["cadence"]) if row["cadence"] else None,
        do_not_contact=bool(row["do_not_contact"]),
        retired=bool(row["retired_on"]),
        first_touch_on=day_of(row["first_touch_on"]),
        last_contact_on=day_of(row["last_contact_on"]),
        last_contact_channel=row["last_contact_channel"],
        intent=row["intent"],
        promised_on=day_of(row["promised_on"]),
        snoozed_until=day_of(row["snoozed_until"]),
        spending=_spending(row),
        last_visit_on=day_of(row["last_visit_on"]),
        own_visit_cadence=Span.read(row["visit_cadence"]) if row["visit_cadence"] else None,
        visit_snoozed_until=day_of(visit_snoozed_until(row)),
    )


def visit_snoozed_until(row: Row) -> str | None:
    """Until when the visit of a customer is put off; a visit since then has ended that."""
    is_over = (row["last_visit_on"] or "") > (row["visit_snooze_after"] or "")
    return None if is_over else row["visit_snooze_until"]


def _spending(row: Row) -> Stretch | None:
    if not row["spend_from"]:
        return None
    return Stretch(date.fromisoformat(row["spend_from"]), date.fromisoformat(row["spend_until"]))
