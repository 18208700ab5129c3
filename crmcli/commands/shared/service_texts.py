"""What people are told about needs: deadlines, time left, and articles that read alike."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from crmcli.context import Context
from crmcli.locale import N_, _
from crmcli.store.database import Row, as_list

CLOCKS = {"respond": N_("respond by"), "feedback": N_("feedback by"), "solve": N_("solve by")}
"""The three clocks, as people call them."""


def urgency(need: Row | dict[str, Any]) -> str:
    """How urgent a need is, in words."""
    word = need["urgency"] or "untriaged"
    return _(word)


def _day(crm: Context, day: date) -> str:
    """A day in words, which are imported by who says some: in a pipe nobody does."""
    from crmcli.output import words

    return words.day(day, crm.today)


def _ahead(crm: Context, day: str) -> str:
    """The same of a day to come, with how far away it is."""
    return crm.days.ahead(date.fromisoformat(day))


def moment(crm: Context, instant: str) -> str:
    """A stored instant for people: `Mon 23 Nov 17:30`."""
    at = crm.clock.to_local(instant)
    return f"{_day(crm, at.date())} {at:%H:%M}"


def short_moment(crm: Context, instant: str) -> str:
    """The same in a list: of today only the time."""
    at = crm.clock.to_local(instant)
    time = f"{at:%H:%M}"
    if at.date() == crm.today:
        return time
    return f"{crm.days.column(at.date())} {time}"


def next_deadline(crm: Context, row: Row) -> str | None:
    """`respond by Mon 23 Nov 17:30`: the first of a need's clocks that is not met."""
    if not row["next_by"]:
        return None
    return f"{_(CLOCKS[row['next_clock']])} {moment(crm, row['next_by'])}"


def added_need(crm: Context, key: int, name: str) -> Iterator[str]:
    """The need that was added, its next deadline, and what is known about the like of it."""
    row = crm.db.row("need_row", id=key)
    assert row is not None
    yield _("Added {need} for {name}: {text}").format(need=f"n{key}", name=name, text=row["text"])
    if deadline := next_deadline(crm, row):
        yield _("{urgency}: {deadline}").format(urgency=urgency(row), deadline=deadline)


def time_left(crm: Context, row: Row, tier: str | None) -> str:
    """The time left on the clock of a need's next deadline, which stands still while the need waits (HANDBOOK §4).

    `3h 20m` by the clock on the wall, `2wd 3h` in working days and hours, with a minus past the deadline.
    """
    if not row["next_by"]:
        return ""
    stands_still = row["waiting_since"] and row["next_clock"] != "respond"
    now = datetime.fromisoformat(row["waiting_since"] if stands_still else crm.clock.instant)
    by = datetime.fromisoformat(row["next_by"])
    if not _runs_on_work(crm, row, tier):
        return spell(by - now)
    clock = crm.book.work_clock
    return spell(clock.between(now, by), clock.day)


def _runs_on_work(crm: Context, row: Row, tier: str | None) -> bool:
    from crmcli.rules.deadlines import WORKING

    service = crm.book.service.of(tier)
    length = getattr(service.terms(row["urgency"]), row["next_clock"])
    if row["next_clock"] == "solve" and row["kind"] == "complaint":
        length = length or service.complaint
    return bool(length and length.runs_on == WORKING)


