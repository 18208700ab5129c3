"""`crm segment`."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden, Listed, near
from crmcli.locale import _, plural
from crmcli.output.shapes import Privacy
from crmcli.rules import terms
from crmcli.store import segments
from crmcli.store.segments import Filtered, Segment

EXAMPLES = (
    "crm segment save 重点待访 --tier core --where 'last_contact_on < -30d'",
    "crm segment list",
)
ACTIONS = ("save", "list", "delete")
_ACTIONS = terms.Vocabulary("segment", {"save": ("保存",), "list": ("列出",), "delete": ("删除",)})


def run(
    ctx: typer.Context,
    action: Annotated[
        str, typer.Argument(help=_("save, list or delete."), metavar="ACTION")
    ] = "list",
    name: Annotated[
        str | None, typer.Argument(help=_("What it is called."), metavar="[SEGMENT]")
    ] = None,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Keep filters under a name; who is in it is found anew each time."""
    crm: Context = ctx.obj
    chosen = {
        "tier": tier, "stage": stage, "lifecycle": lifecycle, "tag": tag, "industry": industry, "city": city,
        "intent": intent, "segment": segment, "where": where,
    }  # fmt: skip
    filters = {option: values for option, values in chosen.items() if values}
    action = _ACTIONS.of_chinese(action)
    if action not in ACTIONS:
        raise _unknown(action)
    if action != "save" and filters:
        raise BadValue("filters belong to crm segment save; leave them out")
    if action == "list":
        if name is not None:
            raise BadValue("crm segment list takes no name; crm list-customers --segment {name!r} shows who is in it", name=name)  # fmt: skip
        _list(crm, json, csv, reveal)
        return
    called = clean(name or "")
    if not called:
        raise BadValue("which segment? crm segment {action} NAME", action=action)
    if action == "save":
        _save(crm, called, filters, json, reveal, dry_run, reason)
    else:
        _delete(crm, called, json, reveal, dry_run, reason)


def _unknown(action: str) -> BadValue:
    if likely := near(action, ACTIONS):
        return BadValue("segment {action!r} is unknown; did you mean {near}?", action=action, near=likely)  # fmt: skip
    return BadValue("segment {action!r} is unknown; choose one of {known}", action=action, known=Listed(ACTIONS))  # fmt: skip


# --- list ---


def _list(crm: Context, json: bool, csv: bool, reveal: bool) -> None:
    crm.read()
    mask = privacy(crm, reveal)
    translate = _ if not (json or csv) else str
    items = [_item(crm, one, mask, translate) for one in segments.everyone(crm.db)]
    if json:
        crm.screen.json_list("segments", items, masked=mask.did_mask)
    elif csv:
        rows = [{**item, "filters": words(item["filters"])} for item in items]
        crm.screen.csv(("name", "count", "filters", "problem"), rows)
    elif items:
        from crmcli.output.table import Column

        columns = [Column(_("segment")), Column(_("customers")), Column(_("filters"), least=20, below=True)]  # fmt: skip
        crm.screen.table(columns, [_cells(item) for item in items])
    else:
        crm.screen.note(_("There is no segment; crm segment save NAME keeps filters."))


def _cells(item: dict[str, Any]) -> list[str]:
    count = "–" if item["count"] is None else str(item["count"])
    return [item["name"], count, item["problem"] or words(item["filters"])]


def _item(
    crm: Context, one: Segment, mask: Privacy, translate: Callable[[str], str]
) -> dict[str, Any]:
    """A segment with how many are in it now; null, and why, where that cannot be told any more."""
    count, why = None, None
    try:
        count = _count(crm, {"segment": [one.name]})
    except BadValue as problem:
        why = mask.text(problem.sentence(translate))
    name, filters = mask.text(one.name), _shown(one.filters, mask)
    return {"name": name, "filters": filters, "count": count, "problem": why}


def _shown(filters: Filtered, mask: Privacy) -> dict[str, list[str]]:
    """The filters with the numbers in them masked where told to."""
    return {option: [mask.text(value) or "" for value in values] for option, values in filters.items()}  # fmt: skip


