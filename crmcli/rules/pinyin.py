"""How Chinese names are spoken, and which syllables somebody typed (CLI.md, References).

A syllable is written in small letters without its tone, ü as v: 吕 is `lv`.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from crmcli.rules.searching import BREAK
from crmcli.rules.syllables import FIRST, FIRST_SIGN, MAIN, OTHERS, SURNAMES, SYLLABLES, WORDS

_MOST_READINGS = 6
_MOST_SPELLINGS = 8
_LONGEST_QUERY = 64
_LONGEST_TYPED = 6  # zhuang


class _Characters(dict[str, str]):
    """The main reading of each character, '' when it has none: looked up once, then remembered."""

    def __missing__(self, character: str) -> str:
        place = ord(character) - FIRST
        known = 0 <= place < len(MAIN)
        self[character] = SYLLABLES[ord(MAIN[place]) - FIRST_SIGN] if known else ""
        return self[character]


_MAIN = _Characters()


_UNSURE, _UNSPOKEN = "?", "-"


_FIRST_OF_SYLLABLES = 0xE000
"""From here on SQLite and Unicode know no letters: these code points are for private use, and no text is found by them."""
SIGNS = {
    syllable: chr(_FIRST_OF_SYLLABLES + place) if syllable else ""
    for place, syllable in enumerate(SYLLABLES)
}
"""The sign that stands for each syllable in the search index, by its place in the table: another table makes other documents."""


class _OneWay(dict[str, str]):
    """The sign of the reading of each character that has only one, else _UNSURE; of a line's end itself."""

    def __missing__(self, character: str) -> str:
        self[character] = _UNSURE if character in OTHERS else SIGNS[_MAIN[character]] or _UNSPOKEN
        return self[character]


class _OneInitial(dict[str, str]):
    """The first letter of it, a large one; _UNSURE when it has none, either."""

    def __missing__(self, character: str) -> str:
        is_sure = character not in OTHERS and _MAIN[character]
        self[character] = _MAIN[character][0].upper() if is_sure else _UNSURE
        return self[character]


_ONE_WAY, _ONE_INITIAL = _OneWay({"\n": "\n"}), _OneInitial({"\n": "\n"})
_BEGIN_SURNAMES = frozenset(surname[0] for surname in SURNAMES)
_LONGEST_SURNAME = 3


def many_sounds(names: Sequence[str]) -> list[tuple[str, str] | None]:
    """Of companies' names that are Chinese throughout the signs of their syllables and their first letters, as the search
    index keeps them: what `searching.sounds` makes of each.

    None of a name in which something is not spoken. No name goes over lines.
    """
    if not names:
        return []
    whole = "\n".join(names)
    spoken = f" {' '.join(map(_ONE_WAY.__getitem__, whole))} ".split("\n")
    initials = " ".join(map(_ONE_INITIAL.__getitem__, whole)).split(" \n ")
    return [
        (sound, letters)
        if _UNSURE not in letters and name[:1] not in _BEGIN_SURNAMES
        else _in_several_ways(name, sound, letters)
        for name, sound, letters in zip(names, spoken, initials, strict=True)
    ]


