"""Where everything is shown: stdout carries data only, stderr carries messages (DESIGN §4)."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from crmcli import plain
from crmcli.output.text import in_csv, in_json, spoken, visible, visible_lines

if TYPE_CHECKING:  # only lists have tables
    from crmcli.output.table import Column


_WIDE = 140
"""Screen columns from which lists have more of them."""


class Screen:
    """The two streams of one run."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()

    @property
    def room(self) -> int | None:
        """Screen columns to keep to: the terminal's, or COLUMNS; None in a pipe, where nothing is cut, and where all is said
        plainly.
        """
        if plain.is_used():
            return None
        asked = os.environ.get("COLUMNS", "")
        if asked.isdecimal() and int(asked) > 0:
            return int(asked)
        if not self.is_terminal:
            return None
        import shutil

        return shutil.get_terminal_size().columns

    @property
    def is_wide(self) -> bool:
        """True where there is room to say more than elsewhere."""
        return (self.room or 0) >= _WIDE

    @property
    def styled(self) -> bool:
        """Colour and lines are for terminals that can show them and people who want them."""
        return self.is_terminal and _may_be_drawn()

    @property
    def moves(self) -> bool:
        """True when messages go to a terminal that can move its cursor, and to a person who has nothing against it."""
        return sys.stderr.isatty() and _may_be_drawn()

    def say(self, text: str) -> None:
        """A line of data, or of text meant to be read, on stdout."""
        sys.stdout.write(visible_lines(text) + "\n")

    def tell(self, text: str) -> None:
        """Text for people on stdout, in lines that keep to a terminal."""
        self.lines(self._kept(text))

    def _kept(self, text: str) -> list[str]:
        """The lines of a text, safe: spoken where all is said plainly, folded on a terminal, else as they are."""
        lines = visible_lines(text).split("\n")
        if plain.is_used():
            return list(map(spoken, lines))
        if not self.is_terminal:
            return lines
        from crmcli.output.table import hanging

        return [part for line in lines for part in hanging(line, self.room)]

    def flush(self) -> None:
        """What was said is out from here on; OSError when it cannot be."""
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A message on stderr, never mixed into data."""
        is_seen = sys.stderr.isatty() or plain.is_used()
        lines = self._kept(text) if is_seen else visible_lines(text).split("\n")
        self.note_lines(lines)

    def note_lines(self, lines: Sequence[str]) -> None:
        """Messages that are safe and laid out already, on stderr."""
        sys.stderr.write("".join(f"{line}\n" for line in lines))

    def ask(self, question: str) -> str:
        """What a person answers; '' for nothing, or when there is nobody any more."""
        return self.answer(question) or ""

    def answer(self, question: str) -> str | None:
        """The same, but None when there is nobody any more."""
        sys.stderr.write(f"{visible_lines(question)} ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

    def ask_secret(self, question: str) -> str:
        """The same without showing what is typed."""
        from getpass import getpass

        try:
            return getpass(f"{visible_lines(question)} ", sys.stderr)
        except EOFError:
            return ""

    def key(self, hint: str) -> str:
        """The key that a person presses, in lower case; 'q' when there is nobody any more, '' for Enter and the like."""
        shown = visible_lines(hint)
        if plain.is_used():
            shown = "\n".join(map(spoken, shown.split("\n")))
        pressed = _one_key(f"{shown} ")
        sys.stderr.write(f"{visible(pressed) if pressed.isprintable() else ''}\n")
        if pressed in ("", "\x03", "\x04", "\x1b"):
            return "q"
        import unicodedata

        # Who writes Chinese may press the wide form of a key.
        return unicodedata.normalize("NFKC", pressed).strip().lower()

    def choose(self, question: str, choices: Sequence[str]) -> int | None:
        """The place of the choice that a person makes by its number; None when they make none."""
        for number, choice in enumerate(choices, start=1):
            sys.stderr.write(f"{number:3}  {visible(choice)}\n")
        while answer := self.ask(f"{question} [1-{len(choices)}]"):
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return int(answer) - 1
        return None

    def lines(self, lines: Sequence[str]) -> None:
        """Lines that are safe and laid out already."""
        sys.stdout.write("\n".join(lines) + "\n")

    def table(
        self,
        columns: "Sequence[Column]",
        rows: Sequence[Sequence[str]],
        styles: Sequence[str | None] = (),
        notes: Sequence[str] = (),
        words: Mapping[str, str] | None = None,
    ) -> None:
        """A list: a Rich table on a terminal, plain aligned columns elsewhere, a record a line where all is said plainly.

        `styles` marks rows as `red` or `yellow`, on a terminal only: what a script reads stays as it is; `words` are what
        that means, the lights' where not given. `notes` stand below their rows.
        """
        from crmcli.output import table

        marked = styles if any(styles) else ()
        if plain.is_used():
            told = [(words or _lights()).get(style or "", "") for style in marked]
            self.lines(table.read_out(columns, rows, told, notes))
            return
        if not self.is_terminal:
            marked = ()
        if self.styled:
            table.rich_table(columns, rows, self.room or 80, marked, notes)
        else:
            self.lines(table.plain(columns, rows, self.room, marked, notes))

    def json_list(
        self,
        schema: str,
        items: Sequence[Mapping[str, Any]],
        *,
        more: bool = False,
        masked: bool = False,
    ) -> None:
        """`{"schema", "count", "items"}`, with `more` and `masked` where they hold (CLI.md, JSON)."""
        answer: dict[str, Any] = {"schema": f"crm.{schema}/1"}
        if masked:
            answer["masked"] = True
        answer["count"] = len(items)
        if more:
            answer["more"] = True
        self._json(answer | {"items": list(items)})

    def json_item(self, schema: str, item: Mapping[str, Any], *, masked: bool = False) -> None:
        """`{"schema", "item"}`, with `masked` where it holds."""
        answer: dict[str, Any] = {"schema": f"crm.{schema}/1"}
        if masked:
            answer["masked"] = True
        self._json(answer | {"item": item})

    def _json(self, answer: Mapping[str, Any]) -> None:
        sys.stdout.write(_spelled(answer) + "\n")

    def csv(self, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows as CSV under `names`; formulas and control characters are defused, lists joined by `; `."""
        from crmcli.exchange import csv_out

        shown = visible if self.is_terminal else in_csv
        sys.stdout.write(csv_out.line(names))
        for row in rows:
            cells = (csv_out.cell(row.get(name)) for name in names)
            sys.stdout.write(csv_out.line(map(shown, cells)))

    def write(self, text: str) -> None:
        """A piece of data as it stands; what a terminal would obey has been taken care of."""
        sys.stdout.write(text)

    @property
    def binary(self) -> BinaryIO:
        """Stdout for data that is no text, which is nothing for a terminal."""
        sys.stdout.flush()
        return sys.stdout.buffer


