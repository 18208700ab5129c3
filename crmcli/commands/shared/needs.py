"""What the commands about needs have in common: which need is meant, what may be set, and how a step is written down."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden, Listed, NotFound
from crmcli.locale import _
from crmcli.rules.references import read_reference
from crmcli.rules.service import states
from crmcli.store.database import Row, as_list

if TYPE_CHECKING:  # what only reads needs no change log
    from crmcli.output.shapes import Privacy
    from crmcli.store.changes import Change

Text = str | None

Reference = Annotated[str, typer.Argument(help=_("The need, such as n5."), metavar="NEED")]
Kind = Annotated[Text, typer.Option("--kind", help=_("feature, service, problem, complaint, question or suggestion."))]  # fmt: skip
Urgency = Annotated[Text, typer.Option("--urgency", help=_("urgent, important or routine."))]
Strength = Annotated[Text, typer.Option("--strength", help=_("core (a must) or expected."))]
Value = Annotated[Text, typer.Option("--value", help=_("What it is worth to them, 1 to 5."), metavar="N")]  # fmt: skip
Fit = Annotated[Text, typer.Option("--fit", help=_("How well it fits us, 1 to 5."), metavar="N")]
Cost = Annotated[Text, typer.Option("--cost", help=_("What it takes, 1 to 5; 1 is cheap."), metavar="N")]  # fmt: skip
Owner = Annotated[Text, typer.Option("--owner", help=_("Who takes care of it."), metavar="NAME")]
TechOwner = Annotated[Text, typer.Option("--tech-owner", help=_("Who solves it."), metavar="NAME")]
Acceptor = Annotated[Text, typer.Option("--acceptor", help=_("Who of theirs accepts the solution."), metavar="PERSON")]  # fmt: skip
Category = Annotated[Text, typer.Option("--category", help=_("What it is counted under."))]
Wish = Annotated[Text, typer.Option("--wish", help=_("The solution they wish for."), metavar="TEXT")]  # fmt: skip
NeededBy = Annotated[Text, typer.Option("--needed-by", help=_("When they need it."), metavar="DATE")]  # fmt: skip
Budget = Annotated[Text, typer.Option("--budget", help=_("What they would pay."), metavar="AMOUNT")]
Workaround = Annotated[Text, typer.Option("--workaround", help=_("What helps until then."), metavar="TEXT")]  # fmt: skip
Criterion = Annotated[Text, typer.Option("--criterion", help=_("By what they will accept it."), metavar="TEXT")]  # fmt: skip


def find_need(crm: Context, text: str) -> Row:
    """The need meant by `n5`; NotFound or BadValue when it is none."""
    record = crm.record(text) if read_reference(text) else None
    if record is None or record.table != "need":
        raise BadValue("{text!r} is no need; write it like n5, as crm triage lists them", text=text)
    return record.row


def find_for(crm: Context, text: str, step: str) -> Row:
    """The same, insisting that `step` can be taken from the state it is in."""
    row = find_need(crm, text)
    states.insist(step, f"n{row['id']}", row["status"])
    return row


def about(
    crm: Context, values: Values, customer: int, given: Mapping[str, Text], acceptor: Text
) -> dict[str, Any]:
    """The columns of what was said of a need; BadValue says what is wrong, NotFound who is unknown."""
    columns = values.fields("need", dict(given))
    if acceptor is not None:
        columns["acceptor_id"] = person_of(crm, customer, acceptor) if acceptor.strip() else None
    return columns


def person_of(crm: Context, customer: int, text: str) -> int:
    """The key of the customer's person meant by name or reference; NotFound when there is none, or several."""
    people = crm.db.rows("people_of", customers=as_list([customer]))
    asked, named = text.strip().casefold(), read_reference(text)
    found = [one for one in people if named and named.table == "person" and one["id"] == named.key]
    found = found or [one for one in people if one["name"].casefold() == asked]
    found = found or [one for one in people if one["name"].casefold().startswith(asked)]
    if len(found) == 1:
        key: int = found[0]["id"]
        return key
    if found:
        names = [f"h{one['id']} {one['name']}" for one in found]
        raise NotFound("{text!r} may be {people}; write one by reference", names, text=text, people=Listed(names))  # fmt: skip
    raise NotFound(
        "nobody at c{customer} is called {text!r}; add them with: crm add-person c{customer} NAME",
        customer=customer,
        text=text,
    )


def happen(change: "Change", row: Any, kind: str, text: str | None = None) -> None:
    """Write down what happened to a need now; `row` is the need's."""
    change.insert(
        "service_event",
        customer_id=row["customer_id"],
        need_id=row["id"],
        kind=kind,
        at=change.author.at,
        text=text,
        contact_id=change.take_keys("interaction", 0) - 1,
    )


def refuse_known(crm: Context, number: str | None) -> None:
    """Forbidden when there is a need of that number of another system already: a script may be run again."""
    found = crm.db.row("needs_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of n{key}; leave it out, or edit that need",
            number=number,
            key=found["id"],
        )


def show(
    crm: Context,
    key: int,
    said: Callable[[], str],
    json: bool,
    reveal: bool,
    *,
    references: Sequence[str] = (),
    more: "Callable[[Privacy], Mapping[str, Any]] | None" = None,
) -> None:
    """Tell what became of a need; a pipe gets the `references` that were made on the way, JSON what `more` there is.

    What is `said` to a person is put into words only when there is one.
    """
    if json:
        from crmcli.commands.shared import service_records
        from crmcli.commands.shared.records import privacy

        mask = privacy(crm, reveal)
        item = {**service_records.need(crm, key, mask), **(more(mask) if more else {})}
        crm.screen.json_item("need", item, masked=mask.did_mask)
    else:
        crm.confirm(said, *references)


def show_read(crm: Context, key: int, said: str, json: bool, reveal: bool) -> None:
    """Tell how a need stands."""
    if json:
        show(crm, key, lambda: said, json, reveal)
    else:
        crm.screen.say(said)
