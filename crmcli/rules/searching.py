"""What texts are found by: the form in which an index keeps them, and the query that finds them (CLI.md, `find`).

Texts are compared without width, case, accents and punctuation. The index itself cuts what it is given into all stretches
of three signs. So a run of Latin letters and digits stands as it is (`acme` → `acm`, `cme`), and between the signs of a
run of Chinese stand dividers: ` 华 东 ` is cut into ` 华 `, `华 东` and ` 东 `, which are its characters and its pairs.
What holds all stretches of a run that is looked for need not hold the run: the index is a sieve, and whatever comes through
is compared with the text as it is kept. Nothing that holds the run is held back.

The index does not tell columns apart. So the same word has another form in each: in names letters are large, digits are
signs and the divider is `_`, in prose they are what they are and it is a space; a syllable is one sign of its own that no
text has. A single letter is in no stretch by itself: those that a name holds are named behind it, as words of one letter.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from crmcli.rules.identity import compiled

BREAK = "¦"
"""Stands between names that are spoken, and for what is not, so that no query runs from one into the other."""

_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]+"
)
_RUNS = r"[a-z0-9]+|(?:[^\W_a-z0-9]|[\u2600-\u27bf\U0001f000-\U0001faff])+"
_CHINESE = "[\u4e00-\u9fff]+"  # of these a text is its own normal form, and one run
# Of these the normal form is small letters, and whatever is no letter, digit or Chinese character divides.
PLAIN = (
    "[\x00-\x7f\u4e00-\u9fff\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff01\u201c\u201d]+"
)
PLAIN_RUNS = "[a-z0-9]+|[\u4e00-\u9fff]+"
_WIDE = 0xFEE0  # from an ASCII sign to its wide form, which no divider is


PROSE, NAME = " ", "_"
"""What stands between the signs of a run of Chinese, and twice between runs; and thereby of which column a text is."""
BETWEEN = "\0"
"""Stands between many texts that are laid at once."""
_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"
_LARGE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()+,-"
_ANY_LARGE = "[" + re.escape(_LARGE) + "]"
_IN_NAMES = str.maketrans(_SMALL, _LARGE)
ASCII_FORMS = {
    divider: "".join(
        one if one == BETWEEN else made[_SMALL.index(one.lower())] if one.isalnum() else " "
        for one in map(chr, range(128))
    )
    for divider, made in ((PROSE, _SMALL), (NAME, _LARGE))
}
"""What letters and digits become, by the divider of the column; everything else divides."""


def normal(text: str) -> str:
    """`text` without width, case and accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    if not unicodedata.is_normalized("NFKD", plain):
        plain = unicodedata.normalize("NFKD", plain)
    return compiled(_MARKS).sub("", plain)


def runs_of(text: str) -> list[str]:
    """The runs of one kind of characters in `text`; of a text of signs alone, its signs."""
    return compiled(_RUNS).findall(normal(text)) or _signs(text)


def _signs(text: str) -> list[str]:
    signs = [chr(ord(sign) + _WIDE) if sign.isascii() else sign for sign in text if not sign.isspace()]  # fmt: skip
    return ["".join(signs)] if signs else []


def laid(text: str, divider: str = PROSE) -> str:
    """One text as the index keeps it, without what stands around it; `many_texts` has those of many."""
    return _laid_word(text, divider) if len(text) <= _WORD else _laid(text, divider)


def _laid(text: str, divider: str) -> str:
    if text.isascii():
        runs = text.translate(ASCII_FORMS[divider]).replace(BETWEEN, " ").split()
        return (2 * divider).join(runs) if runs else divider.join("".join(_signs(text)))
    if compiled(_CHINESE).fullmatch(text):
        return divider.join(text)
    return (2 * divider).join([run_form(run, divider) for run in runs_of(text)])


def run_form(run: str, divider: str) -> str:
    """A run as it stands in the index."""
    if run.isascii():
        return run.translate(_IN_NAMES) if divider == NAME else run
    return divider.join(run)


