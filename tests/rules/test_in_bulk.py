"""What is made of many values at once is what is made of each (DESIGN §2)."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.identity import name_key, name_keys
from crmcli.rules.many_texts import chinese_alone, laid_texts
from crmcli.rules.pinyin import SIGNS, many_sounds
from crmcli.rules.searching import NAME, PROSE, laid, sounds
from crmcli.rules.syllables import OTHERS, SURNAMES, WORDS
from tests.support import heavy

_LETTERS, _CHINESE, _SIGNS = "abcXYZ019", "华东精工上海有限公司", "，。！ -_.@,;\n\t'"
_STRANGE = "éÀｆ１ﬁ𠮷☃ßİ\0\1"
_TEXTS = st.one_of(
    *(
        st.text("".join(signs), max_size=90)
        for signs in (
            [_LETTERS], [_CHINESE], [_SIGNS], [_LETTERS, "@.-"], [_LETTERS, _CHINESE], [_LETTERS, _CHINESE, _SIGNS],
            [_LETTERS, _CHINESE, _SIGNS, _STRANGE],
        )
    )
)  # fmt: skip
_UNSPOKEN = re.compile("[^\u4e00-\u9fff]")
_IN_SEVERAL_WAYS = "".join(
    sorted(
        {
            *"华东精工",
            *"行重长单仇",
            *list(OTHERS)[:60],
            *"".join(list(SURNAMES)[:20] + list(WORDS)[:20]),
        }
    )
)
_NAMES = st.lists(
    st.sampled_from(
        ["华", "东", "重庆", "长乐", "单", "集团", "分", "总", "公司", "有限公司", "股份有限公司", "有限责任公司", "合伙", "普通合伙", "Acme",
         " Co., Ltd.", "(上海)", "A1"]
    ),
    min_size=1,
    max_size=5,
).map("".join)  # fmt: skip


@settings(max_examples=heavy(200))
@given(st.lists(st.one_of(st.none(), _TEXTS), max_size=20), st.sampled_from([NAME, PROSE]))
def test_forms(texts: list[str | None], divider: str) -> None:
    assert laid_texts(texts, divider) == [laid(text, divider) if text else None for text in texts]


@given(
    st.lists(
        st.sampled_from([_LETTERS, _CHINESE]).flatmap(lambda signs: st.text(signs, min_size=1)),
        max_size=9,
    ),
    st.sampled_from([NAME, PROSE]),
)
def test_forms_of_plain_columns(texts: list[str], divider: str) -> None:
    assert laid_texts(texts, divider) == [laid(text, divider) for text in texts]


@given(st.lists(st.one_of(_TEXTS, st.text(_CHINESE, min_size=1)), max_size=9))
def test_chinese_alone(texts: list[str]) -> None:
    assert chinese_alone(texts) == [bool(text) and not _UNSPOKEN.search(text) for text in texts]


@settings(max_examples=heavy(200))
@given(st.lists(_NAMES, min_size=1, max_size=20))
def test_names(names: list[str]) -> None:
    assert name_keys(names) == list(map(name_key, names))


@settings(max_examples=heavy(200))
@given(st.lists(_NAMES, min_size=1, max_size=20))
def test_sounds(names: list[str]) -> None:
    """Of a name that is not Chinese throughout nothing is said."""
    for name, made in zip(names, many_sounds(names), strict=True):
        assert made == (None if _UNSPOKEN.search(name) else sounds([(name, False)]))


@settings(max_examples=heavy(300))
@given(st.lists(st.text(_IN_SEVERAL_WAYS, min_size=1, max_size=9), min_size=1, max_size=9))
def test_sounds_in_several_ways(names: list[str]) -> None:
    assert many_sounds(names) == [sounds([(name, False)]) for name in names]


def test_sounds_of_what_begins_alike() -> None:
    """How 行 is spoken is decided by what stands behind it."""
    names = ["银行", "银行长", "行长", "行业", "行", "重庆银行", "长行重"]
    assert many_sounds(names) == [sounds([(name, False)]) for name in names]


def test_sounds_of_plain_names() -> None:
    assert many_sounds(["华东捷供", "Acme", "重庆"]) == [
        (f" {' '.join(SIGNS[one] for one in ('hua', 'dong', 'jie', 'gong'))} ", "H D J G"),
        None,
        sounds([("重庆", False)]),
    ]
