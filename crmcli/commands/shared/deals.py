"""What the commands about deals have in common: which one is meant, that it is open, and how it is told (HANDBOOK §7)."""

from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer

from crmcli.commands.shared import amounts
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.references import read_reference
from crmcli.rules.year.deals import OPEN, insist_order
from crmcli.store.database import Row

Reference = Annotated[str, typer.Argument(help=_("The deal, such as d6."), metavar="DEAL")]

# What is said of a deal when it is added or edited.
Amount = Annotated[str | None, typer.Option("--amount", help=_("For how much."), metavar="AMOUNT")]
Currency = Annotated[
    str | None,
    typer.Option(
        "--currency",
        help=_("The currency, like CNY or USD; the setting currency when not said."),
        metavar="CODE",
    ),
]
Probability = Annotated[
    str | None,
    typer.Option("--probability", help=_("How likely it is, in percent."), metavar="PERCENT"),
]
Quoted = Annotated[
    str | None, typer.Option("--quoted", help=_("When the quote was made."), metavar="DATE")
]
ValidUntil = Annotated[
    str | None, typer.Option("--valid-until", help=_("Until when the quote holds."), metavar="DATE")
]
CloseOn = Annotated[
    str | None, typer.Option("--close-on", help=_("When it is expected to be won."), metavar="DATE")
]
Stage = Annotated[
    str | None, typer.Option("--stage", help=_("open or quoted; quoted when there is a quote."))
]
Owner = Annotated[
    str | None,
    typer.Option("--owner", help=_("Who sees to it; you when not said."), metavar="NAME"),
]
Note = Annotated[str | None, typer.Option("--note", help=_("Anything else."))]
ExternalId = Annotated[
    str | None, typer.Option("--external-id", help=_("Its number in another system."))
]


def find_open(crm: Context, text: str) -> Row:
    """The deal meant by `d6`, neither won nor lost; BadValue when it is none, NotFound, Forbidden when it is settled."""
    named = read_reference(text)
    if named is None or named.table != "deal" or named.item:
        refuse(text)
    row = crm.record(text).row
    insist_open(crm, row)
    return row


def refuse(text: str) -> NoReturn:
    """What was given names no deal."""
    raise BadValue("{text!r} is no deal; write it like d6, as crm show CUSTOMER lists them", text=text)  # fmt: skip


def insist_open(crm: Context, row: Row) -> None:
    """Forbidden when a deal is won or lost."""
    if row["stage"] not in OPEN:
        _refuse_closed(crm, row)


def _refuse_closed(crm: Context, row: Row) -> NoReturn:
    from crmcli.store.history import setter_of

    ref, day = f"d{row['id']}", row["closed_on"]
    change = setter_of(crm.db, "deal", row["id"], "closed_on")
    if row["stage"] == "won" and change is not None:
        raise Forbidden(
            "{ref} was won on {day}; crm undo x{change} takes that back",
            ref=ref,
            day=day,
            change=change,
        )
    if row["stage"] == "won":  # it came into the file so
        raise Forbidden(
            "{ref} was won on {day}; crm edit {ref} --set stage=open takes it up again",
            ref=ref,
            day=day,
        )
    raise Forbidden(
        "{ref} was lost on {day}; crm edit {ref} --set stage=open takes it up again",
        ref=ref,
        day=day,
    )


def edited(row: Row, columns: dict[str, Any]) -> dict[str, Any]:
    """All columns of a deal that change when `columns` do; BadValue for what has a command of its own, or cannot be."""
    ref, stage = f"d{row['id']}", columns.get("stage", row["stage"])
    if stage != row["stage"] and stage == "won":
        raise BadValue("a deal is won by a command of its own: crm win {ref}", ref=ref)
    if stage != row["stage"] and stage == "lost":
        raise BadValue("a deal is lost for a reason: crm lose {ref} --reason WHY", ref=ref)
    made = dict(columns)
    if stage in OPEN and row["stage"] not in OPEN:
        made |= {"closed_on": None, "loss_reason": None}
        if made.get("quoted_on", row["quoted_on"]) or made.get("valid_until", row["valid_until"]):
            made["stage"] = "quoted"
    if made.get("loss_reason") and stage != "lost":
        raise BadValue("only a lost deal has a reason for it; crm lose {ref} --reason WHY loses it", ref=ref)  # fmt: skip
    if made.get("closed_on") and stage in OPEN:
        raise BadValue("{ref} is open, so it was not closed yet; crm win or crm lose does it", ref=ref)  # fmt: skip
    if "closed_on" in made and stage not in OPEN and not made["closed_on"]:
        raise BadValue("the {field} is empty; write one", field="closed on")
    if stage == "open" and "stage" not in columns and (made.get("quoted_on") or made.get("valid_until")):  # fmt: skip
        made["stage"] = "quoted"
    # What was put off was the old day.
    if made.keys() & {"quoted_on", "valid_until"}:
        made["quote_snoozed_until"] = None
    if "close_on" in made:
        made["due_snoozed_until"] = None
    now = {**dict(row), **made}
    insist_order(now["quoted_on"], now["valid_until"])
    return made


def described(row: Row, mask: Privacy) -> str:
    """A deal for people: what it is, how much, how likely."""
    parts = [mask.text(row["text"]), amounts.spelled(row, mask)]
    if row["probability"] is not None:
        parts.append(f"{row['probability']}%")
    return _(", ").join(part for part in parts if part)


def show(crm: Context, key: int, said: Callable[[Privacy], str], json: bool, reveal: bool, *references: str, **more: Any) -> None:  # fmt: skip
    """Tell what became of a deal; a pipe gets the `references` that were made, JSON `more` beside the deal."""
    if json:
        from crmcli.commands.shared import year_records
        from crmcli.commands.shared.records import privacy

        mask = privacy(crm, reveal)
        row = crm.db.row("deal_row", id=key)
        assert row is not None
        item = year_records.deals(crm, [row], mask)[0] | more
        crm.screen.json_item("deal", item, masked=mask.did_mask)
    else:
        amounts.confirm(crm, said, reveal, *references)
