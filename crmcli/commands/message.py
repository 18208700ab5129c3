"""`crm message`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from crmcli.commands.shared import messages as making
from crmcli.commands.shared import options, records
from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.messages import MISSING, NO_ADDRESS, SENT_TODAY, Message, Wanted
from crmcli.commands.shared.texts import read_text, read_text_of_stdin
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError, Forbidden, Listed
from crmcli.exchange import message_files
from crmcli.locale import N_, _, plural
from crmcli.output.shapes import Privacy
from crmcli.rules.messages import left_out, read_template
from crmcli.rules.references import ref
from crmcli.rules.terms import CHANNEL, LIVE_CHANNELS
from crmcli.store.changes import Change, check
from crmcli.store.database import as_list

EXAMPLES = (
    "crm message 中秋问候.txt --segment 重点客户 --out 信件",
    "crm message - --tier core --channel email --subject '{name}: our new prices' --log",
)
_WHY = {
    "retired": N_("retired"),
    "do_not_contact": N_("do not contact"),
    "consent_refused": N_("consent refused"),
    NO_ADDRESS: N_("no e-mail address"),
}
COLUMNS = (
    "ref", "name", "person", "channel", "to", "consent", "subject", "text", "file", "interaction", "left_out", "lacking",
)  # fmt: skip
_NAMED = 20
"""So many are named one by one where it is only said who they are."""


def run(
    ctx: typer.Context,
    template: Annotated[
        str,
        typer.Argument(
            help=_(
                "A text file with {name}, {person}, {city}, {fields.NAME} ... in it; - reads standard input."
            ),
            metavar="TEMPLATE",
        ),
    ],
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    all_: Annotated[bool, typer.Option("--all", help=_("To every customer there is."))] = False,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", help=_("A folder for one file each; printed when not said."), metavar="DIR"
        ),
    ] = None,
    log: Annotated[
        bool, typer.Option("--log", help=_("Record with each customer that it was sent."))
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help=_("With --log, also to who got the very same today.")),
    ] = False,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel", help=_("How it is sent; as each customer prefers when not said.")
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject", help=_("Its subject, which may name the same as the text."), metavar="TEXT"
        ),
    ] = None,
    skip_missing: Annotated[
        bool,
        typer.Option("--skip-missing", help=_("Leave out those of whom something is not known.")),
    ] = False,
    yes: options.Yes = False,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: Annotated[bool, typer.Option("--reveal", help=_("Show addresses unmasked."))] = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """One text for each customer, from a template: printed, or a file each."""  # fmt: skip
    crm: Context = ctx.obj
    filters = (tier, stage, lifecycle, tag, industry, city, intent, where, segment)
    _refuse_unlimited(all_, any(filters))
    if again and not log:
        raise BadValue("--again goes with --log, which is what remembers who got one; add it, or leave --again out")  # fmt: skip
    folder = _folder(out)
    text = read_text_of_stdin() if template == "-" else read_text(template)
    crm.read()
    wanted = _wanted(crm, text, subject, channel)
    found = list(making.compose(crm, wanted, Filters(crm).build(*filters)))
    if log:
        found = making.without_unreachable(found)
    if log and not again:
        found = making.without_sent(crm, found)
    mask = records.privacy(crm, reveal)
    _say_left_out(crm, found, mask, skip_missing)
    going = [one for one in found if one.left_out is None]
    for one in going if log else ():
        check("interaction", {"excerpt": one.text, "summary": one.summary})
    files = {one.file: one.whole for one in going} if folder is not None else {}
    there = message_files.standing(folder, files) if folder is not None else set()
    telling = Telling(crm, mask, found, folder, json, csv, dry_run)
    if dry_run or not going:
        telling.tell({})
        return
    if log:
        question = plural("Record {n} message as sent?", "Record {n} messages as sent?", len(going))
        agree(crm, yes, question.format(n=len(going)))
    if not reveal:
        records.record_reveal(crm)  # real names leave in them, on purpose
    if folder is not None:
        waiting = {name: text for name, text in files.items() if name not in there}
        message_files.write_all(folder, waiting)
        _say_written(crm, folder, len(waiting), len(there))
    if not log:
        telling.tell({})
        return
    crm.write()
    _refuse_gone(crm, going, again)
    with crm.change(reason) as change:
        logged = {one.customer: _log(crm, change, one) for one in going}
        # What could not be handed over was not sent, and is not recorded.
        telling.tell(logged)
        crm.screen.flush()
    told = plural("{n} message recorded as sent; to take it back: crm undo x{change}", "{n} messages recorded as sent; to take them back: crm undo x{change}", len(logged))  # fmt: skip
    crm.screen.note(told.format(n=len(logged), change=change.number))


# --- what is asked for ---


def _refuse_unlimited(everyone: bool, is_filtered: bool) -> None:
    if everyone and is_filtered:
        raise BadValue("--all and filters exclude each other; leave one out")
    if not (everyone or is_filtered):
        raise BadValue("to whom? name a segment or other filters, or --all for every customer")


def _folder(out: str | None) -> Path | None:
    if out is None:
        return None
    if out in ("", "-"):
        raise BadValue("{option} takes a folder; name one", option="--out")
    folder = Path(out).expanduser()
    message_files.refuse_file(folder)
    return folder


def _wanted(crm: Context, text: str, subject: str | None, channel: str | None) -> Wanted:
    """The template read, so that what it cannot be filled with is refused before anything else."""
    known = making.known(crm)
    sent_by = CHANNEL.read(channel) if channel is not None else None
    if sent_by in LIVE_CHANNELS:
        raise BadValue("a message is not sent by {channel}; choose email, wechat, wecom, message, event or other", channel=sent_by)  # fmt: skip
    line = None
    if subject is not None:
        line = " ".join(clean(subject).split())
        if not line:
            raise BadValue("the subject is empty; write one, or leave --subject out")
    return Wanted(read_template(text, known), read_template(line, known) if line else None, sent_by)


# --- who gets none ---


def _say_left_out(
    crm: Context, found: Iterable[Message], mask: Privacy, skip_missing: bool
) -> None:
    """Name everybody who gets none, and why, before anything is written; CrmError when something is not known of somebody."""
    lacking, unknown, sent = [], [], 0
    for one in found:
        if one.left_out == MISSING and not skip_missing:
            lacking.append(one)
        elif one.left_out == SENT_TODAY:
            sent += 1
        elif one.left_out is not None:
            said = _("{who} gets none: {why}.").format(who=_who(one), why=_why(one))
            crm.screen.note(said)
        elif one.consent is None:
            unknown.append(one)
        elif one.scope:
            said = _("{who} agreed to this: {scope}").format(
                who=_who(one), scope=mask.text(one.scope)
            )
            crm.screen.note(said)
    if lacking:
        raise _lacking(lacking)
    if sent:
        told = plural("{n} customer got the very same today and gets none; --again sends it once more.", "{n} customers got the very same today and get none; --again sends it once more.", sent)  # fmt: skip
        crm.screen.note(told.format(n=sent))
    if unknown:
        names = [_who(one) for one in unknown[:_NAMED]]
        if len(unknown) > _NAMED:
            names.append(_("and {n} more").format(n=len(unknown) - _NAMED))
        said = _("Whether they agreed is not known: {who}.").format(who=_(", ").join(names))
        crm.screen.note(said)


def _who(one: Message) -> str:
    return f"{one.ref} {one.name}"


def _why(one: Message) -> str:
    if one.left_out == NO_ADDRESS and not one.is_reachable:
        return _("no phone, e-mail or WeChat is known")
    return (
        _(_WHY[one.left_out])
        if one.left_out in _WHY
        else _("no {names}").format(names=_names(one).render(_, str))
    )


def _names(one: Message) -> Listed:
    return Listed(f"{{{name}}}" for name in one.lacking)


def _lacking(lacking: Sequence[Message]) -> CrmError:
    if len(lacking) == 1:
        return CrmError(
            "{who} has no {names}, which the text names; fill it in, or leave it out with --skip-missing",
            who=_who(lacking[0]),
            names=_names(lacking[0]),
        )
    return CrmError(
        "{n} customers lack what the text names; fill it in, or leave them out with --skip-missing",
        [f"{_who(one)}: {_names(one)}" for one in lacking],
        n=len(lacking),
    )


# --- what is told ---


class Telling(NamedTuple):
    """How the messages of one run are shown."""

    crm: Context
    mask: Privacy
    found: Sequence[Message]
    folder: Path | None
    json: bool
    csv: bool
    dry_run: bool

    def tell(self, logged: Mapping[int, int]) -> None:
        """The messages, or where they lie, or with `logged` what was recorded, by the customer's key."""
        going = [one for one in self.found if one.left_out is None]
        screen = self.crm.screen
        if self.json:
            items = [self._item(one, logged.get(one.customer)) for one in self.found]
            screen.json_list("message", items, masked=self.mask.did_mask)
        elif self.csv:
            items = [self._item(one, logged.get(one.customer)) for one in self.found]
            screen.csv(COLUMNS, [{**item, "person": (item["person"] or {}).get("name")} for item in items])  # fmt: skip
        elif not going:
            screen.note(_("Nobody gets one.") if self.found else _("No customer fits."))
        elif self.dry_run or self.folder is None:
            screen.say("\n\n".join(map(self._shown, going)))
        elif logged:
            self.crm.confirm(lambda: "", *(f"i{key}" for key in logged.values()))
        elif not screen.is_terminal:
            screen.say("\n".join(self._path(one) for one in going))
        if self.dry_run and going:
            told = plural("Nothing was written; without --dry-run it is {n} message.", "Nothing was written; without --dry-run it is {n} messages.", len(going))  # fmt: skip
            screen.note(told.format(n=len(going)))

    def _shown(self, one: Message) -> str:
        to = f"  {self._to(one)}" if one.to else ""
        person = f"  {one.person['name']}" if one.person is not None else ""
        text = one.whole.rstrip("\n")
        return f"{one.ref}  {one.name}{person}{to}\n\n{self._text(text)}"

    def _text(self, text: str | None) -> str | None:
        """What is only tried out is shown as everything is on a screen; what is sent is real."""
        return self.mask.text(text) if self.dry_run else text

    def _to(self, one: Message) -> str | None:
        return self.mask.value(*one.to) if one.to else None

    def _path(self, one: Message) -> str:
        assert self.folder is not None
        return message_files.shown(self.folder / one.file)

    def _item(self, one: Message, key: int | None) -> dict[str, Any]:
        person = one.person
        return {
            "ref": one.ref,
            "name": one.name,
            "person": None
            if person is None
            else {"ref": ref("person", person["id"]), "name": person["name"]},
            "channel": one.channel,
            "to": self._to(one),
            "consent": one.consent,
            "subject": self._text(one.subject),
            "text": self._text(one.text),
            "file": self._path(one) if self.folder is not None and one.text else None,
            "interaction": ref("interaction", key),
            "left_out": one.left_out,
            "lacking": list(one.lacking),
        }