_WORD = 6
_laid_word = lru_cache(maxsize=5_000)(_laid)
"""Cities, industries, titles and tags come again and again."""


def document(texts: Sequence[str | None], divider: str = PROSE) -> str | None:
    """Several texts of one record as the index keeps them; None when they say nothing."""
    return whole([laid(text, divider) for text in texts if text], divider)


def whole(parts: Iterable[str | None], divider: str = PROSE) -> str | None:
    """One document of texts as they are laid; None when they say nothing."""
    found = (2 * divider).join(filter(None, parts))
    if not found:
        return None
    return f" {found} " if divider == PROSE else f"_{found}_{single_letters(found)}"


def single_letters(names: str) -> str:
    """What stands behind names as they are laid: the letters and digits that they hold, in their usual form."""
    if not compiled(_ANY_LARGE).search(names):
        return ""
    return f" {' '.join([usual for large, usual in _USUAL if large in names])} "


_USUAL = sorted(zip(_LARGE, _SMALL, strict=True))


def sounds(names: Sequence[tuple[str, bool]]) -> tuple[str | None, str | None]:
    """The syllables that names are spoken by, each as its sign, and their first letters; each name with whether it is a
    person's."""
    spoken = [
        reading for name, is_person in names if not name.isascii() for reading in _pinyin()(name, is_person)
    ]  # fmt: skip
    if not spoken:
        return None, None
    from crmcli.rules.pinyin import SIGNS

    said = [" ".join([SIGNS[syllable] or BREAK for syllable in reading]) for reading in spoken]
    firsts = dict.fromkeys(
        " ".join([syllable[:1].upper() or BREAK for syllable in reading]) for reading in spoken
    )
    divider = f" {BREAK} "
    return f" {divider.join(said)} ", divider.join(firsts)


@cache
def _pinyin() -> Callable[[str, bool], list[tuple[str, ...]]]:
    """The readings of names; their tables are large, and most commands meet no name that needs them."""
    from crmcli.rules.pinyin import readings

    return readings


class Holds(NamedTuple):
    """A column of a document holds `text`, followed by one of the signs of `one_of` if there are any."""

    column: str
    text: str
    one_of: str
    sieve: str
    """What asks the index for all documents that do, and for some that do not."""


class Every(NamedTuple):
    """All of these are wanted."""

    parts: tuple["Wanted", ...]

    @property
    def sieve(self) -> str:
        """What asks the index: for the parts that fewest documents have, as far as that can be told from the texts."""
        sieves = sorted({one.sieve for one in self.parts}, key=lambda sieve: (sieve.count(" OR "), -len(sieve)))  # fmt: skip
        sure = sum(" OR " not in sieve for sieve in sieves)
        return " AND ".join([f"({sieve})" for sieve in sieves[: min(sure, _MOST_PARTS) if sure > 1 else _MOST_PARTS]])  # fmt: skip


class Either(NamedTuple):
    """One of these is wanted."""

    parts: tuple["Wanted", ...]

    @property
    def sieve(self) -> str:
        return " OR ".join([f"({one.sieve})" for one in self.parts])


_MOST_PARTS = 8
"""So many parts of what is wanted are sieved by; what comes through is compared with all of them at any rate."""

Wanted = Holds | Every | Either
"""What a document has to hold. Its `sieve` is an expression of SQLite's FTS5."""


def every(parts: Iterable[Wanted | None]) -> Wanted | None:
    """All of these; None when there are none."""
    return _joined(Every, parts)


def either(parts: Iterable[Wanted | None]) -> Wanted | None:
    """One of these; None when there are none."""
    return _joined(Either, parts)


def _joined(kind: type[Every] | type[Either], parts: Iterable[Wanted | None]) -> Wanted | None:
    found = tuple(dict.fromkeys([one for one in parts if one]))
    return found[0] if len(found) == 1 else kind(found) if found else None


