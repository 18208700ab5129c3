"""`crm tag`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, NotFound
from crmcli.locale import _
from crmcli.rules.references import ref
from crmcli.store.database import as_list

EXAMPLES = (
    "crm tag c12 vip 老客户",
    "crm tag c12 --remove vip",
)


def run(
    ctx: typer.Context,
    reference: Annotated[str, typer.Argument(help=_("A customer."), metavar="REF")],
    tags: Annotated[
        list[str] | None, typer.Argument(help=_("Tags to add."), metavar="[TAG]...")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", help=_("A tag to take away; several are allowed."), metavar="TAG"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Add tags to a customer, or remove them."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(reference)
    # `+vip` adds a tag, as people write it elsewhere; the sign is none of the tag's.
    wanted = Values(crm).tags([tag.strip().lstrip("+＋") for tag in tags or []])
    unwanted = [clean(tag) for tag in remove or []]
    if not wanted and not unwanted:
        raise BadValue(
            "no tag given; write crm tag {ref} TAG, or --remove TAG", ref=f"c{who['id']}"
        )
    present = {
        row["name"]: row["id"] for row in crm.db.rows("tags_of", customers=as_list([who["id"]]))
    }
    absent = [tag for tag in unwanted if tag not in present]
    if absent:
        raise NotFound(
            "{name} has no tag {tag!r}; crm show {ref} lists its tags",
            name=who["name"],
            tag=absent[0],
            ref=f"c{who['id']}",
        )
    with crm.change(reason) as change:
        for tag in unwanted:
            change.remove("tag", present[tag])
        for tag in wanted:
            if tag not in present:
                change.insert("tag", customer_id=who["id"], name=tag)
    now = [row["name"] for row in crm.db.rows("tags_of", customers=as_list([who["id"]]))]
    if json:
        mask = privacy(crm, reveal)
        item = {"ref": ref("customer", who["id"]), "tags": list(map(mask.text, now))}
        crm.screen.json_item("tags", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("{name}: {tags}").format(
                name=who["name"], tags=_(", ").join(now) or _("no tags")
            )
        )
