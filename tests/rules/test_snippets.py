"""The stretch of a text that shows why it was found: tables and properties (CLI.md, `find`)."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.masking import mask_numbers, traced
from crmcli.rules.pinyin import spoken_at
from crmcli.rules.snippets import Excerpt, digits_at, excerpt, holds
from tests.support import heavy

LONG = "一二三四五六七八九十" * 5


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("they want samples", "sam", ("they want ", "sam", "ples")),
        ("they want samples", "SAM", ("they want ", "sam", "ples")),
        ("they want samples", "ｓａｍ", ("they want ", "sam", "ples")),
        ("他们要樣品", "样品", ("他们要", "樣品", "")),
        ("他们要样品", "樣品", ("他们要", "样品", "")),
        ("雲裡", "云里", ("", "雲裡", "")),
        ("two\n lines  of it", "lines of", ("two ", "lines of", " it")),
        ("a café there", "cafe", ("a ", "café", " there")),
        ("a cafe\u0301 there", "cafe", ("a ", "cafe\u0301", " there")),
        ("ＡＢＣ（天津）", "abc天津", ("", "ＡＢＣ", "（天津）")),
        ("nothing here", "zzz", ("", "", "nothing here")),
        ("one and two", "two one", ("one and ", "two", "")),
        (f"{LONG}样品{LONG}", "样品", ("…" + LONG[-24:], "样品", LONG[:24] + "…")),
        (LONG + LONG, "zzz", ("", "", (LONG + LONG)[:48] + "…")),
        ("", "x", ("", "", "")),
    ],
)
def test_a_snippet(text: str, asked: str, expected: tuple[str, str, str]) -> None:
    assert excerpt(text, asked) == Excerpt(*expected)


@pytest.mark.parametrize(
    ("text", "asked", "shown", "hit"),
    [
        ("call 13812345678 now", "1381", "call 138****5678 now", "138****5678"),
        ("call 13812345678 now", "2345", "call 138****5678 now", "138****5678"),
        ("call 138 1234 5678 now", "138 1234", "call 138****5678 now", "138****5678"),
        ("call 13812345678 now", "now", "call 138****5678 now", "now"),
        ("z 13812345678 and 13912345678", "1391", "z 138****5678 and 139****5678", "139****5678"),
        ("mail zhang@example.com", "zhang", "mail z***@example.com", "z***@example.com"),
        ("电话:6234567 转", "6234", "电话:***67 转", "***67"),
        ("2026-11-20 amount 13800", "138", "2026-11-20 amount 13800", "138"),
    ],
)
def test_a_hit_in_a_masked_number_is_all_that_is_shown_of_it(
    text: str, asked: str, shown: str, hit: str
) -> None:
    found = excerpt(text, asked, shown=traced)
    assert (str(found), found.hit) == (shown, hit)


@pytest.mark.parametrize(
    ("name", "letters", "heard"),
    [
        ("华东精工有限公司", "hd", "华东"),
        ("华东精工有限公司", "huadong", "华东"),
        ("华东精工有限公司", "dongjing", "东精"),
        ("华东精工有限公司", "huad", "华东"),
        ("華東精工", "hdjg", "華東精工"),
        ("上海华东", "hd", "华东"),
        ("华 东（集团）", "hdjt", "华 东（集团"),
        ("重庆银行", "cq", "重庆"),
        ("重庆银行", "zhongqing", "重庆"),
        ("吕氏铝业", "lvshi", "吕氏"),
        ("吕氏铝业", "lushi", "吕氏"),
        ("华为Cloud服务", "fuwu", "服务"),
        ("华为Cloud服务", "weifu", None),
        ("单伟", "shanwei", "单伟"),
        ("华东", "hx", None),
        ("Acme", "ac", None),
    ],
)
def test_where_a_name_is_spoken(name: str, letters: str, heard: str | None) -> None:
    found = spoken_at(name, letters)
    assert (name[slice(*found)] if found else None) == heard


@pytest.mark.parametrize(
    ("text", "digits", "there"),
    [
        ("0512-6234 5678", "6234", "6234"),
        ("0512-6234 5678", "126234", "12-6234"),
        ("0512-6234 5678", "9", None),
        ("none", "1", None),
        ("12", "", None),
    ],
)
def test_where_digits_stand(text: str, digits: str, there: str | None) -> None:
    found = digits_at(text, digits)
    assert (text[slice(*found)] if found else None) == there


# --- properties ---

SIGNS = [
    "a", "b", " ", "华", "華", "东", "é", "e\u0301", "Ａ", "👍🏽", "👩\u200d👩\u200d👧", "🇨🇳", "🇩🇪", "❤\ufe0f", "각", "กำ",
    "13812345678", "0512-62345678", "zh@example.com", "7", "，", "电话", "\n",
]  # fmt: skip
texts = st.lists(st.sampled_from(SIGNS), max_size=60).map("".join)
scraps = st.lists(st.sampled_from([sign for sign in SIGNS if sign.strip()]), min_size=1, max_size=2).map("".join)  # fmt: skip


def clusters(text: str) -> set[int]:
    """Where a text may be cut: between what SIGNS is made of, whatever is one sign on a screen."""
    pattern = "|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))
    ends, place = {0}, 0
    while place < len(text):
        found = re.compile(pattern).match(text, place)
        one = found[0] if found and not found[0].isascii() else text[place]
        place += len(one)
        ends.add(place)
    return ends


@settings(max_examples=heavy(200), derandomize=True, deadline=None)
@given(texts, scraps)
def test_a_snippet_is_a_stretch_of_the_text_with_the_hit_in_it(text: str, asked: str) -> None:
    one_line = " ".join(text.split())
    found = excerpt(text, asked)
    assert found.hit or not holds(text, asked)
    if found.hit:
        parts = [normal(asked), *re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+|[^\w\s]+", normal(asked))]
        assert any(part in normal(found.hit) for part in parts)
    inner = str(found).removeprefix("…").removesuffix("…")
    hit = len(found.before.removeprefix("…"))
    places, cuts = clusters(one_line), (0, hit, hit + len(found.hit), len(inner))
    starts = [at for at in range(len(one_line) + 1) if one_line.startswith(inner, at)]
    assert any({at + cut for cut in cuts} <= places for at in starts)


def normal(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold().replace("華", "华")
    return "".join(sign for sign in plain if not unicodedata.combining(sign) and sign != "\ufe0f")


@settings(max_examples=heavy(200), derandomize=True, deadline=None)
@given(texts, scraps)
def test_a_snippet_shows_no_more_of_a_number_than_its_mask(text: str, asked: str) -> None:
    one_line = " ".join(text.split())
    masked = mask_numbers(one_line)
    shown = excerpt(text, asked, shown=traced)
    assert str(shown).removeprefix("…").removesuffix("…") in masked


@settings(max_examples=heavy(200), derandomize=True, deadline=None)
@given(texts)
def test_tracing_masks_alike_and_knows_what_stands_for_what(text: str) -> None:
    masked, origins = traced(text)
    assert masked == mask_numbers(text)
    assert len(origins) == len(masked)
    assert [first for first, _last in origins] == sorted(first for first, _last in origins)
    for sign, (first, last) in zip(masked, origins, strict=True):
        if last == first + 1:
            assert sign == text[first] or sign == "*"
    assert {place for origin in origins for place in range(*origin)} == set(range(len(text)))
