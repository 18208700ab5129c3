"""What texts are found by: the terms an index keeps, and the query that finds them (CLI.md, `find`).

Texts are compared without width, case, accents and punctuation. A Chinese character is a term of its own, so that
every part of a word is found as a phrase; a run of Latin letters and digits is its overlapping triples and its tail
(`acme` → `acm cme me e`), so that a scrap of a name or the middle of a phone number is found as a phrase, too.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crmcli.rules.identity import compiled
from crmcli.rules.pinyin import initials, readings, spellings

BREAK = "¦"
"""A term between two texts, so that no phrase runs from one into the other."""

_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]+"
)
_RUNS = r"[a-z0-9]+|[^\W_]|[\u2600-\u27bf\U0001f000-\U0001faff]"
_WIDE = 0xFEE0  # from an ASCII sign to its wide form, which the index takes for a letter
_TERM = 3


def normal(text: str) -> str:
    """`text` without width, case and accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    if not unicodedata.is_normalized("NFKD", plain):
        plain = unicodedata.normalize("NFKD", plain)
    return compiled(_MARKS).sub("", plain)


def terms(text: str) -> str:
    """The terms of one text, divided by spaces; of a text of signs alone, its signs."""
    runs = compiled(_RUNS).findall(normal(text)) or _signs(text)
    found: list[str] = []
    for run in runs:
        if len(run) == 1:
            found.append(run)
        else:
            found += [run[place : place + _TERM] for place in range(len(run))]
    return " ".join(found)


def _signs(text: str) -> list[str]:
    return [
        chr(ord(sign) + _WIDE) if sign.isascii() else sign for sign in text if not sign.isspace()
    ]


def document(texts: Sequence[str | None]) -> str | None:
    """The terms of several texts of one record; None when there are none."""
    found = [made for text in texts if text and (made := terms(text))]
    return f" {BREAK} ".join(found) or None


def sounds(names: Sequence[tuple[str, bool]]) -> tuple[str | None, str | None]:
    """The syllables that names are spoken by, and their first letters; each name with whether it is a person's."""
    spoken = [
        reading for name, is_person in names if not name.isascii() for reading in readings(name, is_person)
    ]  # fmt: skip
    if not spoken:
        return None, None
    divider = f" {BREAK} "
    return (
        divider.join(" ".join(reading) for reading in spoken),
        divider.join(" ".join(initials(reading)) for reading in dict.fromkeys(spoken)),
    )


class Query(NamedTuple):
    """What a typed text asks of each column of the index, in SQLite's FTS5 query language; '' = nothing there."""

    names: str
    sound: str
    prose: str

    def __bool__(self) -> bool:
        return bool(self.prose)


def query(text: str) -> Query:
    """All of the words in `text`, in any order: in the names; as the beginning of a name's sound or initials; anywhere."""
    phrases = list(_phrases(text))
    if not phrases:
        return Query("", "", "")
    in_names = " AND ".join(
        f'"{" ".join(phrase)}"' + (" *" if is_short else "") for phrase, is_short in phrases
    )
    # A scrap of one or two letters would be looked up under every term that begins with it: too much for whole texts.
    anywhere = " AND ".join(f'"{" ".join(phrase)}"' for phrase, _ in phrases)
    return Query(f"names : ({in_names})", _sound(text), f"prose : ({anywhere})")


def _phrases(text: str) -> Iterator[tuple[list[str], bool]]:
    """The phrases of a typed text, and whether each is a scrap of one or two letters."""
    plain, end, signs = normal(text), -1, []
    for match in compiled(_RUNS).finditer(plain):
        run = match[0]
        if signs and (match.start() != end or run.isascii()):
            yield signs, False
            signs = []
        end = match.end()
        if not run.isascii():
            signs.append(run)
        elif len(run) < _TERM:
            yield [run], True
        else:
            yield [run[place : place + _TERM] for place in range(len(run) - _TERM + 1)], False
    if end < 0:
        signs = _signs(text)
    if signs:
        yield signs, False


def _sound(text: str) -> str:
    letters = normal(text).replace(" ", "").replace("'", "").replace("’", "")
    if len(letters) < 2 or not letters.isascii() or not letters.isalpha():
        return ""
    spoken = [f'"{" ".join(spelling)}" *' for spelling in spellings(letters)]
    either = [f'initials : "{" ".join(letters)}"']
    if spoken:
        either.insert(0, f"sound : ({' OR '.join(spoken)})")
    return f"({' OR '.join(either)})"