def _count(crm: Context, filters: Filtered) -> int:
    predicates = Filters(crm).build(**{option: list(values) for option, values in filters.items()})
    number: int = crm.db.query("count_customers", predicates)[0]["n"]
    return number


def words(filters: Filtered) -> str:
    """The filters as one types them."""
    return " ".join(f"--{option} {_quoted(value)}" for option, values in filters.items() for value in values)  # fmt: skip


def _quoted(value: str) -> str:
    """As a shell wants it, but words of any language as they are."""
    import shlex

    return value if re.fullmatch(r"[\w.+-]+", value) else shlex.quote(value)


# --- save and delete ---


def _save(
    crm: Context,
    name: str,
    filters: Filtered,
    json: bool,
    reveal: bool,
    dry_run: bool,
    reason: str | None,
) -> None:
    if not filters:
        raise BadValue("the segment {name!r} has no filters; add some, like --tier core", name=name)
    crm.write(dry_run)
    kept = _in_stored_words(crm, filters)
    _refuse_circle(crm, name, kept)
    count = _count(crm, kept)
    with crm.change(reason) as change:
        replaced = segments.save(change, name, kept)
    told = (
        plural("Segment {name} saved: {n} customer now.", "Segment {name} saved: {n} customers now.", count)
        if not replaced
        else plural("Segment {name} means something else now: {n} customer. To take it back: crm undo x{change}", "Segment {name} means something else now: {n} customers. To take it back: crm undo x{change}", count)
    ).format(name=name, n=count, change=change.number)  # fmt: skip
    if replaced and not dry_run and (json or not crm.screen.is_terminal):
        crm.screen.note(told)  # a script is told, too, that there was one of that name
    if json:
        _say_json(crm, name, kept, count, change.number, reveal)
    else:
        crm.confirm(lambda: told)


def _in_stored_words(crm: Context, filters: Filtered) -> dict[str, list[str]]:
    """Words of ours as they are stored, so that a beginning of one stays what it was; BadValue for what is no filter."""
    tier = Values(crm).tier
    readers = {"tier": tier, "stage": terms.STAGE.read, "lifecycle": terms.LIFECYCLE.read, "intent": terms.INTENT.read}  # fmt: skip
    return {
        option: list(dict.fromkeys(readers.get(option, clean)(value) for value in values))
        for option, values in filters.items()
    }


def _refuse_circle(crm: Context, name: str, filters: Filtered) -> None:
    """BadValue when the segment would be made of itself, straight or by others; NotFound when one is not there."""
    own, seen = segments.folded(name), set()
    waiting = [segments.find(crm.db, one) for one in filters.get("segment", ())]
    while waiting:
        one = waiting.pop()
        folded = segments.folded(one.name)
        if folded == own:
            raise BadValue("the segment {name!r} would be made of itself; leave --segment {part!r} out", name=name, part=filters["segment"][0])  # fmt: skip
        if folded not in seen:
            seen.add(folded)
            waiting += [found for part in one.filters.get("segment", ()) if (found := segments.named(crm.db, part))]  # fmt: skip


def _delete(
    crm: Context, name: str, json: bool, reveal: bool, dry_run: bool, reason: str | None
) -> None:
    crm.write(dry_run)
    found = segments.find(crm.db, name)
    if users := segments.users_of(crm.db, found):
        raise Forbidden(
            "the segment {name!r} is part of {other!r}; delete that first, or save it anew",
            name=found.name,
            other=users[0].name,
        )
    with crm.change(reason) as change:
        change.remove("segment", found.key)
    if json:
        _say_json(crm, found.name, found.filters, None, change.number, reveal)
    else:
        told = _("Segment {name} deleted; its customers stay. To take it back: crm undo x{change}")
        crm.confirm(lambda: told.format(name=found.name, change=change.number))


def _say_json(
    crm: Context, name: str, filters: Filtered, count: int | None, change: int, reveal: bool
) -> None:
    mask = privacy(crm, reveal)
    item = {
        "name": mask.text(name),
        "filters": _shown(filters, mask),
        "count": count,
        "change": f"x{change}",
    }
    crm.screen.json_item("segment", item, masked=mask.did_mask)
