"""What Typer's Click says of a command line, in the language in use: its help, and why it refuses one."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from typer.core import TyperCommand, TyperGroup

from crmcli import plain
from crmcli.errors import BadValue, near
from crmcli.locale import N_, _

HELP = {"help_option_names": ["-h", "--help"]}

SAID_BY_TYPER = [
    N_("Arguments"), N_("Options"), N_("Commands"), N_("default: {default}"), N_("[default: {}]"), N_("required"), N_("[required]"),
    N_("env var: {var}"), N_("[env var: {}]"), N_("(dynamic)"),
]  # fmt: skip
"""What it looks up in the catalogue by itself, once that is chosen (locale.use)."""


class _Spoken:
    """The words of a help page that Click does not look up, and how it looks."""

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        """A page in our styles, or plain lines."""
        from crmcli import wording

        if self.rich_markup_mode is None:
            wording.reckon_with_width(formatter)
        if plain.is_used():
            formatter.write_dl = lambda rows, *_widths: _write_plainly(formatter, rows)
            formatter.width = _ENDLESS
        elif self.rich_markup_mode is not None:
            from crmcli.output import help_page

            help_page.prepare()
        wording.name_in_words(self.params, ctx)
        super().format_help(ctx, formatter)  # type: ignore[misc]  # Click's

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """The first line: how it is written."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))

    def get_help_option(self: Any, ctx: Any) -> Any:
        """`--help` itself."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # Click's
        if option is not None:
            option.help = _("Show this message and exit.")
        return option


_ENDLESS = 10_000
"""Columns that no line of a help page has: where all is said plainly, nothing is folded."""


def _write_plainly(formatter: Any, rows: Sequence[tuple[str, str]]) -> None:
    for name, text in rows:
        said = (
            _("{field}: {text}").format(field=name, text=" ".join(text.split())) if text else name
        )
        formatter.write(f"{said}\n")


class Command(_Spoken, TyperCommand):
    """A command."""


class Group(_Spoken, TyperGroup):
    """The table of commands."""


# --- refusals ---


def no_such_command(name: str, known: Sequence[str]) -> BadValue:
    """A command that does not exist."""
    if likely := near(name, known):
        return BadValue("No such command {name!r}; did you mean {near}?", name=name, near=likely)
    return BadValue("No such command {name!r}; see crm --help", name=name)


def missing(name: str, command: str) -> BadValue:
    """An argument that may be left out only where a person can be asked for it; as Click says it."""
    return BadValue("Missing argument {name}; see {command} --help", name=f"'{name}'", command=command)  # fmt: skip


def sentence(error: Any, arguments: Sequence[str], translate: Callable[[str], str]) -> str:
    """One sentence of Click's error about a command line: what is wrong, and what to do."""
    text = " ".join(error.format_message().split()).rstrip(".")
    ctx = getattr(error, "ctx", None)
    if ctx and hasattr(error, "possibilities"):  # an option that does not exist
        text = str(error.message)
        if error.option_name.lstrip("-")[:1].isdigit():
            return translate(_NO_NUMBER).format(name=_whole(error.option_name, arguments))
        known = {name.lstrip("-"): name for one in ctx.command.get_params(ctx) for name in one.opts}
        if likely := near(error.option_name.lstrip("-"), known):
            said = problem(text, translate)
            return translate(_DID_YOU_MEAN).format(problem=said, near=known[likely])
    path = ctx.command_path if ctx else "crm"
    return translate(_SEE_HELP).format(problem=problem(text, translate), command=path)


def problem(text: str, translate: Callable[[str], str]) -> str:
    """What Click says of a command line, in the language in use; what it says seldom stays as it is."""
    for template in _PROBLEMS:
        parts = re.split(r"\{(\w+)\}", template)
        pattern = "".join(
            f"(?P<{part}>.*)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        if found := re.fullmatch(pattern, text):
            values = found.groupdict()
            if template == _PROBLEMS[0]:
                from crmcli import wording

                values["name"] = wording.named(values["name"], translate)
            return translate(template).format(**values)
    return text


def _whole(name: str, arguments: Sequence[str]) -> str:
    """The number as it was typed, of which Click names what would be an option: `-1` of `-100`."""
    typed = [
        (before.startswith("--"), word)  # a date there may be the option's value
        for before, word in pairwise(["", *arguments])
        if word.startswith(name)
    ]
    return min(typed, key=itemgetter(0), default=(False, name))[1]


_PROBLEMS = (
    N_("Missing argument {name}"),
    N_("No such option: {name}"),
    N_("Option {name} requires an argument"),
    N_("Option {name} does not take a value"),
    N_("Got unexpected extra argument(s) ({name})"),
    N_("Invalid value for {name}: {value} is not a valid int"),
    N_("Invalid value for {name}: {value} is not a valid int range"),
    N_("Invalid value for {name}: {value} is not a valid float"),
    N_("Invalid value for {name}: {value} is not a valid boolean. Recognized values: {known}"),
    N_("Invalid value for {name}: {value} is not in the range {known}"),
)
_SEE_HELP = N_("{problem}; see {command} --help")
_DID_YOU_MEAN = N_("{problem}; did you mean {near}?")
_NO_NUMBER = N_(
    "{name} begins with a minus sign, as options do; write the number without it, or a date like -3d after --"
)