def _in_several_ways(name: str, sound: str, letters: str) -> tuple[str, str] | None:
    """The same of one that may be spoken in several ways: in one place, or else they differ in how it begins, and many names
    begin alike.
    """
    if _UNSPOKEN in sound or not name:
        return None
    if name[:1] not in _BEGIN_SURNAMES and letters.count(_UNSURE) == 1:
        place = letters.index(_UNSURE)
        character = name[place // 2]
        start = max(0, place // 2 - _BEFORE[character])
        signs, firsts = _readings_at(name[start : place // 2 + 1 + _REACH[character]], place // 2 - start)  # fmt: skip
        sounds = BREAK.join([sound.replace(_UNSURE, sign) for sign in signs])
        return sounds, f" {BREAK} ".join([letters.replace(_UNSURE, first) for first in firsts])
    end = _LONGEST_SURNAME if name[:1] in _BEGIN_SURNAMES else 0
    place = letters.find(_UNSURE)  # at every other place stands a space
    while place >= 0:
        end = max(end, place // 2 + 1 + _REACH[name[place // 2]])
        place = letters.find(_UNSURE, place + 1)
    end = min(end, len(name))
    said, firsts = _beginnings(name[:end])
    rest = sound[2 * end :]
    sounds = BREAK.join([one + rest for one in said])
    rest = letters[2 * end - 1 :]
    return sounds, f" {BREAK} ".join([one + rest for one in firsts])


@lru_cache(maxsize=2_000)
def _readings_at(name: str, place: int) -> tuple[list[str], list[str]]:
    """The signs and the first letters of the ways to speak a character among those that decide it."""
    choice = _choices(name)[place][:_MOST_READINGS]
    return [SIGNS[syllable] for syllable in choice], [*dict.fromkeys(initials(choice).upper())]


@lru_cache(maxsize=2_000)
def _beginnings(begin: str) -> tuple[list[str], list[str]]:
    """The signs and the first letters of each way to speak the beginning of a company's name."""
    ways = readings(begin)
    said = [f" {' '.join([SIGNS[syllable] for syllable in way])}" for way in ways]
    return said, [*dict.fromkeys(" ".join(initials(way).upper()) for way in ways)]


class _Deciding(dict[str, int]):
    """How many characters beside it may decide how a character is spoken."""

    def __init__(self, count: Callable[[str, int], int]) -> None:
        super().__init__()
        self._count = count

    def __missing__(self, character: str) -> int:
        beside = [self._count(word, within) for word, within, _ in _words(character)]
        self[character] = max(beside, default=0)
        return self[character]


_BEFORE = _Deciding(lambda _, within: within)
_REACH = _Deciding(lambda word, within: len(word) - within - 1)


def readings(name: str, is_person: bool = False) -> list[tuple[str, ...]]:
    """The ways to speak the Chinese in `name`, the likeliest first, at most 6; [] when there is none.

    Whatever stands between Chinese characters is one '': 华为Cloud服务 is `hua wei '' fu wu`.
    A person's surname is spoken as surnames are and not otherwise (单 shan); at the beginning of a company's
    name that is one way more.
    """
    syllables = [_MAIN[character] for character in name]
    choices = {} if OTHERS.keys().isdisjoint(name) else _choices(name)
    for place, spoken in enumerate(_surname(name)):
        usual = () if is_person else choices.get(place, (syllables[place],))
        choices[place] = tuple(dict.fromkeys(usual + spoken))
    if choices:
        return _spoken(syllables, choices)
    runs = _runs(syllables)
    return [runs] if runs else []


def _choices(name: str) -> dict[int, tuple[str, ...]]:
    """At which places of `name` there are several readings, and which, the likeliest first."""
    choices = {}
    for place, character in enumerate(name):
        if character in OTHERS:
            usual = (_MAIN[character], *OTHERS[character].split())
            for word, within, syllable in _words(character):
                if place >= within and name.startswith(word, place - within):
                    usual = tuple(dict.fromkeys((syllable, *usual)))
            choices[place] = usual
    return choices


@cache
def _words(character: str) -> list[tuple[str, int, str]]:
    """The words that have `character` spoken otherwise: each with its place there and the reading."""
    found = []
    for spoken in filter(None, WORDS.get(character, "").split("; ")):
        syllable, *words = spoken.split()
        found += [(word, word.index(character), syllable) for word in words]
    return found


def _surname(name: str) -> list[tuple[str, ...]]:
    """The readings of each character of the surname that `name` begins with; [] when they are the usual ones."""
    spoken = SURNAMES.get(name[:3]) or SURNAMES.get(name[:2]) or SURNAMES.get(name[:1], "")
    return [tuple(each.split("/")) for each in spoken.split()]


def _spoken(syllables: list[str], choices: dict[int, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """`syllables` with each way to choose, those with the fewest unlikely choices first."""
    syllables = syllables.copy()
    for place, choice in choices.items():
        syllables[place] = choice[0]
    # Where so many places are open, ways with one unlikely choice fill the list: later ones cannot get in.
    several = [place for place, choice in choices.items() if len(choice) > 1][: _MOST_READINGS - 1]
    ways = [(0, syllables)]
    for place in several:
        ways = [
            (unlikely + rank, [*way[:place], syllable, *way[place + 1 :]])
            for rank, syllable in enumerate(choices[place])
            for unlikely, way in ways
        ]
        ways.sort(key=itemgetter(0))
        del ways[_MOST_READINGS:]
    return [_runs(way) for _, way in ways]


def _runs(syllables: list[str]) -> tuple[str, ...]:
    """`syllables` with one '' wherever any stand between others, and none around them."""
    if "" not in syllables:
        return tuple(syllables)
    runs: list[str] = []
    for syllable in syllables:
        if syllable or (runs and runs[-1]):
            runs.append(syllable)
    return tuple(runs if runs and runs[-1] else runs[:-1])


def spoken_at(name: str, letters: str) -> tuple[int, int] | None:
    """From where to where `name` is spoken as `letters`, or has these initials; None when it does so nowhere.

    What is neither spoken nor written, as spaces and signs are, stands between syllables without dividing them.
    """
    usual, choices = [_MAIN[character] for character in name], _choices(name)
    for place, spoken in enumerate(_surname(name)):
        choices[place] = (*choices.get(place, (usual[place],)), *spoken)
    heard = [
        (place, choices.get(place, (syllable,)))
        for place, syllable in enumerate(usual)
        if syllable or name[place].isalnum()
    ]
    wanted = [*spellings(letters), tuple(letters)]
    for start in range(len(heard)):
        for syllables in wanted:
            within = heard[start : start + len(syllables)]
            if len(within) == len(syllables) and _are_spoken(within, syllables, letters):
                return within[0][0], within[-1][0] + 1
    return None


def _are_spoken(
    heard: Sequence[tuple[int, tuple[str, ...]]], syllables: tuple[str, ...], letters: str
) -> bool:
    are_initials = syllables == tuple(letters)
    last = len(syllables) - 1
    return all(
        any(
            way.startswith(syllable) if are_initials or number == last else way == syllable
            for way in ways
        )
        for number, ((_place, ways), syllable) in enumerate(zip(heard, syllables, strict=True))
    )


def initials(reading: tuple[str, ...]) -> str:
    """The first letters of the syllables, as people type them: `hdjg`; runs are not kept apart."""
    return "".join([syllable[:1] for syllable in reading])


def going_on(syllable: str) -> list[str]:
    """The syllables that begin so: `xia` is `xia`, `xian` or `xiang`, `wei` is all there is."""
    return [one for one in SYLLABLES if one.startswith(syllable)] if syllable else []


def spellings(query: str) -> list[tuple[str, ...]]:
    """The ways to divide `query` into syllables, those with the fewest first, at most 8; [] when there is none.

    The last syllable may be the beginning of one: `huad` is `hua d`. ü may be typed v, u, yu or ü. Anything
    but letters, and more than 64 of them, cannot be divided.
    """
    letters = query[: _LONGEST_QUERY + 1].lower().replace("ü", "v")
    if len(letters) > _LONGEST_QUERY or not (letters.isascii() and letters.isalpha()):
        return []
    typed, beginnings = _typed()
    # From each place on: the best ways to divide what follows, and those whose last syllable is only begun.
    whole: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    begun: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    whole[-1] = [()]
    for start, ends in reversed(_steps(letters)):
        for end in ends:
            for syllable in typed[letters[start:end]]:
                whole[start] += [(syllable, *rest) for rest in whole[end]]
                begun[start] += [(syllable, *rest) for rest in begun[end]]
        if letters[start:] in beginnings:
            begun[start].append((letters[start:],))
        whole[start] = sorted(whole[start], key=len)[:_MOST_SPELLINGS]
        begun[start] = sorted(begun[start], key=len)[:_MOST_SPELLINGS]
    return sorted(whole[0] + begun[0], key=len)[:_MOST_SPELLINGS]


def _steps(letters: str) -> list[tuple[int, list[int]]]:
    """Each place that is reached by whole syllables, with the ends of those beginning there, the longest first."""
    typed, _ = _typed()
    reached = {0}
    steps = []
    for start in range(len(letters)):
        if start in reached:
            furthest = min(len(letters), start + _LONGEST_TYPED)
            ends = [end for end in range(furthest, start, -1) if letters[start:end] in typed]
            reached.update(ends)
            steps.append((start, ends))
    return steps


@cache
def _typed() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """What may be typed for which syllables, and what else is the beginning of one."""
    typed: dict[str, tuple[str, ...]] = {each: (each,) for each in SYLLABLES if each}
    for syllable in SYLLABLES:
        if "v" in syllable:
            for written in (syllable.replace("v", "u"), syllable.replace("v", "yu")):
                typed[written] = (*typed.get(written, ()), syllable)
    beginnings = {syllable[:end] for syllable in SYLLABLES for end in range(1, len(syllable))}
    return typed, frozenset(beginnings - typed.keys())
