"""The form in which the search index keeps many texts: that of `searching`, of a whole column at once (DESIGN §2).

A text costs a dozen objects when it is laid by itself. Here a column is one string, which the interpreter's own loops
change: that costs a tenth.
"""

from collections.abc import Iterable, Sequence

from crmcli.rules.identity import compiled
from crmcli.rules.searching import (
    ASCII_FORMS,
    BETWEEN,
    NAME,
    PLAIN,
    PLAIN_RUNS,
    PROSE,
    laid,
    run_form,
    whole,
)

_CHINESE = "[\u4e00-\u9fff]+"
_CHINESE_ONLY = f"[\u4e00-\u9fff{BETWEEN}]+"


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


def chinese_alone(texts: Sequence[str]) -> list[bool]:
    """Which of many texts are Chinese characters and nothing else."""
    if all(texts) and compiled(_CHINESE).fullmatch("".join(texts)):
        return [True] * len(texts)
    return [match is not None for match in map(compiled(_CHINESE).fullmatch, texts)]


def chinese_names(names: Sequence[str]) -> list[str]:
    """What names of Chinese characters and nothing else are found by, each as `searching.whole` makes it of one."""
    laid_out = NAME.join(BETWEEN.join(names))
    return f"{NAME}{laid_out}{NAME}".split(BETWEEN) if names else []


def other_names(
    names: Sequence[str], keys: Sequence[str], shorts: Sequence[str] | None = None
) -> list[str | None]:
    """The same of names of another kind, each with its short name and its normal form where that is no part of it."""
    others = [None if key in name.lower() else key for name, key in zip(names, keys, strict=True)]
    columns = [names, shorts, others] if shorts is not None else [names, others]
    laid_out = [laid_texts(column, NAME) for column in columns if any(column)]
    return [whole(some, NAME) for some in zip(*laid_out, strict=True)]


def _laid_of_any(texts: Sequence[str], divider: str) -> list[str]:
    """Columns of one kind are laid at once, others kind by kind, and what is not plain by itself."""
    whole = BETWEEN.join(texts)
    if whole.count(BETWEEN) >= len(texts):
        return [laid(text, divider) for text in texts]
    if whole.isascii():
        return _laid_of_ascii(texts, whole, divider)
    if compiled(_CHINESE_ONLY).fullmatch(whole):
        return divider.join(whole).split(f"{divider}{BETWEEN}{divider}")
    ascii_texts = [text for text in texts if text.isascii()]
    others = [text for text in texts if not text.isascii()]
    if not ascii_texts:
        return _laid_of_mixed(others, divider)
    of_ascii = iter(_laid_of_any(ascii_texts, divider))
    of_others = iter(_laid_of_any(others, divider))
    return [next(of_ascii) if text.isascii() else next(of_others) for text in texts]


def _laid_of_ascii(texts: Sequence[str], whole: str, divider: str) -> list[str]:
    forms = whole.translate(ASCII_FORMS[divider])
    if " " not in forms:
        return forms.split(BETWEEN)
    return _put_together(forms.replace(BETWEEN, f" {BETWEEN} ").split(), texts, divider)


def _laid_of_mixed(texts: Sequence[str], divider: str) -> list[str]:
    """Texts of Chinese, digits and signs."""
    whole = BETWEEN.join(texts).lower()
    if not compiled(PLAIN).fullmatch(whole):
        return [laid(text, divider) for text in texts]
    runs = compiled(f"{PLAIN_RUNS}|{BETWEEN}").findall(whole)
    forms = {run: run_form(run, divider) for run in set(runs) - {BETWEEN}}
    forms[BETWEEN] = BETWEEN
    return _put_together(map(forms.__getitem__, runs), texts, divider)


def _put_together(forms: Iterable[str], texts: Sequence[str], divider: str) -> list[str]:
    twice = divider * 2
    joined = twice.join(forms).replace(f"{twice}{BETWEEN}{twice}", BETWEEN)
    made = joined.split(BETWEEN)
    if len(made) != len(texts) or "" in made or divider in (joined[:1], joined[-1:]):
        return [laid(text, divider) for text in texts]  # some are of signs alone
    return made
