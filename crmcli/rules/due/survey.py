"""Surveys and reviews of bad answers as due items (HANDBOOK §5)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.moment import item_at
from crmcli.rules.said import Said, said

ToLocal = Callable[[str], datetime]

_TITLES = {
    "service": said("did it help?"),
    "relation": said("ask how they find working with us"),
    "deep": said("talk about what troubles them, and what they will need"),
}


def item(row: Any, today: date) -> DueItem:
    """A survey to be made, or to be asked after; `row` carries its columns as survey_…, and its need's text."""
    ref = f"s{row['survey_id']}"
    kind = row["survey_kind"]
    title: str | Said = row["survey_need"] or _TITLES[kind]
    why = [said("{kind} survey", kind=said(kind))]
    if row["survey_need_id"]:
        why.append(said("n{key} was resolved", key=row["survey_need_id"]))
    if row["survey_sent_on"]:
        why.append(said("sent {day}", day=date.fromisoformat(row["survey_sent_on"])))
    return _on(row, ref, date.fromisoformat(row["survey_listed_on"]), title, why, f"crm survey {ref}", today)  # fmt: skip


def periodic_item(row: Any, today: date) -> DueItem:
    """A survey that comes round by itself; `row` is the customer's."""
    ref, kind = f"c{row['id']}", row["ask_kind"]
    why = [said("{kind} survey", kind=said(kind))]
    action = f"crm survey {ref} --kind {kind}"
    return _on(row, f"{ref}:survey", date.fromisoformat(row["ask_on"]), _TITLES[kind], why, action, today)  # fmt: skip


def _on(
    row: Any, ref: str, on: date, title: str | Said, why: list[Said], action: str, today: date
) -> DueItem:
    return item_on(
        ref=ref,
        kind="survey",
        row=row,
        title=title,
        on=on,
        today=today,
        why=[*why, said("due {day}", day=on), lateness(on, today)],
        action=action,
    )


def review_item(row: Any, local: ToLocal, now: datetime) -> DueItem:
    """The review of an answer below expectation; `row` carries its columns as review_…"""
    ref, survey = f"v{row['review_id']}", f"s{row['review_survey_id']}"
    return item_at(
        ref=ref,
        kind="review",
        row=row,
        title=said("learn from {survey}", survey=survey),
        at=local(row["review_due_at"]),
        yellow_at=local(row["review_listed_from"]),
        now=now,
        why=[said("below expectation: {survey}", survey=survey)],
        action=f"crm review {survey} --cause WHY --action WHAT",
    )
