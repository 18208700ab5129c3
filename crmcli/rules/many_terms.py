"""What many texts are found by: the terms of `searching`, cut for a whole column at once (DESIGN §2).

A text costs a dozen objects when it is cut by itself. Here all runs of a column lie in one string, which is laid over
itself shifted by one sign, and by two: that is done by the interpreter's own loops, and costs a tenth.
"""

import sys
from array import array
from collections.abc import Sequence

from crmcli.rules.identity import compiled
from crmcli.rules.searching import PLAIN, PLAIN_RUNS, terms

_BETWEEN = "\0"
"""Stands between texts; none holds it but one that is not plain."""
_WITHIN = "\1"
"""Stands between the runs of one."""
_DIVIDING = bytes(code if code == 0 or chr(code).isalnum() else 32 for code in range(128)) + bytes(
    128
)
_WIDE = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_CHINESE_ONLY = f"[\u4e00-\u9fff{_BETWEEN}]+"


def terms_of_many(texts: Sequence[str | None]) -> list[str | None]:
    """The terms of each of many texts, as `searching.terms` cuts them; None where there is no text."""
    there = [text for text in texts if text]
    if not there:
        return [None] * len(texts)
    made = _terms_of_any(there)
    if len(made) == len(texts):
        return [*made]
    rest = iter(made)
    return [next(rest) if text else None for text in texts]


def _terms_of_any(texts: Sequence[str]) -> list[str]:
    """Columns of one kind are cut at once, others kind by kind, and what is not plain by itself."""
    whole = _BETWEEN.join(texts)
    if whole.count(_BETWEEN) >= len(texts):
        return list(map(terms, texts))
    if whole.isascii():
        return _terms_of_ascii(texts, whole)
    if compiled(_CHINESE_ONLY).fullmatch(whole):
        return _pairs(whole)
    ascii_texts = [text for text in texts if text.isascii()]
    others = [text for text in texts if not text.isascii()]
    if not ascii_texts:
        return _terms_of_mixed(others)
    cut_ascii, cut_others = iter(_terms_of_any(ascii_texts)), iter(_terms_of_any(others))
    return [next(cut_ascii) if text.isascii() else next(cut_others) for text in texts]


def _terms_of_ascii(texts: Sequence[str], whole: str) -> list[str]:
    runs = whole.lower()
    if not runs.replace(_BETWEEN, "").isalnum():
        divided = runs.encode().translate(_DIVIDING).decode().replace(_BETWEEN, f" {_BETWEEN} ")
        runs = " ".join(divided.split()).replace(f" {_BETWEEN} ", _BETWEEN)
        if _BETWEEN * 2 in runs or runs[:1] == _BETWEEN or runs[-1:] in ("", _BETWEEN):
            return list(map(terms, texts))  # some are of signs alone
    return _triples(runs)


def _terms_of_mixed(texts: Sequence[str]) -> list[str]:
    """Texts of Chinese, digits and signs: their runs are cut, once each, and put together again."""
    whole = _BETWEEN.join(texts).lower()
    if not compiled(PLAIN).fullmatch(whole):
        return list(map(terms, texts))
    runs = compiled(f"{PLAIN_RUNS}|{_BETWEEN}").findall(whole)
    latin: list[str] = []
    chinese: list[str] = []
    for run in set(runs) - {_BETWEEN}:
        (latin if run.isascii() else chinese).append(run)
    cut = {_BETWEEN: _BETWEEN}
    if latin:
        cut.update(zip(latin, _triples(_BETWEEN.join(latin)), strict=True))
    if chinese:
        cut.update(zip(chinese, _pairs(_BETWEEN.join(chinese)), strict=True))
    made = [one.strip(" ") for one in " ".join(map(cut.__getitem__, runs)).split(_BETWEEN)]
    if "" in made:  # of signs alone
        return [one or terms(text) for one, text in zip(made, texts, strict=True)]
    return made


def _pairs(runs: str) -> list[str]:
    """The terms of runs of Chinese: `华东精工` becomes `华东 东精 精工 工`."""
    signs = array("H", f"{runs}{_BETWEEN}".encode(_WIDE))
    laid = array("H", " ".encode(_WIDE)) * (3 * len(signs) - 3)
    laid[0::3], laid[1::3] = signs[:-1], signs[1:]
    # Before each of the texts but the first there is a pair too many, which begins in between: `工␀`, `␀华`.
    made = compiled(f"{_BETWEEN} {_BETWEEN}. ").sub(_BETWEEN, laid.tobytes().decode(_WIDE))
    return made[:-2].split(_BETWEEN)


def _triples(runs: str) -> list[str]:
    """The terms of small letters and digits: `acme` becomes `acm cme me e`; a text may hold several runs, with spaces."""
    text_end, run_end = _BETWEEN * 2, _WITHIN * 2
    wide = runs.replace(_BETWEEN, text_end).replace(" ", run_end) + text_end
    signs = wide.encode()
    laid = bytearray(b" ") * (4 * len(signs) - 8)
    laid[0::4], laid[1::4], laid[2::4] = signs[:-2], signs[1:-1], signs[2:]
    # As with pairs, but two are too many, and those before them are cut short: `me␀`, `e␀␀`, `␀␀n`, `␀ne`.
    made = compiled(f"{text_end} {text_end}. {_BETWEEN}.. ").sub("\n", laid.decode())
    if _WITHIN in made:
        made = compiled(f"{run_end} {run_end}. {_WITHIN}.. ").sub(" ", made).replace(_WITHIN, "")
    return made[:-3].replace(_BETWEEN, "").split("\n")
