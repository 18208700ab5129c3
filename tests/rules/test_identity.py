"""The keys by which an import finds the same customer again (HANDBOOK §1, CLI.md import)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules.identity import (
    email_addresses,
    email_is_odd,
    email_key,
    looks_masked,
    name_key,
    phone_is_odd,
    phone_key,
    phone_numbers,
    uscc_is_valid,
    uscc_key,
)

NAMES = [
    ("华为技术有限公司", "华为技术"),
    ("华为技术有限责任公司", "华为技术"),
    ("华为技术股份有限公司", "华为技术"),
    ("华为技术有限責任公司", "华为技术"),
    ("华为 技术公司", "华为技术"),
    ("华为技术（深圳）有限公司", "华为技术深圳"),
    ("华为技术(深圳)有限公司", "华为技术深圳"),
    ("星辰集团有限公司", "星辰集团"),
    ("星辰（集团）股份有限公司", "星辰集团"),
    ("星辰集团", "星辰集团"),
    ("集团", "集团"),
    ("有限公司", "有限公司"),
    ("公司", "公司"),
    ("北京分公司", "北京分公司"),
    ("ＡＢＣ　科技有限公司", "abc科技"),
    ("ABC科技 Co., Ltd.", "abc科技"),
    ("Acme", "acme"),
    ("ACME Co., Ltd.", "acme"),
    ("acme co.,ltd", "acme"),
    ("Acme Co.Ltd.", "acme"),
    ("Acme (China) Limited", "acmechina"),
    ("Acme, Inc.", "acme"),
    ("Acme Corp", "acme"),
    ("Acme L.L.C.", "acme"),
    ("Acme S.A.", "acme"),
    ("Acme B.V.", "acme"),
    ("Acme AG", "acme"),
    ("Acme Pty. Ltd.", "acme"),
    ("Müller GmbH & Co. KG", "müller"),
    ("STRASSE AG", "strasse"),
    ("Straße AG", "strasse"),
    ("Texaco", "texaco"),
    ("Zinc", "zinc"),
    ("Co. Ltd.", "co"),
    ("AG", "ag"),
    ("C+ 医疗", "c+医疗"),
    ("张伟", "张伟"),
    ("Jean-Luc O'Neil", "jeanluconeil"),
    ("！？", "!?"),
    ("", ""),
    (" \t", ""),
]


@pytest.mark.parametrize(("name", "key"), NAMES)
def test_the_same_name(name: str, key: str) -> None:
    assert name_key(name) == key


def test_names_that_must_stay_apart() -> None:
    apart = ["华夏科技有限公司", "华厦科技有限公司", "星辰集团有限公司", "星辰有限公司", "กา", "กี"]
    assert len({name_key(name) for name in apart}) == len(apart)


@given(st.text())
def test_a_name_with_anything_in_it_has_a_key(name: str) -> None:
    key = name_key(name)
    assert bool(key) or not any(sign.isalnum() for sign in name)
    assert name_key(name) == name_key(f"  {name}　")


PHONES = [
    ("13812345678", "13812345678"),
    (" 138-1234-5678 ", "13812345678"),
    ("138 1234 5678", "13812345678"),
    ("+86 138 1234 5678", "13812345678"),
    ("+8613812345678", "13812345678"),
    ("(+86)13812345678", "13812345678"),
    ("008613812345678", "13812345678"),
    ("86-13812345678", "13812345678"),
    ("013812345678", "13812345678"),
    ("１３８１２３４５６７８", "13812345678"),
    ("13812345678.0", "13812345678"),
    ("1.3812345678E+10", "13812345678"),
    ("电话：13812345678（张先生）", "13812345678"),
    ("13812345678/13912345678", "13812345678"),
    ("010-62345678", "01062345678"),
    ("０１０－６２３４５６７８", "01062345678"),
    ("(010) 6234 5678", "01062345678"),
    ("+86 10 62345678", "01062345678"),
    ("+86 (0)10 6234 5678", "01062345678"),
    ("0086 10 6234 5678", "01062345678"),
    ("010-62345678转801", "01062345678x801"),
    ("010-62345678-801", "01062345678x801"),
    ("010-62345678,801", "01062345678x801"),
    ("010-62345678 ext. 801", "01062345678x801"),
    ("010-62345678分机801", "01062345678x801"),
    ("400-650-0311", "4006500311"),
    ("+86 400 650 0311", "4006500311"),
    ("62345678", "62345678"),
    ("+44 (0)20 7946 0958", "+442079460958"),
    ("0044 20 7946 0958", "+442079460958"),
    ("+1 415-555-2671", "+14155552671"),
    ("(415) 555-2671", "4155552671"),
    ("1.38E+10", ""),
    ("138****5678", ""),
    ("138xxxx5678", ""),
    ("00000000000", ""),
    ("11111111111", ""),
    ("8001", ""),
    ("无", ""),
    ("-", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "key"), PHONES)
def test_the_same_phone(text: str, key: str) -> None:
    assert phone_key(text) == key


@given(st.text(alphabet="0123456789+-()（）转extx,，/. ８", max_size=30))
def test_a_phone_key_is_a_key_of_itself(text: str) -> None:
    key = phone_key(text)
    if "x" not in key and "+" not in key and key[:1] not in "08":
        assert phone_key(key) == key
    assert set(key) <= set("0123456789+x")


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("", False),
        ("13812345678", False),
        ("+86 138 1234 5678", False),
        ("13812345678.0", False),
        ("13812345678/010-62345678", False),
        ("010-62345678转801", False),
        ("tel: 010-62345678", False),
        ("0571-8765432", False),
        ("400-650-0311", False),
        ("62345678", False),
        ("+44 (0)20 7946 0958", False),
        ("(415) 555-2671", False),
        ("1381234567", True),
        ("138123456789", True),
        ("12812345678", True),
        ("19999999999", True),
        ("138xxxx5678", True),
        ("1.38E+10", True),
        ("8001", True),
        ("无", True),
        ("ask Tom 13812345678", True),
        ("13812345678/1381234", True),
    ],
)
def test_an_odd_phone_is_told(text: str, odd: bool) -> None:
    assert phone_is_odd(text) is odd


def test_several_in_one_cell() -> None:
    assert phone_numbers("13812345678、13912345678") == ["13812345678", "13912345678"]
    assert phone_numbers("13812345678, 13912345678") == ["13812345678", "13912345678"]
    assert phone_numbers("010-62345678,801") == ["010-62345678,801"]
    assert phone_numbers("62345678/79") == ["62345678/79"]
    assert phone_numbers(" ") == []
    assert email_addresses("Zhang <z@x.cn>; a@x.cn") == ["z@x.cn", "a@x.cn"]
    assert email_addresses("") == []


@pytest.mark.parametrize(
    ("text", "key", "odd"),
    [
        ("Zhang@Example.COM", "zhang@example.com", False),
        (" z.w+x@mail.x.co.uk ", "z.w+x@mail.x.co.uk", False),
        ("ｚ＠x.cn", "z@x.cn", False),
        ("Zhang Wei <z@x.cn>", "z@x.cn", False),
        ("mailto:z@x.cn", "z@x.cn", False),
        ("a@x.cn; b@x.cn", "a@x.cn", False),
        ("张三@例子.中国", "张三@例子.中国", False),
        ("a@x", "a@x", True),
        ("a..b@x.cn", "a..b@x.cn", True),
        ("a@x,com", "a@x,com", True),
        ("z***@x.cn", "", False),
        ("无", "", True),
        ("", "", False),
    ],
)
def test_the_same_email(text: str, key: str, odd: bool) -> None:
    assert email_key(text) == key
    assert email_is_odd(text) is odd


# Public registrations: ICBC, Tencent, Alibaba, Baidu, Huawei, SAIC; and the example of GB 32100-2015.
REAL_CODES = [
    "91100000100003962T",
    "9144030071526726XG",
    "91330100799655058B",
    "91110000802100433B",
    "914403001922038216",
    "91310000132260250X",
    "91350100M000100Y43",
]


@pytest.mark.parametrize("code", REAL_CODES)
def test_real_credit_codes(code: str) -> None:
    assert uscc_is_valid(code)
    assert uscc_is_valid(f" {code[:8].lower()}-{code[8:].lower()} ")
    for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        assert uscc_is_valid(code[:-1] + other) is (other == code[-1])


def slow_check_digit(body: str) -> str:
    """GB 32100-2015 as its text says it: C18 = 31 − MOD(Σ Ci × Wi, 31), Wi = 3^(i−1) mod 31."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = 0
    for i in range(1, 18):
        total += signs.index(body[i - 1]) * (3 ** (i - 1) % 31)
    check = 31 - total % 31
    return signs[0 if check == 31 else check]


