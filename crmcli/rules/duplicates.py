"""Which two customers may be one and the same: with a score and its reasons, to be judged by a person (DESIGN §5).

Names are compared without width, case, signs and legal form; then in simplified characters, without the places in
them, and without the words that only say what line of business it is. What is left is the brand, and brands are nearly
alike by the pairs of characters they share, or when they are spoken alike.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from math import ceil
from typing import Any, NamedTuple

from crmcli.rules.company_words import (
    LATIN_TRADES,
    PLACES,
    TRADES,
)
from crmcli.rules.identity import compiled, name_key
from crmcli.rules.pinyin import readings
from crmcli.rules.writings import simplified

LEAST = 0.3
"""Pairs with a lower score are not worth a look."""

LIKELY = 0.7
"""From here on two customers are likely one; below they are maybe."""

NEAR = 0.6
"""Nearly alike are brands, and whole names, of which this share of the pairs of characters is the same (Dice)."""

NEAR_WHOLE = 0.8
"""The same for a whole name in Latin letters, where the brands do not say it."""

SHORTEST_NEAR = 3
"""Brands of so many characters at least can be nearly alike: of two characters one is half the name."""

MOST_HOLDERS = 50
"""A number that more customers have is that of a switchboard, or stands for none."""

_FEW_HOLDERS = 3  # as many as may well be one and the same
_SAME = {
    "name": 0.8,
    "characters": 0.78,
    "place": 0.65,
    "brand": 0.45,
    "short name": 0.45,
    "sound": 0.35,
}
_OTHER_PLACE, _TINY_BRAND, _NEAR_LEAST, _NEAR_RANGE = 0.25, 0.2, 0.3, 0.3
_POINTS = {"phone": 0.55, "email": 0.6, "wechat": 0.55}
_CODE, _CITY = 0.97, 0.2
_OTHER_CITY, _OTHER_NUMBER, _OTHER_CODE_AT_MOST = 0.5, 0.85, 0.5
_ONE_NAME = ("name", "characters", "place")
_PERSON = 0.6  # people are called alike more often than companies


# --- names ---


class Name(NamedTuple):
    """What there is to compare of a customer's name.

    `key` is its normal form, `plain` the same in simplified characters, `core` that without `places`, `brand` that without
    `trade`, the line of business it ends with.
    """

    key: str
    plain: str
    core: str
    places: frozenset[str]
    brand: str
    trade: str


def fold(name: str) -> Name:
    """What there is to compare of a name, in simplified characters."""
    key = name_key(name)
    if key.isascii():
        return _latin(name, key)
    simple = simplified(name)
    plain = key if simple == name else name_key(simple)
    places, rest = _bracketed(simple)
    found, core = _leading_places(name_key(rest) if places else plain)
    brand = _without_trades(core)
    return Name(key, plain, core, places | found, brand, core[len(brand) :])


def _latin(name: str, key: str) -> Name:
    places, rest = _bracketed(name)
    words = _without_legal(rest)
    trade: list[str] = []
    while len(words) > 1 and words[-1] in LATIN_TRADES:
        trade.insert(0, words.pop())
    core = "".join([*words, *trade])
    return Name(key, key, core or key, places, "".join(words) or key, "".join(trade))


def _without_legal(name: str) -> list[str]:
    """The words of a Latin name in small letters, without `Co., Ltd.` and its kind: as far as its normal form has them."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    whole, kept, text = name_key(folded), [], ""
    for word in compiled("[a-z0-9]+").findall(folded.replace(".", "")):
        if whole.startswith(text + word):
            text += word
            kept.append(word)
    return kept


def _bracketed(name: str) -> tuple[frozenset[str], str]:
    """The places that stand in brackets in a name, and the name without them."""
    if not compiled("[(（]").search(name):
        return frozenset(), name
    places: list[str] = []

    def take(found: Any) -> str:
        place = _place(found[1])
        if place:
            places.append(place)
            return ""
        return str(found[0])

    rest = compiled(r"[(（]([^()（）]{1,20})[)）]").sub(take, name)
    return (frozenset(places), rest) if rest.strip() else (frozenset(), name)


def _place(text: str) -> str:
    word = "".join(text.casefold().split())
    word = word[:-1] if len(word) > 2 and word[-1] in "省市" else word
    return word if word in PLACES else ""


def _by(words: Iterable[str], place: slice) -> dict[str, list[str]]:
    """Words by their beginning or end, the longest first."""
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        found.setdefault(word[place], []).append(word)
    return found


_PLACES_BY_HEAD = _by(PLACES, slice(0, 2))
_TRADES_BY_END = _by(TRADES, slice(-1, None))
_FEWEST_LEFT = 2  # characters of a name


def _leading_places(key: str) -> tuple[frozenset[str], str]:
    """The places that a name begins with, as long as two characters are left, and the rest."""
    places: list[str] = []
    while True:
        for place in _PLACES_BY_HEAD.get(key[:2], ()):
            if key.startswith(place) and len(key) - len(place) >= _FEWEST_LEFT:
                places.append(place)
                key = key[len(place) :]
                if key[0] in "省市" and len(key) > _FEWEST_LEFT:
                    key = key[1:]
                break
        else:
            return frozenset(places), key


