"""How else a Chinese text may be written: tables, and OpenCC itself as the oracle over all its characters."""

import sys
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from unicodedata import normalize

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.writings import MOST, forms, simplified, writings
from tests.support import heavy
from tools import characters as generator

USUAL = "华東东發发髮钟鐘鍾表錶里裡裏台臺云雲为為爲着著后後精工a1 软體体司"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme", ["Acme"]),
        ("", [""]),
        ("上海中山", ["上海中山"]),
        ("华东", ["华东", "華東", "华東", "華东"]),
        ("華東", ["華東", "华东", "华東", "華东"]),
        ("华東", ["华東", "华东", "華東", "華东"]),
        ("里", ["里", "裡", "裏"]),
        ("裡", ["裡", "里", "裏"]),
        ("頭髮", ["頭髮", "头发", "头髮", "頭发"]),
        ("Acme 貿易", ["Acme 貿易", "Acme 贸易"]),
    ],
)  # fmt: skip
def test_a_text_is_written_so(text: str, expected: list[str]) -> None:
    assert writings(text) == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("钟表", "鐘錶"),
        ("发展", "發展"),
        ("理发", "理髮"),
        ("台湾面业", "臺灣麵業"),
        ("云里", "雲裏"),
        ("為", "爲"),
        ("裡", "裏"),
        ("着", "著"),
        ("后台", "後臺"),
        ("干果", "乾果"),
        ("干部", "幹部"),
        ("卫浴", "衞浴"),
        ("卫浴", "衛浴"),
    ],
)
def test_either_is_among_the_others_writings(typed: str, stored: str) -> None:
    assert stored in writings(typed)
    assert typed in writings(stored)


def test_what_is_written_alike_in_simplified_is_not_mixed_up() -> None:
    assert "髮" not in forms("發")
    assert "鍾" not in forms("鐘")


# --- OpenCC itself ---


@cache
def converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


ALL = [chr(code) for first, last in generator.RANGES for code in range(first, last + 1)]


def test_every_character_is_simplified_as_opencc_does() -> None:
    convert = converter("t2s").convert
    assert [
        (one, simplified(one)) for one in ALL if simplified(one) != normalize("NFKC", convert(one))
    ] == []


@pytest.mark.parametrize("name", ["t2s", "s2t", "s2tw", "s2hk", "tw2s", "hk2s", "t2tw", "t2hk", "tw2t", "hk2t"])  # fmt: skip
def test_what_opencc_writes_for_a_character_is_among_its_forms_and_the_other_way(name: str) -> None:
    convert = converter(name).convert
    lacking = []
    for one in ALL:
        written = normalize("NFKC", convert(one))
        if len(written) == 1 and (written not in forms(one) or one not in forms(written)):
            lacking.append((one, written))
    assert lacking == []


def test_forms_are_each_others() -> None:
    for one in ALL:
        for other in forms(one):
            assert one in forms(other), (one, other)


# --- properties ---

texts = st.text(st.sampled_from(USUAL), max_size=7)


@settings(max_examples=heavy(200), derandomize=True, deadline=None)
@given(texts)
def test_writings_are_those_that_could_be_typed_a_sign_at_a_time(text: str) -> None:
    every = list(map("".join, product(*map(forms, text))))
    found = writings(text)
    assert found[0] == text
    assert len(found) == len(set(found)) == min(MOST, len(set(every)))
    assert set(found) <= set(every)
    assert simplified(text) in found
    if prod(len(forms(one)) for one in text) <= MOST:
        assert set(found) == set(every)


# --- the table ---


def test_the_frozen_characters_are_fresh() -> None:
    assert generator.TARGET.read_text(encoding="utf-8") == generator.generate()


def test_the_generator_says_whether_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "characters.py"
    monkeypatch.setattr(generator, "TARGET", target)
    monkeypatch.setattr(sys, "argv", ["characters", "--check"])
    assert generator.main() == 1
    monkeypatch.setattr(sys, "argv", ["characters"])
    assert generator.main() == 0
    monkeypatch.setattr(sys, "argv", ["characters", "--check"])
    assert generator.main() == 0
    target.write_text("", encoding="utf-8")
    assert generator.main() == 1
