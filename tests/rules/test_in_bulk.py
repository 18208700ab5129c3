"""What is made of many values at once is what is made of each (DESIGN §2)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.identity import name_key, name_keys
from crmcli.rules.many_terms import terms_of_many
from crmcli.rules.pinyin import initials, only_sounds, readings
from crmcli.rules.searching import terms
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
_NAMES = st.lists(
    st.sampled_from(
        ["华", "东", "重庆", "长乐", "单", "集团", "分", "总", "公司", "有限公司", "股份有限公司", "有限责任公司", "合伙", "普通合伙", "Acme",
         " Co., Ltd.", "(上海)", "A1"]
    ),
    min_size=1,
    max_size=5,
).map("".join)  # fmt: skip


@settings(max_examples=heavy(200))
@given(st.lists(st.one_of(st.none(), _TEXTS), max_size=20))
def test_terms(texts: list[str | None]) -> None:
    assert terms_of_many(texts) == [terms(text) if text else None for text in texts]


@given(
    st.lists(
        st.sampled_from([_LETTERS, _CHINESE]).flatmap(lambda signs: st.text(signs, min_size=1)),
        max_size=9,
    )
)
def test_terms_of_plain_columns(texts: list[str]) -> None:
    assert terms_of_many(texts) == list(map(terms, texts))


@settings(max_examples=heavy(200))
@given(st.lists(_NAMES, min_size=1, max_size=20))
def test_names(names: list[str]) -> None:
    assert name_keys(names) == list(map(name_key, names))


@settings(max_examples=heavy(200))
@given(st.lists(_NAMES, min_size=1, max_size=20))
def test_sounds(names: list[str]) -> None:
    """Of a name that may be spoken in several ways nothing is said, nor of one that is not Chinese throughout."""
    for name, made in zip(names, only_sounds(names), strict=True):
        if made:
            (reading,) = readings(name)
            assert made == (" ".join(reading), " ".join(initials(reading)))


def test_sounds_of_plain_names() -> None:
    assert only_sounds(["华东捷供", "Acme", "重庆"]) == [
        ("hua dong jie gong", "h d j g"),
        None,
        None,
    ]
