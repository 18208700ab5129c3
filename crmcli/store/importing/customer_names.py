"""What the names of a page of new customers are found by: what `search.of_customer` makes of one, of many at once (DESIGN §2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, repeat
from typing import Any

from crmcli.rules.many_texts import chinese_alone, chinese_names, other_names
from crmcli.rules.pinyin import many_sounds
from crmcli.rules.searching import BREAK, sounds
from crmcli.store import search
from crmcli.store.importing.bulk import Sparse
from crmcli.store.importing.paging import Column

_Named = tuple[str | None, str | None, str | None]
_Sounds = tuple[str | None, str | None]


def found_by_name(columns: Mapping[str, Column], count: int) -> tuple[Column, Column, Column]:
    """What `count` customers are found by as they are called: their names, syllables and first letters."""
    short, kinds = columns.get("short_name", ()), columns["kind"]
    names = [columns["name"], columns["name_key"], short if any(short) else [None] * count]
    if "person" not in kinds:
        made = _many_names(*names)
    else:
        are_people = [kind == "person" for kind in kinds]
        people = zip(*(compress(each, are_people) for each in names), strict=True)
        made = _apart(
            are_people,
            [_name_of_person(*one) for one in people],
            lambda chosen: _many_names(*(list(compress(each, chosen)) for each in names)),
        )
    found, spoken, letters = zip(*made, strict=True)
    return found, spoken, letters


def _apart(
    are_one: Sequence[bool], ones: Iterable[Any], others: Callable[[list[bool]], Iterable[Any]]
) -> list[Any]:
    """What was made of those of one kind, and what `others` makes of the rest of them, in their order."""
    if all(are_one):
        return list(ones)
    of = {True: iter(ones), False: iter(others([not is_one for is_one in are_one]))}
    return [next(of[is_one]) for is_one in are_one]


def _name_of_person(name: str, key: str, short: str | None) -> _Named:
    row = Sparse(name=name, name_key=key, short_name=short, kind="person")
    return search.of_customer(row, (), (), ())[:3]


def _many_names(names: Column, keys: Column, shorts: Column) -> list[_Named]:
    """What companies are found by."""
    if not any(shorts):
        return _without_short_names(names, keys)
    have_none = [not short for short in shorts]
    plain = (list(compress(each, have_none)) for each in (names, keys))
    return _apart(
        have_none,
        _without_short_names(*plain),
        lambda chosen: _with_short_names(
            *(list(compress(each, chosen)) for each in (names, keys, shorts))
        ),
    )


def _without_short_names(names: Column, keys: Column) -> list[_Named]:
    are_chinese = chinese_alone(names)
    chosen, forms = (list(compress(column, are_chinese)) for column in (names, keys))

    def others(chosen: list[bool]) -> list[_Named]:
        names_of, forms_of = (list(compress(column, chosen)) for column in (names, keys))
        return _with_sounds(other_names(names_of, forms_of), forms_of, repeat(None))

    return _apart(
        are_chinese, _with_sounds(chinese_names(chosen), forms, many_sounds(forms)), others
    )


def _with_short_names(names: Column, keys: Column, shorts: Column) -> list[_Named]:
    spoken = zip(keys, shorts, _sounds_of_many(keys), _sounds_of_many(shorts), strict=True)
    sounds_of = [_spoken_by_both(*one) for one in spoken]
    found = other_names(names, keys, shorts)
    return [(name, *said) for name, said in zip(found, sounds_of, strict=True)]


def _sounds_of_many(names: Sequence[str]) -> list[_Sounds | None]:
    """How names are spoken; None of those that have to be looked at by themselves."""
    are_chinese = chinese_alone(names)
    spoken = many_sounds(list(compress(names, are_chinese)))

    def others(chosen: list[bool]) -> list[_Sounds | None]:
        return [(None, None) if name.isascii() else None for name in compress(names, chosen)]

    return _apart(are_chinese, spoken, others)


def _spoken_by_both(key: str, short: str, of_key: _Sounds | None, of_short: _Sounds | None) -> _Sounds:  # fmt: skip
    """As `searching.sounds` puts together how a name and a short name are spoken."""
    if of_key is None or of_short is None:
        return sounds([(name, False) for name in dict.fromkeys((key, short))])
    if key == short or of_short[0] is None:
        return of_key
    if of_key[0] is None:
        return of_short
    letters = [*str(of_key[1]).split(_OR), *str(of_short[1]).split(_OR)]
    return f"{of_key[0]}{BREAK}{of_short[0]}", _OR.join(dict.fromkeys(letters))


_OR = f" {BREAK} "


def _with_sounds(
    found: Sequence[str | None],
    keys: Sequence[str],
    spoken: Iterable[_Sounds | None],
) -> list[_Named]:
    """`spoken` is how the keys are, as far as that is known already."""
    return [
        (name, *(said or ((None, None) if key.isascii() else sounds([(key, False)]))))
        for name, key, said in zip(found, keys, spoken, strict=False)
    ]