def only_in(wanted: Wanted | None, columns: Iterable[str]) -> Wanted | None:
    """What is left of it for documents that have these columns alone; None when none of them can hold it."""
    if wanted is None or isinstance(wanted, Holds):
        return wanted if wanted and wanted.column in columns else None
    parts = [only_in(one, columns) for one in wanted.parts]
    if isinstance(wanted, Every):
        return None if None in parts else every(parts)
    return either(parts)


class Query(NamedTuple):
    """What a typed text asks of each column of the index; None = nothing there."""

    names: Wanted | None
    sound: Wanted | None
    prose: Wanted | None

    def __bool__(self) -> bool:
        return bool(self.prose)


def query(text: str) -> Query:
    """All of the words in `text`, in any order: in the names; as the beginning of a name's sound or initials; anywhere."""
    runs = list(dict.fromkeys(runs_of(text)))
    if not runs:
        return Query(None, None, None)
    in_names = every([_in_names(run) for run in runs])
    return Query(in_names, _sound(text), every([_in_prose(run) for run in runs]))


_MOST_TERMS = 24
"""So many stretches of a run are looked up; the longest one is sieved well enough by them."""


def _in_names(run: str) -> Holds:
    form = run_form(run, NAME)
    if not run.isascii():
        return Holds("names", form, "", _signs_sieve(run, NAME))
    if len(run) == 1:
        return Holds("names", form, "", _all_of([f" {run} "]))
    if len(run) == 2:
        return Holds("names", form, "", _one_of(form + after for after in _LARGE + NAME))
    return Holds("names", form, "", _letters_sieve(form))


def _in_prose(run: str) -> Holds:
    if not run.isascii():
        return Holds("prose", run_form(run, PROSE), "", _signs_sieve(run, PROSE))
    if len(run) > 2:
        return Holds("prose", run, "", _letters_sieve(run))
    # One or two letters would be found nearly everywhere in whole texts. They are found there as a word of their own or
    # as the end of one.
    end = run + PROSE
    befores = ("",) if len(run) == 2 else _SMALL + PROSE
    return Holds("prose", end, "", _one_of(before + end for before in befores))


def _letters_sieve(run: str) -> str:
    return _all_of([run[place : place + 3] for place in range(len(run) - 2)])


def _signs_sieve(run: str, divider: str) -> str:
    if len(run) == 1:
        return _all_of([f"{divider}{run}{divider}"])
    return _all_of([f"{one}{divider}{other}" for one, other in pairwise(run)])


def _all_of(terms: Sequence[str]) -> str:
    return " AND ".join([f'"{term}"' for term in [*dict.fromkeys(terms)][:_MOST_TERMS]])


def _one_of(terms: Iterable[str]) -> str:
    return " OR ".join([f'"{term}"' for term in terms])


def _sound(text: str) -> Wanted | None:
    letters = normal(text).replace(" ", "").replace("'", "").replace("’", "")
    if len(letters) < 2 or not letters.isascii() or not letters.isalpha():
        return None
    from crmcli.rules.pinyin import spellings

    large = " ".join(letters.upper())
    initials = Holds("initials", large, "", _signs_sieve(letters.upper(), " "))
    return either([*map(_spoken, spellings(letters)), initials])


def _spoken(spelling: Sequence[str]) -> Holds:
    """Syllables one after the other; the last one may go on."""
    from crmcli.rules.pinyin import SIGNS, going_on

    *firsts, last = spelling
    said = [SIGNS[syllable] for syllable in firsts]
    lasts = [SIGNS[syllable] for syllable in going_on(last)]
    if not said:
        return Holds("sound", "", "".join(lasts), _one_of(f" {sign} " for sign in lasts))
    ends = _one_of(f"{said[-1]} {sign}" for sign in lasts)
    before = f"({_signs_sieve(''.join(said), ' ')}) AND " if len(said) > 1 else ""
    return Holds("sound", " ".join([*said, ""]), "".join(lasts), f"{before}({ends})")
