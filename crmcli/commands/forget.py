"""`crm forget`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from crmcli.commands.shared import archive_erasing, options
from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.archiving import Archive
from crmcli.commands.shared.erasing_on import finish_dossiers
from crmcli.commands.shared.keeping import as_text, known_backups, with_files
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden, NotFound
from crmcli.locale import N_, _, plural
from crmcli.output.progress import Say, working
from crmcli.rules.erasing import MARK
from crmcli.rules.references import Reference, read_reference, table_word
from crmcli.store import cleaning, erased, forgetting, former
from crmcli.store.database import Row
from crmcli.store.dossiers import Sealed
from crmcli.store.forgetting import Plan
from crmcli.store.forgetting.attached import drop_files

EXAMPLES = (
    "crm forget h3",
    "crm forget 华东精工 --yes --reason 'asked to by letter'",
)
_KINDS = {
    "customer": N_("customers"), "person": N_("people"), "contact_point": N_("phones and e-mails"), "interaction": N_("contacts"),
    "task": N_("tasks"), "key_date": N_("key dates"), "need": N_("needs"), "plan_step": N_("plan steps"), "promise": N_("promises"),
    "survey": N_("surveys"), "review": N_("reviews"), "article": N_("articles"), "attachment": N_("attached files"), "tag": N_("tags"), "field_value": N_("custom fields"),
    "participant": N_("participants"), "setting": N_("settings"), "change": N_("command lines and reasons"),
    "change_row": N_("old values in the change log"), "event": N_("events"),
}  # fmt: skip
"""What is told of what goes; the rest goes with these."""

_STAGES = {
    "names": N_("Looking for others of the same name"),
    "texts": N_("Looking for mentions"),
    "erase": N_("Erasing"),
    "clean": N_("Overwriting what was erased"),
}
_SHOWN = 5  # references and paths that a sentence names
_PATIENCE = 1.0  # seconds that others are waited for


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            help=_("A person (h3) or a customer (c12, ext:ID or its name)."), metavar="REF"
        ),
    ],
    yes: options.Yes = False,
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help=_("Why, for the note that it was done."))
    ] = None,
) -> None:
    """Erase all that is held of a customer or a person, for good.

    Rows, change log, search index, free pages and mentions in others' texts, which become [erased]. It first says what
    goes, and asks. Nothing takes it back, undo neither; backups are only named.
    """
    crm: Context = ctx.obj
    crm.write(dry_run, is_large=True)
    if not dry_run:
        finish_dossiers(crm)
    subject = _subject(crm, reference)
    row = _row(crm, subject)
    if not (yes or dry_run or is_interactive()):
        agree(crm, yes, _question(row, subject))  # which refuses, before much is read and said
    forgetting.prepare(crm.db)
    archive = Archive(crm)
    plan = _look(crm, subject)
    lines = _dossiers(crm, archive, plan)
    places = [str(archive.place_of(one)) for one in lines]
    backups = [as_text(path) for path in with_files(known_backups(crm))]
    copies = archive_erasing.copies(archive, lambda text: plan.redactors.whole(text) != text)
    backups += map(as_text, copies)
    if not json:
        _tell(crm, row, plan, places, backups)
    if dry_run:
        if json:
            crm.screen.json_item("forget", _item(plan, places, backups))
        return
    agree(crm, yes, _question(row, subject))
    if not yes:  # others may have written while a person thought about it
        if dict(_row(crm, subject)) != dict(row):
            raise Forbidden(
                "{ref} was changed by somebody else in the meantime; try again", ref=str(subject)
            )
        plan = _look(crm, subject)
        lines = _dossiers(crm, archive, plan)
        places = [str(archive.place_of(one)) for one in lines]
    with working(crm.screen) as say:
        _say(say, "erase")
        kept = _erase(crm, plan, archive, lines, reason)
        _say(say, "clean")
        left = cleaning.finish(crm.db, _PATIENCE)
    if json:
        done = _item(plan, places, backups, on=crm.today.isoformat(), kept=kept, left=left)
        crm.screen.json_item("forget", done)
    elif left is None and not kept:
        crm.screen.note(_("{ref} is erased.").format(ref=subject))
    if kept:
        crm.screen.note(
            _(
                "These dossiers stay as they are, for there are files in them that crm did not write; delete them yourself: {paths}"
            ).format(paths=_some(kept, len(kept)))
        )
    if left:
        crm.screen.note(_(_UNFINISHED[left]))


def _look(crm: Context, subject: Reference) -> Plan:
    with working(crm.screen) as say:
        return forgetting.plan(crm.db, subject, lambda stage: _say(say, stage))


def _say(say: Say, stage: str) -> None:
    say(_(_STAGES[stage]))


def _dossiers(crm: Context, archive: Archive, plan: Plan) -> list[Sealed]:
    """The sealed dossiers in which they are: as with texts, not those about customers of others of the same name."""

    def is_meant(customer: int, text: str) -> bool:
        return plan.redactors.of(customer)(text) != text

    return archive_erasing.holding(crm, archive, plan.customers, is_meant)


def _erase(
    crm: Context, plan: Plan, archive: Archive, lines: Sequence[Sealed], reason: str | None
) -> list[str]:
    """All of it or nothing; the folders of dossiers that stay, for others put files into them."""
    try:
        with crm.db.transaction():
            _erase_rows(crm, plan, reason)
            kept = archive_erasing.erase(crm, archive, lines)
    except BaseException:
        archive.withdraw()
        raise
    archive.settle()
    with crm.db.transaction():
        drop_files(crm.db)
        cleaning.mark(crm.db, cleaning.PAGES)
    return kept


def _erase_rows(crm: Context, plan: Plan, reason: str | None) -> None:
    from crmcli.store.derived import refresh_touched

    touched = forgetting.erase(
        crm.db, plan, crm.clock.instant, crm.actor, crm.today.isoformat(), reason
    )
    refresh_touched(crm.db, touched, crm.book)


# --- who is meant ---


def _subject(crm: Context, text: str) -> Reference:
    """The customer or person meant; one that was deleted, too, for that erased nothing."""
    named = read_reference(text)
    if named is None:
        return Reference("customer", crm.customer(text)["id"])
    if named.item:
        raise BadValue(
            "{item} is something that is due, no record of its own; write {ref} if the whole record is meant",
            item=str(named),
            ref=str(named).partition(":")[0],
        )
    if named.table not in ("customer", "person"):
        raise BadValue(
            "{text} is no person and no customer; crm delete takes other records out of sight",
            text=text,
        )
    if named.table == "customer" and former.heir_of(crm.db, named.key):
        return Reference("customer", crm.customer(text)["id"])
    return named


def _row(crm: Context, subject: Reference) -> Row:
    row = crm.db.row(f"{subject.table}_row", id=subject.key)
    if row is None:
        erased.refuse_erased(crm.db, subject)
        raise NotFound(
            "there is no {table} {text}; crm list-customers shows the customers",
            table=table_word(subject.table),
            text=str(subject),
        )
    return row


# --- what is said ---


def _question(row: Row, subject: Reference) -> str:
    return _("Erase {ref} {name} for good?").format(ref=subject, name=row["name"])


def _tell(
    crm: Context, row: Row, plan: Plan, places: Sequence[str], backups: Sequence[str]
) -> None:
    note = crm.screen.note
    note(
        _("{ref} {name}; for good go: {what}.").format(
            ref=plan.subject, name=row["name"], what=_counts(plan.rows)
        )
    )
    if plan.mentions:
        note(
            _("Elsewhere {mark} takes the place of names, phones and e-mails: {what}.").format(
                mark=MARK, what=_counts(plan.mentions)
            )
        )
    if plan.places:
        note(_("In these among others: {places}").format(places=_some(plan.places)))
    if plan.too_short:
        note(
            _(
                "{names} is too short to be looked for inside texts; only where it stands alone is it erased."
            ).format(names=_some(plan.too_short))
        )
    for field in dict.fromkeys(one.field for one in plan.namesakes):
        refs = [one.reference for one in plan.namesakes if one.field == field]
        note(
            _(
                "Others have the same {field}, or one that contains it, and keep it, as do texts about their customers: {refs}."
            ).format(field=_(field), refs=_some(list(dict.fromkeys(refs))))
        )
    if plan.files_left:
        refs = [f"f{key}" for key in plan.files_left]
        note(_("These attached files of the customer stay, and what is written in them was not looked at: {refs}.").format(refs=_some(refs)))  # fmt: skip
    if places:
        note(_("Dossiers that are sealed anew without it: {paths}").format(paths=_some(places)))
    if n := plan.changes:
        note(
            plural(
                "{n} change can no longer be undone.", "{n} changes can no longer be undone.", n
            ).format(n=n)
        )
    if backups:
        note(
            _(
                "Backups still hold it, and so may exports and lists that you made: delete them yourself: {paths}"
            ).format(paths=_some(backups, len(backups)))
        )


def _counts(found: Mapping[str, int]) -> str:
    """How many of each kind: `people 1, phones and e-mails 2`."""
    parts = [f"{_(word)} {found[kind]}" for kind, word in _KINDS.items() if found.get(kind)]
    return _(", ").join(parts)


def _some(names: Sequence[str], most: int = _SHOWN) -> str:
    more = len(names) - most
    listed = _(", ").join(names[:most])
    return listed if more <= 0 else _("{names} and {n} more").format(names=listed, n=more)


_UNFINISHED = {
    cleaning.READERS: N_(
        "It is erased, but another program is reading the file: until crm can finish, pages that were given up may still hold it. The next change or crm doctor --fix goes on."
    ),
    cleaning.FULL: N_(
        "It is erased, but the disk is too full to write the file anew: until crm can finish, pages that were given up may still hold it. Free some space, then: crm doctor --fix"
    ),
    cleaning.ARCHIVE: N_(
        "It is erased, but what was sealed of it is still there: crm doctor --fix removes it."
    ),
    cleaning.FAILED: N_(
        "It is erased, but the file could not be written anew: until crm can finish, pages that were given up may still hold it. Check the disk, then: crm doctor --fix"
    ),
}


def _item(
    plan: Plan,
    places: Sequence[str],
    backups: Sequence[str],
    on: str | None = None,
    kept: Sequence[str] = (),
    left: str | None = None,
) -> dict[str, Any]:
    """What went on which day, with the dossiers that were kept and why it is unfinished; without a day what would go."""
    return {
        "ref": str(plan.subject),
        "refs": list(plan.references),
        "erased_on": on,
        "rows": dict(plan.rows),
        "mentions": dict(plan.mentions),
        "places": list(plan.places),
        "namesakes": [
            {"ref": one.reference, "field": one.field, "customer": f"c{one.customer}"}
            for one in plan.namesakes
        ],
        "files_left": [f"f{key}" for key in plan.files_left],
        "changes": plan.changes,
        "dossiers": list(places),
        "dossiers_kept": list(kept),
        "backups": list(backups),
        "unfinished": left,
    }
