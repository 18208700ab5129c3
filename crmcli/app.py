"""The `crm` program: the table of commands, each built only when called, and one place for errors and exit codes."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

import typer
from typer.core import TyperOption

from crmcli import __version__, config, locale, plain, usage
from crmcli.context import Context, debugging
from crmcli.errors import INTERRUPTED, BadValue, CrmError, StoreError
from crmcli.locale import N_, _

DAILY, RECORDS, SERVICE = N_("Daily loop"), N_("Customers"), N_("Needs and promises")
VALUE = N_("Deals, orders and contracts")
LOG, SETUP = N_("Changes and data"), N_("Set-up")


class Entry(NamedTuple):
    """One line of the table: where a command lives, what it does in one line, and its panel in the help."""

    module: str
    summary: str
    panel: str


COMMANDS: dict[str, Entry] = {
    "add-customer": Entry("add_customer", N_("Add a customer; prints its reference and what is missing."), DAILY),
    "log-contact": Entry("log_contact", N_("Log a contact with a customer, and what comes next."), DAILY),
    "add-need": Entry("add_need", N_("Note what a customer needs; its clocks run from now."), DAILY),
    "triage": Entry("triage", N_("The needs that wait, and how urgent each is."), DAILY),
    "due": Entry("due", N_("What is due, most pressing first, and why."), DAILY),
    "survey": Entry("survey", N_("Ask whether it helped, and record the answer."), DAILY),
    "archive": Entry("archive", N_("Seal the dossier of a period, and keep the archive."), DAILY),
    "find": Entry("find", N_("Find customers, people and contacts by any scrap of text."), DAILY),
    "show": Entry("show", N_("A customer's whole story on one screen."), DAILY),
    "list-customers": Entry("list_customers", N_("List customers, filtered and sorted."), DAILY),
    "add-task": Entry("add_task", N_("Add a task for a customer."), DAILY),
    "play": Entry("play", N_("Lay out a set of dated tasks for a customer: the first 90 days, a yearly review, waking one up."), DAILY),
    "done": Entry("done", N_("Settle what is due, and say what comes next."), DAILY),
    "snooze": Entry("snooze", N_("Put a touch, a task or a key date off until a date."), DAILY),
    "report": Entry("report", N_("The figures of a period: selling, service, promises, value; on the screen or as a page."), DAILY),
    "plan-need": Entry("plan_need", N_("Plan how a need is met, and say that the plan was sent."), SERVICE),
    "schedule-need": Entry("schedule_need", N_("Put a need into a later release or date, and the customer was told."), SERVICE),
    "delay": Entry("delay", N_("Put a plan step, a promise or a task off, with a reason."), SERVICE),
    "wait": Entry("wait", N_("Let a need's clocks stand still until the customer replies."), SERVICE),
    "resume": Entry("resume", N_("Let a need's clocks run on."), SERVICE),
    "resolve": Entry("resolve", N_("Say how a need was solved; a survey falls due."), SERVICE),
    "confirm": Entry("confirm", N_("The customer confirms the solution, or the plan."), SERVICE),
    "reopen": Entry("reopen", N_("Take a need up again; its clocks start anew."), SERVICE),
    "decline": Entry("decline", N_("Decline a need, with a reason."), SERVICE),
    "escalate": Entry("escalate", N_("Take a need to somebody higher up."), SERVICE),
    "review": Entry("review", N_("Learn from an answer below expectation."), SERVICE),
    "kb": Entry("kb", N_("Find what is known: articles on problems, scripts and insights."), SERVICE),
    "add-article": Entry("add_article", N_("Write down what was learnt."), SERVICE),
    "add-promise": Entry("add_promise", N_("Note what we owe a customer, or they owe us."), SERVICE),
    "warn": Entry("warn", N_("Tell a customer that a promise is at risk, and what can be done."), SERVICE),
    "break": Entry("break_", N_("Say that a promise was broken, why, and how it is made good."), SERVICE),
    "add-deal": Entry("add_deal", N_("Note what may be sold to a customer, for how much and when."), VALUE),
    "edit-deal": Entry("edit_deal", N_("Change a deal: its amount, its quote, when it is expected; empty takes a value away."), VALUE),
    "win": Entry("win", N_("Win a deal: the customer becomes one, and the order is made if you like."), VALUE),
    "lose": Entry("lose", N_("Say that a deal was lost, and why."), VALUE),
    "pipeline": Entry("pipeline", N_("The open deals by stage and by month: how many, how much, how likely."), VALUE),
    "tiers": Entry("tiers", N_("Propose a tier for everyone by what they order, and why; nothing changes until --apply."), VALUE),
    "add-order": Entry("add_order", N_("Note what a customer ordered; its payment falls due."), VALUE),
    "add-contract": Entry("add_contract", N_("Note a contract; its renewal and its milestones fall due."), VALUE),
    "renew": Entry("renew", N_("Make the contract that follows one, or say that none will."), VALUE),
    "paid": Entry("paid", N_("Note that an order is paid."), VALUE),
    "add-risk": Entry("add_risk", N_("Note what may go wrong with a customer; it is due by its level."), VALUE),
    "edit": Entry("edit", N_("Change fields of a record."), RECORDS),
    "delete": Entry("delete", N_("Delete a record; undo brings it back."), RECORDS),
    "add-person": Entry("add_person", N_("Add someone at a customer."), RECORDS),
    "handover": Entry("handover", N_("Note that one person takes over from another at a customer, and get to know them."), RECORDS),
    "verify": Entry("verify", N_("Note that somebody made sure that what is kept of a customer or a person is right."), RECORDS),
    "key-date": Entry("key_date", N_("Note a birthday, an anniversary or another day that matters."), RECORDS),
    "attach": Entry("attach", N_("Attach a file to a record; open or list what is attached."), RECORDS),
    "tag": Entry("tag", N_("Add tags to a customer, or remove them."), RECORDS),
    "segment": Entry("segment", N_("Keep filters under a name; who is in it is found anew each time."), RECORDS),
    "message": Entry("message", N_("One text for each customer, from a template: printed, or a file each."), RECORDS),
    "merge-customers": Entry("merge_customers", N_("Make one customer of two; the dropped one's reference goes on working."), RECORDS),
    "forget": Entry("forget", N_("Erase all that is held of a customer or a person, for good."), RECORDS),
    "history": Entry("history", N_("Who changed what, when and why."), LOG),
    "undo": Entry("undo", N_("Take back the last change, or the one named."), LOG),
    "import": Entry("import_", N_("Import customers, contacts, needs and more from a file, all or nothing."), LOG),
    "export": Entry("export", N_("Write customers, contacts or everything to a file."), LOG),
    "backup": Entry("backup", N_("Write a backup copy of the data."), LOG),
    "restore": Entry("restore", N_("Put a backup in the place of the data; what is there is kept first."), LOG),
    "encrypt": Entry("encrypt", N_("Encrypt the file, so that it cannot be read without its key."), LOG),
    "decrypt": Entry("decrypt", N_("Make the file a plain one again."), LOG),
    "doctor": Entry("doctor", N_("Check the file, and mend what can be computed."), LOG),
    "migrate": Entry("migrate", N_("Bring the file up to date with this version of crm."), LOG),
    "config": Entry("config", N_("Read and change settings."), SETUP),
    "calendar": Entry("calendar", N_("Show which days are worked, or take days off and make-up days from a file."), SETUP),
    "schedule": Entry("schedule", N_("Have reminders sent by themselves: install, show or remove."), SETUP),
    "notify-test": Entry("notify_test", N_("Send a test through each channel of reminders, and say what came back."), SETUP),
    "demo": Entry("demo", N_("Show a day with crm on made-up customers."), SETUP),
}  # fmt: skip


DAY = "day"
"""What `crm` alone runs; hidden, for it is no word that anybody has to know."""

_EVERY = {
    **COMMANDS,
    DAY: Entry("day", N_("The day: what is due, and what to type next."), DAILY),
}


def _set_db(context: Any, parameter: Any, value: str | None) -> str | None:
    if value is not None:
        context.find_root().obj.asked_db = value
    return value


def _show_version(context: Any, parameter: Any, value: bool) -> None:
    if value and not context.resilient_parsing:
        sys.stdout.write(f"crm {__version__}\n")
        raise typer.Exit


def _global_options() -> list[TyperOption]:
    """The options that stand before or after every command."""
    return [
        TyperOption(
            param_decls=["--db"],
            help=_("The database file (or CRM_DB)."),
            metavar="PATH",
            callback=_set_db,
            expose_value=False,
        ),
        # Found in argv before anything is built; declared here so that help and completion know it.
        TyperOption(
            param_decls=["--lang"],
            help=_("The language: en or zh (or CRM_LANG)."),
            metavar="LANG",
            expose_value=False,
        ),
        TyperOption(  # likewise
            param_decls=["--plain"],
            help=_(
                "Plain lines for screen readers: nothing drawn, aligned or coloured (or CRM_PLAIN)."
            ),
            is_flag=True,
            expose_value=False,
        ),
        TyperOption(
            param_decls=["--version"],
            help=_("Print the version and stop."),
            is_flag=True,
            is_eager=True,
            callback=_show_version,
            expose_value=False,
        ),
    ]


class CommandTable(usage.Group):
    """The commands as stubs (name, summary, panel) for help and completion; the one called is built from its module."""

    def __init__(self) -> None:
        super().__init__(
            name="crm",
            commands={name: _stub(name, entry) for name, entry in COMMANDS.items()},
            help=_(
                "An offline-first customer-relationship tool for the terminal. Alone, crm shows the day and what to type next."
            ),
            params=_global_options(),
            context_settings=usage.HELP,
            options_metavar=_("[OPTIONS]"),
            subcommand_metavar=_("COMMAND [ARGUMENTS]"),
            rich_markup_mode=_help_style(),
        )

    def offer_completion(self) -> None:
        """Add Typer's options that install or print the shell's completion."""
        from typer.main import get_install_completion_arguments

        self.params.extend(get_install_completion_arguments())

    def complete(self) -> NoReturn:
        """Answer the shell, which asks by _CRM_COMPLETE what may stand here, and leave."""
        wish, _mark, shell = os.environ["_CRM_COMPLETE"].partition("_")
        if wish == "complete":
            from crmcli.commands.shared import completion

            try:
                sys.exit(completion.answer(shell, COMMANDS, self.params))
            except OSError:
                sys.exit(_leave_closed_pipe())
        self.offer_completion()  # which also teaches Typer the shells
        super().main([], "crm")
        sys.exit(0)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options without a command are those of the day."""
        if not (ctx.resilient_parsing or _ABOUT_CRM & set(args) or _has_command(args)):
            args = [DAY, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command in place of its stub."""
        name = args[0]
        if name in _EVERY:
            return name, build(name), args[1:]
        if ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise usage.no_such_command(name, list(COMMANDS))

    def main(  # type: ignore[override]  # it never returns, and the rest of the options has no meaning here
        self, args: Any = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command line and exit with its code; every error ends here."""
        arguments = list(sys.argv[1:] if args is None else args)
        context = Context(arguments)
        code = 1
        try:
            result = super().main(arguments, prog_name or "crm", standalone_mode=False, obj=context)
            code = result if isinstance(result, int) else 0
            sys.stdout.flush()
        except (
            BrokenPipeError,
            SystemExit,
        ):  # Click leaves by itself when it meets a closed pipe first
            code = _leave_closed_pipe()
        except Exception as error:
            code = _explain(error, arguments)
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            context.close()
        sys.exit(code)


def _help_style() -> Any:
    """Panels are for terminals that can show them and people who want them; elsewhere help is plain text."""
    is_bare = plain.is_used() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return "rich" if sys.stdout.isatty() and not is_bare else None


def _stub(name: str, entry: Entry) -> usage.Command:
    return usage.Command(name=name, help=_(entry.summary), rich_help_panel=_(entry.panel))


def build(name: str) -> Any:
    """The command `name` made from its module, which is imported only now."""
    from importlib import import_module

    entry = _EVERY[name]
    module = import_module(f"crmcli.commands.{entry.module}")
    style = _help_style()
    app = typer.Typer(add_completion=False, rich_markup_mode=style, pretty_exceptions_enable=False)
    app.command(
        name,
        cls=getattr(module, "COMMAND", usage.Command),
        context_settings=usage.HELP,
        help=_(entry.summary),
        options_metavar=_("[OPTIONS]"),
        epilog=_examples(module),
    )(module.run)
    command = typer.main.get_command(app)
    command.params.extend(_global_options())
    return command


def _examples(module: Any) -> str:
    examples: tuple[str, ...] = module.EXAMPLES
    return _("Examples:") + "".join(f"\n\n  {line}" for line in examples)


# --- errors ---


def _explain(error: Exception, arguments: Sequence[str]) -> int:
    """One sentence on stderr, and the exit code that belongs to it."""
    from crmcli.output import screen
    from crmcli.output.text import visible

    if debugging() and not isinstance(error, typer.Exit):
        import traceback

        traceback.print_exc()
    code, kind, candidates = 1, "failed", []
    if isinstance(error, CrmError):
        code, kind, candidates = error.code, error.kind, error.candidates
        message, shown = error.sentence(), error.sentence(_)
    elif hasattr(error, "format_message"):  # Click's own: a bad option or argument
        if not str(error) and not error.format_message():
            return 2
        code, kind = 2, "bad_value"
        message, shown = (usage.sentence(error, arguments, each) for each in (str, _))
    else:
        message, shown = _unforeseen(error)
        if isinstance(error, UnicodeError):
            code, kind = BadValue.code, BadValue.kind
    with suppress(OSError):  # stderr itself may be full or gone; the exit code still says it
        if "--json" in arguments:
            screen.json_error(code, kind, message, candidates)
        else:
            screen.error_line(shown)
            # A single one is named in the sentence already.
            for candidate in candidates if len(candidates) > 1 else ():
                if candidate not in shown:
                    sys.stderr.write(f"  {visible(candidate)}\n")
    return code


def _unforeseen(error: Exception) -> tuple[str, str]:
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        if error.filename:
            told = _("{field}: {text}").format(field=error.filename, text=_(reason))
            return f"{error.filename}: {reason}", told
        template = N_(
            "the output could not be written ({reason}); free some space or send it elsewhere"
        )
        return template.format(reason=reason), _(template).format(reason=_(reason))
    if isinstance(error, UnicodeError):
        text = N_("some text is not valid Unicode; retype it, or check the terminal's encoding")
        return text, _(text)
    if isinstance(error, MemoryError):
        text = N_("not enough memory; close some programs and try again")
        return text, _(text)
    template = N_(
        "something went wrong inside crm ({reason}); run it again with CRM_DEBUG=1 and report it"
    )
    reason = f"{type(error).__name__}: {error}"
    return template.format(reason=reason), _(template).format(reason=reason)


def _leave_closed_pipe() -> int:
    """The reader has seen enough (`| head -1`): leave quietly, and keep Python from complaining at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _asked_language(arguments: list[str]) -> str | None:
    for position, word in enumerate(arguments):
        if word == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None


def _replace_closed_streams() -> None:
    """A stream closed by the shell (`>&-`) swallows what is written; its number must not become the database's."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _configured() -> Mapping[str, str]:
    """The machine's settings; a broken config.toml is complained of by the command, once it can."""
    try:
        return config.read_machine_settings()
    except CrmError:
        return {}


def _is_plain(arguments: list[str], configured: Mapping[str, str]) -> bool:
    """--plain, else CRM_PLAIN, else the setting; BadValue for what is neither on nor off."""
    if "--plain" in arguments[: arguments.index("--") if "--" in arguments else None]:
        return True
    given = os.environ.get(config.environment_name("plain"))
    if given is not None:
        return config.read_value("plain", given) == "on"
    return configured.get("plain") == "on"


_ABOUT_CRM = {"--help", "-h", "--install-completion", "--show-completion"}


def _has_command(arguments: list[str]) -> bool:
    words = iter(arguments)
    for word in words:
        if word in ("--db", "--lang"):
            next(words, None)  # their value
        elif word == "--" or not word.startswith("-"):
            return True
    return False


def run(arguments: list[str] | None = None) -> NoReturn:
    """Speak the right language, then run the command line."""
    words = sys.argv[1:] if arguments is None else arguments
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="replace" if stream is not sys.stdin else None
            )
    asked, configured = _asked_language(words), _configured()
    known = asked if asked in locale.LANGUAGES else None
    locale.use(locale.choose(known, configured.get("lang", "")))
    try:
        plain.use(_is_plain(words, configured))
    except BadValue as error:
        sys.exit(_explain(error, words))
    if asked is not None and asked not in locale.LANGUAGES:
        unknown = BadValue("language {language!r} is unknown; choose en or zh", language=asked)
        sys.exit(_explain(unknown, words))
    table = CommandTable()
    if "_CRM_COMPLETE" in os.environ:
        table.complete()
    if _ABOUT_CRM & set(words[:1]):
        table.offer_completion()
    table.main(words)


__all__ = ["COMMANDS", "CommandTable", "StoreError", "build", "run"]