@given(
    st.from_regex(
        r"[0-9ABCDEFGHJKLMNPQRTUWXY]{2}[0-9]{6}[0-9ABCDEFGHJKLMNPQRTUWXY]{9}", fullmatch=True
    )
)
def test_check_digit_against_the_standards_own_words(body: str) -> None:
    right = slow_check_digit(body)
    if len(set(body + right)) > 1:
        assert uscc_is_valid(body + right)
    assert not uscc_is_valid(body + ("1" if right != "1" else "2"))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "无",
        "9135010OM000100Y43",
        "91350100M000100Y4",
        "91350100M000100Y4３３",
        "I" * 18,
        "0" * 18,
    ],
)
def test_what_is_no_credit_code(code: str) -> None:
    assert not uscc_is_valid(code)


def test_credit_code_key() -> None:
    assert uscc_key(" ９１350100m000100y43") == "91350100M000100Y43"
    assert uscc_key("91350100-M000100Y43") == "91350100M000100Y43"
    assert uscc_key("110108001234567") == "110108001234567"
    assert [uscc_key(text) for text in ("", "无", "N/A", "-", "000000000000000000")] == [""] * 5


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("138****5678", True),
        ("138●●●●5678", True),
        ("138＊＊＊＊5678", True),
        ("010-****5678", True),
        ("****5678", True),
        ("z***@example.com", True),
        ("***@example.com", True),
        ("110****123X", True),
        ("张*", True),
        ("张**", True),
        ("*伟", True),
        ("欧阳*", True),
        ("张*（采购经理）", True),
        ("J* (Buyer)", True),
        ("***", True),
        ("请打138****5678，找张工", True),
        ("电话 ***67，转张工", True),
        ("_***", True),
        ("张*; 李*（采购经理）", True),
        ("张*; 李伟", False),
        ("A*; ok", False),
        ("写信到 z***@x.cn", True),
        ("", False),
        ("张伟", False),
        ("13812345678", False),
        ("5*8", False),
        ("5*8 小时服务", False),
        ("M8*20 螺丝", False),
        ("A*STAR", False),
        ("E*TRADE", False),
        ("重要**事项**", False),
        ("• 第一点\n• 第二点", False),
    ],
)
def test_what_looks_masked(text: str, masked: bool) -> None:
    assert looks_masked(text) is masked


@pytest.mark.parametrize("unit", ["*", " ", "x", "x1 ", "1", "a.", "@", "(", "，", "a*", "转"])
def test_a_huge_cell_costs_no_more_than_its_length(unit: str) -> None:
    text = "1" + unit * 50_000 + "!"
    start = time.process_time()
    for function in (name_key, phone_key, phone_is_odd, email_key, email_is_odd, looks_masked):
        function(text)
    assert time.process_time() - start < 2
