"""Every way `crm` can refuse: one sentence each, and the exit code that scripts rely on (CLI.md, exit codes).

A message is an English template with named fields; it is the source text for translation, and the
English rendering is what goes into JSON, so that scripts never depend on the language.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol, Self, TypeGuard


class CrmError(Exception):
    """The operation failed (exit 1). `message` is a `str.format` template over `values`."""

    code = 1
    kind = "failed"

    def __init__(self, message: str, candidates: Sequence[str] = (), **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.candidates = list(candidates)
        self.values = values

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence shown to a person, in the language of `translate`; our own words in it too."""
        shown = {name: _in_words(name, value, translate) for name, value in self.values.items()}
        template = f" {translate(self.message)}"
        for name in _OUR_WORDS:
            if str(shown.get(name, ""))[:1] in ("a", "e", "i", "o"):
                template = template.replace(f" a {{{name}}}", f" an {{{name}}}")
        return template[1:].format(**shown)

    def __str__(self) -> str:
        return self.sentence()


def _in_words(name: str, value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, CrmError):
        return value.sentence(translate)
    if is_rendered(value):
        return value.render(translate, str)
    if (
        name == "reason" and value and isinstance(value, str)
    ):  # as the system says it (words.OF_THE_SYSTEM)
        return translate(value)
    if name not in _OUR_WORDS or not isinstance(value, str):
        return value
    return in_context("record" if name in ("table", "parent") else name, value, translate)


def in_context(context: str, text: str, translate: Callable[[str], str]) -> str:
    """`text` translated as it is meant in `context`, for which catalogues have `context|text` where it matters."""
    marked = f"{context}|{text}"
    found = translate(marked)
    return translate(text) if found == marked else found


class Rendered(Protocol):
    """What is told in the language of its reader, like a sentence of the rules (rules/said.py)."""

    def render(self, translate: Callable[[str], str], spell: Callable[[Any], str]) -> str:
        """The text in the language of `translate`."""
        ...


def is_rendered(value: object) -> TypeGuard[Rendered]:
    """True of what renders itself; `isinstance` of a protocol takes fifty times as long, for each value of each sentence."""
    return hasattr(value, "render")


class Listed(str):
    """Several texts in one, `a, b`; for people they are divided as their language does."""

    parts: Sequence[str | Rendered]

    def __new__(cls, parts: Iterable[str | Rendered]) -> Self:
        """The English text of `parts`, each a text or what renders itself."""
        found = tuple(parts)
        made = super().__new__(cls, ", ".join(_rendered(one, str, str) for one in found))
        made.parts = found
        return made

    def render(self, translate: Callable[[str], str], spell: Callable[[Any], str]) -> str:
        """The texts in the language of `translate`."""
        return translate(", ").join(_rendered(one, translate, spell) for one in self.parts)


def _rendered(
    one: str | Rendered, translate: Callable[[str], str], spell: Callable[[Any], str]
) -> str:
    return one.render(translate, spell) if is_rendered(one) else str(one)


_OUR_WORDS = ("field", "table", "parent", "what", "play")
"""Under these names a template is given a word of ours, such as a field's name, never one of the user's."""


class BadValue(CrmError):
    """A bad argument or value: a date, a tier, a score, a setting (exit 2)."""

    code = 2
    kind = "bad_value"


class Unusable(BadValue):
    """An input file whose content cannot be used, so that nothing of it was (exit 1)."""

    code = 1
    kind = CrmError.kind


class NotFound(CrmError):
    """A reference or an input file is not there (exit 3)."""

    code = 3
    kind = "not_found"


class Ambiguous(CrmError):
    """A reference fits several records, listed in `candidates` (exit 3)."""

    code = 3
    kind = "ambiguous"


class Forbidden(CrmError):
    """The state forbids it: a duplicate, an undo conflict (exit 4)."""

    code = 4
    kind = "forbidden"


class StoreError(CrmError):
    """The database is locked, full, corrupt, newer or not writable (exit 10)."""

    code = 10
    kind = "store"


class Damaged(StoreError):
    """The database is damaged, or none at all (exit 10)."""


class WrongKey(Damaged):
    """The key does not open the database, which may also be because its beginning is damaged (exit 10)."""


PARTLY_DONE = 5
SOMETHING_DUE = 20
INTERRUPTED = 130

_LONGEST_SLIP = 60


def near(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` was probably meant as, for "did you mean …?"; None when none comes near.

    The first that begins with it, one whose last letter alone is missing before others; else one with its letters in
    another order, else the most alike; all without regard to case.
    """
    asked = word.strip().casefold()
    return _near(asked, tuple(known)) if 1 < len(asked) <= _LONGEST_SLIP else None


@lru_cache(maxsize=1_000)  # a list's rows are wrong in the same way over and over
def _near(asked: str, known: Sequence[str]) -> str | None:
    begun = [name for name in known if name.casefold().startswith(asked)]
    if begun:
        return min(begun, key=lambda name: len(name) > len(asked) + 1)
    folded = {name.casefold(): name for name in reversed(known) if len(name) > 1}
    for name, written in folded.items():
        if sorted(name) == sorted(asked):
            return written
    from difflib import get_close_matches

    alike = get_close_matches(asked, folded, n=1)
    return folded[alike[0]] if alike else None
