"""What is made of many values at once is what is made of each (DESIGN §2)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.identity import name_key, name_keys
from crmcli.rules.many_texts import laid_texts
from crmcli.rules.pinyin import SIGNS, initials, only_sounds, readings
from crmcli.rules.searching import NAME, PROSE, laid, sounds
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
            signs = [SIGNS[syllable] for syllable in reading]
            assert made == (f" {' '.join(signs)} ", " ".join(initials(reading).upper()))
            assert made == sounds([(name, False)])


def test_sounds_of_plain_names() -> None:
    assert only_sounds(["华东捷供", "Acme", "重庆"]) == [
        (f" {' '.join(SIGNS[one] for one in ('hua', 'dong', 'jie', 'gong'))} ", "H D J G"),
        None,
        None,
    ]
