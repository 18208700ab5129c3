"""A help page as somebody reads it whose language is not English: what is to be put into a command is named in words, and
wide characters are reckoned with.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from crmcli import locale
from crmcli.errors import in_context
from crmcli.locale import N_, _

TO_BE_PUT = [
    N_("ACTION"), N_("AMOUNT"), N_("CHANGE"), N_("CHANNEL"), N_("CODE"), N_("CONDITION"), N_("CONTRACT"), N_("CUSTOMER"), N_("DATE"),
    N_("DEAL"), N_("DIR"), N_("DROP"), N_("FIELD"), N_("FILE"), N_("FOLDER"), N_("HEADER"), N_("HH:MM"), N_("KEEP"), N_("KEY"),
    N_("KIND"), N_("LANG"), N_("NAME"), N_("NEED"), N_("NEW"), N_("OLD"), N_("ORDER"), N_("PATH"), N_("PERCENT"), N_("PERIOD"),
    N_("PERSON"), N_("PLAY"), N_("PROMISE"), N_("REASON"), N_("REF"), N_("RESULT"), N_("S"), N_("SEGMENT"), N_("SOLUTION"),
    N_("SUMMARY"), N_("TAG"), N_("TARGET"), N_("TEMPLATE"), N_("TEXT"), N_("TITLE"), N_("VALUE"), N_("VERSION"), N_("put|WHAT"), N_("WHEN"),
    N_("NUMBER"),
]  # fmt: skip
"""What stands in a help page for what one puts there oneself."""

_OF_TYPES = {"<str>": "TEXT", "<int>": "NUMBER", "<int range>": "NUMBER", "<float>": "NUMBER", "<float range>": "NUMBER"}  # fmt: skip
"""What stands for it where an option has no word of its own."""

OF_COMPLETION = [
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
]
"""What Typer says of its own options."""

_NAMES = re.compile(r"[A-Z]+(?::[A-Z]+)?|<[a-z ]+>")


def named(placeholder: str, translate: Callable[[str], str] = _) -> str:
    """`[CUSTOMER]` or `HEADER=FIELD` in the language of `translate`."""
    return _NAMES.sub(
        lambda found: in_context("put", _OF_TYPES.get(found[0], found[0]), translate), placeholder
    )


def name_in_words(parameters: Iterable[Any], ctx: Any) -> None:
    """Have the parameters of a command call what is to be put there by the reader's words."""
    for one in parameters:
        if getattr(one, "help", None) in OF_COMPLETION:
            one.help = _(one.help)
        if not getattr(one, "is_flag", False) and (metavar := one.make_metavar(ctx=ctx)) != named(metavar):  # fmt: skip
            one.metavar = named(metavar)
        if hasattr(one.type, "_describe_range"):  # `[0<=x<=99]` is no word; who goes beyond is told
            one.type._describe_range = str


def reckon_with_width(formatter: Any) -> None:
    """Have Click's formatter of help pages measure texts in columns, and set its points as the language does."""
    if locale.current() != "en":
        formatter.write_heading = partial(_write_heading, formatter)
        formatter.write_dl = partial(_write_list, formatter)
        formatter.write_text = partial(_write_text, formatter)


def _write_heading(formatter: Any, heading: str) -> None:
    formatter.write(" " * formatter.current_indent + _("{heading}:").format(heading=heading) + "\n")


def _write_list(
    formatter: Any, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
) -> None:
    from crmcli.output.table import folded
    from crmcli.output.text import pad, width

    indent = " " * formatter.current_indent
    room = min(max((width(name) for name, _text in rows), default=0), col_max) + col_spacing
    for name, text in rows:
        lines = folded(" ".join(text.splitlines()), max(formatter.width - len(indent) - room, 10))
        if width(name) + col_spacing <= room:
            lines[0] = pad(name, room) + lines[0]
            formatter.write(f"{indent}{lines[0].rstrip()}\n")
            lines = lines[1:]
        else:
            formatter.write(f"{indent}{name}\n")
        for line in lines:
            formatter.write(f"{indent}{' ' * room}{line}\n")


def _write_text(formatter: Any, text: str) -> None:
    from crmcli.output.table import folded

    paragraphs = []
    for paragraph in text.split("\n\n"):
        indent = " " * (formatter.current_indent + len(paragraph) - len(paragraph.lstrip()))
        lines = folded(" ".join(paragraph.split()), formatter.width - len(indent))
        paragraphs.append("\n".join(indent + line for line in lines))
    formatter.write("\n\n".join(paragraphs) + "\n")