def _may_be_drawn() -> bool:
    dumb = os.environ.get("TERM") == "dumb"
    return not (dumb or os.environ.get("NO_COLOR") or plain.is_used())


def _lights() -> Mapping[str, str]:
    """What the marks of lists mean, where it is said in words."""
    from crmcli.locale import _

    return {
        light: _("{field}: {text}").format(field=_("light"), text=_(light))
        for light in ("red", "yellow")
    }


def _one_key(hint: str) -> str:
    """One key without waiting for Enter; where the terminal cannot do that, the first of a line."""

    def show_hint() -> None:
        sys.stderr.write(hint)
        sys.stderr.flush()

    try:
        import select
        import termios
        import tty
    except ImportError:
        show_hint()
        return sys.stdin.readline()[:1]
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number, termios.TCSADRAIN)  # what was typed ahead counts
        show_hint()
        pressed = os.read(number, 1)
        if pressed[:1] >= b"\x80" or pressed == b"\x1b":  # the rest of a letter, or of an arrow key
            while select.select([number], [], [], 0)[0] and (piece := os.read(number, 1)):
                pressed += piece
        return pressed.decode(errors="replace")
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def error_line(text: str) -> None:
    """An error's sentence on stderr."""
    sys.stderr.write(f"crm: {visible(text)}\n")


def json_error(code: int, kind: str, message: str, candidates: Sequence[str]) -> None:
    """An error as one line of JSON on stderr (CLI.md, JSON)."""
    error: dict[str, Any] = {"code": code, "kind": kind, "message": message}
    if candidates:
        error["candidates"] = list(candidates)
    sys.stderr.write(_spelled({"error": error}) + "\n")


def _spelled(value: Mapping[str, Any]) -> str:
    """One line of JSON; the module is imported only by who asks for it."""
    import json

    return in_json(json.dumps(value, ensure_ascii=False))
