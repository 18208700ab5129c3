"""`crm merge-customers`."""

from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.agreeing import agree
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import N_, _, plural
from crmcli.rules.references import read_reference, ref
from crmcli.store import former
from crmcli.store.database import Row
from crmcli.store.merging import Merged, merge

EXAMPLES = (
    "crm merge-customers c12 c13",
    "crm merge-customers 华东精工 ext:A-17 --yes --reason 'entered twice'",
)
_KINDS = {
    "person": N_("people"), "contact_point": N_("phones and e-mails"), "interaction": N_("contacts"), "task": N_("tasks"),
    "key_date": N_("key dates"), "need": N_("needs"), "plan_step": N_("plan steps"), "promise": N_("promises"),
    "survey": N_("surveys"), "review": N_("reviews"), "deal": N_("deals"), "contract": N_("contracts"), "customer_order": N_("orders"), "risk": N_("risks"),
    "attachment": N_("attached files"), "tag": N_("tags"), "field_value": N_("custom fields"),
    "referral": N_("referrals"),
}  # fmt: skip
"""What is told of what moved; the rest goes with these."""


def run(
    ctx: typer.Context,
    keep: Annotated[str, typer.Argument(help=_("The customer that stays."), metavar="KEEP")],
    drop: Annotated[str, typer.Argument(help=_("The customer that goes into it."), metavar="DROP")],
    yes: options.Yes = False,
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Make one customer of two; the dropped one's reference goes on working.

    Everything of DROP moves to KEEP, whose own values win; undo takes it back.
    """
    crm: Context = ctx.obj
    crm.write(dry_run)
    kept = crm.customer(keep)
    _refuse_merged(crm, drop, kept["id"])
    dropped = crm.customer(drop)
    if kept["id"] == dropped["id"]:
        raise BadValue(
            "{keep} and {drop} are both {ref} {name}; name two customers",
            keep=keep,
            drop=drop,
            ref=f"c{kept['id']}",
            name=kept["name"],
        )
    if not dry_run:
        _ask(crm, yes, kept, dropped)
    with crm.change(reason) as change:
        merged = merge(change, kept["id"], dropped["id"])
    for line in _differences(merged):
        crm.screen.note(line)
    if json:
        crm.screen.json_item("merged", _item(kept, dropped, merged, change.number))
    else:
        crm.confirm(
            lambda: _("{former} {former_name} went into {ref} {name}: {what}. To take it back: crm undo x{n}").format(
                former=ref("customer", dropped["id"]),
                former_name=dropped["name"],
                ref=ref("customer", kept["id"]),
                name=kept["name"],
                what=_what(merged),
                n=change.number,
            ),
            f"c{kept['id']}",
        )  # fmt: skip


def _ask(crm: Context, yes: bool, kept: Row, dropped: Row) -> None:
    """Nothing when it is agreed to; Forbidden when one of the two has changed while a person thought about it."""
    question = _("Make {former} {former_name} part of {ref} {name}?").format(
        former=ref("customer", dropped["id"]),
        former_name=dropped["name"],
        ref=ref("customer", kept["id"]),
        name=kept["name"],
    )
    agree(crm, yes, question)
    for one in (kept, dropped):
        now = crm.db.row("customer_by_id", id=one["id"])
        if now is None or any(now[name] != one[name] for name in one.keys()):  # noqa: SIM118, a Row
            raise Forbidden(
                "{name} was changed by somebody else in the meantime; try again", name=one["name"]
            )


def _refuse_merged(crm: Context, text: str, keep: int) -> None:
    """What was merged already has nothing left that could move."""
    named = read_reference(text)
    if named is None or named.table != "customer":
        return
    heir = former.heir_of(crm.db, named.key)
    if heir is not None:
        raise Forbidden(
            "{drop} was merged into {ref} {name} already; to merge that one too, name {ref}",
            drop=f"c{named.key}",
            ref=f"c{heir['id']}",
            name=heir["name"],
        )


def _what(merged: Merged) -> str:
    """How many of each kind moved: `people 2, contacts 5`."""
    parts = [f"{_(word)} {merged.moved[kind]}" for kind, word in _KINDS.items() if merged.moved.get(kind)]  # fmt: skip
    if n := merged.people:
        parts.append(plural("{n} person was at both", "{n} people were at both", n).format(n=n))
    if n := sum(merged.doubles.values()):
        parts.append(plural("{n} thing was there twice", "{n} things were there twice", n).format(n=n))  # fmt: skip
    return _(", ").join(parts) or _("nothing but its name")


def _differences(merged: Merged) -> list[str]:
    """What both had and only one can be, in words; two numbers of other systems are worth a second look."""
    lines = []
    for field, kept, dropped in merged.differing:
        said = _("{field}: {kept} stays, {dropped} is let go.")
        lines.append(said.format(field=_(field.replace("_", " ")), kept=_(str(kept)), dropped=_(str(dropped))))  # fmt: skip
    return lines


def _item(kept: Any, dropped: Any, merged: Merged, number: int) -> dict[str, Any]:
    return {
        "ref": f"c{kept['id']}",
        "name": kept["name"],
        "former": f"c{dropped['id']}",
        "former_name": dropped["name"],
        "moved": dict(merged.moved),
        "doubles": dict(merged.doubles),
        "people_at_both": merged.people,
        "differing": [
            {"field": field, "kept": one, "dropped": other}
            for field, one, other in merged.differing
        ],
        "change": f"x{number}",
    }
