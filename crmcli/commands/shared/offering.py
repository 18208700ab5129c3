"""A half-typed command line as what completes it sees it, and the suggestions that need no record (CLI.md, completion).

Only names and references are suggested: no phone, e-mail or amount (HANDBOOK §10).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from crmcli import config, locale
from crmcli.config import Settings
from crmcli.output.shells import Offer
from crmcli.rules.terms import Vocabulary
from crmcli.store import driver, suggestions
from crmcli.store.database import Database
from crmcli.store.suggestions import plain


class Line:
    """The words of a command line that stand before the cursor, the text at it, and the file that they are about."""

    def __init__(self, shows_help: bool) -> None:
        self.shows_help = shows_help
        self.command = ""
        self.text = ""
        self.arguments: list[str] = []
        self.options: dict[str, list[str]] = {}

    @cached_property
    def db(self) -> Database | None:
        """The file, or None when nothing can be looked up in it."""
        from os.path import expandvars

        driver.ask_for_keys(_found_keys)
        asked = self.options.get("--db")
        return suggestions.peek(config.database_path(expandvars(asked[-1]) if asked else None))

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; those of an empty file when there is none."""
        from crmcli.store import settings

        return Settings(settings.load(self.db) if self.db else {})

    def close(self) -> None:
        """Let go of the file."""
        if db := self.__dict__.get("db"):
            db.close()


def _found_keys(path: str, salt: bytes) -> Iterator[str]:
    """What lies ready: nobody is asked, and nothing is said, in the middle of a line."""
    from crmcli.unlocking import Unlocking

    return Unlocking(lambda path: None).keys_of(path, salt)


Values = Callable[[Line], Iterable[Offer]]


def words(vocabulary: Vocabulary) -> Values:
    """The stored words; the Chinese ones when the text is Chinese."""

    def offered(line: Line) -> Iterator[Offer]:
        for word, others in vocabulary.words.items():
            chinese = [one for one in others if not one[:1].isascii()]
            if not line.text.isascii():
                yield from begun(line, chinese, word)
            elif word.startswith(line.text.casefold()):
                yield Offer(word, chinese[0] if chinese and locale.current() == "zh" else "")
            else:
                yield from begun(line, [one for one in others if one.isascii()], word)

    return offered


def one_of(*words: str) -> Values:
    """These words."""
    return lambda line: begun(line, words)


def begun(line: Line, words: Iterable[str], about: str = "") -> Iterator[Offer]:
    """Those that begin with what stands at the cursor, in any case and width."""
    text = plain(line.text)
    return (Offer(word, about) for word in words if plain(word).startswith(text))
