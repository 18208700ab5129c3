"""`crm notify-test`: a test message through the channels of reminders (CLI.md, Reminders)."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Annotated, Any, NamedTuple

import typer

from crmcli import config
from crmcli.commands.shared import options
from crmcli.commands.shared.reminding import channels, settings_of
from crmcli.context import Context
from crmcli.errors import CrmError, in_context
from crmcli.locale import N_, _
from crmcli.notify.channels import channel, label
from crmcli.notify.message import Message, Receipt, Undelivered

EXAMPLES = (
    "crm notify-test",
    "crm notify-test email --json",
)
_NAMES = ("channel", "sent", "arrived", "where", "answer", "seconds", "problem")
_TITLE = "crm: test · 测试"
_LINES = (
    "If you can read this, reminders arrive here. 看到这条消息，说明提醒能够送达。",
    "& <b> $HOME \"quotes\" 'too' — 张* ☎",
)
"""In any language the same, to see that all of it comes as it is."""

_CHANNEL = N_("notify|channel")  # of reminders, not of contacts


class Tried(NamedTuple):
    """A channel that was tried: what came back, or why not, and how long it took."""

    channel: str
    receipt: Receipt | None
    problem: CrmError | None
    seconds: float


def run(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=_("The channels; those of notify.channels when none is named."),
            metavar="[CHANNEL]...",
        ),
    ] = None,
    json: options.Json = False,
    csv: options.Csv = False,
) -> int:
    """Send a test through each channel of reminders, and say what came back.

    It exits with 1 when one of them failed.
    """
    crm: Context = ctx.obj
    crm.read()
    chosen = config.read_value("notify.channels", ",".join(names)).split(",") if names else channels(crm)  # fmt: skip
    message = Message(_TITLE, _LINES, 0, 0, [], crm.clock.now.isoformat(timespec="minutes"))
    settings = settings_of(crm)
    tried = [_try(name, message, settings) for name in chosen]
    if json:
        crm.screen.json_list("notify-test", [_record(one) for one in tried])
    elif csv:
        crm.screen.csv(_NAMES, [_record(one) for one in tried])
    else:
        _show(crm, tried)
    return int(any(one.problem for one in tried))


def _try(name: str, message: Message, settings: Mapping[str, str]) -> Tried:
    began = monotonic()
    receipt, problem = None, None
    try:
        receipt = channel(name)(message, settings)
    except Undelivered as error:
        problem = error
    return Tried(label(name), receipt, problem, round(monotonic() - began, 1))


def _record(one: Tried) -> dict[str, Any]:
    receipt = one.receipt or Receipt("")
    missed = "; ".join(receipt.missed) or None
    return {
        "channel": one.channel,
        "sent": _TITLE,
        "arrived": one.problem is None,
        "where": receipt.where or None,
        "answer": receipt.answer or None,
        "seconds": one.seconds,
        "problem": one.problem.sentence() if one.problem else missed,
    }


def _show(crm: Context, tried: Sequence[Tried]) -> None:
    from crmcli.output.table import Column

    crm.screen.note(_("What is sent: {title}").format(title=_TITLE))
    crm.screen.table(
        [
            Column(in_context("notify", "channel", _)),
            Column(_("arrived")),
            Column(_("seconds"), right=True),
            Column(_("where"), least=16),
            Column(_("answer"), least=20, below=True),
        ],
        [_cells(one) for one in tried],
    )
    for one in tried:
        if one.problem:
            crm.screen.note(f"{one.channel}: {one.problem.sentence(_)}")
        for missed in one.receipt.missed if one.receipt else ():
            crm.screen.note(f"{one.channel}: {missed}")


def _cells(one: Tried) -> list[str]:
    receipt = one.receipt or Receipt("")
    arrived = _("no") if one.problem else _("yes")
    return [one.channel, arrived, f"{one.seconds:.1f}", receipt.where, receipt.answer]
