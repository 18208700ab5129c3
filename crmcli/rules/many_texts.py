"""The form in which the search index keeps many texts: that of `searching`, of a whole column at once (DESIGN §2).

A text costs a dozen objects when it is laid by itself. Here a column is one string, which the interpreter's own loops
change: that costs a tenth.
"""

from collections.abc import Iterable, Sequence

from crmcli.rules.identity import compiled
from crmcli.rules.searching import NAME, PLAIN, PLAIN_RUNS, PROSE, laid, run_form

_BETWEEN = "\0"
"""Stands between texts; none holds it but one that is not plain."""
_DIVIDING = bytes(code if code == 0 or chr(code).isalnum() else 32 for code in range(128)) + bytes(
    128
)
_CHINESE_ONLY = f"[\u4e00-\u9fff{_BETWEEN}]+"


def laid_texts(texts: Sequence[str | None], divider: str = PROSE) -> list[str | None]:
    """Each of many texts as `searching.laid` lays it; None where there is no text, '' where it says nothing."""
    there = [text for text in texts if text]
    if not there:
        return [None] * len(texts)
    made = _laid_of_any(there, divider)
    if len(made) == len(texts):
        return [*made]
    rest = iter(made)
    return [next(rest) if text else None for text in texts]


def _laid_of_any(texts: Sequence[str], divider: str) -> list[str]:
    """Columns of one kind are laid at once, others kind by kind, and what is not plain by itself."""
    whole = _BETWEEN.join(texts)
    if whole.count(_BETWEEN) >= len(texts):
        return [laid(text, divider) for text in texts]
    if whole.isascii():
        return _laid_of_ascii(texts, whole, divider)
    if compiled(_CHINESE_ONLY).fullmatch(whole):
        return divider.join(whole).split(f"{divider}{_BETWEEN}{divider}")
    ascii_texts = [text for text in texts if text.isascii()]
    others = [text for text in texts if not text.isascii()]
    if not ascii_texts:
        return _laid_of_mixed(others, divider)
    of_ascii = iter(_laid_of_any(ascii_texts, divider))
    of_others = iter(_laid_of_any(others, divider))
    return [next(of_ascii) if text.isascii() else next(of_others) for text in texts]


def _laid_of_ascii(texts: Sequence[str], whole: str, divider: str) -> list[str]:
    runs = whole.upper() if divider == NAME else whole.lower()
    if runs.replace(_BETWEEN, "").isalnum():
        return runs.split(_BETWEEN)
    divided = runs.encode().translate(_DIVIDING).decode().replace(_BETWEEN, f" {_BETWEEN} ")
    return _put_together(divided.split(), texts, divider)


def _laid_of_mixed(texts: Sequence[str], divider: str) -> list[str]:
    """Texts of Chinese, digits and signs."""
    whole = _BETWEEN.join(texts).lower()
    if not compiled(PLAIN).fullmatch(whole):
        return [laid(text, divider) for text in texts]
    runs = compiled(f"{PLAIN_RUNS}|{_BETWEEN}").findall(whole)
    forms = {run: run_form(run, divider) for run in set(runs) - {_BETWEEN}}
    forms[_BETWEEN] = _BETWEEN
    return _put_together(map(forms.__getitem__, runs), texts, divider)


def _put_together(forms: Iterable[str], texts: Sequence[str], divider: str) -> list[str]:
    twice = divider * 2
    joined = twice.join(forms).replace(f"{twice}{_BETWEEN}{twice}", _BETWEEN)
    made = joined.split(_BETWEEN)
    if len(made) != len(texts) or "" in made or divider in (joined[:1], joined[-1:]):
        return [laid(text, divider) for text in texts]  # some are of signs alone
    return made
