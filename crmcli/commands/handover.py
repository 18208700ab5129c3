"""`crm handover`."""

from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.add_customer import contact_points, say_odd
from crmcli.commands.shared import options, records
from crmcli.commands.shared.needs import person_of
from crmcli.commands.shared.values import Values, clean, split_list
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden, Listed, NotFound
from crmcli.locale import _, plural
from crmcli.output import shapes, words
from crmcli.output.shapes import Privacy
from crmcli.rules.due.task import HANDOVER
from crmcli.rules.references import read_reference, ref
from crmcli.rules.service.states import OPEN
from crmcli.store.changes import Change
from crmcli.store.database import Row, as_list

EXAMPLES = (
    "crm handover c12 张伟 李雷 --on 2026-11-20 --title 采购经理 --phone 13800005678",
    "crm handover Acme h3 h7 --on fri --role decider",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    old: Annotated[
        str, typer.Argument(help=_("Who leaves: a reference or a name."), metavar="OLD")
    ],
    new: Annotated[
        str,
        typer.Argument(help=_("Who takes over; added when not there yet."), metavar="NEW"),
    ],
    on: Annotated[
        str | None, typer.Option("--on", help=_("From when; today when not said."), metavar="DATE")
    ] = None,
    title: Annotated[
        str | None,
        typer.Option("--title", help=_("The title of who takes over.")),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help=_("The roles of who takes over, instead of those of who leaves; none for none."),
        ),
    ] = None,
    phone: Annotated[
        list[str] | None, typer.Option("--phone", help=_("Phone; several are allowed."))
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", help=_("E-mail; several are allowed."))
    ] = None,
    wechat: Annotated[str | None, typer.Option("--wechat", help=_("WeChat."))] = None,
    due: Annotated[
        str | None,
        typer.Option(
            "--due",
            help=_("When to get to know who takes over; the next working day when not said."),
            metavar="DATE",
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help=_("Who does that; you when not said."), metavar="NAME"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note that one person takes over from another at a customer, and get to know them.

    Who takes over has the roles of who leaves, and accepts the open needs in their place.
    """
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    values = Values(crm)
    leaving = _leaving(crm, who, old)
    taking = _taking(crm, who, new, leaving)
    day = values.day(on) if on is not None else crm.today
    meeting = values.day(due) if due is not None else _meeting(crm, day)
    columns = values.fields("person", {"name": new if taking is None else None, "title": title})
    columns |= _roles(values, leaving, taking, role)
    points = contact_points(phone or [], email or [], [wechat] if wechat else [])
    with crm.change(reason, day if on is not None and day <= crm.today else None) as change:
        key = taking["id"] if taking is not None else None
        if key is None:
            key = change.insert("person", customer_id=who["id"], created_at=change.author.at, **columns)  # fmt: skip
        else:
            change.update("person", key, **columns)
        _add_points(crm, change, who["id"], key, points)
        change.update("person", leaving["id"], left_on=day.isoformat(), successor_id=key)
        accepting = _accept(crm, change, who["id"], leaving["id"], key)
        name = columns.get("name") or (taking["name"] if taking is not None else "")
        task = change.insert(
            "task",
            customer_id=who["id"],
            kind="task",
            text=f"{leaving['name']} → {name}",
            play=HANDOVER,
            owner=clean(owner or "") or crm.actor,
            due_on=meeting.isoformat(),
            created_at=change.author.at,
        )
    say_odd(crm, points)
    if json:
        mask = records.privacy(crm, reveal)
        item = _item(crm, mask, who["id"], leaving["id"], key, task, day)
        crm.screen.json_item("handover", item, masked=mask.did_mask)
        return
    crm.confirm(
        lambda: _said(crm, who, leaving, f"h{key} {name}", day, meeting, task, accepting),
        *([f"h{key}"] if taking is None else []),
        f"t{task}",
    )


def _leaving(crm: Context, who: Row, text: str) -> Row:
    """Who leaves; Forbidden when somebody took over from them already."""
    row = crm.db.row("person_row", id=person_of(crm, who["id"], text))
    assert row is not None
    if row["successor_id"] is not None:
        raise Forbidden(
            "{old} handed over to h{new} already, on {day}; crm history h{key} says in which change",
            old=row["name"],
            new=row["successor_id"],
            day=row["left_on"],
            key=row["id"],
        )
    return row


def _taking(crm: Context, who: Row, text: str, leaving: Row) -> Row | None:
    """Who takes over, None when they are to be added: by reference, or by their whole name; BadValue for who leaves."""
    asked = clean(text)
    if not asked:
        raise BadValue("who takes over? write a name, or the reference of a person")
    named = read_reference(asked)
    if named is not None and named.table == "person":
        row = crm.db.row("person_row", id=person_of(crm, who["id"], asked))
    else:
        row = _called(crm, who, asked)
    if row is None:
        return None
    if row["id"] == leaving["id"]:
        raise BadValue("{new} is who leaves; name who takes over", new=f"h{row['id']} {row['name']}")  # fmt: skip
    if row["left_on"]:
        raise Forbidden(
            "{new} left on {day}; crm edit h{key} --set left_on= if they are back",
            new=row["name"],
            day=row["left_on"],
            key=row["id"],
        )
    return row


def _called(crm: Context, who: Row, name: str) -> Row | None:
    people = crm.db.rows("people_of", customers=as_list([who["id"]]))
    found = [one for one in people if one["name"].casefold() == name.casefold()]
    if len(found) > 1:
        names = [f"h{one['id']} {one['name']}" for one in found]
        raise NotFound("{text!r} may be {people}; write one by reference", names, text=name, people=Listed(names))  # fmt: skip
    return found[0] if found else None


def _roles(values: Values, leaving: Row, taking: Row | None, asked: list[str] | None) -> dict[str, Any]:  # fmt: skip
    """The roles of who takes over: those asked for, else their own and those of who leaves; whether they are a key person."""
    if asked is not None:
        plain = [one for one in asked if one.strip().casefold() != "none"]
        return {"roles": values.field("person", "roles", ",".join(plain))}
    own = split_list((taking["roles"] or "") if taking is not None else "")
    both = [*own, *split_list(leaving["roles"] or "")]
    is_key = leaving["key_person"] or (taking is not None and taking["key_person"])
    return {"roles": ",".join(dict.fromkeys(both)) or None, "key_person": int(bool(is_key))}


def _meeting(crm: Context, day: date) -> date:
    """When they are met: on the day itself where it is to come, else the next working day."""
    if day > crm.today:
        return crm.calendar.roll(day)
    return crm.calendar.add_working_days(crm.today, 1)


def _add_points(
    crm: Context, change: Change, customer: int, person: int, points: list[dict[str, str]]
) -> None:
    rows = crm.db.rows("contact_points_of", customers=as_list([customer]))
    known = {(row["kind"], row["value_key"]) for row in rows if row["person_id"] == person}
    for point in points:
        if (point["kind"], point["value_key"]) not in known:
            known.add((point["kind"], point["value_key"]))
            change.insert("contact_point", customer_id=customer, person_id=person, **point)


def _accept(crm: Context, change: Change, customer: int, leaving: int, taking: int) -> int:
    """Who takes over accepts what is open; how many needs that are."""
    needs = [
        row["id"]
        for row in crm.db.rows("needs_of", customers=as_list([customer]))
        if row["acceptor_id"] == leaving and row["status"] in OPEN
    ]
    for key in needs:
        change.update("need", key, acceptor_id=taking)
    return len(needs)


def _item(
    crm: Context, mask: Privacy, customer: int, old: int, new: int, task: int, day: date
) -> dict[str, Any]:
    points = crm.db.rows("contact_points_of", customers=as_list([customer]))
    people = {row["id"]: row for row in crm.db.rows("people_by_ids", ids=as_list([old, new]))}
    return {
        "customer": ref("customer", customer),
        "on": day.isoformat(),
        "old": shapes.person(people[old], points, mask),
        "new": shapes.person(people[new], points, mask),
        "task": shapes.task(crm.db.row("task_row", id=task), crm.clock.at, mask),
    }


def _said(
    crm: Context, who: Row, leaving: Row, new: str, day: date, meeting: date, task: int, n: int
) -> str:
    said = _("{new} takes over from {old} at {name}, {day}. Next {task}: get to know them, {meeting}.").format(
        new=new,
        old=f"h{leaving['id']} {leaving['name']}",
        name=who["name"],
        day=words.day(day, crm.today),
        task=f"t{task}",
        meeting=crm.days.ahead(meeting),
    )  # fmt: skip
    if n:
        more = plural("{n} open need is accepted by them now.", "{n} open needs are accepted by them now.", n)  # fmt: skip
        said += "\n" + more.format(n=n)
    return said
