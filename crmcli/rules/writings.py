"""How else a Chinese text may be written: in simplified or traditional characters, those of Taiwan or of Hong Kong.

The texts in the file stay as they are; what is asked for is asked in each of its writings (docs/decisions/0041).
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from crmcli.errors import BadValue
from crmcli.rules.searching import Query, either, runs_of
from crmcli.rules.searching import query as query_as_typed

MOST = 16
"""So many writings are asked for: every one of a text with four characters that have two forms each."""

MOST_WORDS = 100
_LONG, _OF_LONG = 200, 3
"""A text with more characters is asked for as typed, wholly simplified and wholly traditional."""


def writings(text: str) -> list[str]:
    """The ways to write `text`, as it is typed first, then the likeliest, at most `MOST`; itself alone without Chinese."""
    if text.isascii():
        return [text]
    choices = [forms(character) for character in text]
    if all(len(choice) == 1 for choice in choices):
        return [text]
    return list(islice(_distinct(choices), MOST if len(text) <= _LONG else _OF_LONG))


def _distinct(choices: list[tuple[str, ...]]) -> Iterator[str]:
    seen: set[str] = set()
    for one in _likely_first(choices):
        if one not in seen:
            seen.add(one)
            yield one


def _likely_first(choices: list[tuple[str, ...]]) -> Iterator[str]:
    """As typed; wholly simplified; wholly traditional, then with one of its characters otherwise; then mixed."""
    typed = "".join([choice[0] for choice in choices])
    yield typed
    yield simplified(typed)
    usual = list(map(_traditional, choices))
    yield "".join(usual)
    for place, choice in enumerate(choices):
        for other in choice:
            yield "".join([*usual[:place], other, *usual[place + 1 :]])
    yield from map("".join, product(*choices))


def _traditional(forms: tuple[str, ...]) -> str:
    """Of a character's forms the likeliest traditional one; itself where there is none."""
    from crmcli.rules.characters import TRADITIONAL

    return next((one for one in forms if one in TRADITIONAL), forms[0])


@cache
def forms(character: str) -> tuple[str, ...]:
    """What may be written for a character: itself, its simplified form, those it is the simplified form of, its variants."""
    if character.isascii():
        return (character,)
    # Its tables are large, and most texts are asked for without Chinese.
    from crmcli.rules.characters import ONE, OTHER, SIMPLIFIED, TRADITIONAL

    found = [character]
    for here, there in ((TRADITIONAL, SIMPLIFIED), (SIMPLIFIED, TRADITIONAL), (ONE, OTHER), (OTHER, ONE)):  # fmt: skip
        found += _opposite(here, there, character)
    return tuple(dict.fromkeys(found))


def _opposite(here: str, there: str, character: str) -> Iterator[str]:
    """What stands in `there` wherever `character` stands in `here`."""
    place = here.find(character)
    while place >= 0:
        yield there[place]
        place = here.find(character, place + 1)


def simplified(text: str) -> str:
    """`text` in simplified characters."""
    return text if text.isascii() else text.translate(_simplifying())


@cache
def _simplifying() -> dict[int, int]:
    from crmcli.rules.characters import SIMPLIFIED, TRADITIONAL

    return str.maketrans(TRADITIONAL, SIMPLIFIED)


def query(text: str) -> Query:
    """What a typed text asks of each column of the index, in any of its writings; BadValue when it has too many words."""
    # Counted in one writing: in a mixed one a word may stand in two.
    count = len(set(runs_of(simplified(text)))) if len(text) > _LONG else 0
    if count > MOST_WORDS:
        raise BadValue(
            "{count} words are too many to look for at once; name up to {most} of them",
            count=count,
            most=MOST_WORDS,
        )
    asked = [query_as_typed(one) for one in writings(text)]
    return asked[0] if len(asked) == 1 else Query(*map(either, zip(*asked, strict=True)))
