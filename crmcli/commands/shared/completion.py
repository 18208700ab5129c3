"""What may stand at the cursor of a half-typed command line, for the shells' completion (CLI.md, completion).

The commands' own declarations say which word belongs to which parameter; `offers.VALUES` says what completes each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin

from typer.models import OptionInfo

from crmcli import locale
from crmcli.commands.shared import offers
from crmcli.commands.shared.offering import Line
from crmcli.context import debugging
from crmcli.locale import _
from crmcli.output import shells
from crmcli.output.shells import Asked, Offer

_OF_TYPER = ("--install-completion", "--show-completion")


class Parameter(NamedTuple):
    """An option or argument of a command: its names ('--tier'), none for an argument; its place-holder in the help."""

    names: Sequence[str]
    metavar: str
    about: str
    takes_value: bool = True
    is_many: bool = False

    @property
    def keys(self) -> Iterator[str]:
        """What its values may be entered under in the table of values, the surest first."""
        yield from self.names
        yield self.metavar.strip("[].")


def answer(shell: str, commands: Mapping[str, Any], common: Iterable[Any]) -> int:
    """Tell the shell what may stand at the cursor; the exit code. `commands` is the table of commands, `common` the
    options of all. Whatever goes wrong, there is nothing to suggest: nobody asked to hear of it in the middle of a line.
    """
    question: Asked | None = None
    found: list[Offer] = []
    try:
        question = shells.asked(shell)
        if question:
            found = suggest(question, commands, common, shells.shows_help(shell))
    except Exception:
        if debugging():
            raise
    return shells.tell(shell, question, found) if question else 0


def suggest(
    question: Asked, commands: Mapping[str, Any], common: Iterable[Any], shows_help: bool
) -> list[Offer]:
    """The words that may stand at the cursor, each with what it is where the shell shows that."""
    line = Line(shows_help)
    reading = Reading(commands, [_of_click(one) for one in common], line)
    try:
        for word in question.words:
            reading.take(word)
        once: dict[str, Offer] = {}
        for offer in reading.offers(question.word):
            once.setdefault(offer.word, offer)
        return list(once.values())
    finally:
        line.close()


class Reading:
    """A command line read word by word, as the program would."""

    def __init__(
        self, commands: Mapping[str, Any], common: Sequence[Parameter], line: Line
    ) -> None:
        self.commands = commands
        self.parameters = list(common)
        self.line = line
        self._waiting: Parameter | None = None
        self._given: set[str] = set()
        self._ended = False

    def take(self, word: str) -> None:
        """One whole word."""
        if self._waiting is not None:
            self._store(self._waiting, word)
            self._waiting = None
        elif word == "--" and not self._ended:
            self._ended = True
        elif word.startswith("-") and len(word) > 1 and not self._ended:
            self._take_option(word)
        elif not self.line.command:
            self.line.command = word
            module = import_module(f"crmcli.commands.{self.commands[word].module}")
            self.parameters = [*of_module(module), *self.parameters]
        else:
            self.line.arguments.append(word)

    def _take_option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        parameter = self._named(name)
        if parameter is None:
            return
        if equals:
            self._store(parameter, value)
        elif parameter.takes_value:
            self._waiting = parameter
        else:
            self._given.add(parameter.names[0])

    def _store(self, parameter: Parameter, value: str) -> None:
        name = parameter.names[0]
        self._given.add(name)
        self.line.options.setdefault(name, []).append(value)
        if name == "--lang" and value in locale.LANGUAGES:
            locale.use(value)

    def _named(self, name: str) -> Parameter | None:
        return next((one for one in self.parameters if name in one.names), None)

    def offers(self, word: str) -> Iterator[Offer]:
        """What the word at the cursor may become."""
        if self._waiting is not None:
            yield from self._values(self._waiting, word)
        elif word.startswith("-") and not self._ended:
            name, equals, value = word.partition("=")
            if not equals:
                yield from self._options(word)
            elif (parameter := self._named(name)) and parameter.takes_value:
                for offer in self._values(parameter, value):
                    yield offer._replace(word=f"{name}={offer.word}")
        elif not self.line.command:
            for command, entry in self.commands.items():
                if command.startswith(word):
                    yield Offer(command, _(entry.summary))
        elif parameter := self._argument():
            yield from self._values(parameter, word)

    def _argument(self) -> Parameter | None:
        places = [one for one in self.parameters if not one.names]
        if len(self.line.arguments) < len(places):
            return places[len(self.line.arguments)]
        return places[-1] if places and places[-1].is_many else None

    def _options(self, word: str) -> Iterator[Offer]:
        for parameter in self.parameters:
            if parameter.is_many or not self._given.intersection(parameter.names):
                for name in parameter.names:
                    if name.startswith(word):
                        yield Offer(name, parameter.about)
        for name in ("-h", "--help", *(() if self.line.command else _OF_TYPER)):
            if name.startswith(word):
                yield Offer(name)

    def _values(self, parameter: Parameter, text: str) -> Iterable[Offer]:
        self.line.text = text
        for key in parameter.keys:
            for name in (f"{self.line.command} {key}", key):
                if name in offers.VALUES:
                    return offers.VALUES[name](self.line)
        return ()


def of_module(module: Any) -> Iterator[Parameter]:
    """A command's parameters as its function declares them; building the command from them would cost more."""
    for parameter, annotation in module.run.__annotations__.items():
        for declared in getattr(annotation, "__metadata__", ()):
            # Inside Annotated, what is first is no default, and Typer moves it to the names later.
            named = [declared.default, *(declared.param_decls or ())]
            names = [name for one in named if isinstance(one, str) for name in one.split("/")]
            is_option = isinstance(declared, OptionInfo)
            if is_option and not names:
                names = [f"--{parameter.replace('_', '-')}"]
            yield Parameter(
                names if is_option else (),
                declared.metavar or "",
                declared.help or "",
                get_args(annotation)[0] is not bool,
                _is_list(get_args(annotation)[0]),
            )


def _is_list(kind: Any) -> bool:
    return any(get_origin(one) is list for one in (get_args(kind) if isinstance(kind, UnionType) else (kind,)))  # fmt: skip


def _of_click(option: Any) -> Parameter:
    return Parameter(option.opts, option.metavar or "", option.help or "", not option.is_flag)
