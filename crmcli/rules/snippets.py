"""The stretch of a text that shows why it was found, with what was found in it (CLI.md, `find`).

What was asked is looked for without width, case and accents, in simplified and traditional characters, and in names by
how they are spoken. A stretch never begins or ends within what is one sign on a screen.
"""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

from crmcli.rules.identity import compiled
from crmcli.rules.searching import normal, runs_of
from crmcli.rules.writings import forms

Place = tuple[int, int]
"""From where to where in a text."""

Traced = tuple[str, Sequence[Place]]
"""A text as it may be shown, and of each of its characters what it stands for in the text as it is."""


class Excerpt(NamedTuple):
    """A stretch of a text: what stands before the words that were found, those words, and what follows."""

    before: str
    hit: str
    after: str

    def __str__(self) -> str:
        return self.before + self.hit + self.after


def holds(text: str, asked: str) -> bool:
    """True when some word of `asked` stands in `text`."""
    return any(_place(text, word) for word in asked.split())


def excerpt(
    text: str,
    asked: str,
    around: int = 24,
    shown: Callable[[str], Traced] | None = None,
    spoken: bool = False,
) -> Excerpt:
    """The first word of `asked` that stands in `text` with up to `around` characters on either side.

    The beginning of the text when none stands there. `shown` masks what may not be seen: of a number that was found by a
    part of it the hit is all that is shown of it. With `spoken` the text is a name, and found by its pinyin, too.
    """
    one_line = " ".join(text.split())
    found = place(one_line, asked) or (sounding(one_line, asked) if spoken else None)
    if shown is None:
        return _cut(one_line, found, around)
    told, origins = shown(one_line)
    return _cut(told, found and _shown_place(origins, found), around)


def place(text: str, asked: str) -> Place | None:
    """Where what was asked stands in `text`: all of it, else the first of its words that does."""
    for word in dict.fromkeys((asked, *asked.split(), *runs_of(asked))):
        if found := _place(text, word):
            return found
    return None


def sounding(name: str, asked: str) -> Place | None:
    """Where a name is spoken as `asked`, or has these initials."""
    letters = normal(asked).replace(" ", "").replace("'", "").replace("’", "")
    if len(letters) < 2 or not (letters.isascii() and letters.isalpha()) or name.isascii():
        return None
    from crmcli.rules.pinyin import spoken_at

    return spoken_at(name, letters)


def digits_at(text: str, digits: str) -> Place | None:
    """Where `digits` stand in a number, however it is divided."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    start = "".join([text[place] for place in places]).find(digits) if digits else -1
    return (places[start], places[start + len(digits) - 1] + 1) if start >= 0 else None


def _shown_place(origins: Sequence[Place], found: Place) -> Place | None:
    """Where what stands at `found` is in the text as it is shown."""
    start, end = found
    touched = [i for i, (first, last) in enumerate(origins) if first < end and start < last]
    return (touched[0], touched[-1] + 1) if touched else None


def _cut(text: str, found: Place | None, around: int) -> Excerpt:
    if found is None:
        end = _edge(text, 2 * around)
        return Excerpt("", "", text[:end] + ("…" if end < len(text) else ""))
    first, last = _edge(text, found[0]), _edge(text, found[1], later=True)
    start, end = _edge(text, max(0, first - around)), _edge(text, last + around)
    # What is one sign goes with the hit or not at all.
    start, end = min(start, first), max(end, last)
    return Excerpt(
        ("…" if start else "") + text[start:first],
        text[first:last],
        text[last:end] + ("…" if end < len(text) else ""),
    )


def _edge(text: str, at: int, later: bool = False) -> int:
    """The nearest place to cut at, not after `at` (or not before it, when `later`), that is within no sign."""
    at = min(at, len(text))
    while 0 < at < len(text) and _joins(text, at):
        at += 1 if later else -1
    return at


_JOINER = "\u200d"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")


def _joins(text: str, at: int) -> bool:
    """True when what stands at `at` is one sign with what stands before it."""
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return False
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if after in "\u0e33\u0eb3":  # a vowel of Thai and Lao that is written around its letter
        return True
    if "\ufe00" <= after <= "\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff":  # how it looks
        return True
    if (
        "\u1160" <= after <= "\u11ff" or "\U000e0020" <= after <= "\U000e007f"
    ):  # Korean in pieces, tags
        return True
    if _FLAGS[0] <= after <= _FLAGS[1]:  # two letters are one flag
        start = at
        while start and _FLAGS[0] <= text[start - 1] <= _FLAGS[1]:
            start -= 1
        return (at - start) % 2 == 1
    return False


def _place(text: str, word: str) -> Place | None:
    """Where `word` stands in `text`, compared without width, case and accents, in any writing."""
    wanted, plain = normal(word), normal(text)
    if not wanted:
        return None
    if wanted.isascii():
        start = plain.find(wanted)
        end = start + len(wanted)
    else:
        match = compiled("".join(map(_any_form, wanted))).search(plain)
        start, end = match.span() if match else (-1, -1)
    if start < 0 or text.isascii():
        return (start, end) if start >= 0 else None
    # A wide or accented character may have another length in its normal form.
    first = last = len(text) - 1
    for place, reached in enumerate(accumulate(len(normal(character)) for character in text)):
        if reached > start:
            first = min(first, place)
        if reached >= end:
            last = place
            break
    return first, last + 1


def _any_form(character: str) -> str:
    import re

    return f"[{''.join(map(re.escape, forms(character)))}]"