def _without_trades(core: str) -> str:
    """A name without the lines of business it ends with, as long as two characters are left."""
    while True:
        for trade in _TRADES_BY_END.get(core[-1:], ()):
            if core.endswith(trade) and len(core) - len(trade) >= _FEWEST_LEFT:
                core = core[: -len(trade)]
                break
        else:
            return core


@lru_cache(maxsize=20_000)
def pairs(text: str) -> frozenset[str]:
    """The overlapping pairs of characters of a text."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def dice(one: str, other: str) -> float:
    """How alike two texts are, by the share of their pairs of characters that both have; 0–1."""
    ours, theirs = pairs(one), pairs(other)
    whole = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / whole if whole else 0.0


@lru_cache(maxsize=20_000)
def spoken(brand: str) -> frozenset[str]:
    """How a Chinese brand may be spoken, without tones; nothing for other ones."""
    if brand.isascii():
        return frozenset()
    return frozenset(" ".join(reading) for reading in readings(brand) if all(reading))


def sounds_alike(one: str, other: str) -> bool:
    """True when one character of two brands differs, and both may be spoken the same: 华夏, 华厦."""
    if len(one) != len(other) or sum(map(str.__ne__, one, other)) != 1:
        return False
    return not spoken(one).isdisjoint(spoken(other))


def is_near(one: Name, other: Name) -> bool:
    """True for names of which the brands are nearly alike, and the whole; or Latin ones that differ in a letter or two."""
    if min(len(one.brand), len(other.brand)) < SHORTEST_NEAR:
        return False
    if dice(one.brand, other.brand) >= NEAR:
        return dice(one.core, other.core) >= NEAR
    # A line of business that is misspelt is taken for a part of the brand.
    begins = one.brand.startswith(other.brand) or other.brand.startswith(one.brand)
    is_latin = one.core.isascii() and other.core.isascii()
    return begins and is_latin and dice(one.core, other.core) >= NEAR_WHOLE


def _may_lie_together(one: Name, other: Name) -> bool:
    return (
        not one.places
        or not other.places
        or one.places <= other.places
        or other.places <= one.places
    )


def _relation(one: Name, other: Name) -> tuple[str, float]:
    """In what two names are alike, and how much that says; ('', 0) when they are not."""
    if one.key == other.key:
        return "name", _SAME["name"]
    if one.plain == other.plain:
        return "characters", _SAME["characters"]
    together = _may_lie_together(one, other)
    if one.core == other.core:
        return "place", _SAME["place"] if together else _OTHER_PLACE
    if not together:
        return "", 0.0
    if one.brand == other.brand:
        return "brand", _SAME["brand"] if len(one.brand) >= SHORTEST_NEAR else _TINY_BRAND
    if is_near(one, other):
        share = (dice(one.core, other.core) - NEAR) / (1 - NEAR)
        return "near name", _NEAR_LEAST + _NEAR_RANGE * share
    if (one.places, one.trade) == (other.places, other.trade) and sounds_alike(
        one.brand, other.brand
    ):
        return "sound", _SAME["sound"]
    return "", 0.0


# --- customers ---


class Known(NamedTuple):
    """A customer as far as it is compared. `points` are those phones, e-mails and WeChats that another one has, too, each
    as its kind and normal form; `short_key` is the normal form of its short name."""

    key: int
    kind: str
    name: Name
    short_key: str | None
    city: str | None
    uscc: str
    external_id: str | None
    points: frozenset[tuple[str, str]]


class Verdict(NamedTuple):
    """How likely two customers are one, from 0 to 1, and why."""

    score: float
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        """False for a maybe."""
        return self.score >= LIKELY


def judge(one: Known, other: Known, holders: Mapping[tuple[str, str], int]) -> Verdict | None:
    """What is to be said about two customers; None when they are not worth a look.

    `holders` says how many customers have a phone, an e-mail, a WeChat. Two credit codes or two external ids are two
    customers, unless they are called the same and share a number as well, or share the other one of both.
    """
    reasons: list[str] = []
    against = 1.0
    has_one_code = bool(one.uscc) and one.uscc == other.uscc
    if has_one_code:
        reasons.append("credit code")
        against *= 1 - _CODE
    relation, weight = _names(one, other)
    if relation:
        reasons.append(relation)
    shared = 0.0
    for kind, says in _POINTS.items():
        common = [holders[point] for point in one.points & other.points if point[0] == kind]
        common = [number for number in common if number <= MOST_HOLDERS]
        if common:
            reasons.append(kind)
            weighed = says * min(1, _FEW_HOLDERS / min(common))
            shared = max(shared, weighed)
            against *= 1 - weighed
    if _whereabouts(one) & _whereabouts(other):
        if weight >= LEAST:
            reasons.append("city")
            against *= 1 - _CITY
    elif one.city and other.city:
        weight *= _OTHER_CITY
    score = 1 - against * (1 - weight)
    other_code = bool(one.uscc and other.uscc) and not has_one_code
    other_number = bool(
        one.external_id and other.external_id and one.external_id != other.external_id
    )
    is_strong = has_one_code or (relation in _ONE_NAME and shared > 0)
    if (other_code or other_number) and not is_strong:
        return None
    if other_number:
        score *= _OTHER_NUMBER
    if other_code:
        score = min(score, _OTHER_CODE_AT_MOST)
    score = round(score, 2)
    return Verdict(score, tuple(reasons)) if score >= LEAST else None


def _whereabouts(one: Known) -> frozenset[str]:
    """Its city, and the places in its name."""
    return one.name.places | ({one.city.removesuffix("市")} if one.city else set())


def _names(one: Known, other: Known) -> tuple[str, float]:
    relation, weight = _relation(one.name, other.name)
    shorts = {one.short_key, other.short_key} - {None}
    if weight < _SAME["short name"] and shorts:
        ours, theirs = {one.name.key, one.short_key}, {other.name.key, other.short_key}
        if shorts & ours & theirs:
            relation, weight = "short name", _SAME["short name"]
    if "person" in (one.kind, other.kind):
        weight *= _PERSON
    return relation, weight


# --- what is listed ---


class Pair(NamedTuple):
    """Two customers by their keys, the older one first, and what is to be said about them."""

    one: int
    other: int
    verdict: Verdict


def worth_listing(found: Iterable[Pair]) -> list[Pair]:
    """The pairs, the likeliest first, less those that surer ones connect already: of three alike two pairs."""
    ordered = sorted(found, key=lambda pair: (-pair.verdict.score, pair.one, pair.other))
    leads: dict[int, int] = {}

    def root(key: int) -> int:
        while key in leads:
            leads[key] = leads.get(leads[key], leads[key])
            key = leads[key]
        return key

    listed = []
    for pair in ordered:
        ours, theirs = root(pair.one), root(pair.other)
        if ours != theirs:
            leads[theirs] = ours
            listed.append(pair)
    return listed


# --- which pairs are worth judging ---

_MOST_PAIRED = 8
"""Of a group that is alike in something, up to so many are judged each with each."""

_ROUNDING = 1e-9
_FEWEST = 2  # tokens that two texts have in common at least
_MOST_COMPARED = 30
_MOST_NEAR = 10


def paired(group: Sequence[int]) -> Iterable[tuple[int, int]]:
    """The pairs of a group that are judged: all of a small one, of a large one the first with each and each with the next."""
    keys = sorted(group)
    if len(keys) <= _MOST_PAIRED:
        return combinations(keys, 2)
    first, *others = keys
    return [*((first, other) for other in others), *pairwise(others)]


def near_texts(texts: Collection[str], share: float = NEAR) -> list[tuple[str, str]]:
    """The pairs of different texts that are nearly alike, `share` being 0.6 at least: found by what is rarest in them.

    Two sets of two tokens and more that have such a share in common have two tokens in common, and two of the rarest of
    each (prefix filtering), so that only such are compared. What is common to very many is left out, and so is a text
    that many others are near to: they are numbered, or made of the same few words.
    """
    tokens_of = {text: pairs(text) for text in sorted(texts) if len(text) >= SHORTEST_NEAR}
    counts = Counter(token for tokens in tokens_of.values() for token in tokens)
    holding: dict[tuple[str, ...], list[str]] = {}
    near: dict[str, list[str]] = {}
    for text, tokens in tokens_of.items():
        candidates: dict[str, None] = {}
        for key in _rarest(tokens, counts, share):
            there = holding.setdefault(key, [])
            if len(there) < _MOST_COMPARED:
                candidates |= dict.fromkeys(there)
                there.append(text)
        for other in candidates:
            theirs = tokens_of[other]
            if 2 * len(tokens & theirs) >= share * (len(tokens) + len(theirs)) - _ROUNDING:
                near.setdefault(text, []).append(other)
                near.setdefault(other, []).append(text)
    lone = {text for text, others in near.items() if len(others) <= _MOST_NEAR}
    return sorted(
        (text, other) for text in lone for other in near[text] if other in lone and text < other
    )


def _rarest(
    tokens: Collection[str], counts: Mapping[str, int], share: float
) -> Iterable[tuple[str, ...]]:
    """Every two of the rarest tokens of a text; of 瑞瑞瑞, which has but one, and of those who may be near to it, each."""
    shared = sorted(token for token in tokens if counts[token] > 1)
    if len(tokens) <= _FEWEST:
        yield from ((token,) for token in shared)
    least = max(_FEWEST, ceil(len(tokens) * share / (2 - share) - _ROUNDING))
    alone = len(tokens) - len(shared)  # the rarest of all
    shared.sort(key=counts.__getitem__)
    yield from combinations(shared[: max(0, len(tokens) - least + _FEWEST - alone)], _FEWEST)
