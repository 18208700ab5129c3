"""What texts are found by: the terms an index keeps, and the query that finds them (CLI.md, `find`).

Texts are compared without width, case, accents and punctuation. A run of Chinese characters becomes its overlapping
pairs and its tail (`华东精工` → `华东 东精 精工 工`), a run of Latin letters and digits its triples and its tail
(`acme` → `acm cme me e`), so that every part of a word, a scrap of a name or the middle of a phone number is found
as a phrase. A character alone would do for Chinese, but two common ones that never meet cost a look at every text.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from crmcli.rules.identity import compiled

BREAK = "¦"
"""A term between two texts, so that no phrase runs from one into the other."""

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
_DIVIDING = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
_WIDE = 0xFEE0  # from an ASCII sign to its wide form, which the index takes for a letter


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


def _size(run: str) -> int:
    return 3 if run.isascii() else 2


class _Cuts(dict[int, Callable[[str], tuple[str, ...]]]):
    """What cuts a run of some length into its terms: made once a length, for cutting is most of the work."""

    def __init__(self, size: int) -> None:
        super().__init__({1: tuple})
        self._size = size

    def __missing__(self, length: int) -> Callable[[str], tuple[str, ...]]:
        cuts = [slice(place, place + self._size) for place in range(length)]
        self[length] = itemgetter(*cuts)
        return self[length]


_PAIRS, _TRIPLES = _Cuts(2), _Cuts(3)
_USUAL = 64
"""Runs of up to so many characters are cut by what is kept for their length."""


def terms(text: str) -> str:
    """The terms of one text, divided by spaces; `many_terms` has those of many."""
    return _terms_of_word(text) if len(text) <= _WORD else _terms(text)


def _terms(text: str) -> str:
    if len(text) > _USUAL:
        return " ".join(_cut(runs_of(text)))
    if text.isascii():
        if text.isalnum():
            return " ".join(_TRIPLES[len(text)](text.lower()))
        runs = text.lower().encode().translate(_DIVIDING).decode().split()
        return " ".join(_cut(runs or _signs(text)))
    if compiled(_CHINESE).fullmatch(text):
        return " ".join(_PAIRS[len(text)](text))
    return " ".join(_cut(runs_of(text)))


def _cut(runs: Iterable[str]) -> Iterator[str]:
    """The terms of runs."""
    for run in runs:
        if len(run) <= _USUAL:
            yield from (_TRIPLES if run.isascii() else _PAIRS)[len(run)](run)
        else:
            size = _size(run)
            yield from [run[place : place + size] for place in range(len(run))]


_WORD = 6
_terms_of_word = lru_cache(maxsize=5_000)(_terms)
"""Cities, industries, titles and tags come again and again."""


def document(texts: Sequence[str | None]) -> str | None:
    """The terms of several texts of one record; None when there are none."""
    found = [made for text in texts if text and (made := terms(text))]
    return f" {BREAK} ".join(found) or None


def sounds(names: Sequence[tuple[str, bool]]) -> tuple[str | None, str | None]:
    """The syllables that names are spoken by, and their first letters; each name with whether it is a person's."""
    spoken = [
        reading for name, is_person in names if not name.isascii() for reading in _pinyin()(name, is_person)
    ]  # fmt: skip
    if not spoken:
        return None, None
    if len(spoken) == 1:
        return _spaced(spoken[0]), _spaced([syllable[:1] for syllable in spoken[0]])
    divider = f" {BREAK} "
    firsts = dict.fromkeys([tuple([syllable[:1] for syllable in reading]) for reading in spoken])
    return divider.join(map(_spaced, spoken)), divider.join(map(_spaced, firsts))


@cache
def _pinyin() -> Callable[[str, bool], list[tuple[str, ...]]]:
    """The readings of names; their tables are large, and most commands meet no name that needs them."""
    from crmcli.rules.pinyin import readings

    return readings


def _spaced(parts: Sequence[str]) -> str:
    """Syllables or letters as terms; '' stands for what cannot be spoken."""
    return " ".join([part or BREAK for part in parts] if "" in parts else parts)


class Query(NamedTuple):
    """What a typed text asks of each column of the index, in SQLite's FTS5 query language; '' = nothing there."""

    names: str
    sound: str
    prose: str

    def __bool__(self) -> bool:
        return bool(self.prose)


def query(text: str) -> Query:
    """All of the words in `text`, in any order: in the names; as the beginning of a name's sound or initials; anywhere."""
    runs = runs_of(text)
    if not runs:
        return Query("", "", "")
    in_names = " AND ".join(_phrase(run, len(run) < _size(run)) for run in runs)
    # One or two letters would be looked up under every term that begins so: too many in whole texts. They are found
    # there as a word of their own or as the end of one.
    anywhere = " AND ".join(_phrase(run, len(run) < _size(run) and not run.isascii()) for run in runs)  # fmt: skip
    return Query(f"names : ({in_names})", _sound(text), f"prose : ({anywhere})")


def _phrase(run: str, is_beginning: bool) -> str:
    """The terms of a run one after the other, less its tail; with `is_beginning`, of a term the beginning alone."""
    size = _size(run)
    terms = [run[place : place + size] for place in range(max(1, len(run) - size + 1))]
    return f'"{" ".join(terms)}"' + (" *" if is_beginning else "")


def _sound(text: str) -> str:
    letters = normal(text).replace(" ", "").replace("'", "").replace("’", "")
    if len(letters) < 2 or not letters.isascii() or not letters.isalpha():
        return ""
    from crmcli.rules.pinyin import may_go_on, spellings

    # A whole syllable is one term; one that may go on is looked up under all that begin with it.
    spoken = [
        f'"{" ".join(spelling)}"' + (" *" if may_go_on(spelling[-1]) else "")
        for spelling in spellings(letters)
    ]
    either = [f'initials : "{" ".join(letters)}"']
    if spoken:
        either.insert(0, f"sound : ({' OR '.join(spoken)})")
    return f"({' OR '.join(either)})"
