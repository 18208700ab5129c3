"""Which texts read alike: by the words and pairs of characters they share, rare ones counting more (HANDBOOK §4).

English words are compared by their stems, a run of Chinese by its overlapping pairs; words that say nothing are left out.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from crmcli.rules.identity import compiled
from crmcli.rules.searching import normal

MOST_SCRAPS = 40
"""So many scraps of a text are compared: what it is about stands at its beginning."""

ALIKE = 0.4
"""Alike are texts of which this share, by weight, is the same."""

_RUNS = r"[a-z0-9]+|[^\W_a-z0-9]+"
_ENDINGS = ("ings", "ing", "edly", "ed", "ers", "er", "es", "s")
_SHORTEST_STEM = 3
_SAY_NOTHING = frozenset(
    [
        "a",
        "about",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "more",
        "my",
        "need",
        "no",
        "not",
        "now",
        "of",
        "off",
        "on",
        "or",
        "our",
        "please",
        "since",
        "so",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "too",
        "up",
        "us",
        "very",
        "want",
        "was",
        "we",
        "were",
        "what",
        "when",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "我们",
        "你们",
        "他们",
        "客户",
        "希望",
        "需要",
        "可以",
        "能否",
        "请问",
        "怎么",
        "如何",
        "一个",
        "这个",
        "那个",
        "什么",
        "没有",
        "问题",
    ]
)


def scraps(text: str) -> list[str]:
    """The stems and pairs of characters of a text, each once, in their order; at most `MOST_SCRAPS`."""
    found: dict[str, None] = {}
    for run in compiled(_RUNS).findall(normal(text)):
        parts = [_stem(run)] if run.isascii() else _pairs(run)
        found |= dict.fromkeys(part for part in parts if part and part not in _SAY_NOTHING)
    return list(found)[:MOST_SCRAPS]


def _stem(word: str) -> str:
    """An English word without its ending; '' for one that says nothing."""
    if word in _SAY_NOTHING or len(word) < 2:
        return ""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word.removesuffix(ending)
            # jamming → jam
            return stem[:-1] if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] else stem
    return word


def _pairs(run: str) -> Sequence[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def most_alike(holders: Mapping[str, Collection[int]], titles: Mapping[int, str]) -> list[int]:
    """The keys of the texts with these `titles` that read like what is asked, the most alike first, then the newest.

    `holders` says of each scrap that is asked for which texts hold it. A text is alike when it holds half of what is asked
    for, or when half of its title is asked for; one scrap in common is enough only where there are no two.
    """
    weights = {scrap: 1 / (1 + math.log2(max(1, len(keys)))) for scrap, keys in holders.items()}
    whole = sum(weights.values())
    scores = {}
    for key, title in titles.items():
        shared = [scrap for scrap, keys in holders.items() if key in keys]
        of_title = scraps(title)
        in_title = sum(scrap in weights for scrap in of_title)
        if len(shared) < min(2, len(weights)) and not 0 < len(of_title) == in_title:
            continue
        score = max(
            sum(weights[scrap] for scrap in shared) / whole if whole else 0,
            in_title / len(of_title) if of_title else 0,
        )
        if score >= ALIKE:
            scores[key] = score
    return sorted(scores, key=lambda key: (-scores[key], -key))