def _say_written(crm: Context, folder: Path, new: int, old: int) -> None:
    told = plural("{n} message written into {path}.", "{n} messages written into {path}.", new)
    crm.screen.note(told.format(n=new, path=message_files.shown(folder)))
    if old:
        told = plural("{n} was there already as it is.", "{n} were there already as they are.", old)
        crm.screen.note(told.format(n=old))


# --- recorded as sent ---


def _refuse_gone(crm: Context, going: Sequence[Message], again: bool) -> None:
    """Forbidden when one of them was deleted, must not be written to any more, or got it, since the messages were made."""
    there = {row["id"]: row for row in crm.db.rows("customers_by_ids", ids=as_list(one.customer for one in going))}  # fmt: skip
    for one in going if again else making.without_sent(crm, going):
        if one.customer not in there or one.left_out or left_out(there[one.customer], None):
            raise Forbidden("{name} was changed by somebody else in the meantime; try again", name=one.name)  # fmt: skip


def _log(crm: Context, change: Change, one: Message) -> int:
    """An outgoing contact of now that awaits no answer, with the text as its excerpt."""
    now = crm.clock.now.replace(tzinfo=None, microsecond=0)
    key = change.insert(
        "interaction",
        customer_id=one.customer,
        at=crm.clock.to_instant(now),
        contacted_on=now.date().isoformat(),
        entered_at=change.author.at,
        channel=one.channel,
        direction="out",
        two_way=0,
        awaits_answer=0,
        summary=one.summary,
        excerpt=one.text,
    )
    if one.person is not None:
        row = {"person_id": one.person["id"], "name": one.person["name"], "side": "theirs"}
        change.insert("participant", interaction_id=key, **row)
    return key
