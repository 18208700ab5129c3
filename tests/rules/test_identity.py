"""The keys by which an import finds the same customer again (HANDBOOK §1, CLI.md import)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules.identity import (
    email_addresses,
    email_is_odd,
    email_key,
    name_key,
    phone_is_odd,
    phone_key,
    phone_numbers,
    uscc_is_valid,
    uscc_key,
    with_lost_zero,
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


@pytest.mark.parametrize("unit", ["*", " ", "x", "x1 ", "1", "a.", "@", "(", "，", "a*", "转"])
def test_a_huge_cell_costs_no_more_than_its_length(unit: str) -> None:
    text = "1" + unit * 50_000 + "!"
    start = time.process_time()
    for function in (name_key, phone_key, phone_is_odd, email_key, email_is_odd):
        function(text)
    assert time.process_time() - start < 2


# The area codes of China without their 0, province by province as directories list them.
AREAS = frozenset(
    """
    310 311 312 313 314 315 316 317 318 319 335
    349 350 351 352 353 354 355 356 357 358 359
    370 371 372 373 374 375 376 377 378 379 391 392 393 394 395 396 398
    411 412 415 416 417 418 419 421 427 429
    431 432 433 434 435 436 437 438 439
    451 452 453 454 455 456 457 458 459 464 467 468 469
    470 471 472 473 474 475 476 477 478 479 482 483
    510 511 512 513 514 515 516 517 518 519 523 527
    530 531 532 533 534 535 536 537 538 539 543 546 631 632 633 634 635
    550 551 552 553 554 555 556 557 558 559 561 562 563 564 566
    570 571 572 573 574 575 576 577 578 579 580
    591 592 593 594 595 596 597 598 599
    710 711 712 713 714 715 716 717 718 719 722 724 728
    730 731 734 735 736 737 738 739 743 744 745 746
    660 662 663 668 750 751 752 753 754 755 756 757 758 759 760 762 763 766 768 769
    770 771 772 773 774 775 776 777 778 779
    701 790 791 792 793 794 795 796 797 798 799
    812 813 816 817 818 825 826 827 830 831 832 833 834 835 836 837 838 839
    851 852 853 854 855 856 857 858 859
    691 692 870 871 872 873 874 875 876 877 878 879 883 886 887 888
    891 892 893 894 895 896 897
    898
    911 912 913 914 915 916 917 919
    930 931 932 933 934 935 936 937 938 939 941 943
    951 952 953 954 955
    970 971 972 973 974 975 976 977 979
    901 902 903 906 908 909 990 991 992 993 994 995 996 997 998 999
    """.split()  # noqa: SIM905
)


def test_the_lost_zero_of_every_area_code_and_of_no_other() -> None:
    assert len(AREAS) == 314
    for code in map(str, range(300, 1000)):
        for local in ("2345678", "62345678"):
            lost = code + local
            assert with_lost_zero(lost) == ("0" + lost if code in AREAS else lost)
    for code in map(str, range(10, 30)):
        lost = code + "62345678"
        has_one = code == "10" or code in "20 21 22 23 24 25 27 28 29"
        assert with_lost_zero(lost) == ("0" + lost if has_one else lost)


@pytest.mark.parametrize(
    "number",
    [
        "13812345678", "1062345678x", "01062345678", "106234567", "10623456789", "1012345678", "1092345678", "4001234567",
        "8008208820", "95588", "88886666", "3118888888 ", "311888888", "311188888888", "3111888888", "２１６２３４５６７８",
        "", "0", "+861062345678", "8613812345678",
    ],
)  # fmt: skip
def test_what_lost_no_zero(number: str) -> None:
    assert with_lost_zero(number) == number


@given(st.integers(0, 10**13).map(str))
def test_a_zero_makes_a_phone_that_is_not_odd(number: str) -> None:
    found = with_lost_zero(number)
    assert found == number or (found == "0" + number and not phone_is_odd(found))
    assert with_lost_zero(found) == found