def spell(left: timedelta, working_day: timedelta | None = None) -> str:
    """A length of time in its two greatest units, negative past the deadline; days of 24 hours, or of work."""
    sign = "-" if left < timedelta(0) else ""
    days, rest = divmod(abs(left), working_day or timedelta(days=1))
    minutes = int(rest.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    if days and hours:
        texts = _("{days}wd {hours}h") if working_day else _("{days}d {hours}h")
        return sign + texts.format(days=days, hours=hours)
    if days:
        texts = _("{days}wd") if working_day else _("{days}d")
        return sign + texts.format(days=days)
    if hours:
        texts = _("{hours}wh {minutes}m") if working_day else _("{hours}h {minutes}m")
        return sign + texts.format(hours=hours, minutes=minutes)
    return sign + _("{minutes}m").format(minutes=minutes)


def state(row: Row) -> str:
    """The state of a need in words: `in progress`, `waiting`."""
    from crmcli.output.service_shapes import status

    return status(row).replace("_", " ")


def standing(crm: Context, key: int) -> str:
    """How a need stands, in a line: `n5 urgent, triaged; respond by Fri 20 Nov 19:30`."""
    row = crm.db.row("need_row", id=key)
    assert row is not None
    parts = [f"n{key} {urgency(row)}{_(', ')}{_(state(row))}"]
    if row["status"] == "scheduled":
        parts += [text for text in (row["scheduled_for"], row["scheduled_on"]) if text]
    if deadline := next_deadline(crm, row):
        parts.append(deadline)
    return _("; ").join(parts)


def after_contact(crm: Context, contact: Row) -> Iterator[str]:
    """How the need stands that a contact was about, and which needs it keeps waiting no longer."""
    asked = as_list([contact["customer_id"]])
    open_needs = {row["id"] for row in crm.db.rows("needs_of", customers=asked) if row["queue"] is not None}  # fmt: skip
    if not open_needs:
        return
    about = contact["need_id"]
    if about in open_needs:
        yield standing(crm, about)
    keys = as_list(open_needs)
    answered = {
        row["id"]
        for row in crm.db.rows("waiting_of_needs_answered", needs=keys)
        if row["answered_at"] == contact["at"]
    }
    for event in crm.db.rows("service_events_of_needs", needs=keys) if answered else ():
        if event["id"] in answered and event["need_id"] != about:
            yield _("It waits no longer: {standing}").format(
                standing=standing(crm, event["need_id"])
            )


def planned(crm: Context, key: int, steps: Sequence[int]) -> str:
    """The steps that were added, and how the need stands."""
    lines = []
    for step in steps:
        row = crm.db.row("plan_step_row", id=step)
        assert row is not None
        day = _ahead(crm, row["due_on"])
        lines.append(
            _("Step {step}: {text}, {day}.").format(step=f"l{step}", text=row["text"], day=day)
        )
    return "\n".join([*lines, standing(crm, key)])


def resolved(crm: Context, key: int, survey: int | None) -> str:
    """A need that was resolved, and when to ask whether it helped."""
    lines = [standing(crm, key)]
    row = crm.db.row("survey_row", id=survey) if survey else None
    if row is not None:
        day = _ahead(crm, row["due_on"])
        lines.append(
            _("Ask whether it helped: {survey}, {day}.").format(survey=f"s{survey}", day=day)
        )
    return "\n".join(lines)


def say_late(crm: Context, row: Row, step: str, day: date) -> None:
    """A step may be later than its need's deadline, but not unnoticed."""
    deadline = _deadline_of(crm, row)
    if deadline and day > deadline[0]:
        crm.screen.note(
            _("{step} is due after the deadline of {need}: {deadline}").format(
                step=step, need=f"n{row['id']}", deadline=deadline[1]
            )
        )


def _deadline_of(crm: Context, row: Row) -> tuple[date, str] | None:
    """The day by which a need is to be met, and what says so: its solve clock, when they need it, else its feedback."""
    for column, clock in (("solve_by", "solve"), ("needed_by", None), ("feedback_by", "feedback")):
        if row[column] and clock:
            at = crm.clock.to_local(row[column])
            return at.date(), f"{_(CLOCKS[clock])} {moment(crm, row[column])}"
        if row[column]:
            return date.fromisoformat(row[column]), _("needed by {day}").format(day=row[column])
    return None


def say_open_steps(crm: Context, key: int) -> None:
    """Steps of the plan that are not done when the need is solved are let go of, but not unnoticed."""
    steps = [row for row in crm.db.rows("plan_steps_of_need", need=key) if not row["done_at"]]
    if steps:
        names = _(", ").join(f"l{row['id']}" for row in steps)
        crm.screen.note(_("Not done, and not listed any more: {steps}").format(steps=names))
